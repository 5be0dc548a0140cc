"""Layers that keep padding out of the arithmetic.

Every layer after :class:`AlignLeft` sees rows that start at column 0 and end at a
known length. A recurrent state at a real position then never depends on padding, so
the recurrent loop itself needs no mask, and pooling reads real positions only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from skrnn.text.vocabulary import OOV, PAD

_register = keras.saving.register_keras_serializable(package="skrnn")


@_register
class AlignLeft(keras.layers.Layer):
    """Move the words of each row to its start and read unknown ids as unknown.

    Parameters
    ----------
    n_embeddings : int
        Number of embedding rows; ids from there on become out of vocabulary.
    **kwargs : dict
        Passed to :class:`keras.layers.Layer`.
    """

    def __init__(self, n_embeddings: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n_embeddings = n_embeddings

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """Return int32 ids, shape (batch, time), words first and padding after."""
        ids = tf.cast(ids, tf.int32)
        is_word = tf.not_equal(ids, PAD)
        lengths = tf.reduce_sum(tf.cast(is_word, tf.int32), axis=1)
        aligned = tf.reduce_all(
            tf.equal(is_word, tf.sequence_mask(lengths, tf.shape(ids)[1]))
        )

        def shifted() -> tf.Tensor:
            order = tf.argsort(tf.cast(~is_word, tf.int32), axis=1, stable=True)
            return tf.gather(ids, order, axis=1, batch_dims=1)

        # Our own batches arrive aligned; the sort is for direct calls of the model.
        ids = tf.cond(aligned, lambda: ids, shifted)
        known = (ids >= PAD) & (ids < self.n_embeddings)
        return tf.where(known, ids, OOV)

    def compute_output_spec(self, ids: Any) -> keras.KerasTensor:
        """Return the shape and type of the output."""
        return keras.KerasTensor(ids.shape, dtype="int32")

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "n_embeddings": self.n_embeddings}


@_register
class SequenceLengths(keras.layers.Layer):
    """Count the words of each row, shape (batch,), int32."""

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """Return the number of ids that are not padding."""
        return tf.reduce_sum(tf.cast(tf.not_equal(ids, PAD), tf.int32), axis=1)

    def compute_output_spec(self, ids: Any) -> keras.KerasTensor:
        """Return the shape and type of the output."""
        return keras.KerasTensor((ids.shape[0],), dtype="int32")


@_register
class WordEmbedding(keras.layers.Embedding):
    """An embedding whose gradient is summed in one order, whatever the threads.

    TensorFlow sums the gradients of a word that comes twice in the order in which its
    threads get there, so that two equal fits differ in the last bit.
    """

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """Return word vectors, shape (batch, time, output_dim)."""
        shape = (self.input_dim, self.output_dim)

        @tf.custom_gradient
        def look_up(table: tf.Tensor) -> tuple[tf.Tensor, Callable[..., tf.Tensor]]:
            def gradient(upstream: tf.Tensor) -> tf.Tensor:
                return tf.scatter_nd(ids[:, :, tf.newaxis], upstream, shape)

            return tf.gather(table, ids), gradient

        return look_up(tf.convert_to_tensor(self.embeddings))


@_register
class ReverseSequence(keras.layers.Layer):
    """Reverse the real part of each row and leave its padding at the end."""

    def call(self, states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return the reversed states, shape (batch, time, features)."""
        return tf.reverse_sequence(states, lengths, seq_axis=1, batch_axis=0)

    def compute_output_spec(self, states: Any, lengths: Any) -> keras.KerasTensor:
        """Return the shape and type of the output."""
        return keras.KerasTensor(states.shape, dtype=states.dtype)
