"""Texts as typed, aligned with the ids that the classifier gets."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skrnn.text.analysis import SEPARATOR, TEXT_RULES, Analyzer, Row, strip_html
from skrnn.text.encoding import as_documents, count_columns
from skrnn.text.sequencer import TextSequencer
from skrnn.text.vocabulary import OOV, PAD

__all__ = [
    "TokenizedText",
    "locate",
    "tokenize_as_typed",
    "tokenize_texts",
    "with_feature_names",
]

_NLTK_QUOTES = ("``", "''")  # its tokens for straight quotes
_Span = tuple[int, int]
_Typed = tuple[list[str], list[str], list[_Span], str]


@dataclass(frozen=True)
class TokenizedText:
    """The tokens of a text that are in its row of ids.

    Attributes
    ----------
    row : ndarray of shape (maxlen,), dtype int32
        The ids, 0 for padding.
    columns : ndarray of shape (n_tokens,), dtype int64
        The position of each token in the row.
    tokens : tuple of str
        The tokens as typed or, if that is unknown, as in the vocabulary.
    n_words : int
        The number of tokens of the text before it was truncated.
    text : str
        The text, without markup if the sequencer removes it.
    spans : tuple of (int, int)
        Where each token begins and ends in ``text``; empty if it was not found.
    """

    row: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int64]
    tokens: tuple[str, ...]
    n_words: int
    text: str
    spans: tuple[_Span, ...]

    @property
    def ids(self) -> npt.NDArray[np.int32]:
        """The ids of the tokens, shape (n_tokens,)."""
        return self.row[self.columns]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which tokens are in the vocabulary, shape (n_tokens,)."""
        known: npt.NDArray[np.bool_] = self.ids != OOV
        return known


def tokenize_texts(sequencer: TextSequencer, texts: Any) -> list[TokenizedText]:
    """Align the tokens of each text with its ids from a fitted sequencer.

    The texts of a row of a table are joined, with the separator between them. Raises a
    ValueError if tokens and ids do not match, since the parameters of the sequencer
    were changed after fit.
    """
    if not isinstance(texts, str) and count_columns(texts) is None:
        texts = list(texts)
    rows = np.asarray(sequencer.transform(texts))
    analyze = _TypedAnalyzer(sequencer)
    return [
        _align(sequencer, row, *analyze(document))
        for document, row in zip(as_documents(texts), rows, strict=True)
    ]


