"""Encoded documents to flat ids, sentences set apart by zeros."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from skrnn.text.encoding import Encoded
from skrnn.text.sentences import break_long_sentences
from skrnn.text.vocabulary import OOV, PAD

__all__ = ["flat_ids", "set_apart", "warn_if_unknown"]

# Fewer tokens than this tell nothing about how well a vocabulary fits.
_ENOUGH_TOKENS = 20

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


def warn_if_unknown(flat: Ids, oov_rate: float | None) -> None:
    """Warn where a vocabulary does not fit new documents.

    Parameters
    ----------
    flat : ndarray of shape (n_words,), dtype int32
        As from :func:`flat_ids`.
    oov_rate : float or None
        The share of the training documents' tokens that are out of vocabulary; None if
        it is not known, and then nothing is said.

    Warns
    -----
    UserWarning
        If most of twenty tokens or more are out of vocabulary, and more than twice as
        many as of the training documents'.
    """
    n_unknown = np.count_nonzero(flat == OOV)
    n_tokens = np.count_nonzero(flat)
    if oov_rate is None or n_tokens < _ENOUGH_TOKENS:
        return
    if n_unknown > max(0.5, 2 * oov_rate) * n_tokens:
        warnings.warn(
            f"{n_unknown / n_tokens:.0%} of these texts' {n_tokens} tokens are out of "
            f"vocabulary, of the training texts' {oov_rate:.0%} were: predictions are "
            "of little worth. Are the texts in the language of the training texts? In "
            "a script without spaces between words, tokenizer='word' cuts at Unicode's "
            "word boundaries, and a function such as jieba.lcut at words.",
            stacklevel=4,
        )
