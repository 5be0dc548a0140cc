"""Counts of words and of document lengths over a stream of texts.

Memory is needed for the distinct words and lengths, not for the texts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from skrnn.text.encoding import Encoded

__all__ = ["LengthCounts", "TokenCounts", "document_frequencies"]

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TokenCounts:
    """Term counts and document frequencies.

    Attributes
    ----------
    numbers : dict of str to int
        The position of each word in the arrays. The results of :meth:`plus` share it
        with the original, so it may have words that were added later.
    counts : ndarray of shape (n_words,), dtype int64
        The number of occurrences of each word.
    frequencies : ndarray of shape (n_words,), dtype int64, or None
        The number of documents with each word; None if it is not counted.
    n_documents : int
        The number of documents.
    """

    numbers: dict[str, int]
    counts: Counts
    frequencies: Counts | None
    n_documents: int

    @classmethod
    def empty(cls, *, count_documents: bool) -> Self:
        """Return zero counts; ``count_documents`` adds document frequencies."""
        nothing = np.empty(0, dtype=np.int64)
        return cls({}, nothing, nothing if count_documents else None, 0)

    def plus(self, documents: Encoded) -> Self:
        """Return new counts that include more documents."""
        numbers = self.numbers
        places = np.fromiter(
            (numbers.setdefault(token, len(numbers)) for token in documents.tokens),
            dtype=np.intp,
            count=len(documents.tokens),
        )

        def add(old: Counts, new: Counts) -> Counts:
            total = np.zeros(len(numbers), dtype=np.int64)
            total[: len(old)] = old
            total[places] += new
            return total

        occurrences = np.bincount(documents.codes, minlength=len(places))
        frequencies = self.frequencies
        if frequencies is not None:
            frequencies = add(frequencies, document_frequencies(documents))
        return type(self)(
            numbers,
            add(self.counts, occurrences),
            frequencies,
            self.n_documents + len(documents.lengths),
        )

    def count(self, words: Iterable[str]) -> int:
        """Return the total number of occurrences of words."""
        return int(self.counts[self.places(words)].sum())

    def places(self, words: Iterable[str]) -> list[int]:
        """Return the positions in the arrays of the words that occur."""
        n_words = len(self.counts)
        found = (self.numbers.get(word, n_words) for word in words)
        return [place for place in found if place < n_words]


@dataclass(frozen=True)
class LengthCounts:
    """Numbers of documents by length: two int64 arrays, sorted by length."""

    lengths: Counts
    counts: Counts

    @classmethod
    def empty(cls) -> Self:
        """Return counts of no documents."""
        return cls(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))

    def plus(self, lengths: npt.NDArray[np.int32]) -> Self:
        """Return new counts that include more documents, given their lengths."""
        new, n_of_new = np.unique(lengths, return_counts=True)
        known = np.union1d(self.lengths, new)
        counts = np.zeros(len(known), dtype=np.int64)
        counts[np.searchsorted(known, self.lengths)] = self.counts
        counts[np.searchsorted(known, new)] += n_of_new
        return type(self)(known, counts)

    def quantile(self, share: float) -> int:
        """Return the smallest length that suffices for a ``share`` of documents."""
        cumulative = np.cumsum(self.counts)
        # Rounded: a product such as 0.7 * 10 may be slightly above an integer.
        rank = max(math.ceil(round(share * int(cumulative[-1]), 9)), 1)
        return int(self.lengths[np.searchsorted(cumulative, rank)])


def document_frequencies(documents: Encoded) -> Counts:
    """Return the number of documents with each of ``documents.tokens``."""
    n_tokens = len(documents.tokens)
    rows = np.repeat(np.arange(len(documents.lengths)), documents.lengths)
    pairs = np.unique(rows * n_tokens + documents.codes)
    return np.bincount(pairs % n_tokens, minlength=n_tokens)
