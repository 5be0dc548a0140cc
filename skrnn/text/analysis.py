"""One document to tokens: clean, tokenize, drop stop words, stem.

A document is a text, or a :class:`Row` of several texts.

All steps after the cleaning depend only on a word or a few characters around it, so an
:class:`Analyzer` does them once for each distinct unit, however often it occurs.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from skrnn._messages import describe
from skrnn.text.sentences import load_sentence_splitter
from skrnn.text.stemmers import SNOWBALL_LANGUAGES, load_stemmer
from skrnn.text.stop_words import StopWords
from skrnn.text.tokenizers import (
    LEGACY_WORD,
    CallableSplitter,
    LegacyWordSplitter,
    Splitter,
    WordSplitter,
)
from skrnn.text.treebank import treebank_splitter

__all__ = [
    "SEPARATOR",
    "SWITCH",
    "TEXT_RULES",
    "Analyzer",
    "Row",
    "TextRule",
    "strip_accents_ascii",
    "strip_accents_unicode",
    "strip_html",
]


# The token between the texts of a row. Brackets keep it apart from words.
SEPARATOR = "[SEP]"


class Row(tuple[str, ...]):
    """The texts of one row of a table, a text for each column."""


@dataclass(frozen=True)
class TextRule:
    """The valid values of a parameter of :class:`Analyzer`.

    ``values`` lists those that are not callables; it is empty if other code checks
    the parameter.
    """

    values: tuple[str | bool | None, ...]
    takes_callable: bool = False


SWITCH = TextRule((False, True))

# The parameters of Analyzer, which determine the tokens of a text. TextSequencer has
# the same ones, and skrnn.serving reads them from files.
TEXT_RULES = {
    "lowercase": SWITCH,
    "strip_html": SWITCH,
    "strip_accents": TextRule(("ascii", "unicode", None), takes_callable=True),
    "preprocessor": TextRule((None,), takes_callable=True),
    "tokenizer": TextRule(("word", "nltk", LEGACY_WORD), takes_callable=True),
    "stemmer": TextRule(
        ("porter", "snowball", *SNOWBALL_LANGUAGES, None), takes_callable=True
    ),
    "sentence_splitter": TextRule(("rules", None), takes_callable=True),
    "normalize": TextRule(("NFC", "NFD", "NFKC", "NFKD", None)),
    "stop_words": TextRule(()),  # a name or a collection, checked by StopWords
    "keep_negations": SWITCH,
}

# A tag starts with a letter, "/" and a letter, or "!--"; "a < b", "<3" and "<-" are not
# tags. It contains no other "<", so that matching takes linear time.
_TAG = re.compile(r"<(?:/?[a-zA-Z]|!(?:--|[a-zA-Z]))[^<>]*>")

# Markup that a browser shows as an empty line.
_PARAGRAPH = re.compile(r"(?:<(?:br|/?p)\s*/?>\s*){2,}|</p\s*>", re.IGNORECASE)

# Bounded, since html.unescape raises an error on numbers of thousands of digits.
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}(?![0-9])|#[xX][0-9a-fA-F]{1,6}(?![0-9a-fA-F])"
    r"|[a-zA-Z][a-zA-Z0-9]{1,31});?"
)

_CACHE_SIZE = 2**16
_CACHE_MAX_UNIT_LENGTH = 64


def strip_html(text: str) -> str:
    """Replace HTML tags by spaces and entities by their characters.

    Comparisons and hearts (``"a < b"``, ``"<3"``) stay.

    Examples
    --------
    >>> from skrnn.text.analysis import strip_html
    >>> strip_html("Rock &amp; roll.<br />I <3 it, if 1 < 2 > 0")
    'Rock & roll. I <3 it, if 1 < 2 > 0'
    """
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    return text


def strip_accents_ascii(text: str) -> str:
    """Remove accents and all characters outside ASCII, as scikit-learn does.

    Examples
    --------
    >>> from skrnn.text.analysis import strip_accents_ascii
    >>> strip_accents_ascii("déjà ★")
    'deja '
    """
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def strip_accents_unicode(text: str) -> str:
    """Remove accents after NFKD normalization, as scikit-learn does.

    Examples
    --------
    >>> from skrnn.text.analysis import strip_accents_unicode
    >>> strip_accents_unicode("déjà ★")
    'deja ★'
    """
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


class Analyzer:
    """A callable from a text to its tokens, with a cache of the units it has seen.

    The parameters are those of :class:`~skrnn.TextSequencer`; ``stop_words`` may also
    be a :class:`~skrnn.text.stop_words.StopWords`. An analyzer is thread-safe and can
    be pickled, without its cache.

    Examples
    --------
    >>> from skrnn.text.analysis import Analyzer
    >>> analyze = Analyzer(
    ...     lowercase=True, strip_html=True, strip_accents=None, tokenizer="word",
    ...     stop_words="english", keep_negations=True, stemmer="porter",
    ... )
    >>> analyze("These movies<br />weren't what I expected!")
    ['movi', "weren't", 'expect']
    """

    def __init__(
        self,
        *,
        lowercase: bool,
        strip_html: bool,
        strip_accents: str | Callable[[str], str] | None,
        tokenizer: str | Callable[[str], Iterable[str]],
        stop_words: str | Collection[str] | StopWords | None,
        keep_negations: bool,
        stemmer: str | Callable[[str], str] | None,
        sentence_splitter: str | Callable[[str], Iterable[str]] | None = None,
        normalize: str | None = None,
        preprocessor: Callable[[str], str] | None = None,
    ):
        self._preprocess = preprocessor
        self._lowercase = lowercase
        self._strip_html = strip_html
        self._normalize: Any = normalize
        self._strip_accents: Any = {
            "ascii": strip_accents_ascii,
            "unicode": strip_accents_unicode,
        }.get(strip_accents, strip_accents)  # type: ignore[arg-type]
        self._splitter: Splitter
        if tokenizer == "word":
            self._splitter = WordSplitter()
        elif tokenizer == LEGACY_WORD:
            self._splitter = LegacyWordSplitter()
        elif tokenizer == "nltk":
            self._splitter = treebank_splitter()
        else:
            self._splitter = CallableSplitter(tokenizer)  # type: ignore[arg-type]
        if stop_words is not None and not isinstance(stop_words, StopWords):
            stop_words = StopWords(
                stop_words,
                keep_negations=keep_negations,
                # The only punctuation in these tokens is that of emoticons.
                punctuation=False if tokenizer == "word" else None,
                normalize=normalize,
            )
        self._stop_words = stop_words
        self._stem = None if stemmer is None else load_stemmer(stemmer)
        self._find_sentences = load_sentence_splitter(sentence_splitter)
        self._cache = _new_cache()

    @property
    def stop_words(self) -> StopWords | None:
        """The tokens that are dropped."""
        return self._stop_words

    def stray_stop_tokens(self) -> list[str]:
        """Return the tokens of stop words that are not stop words themselves, sorted.

        The list is empty if a user's function fails on a stop word.
        """
        if self._stop_words is None:
            return []
        try:
            sentences = map(self.split_sentences, self._stop_words.words)
            units = list(chain.from_iterable(chain.from_iterable(sentences)))
            tokens = chain.from_iterable(self._splitter.expand(units))
        except Exception:  # as scikit-learn: a function may fail on single words
            return []
        return sorted(set(self._stop_words.without(tokens)))

    def __call__(self, document: str | Row) -> list[str]:
        """Return the tokens of a document, in order."""
        units = list(chain.from_iterable(self.split_document(document)))
        distinct = list(dict.fromkeys(units))
        tokens = dict(zip(distinct, self.resolve(distinct), strict=True))
        return list(chain.from_iterable(map(tokens.__getitem__, units)))

    def split_document(self, document: str | Row) -> list[list[str]]:
        """Return the units of each sentence of a document.

        Each text of a row but the first has a :data:`SEPARATOR` before it, and is a
        sentence of its own if sentences are split.
        """
        if isinstance(document, str):
            return self.split_sentences(document)
        sentences: list[list[str]] = []
        for text in document:
            first, *others = self.split_sentences(text) or [[]]
            if not sentences:
                sentences.append(first)
            elif self._find_sentences is None:
                sentences[-1] += [SEPARATOR, *first]
            else:
                sentences.append([SEPARATOR, *first])
            sentences += others
        return sentences

    def split_sentences(self, text: str) -> list[list[str]]:
        """Clean a text and return the units of each of its sentences.

        A unit is a run of characters whose tokens (:meth:`resolve`) do not depend on
        the rest of the sentence. Without a ``sentence_splitter`` the text is one
        sentence.
        """
        if self._strip_html:
            if self._find_sentences is not None and "<" in text:
                text = _PARAGRAPH.sub("\n\n", text)
            text = strip_html(text)
        if self._preprocess is not None:
            text = self._preprocess(self._normalized(text))
            if not isinstance(text, str):
                raise TypeError(
                    f"The preprocessor returned {describe(text)}; it must return a str."
                )
        if self._find_sentences is None:
            return [self._split(text)]
        return list(map(self._split, self._find_sentences(text)))

    def _split(self, text: str) -> list[str]:
        """Normalize a text without markup and split it into units."""
        text = self._normalized(text)
        if self._preprocess is None:
            if self._lowercase:
                text = text.lower()
            if self._strip_accents is not None:
                text = self._strip_accents(text)
        return self._splitter.split(text)

    def _normalized(self, text: str) -> str:
        """Return a text in the chosen Unicode normalization form."""
        if self._normalize is None or text.isascii():
            return text
        normalized: str = unicodedata.normalize(self._normalize, text)
        return normalized

    def resolve(self, units: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the final tokens of each of some distinct units."""
        found = list(map(self._cache.get, units))
        missing = [
            unit for unit, known in zip(units, found, strict=True) if known is None
        ]
        if not missing:
            return found  # type: ignore[return-value]
        fresh = self._finish(self._splitter.expand(missing))
        self._store(missing, fresh)
        if len(missing) == len(units):
            return fresh
        rest = iter(fresh)
        return [next(rest) if known is None else known for known in found]

    def _finish(self, expanded: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Drop stop words and stem, each distinct token once."""
        if self._stop_words is None and self._stem is None:
            return expanded
        final: dict[str, tuple[str, ...]]
        final = dict.fromkeys(chain.from_iterable(expanded), ())
        kept = list(final)
        if self._stop_words is not None:
            kept = self._stop_words.without(kept)
        stems = kept if self._stem is None else self._stem(kept)
        final.update(
            (token, (stem,)) for token, stem in zip(kept, stems, strict=True) if stem
        )
        final_tokens = final.__getitem__
        return [
            final_tokens(tokens[0])
            if len(tokens) == 1
            else tuple(chain.from_iterable(map(final_tokens, tokens)))
            for tokens in expanded
        ]

    def _store(self, units: Sequence[str], tokens: Sequence[tuple[str, ...]]) -> None:
        """Cache the first new units: in a corpus, the frequent ones come early."""
        if len(self._cache) + len(units) > _CACHE_SIZE:
            self._cache = _new_cache()
        short = (
            pair
            for pair in zip(units, tokens, strict=True)
            if len(pair[0]) <= _CACHE_MAX_UNIT_LENGTH
        )
        self._cache.update(islice(short, _CACHE_SIZE))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_cache": _new_cache()}


def _new_cache() -> dict[str, tuple[str, ...]]:
    """Return a cache with the separator, which is neither split nor stemmed."""
    return {SEPARATOR: (SEPARATOR,)}
