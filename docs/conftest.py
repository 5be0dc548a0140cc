"""Files that pytest ignores here: settings and build output."""

collect_ignore_glob = ["conf.py", "_build/*", "auto_examples/*", "generated/*"]
