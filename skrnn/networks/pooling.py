"""From the states of a sequence to one vector, padding left out.

Every layer takes ``(states, lengths)``: float states, shape (batch, time, features),
aligned left, and int32 lengths, shape (batch,). An empty row gives a vector of zeros,
which is also what a recurrent layer holds before its first word.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from skrnn.kernels.tf_ops import attention_scores

_register = keras.saving.register_keras_serializable(package="skrnn")


class _Pooling(keras.layers.Layer):
    """Share the output shape of the layers below."""

    def compute_output_spec(self, states: Any, lengths: Any) -> keras.KerasTensor:
        """Return the shape and type of the output."""
        return keras.KerasTensor((states.shape[0], states.shape[-1]), self.dtype)


def _real(states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Return a mask of the real positions, shape (batch, time, 1)."""
    return tf.sequence_mask(lengths, tf.shape(states)[1])[:, :, tf.newaxis]


@_register
class LastPooling(_Pooling):
    """Take the state at the last word."""

    def call(self, states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return the last real state, shape (batch, features)."""
        last = tf.gather(states, tf.maximum(lengths - 1, 0), axis=1, batch_dims=1)
        return tf.where(lengths[:, tf.newaxis] > 0, last, tf.zeros_like(last))


@_register
class FirstPooling(_Pooling):
    """Take the state at the first word: the last one of a backward pass."""

    def call(self, states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return the first state, shape (batch, features)."""
        first = states[:, 0]
        return tf.where(lengths[:, tf.newaxis] > 0, first, tf.zeros_like(first))


@_register
class MaxPooling(_Pooling):
    """Take the largest value of each feature over the words."""

    def call(self, states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return the maximum, shape (batch, features)."""
        lowest = tf.fill(tf.shape(states), states.dtype.min)
        largest = tf.reduce_max(tf.where(_real(states, lengths), states, lowest), 1)
        return tf.where(lengths[:, tf.newaxis] > 0, largest, tf.zeros_like(largest))


@_register
class MeanPooling(_Pooling):
    """Take the mean of each feature over the words."""

    def call(self, states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return the mean, shape (batch, features)."""
        real = tf.where(_real(states, lengths), states, tf.zeros_like(states))
        count = tf.cast(tf.maximum(lengths, 1), states.dtype)[:, tf.newaxis]
        return tf.reduce_sum(real, axis=1) / count


@_register
class AttentionPooling(_Pooling):
    """Weigh the states by learnt attention and sum them.

    The score of a state ``h`` is ``context · tanh(h @ kernel + bias)``; the weights
    are the softmax of the scores over the real words.

    Parameters
    ----------
    seed : int, default=0
        Seed of the initial weights.
    **kwargs : dict
        Passed to :class:`keras.layers.Layer`.

    References
    ----------
    Yang, Yang, Dyer, He, Smola, Hovy (2016). Hierarchical attention networks for
    document classification. NAACL.
    """

    def __init__(self, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed

    def build(self, states_shape: Any, lengths_shape: Any) -> None:
        """Create the attention's weights."""
        features = states_shape[-1]
        glorot = keras.initializers.GlorotUniform
        self.kernel = self.add_weight(
            shape=(features, features),
            initializer=glorot(seed=self.seed),
            name="kernel",
        )
        self.bias = self.add_weight(shape=(features,), initializer="zeros", name="bias")
        self.context = self.add_weight(
            shape=(features, 1),
            initializer=glorot(seed=self.seed + 1),
            name="context_kernel",
        )

    def weights_of(self, states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return the attention, shape (batch, time); zero on padding."""
        scores = attention_scores(states, self.kernel, self.bias, self.context[:, 0])
        scores, real = scores[:, :, tf.newaxis], _real(states, lengths)
        scores = tf.where(real, scores, tf.fill(tf.shape(scores), scores.dtype.min))
        attention = tf.nn.softmax(scores, axis=1)
        return tf.where(real, attention, tf.zeros_like(attention))[:, :, 0]

    def call(self, states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return the weighted sum of the states, shape (batch, features)."""
        attention = self.weights_of(states, lengths)
        return tf.einsum("bt,btf->bf", attention, states)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "seed": self.seed}


POOLINGS = ("last", "max", "mean", "mean_max", "attention")


def pool(
    name: str, states: Any, lengths: Any, *, backward: Any = None, seed: int = 0
) -> Any:
    """Apply the pooling called ``name`` to symbolic states.

    Parameters
    ----------
    name : str
        One of :data:`POOLINGS`.
    states : KerasTensor of shape (batch, time, features)
        States of the forward pass.
    lengths : KerasTensor of shape (batch,)
        Number of real words.
    backward : KerasTensor of shape (batch, time, features), default=None
        States of the backward pass, in the order of the words.
    seed : int, default=0
        Seed of the attention's initial weights.

    Returns
    -------
    pooled : KerasTensor of shape (batch, features)
        One vector a row; both directions are joined, and so are mean and max.
    """
    if name == "last":
        ends = [LastPooling(name="last")(states, lengths)]
        if backward is not None:
            ends.append(FirstPooling(name="last_backward")(backward, lengths))
        return _join(ends, "ends")
    both = states if backward is None else _join([states, backward], "directions")
    if name == "attention":
        return AttentionPooling(seed=seed, name="attention")(both, lengths)
    layers = {"mean": MeanPooling, "max": MaxPooling}
    return _join(
        [layers[part](name=part)(both, lengths) for part in name.split("_")], name
    )


def _join(tensors: list[Any], name: str) -> Any:
    if len(tensors) == 1:
        return tensors[0]
    return keras.layers.Concatenate(name=f"join_{name}")(tensors)
