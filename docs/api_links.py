"""Sphinx extension: links to the API references of skrnn, scikit-learn and Keras.

In a Markdown page, a name in backquotes (``TextSequencer``, ``GridSearchCV(...)``,
``keras.losses.Huber``) becomes a link to its reference, once in each section.

The inventories that intersphinx reads are made from the installed packages, so a build
needs no network. Both sites name their pages after the objects: that of scikit-learn,
and that of TensorFlow, which has Keras.
"""

from __future__ import annotations

import importlib
import inspect
import re
import zlib
from pathlib import Path
from typing import Any

import sklearn
from docutils import nodes
from sphinx import addnodes

_DOCS = Path(__file__).parent
_SITES = {
    "sklearn": "https://scikit-learn.org/stable/",
    "keras": "https://www.tensorflow.org/api_docs/python/tf/",
}
_KERAS = (
    "callbacks",
    "initializers",
    "layers",
    "losses",
    "optimizers",
    "optimizers.schedules",
    "random",
    "saving",
    "utils",
)


def _members(module_name: str) -> dict[str, str]:
    """Return the full names of the public classes and functions, and their kinds."""
    module = importlib.import_module(module_name)
    found = {}
    for name in getattr(module, "__all__", dir(module)):
        value = getattr(module, name, None)
        if inspect.isclass(value):
            found[f"{module_name}.{name}"] = "class"
        elif inspect.isroutine(value):
            found[f"{module_name}.{name}"] = "function"
    return found


def _sklearn_objects() -> dict[str, tuple[str, str]]:
    """Return the kind and the page of each public name of scikit-learn."""
    importlib.import_module("sklearn.experimental.enable_halving_search_cv")
    modules = ["sklearn", "sklearn.feature_extraction.text", "sklearn.utils"]
    modules += [f"sklearn.{name}" for name in sklearn.__all__ if name.islower()]
    objects = {}
    for module in modules:
        try:
            members = _members(module)
        except ImportError:  # a function, such as clone
            continue
        objects[module] = ("module", f"api/{module}.html")
        for name, kind in members.items():
            objects[name] = (kind, f"modules/generated/{name}.html#{name}")
    return objects


def _keras_objects() -> dict[str, tuple[str, str]]:
    """Return the kind and the page of the names of Keras that texts mention."""
    importlib.import_module("skrnn._tensorflow")  # first: holds back its messages
    members = {"keras.Model": "class"}
    for name in _KERAS:
        members |= _members(f"keras.{name}")
    pages = {name: (kind, name.replace(".", "/")) for name, kind in members.items()}
    saving = "keras.saving.register_keras_serializable"
    return {
        **pages,
        saving: pages["keras.utils.register_keras_serializable"],
        "keras.Model.fit": ("method", "keras/Model#fit"),
    }


def make_inventories(folder: Path) -> dict[str, tuple[str, str]]:
    """Write the inventories into a folder; return the ``intersphinx_mapping``."""
    folder.mkdir(parents=True, exist_ok=True)
    mapping = {}
    for project, objects in (
        ("sklearn", _sklearn_objects()),
        ("keras", _keras_objects()),
    ):
        lines = [
            f"{name} py:{kind} 1 {page} -\n" for name, (kind, page) in objects.items()
        ]
        head = (
            f"# Sphinx inventory version 2\n# Project: {project}\n# Version:\n"
            "# The remainder of this file is compressed using zlib.\n"
        )
        path = folder / f"{project}.inv"
        path.write_bytes(head.encode() + zlib.compress("".join(lines).encode()))
        mapping[project] = (_SITES[project], str(path))
    return mapping


def _names() -> dict[str, str]:
    """Return what pages call the objects, and their full names."""
    names = {}
    for full in [*_sklearn_objects(), *_keras_objects()]:
        short = full.rpartition(".")[2]
        names[full] = full
        # Short names of functions may be anything, such as a parameter shuffle.
        if full.startswith("sklearn.") and (not short.islower() or "_" in short):
            names[short] = full
    listed = (_DOCS / "api.rst").read_text(encoding="utf-8")
    for full in re.findall(r"^   (skrnn\.[\w.]+)$", listed, flags=re.MULTILINE):
        names[full] = names[full.rpartition(".")[2]] = full
    return names


def link_names(app: Any, doctree: nodes.document) -> None:
    """Turn the names in a Markdown page into references."""
    if not str(doctree["source"]).endswith(".md"):
        return
    names = app.config.api_link_names
    seen = set()
    for literal in list(doctree.findall(nodes.literal)):
        found = re.fullmatch(r"([A-Za-z_][\w.]*)(\(.*\))?", literal.astext())
        target = names.get(found[1]) if found else None
        if target is None:
            continue
        section, inside = literal.parent, []
        while not isinstance(section, (nodes.section, nodes.document)):
            inside.append(section)
            section = section.parent
        linked = (nodes.title, nodes.reference, addnodes.pending_xref)
        if (id(section), target) in seen or any(isinstance(p, linked) for p in inside):
            continue
        seen.add((id(section), target))
        reference = addnodes.pending_xref(
            "",
            literal.deepcopy(),
            refdomain="py",
            reftype="obj",
            reftarget=target,
            refexplicit=True,
            refwarn=True,
        )
        literal.replace_self(reference)


def setup(app: Any) -> dict[str, bool]:
    """Connect the functions above."""
    app.add_config_value("api_link_names", _names(), "")
    app.connect("doctree-read", link_names)
    return {"parallel_read_safe": True}
