"""NLTK's word tokenizer, run once on each distinct run of characters.

``nltk.word_tokenize(text, preserve_line=True)`` passes some thirty substitutions over a
text. Nearly all of them look no further than the next space, so the tokens of a text
are the tokens of its space-separated chunks. The rules that see more are these:

- a double quote that opens the *text* becomes two backticks, and a further quote right
  behind it is then read as if a space stood between, while two single quotes there do
  not open: :meth:`TreebankSplitter.split` writes the first out, and puts white space
  that is no space before the second;
- a period (closing quotes, brackets and white space may follow), a colon or a comma at
  the end of the *text* is split off, while elsewhere a word keeps its period: the end
  of a text is a unit of its own, unless it is one of the plain ends where splitting the
  period off by hand is the same;
- a quote behind a space opens, one behind a tab or a line break does not, and a closing
  quote wants a space: chunks are cut at spaces only, and another break becomes a space
  only where no quote is near.

Inside a chunk NLTK itself decides, given the chunk between spaces, except where a chunk
is so plain that its tokens are known. If a release of NLTK has other rules than those
that this was derived from, NLTK runs on whole texts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import partial
from itertools import chain

from skrnn.text.tokenizers import CallableSplitter, Splitter

__all__ = ["TreebankSplitter", "treebank_splitter"]

# The rule tables for which the module's docstring holds.
_KNOWN_RULES = frozenset(
    {
        "3212d149bdd78b0efe015ddecec7ec2a10a0835e5e488cec4b2aae07c828ab47",  # 3.9.1
        "f090599911d38b7e701ff32c70b7be3a43b553ce42d472d328cb9070dae30bbb",  # 3.9.4
        "8489fde24f359e395d6051eccc5ed5b0470864e4dabf19c1cc849400daa074a6",  # 3.10.2
        "6ea4eaa87eab6db68df18d6247f514097a4800e67d028d844e7e5a151c4c15eb",  # 3.10.4
    }
)

_WHITE_SPACE = "".join(filter(str.isspace, map(chr, range(0x3001))))
_MAY_FOLLOW_FINAL_PERIOD = "])}>\"'»”’" + _WHITE_SPACE
_PLAIN_BREAK = re.compile(r"(?<!')[\n\t\r](?![\"'])")

# Chunks that need no asking. Each mark is a token of its own wherever it stands; a word
# keeps its single periods, hyphens and slashes, the colons and commas before a digit,
# and gives off a clitic or an apostrophe at its end. Words that NLTK takes for
# contractions are not plain.
_MARK = r'(?:[\]\[(){}<>;?!*@#$%&]|[,:](?![0-9,:])|"(?!")|\.\.+|--(?!-))'
_CONTRACTION = "(?i:cannot|gimme|gonna|gotta|lemme|wanna)"
_RUN = rf"(?:[,:](?=[0-9]))?+(?:/++|(?!{_CONTRACTION})[A-Za-z0-9_]++)"
_PLAIN_CHUNK = re.compile(
    rf"(?:{_MARK}|\.(?={_MARK}|\Z)|{_RUN}(?:[-.]?+{_RUN})*+"
    r"(?:\.(?!\.)|(?<=[A-Za-z0-9_]n)'t|(?<=[A-Za-z0-9_])'(?:s|m|d|ll|re|ve)?)?+"
    rf"(?={_MARK}|\Z))++"
).fullmatch
_PLAIN_TOKENS = re.compile(
    r"``|''|\.\.+|--|[\]\[(){}<>;?!*@#$%&]|[,:](?![0-9])|n't|'[a-z]*"
    r"|(?:(?!n't)[A-Za-z0-9_/]|-(?!-)|\.(?!\.)|[,:](?=[0-9]))+"
).findall
_OPENING_QUOTE = re.compile(r'(?:^|(?<=[(\[{<]))"')

# Chunks are tokenized together with this character between them, which is in private
# use and in no rule.
_SEPARATOR = "\ue000"
_BATCH = 10_000


class TreebankSplitter:
    """The tokens of NLTK's ``word_tokenize``, chunk by chunk.

    A unit is a chunk that stands between spaces, or, if it begins with a space, the end
    of a text.
    """

    def __init__(self) -> None:
        from nltk.tokenize import word_tokenize

        self._tokenize = partial(word_tokenize, preserve_line=True)

    def split(self, text: str) -> list[str]:
        """Cut a text into chunks, and its end where that is not plain."""
        if text.startswith('"'):
            text = "`` " + text[1:]
        elif text.startswith("''"):
            text = "\v" + text
        trimmed = text.rstrip(" \n\t\r")
        core = trimmed.rstrip(_MAY_FOLLOW_FINAL_PERIOD)
        end: list[str] = []
        if _is_plain_end(core) and not trimmed.endswith("'"):
            text = trimmed
        elif trimmed.endswith(".") and _is_plain_end(trimmed[:-1]):
            text, end = trimmed[:-1], ["."]
        else:
            start = text.rfind(" ", 0, len(core)) + 1
            text, end = text[:start], [" " + text[start:]]
        if "\n" in text or "\t" in text or "\r" in text:
            text = _PLAIN_BREAK.sub(" ", text)
        return text.split(" ") + end

    def expand(self, units: Sequence[str]) -> list[tuple[str, ...]]:
        """Tokenize the units, asking NLTK about all but the plain ones."""
        tokens: list[tuple[str, ...]] = []
        chunks, places = [], []
        for place, unit in enumerate(units):
            if _PLAIN_CHUNK(unit):
                tokens.append(_plain_tokens(unit))
            elif unit.startswith(" "):
                tokens.append(tuple(self._tokenize(unit)))
            elif _SEPARATOR in unit:
                tokens.append(tuple(self._tokenize(f" {unit} x")[:-1]))
            else:
                tokens.append(())
                chunks.append(unit)
                places.append(place)
        for start in range(0, len(chunks), _BATCH):
            joined = f" {_SEPARATOR} ".join(chunks[start : start + _BATCH])
            found = " ".join(self._tokenize(f" {joined} {_SEPARATOR}"))
            parts = found.split(_SEPARATOR)[:-1]
            for place, part in zip(places[start : start + _BATCH], parts, strict=True):
                tokens[place] = tuple(part.split())
        return tokens


def _is_plain_end(text: str) -> bool:
    """Tell whether no rule about the end of a text fits this text."""
    return text[-1:].isalnum() or text.endswith(("?", "!", ".."))


def _plain_tokens(chunk: str) -> tuple[str, ...]:
    """Tokenize a plain chunk."""
    if chunk.isalnum():
        return (chunk,)
    if '"' in chunk:
        chunk = _OPENING_QUOTE.sub("``", chunk).replace('"', " '' ")
    return tuple(_PLAIN_TOKENS(chunk))


def treebank_splitter() -> Splitter:
    """Return a splitter for the tokens of NLTK's ``word_tokenize``.

    Returns
    -------
    splitter : Splitter
        The fast one if the rules of the installed NLTK are those that it is made for,
        else NLTK on whole texts.
    """
    splitter = TreebankSplitter()
    if rules_fingerprint() in _KNOWN_RULES:
        return splitter
    return CallableSplitter(splitter._tokenize)


def rules_fingerprint() -> str:
    """Digest the rules of the installed NLTK tokenizer.

    Returns
    -------
    fingerprint : str
        A digest of all patterns and replacements in their order.
    """
    from nltk.tokenize.destructive import NLTKWordTokenizer as Rules

    tables = [
        Rules.STARTING_QUOTES,
        Rules.PUNCTUATION,
        [Rules.PARENS_BRACKETS, Rules.DOUBLE_DASHES],
        Rules.ENDING_QUOTES,
    ]
    rules = [(pattern.pattern, new) for pattern, new in chain.from_iterable(tables)]
    contractions = [p.pattern for p in Rules.CONTRACTIONS2 + Rules.CONTRACTIONS3]
    return hashlib.sha256(repr((rules, contractions)).encode()).hexdigest()
