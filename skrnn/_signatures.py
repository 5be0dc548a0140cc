"""The signature and docstring of a function that takes parameters of estimators."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["list_parameters"]

_HEADING = "Other Parameters\n----------------\n"


class _OfRecipe:
    """Stands for a default that depends on the recipe."""

    def __repr__(self) -> str:
        return "<recipe>"


def list_parameters(
    function: Any, names: Sequence[str], classes: Iterable[type]
) -> None:
    """Show ``names`` and the parameters of ``classes`` as keywords of ``function``.

    The function takes them in its last parameter, ``**params``. Its docstring describes
    ``names``; type and first sentence of the others are added to its other parameters.
    """
    signature = inspect.signature(function)
    *first, rest = signature.parameters.values()
    keyword = inspect.Parameter.KEYWORD_ONLY
    shown = {
        name: inspect.Parameter(name, keyword, default=_OfRecipe()) for name in names
    }
    described: dict[str, str] = {}
    for cls in classes:
        descriptions = _describe_parameters(cls)
        for name, parameter in inspect.signature(cls).parameters.items():
            if parameter.kind is keyword and name not in shown:
                shown[name] = parameter.replace(default=_OfRecipe())
                described[name] = descriptions.get(name, name)
    function.__signature__ = signature.replace(
        parameters=[*first, *shown.values(), rest]
    )
    if function.__doc__:  # there is none under python -OO
        entries = "".join(described.values())
        doc = inspect.cleandoc(function.__doc__)
        function.__doc__ = doc.replace(_HEADING, _HEADING + entries, 1)


def _describe_parameters(cls: type) -> dict[str, str]:
    """Return an entry of a docstring for each parameter that the class documents."""
    section = (inspect.getdoc(cls) or "").partition("Parameters\n----------\n")[2]
    section = re.split(r"\n\n[A-Z][\w ]*\n---", section)[0]
    entries = {}
    for entry in re.split(r"^(?=\*{0,2}\w+ : )", section, flags=re.MULTILINE)[1:]:
        head, _, text = entry.partition("\n")
        name, _, kind = head.partition(" : ")
        kind = kind.partition(", default=")[0]
        paragraph = re.split(r"\n\n|:\n *- ", inspect.cleandoc(text))[0]
        sentence = re.split(r"(?<=\.)\s+(?=[A-Z`])", paragraph)[0]
        sentence = re.sub(r" \[\d+\]_", "", " ".join(sentence.split()))
        described = textwrap.fill(
            sentence, 84, initial_indent="    ", subsequent_indent="    "
        )
        entries[name] = f"{name} : {kind}\n{described}\n"
    return entries
