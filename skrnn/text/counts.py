"""What is learnt from texts while they go by: counts of words and of lengths.

Tallies take memory for the distinct words and lengths that they met, not for the texts.
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
    """How often each word occurs.

    Parameters
    ----------
    numbers : dict of str to int
        The position of each word in the arrays. Tallies that grew out of one another
        share it, so that it may hold words that an earlier one has not met.
    counts : ndarray of shape (n_words,), dtype int64
        Occurrences of each word.
    frequencies : ndarray of shape (n_words,), dtype int64, or None
        In how many documents each word occurs; None if that is not counted.
    n_documents : int
        How many documents were counted.
    """

    numbers: dict[str, int]
    counts: Counts
    frequencies: Counts | None
    n_documents: int

    @classmethod
    def empty(cls, *, count_documents: bool) -> Self:
        """Return the counts of no documents.

        Parameters
        ----------
        count_documents : bool
            Whether to count in how many documents a word occurs, which takes time.

        Returns
        -------
        counts : TokenCounts
            With nothing in it.
        """
        nothing = np.empty(0, dtype=np.int64)
        return cls({}, nothing, nothing if count_documents else None, 0)

    def plus(self, documents: Encoded) -> Self:
        """Return the counts after some more documents.

        Parameters
        ----------
        documents : Encoded
            The documents.

        Returns
        -------
        counts : TokenCounts
            The new counts; these stay as they are.
        """
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
        """Return how often words that were met occur, all together."""
        return int(self.counts[[self.numbers[word] for word in words]].sum())


@dataclass(frozen=True)
class LengthCounts:
    """How many documents have each length.

    Parameters
    ----------
    lengths : ndarray of shape (n_lengths,), dtype int64
        The lengths that occur, sorted.
    counts : ndarray of shape (n_lengths,), dtype int64
        How many documents have each of them.
    """

    lengths: Counts
    counts: Counts

    @classmethod
    def empty(cls) -> Self:
        """Return the counts of no documents.

        Returns
        -------
        counts : LengthCounts
            With nothing in it.
        """
        return cls(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))

    def plus(self, lengths: npt.NDArray[np.int32]) -> Self:
        """Return the counts after some more documents.

        Parameters
        ----------
        lengths : ndarray of shape (n_documents,), dtype int32
            The lengths of the documents.

        Returns
        -------
        counts : LengthCounts
            The new counts; these stay as they are.
        """
        new, n_of_new = np.unique(lengths, return_counts=True)
        known = np.union1d(self.lengths, new)
        counts = np.zeros(len(known), dtype=np.int64)
        counts[np.searchsorted(known, self.lengths)] = self.counts
        counts[np.searchsorted(known, new)] += n_of_new
        return type(self)(known, counts)

    def quantile(self, share: float) -> int:
        """Return the smallest length that holds a share of the documents.

        Parameters
        ----------
        share : float
            Above 0, at most 1.

        Returns
        -------
        length : int
            One of the lengths.
        """
        up_to = np.cumsum(self.counts)
        # Rounded, since 0.7 * 10 is a little more than 7.
        rank = max(math.ceil(round(share * int(up_to[-1]), 9)), 1)
        return int(self.lengths[np.searchsorted(up_to, rank)])


def document_frequencies(documents: Encoded) -> Counts:
    """Count in how many documents each token occurs.

    Parameters
    ----------
    documents : Encoded
        The documents.

    Returns
    -------
    frequencies : ndarray of shape (len(documents.tokens),), dtype int64
        For each token the number of documents.
    """
    n_tokens = len(documents.tokens)
    rows = np.repeat(np.arange(len(documents.lengths)), documents.lengths)
    pairs = np.unique(rows * n_tokens + documents.codes)
    return np.bincount(pairs % n_tokens, minlength=n_tokens)
