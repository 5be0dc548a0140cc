"""The documentation site: ``python -m sphinx -W -b html docs docs/_build/html``.

The gallery runs ``examples/plot_*.py`` and caches the output; only changed examples run
again. ``-D plot_gallery=0`` builds the rest in a minute.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

# Always use generated reviews, so that every build gives the same site in minutes.
os.environ.pop("SKRNN_DATA", None)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

sys.path.insert(0, str(Path(__file__).parent))
from api_links import make_inventories

from skrnn import __version__
from skrnn.inspection.style import COLORS, TEXT_COLORS

project = "skrnn"
author = "the skrnn developers"
project_copyright = author
version = release = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "api_links",
]
exclude_patterns = ["_build", "auto_examples/**/*.py.md5"]
templates_path = ["_templates"]
default_role = "literal"
nitpicky = True
# Defined by a base class of scikit-learn, whose documentation does not list it.
nitpick_ignore = [("py:obj", "named_estimators")]
smartquotes = False  # they would change quotes in parameter values
toc_object_entries_show_parents = "hide"

# -- Markdown --------------------------------------------------------------------------

myst_enable_extensions = ["attrs_inline", "colon_fence"]
myst_heading_anchors = 3

# -- API reference ---------------------------------------------------------------------

autodoc_typehints = "none"  # the docstrings contain them
autosummary_generate = True
numpydoc_show_class_members = False  # the template lists skrnn's own methods
numpydoc_validation_checks = {
    "GL06",  # unknown section
    "GL07",  # wrong order of sections
    "GL08",  # no docstring
    "PR01",  # undocumented parameter
    "PR02",  # documented parameter that does not exist
    "PR03",  # parameters in another order than the signature
    "PR04",  # no type
    "PR07",  # no description
    "RT03",  # return value without a description
    "SS02",  # summary without a capital at the start
    "SS03",  # summary without a period
}

_LISTED_ELSEWHERE = r"The other parameters of :class:"
numpydoc_validation_overrides = {
    "PR01": [_LISTED_ELSEWHERE],
    "PR02": [r"\*\*routed", _LISTED_ELSEWHERE],  # hidden from the signature
}

intersphinx_mapping = make_inventories(Path(__file__).parent / "_build" / "inventories")

# -- Gallery ---------------------------------------------------------------------------

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "ignore_pattern": r"(^|/)(?!plot_)[^/]*\.py$",
    "within_subsection_order": "FileNameSortKey",
    "backreferences_dir": "generated/backreferences",
    "doc_module": ("skrnn",),
    "reset_modules": ("matplotlib", "gallery_style.use_palette"),
    "thumbnail_size": (840, 420),
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
}

# -- Pages -----------------------------------------------------------------------------

html_theme = "pydata_sphinx_theme"
html_title = "skrnn"
html_static_path = ["_static"]
html_css_files = ["skrnn.css"]
html_context = {"colors": COLORS, "text_colors": TEXT_COLORS}  # of skrnn.css.jinja
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_sidebars = {"index": [], "start": [], "tour": []}
_repository = os.environ.get("GITHUB_REPOSITORY")  # the workflow's
html_theme_options = {
    "logo": {
        "text": f"skrnn {version}",
        "image_light": "_static/favicon.svg",
        "image_dark": "_static/favicon.svg",
    },
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
    "navigation_with_keys": False,
    "icon_links": [
        {
            "name": "Repository",
            "url": f"https://github.com/{_repository}",
            "icon": "fa-brands fa-github",
        }
    ]
    if _repository
    else [],
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True


def skip_inherited(
    app: Any, what: str, name: str, value: Any, skip: bool, options: Any
) -> bool | None:
    """Skip methods inherited from scikit-learn and SciKeras."""
    function = getattr(value, "fget", value)
    if what == "class" and callable(function):
        module = getattr(function, "__module__", None) or ""
        return None if module.startswith("skrnn.") else True
    return None


def short_signature(
    app: Any, what: str, name: str, value: Any, *_: Any
) -> tuple[str, str] | None:
    """Shorten the signature that lists the parameters of all estimators."""
    if name.endswith(".make_sentiment_pipeline"):
        return "(recipe='auto', **params)", ""
    return None


def headers_in_rst(app: Any, config: Any) -> None:
    """Accept only .rst headers, so the benchmarks' README is not a gallery section."""
    config.sphinx_gallery_conf["source_suffix"] = {".rst": "restructuredtext"}


def blocks_without_end(app: Any, name: str, content: list[str]) -> None:
    """Drop the empty line that ends a doctest block, which the page would show."""
    content[0] = re.sub(r"\n\n( *```\n)", r"\n\1", content[0])


def links_from_docs(app: Any, path: Path, parent: str, content: list[str]) -> None:
    """Rewrite the links of included files outside of docs to its pages."""
    pages = {
        "docs/": "/",
        "examples/benchmarks/README.md": "/benchmarks.md",
        "examples/": None,
    }
    for start, page in pages.items():
        link = rf"\[([^\]]+)\]\({re.escape(start)}([^)]*)\)"
        to = r"`\1`" if page is None else rf"[\1]({page}\2)"
        content[0] = re.sub(link, to, content[0])


def setup(app: Any) -> None:
    """Connect the functions above."""
    app.connect("autodoc-process-signature", short_signature, priority=400)
    app.connect("autodoc-skip-member", skip_inherited)
    app.connect("config-inited", headers_in_rst, priority=900)
    app.connect("include-read", links_from_docs)
    app.connect("source-read", blocks_without_end)
