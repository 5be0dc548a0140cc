"""Functions by their import path, so that a file can name them and hold no code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from importlib import import_module
from typing import Any

from skrnn.text.tokenizers import describe

__all__ = ["KNOWN", "find_callable", "name_callable"]

# Functions from str to tokens or to str that are found without being trusted by name.
KNOWN = frozenset(
    {
        "builtins.str.casefold",
        "builtins.str.lower",
        "builtins.str.split",
        "builtins.str.splitlines",
        "builtins.str.strip",
        "builtins.str.upper",
        "nltk.tokenize.casual.casual_tokenize",
        "nltk.tokenize.word_tokenize",
        "sklearn.feature_extraction.text.strip_accents_ascii",
        "sklearn.feature_extraction.text.strip_accents_unicode",
        "sklearn.feature_extraction.text.strip_tags",
    }
)


def name_callable(function: Callable[..., Any], place: str) -> str:
    """Return the import path of a function.

    Parameters
    ----------
    function : callable
        The function.
    place : str
        Where it was found, for the message.

    Returns
    -------
    path : str
        Such as ``"builtins.str.split"``.

    Raises
    ------
    ValueError
        If the function cannot be found again under a path; the message says why.

    Examples
    --------
    >>> from skrnn.text.callables import name_callable
    >>> name_callable(str.split, "tokenizer")
    'builtins.str.split'
    """
    name = getattr(function, "__qualname__", None)
    owner = getattr(function, "__objclass__", None)  # of str.split and its like
    module = getattr(owner or function, "__module__", None)
    if getattr(function, "__self__", None) not in (None, sys.modules.get(str(module))):
        reason = "a method of an object, whose state the file would have to hold"
    elif not isinstance(name, str) or not isinstance(module, str):
        reason = "an object without a name of its own"
    elif "<" in name:
        reason = "a lambda or was made inside another function"
    elif module == "__main__":
        reason = "from the main program, which another process does not have"
    elif _look_up(module, name) is not function:
        reason = f"not what the name {module}.{name} stands for"
    else:
        return f"{module}.{name}"
    raise ValueError(
        f"{place}={describe(function)} cannot be named in a file: it is {reason}. Put "
        "a function into a module that can be imported where the file is loaded."
    )


def find_callable(path: str, trusted: Collection[str] = ()) -> Callable[..., Any]:
    """Return the function of an import path.

    Parameters
    ----------
    path : str
        As from :func:`name_callable`.
    trusted : collection of str, default=()
        Paths that are allowed besides :data:`KNOWN`. Their modules are imported.

    Returns
    -------
    function : callable
        The function.

    Raises
    ------
    ValueError
        If the path is not trusted, or leads to no function.
    """
    if path not in KNOWN and path not in trusted:
        raise ValueError(
            f"The file names the function {path!r}, which is not among those that are "
            f"known to be harmless. If you trust it, pass trusted=[{path!r}]."
        )
    parts = path.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module, name = ".".join(parts[:cut]), ".".join(parts[cut:])
        try:
            import_module(module)
        except ImportError:
            continue
        function = _look_up(module, name)
        if callable(function):
            return function
    raise ValueError(
        f"The file names the function {path!r}, which is not installed here."
    )


def _look_up(module: str, name: str) -> Any:
    """Return what a dotted name stands for in a module that is loaded, or None."""
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found
