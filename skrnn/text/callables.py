"""Callables by their import path, so that a file can name them and hold no code."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from importlib import import_module
from numbers import Number
from types import ModuleType
from typing import Any

from skrnn._messages import describe

__all__ = ["KNOWN", "find_callable", "name_callable"]

# Functions from str to tokens or to str that are found without being trusted by name.
# Those of a class are harmless whatever arguments its constructor gets.
KNOWN = frozenset(
    {
        "builtins.str.casefold",
        "builtins.str.lower",
        "builtins.str.split",
        "builtins.str.splitlines",
        "builtins.str.strip",
        "builtins.str.upper",
        "nltk.stem.cistem.Cistem.stem",
        "nltk.stem.isri.ISRIStemmer.stem",
        "nltk.stem.lancaster.LancasterStemmer.stem",
        "nltk.stem.porter.PorterStemmer.stem",
        *(
            f"nltk.stem.snowball.{language}Stemmer.stem"
            for language in (
                *("Arabic", "Danish", "Dutch", "English", "Finnish", "French"),
                *("German", "Hungarian", "Italian", "Norwegian", "Porter"),
                *("Portuguese", "Romanian", "Russian", "Spanish", "Swedish"),
            )
        ),
        "nltk.tokenize.casual.TweetTokenizer.tokenize",
        "nltk.tokenize.casual.casual_tokenize",
        "nltk.tokenize.destructive.NLTKWordTokenizer.tokenize",
        "nltk.tokenize.regexp.RegexpTokenizer.tokenize",
        "nltk.tokenize.regexp.WhitespaceTokenizer.tokenize",
        "nltk.tokenize.regexp.WordPunctTokenizer.tokenize",
        "nltk.tokenize.toktok.ToktokTokenizer.tokenize",
        "nltk.tokenize.treebank.TreebankWordTokenizer.tokenize",
        "nltk.tokenize.word_tokenize",
        "re.Pattern.findall",
        "re.Pattern.split",
        "sklearn.feature_extraction.text.strip_accents_ascii",
        "sklearn.feature_extraction.text.strip_accents_unicode",
        "sklearn.feature_extraction.text.strip_tags",
    }
)

_PROBE = "Probing"


class _CannotBeMadeError(Exception):
    """Says why a new object like a given one cannot be made."""


def name_callable(function: Callable[..., Any], place: str) -> str | dict[str, Any]:
    """Return what a file can say of a function, so that it is found again.

    Parameters
    ----------
    function : callable
        A function, a method, or an object that can be called.
    place : str
        Where it was found, for the message.

    Returns
    -------
    named : str or dict
        The import path, such as ``"builtins.str.split"``. For a method of an object
        that is not part of a module: the path of the method under ``"method"``, and
        under ``"arguments"`` those of the constructor.

    Raises
    ------
    ValueError
        If the function cannot be found again this way; the message says why.

    Examples
    --------
    >>> import re
    >>> from skrnn.text.callables import name_callable
    >>> name_callable(str.split, "tokenizer")
    'builtins.str.split'
    >>> name_callable(re.compile("[a-z]+").findall, "tokenizer")
    {'method': 're.Pattern.findall', 'arguments': {'pattern': '[a-z]+', 'flags': 32}}
    """
    for home, path in _possible_names(function):
        with suppress(Exception):  # what is compared may be anything
            if not _is_main(home) and _look_up(home, path) == function:
                return f"{home}.{path}"
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", None)
    owner = getattr(function, "__self__", None)
    if name is None or not (owner is None or isinstance(owner, type | ModuleType)):
        try:
            if name is None:
                return _name_method(function, "__call__")
            return _name_method(owner, function.__name__)
        except _CannotBeMadeError as error:
            kind = "an object" if name is None else "a method of an object"
            reason = f"{kind} that cannot be made again: {error}"
    elif "<" in name:
        reason = "a lambda or was made inside another function"
    elif _is_main(module):
        reason = "from the main program, which another process does not have"
    else:
        reason = f"not what the name {module}.{name} stands for"
    raise ValueError(
        f"{place}={describe(function)} cannot be named in a file: it is {reason}. Put "
        "a function into a module that can be imported where the file is loaded."
    )


def find_callable(
    named: str | dict[str, Any], trusted: Collection[str] = ()
) -> Callable[..., Any]:
    """Return the function that a file names.

    Parameters
    ----------
    named : str or dict
        As from :func:`name_callable`.
    trusted : collection of str, default=()
        Paths that are allowed besides :data:`KNOWN`. Their modules are imported, and
        the constructors of their classes called.

    Returns
    -------
    function : callable
        The function.

    Raises
    ------
    ValueError
        If the path is not trusted, or leads to no function.
    """
    path = named if isinstance(named, str) else named["method"]
    if path not in KNOWN and path not in trusted:
        raise ValueError(
            f"The file names the function {path!r}, which is not among those that are "
            f"known to be harmless. If you trust it, pass trusted=[{path!r}]."
        )
    home, _, method = path.rpartition(".")
    function = _import(path)
    if function is not None and not isinstance(named, str):
        arguments = dict(named["arguments"])
        try:
            function = getattr(_make(_import(home), arguments), method)
        except Exception as error:
            raise ValueError(
                f"The file names {path!r}, and {_show(home, arguments)} cannot be "
                f"made here: {type(error).__name__}: {error}"
            ) from error
    if not callable(function):
        raise ValueError(
            f"The file names the function {path!r}, which is not installed here."
        )
    return function


def _possible_names(function: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """Yield modules and names in them under which a function may be found."""
    owner = getattr(function, "__self__", None)
    qualified = getattr(function, "__qualname__", None)
    module = getattr(function, "__module__", None)
    builtin = getattr(function, "__objclass__", None)  # of str.split and its like
    if not isinstance(qualified, str):
        return
    if builtin is not None:
        yield builtin.__module__, qualified
    if isinstance(owner, type):  # a class method, perhaps inherited
        yield owner.__module__, f"{owner.__qualname__}.{function.__name__}"
    elif module is not None:
        yield module, qualified
        # Packages such as jieba export the methods of an object as functions.
        while owner is not None and module:
            yield module, function.__name__
            module = module.rpartition(".")[0]


def _name_method(owner: Any, method: str) -> dict[str, Any]:
    """Return the path of a method, and the arguments of its object's constructor."""
    cls = type(owner)
    home = f"{cls.__module__}.{cls.__qualname__}"
    if _is_main(cls.__module__) or _look_up(cls.__module__, cls.__qualname__) != cls:
        raise _CannotBeMadeError(f"its class {home} cannot be imported by this name")
    try:
        # Only what JSON gives back as it is; what the others were is seen below.
        arguments = {
            name: json.loads(json.dumps(value))
            for name, value in _constructor_values(cls, owner)
            if _is_plain(value)
        }
        new = _make(cls, arguments)
        # So that both have what is made on first use, such as compiled patterns.
        for made in (new, owner):
            with suppress(Exception):
                getattr(made, method)(_PROBE)
        same = _have_same_state(new, owner)
    except Exception as error:
        raise _CannotBeMadeError(f"{type(error).__name__}: {error}") from error
    if not same:
        raise _CannotBeMadeError(
            f"{_show(home, arguments)} would be another, since not all that it is made "
            "of is among its attributes under the names of the constructor, in values "
            "that JSON has"
        )
    return {"method": f"{home}.{method}", "arguments": arguments}


