"""Parts of error messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

__all__ = ["describe", "describe_steps", "did_you_mean", "install_hint"]


def describe(value: object) -> str:
    """Show a value and its type, cut short where it is long."""
    shown = repr(value)
    if len(shown) > 60:
        shown = shown[:57] + "..."
    return f"{shown} (type {type(value).__name__})"


def describe_steps(name: str, steps: Sequence[object]) -> str:
    """Return a class name and those of the steps, such as ``"Pipeline of ['PCA']"``."""
    kinds = [type(step).__name__ for step in steps]
    return name if kinds == [name] else f"{name} of {kinds}"


def did_you_mean(name: str, known: Iterable[str], kind: str = "parameters") -> str:
    """Return a hint for a mistyped ``name``, ending in the list of ``known`` names."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    # A part of a name is near to it, such as "lstm" to "chapter_lstm".
    near = near or [
        each for each in names if len(name) > 2 and name.lower() in each.lower()
    ]
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{hint} Valid {kind} are: {', '.join(map(repr, names))}."


def install_hint(extra: str) -> str:
    """Return how to install an extra: the one place that says where skrnn is."""
    # Once skrnn is published: pip install 'skrnn[...]', from anywhere.
    return f"pip install '.[{extra}]' in the folder of skrnn's sources"
