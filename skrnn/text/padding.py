"""Token ids of documents as the rows of one padded array."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.text.encoding import Encoded
from skrnn.text.sentences import break_long_sentences
from skrnn.text.vocabulary import OOV, PAD

__all__ = [
    "TRUNCATING",
    "flat_ids",
    "pad_flat",
    "pad_sequences",
    "sentence_breaks",
    "sequence_lengths",
    "to_rows",
]

TRUNCATING = ("pre", "post", "middle")

# With fewer distinct unknown tokens, a high share of them may be chance.
_MIN_UNKNOWN_TOKENS = 10

Ids = npt.NDArray[np.int32]


def pad_sequences(
    sequences: Sequence[Sequence[int]],
    *,
    maxlen: int,
    padding: str = "pre",
    truncating: str = "pre",
) -> Ids:
    """Pad and truncate lists of ids to one length, like Keras' function of that name.

    ``truncating="middle"`` is an addition to Keras.

    Parameters
    ----------
    sequences : sequence of sequence of int
        The ids of each document.
    maxlen : int
        The length of the rows.
    padding : {"pre", "post"}, default="pre"
        Whether zeros go before or after the ids of a short sequence.
    truncating : {"pre", "post", "middle"}, default="pre"
        Which ids of a long sequence to remove. "middle" keeps the first
        ``maxlen // 2`` ids and fills the rest of the row from the end.

    Returns
    -------
    X : ndarray of shape (len(sequences), maxlen), dtype int32
        The ids, padded with 0.

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
    """Pad and truncate concatenated sequences of the given lengths."""
    n = len(lengths)
    kept = np.minimum(lengths, maxlen)
    starts = np.cumsum(lengths) - lengths
    # Ids from position `head` on come from the end of their sequence.
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
    """Count the ids of each row, without padding.

    Parameters
    ----------
    X : array-like of shape (n, maxlen)
        Padded rows of ids.

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


def to_rows(
    documents: Encoded,
    vocabulary: Mapping[str, int],
    *,
    sentence_length: int | None,
    maxlen: int,
    padding: str,
    truncating: str,
    oov_rate: float | None,
    pad_to_longest: bool = False,
) -> tuple[Ids, npt.NDArray[np.int64]]:
    """Return padded rows of ids, and the length of each row without its padding.

    With ``pad_to_longest``, rows are as wide as the longest of them, at most
    ``maxlen``. Warns where the vocabulary does not fit the documents, unless
    ``oov_rate``, that of the training documents, is None.
    """
    breaks, widths = sentence_breaks(documents, sentence_length)
    flat = flat_ids(documents, vocabulary, breaks)
    if oov_rate is not None:
        _warn_if_unknown(documents, vocabulary, flat, oov_rate)
    lengths = np.minimum(widths, maxlen).astype(np.int64)
    if pad_to_longest:
        maxlen = max(int(lengths.max()), 1)
    rows = pad_flat(flat, widths, maxlen=maxlen, padding=padding, truncating=truncating)
    return rows, lengths


def sentence_breaks(
    documents: Encoded, sentence_length: int | None
) -> tuple[npt.NDArray[np.int64], Ids]:
    """Return the token positions that get a 0 before them, and the new lengths.

    Sentences longer than ``sentence_length`` are broken, too. Positions count through
    all documents, as in ``documents.breaks``; lengths include the zeros.
    """
    breaks, lengths = documents.breaks, documents.lengths
    if sentence_length is not None:
        breaks = break_long_sentences(breaks, lengths, sentence_length)
    if not len(breaks):
        return breaks, lengths
    owners = np.searchsorted(np.cumsum(lengths), breaks, side="right")
    zeros = np.bincount(owners, minlength=len(lengths))
    return breaks, lengths + zeros.astype(np.int32)


def flat_ids(
    documents: Encoded, vocabulary: Mapping[str, int], breaks: npt.NDArray[np.int64]
) -> Ids:
    """Return the ids of all documents, concatenated, with a 0 at each of ``breaks``."""
    id_of = vocabulary.get
    ids = np.array([id_of(t, OOV) for t in documents.tokens], dtype=np.int32)
    flat = ids[documents.codes]
    return np.insert(flat, breaks, PAD) if len(breaks) else flat


def _warn_if_unknown(
    documents: Encoded, vocabulary: Mapping[str, int], flat: Ids, oov_rate: float
) -> None:
    """Warn if most tokens are unknown, and far more than among the training texts."""
    rate = int(np.count_nonzero(flat == OOV)) / max(len(documents.codes), 1)
    if rate <= max(0.5, 2 * oov_rate):
        return
    if sum(token not in vocabulary for token in documents.tokens) < _MIN_UNKNOWN_TOKENS:
        return
    warnings.warn(
        f"{rate:.0%} of the tokens of these texts are out of vocabulary "
        f"({oov_rate:.0%} of the training texts' were), so predictions rest on few "
        "words. Are the texts in the language of the training texts? If they have no "
        "spaces between words, a tokenizer with a dictionary, such as jieba.lcut, may "
        "help.",
        stacklevel=5,
    )
