"""How a cleaned text becomes tokens: in cheap units first, then unit by unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

__all__ = ["CallableSplitter", "Splitter", "WordSplitter", "describe"]

# Python's \w lacks the marks that accents and vowel signs of many scripts are made of.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8"
    "\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u08d3-\u08ff\u0900-\u0963"
    "\u0966-\u0df3\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd"
    "\u0f71-\u0f84\u0f86\u0f87\u0f90-\u0fbc\u102b-\u103e\u1056-\u1059\u17b4-\u17d3"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20f0\u3099\u309a\ufe20-\ufe2f"
)
_EMOJI = "[\u231a-\u23ff\u25a0-\u27bf\u2b05-\u2b55\U0001f000-\U0001faff]"
_MODIFIED_EMOJI = f"{_EMOJI}[\ufe0f\U0001f3fb-\U0001f3ff]*"
_WORD_PART = rf"[^\W_](?:[^\W_]|[{_MARKS}])*"
_TOKEN = re.compile(
    # Two letters make a flag; a family or a profession is emoji held by joiners.
    "[\U0001f1e6-\U0001f1ff]{2}"
    f"|{_MODIFIED_EMOJI}(?:\u200d{_MODIFIED_EMOJI})*"
    f"|{_WORD_PART}(?:'{_WORD_PART})*"
)
_ASCII_BREAKS = {
    code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "'")
}


class Splitter(Protocol):
    """Tokenize in two steps, so that each distinct unit is looked at once."""

    def split(self, text: str) -> list[str]:
        """Cut a text into units, in the order of the text."""

    def expand(self, units: Sequence[str]) -> list[tuple[str, ...]]:
        """Give the tokens of each unit, whatever text it came from."""


class WordSplitter:
    """Words with their inner apostrophes, numbers, and each emoji on its own."""

    def split(self, text: str) -> list[str]:
        """Cut at white space, and at punctuation where that is cheap."""
        if text.isascii():
            return text.translate(_ASCII_BREAKS).split()
        return text.replace("’", "'").split()

    def expand(self, units: Sequence[str]) -> list[tuple[str, ...]]:
        """Find the words of each unit."""
        find = _TOKEN.findall
        return [
            (unit,) if unit.isalnum() and unit.isascii() else tuple(find(unit))
            for unit in units
        ]


class CallableSplitter:
    """A user's tokenizer, whose tokens are checked."""

    def __init__(self, tokenize: Callable[[str], Iterable[str]]):
        self.tokenize = tokenize

    def split(self, text: str) -> list[str]:
        """Call the tokenizer."""
        tokens = self.tokenize(text)
        if isinstance(tokens, str) or not isinstance(tokens, Iterable):
            raise TypeError(
                f"The tokenizer returned {describe(tokens)}; it must return an "
                "iterable of str, such as a list of words."
            )
        tokens = list(tokens)
        for token in tokens:
            if not isinstance(token, str):
                raise TypeError(
                    f"The tokenizer returned {describe(token)} among its tokens; all "
                    "of them must be str."
                )
        return tokens

    def expand(self, units: Sequence[str]) -> list[tuple[str, ...]]:
        """Take each unit as the token that it is, unless it is empty."""
        return [(unit,) if unit else () for unit in units]


def describe(value: object) -> str:
    """Show a value and its type in an error message, cut short where it is long."""
    shown = repr(value)
    if len(shown) > 60:
        shown = shown[:57] + "..."
    return f"{shown} (type {type(value).__name__})"
