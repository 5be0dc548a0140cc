"""Builds the package skrnn_serving from the modules of skrnn that serving needs."""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "skrnn_serving"
# Subpackages of skrnn, and their names in the package.
SUBPACKAGES = {"serving": PACKAGE, "text": f"{PACKAGE}._text"}
# Modules of skrnn, likewise.
MODULES = {"_messages": f"{PACKAGE}._messages"}
# TextSequencer needs scikit-learn, and skrnn.text exports it.
LEFT_OUT = {"text/sequencer.py", "text/__init__.py"}


class ServingBuildHook(BuildHookInterface):
    """Copies modules under new names, so that skrnn can be installed as well."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Copy the modules, unless a source distribution has them already."""
        if (Path(self.root) / PACKAGE).is_dir():
            return
        if version == "editable":
            raise ValueError(
                "skrnn-serving has no editable install, since its modules are copies. "
                "Install skrnn instead: skrnn.serving is the same."
            )
        self._folder = Path(tempfile.mkdtemp())
        copy_modules(Path(self.root).parent / "skrnn", self._folder)
        build_data["force_include"][str(self._folder)] = PACKAGE

    def finalize(self, *_: Any) -> None:
        """Remove the copies, which are now in the distribution."""
        if hasattr(self, "_folder"):
            shutil.rmtree(self._folder)


def copy_modules(source: Path, target: Path) -> None:
    """Write the modules of the package into the folder ``target``."""
    (target / "_text").mkdir()
    (target / "_text" / "__init__.py").write_text('"""The text rules of skrnn."""\n')
    (target / "py.typed").touch()
    for module in MODULES:
        _copy(source / f"{module}.py", target)
    for subpackage, name in SUBPACKAGES.items():
        folder = target.joinpath(*name.split(".")[1:])
        for path in sorted((source / subpackage).glob("*.py")):
            if f"{subpackage}/{path.name}" not in LEFT_OUT:
                _copy(path, folder)


def _copy(module: Path, folder: Path) -> None:
    """Write a module with its imports renamed."""
    code = module.read_text("utf-8")
    for old, new in {**SUBPACKAGES, **MODULES}.items():
        code = re.sub(rf"\bskrnn\.{old}\b", new, code)
    (folder / module.name).write_text(code, "utf-8")
