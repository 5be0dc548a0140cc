"""Batches of rows of like length, padded to their longest row only.

A recurrent layer costs time for every column of a batch, padding included. Rows are
therefore aligned left once, shuffled, sorted by length within chunks of the shuffled
order, and each batch is cut to its longest row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skrnn.text.vocabulary import PAD

# Batches whose rows are sorted together: more gives less padding, fewer more chance.
_BATCHES_PER_CHUNK = 16


@dataclass(frozen=True)
class Rows:
    """Rows of ids, words first, with their lengths.

    Parameters
    ----------
    ids : ndarray of shape (n_rows, n_columns), int32
        Words first, padding after.
    lengths : ndarray of shape (n_rows,), int64
        Columns that each row needs.
    """

    ids: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)

    def and_then(self, others: Rows) -> Rows:
        """Return these rows and the ``others`` after them."""
        width = max(self.ids.shape[1], others.ids.shape[1])
        ids = [
            np.pad(r.ids, ((0, 0), (0, width - r.ids.shape[1]))) for r in (self, others)
        ]
        lengths = np.concatenate([self.lengths, others.lengths])
        return Rows(np.concatenate(ids), lengths)

    def take(self, chosen: npt.NDArray[np.intp]) -> npt.NDArray[np.int32]:
        """Return the ids of the ``chosen`` rows, cut to the longest of them."""
        longest = max(int(self.lengths[chosen].max()), 1)
        return self.ids[chosen, :longest]


def align_left(ids: npt.NDArray[np.int32]) -> Rows:
    """Move the words of each row to its start.

    Parameters
    ----------
    ids : ndarray of shape (n_rows, n_columns), int32
        Rows with padding anywhere.

    Returns
    -------
    rows : Rows
        The same words in the same order, padding after them.
    """
    return _move_left(ids, ids != PAD)


def align_sentences(ids: npt.NDArray[np.int32]) -> Rows:
    """Move the words of each row to its start, with one zero between two sentences.

    Parameters
    ----------
    ids : ndarray of shape (n_rows, n_columns), int32
        Rows with padding anywhere; a sentence is a run of words without any.

    Returns
    -------
    rows : Rows
        The same sentences in the same order, padding after them. Lengths count the
        zeros between sentences.
    """
    kept = ids != PAD
    if ids.shape[1] > 2:
        after_words = np.logical_or.accumulate(kept[:, :-2], axis=1)
        kept[:, 1:-1] |= after_words & (ids[:, 2:] != PAD)
    return _move_left(ids, kept)


def _move_left(ids: npt.NDArray[np.int32], kept: npt.NDArray[np.bool_]) -> Rows:
    lengths = kept.sum(axis=1)
    columns = np.arange(ids.shape[1])
    real = columns < lengths[:, np.newaxis]
    aligned = np.full_like(ids, PAD)
    # Both masks hold the same number of cells in each row, read in the same order.
    aligned[real] = ids[kept]
    return Rows(aligned, lengths)


def shuffled_batches(
    rows: Rows, batch_size: int, rng: np.random.Generator
) -> Iterator[npt.NDArray[np.intp]]:
    """Yield row numbers in batches: random, but of like length within a batch.

    Parameters
    ----------
    rows : Rows
        The rows.
    batch_size : int
        Rows a batch; the last one may be smaller.
    rng : numpy.random.Generator
        Source of the order.

    Yields
    ------
    chosen : ndarray of shape (n_chosen,), intp
        Row numbers. Together the batches hold every row once.
    """
    batches: list[npt.NDArray[np.intp]] = []
    for chunk in cut(rng.permutation(len(rows)), batch_size * _BATCHES_PER_CHUNK):
        by_length = np.argsort(rows.lengths[chunk], kind="stable")
        batches += cut(chunk[by_length], batch_size)
    for number in rng.permutation(len(batches)):
        yield batches[number]


def sorted_batches(rows: Rows, batch_size: int) -> list[npt.NDArray[np.intp]]:
    """Return row numbers in batches by length, for steps in which order is free.

    Parameters
    ----------
    rows : Rows
        The rows.
    batch_size : int
        Rows a batch; the last one may be smaller.

    Returns
    -------
    batches : list of ndarray of shape (n_chosen,), intp
        Row numbers. Together the batches hold every row once.
    """
    return cut(np.argsort(rows.lengths, kind="stable"), batch_size)


def cut(order: npt.NDArray[np.intp], size: int) -> list[npt.NDArray[np.intp]]:
    """Return ``order`` in batches of ``size``; the last one may be smaller."""
    if size < 1:
        raise ValueError(f"A batch must have at least 1 row, got batch_size={size}.")
    return [order[start : start + size] for start in range(0, len(order), size)]
