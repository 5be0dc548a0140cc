"""Tokenizers in two steps: cheap units of a cleaned text, then tokens of a unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import chain, groupby
from typing import Any, Protocol

from skrnn._messages import describe

__all__ = [
    "LEGACY_WORD",
    "CallableSplitter",
    "LegacyWordSplitter",
    "Splitter",
    "WordSplitter",
    "list_of_str",
]

# The tokenizer that skrnn 0.1 called "word": files written by 0.1 need it.
LEGACY_WORD = "word-0.1"

_ASCII_BREAKS = {
    code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "'")
}

# Two regional indicators make a flag; joiners combine emoji, as in a family.
_EMOJI = "[\u231a-\u23ff\u25a0-\u27bf\u2b05-\u2b55\U0001f000-\U0001faff]"
_MODIFIED_EMOJI = f"{_EMOJI}[\ufe0f\U0001f3fb-\U0001f3ff]*"
_EMOJI_TOKEN = (
    f"[\U0001f1e6-\U0001f1ff]{{2}}|{_MODIFIED_EMOJI}(?:\u200d{_MODIFIED_EMOJI})*"
)

# The character set comes before all look-arounds, so that a search can skip to it. A
# round mouth may follow a word ("great:)"); others may not ("http://", "std::").
_APART = r"(?<![^\s.,!?…].)"
_END = r"(?![\w/\\|*=:;()\[\]{}])"
_NOSE = "'?[-o*^]?"
_EMOTICON_TOKEN = (
    r"[:;=()<^-](?:"
    rf"(?<=[:;=]){_NOSE}(?:\)|\((?!\w))"
    rf"|(?<=[:;=]){_APART}{_NOSE}[dDpP\[\]{{}}@|/\\*$>]{_END}"
    rf"|(?<=:){_APART}'?-?[oOsSxXcC]{_END}"
    rf"|(?<=\()(?<!\w.)-?'?:{_END}"
    rf"|(?<=\)){_APART}(?:-'?|'):{_END}"
    rf"|(?<=\^){_APART}[-_.o]?\^(?!\w)"
    rf"|(?<=-){_APART}_+-(?!\w)"
    r"|(?<=<)(?<!\d.)/?3(?![\d%]|[.,]\d)"
    r")"
)
_EMOTICON = re.compile(f"({_EMOTICON_TOKEN})")
_ASCII_TOKEN = re.compile(f"{_EMOTICON_TOKEN}|[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*")

# Letters of scripts without spaces between words. Unicode's word boundaries (UAX 29)
# make each a token, with its marks, since only a dictionary could find the words.
_LONE_LETTERS = (
    # Han and the like; Hiragana
    "\u3005-\u3007\u3021-\u3029\u3038-\u303c\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9"
    "\U00016fe4\U00016ff2-\U00016ff6\U00017000-\U00018df2\U0001b170-\U0001b2fb"
    "\U00020000-\U0003fffd\u3041-\u3096\u309d-\u309f\U0001b001-\U0001b11f\U0001b132"
    "\U0001b150-\U0001b152"
    # Thai, Lao, Myanmar, Khmer, Tai Le, New Tai Lue, Tai Tham, Tai Viet, Ahom
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6"
    "\u0edc-\u0edf\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066"
    "\u106e-\u1070\u1075-\u1081\u108e\u1780-\u17b3\u17d7\u17dc\u1950-\u19c9"
    "\u1a20-\u1a54\u1aa7\ua9e0-\ua9e4\ua9e6-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a"
    "\uaa7e-\uaaaf\uaab1\uaab5\uaab6\uaab9-\uaabd\uaac0\uaac2\uaadb-\uaadd"
    "\U00011700-\U0001171a\U00011740-\U00011746"
)
_KATAKANA = (
    "\u3031-\u3035\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"
    "\U0001aff0-\U0001b000\U0001b120-\U0001b122\U0001b155\U0001b164-\U0001b167"
)
# Apostrophe, Catalan's middle dot, Hebrew's geresh and gershayim, and the slash of a
# fraction, which NFKC makes of "½".
_WITHIN_WORD = "['·\u05f3\u05f4\u2027\u2044]"


@cache
def _token_pattern() -> re.Pattern[str]:
    """Return the pattern of a token; compiling it takes some milliseconds."""
    marks = _marks()
    letter = rf"[^\W_{_LONE_LETTERS}{_KATAKANA}]"
    word = rf"{letter}(?:{letter}|[{marks}])*"
    return re.compile(
        f"{_EMOJI_TOKEN}|{_EMOTICON_TOKEN}"
        f"|[{_LONE_LETTERS}][{marks}]*"
        f"|[{_KATAKANA}][{_KATAKANA}{marks}]*"
        f"|{word}(?:{_WITHIN_WORD}{word})*"
    )


def _marks() -> str:
    r"""Return ranges of accents, vowel signs and joiners, which are not in \w."""
    codes = (
        code
        for code in chain(
            range(0x300, 0x3100), range(0xA000, 0xAC00), range(0xFB00, 0x1F000)
        )
        if unicodedata.category(chr(code)).startswith("M")
    )
    ranges = "\u200c\u200d\U000e0100-\U000e01ef"
    for _, group in groupby(enumerate(codes), lambda pair: pair[1] - pair[0]):
        (_, first), *rest = group
        last = rest[-1][1] if rest else first
        ranges += f"{chr(first)}-{chr(last)}"
    return ranges


class Splitter(Protocol):
    """Tokenize in two steps, so that each distinct unit is expanded once."""

    def split(self, text: str) -> list[str]:
        """Split a text into units, in order."""

    def expand(self, units: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the tokens of each unit, which do not depend on its text."""


