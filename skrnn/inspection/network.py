"""Scores, gradients and attention of a fitted network, by its word vectors."""

from __future__ import annotations

import skrnn._tensorflow  # isort: skip  # noqa: F401  before TensorFlow

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from skrnn.estimators.base import BaseTextNetwork
from skrnn.networks.sequences import restore_columns
from skrnn.text.vocabulary import OOV, PAD
from skrnn.training.batches import PREDICTION_BATCH_SIZE

__all__ = ["VectorScorer", "attention_of_network"]

_Floats = npt.NDArray[np.float64]

# Size of the word vectors of one batch at most; more texts are split.
_MOST_NUMBERS = 2**22


class VectorScorer:
    """The score of one output as a function of the word vectors of one text.

    Parameters
    ----------
    classifier : BaseTextNetwork
        A fitted one.
    row : ndarray of shape (maxlen,), int32
        The ids of the text, with padding anywhere.
    target : int
        Position of the class in ``classes_``; 0 for a regressor.
    log_odds : bool
        Whether the score is ``log(p / (1 - p))`` instead of the probability ``p``. It
        is computed from the logits, so it is exact where ``p`` rounds to one. The score
        of a regressor is the predicted number.

    Attributes
    ----------
    vectors : ndarray of shape (n_columns, n_dimensions), float32
        The vectors of the words as the network aligns them.
    baseline : ndarray of shape (n_columns, n_dimensions), float32
        The same with the vector of an unknown word for each word. Word dropout trains
        a network on mixtures of the two, but never on zero vectors, between which and
        words its states jump.
    is_word : ndarray of shape (n_columns,), bool
        Which of the columns are words, not padding.
    """

    def __init__(
        self,
        classifier: BaseTextNetwork,
        row: npt.NDArray[np.int32],
        target: int,
        *,
        log_odds: bool,
    ) -> None:
        self._network = classifier._network
        self._rescale = classifier._rescale
        self._as_rows = classifier._as_rows
        self._target = target
        self._log_odds = log_odds
        aligned = self._as_rows(row[np.newaxis]).take(np.array([0]))
        vectors, self._lengths = self._network.embed(aligned)
        self.vectors: npt.NDArray[np.float32] = vectors[0].numpy()
        self.is_word: npt.NDArray[np.bool_] = aligned[0] != PAD
        unknown = self._network.embed(np.full((1, 1), OOV, np.int32))[0].numpy()[0]
        self.baseline: npt.NDArray[np.float32] = np.where(
            self.is_word[:, np.newaxis], unknown, self.vectors
        )

    def row_scores(self, rows: npt.NDArray[np.int32]) -> _Floats:
        """Return a score for each row of ids, shape (n_rows,)."""
        ends = range(PREDICTION_BATCH_SIZE, len(rows), PREDICTION_BATCH_SIZE)
        parts = [
            self._score(*self._network.embed(self._as_rows(part).ids))
            for part in np.split(rows, ends)
        ]
        return np.concatenate([part.numpy() for part in parts]).astype(np.float64)

    def scores(self, texts: npt.NDArray[np.float32]) -> _Floats:
        """Return a score for each of several texts, given as word vectors."""
        parts = [
            self._score(tf.convert_to_tensor(part), self._repeat_lengths(part))
            for part in _split(texts)
        ]
        return np.concatenate([part.numpy() for part in parts]).astype(np.float64)

    def gradients(self, texts: npt.NDArray[np.float32]) -> _Floats:
        """Return the gradient of each score with respect to the word vectors."""
        parts = []
        for part in _split(texts):
            vectors = tf.convert_to_tensor(part)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(vectors)
                # Texts are independent, so the gradient of the sum has all gradients.
                total = tf.reduce_sum(self._score(vectors, self._repeat_lengths(part)))
            parts.append(tape.gradient(total, vectors).numpy())
        return np.concatenate(parts).astype(np.float64)

    def _repeat_lengths(self, texts: npt.NDArray[np.float32]) -> tf.Tensor:
        return tf.repeat(self._lengths, len(texts), axis=0)

    def _score(self, vectors: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        logits = self._network.logits(vectors, lengths)
        scores = self._network.head.score(logits, self._target, self._log_odds)
        return self._rescale(scores)


def attention_of_network(
    classifier: BaseTextNetwork, ids: npt.NDArray[np.int32]
) -> _Floats:
    """Return the attention of a classifier with ``pooling="attention"`` to words.

    Parameters
    ----------
    classifier : BaseTextNetwork
        A fitted one.
    ids : ndarray of shape (n_texts, maxlen), int32
        Rows of ids, 0 for padding.

    Returns
    -------
    weights : ndarray of shape (n_texts, maxlen), float64
        The weight of each word, 0 on padding; rows with a word sum to one.

    Raises
    ------
    ValueError
        If the network has no attention over its words.
    """
    network = classifier._network
    if not network.has_attention:
        raise ValueError(
            "This network has no attention weights. Fit it with pooling='attention', "
            "or explain it by method='occlusion' or 'integrated_gradients', which "
            "every network supports."
        )
    rows = classifier._as_rows(ids)
    ((attention, lengths),) = network.attention_step(tf.convert_to_tensor(rows.ids))
    return restore_columns(attention.numpy(), lengths.numpy(), ids)


def _split(texts: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
    """Return texts in parts that fit into memory."""
    n_at_once = max(_MOST_NUMBERS // max(texts[0].size, 1), 1)
    return [texts[i : i + n_at_once] for i in range(0, len(texts), n_at_once)]
