"""Rows of ids in batches of like length, padded to their longest row only.

A recurrent layer takes time for every column of a batch, padding included. Rows are
therefore aligned left once, shuffled, and sorted by length within chunks of the
shuffled order. Each batch is as wide as its longest row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skrnn.text.batches import cut
from skrnn.text.vocabulary import PAD

# Large enough to keep the processor busy, small enough for its cache.
PREDICTION_BATCH_SIZE = 256

# Batches whose rows are sorted together. More of them mean less padding, fewer of them
# a more random order.
_BATCHES_PER_CHUNK = 16


@dataclass(frozen=True)
class Rows:
    """Rows of ids, padded on the right, with their lengths.

    Parameters
    ----------
    ids : ndarray of shape (n_rows, n_columns), int32
        Padded on the right.
    lengths : ndarray of shape (n_rows,), int64
        The columns of each row that are not padding.
    """

    ids: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)

    def take(self, chosen: npt.NDArray[np.intp]) -> npt.NDArray[np.int32]:
        """Return the ids of the ``chosen`` rows, cut to the longest of them."""
        longest = max(int(self.lengths[chosen].max()), 1)
        return self.ids[chosen, :longest]


def align_left(ids: npt.NDArray[np.int32]) -> Rows:
    """Move the padding of each row, wherever it is, to the right."""
    return _move_left(ids, ids != PAD)


def align_sentences(ids: npt.NDArray[np.int32]) -> Rows:
    """Move padding to the right, but keep one zero between two sentences.

    A sentence is a run of words without padding. Lengths include the zeros between
    sentences.
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
    # Both masks select as many cells of each row, in the same order.
    aligned[real] = ids[kept]
    return Rows(aligned, lengths)


def shuffled_batches(
    rows: Rows, batch_size: int, rng: np.random.Generator
) -> Iterator[npt.NDArray[np.intp]]:
    """Yield row numbers in random batches of rows of like length, each row once."""
    batches: list[npt.NDArray[np.intp]] = []
    for chunk in cut(rng.permutation(len(rows)), batch_size * _BATCHES_PER_CHUNK):
        by_length = np.argsort(rows.lengths[chunk], kind="stable")
        batches += cut(chunk[by_length], batch_size)
    for number in rng.permutation(len(batches)):
        yield batches[number]
