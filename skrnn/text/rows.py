"""Encoded documents to flat ids, sentences set apart by zeros."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from skrnn.text.encoding import Encoded
from skrnn.text.padding import pad_flat
from skrnn.text.sentences import break_long_sentences
from skrnn.text.vocabulary import OOV, PAD

__all__ = ["flat_ids", "set_apart", "to_rows"]

# Fewer different tokens tell nothing about how well a vocabulary fits.
_MANY_TOKENS = 10

Ids = npt.NDArray[np.int32]


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

    The rows are ``maxlen`` wide, or as wide as the longest of them. Warns where the
    vocabulary does not fit the documents, unless ``oov_rate`` is None.
    """
    breaks, widths = set_apart(documents, sentence_length)
    flat = flat_ids(documents, vocabulary, breaks)
    _warn_if_unknown(documents, vocabulary, flat, oov_rate)
    lengths = np.minimum(widths, maxlen).astype(np.int64)
    if pad_to_longest:
        maxlen = max(int(lengths.max()), 1)
    rows = pad_flat(flat, widths, maxlen=maxlen, padding=padding, truncating=truncating)
    return rows, lengths


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


def _warn_if_unknown(
    documents: Encoded,
    vocabulary: Mapping[str, int],
    flat: Ids,
    oov_rate: float | None,
) -> None:
    """Warn where a vocabulary does not fit new documents.

    Parameters
    ----------
    documents : Encoded
        The documents.
    vocabulary : mapping of str to int
        The id of each word.
    flat : ndarray of shape (n_words,), dtype int32
        As from :func:`flat_ids`.
    oov_rate : float or None
        The share of the training documents' tokens that are out of vocabulary. None,
        where it is not known, warns of nothing.

    Warns
    -----
    UserWarning
        If most tokens are out of vocabulary, ten different ones or more, and their
        share is more than twice that among the training documents.
    """
    if oov_rate is None:
        return
    rate = int(np.count_nonzero(flat == OOV)) / max(len(documents.codes), 1)
    if rate <= max(0.5, 2 * oov_rate):
        return
    if sum(token not in vocabulary for token in documents.tokens) < _MANY_TOKENS:
        return
    warnings.warn(
        f"{rate:.0%} of the tokens of these texts are out of vocabulary "
        f"({oov_rate:.0%} of the training texts' were), so that predictions rest on "
        "few words. Are they in the language of the training texts? If they have no "
        "spaces between words, a tokenizer with a dictionary, such as jieba.lcut, may "
        "help.",
        stacklevel=5,
    )
