"""What pytest leaves out here: settings, and what a build writes."""

collect_ignore_glob = ["conf.py", "_build/*", "auto_examples/*", "generated/*"]
