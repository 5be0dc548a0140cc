"""A fitted network from its word vectors on: scores, gradients and attention."""

from __future__ import annotations

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from skrnn.networks.pooling import AttentionPooling
from skrnn.text.vocabulary import OOV, PAD
from skrnn.training.batches import PREDICTION_BATCH_SIZE

__all__ = ["VectorScorer", "attention_of_network"]

_Floats = npt.NDArray[np.float64]

# Numbers that one pass may hold in word vectors; a longer path is cut in pieces.
_MOST_NUMBERS = 2**22


class VectorScorer:
    """The score of one class as a function of the word vectors of one text.

    Parameters
    ----------
    model : keras.Model
        The fitted network, ``model_`` of a classifier.
    row : ndarray of shape (maxlen,), int32
        The ids of the text, 0 for padding, which may stand between words too.
    target : int
        Number of the class among ``classes_``.
    log_odds : bool
        Whether the score is ``log(p / (1 - p))`` instead of the probability ``p``.
        It is computed from what the output layer sums, so that it is exact where the
        probability is one to rounding.

    Attributes
    ----------
    vectors : ndarray of shape (n_columns, n_dimensions), float32
        The vectors of the words as the network aligns them.
    baseline : ndarray of shape (n_columns, n_dimensions), float32
        The same with the vector of an unknown word for each word. Word dropout trains
        a network on mixtures of the two; zero vectors it never saw, and its states
        jump between them and words.
    is_word : ndarray of shape (n_columns,), bool
        Which of them are words, in their order, and no padding.
    """

    def __init__(
        self,
        model: keras.Model,
        row: npt.NDArray[np.int32],
        target: int,
        *,
        log_odds: bool,
    ) -> None:
        align, embedding, lengths = map(
            model.get_layer, ("align", "embedding", "lengths")
        )
        between = [embedding.output, lengths.output]
        self._output = model.get_layer("output")
        self._features = keras.Model(model.input, self._output.input)
        self._judge = keras.Model(between, self._output.input)
        self._target = target
        self._log_odds = log_odds
        words = np.flatnonzero(row != PAD)
        trimmed = row[words[0] : words[-1] + 1] if len(words) else row[:1]
        aligned, vectors, self._lengths = keras.Model(
            model.input, [align.output, *between]
        )(tf.convert_to_tensor(trimmed[np.newaxis]), training=False)
        self.vectors: npt.NDArray[np.float32] = vectors[0].numpy()
        self.is_word: npt.NDArray[np.bool_] = aligned[0].numpy() != PAD
        unknown = embedding(tf.constant([[OOV]]), training=False).numpy()[0]
        self.baseline: npt.NDArray[np.float32] = np.where(
            self.is_word[:, np.newaxis], unknown, self.vectors
        )

    def row_scores(self, rows: npt.NDArray[np.int32]) -> _Floats:
        """Return a score for each row of ids, shape (n_rows,)."""
        ends = range(PREDICTION_BATCH_SIZE, len(rows), PREDICTION_BATCH_SIZE)
        parts = [
            self._score(self._features(tf.convert_to_tensor(part), training=False))
            for part in np.split(rows, ends)
        ]
        return np.concatenate([part.numpy() for part in parts]).astype(np.float64)

    def scores(self, texts: npt.NDArray[np.float32]) -> _Floats:
        """Return a score for each of several texts.

        Parameters
        ----------
        texts : ndarray of shape (n_texts, n_columns, n_dimensions)
            Vectors instead of those of the text.

        Returns
        -------
        scores : ndarray of shape (n_texts,)
            Their scores.
        """
        parts = [self._judged(tf.convert_to_tensor(part)) for part in _pieces(texts)]
        return np.concatenate([part.numpy() for part in parts]).astype(np.float64)

    def gradients(self, texts: npt.NDArray[np.float32]) -> _Floats:
        """Return the gradient of each score by the word vectors, shape of ``texts``."""
        parts = []
        for part in _pieces(texts):
            vectors = tf.convert_to_tensor(part)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(vectors)
                # Texts of a batch do not meet, so one sum has the gradients of all.
                total = tf.reduce_sum(self._judged(vectors))
            parts.append(tape.gradient(total, vectors).numpy())
        return np.concatenate(parts).astype(np.float64)

    def _judged(self, vectors: tf.Tensor) -> tf.Tensor:
        lengths = tf.repeat(self._lengths, len(vectors), axis=0)
        return self._score(self._judge([vectors, lengths], training=False))

    def _score(self, features: tf.Tensor) -> tf.Tensor:
        sums = tf.matmul(features, self._output.kernel) + self._output.bias
        if sums.shape[1] == 1:
            sums = sums[:, 0] if self._target else -sums[:, 0]
            return sums if self._log_odds else tf.sigmoid(sums)
        if not self._log_odds:
            return tf.nn.softmax(sums)[:, self._target]
        others = [k for k in range(sums.shape[1]) if k != self._target]
        rest = tf.reduce_logsumexp(tf.gather(sums, others, axis=1), axis=1)
        return sums[:, self._target] - rest


def attention_of_network(
    model: keras.Model, ids: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """Return what a network with ``pooling="attention"`` attends to.

    Parameters
    ----------
    model : keras.Model
        The fitted network.
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
    layers = [layer for layer in model.layers if isinstance(layer, AttentionPooling)]
    if not layers:
        raise ValueError(
            "This network has no attention weights. Fit it with pooling='attention', "
            "or explain it by method='occlusion' or 'integrated_gradients', which "
            "every network has."
        )
    (layer,) = layers
    states, lengths = keras.Model(model.input, layer.input)(
        tf.convert_to_tensor(ids), training=False
    )
    aligned = layer.weights_of(states, lengths).numpy()
    weights = np.zeros(ids.shape)
    is_word = ids != PAD
    # The network sees words first and padding after; both masks have as many cells.
    real = np.arange(aligned.shape[1]) < is_word.sum(axis=1)[:, np.newaxis]
    weights[is_word] = aligned[real]
    return weights


def _pieces(texts: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
    n_at_once = max(_MOST_NUMBERS // max(texts[0].size, 1), 1)
    return [texts[i : i + n_at_once] for i in range(0, len(texts), n_at_once)]
