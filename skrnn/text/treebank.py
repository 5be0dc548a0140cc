"""NLTK's word tokenizer, applied once to each distinct chunk between spaces.

``nltk.word_tokenize(text, preserve_line=True)`` applies some thirty substitutions to a
text. Nearly all of their patterns end at a space, so the tokens of a text are those of
its space-separated chunks. The exceptions:

- A double quote at the start of the *text* becomes two backticks, and a quote right
  after it is then treated as if a space came before; two single quotes at the start are
  not an opening quote. :meth:`TreebankSplitter.split` writes the backticks itself, and
  puts white space other than a space before two single quotes.
- A period (closing quotes, brackets and white space may follow), a colon or a comma at
  the end of the *text* is split off, while elsewhere a word keeps its period. So the
  end of a text is a separate unit, except for simple ends, where splitting the period
  off gives the same tokens.
- A quote after a space is an opening quote, one after a tab or a line break is not, and
  a closing quote needs a space. So chunks end at spaces only, and other white space is
  replaced by a space only where no quote is next to it.

NLTK tokenizes each chunk, surrounded by spaces, except for simple chunks, whose tokens
one pattern finds. If the rules of the installed NLTK are not those that this was
derived from, NLTK tokenizes whole texts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import partial
from itertools import chain

from skrnn.text.tokenizers import CallableSplitter, Splitter

__all__ = ["TreebankSplitter", "treebank_splitter"]

# Fingerprints of the rules for which the module docstring is true.
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
_UNQUOTED_BREAK = re.compile(r"(?<!')[\n\t\r](?![\"'])")

# Simple chunks, which need no call of NLTK. Each mark is a token; a word keeps single
# periods, hyphens and slashes, and colons and commas before a digit; a clitic or an
# apostrophe at its end is split off. NLTK's contractions are not simple.
_MARK = r'(?:[\]\[(){}<>;?!*@#$%&]|[,:](?![0-9,:])|"(?!")|\.\.+|--(?!-))'
_CONTRACTION = "(?i:cannot|gimme|gonna|gotta|lemme|wanna)"
# Atomic groups, since possessive quantifiers of groups are wrong before Python 3.11.5.
_RUN = rf"(?>(?:[,:](?=[0-9]))?)(?:/++|(?!{_CONTRACTION})[A-Za-z0-9_]++)"
_SIMPLE_CHUNK = re.compile(
    rf"(?>(?:{_MARK}|\.(?={_MARK}|\Z)|{_RUN}(?>(?:[-.]?+{_RUN})*)"
    r"(?>(?:\.(?!\.)|(?<=[A-Za-z0-9_]n)'t|(?<=[A-Za-z0-9_])'(?:s|m|d|ll|re|ve)?)?)"
    rf"(?={_MARK}|\Z))+)"
).fullmatch
_SIMPLE_TOKENS = re.compile(
    r"``|''|\.\.+|--|[\]\[(){}<>;?!*@#$%&]|[,:](?![0-9])|n't|'[a-z]*"
    r"|(?:(?!n't)[A-Za-z0-9_/]|-(?!-)|\.(?!\.)|[,:](?=[0-9]))+"
).findall
_OPENING_QUOTE = re.compile(r'(?:^|(?<=[(\[{<]))"')

# Separates chunks that are tokenized together: a private-use character, which is in no
# rule.
_SEPARATOR = "\ue000"
_BATCH = 10_000


class TreebankSplitter:
    """The tokens of NLTK's ``word_tokenize``, chunk by chunk.

    A unit is a chunk between spaces, or, if it begins with a space, the end of a text.
    """

    def __init__(self) -> None:
        from nltk.tokenize import word_tokenize

        self._tokenize = partial(word_tokenize, preserve_line=True)

    def split(self, text: str) -> list[str]:
        """Split a text into chunks, and its end if that is not simple."""
        if text.startswith('"'):
            text = "`` " + text[1:]
        elif text.startswith("''"):
            text = "\v" + text
        trimmed = text.rstrip(" \n\t\r")
        core = trimmed.rstrip(_MAY_FOLLOW_FINAL_PERIOD)
        end: list[str] = []
        if _is_simple_end(core) and not trimmed.endswith("'"):
            text = trimmed
        elif trimmed.endswith(".") and _is_simple_end(trimmed[:-1]):
            text, end = trimmed[:-1], ["."]
        else:
            start = text.rfind(" ", 0, len(core)) + 1
            text, end = text[:start], [" " + text[start:]]
        if "\n" in text or "\t" in text or "\r" in text:
            text = _UNQUOTED_BREAK.sub(" ", text)
        return text.split(" ") + end

    def expand(self, units: Sequence[str]) -> list[tuple[str, ...]]:
        """Tokenize the units, by NLTK if they are not simple."""
        tokens: list[tuple[str, ...]] = []
        chunks, places = [], []
        for place, unit in enumerate(units):
            if _SIMPLE_CHUNK(unit):
                tokens.append(_simple_tokens(unit))
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


def _is_simple_end(text: str) -> bool:
    """Return whether none of the rules for the end of a text applies."""
    return text[-1:].isalnum() or text.endswith(("?", "!", ".."))


def _simple_tokens(chunk: str) -> tuple[str, ...]:
    """Tokenize a simple chunk."""
    if chunk.isalnum():
        return (chunk,)
    if '"' in chunk:
        chunk = _OPENING_QUOTE.sub("``", chunk).replace('"', " '' ")
    return tuple(_SIMPLE_TOKENS(chunk))


def treebank_splitter() -> Splitter:
    """Return the fast splitter if it fits the installed NLTK, else NLTK itself."""
    splitter = TreebankSplitter()
    if rules_fingerprint() in _KNOWN_RULES:
        return splitter
    return CallableSplitter(splitter._tokenize)


def rules_fingerprint() -> str:
    """Return a digest of the rules of the installed NLTK tokenizer, in order."""
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
