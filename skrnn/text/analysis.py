"""One document to tokens: clean, tokenize, drop stop words, stem.

All but the cleaning is a function of a single word or of a few characters around it,
so an :class:`Analyzer` looks at each distinct one once, however often it occurs.
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
from skrnn.text.accents import strip_accents_ascii, strip_accents_unicode
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

__all__ = ["SWITCH", "TEXT_RULES", "Analyzer", "TextRule", "strip_html"]


@dataclass(frozen=True)
class TextRule:
    """What a parameter of :class:`Analyzer` may be.

    Parameters
    ----------
    values : tuple of str, bool or None
        The allowed values that are not callables; none if other code checks them.
    takes_callable : bool, default=False
        Whether a callable is allowed as well.
    """

    values: tuple[str | bool | None, ...]
    takes_callable: bool = False


SWITCH = TextRule((False, True))

# The parameters of Analyzer, which decide the tokens of a text. TextSequencer has the
# same ones, and serving reads them from files.
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
    "stop_words": TextRule(()),  # any collection or name, which StopWords checks
    "keep_negations": SWITCH,
}

# A tag opens with a letter, "/" and a letter, or "!--": "a < b", "<3" and "<-" do not.
# It may not hold another "<", so that each character is looked at once.
_TAG = re.compile(r"<(?:/?[a-zA-Z]|!(?:--|[a-zA-Z]))[^<>]*>")

# What a browser shows as an empty line.
_PARAGRAPH = re.compile(r"(?:<(?:br|/?p)\s*/?>\s*){2,}|</p\s*>", re.IGNORECASE)

# Of bounded length: html.unescape raises on a number of thousands of digits.
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}(?![0-9])|#[xX][0-9a-fA-F]{1,6}(?![0-9a-fA-F])"
    r"|[a-zA-Z][a-zA-Z0-9]{1,31});?"
)

_MEMO_SIZE = 2**16
_MEMO_LONGEST_UNIT = 64


def strip_html(text: str) -> str:
    """Replace HTML tags by spaces and entities by their characters.

    Parameters
    ----------
    text : str
        Text with markup such as ``"<br />"`` or ``"&amp;"``.

    Returns
    -------
    text : str
        The text without it. Comparisons and hearts (``"a < b"``, ``"<3"``) stay.

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


class Analyzer:
    """From a text to its tokens, remembering the words that it met.

    The parameters are those of :class:`~skrnn.TextSequencer`. An analyzer can be
    pickled, without its memory, and used from several threads.

    Parameters
    ----------
    lowercase : bool
        Whether to write everything in lower case.
    strip_html : bool
        Whether to call :func:`strip_html`.
    strip_accents : {"ascii", "unicode"}, callable or None
        How to remove accents.
    tokenizer : {"word", "nltk", "word-0.1"} or callable
        How to cut a text into tokens.
    stop_words : str, collection of str, StopWords or None
        The tokens to drop.
    keep_negations : bool
        Whether negations stay although ``stop_words`` holds them.
    stemmer : str, callable or None
        How to reduce a token to its stem. A token without a stem is dropped.
    sentence_splitter : {"rules"}, callable or None, default=None
        How to cut a text into sentences, for :meth:`split_sentences`.
    normalize : {"NFC", "NFD", "NFKC", "NFKD"} or None, default=None
        The Unicode form to bring a text to, before its case and accents.
    preprocessor : callable or None, default=None
        A function from str to str, in place of ``lowercase`` and ``strip_accents``.

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
                # The only punctuation among words is that of emoticons.
                punctuation=False if tokenizer == "word" else None,
                normalize=normalize,
            )
        self._stop_words = stop_words
        self._stem = None if stemmer is None else load_stemmer(stemmer)
        self._find_sentences = load_sentence_splitter(sentence_splitter)
        self._memo: dict[str, tuple[str, ...]] = {}

    @property
    def stop_words(self) -> StopWords | None:
        """The tokens that are dropped."""
        return self._stop_words

    def stray_stop_tokens(self) -> list[str]:
        """Return the tokens of stop words that are not themselves stop words.

        Returns
        -------
        tokens : list of str
            In alphabetical order; none if a function of the user's fails on a word.
        """
        if self._stop_words is None:
            return []
        try:
            sentences = map(self.split_sentences, self._stop_words.words)
            units = list(chain.from_iterable(chain.from_iterable(sentences)))
            tokens = chain.from_iterable(self._splitter.expand(units))
        except Exception:  # as scikit-learn: it may be made for whole texts only
            return []
        return sorted(set(self._stop_words.without(tokens)))

    def __call__(self, text: str) -> list[str]:
        """Return the tokens of a text.

        Parameters
        ----------
        text : str
            The text.

        Returns
        -------
        tokens : list of str
            Its tokens in order, none for an empty text.
        """
        units = list(chain.from_iterable(self.split_sentences(text)))
        distinct = list(dict.fromkeys(units))
        tokens = dict(zip(distinct, self.resolve(distinct), strict=True))
        return list(chain.from_iterable(map(tokens.__getitem__, units)))

    def split_sentences(self, text: str) -> list[list[str]]:
        """Clean a text and cut it into units, which :meth:`resolve` understands.

        Parameters
        ----------
        text : str
            The text.

        Returns
        -------
        sentences : list of list of str
            For each sentence its units: runs of characters whose tokens do not depend
            on the rest of the sentence. One for the whole text without a
            ``sentence_splitter``.
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
        """Cut what is rid of its markup into units."""
        text = self._normalized(text)
        if self._preprocess is None:
            if self._lowercase:
                text = text.lower()
            if self._strip_accents is not None:
                text = self._strip_accents(text)
        return self._splitter.split(text)

    def _normalized(self, text: str) -> str:
        """Bring a text to the Unicode form that was chosen."""
        if self._normalize is None or text.isascii():
            return text
        normalized: str = unicodedata.normalize(self._normalize, text)
        return normalized

    def resolve(self, units: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the tokens of each unit.

        Parameters
        ----------
        units : sequence of str
            Distinct units.

        Returns
        -------
        tokens : list of tuple of str
            For each unit its final tokens, without stop words and stemmed.
        """
        memo = self._memo
        found = list(map(memo.get, units))
        missing = [
            unit for unit, known in zip(units, found, strict=True) if known is None
        ]
        if not missing:
            return found  # type: ignore[return-value]
        fresh = self._finish(self._splitter.expand(missing))
        self._remember(missing, fresh)
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
        look_up = final.__getitem__
        return [
            look_up(tokens[0])
            if len(tokens) == 1
            else tuple(chain.from_iterable(map(look_up, tokens)))
            for tokens in expanded
        ]

    def _remember(
        self, units: Sequence[str], tokens: Sequence[tuple[str, ...]]
    ) -> None:
        """Keep the first new units: in a corpus, the frequent ones come early."""
        if len(self._memo) + len(units) > _MEMO_SIZE:
            self._memo.clear()
        short = (
            pair
            for pair in zip(units, tokens, strict=True)
            if len(pair[0]) <= _MEMO_LONGEST_UNIT
        )
        self._memo.update(islice(short, _MEMO_SIZE))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_memo": {}}