def _align(
    sequencer: TextSequencer,
    row: npt.NDArray[np.int32],
    typed: list[str],
    tokens: list[str],
    spans: list[_Span],
    text: str,
) -> TokenizedText:
    columns = np.flatnonzero(row != PAD)
    n_kept, n_words = len(columns), len(tokens)
    n_head = {
        "pre": 0,
        "post": n_kept,
        # The row is full, and its first half is the head.
        "middle": int(np.count_nonzero(row[: len(row) // 2])),
    }[sequencer.truncating]
    kept = [*range(n_head), *range(n_words - n_kept + n_head, n_words)]
    ids = [sequencer.vocabulary_.get(token, OOV) for token in tokens]
    if n_kept > n_words or [ids[i] for i in kept] != row[columns].tolist():
        raise ValueError(
            "The tokens of a text do not match the ids that the TextSequencer returns "
            "for it. Were its parameters changed after it was fitted? Fit it again."
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
    """The tokens of a text, and what was typed for each.

    Stop words and stems depend on one token only, and so do case and accents, with few
    exceptions. A token that cannot be traced back to the text stands for itself.
    """

    def __init__(self, sequencer: TextSequencer) -> None:
        options = {name: getattr(sequencer, name) for name in TEXT_RULES}
        split_only = {**options, "stop_words": None, "stemmer": None}
        unchanged = {"preprocessor": None, "lowercase": False, "strip_accents": None}
        as_typed = {**split_only, **unchanged, "normalize": None}
        on_tokens = {
            "strip_html": False,
            "tokenizer": _one_token,
            "sentence_splitter": None,
        }
        self._strips_html = sequencer.strip_html
        self._full = sequencer.build_analyzer()
        self._split = Analyzer(**split_only)
        self._split_typed = Analyzer(**as_typed)
        self._clean = Analyzer(**{**split_only, **on_tokens})
        self._finish = Analyzer(
            **{**options, **on_tokens, **unchanged, "stop_words": self._full.stop_words}
        )

    def __call__(self, document: str | Row) -> _Typed:
        """Return tokens as typed, tokens, spans, and the text without markup."""
        if isinstance(document, str):
            return self._analyze(document)
        typed: list[str] = []
        tokens: list[str] = []
        spans: list[_Span] = []
        joined = ""
        for number, text in enumerate(document):
            if number:
                start = len(joined) + 1
                typed.append(SEPARATOR)
                tokens.append(SEPARATOR)
                spans.append((start, start + len(SEPARATOR)))
                joined += f" {SEPARATOR} "
            more_typed, more_tokens, more_spans, plain = self._analyze(text)
            typed += more_typed
            tokens += more_tokens
            spans += [(a + len(joined), b + len(joined)) for a, b in more_spans]
            joined += plain
        return typed, tokens, spans, joined

    def _analyze(self, text: str) -> _Typed:
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
            return tokens, tokens, locate(plain, tokens), plain
        sources = [i for i, each in enumerate(final) for _ in each]
        # Stop words are located, too, so that no token is found within one.
        spans = locate(plain, typed)
        return [shown[i] for i in sources], tokens, [spans[i] for i in sources], plain


def _one_token(text: str) -> list[str]:
    """Return a text as one token."""
    return [text]


def locate(text: str, words: Sequence[str]) -> list[_Span]:
    """Return where each of a text's words, given in order, begins and ends in it.

    Words match regardless of case, accents, soft hyphens, the kind of apostrophe, and
    typographic variants. A word that is not found has an empty span after the word
    before it.
    """
    folded, origins = _fold(text)
    origins.append(len(text))
    spans, end, place = [], 0, 0
    for word in words:
        form, _ = _fold(word)
        if form in _NLTK_QUOTES and form not in folded:
            form = '"'
        found = _find(form, folded, place, origins) if form else -1
        start = end
        if found >= 0:
            place = found + len(form)
            start = origins[found]
            # Combining marks after the last letter belong to the word.
            end = max(origins[place], origins[place - 1] + 1)
        spans.append((start, end))
    return spans


def _find(form: str, folded: str, place: int, origins: list[int]) -> int:
    """Return where ``form`` is, preferably not inside a character such as "㎩" (Pa)."""
    first = found = folded.find(form, place)
    while found >= 0:
        last = found + len(form) - 1
        if origins[found - 1] != origins[found] and origins[last] != origins[last + 1]:
            return found
        found = folded.find(form, found + 1)
    return first


def _fold(text: str) -> tuple[str, list[int]]:
    """Return the letters to compare, and the position in ``text`` of each."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    letters, origins = [], []
    for position, character in enumerate(text):
        for letter in unicodedata.normalize("NFKD", character).casefold():
            if not unicodedata.combining(letter) and letter != "\xad":
                letters.append("'" if letter in "‘’" else letter)
                origins.append(position)
    return "".join(letters), origins


def tokenize_as_typed(text: str) -> list[str]:
    """Return the words of a text as typed, by the default tokenizer."""
    analyzer = TextSequencer(
        lowercase=False, strip_html=False, normalize=None
    ).build_analyzer()
    return analyzer(text)


def with_feature_names(classifier: Any, rows: npt.NDArray[np.int32]) -> Any:
    """Return rows with the column names of the classifier's fit, if it had any."""
    if not hasattr(classifier, "feature_names_in_"):
        return rows
    return pd.DataFrame(rows, columns=classifier.feature_names_in_)
