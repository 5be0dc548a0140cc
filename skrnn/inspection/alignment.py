"""Tokens of a text as typed, aligned with their ids and their places in the text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skrnn.text.analysis import TEXT_RULES, Analyzer, strip_html
from skrnn.text.sequencer import TextSequencer
from skrnn.text.vocabulary import OOV, PAD

__all__ = ["TokenizedText", "find_spans", "tokenize_as_typed", "tokenize_texts"]

_NLTK_QUOTES = ("``", "''")  # NLTK's tokens for straight quotes


@dataclass(frozen=True)
class TokenizedText:
    """A text, and those of its tokens that a classifier gets.

    Attributes
    ----------
    row : ndarray of shape (maxlen,), int32
        The ids, 0 for padding.
    columns : ndarray of shape (n_tokens,), int64
        The columns of the tokens in the row.
    tokens : tuple of str
        The tokens as typed; where that is not known, as in the vocabulary.
    n_words : int
        The number of tokens before truncation.
    text : str
        The text, without markup if the sequencer strips it.
    spans : tuple of (int, int)
        The start and end of each token in ``text``; an empty span if it is not found.
    """

    row: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int64]
    tokens: tuple[str, ...]
    n_words: int
    text: str
    spans: tuple[tuple[int, int], ...]

    @property
    def ids(self) -> npt.NDArray[np.int32]:
        """The ids of the tokens, shape (n_tokens,)."""
        return self.row[self.columns]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which tokens are in the vocabulary, shape (n_tokens,)."""
        known: npt.NDArray[np.bool_] = self.ids != OOV
        return known


def tokenize_texts(
    sequencer: TextSequencer, texts: Iterable[str]
) -> list[TokenizedText]:
    """Align the tokens of texts with the ids that a fitted sequencer gives them.

    Raises
    ------
    ValueError
        If the parameters of the sequencer changed after its fit, so that tokens and ids
        do not match.
    """
    texts = texts if isinstance(texts, str) else list(texts)
    rows = np.asarray(sequencer.transform(texts))
    analyze = _TypedAnalyzer(sequencer)
    return [
        _align(sequencer, row, *analyze(text))
        for text, row in zip(texts, rows, strict=True)
    ]


def _align(
    sequencer: TextSequencer,
    row: npt.NDArray[np.int32],
    typed: list[str],
    tokens: list[str],
    spans: list[tuple[int, int]],
    text: str,
) -> TokenizedText:
    """Drop the tokens that were truncated, and check the ids of the others."""
    columns = np.flatnonzero(row != PAD)
    n_kept, n_words = len(columns), len(tokens)
    n_head = {
        "pre": 0,
        "post": n_kept,
        # If a text is truncated, its row is full and the first half is the head.
        "middle": int(np.count_nonzero(row[: len(row) // 2])),
    }[sequencer.truncating]
    kept = [*range(n_head), *range(n_words - n_kept + n_head, n_words)]
    ids = [sequencer.vocabulary_.get(token, OOV) for token in tokens]
    if n_kept > n_words or [ids[i] for i in kept] != row[columns].tolist():
        raise ValueError(
            "The tokens of a text do not match the ids that the TextSequencer gives "
            "it. Were its parameters changed after it was fitted? Fit it again."
        )
    return TokenizedText(
        row,
        columns,
        tokens=tuple(typed[i] for i in kept),
        n_words=n_words,
        text=text,
        spans=tuple(spans[i] for i in kept),
    )


class _TypedAnalyzer:
    """Returns the tokens of a text, each beside what was typed.

    Stop words and stems depend on one token, and nearly always so do case and accents.
    A token that cannot be traced back to what was typed is shown as it is.
    """

    def __init__(self, sequencer: TextSequencer) -> None:
        rules = {name: getattr(sequencer, name) for name in TEXT_RULES}
        split_only = {**rules, "stop_words": None, "stemmer": None}
        unchanged = {"preprocessor": None, "lowercase": False, "strip_accents": None}
        as_typed = {**split_only, **unchanged, "normalize": None}
        on_tokens = {
            "strip_html": False,
            "tokenizer": _as_one_token,
            "sentence_splitter": None,
        }
        self._strips_html = sequencer.strip_html
        self._full = sequencer.build_analyzer()
        self._split = Analyzer(**split_only)
        self._split_typed = Analyzer(**as_typed)
        self._clean = Analyzer(**{**split_only, **on_tokens})
        finish = {**rules, **on_tokens, **unchanged}
        self._finish = Analyzer(**{**finish, "stop_words": self._full.stop_words})

    def __call__(
        self, text: str
    ) -> tuple[list[str], list[str], list[tuple[int, int]], str]:
        """Return what was typed, the tokens, their spans, and the text of the spans."""
        plain = strip_html(text) if self._strips_html else text
        tokens = self._full(text)
        parts = self._split(text)
        typed = self._split_typed(text)
        if len(typed) != len(parts):
            typed = parts
        shown = [
            word if self._clean(word) == [part] else part
            for word, part in zip(typed, parts, strict=True)
        ]
        final = [self._finish(part) for part in parts]
        if [token for each in final for token in each] != tokens:
            return tokens, tokens, find_spans(plain, tokens), plain
        numbers = [i for i, each in enumerate(final) for _ in each]
        # Also those of dropped tokens, so that no token is found within one of them.
        spans = find_spans(plain, typed)
        return [shown[i] for i in numbers], tokens, [spans[i] for i in numbers], plain


def _as_one_token(text: str) -> list[str]:
    return [text]


def tokenize_as_typed(text: str) -> list[str]:
    """Return the tokens of a text as typed, by the default tokenizer."""
    analyzer = TextSequencer(
        lowercase=False, strip_html=False, normalize=None
    ).build_analyzer()
    return analyzer(text)


def find_spans(text: str, tokens: Sequence[str]) -> list[tuple[int, int]]:
    """Return the start and end of each token, searching from left to right.

    Case, accents, soft hyphens, the form of apostrophes and typographic variants are
    ignored. A token that is not found gets an empty span after the one before it.
    """
    folded, origins = _fold(text)
    origins.append(len(text))
    spans, end, position = [], 0, 0
    for token in tokens:
        form, _ = _fold(token)
        if form in _NLTK_QUOTES and form not in folded:
            form = '"'
        found = folded.find(form, position) if form else -1
        start = end
        if found >= 0:
            position = found + len(form)
            start = origins[found]
            # Combining marks after the last letter are part of the token.
            end = max(origins[position], origins[position - 1] + 1)
        spans.append((start, end))
    return spans


def _fold(text: str) -> tuple[str, list[int]]:
    """Return the letters to compare, and the index of the character of each."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    letters, origins = [], []
    for index, character in enumerate(text):
        for letter in unicodedata.normalize("NFKD", character).casefold():
            if not unicodedata.combining(letter) and letter != "\xad":
                letters.append("'" if letter in "‘’" else letter)
                origins.append(index)
    return "".join(letters), origins