class WordSplitter:
    """Words in any script, numbers, emoticons, and single emoji."""

    def split(self, text: str) -> list[str]:
        """Split at white space, and at punctuation where that is cheap."""
        if not text.isascii():
            text = text.replace("’", "'").replace("‘", "'")
            return text.replace("\xad", "").split()  # soft hyphens
        if not _may_have_emoticons(text):
            return text.translate(_ASCII_BREAKS).split()
        units: list[str] = []
        for place, part in enumerate(_EMOTICON.split(text)):
            units += [part] if place % 2 else part.translate(_ASCII_BREAKS).split()
        return units

    def expand(self, units: Sequence[str]) -> list[tuple[str, ...]]:
        """Find the words of each unit."""
        tokens: list[tuple[str, ...]] = []
        for unit in units:
            if not unit.isascii():
                tokens.append(tuple(_token_pattern().findall(unit)))
            elif unit.isalnum():
                tokens.append((unit,))
            else:
                tokens.append(tuple(_ASCII_TOKEN.findall(unit)))
        return tokens


def _may_have_emoticons(text: str) -> bool:
    """Return False for most texts without emoticons, quickly."""
    return (
        ":" in text
        or ";" in text
        or "=" in text
        or "<" in text
        or "^" in text
        or "_" in text
    )


# As released in 0.1: the tokens of saved models must not change.
_LEGACY_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8"
    "\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u08d3-\u08ff\u0900-\u0963"
    "\u0966-\u0df3\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd"
    "\u0f71-\u0f84\u0f86\u0f87\u0f90-\u0fbc\u102b-\u103e\u1056-\u1059\u17b4-\u17d3"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20f0\u3099\u309a\ufe20-\ufe2f"
)
_LEGACY_WORD_PART = rf"[^\W_](?:[^\W_]|[{_LEGACY_MARKS}])*"
_LEGACY_TOKEN = re.compile(
    f"{_EMOJI_TOKEN}|{_LEGACY_WORD_PART}(?:'{_LEGACY_WORD_PART})*"
)


class LegacyWordSplitter:
    """The words of skrnn 0.1: no emoticons, and words end at spaces in any script."""

    def split(self, text: str) -> list[str]:
        """Split at white space, and at punctuation where that is cheap."""
        if text.isascii():
            return text.translate(_ASCII_BREAKS).split()
        return text.replace("’", "'").split()

    def expand(self, units: Sequence[str]) -> list[tuple[str, ...]]:
        """Find the words of each unit."""
        find = _LEGACY_TOKEN.findall
        return [
            (unit,) if unit.isalnum() and unit.isascii() else tuple(find(unit))
            for unit in units
        ]


class CallableSplitter:
    """A user's tokenizer; the types that it returns are checked."""

    def __init__(self, tokenize: Callable[[str], Iterable[str]]):
        self.tokenize = tokenize

    def split(self, text: str) -> list[str]:
        """Call the tokenizer."""
        return list_of_str(self.tokenize(text), "tokenizer", "tokens")

    def expand(self, units: Sequence[str]) -> list[tuple[str, ...]]:
        """Return each unit as one token; drop empty ones."""
        return [(unit,) if unit else () for unit in units]


def list_of_str(returned: Any, source: str, items: str) -> list[str]:
    """Return what the function for the parameter ``source`` returned, checked."""
    if isinstance(returned, str) or not isinstance(returned, Iterable):
        raise TypeError(
            f"The {source} returned {describe(returned)}; it must return an iterable "
            f"of str, such as a list of {items}."
        )
    strings = list(returned)
    for each in strings:
        if not isinstance(each, str):
            raise TypeError(
                f"The {source} returned {describe(each)} among its {items}; all of "
                "them must be str."
            )
    return strings
