"""Encoded documents to flat ids, sentences set apart by zeros."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from skrnn.text.encoding import Encoded
from skrnn.text.sentences import break_long_sentences
from skrnn.text.vocabulary import OOV, PAD

__all__ = ["flat_ids", "set_apart"]

Ids = npt.NDArray[np.int32]


def set_apart(
    documents: Encoded, sentence_length: int | None
) -> tuple[npt.NDArray[np.int64], Ids]:
    """Tell where zeros stand between sentences, and how long documents are with them.

    Parameters
    ----------
    documents : Encoded
        The documents.
    sentence_length : int or None
        Words that a sentence may have; what is longer becomes several.

    Returns
    -------
    breaks : ndarray of shape (n_breaks,), dtype int64
        Numbers of the words, counted through all documents, before which a zero stands.
    widths : ndarray of shape (n_documents,), dtype int32
        Words and zeros of each document.
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
    """Look the words up and put zeros between sentences.

    Parameters
    ----------
    documents : Encoded
        The documents.
    vocabulary : mapping of str to int
        The id of each word.
    breaks : ndarray of shape (n_breaks,), dtype int64
        As from :func:`set_apart`.

    Returns
    -------
    flat : ndarray of shape (widths.sum(),), dtype int32
        The ids of all documents, one after the other; 1 for what is not in the
        vocabulary.
    """
    look_up = vocabulary.get
    ids = np.array([look_up(t, OOV) for t in documents.tokens], dtype=np.int32)
    flat = ids[documents.codes]
    return np.insert(flat, breaks, PAD) if len(breaks) else flat