def _constructor_values(cls: type, owner: Any) -> Iterator[tuple[str, Any]]:
    """Yield the constructor's parameters that an object keeps, and their values."""
    if cls is re.Pattern:
        yield from (("pattern", owner.pattern), ("flags", owner.flags))
        return
    for name, parameter in inspect.signature(cls).parameters.items():
        for attribute in (name, f"_{name}"):
            if parameter.kind is not parameter.VAR_KEYWORD and hasattr(
                owner, attribute
            ):
                yield name, getattr(owner, attribute)
                break


def _make(cls: Any, arguments: dict[str, Any]) -> Any:
    return (re.compile if cls is re.Pattern else cls)(**arguments)


def _is_plain(value: Any) -> bool:
    """Tell whether JSON gives a value back as it is."""
    try:
        return bool(json.loads(json.dumps(value)) == value)
    except (TypeError, ValueError, RecursionError):
        return False


def _have_same_state(first: Any, second: Any) -> bool:
    """Compare two objects by what copying them would take."""
    if first is second:
        return True
    with suppress(Exception):  # arrays, for instance, cannot be compared so
        if first == second:
            return True
    if type(first) is not type(second) or isinstance(first, str | bytes | Number):
        return False
    if not isinstance(first, list | tuple):
        try:
            first, second = first.__reduce_ex__(2), second.__reduce_ex__(2)
        except Exception:  # functions, locks, files
            return False
    if isinstance(first, str) or len(first) != len(second):
        return False
    return all(map(_have_same_state, first, second))


def _import(path: str) -> Any:
    """Return what an import path leads to, or None."""
    parts = path.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module, name = ".".join(parts[:cut]), ".".join(parts[cut:])
        try:
            import_module(module)
        except ImportError:
            continue
        if (found := _look_up(module, name)) is not None:
            return found
    return None


def _look_up(module: str, name: str) -> Any:
    """Return what a dotted name stands for in a module that is loaded, or None."""
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _is_main(module: str | None) -> bool:
    return module in ("__main__", "__mp_main__")


def _show(home: str, arguments: dict[str, Any]) -> str:
    return f"{home}({', '.join(f'{k}={v!r}' for k, v in arguments.items())})"
