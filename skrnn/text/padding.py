"""Lists of ids to one padded array, and back to their lengths."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.text.vocabulary import PAD

__all__ = ["TRUNCATING", "pad_flat", "pad_sequences", "sequence_lengths"]

TRUNCATING = ("pre", "post", "middle")

Ids = npt.NDArray[np.int32]


def pad_sequences(
    sequences: Sequence[Sequence[int]],
    *,
    maxlen: int,
    padding: str = "pre",
    truncating: str = "pre",
) -> Ids:
    """Cut and pad lists of ids to one length, as Keras' function of this name does.

    Keras cannot cut the middle.

    Parameters
    ----------
    sequences : sequence of sequence of int
        The ids of each document.
    maxlen : int
        The length of the rows.
    padding : {"pre", "post"}, default="pre"
        Where to put zeros in a row that is too short.
    truncating : {"pre", "post", "middle"}, default="pre"
        Where to cut a sequence that is too long. "middle" keeps its head and its tail,
        which are of one length or the tail is longer by one.

    Returns
    -------
    X : ndarray of shape (len(sequences), maxlen), dtype int32
        The ids, 0 where there is none.

    Examples
    --------
    >>> from skrnn.text import pad_sequences
    >>> pad_sequences([[5, 6, 7, 8], [9], []], maxlen=3)
    array([[6, 7, 8],
           [0, 0, 9],
           [0, 0, 0]], dtype=int32)
    """
    lengths = np.fromiter(map(len, sequences), dtype=np.int64, count=len(sequences))
    flat = np.fromiter(
        chain.from_iterable(sequences), dtype=np.int32, count=lengths.sum()
    )
    return pad_flat(
        flat, lengths, maxlen=maxlen, padding=padding, truncating=truncating
    )


def pad_flat(
    flat: Ids,
    lengths: npt.NDArray[np.integer[Any]],
    *,
    maxlen: int,
    padding: str,
    truncating: str,
) -> Ids:
    """Cut and pad sequences that stand one after the other in an array.

    Parameters
    ----------
    flat : ndarray of shape (lengths.sum(),), dtype int32
        The ids of all sequences.
    lengths : ndarray of shape (n,)
        How many of them belong to each sequence.
    maxlen : int
        The length of the rows.
    padding : {"pre", "post"}
        Where to put zeros.
    truncating : {"pre", "post", "middle"}
        Where to cut.

    Returns
    -------
    X : ndarray of shape (n, maxlen), dtype int32
        The ids, 0 where there is none.
    """
    n = len(lengths)
    kept = np.minimum(lengths, maxlen)
    starts = np.cumsum(lengths) - lengths
    # Ids from `head` on are taken from the end of their sequence.
    head = {"pre": 0, "middle": maxlen // 2, "post": maxlen}[truncating]
    target = np.arange(n) * maxlen
    if padding == "pre":
        target += maxlen - kept
    within = np.arange(kept.sum()) - np.repeat(np.cumsum(kept) - kept, kept)
    X = np.full(n * maxlen, PAD, dtype=np.int32)
    skipped = np.where(within < head, 0, np.repeat(lengths - kept, kept))
    source = np.repeat(starts, kept) + within + skipped
    X[np.repeat(target, kept) + within] = flat[source]
    return X.reshape(n, maxlen)


def sequence_lengths(X: npt.ArrayLike) -> Ids:
    """Count the ids of each row that are no padding.

    Parameters
    ----------
    X : array-like of shape (n, maxlen)
        Padded rows of ids, padded on either side.

    Returns
    -------
    lengths : ndarray of shape (n,), dtype int32
        The number of ids other than 0.

    Examples
    --------
    >>> from skrnn.text import sequence_lengths
    >>> sequence_lengths([[0, 0, 9], [5, 6, 7], [0, 0, 0]])
    array([1, 3, 0], dtype=int32)
    """
    return np.count_nonzero(np.asarray(X) != PAD, axis=1).astype(np.int32)
