"""Layers for rows of word ids, in which padding never changes a result.

After :class:`AlignLeft` the words of a row come first and padding after. The recurrent
state at a word then never depends on padding, so recurrent layers need no mask, and
pooling ignores the positions after the last word.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from skrnn.kernels import tf_ops
from skrnn.text.vocabulary import OOV, PAD

_register = keras.saving.register_keras_serializable(package="skrnn")


@_register
class AlignLeft(keras.layers.Layer):
    """Move the words of each row to its start, and replace ids without an embedding.

    Parameters
    ----------
    n_embeddings : int
        Number of embeddings; this and larger ids become out of vocabulary.
    **kwargs : dict
        Passed to :class:`keras.layers.Layer`.
    """

    def __init__(self, n_embeddings: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n_embeddings = n_embeddings

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """Return int32 ids, shape (batch, time), words first and padding after."""
        ids = tf.cast(ids, tf.int32)
        kept = self.is_kept(ids)
        lengths = tf.reduce_sum(tf.cast(kept, tf.int32), axis=1)
        aligned = tf.reduce_all(
            tf.equal(kept, tf.sequence_mask(lengths, tf.shape(ids)[1]))
        )

        def shifted() -> tf.Tensor:
            columns = tf.argsort(tf.cast(~kept, tf.int32), axis=1, stable=True)
            return tf.gather(ids, columns, axis=1, batch_dims=1)

        # Our own batches are aligned; direct calls of the model need the sort.
        return self.replace_unknown(tf.cond(aligned, lambda: ids, shifted))

    def is_kept(self, ids: tf.Tensor) -> tf.Tensor:
        """Return which ids are kept; the others are padding."""
        return tf.not_equal(ids, PAD)

    def replace_unknown(self, ids: tf.Tensor) -> tf.Tensor:
        """Return ``ids``, those without an embedding as out of vocabulary."""
        return tf.where((ids >= PAD) & (ids < self.n_embeddings), ids, OOV)

    def compute_output_spec(self, ids: Any) -> keras.KerasTensor:
        """Return the shape and type of the output."""
        return keras.KerasTensor(ids.shape, dtype="int32")

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        return {**super().get_config(), "n_embeddings": self.n_embeddings}


def restore_columns(
    values: npt.NDArray[np.float32],
    lengths: npt.NDArray[np.int32],
    ids: npt.NDArray[np.int32],
) -> npt.NDArray[np.float64]:
    """Return values of words in the columns of the words, zero on padding.

    Parameters
    ----------
    values : ndarray of shape (n_sequences, time)
        Values of the words of each sequence, words first and padding after.
    lengths : ndarray of shape (n_sequences,)
        Number of words of each sequence: of each row, or of each sentence of the rows.
    ids : ndarray of shape (n_rows, n_columns)
        The rows, with padding anywhere.
    """
    columns = np.zeros(ids.shape)
    is_word = np.arange(values.shape[1]) < lengths[:, np.newaxis]
    # Both masks select the same words in the same order.
    columns[ids != PAD] = values[is_word]
    return columns


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
class WordDropout(keras.layers.Layer):
    """Randomly replace words with the out-of-vocabulary id during training.

    Parameters
    ----------
    rate : float
        Fraction of the words.
    seed : int, default=0
        Seed of the dropout.
    **kwargs : dict
        Passed to :class:`keras.layers.Layer`.

    References
    ----------
    Iyyer, Manjunatha, Boyd-Graber, Daumé (2015). Deep unordered composition rivals
    syntactic methods for text classification. ACL.
    """

    def __init__(self, rate: float, *, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Return int32 ids, shape (batch, time)."""
        if not training:
            return ids
        drawn = keras.random.uniform(tf.shape(ids), seed=self.seed_generator)
        return tf.where((drawn < self.rate) & (ids != PAD), OOV, ids)

    def compute_output_spec(
        self, ids: Any, training: bool = False
    ) -> keras.KerasTensor:
        """Return the shape and type of the output."""
        return keras.KerasTensor(ids.shape, dtype="int32")

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


@_register
class WordEmbedding(keras.layers.Embedding):
    """An embedding with spatial dropout, computed by compiled kernels.

    TensorFlow adds the gradients of a repeated word in the order in which its threads
    finish, so that two equal fits differ in the last bit. Its deterministic operation
    takes three times as long.

    Parameters
    ----------
    input_dim, output_dim : int
        As in :class:`keras.layers.Embedding`.
    spatial_dropout : float, default=0.0
        Fraction of the features that are dropped during training, the same for all
        words of a row, as in :class:`keras.layers.SpatialDropout1D`.
    seed : int, default=0
        Seed of the dropout.
    **kwargs : dict
        Passed to :class:`keras.layers.Embedding`.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        *,
        spatial_dropout: float = 0.0,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(input_dim, output_dim, **kwargs)
        self.spatial_dropout = spatial_dropout
        self.seed = seed
        if spatial_dropout:
            self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Return word vectors, shape (batch, time, output_dim)."""
        table = tf.convert_to_tensor(self.embeddings)
        if not (training and self.spatial_dropout):
            return tf_ops.embed(table, ids)
        scale = keras.random.dropout(
            tf.ones([tf.shape(ids)[0], self.output_dim]),
            self.spatial_dropout,
            seed=self.seed_generator,
        )
        return tf_ops.embed(table, ids, scale)

    def compute_output_spec(
        self, ids: Any, training: bool = False
    ) -> keras.KerasTensor:
        """Return the shape and type of the output."""
        return super().compute_output_spec(ids)

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        config = super().get_config()
        return {**config, "spatial_dropout": self.spatial_dropout, "seed": self.seed}
