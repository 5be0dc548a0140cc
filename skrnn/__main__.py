"""``python -m skrnn``: the command line, see :mod:`skrnn.cli`."""

from __future__ import annotations

import sys
from importlib import import_module

from skrnn._messages import install_hint


def main() -> None:
    """Run the command line; say what to install if its packages are missing."""
    try:
        app = import_module("skrnn.cli.app")
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in ("click", "rich"):
            raise
        sys.exit(
            f"The command line needs {package}, which is not installed: "
            f"{install_hint('cli')}."
        )
    except KeyboardInterrupt:  # during the import; later the commands handle it
        sys.exit(130)
    app.commands(prog_name="skrnn")


if __name__ == "__main__":
    main()
