"""Import paths of callables, so that files refer to functions and contain no code.

It belongs to persistence, but skrnn-serving needs it and does not contain
:mod:`skrnn.persistence`.
"""

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

# Functions from str to tokens or str that are trusted by default. Methods in this list
# are harmless for all arguments of their class's constructor.
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

_SAMPLE_TEXT = "Probing"


class _NotReproducibleError(Exception):
    """The reason why an equal object cannot be constructed."""


def name_callable(function: Callable[..., Any], place: str) -> str | dict[str, Any]:
    """Return an import path by which :func:`find_callable` finds a function.

    For a method of an object that is not in a module, it is a dict of the path
    (``"method"``) and the arguments of the object's constructor (``"arguments"``).
    Raises a ValueError, which names the parameter ``place`` and the reason, if there is
    no such path.

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
        with suppress(Exception):  # == of any class may fail
            if not _is_main(home) and _get_attribute(home, path) == function:
                return f"{home}.{path}"
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", None)
    owner = getattr(function, "__self__", None)
    if name is None or not (owner is None or isinstance(owner, type | ModuleType)):
        try:
            if name is None:
                return _name_method(function, "__call__")
            return _name_method(owner, function.__name__)
        except _NotReproducibleError as error:
            kind = "an object" if name is None else "a method of an object"
            reason = f"{kind} that cannot be constructed again: {error}"
    elif "<" in name:
        reason = "a lambda or defined inside another function"
    elif _is_main(module):
        reason = "defined in the main program, which other processes cannot import"
    else:
        reason = f"not the object at the import path {module}.{name}"
    raise ValueError(
        f"{place}={describe(function)} cannot be saved by name: it is {reason}. Put "
        "the function into a module that can be imported where the file is loaded."
    )


def find_callable(
    named: str | dict[str, Any], trusted: Collection[str] = ()
) -> Callable[..., Any]:
    """Return the function for what :func:`name_callable` returned.

    Only paths in :data:`KNOWN` and ``trusted`` are allowed: their modules are imported
    and the constructors of their classes called. Raises a ValueError for other paths,
    and if there is no function at the path.
    """
    path = named if isinstance(named, str) else named["method"]
    if path not in KNOWN and path not in trusted:
        raise ValueError(
            f"The file refers to the function {path!r}, which is not known to be "
            f"harmless. If you trust it, pass trusted=[{path!r}]."
        )
    home, _, method = path.rpartition(".")
    function = _import(path)
    if function is not None and not isinstance(named, str):
        arguments = dict(named["arguments"])
        try:
            function = getattr(_make(_import(home), arguments), method)
        except Exception as error:
            raise ValueError(
                f"The file refers to {path!r}, and {_show(home, arguments)} fails "
                f"here: {type(error).__name__}: {error}"
            ) from error
    if not callable(function):
        raise ValueError(
            f"The file refers to the function {path!r}, which is not installed here."
        )
    return function


def _possible_names(function: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """Yield pairs of module and qualified name that may lead to a function."""
    owner = getattr(function, "__self__", None)
    qualified = getattr(function, "__qualname__", None)
    module = getattr(function, "__module__", None)
    builtin = getattr(function, "__objclass__", None)  # of methods such as str.split
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
    if (
        _is_main(cls.__module__)
        or _get_attribute(cls.__module__, cls.__qualname__) != cls
    ):
        raise _NotReproducibleError(f"its class {home} cannot be imported by this name")
    try:
        # Only values that JSON preserves; _have_same_state finds out if others matter.
        arguments = {
            name: json.loads(json.dumps(value))
            for name, value in _constructor_values(cls, owner)
            if _is_plain(value)
        }
        new = _make(cls, arguments)
        # One call each, so that both have attributes that are set on first use.
        for made in (new, owner):
            with suppress(Exception):
                getattr(made, method)(_SAMPLE_TEXT)
        same = _have_same_state(new, owner)
    except Exception as error:
        raise _NotReproducibleError(f"{type(error).__name__}: {error}") from error
    if not same:
        raise _NotReproducibleError(
            f"{_show(home, arguments)} would be different, since not all arguments of "
            "its constructor are attributes of the same name with values that JSON can "
            "represent"
        )
    return {"method": f"{home}.{method}", "arguments": arguments}


def _constructor_values(cls: type, owner: Any) -> Iterator[tuple[str, Any]]:
    """Yield the constructor's parameters that are attributes, and their values."""
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
    """Return whether JSON preserves a value."""
    try:
        return bool(json.loads(json.dumps(value)) == value)
    except (TypeError, ValueError, RecursionError):
        return False


def _have_same_state(first: Any, second: Any) -> bool:
    """Return whether two objects are equal, or have equal states when copied."""
    if first is second:
        return True
    with suppress(Exception):  # such as the == of arrays
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
    """Return the object at an import path, or None."""
    parts = path.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module, name = ".".join(parts[:cut]), ".".join(parts[cut:])
        try:
            import_module(module)
        except ImportError:
            continue
        if (found := _get_attribute(module, name)) is not None:
            return found
    return None


def _get_attribute(module: str, name: str) -> Any:
    """Return the object of a dotted name in an imported module, or None."""
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _is_main(module: str | None) -> bool:
    return module in ("__main__", "__mp_main__")


def _show(home: str, arguments: dict[str, Any]) -> str:
    return f"{home}({', '.join(f'{k}={v!r}' for k, v in arguments.items())})"
