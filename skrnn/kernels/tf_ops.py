"""TensorFlow ops around the Numba kernels, which are differentiable once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from skrnn.kernels import embedding
from skrnn.kernels.attention import attention_backward, attention_forward
from skrnn.kernels.memory import empty
from skrnn.kernels.pooling import PoolingKernels
from skrnn.kernels.recurrence import (
    Array,
    Lengths,
    RecurrentKernels,
    cut,
    pack_matrix,
)
from skrnn.kernels.threads import limit_tensorflow, n_threads, side_by_side

limit_tensorflow()

_Ids = npt.NDArray[np.int32]
_VECTOR, _MATRIX, _VECTORS = (
    tf.TensorSpec([None] * n_axes, tf.float32) for n_axes in (1, 2, 3)
)
_IDS = tf.TensorSpec([None, None], tf.int32)
_LENGTHS = tf.TensorSpec([None], tf.int32)
# Waking a thread takes longer than copying or adding fewer numbers.
_MIN_NUMBERS_COPIED = 500_000


def recurrent_layer(
    kernels: RecurrentKernels,
    inputs: tf.Tensor,
    kernel: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    bias: tf.Tensor,
    *,
    lengths: tf.Tensor | None = None,
    backward: bool = False,
    training: bool = True,
) -> tf.Tensor:
    """Run a recurrent layer from a zero state.

    Parameters
    ----------
    kernels : RecurrentKernels
        Those of the cell.
    inputs : tensor of shape (batch, time, features), float32
        The inputs.
    kernel, recurrent_kernel, bias : tensors
        The weights, laid out as in Keras.
    lengths : tensor of shape (batch,), int32, default=None
        The number of steps of each row whose states are needed. The states after them
        are computed or zero, and must not have an upstream gradient. None computes all.
    backward : bool, default=False
        Whether the steps of each row are read backward, from its last one on.
    training : bool, default=True
        Whether to keep what the gradient needs. If not, a gradient computes it again.

    Returns
    -------
    states : tensor of shape (batch, time, units)
        The states after each step, where its input stands.
    """
    if lengths is None:
        lengths = tf.fill(tf.shape(inputs)[:1], tf.shape(inputs)[1])
    weights = kernel, recurrent_kernel, bias
    states = _layer_op(kernels, backward, training)(inputs, lengths, *weights)
    states.set_shape([*inputs.shape[:2], recurrent_kernel.shape[0]])
    return states


def attention_pool(
    states: tf.Tensor,
    lengths: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor,
    context: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the sum of the states of each row, weighted by attention.

    The attention is the softmax of ``tanh(states @ kernel + bias) @ context`` over the
    steps of a row.

    Parameters
    ----------
    states : tensor of shape (batch, time, units)
        The states.
    lengths : tensor of shape (batch,), int32
        The number of steps of each row; the others are padding.
    kernel : tensor of shape (units, units)
        Kernel of the hidden layer.
    bias : tensor of shape (units,)
        Its bias.
    context : tensor of shape (units,)
        What the hidden layer is compared with.

    Returns
    -------
    vectors : tensor of shape (batch, units)
        The sums; zeros for empty rows.
    attention : tensor of shape (batch, time)
        The weights, zero on padding; not differentiable.
    """
    vectors, attention = _attention_pool(states, lengths, kernel, bias, context)
    vectors.set_shape([states.shape[0], states.shape[2]])
    attention.set_shape(states.shape[:2])
    return vectors, tf.stop_gradient(attention)


def embed(
    table: tf.Tensor, ids: tf.Tensor, scale: tf.Tensor | None = None
) -> tf.Tensor:
    """Return the rows of ``table`` that ids name, features of a row scaled alike.

    The gradient of a row is summed in the order of its ids.

    Parameters
    ----------
    table : tensor of shape (n_ids, features), float32
        The vectors.
    ids : tensor of shape (batch, time), int32
        Ids from 0 to ``n_ids - 1``.
    scale : tensor of shape (batch, features), float32, default=None
        What the features are multiplied with.

    Returns
    -------
    vectors : tensor of shape (batch, time, features)
        ``table[ids] * scale[:, None, :]``.
    """
    if scale is None:
        vectors = _gather(table, ids)
    else:
        vectors = _gather_scaled(table, ids, scale)
    vectors.set_shape([*ids.shape, table.shape[1]])
    return vectors


def pool(kernels: PoolingKernels, states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Return one vector for each row of states.

    Parameters
    ----------
    kernels : PoolingKernels
        Those of the pooling.
    states : tensor of shape (batch, time, units), float32
        The states, aligned left.
    lengths : tensor of shape (batch,), int32
        The number of states of each row.

    Returns
    -------
    vectors : tensor of shape (batch, units)
        The vectors, zeros for empty rows.
    """
    vectors = _pooling_op(kernels)(states, lengths)
    vectors.set_shape([states.shape[0], states.shape[2]])
    return vectors


# TensorFlow never frees the gradient of a traced op, nor the graph around it: these are
# graphs of their own, traced once, not once per network.


@tf.function(input_signature=[_MATRIX, _IDS], autograph=False)
@tf.custom_gradient
def _gather(table: tf.Tensor, ids: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, None]:
        ones = tf.ones([tf.shape(ids)[0], tf.shape(table)[1]])
        return _summed(upstream, ids, ones, table), None

    return tf.gather(table, ids), gradient


@tf.function(input_signature=[_MATRIX, _IDS, _MATRIX], autograph=False)
@tf.custom_gradient
def _gather_scaled(
    table: tf.Tensor, ids: tf.Tensor, scale: tf.Tensor
) -> tuple[tf.Tensor, Callable[..., Any]]:
    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, None, None]:
        return _summed(upstream, ids, scale, table), None, None

    vectors = tf.numpy_function(_embed, [table, ids, scale], tf.float32, stateful=False)
    vectors.set_shape([None, None, None])
    return vectors, gradient


def _summed(
    upstream: tf.Tensor, ids: tf.Tensor, scale: tf.Tensor, table: tf.Tensor
) -> tf.Tensor:
    n_ids = tf.shape(table)[0]
    sums = tf.numpy_function(
        _add_by_id, [upstream, ids, scale, n_ids], tf.float32, stateful=False
    )
    sums.set_shape([None, None])
    return sums


def _embed(table: Array, ids: _Ids, scale: Array) -> Array:
    vectors = empty(*ids.shape, table.shape[1])
    _run_by_row(partial(embedding.embed, table), ids, scale, vectors)
    return vectors


def _add_by_id(upstream: Array, ids: _Ids, scale: Array, n_ids: int) -> Array:
    sums = empty(int(n_ids), upstream.shape[2])
    n_numbers = upstream.size + sums.size
    n_parts = max(min(n_threads(), n_numbers // _MIN_NUMBERS_COPIED), 1)
    bounds = [len(sums) * part // n_parts for part in range(n_parts + 1)]

    def run(part: int) -> None:
        first, end = bounds[part : part + 2]
        embedding.add_by_id(upstream, ids, scale, first, sums[first:end])

    side_by_side(run, n_parts)
    return sums


@tf.function(
    input_signature=[_VECTORS, _LENGTHS, _MATRIX, _VECTOR, _VECTOR], autograph=False
)
@tf.custom_gradient
def _attention_pool(
    *given: tf.Tensor,
) -> tuple[tuple[tf.Tensor, tf.Tensor], Callable[..., Any]]:
    states, _, *weights = given
    vectors, *kept = tf.numpy_function(
        _attention_forward, given, [tf.float32] * 3, stateful=False
    )
    vectors.set_shape([None, None])
    kept[0].set_shape([None, None])

    def gradient(upstream: tf.Tensor, _: tf.Tensor) -> list[tf.Tensor | None]:
        differentiable = [states, *weights]
        gradients: list[tf.Tensor] = tf.numpy_function(
            _attention_backward,
            [upstream, *given, *kept],
            [tf.float32] * len(differentiable),
            stateful=False,
        )
        for found, tensor in zip(gradients, differentiable, strict=True):
            found.set_shape(tensor.shape)
        return [gradients[0], None, *gradients[1:]]

    return (vectors, kept[0]), gradient


def _attention_forward(
    states: Array, lengths: Lengths, kernel: Array, bias: Array, context: Array
) -> list[Array]:
    n_rows, n_steps, n = states.shape
    vectors, attention = empty(n_rows, n), empty(n_rows, n_steps)
    hidden, packed = empty(n_rows, n_steps, n), pack_matrix(np.vstack([kernel, bias]))
    parts = cut(states)

    def run(part: int) -> None:
        rows = parts[part]
        filled = vectors[rows], attention[rows], hidden[rows]
        attention_forward(states[rows], lengths[rows], packed, context, *filled)

    side_by_side(run, len(parts))
    return [vectors, attention, hidden]


def _attention_backward(
    d_vectors: Array,
    states: Array,
    lengths: Lengths,
    kernel: Array,
    bias: Array,
    context: Array,
    *filled: Array,
) -> list[Array]:
    parts, d_states, packed = cut(states), empty(*states.shape), pack_matrix(kernel.T)
    d_weights = np.empty((len(parts), len(kernel) + 2, len(bias)), np.float32)

    def run(part: int) -> None:
        by_row = (x[parts[part]] for x in (d_vectors, states, lengths, *filled))
        attention_backward(
            *by_row, packed, context, d_states[parts[part]], d_weights[part]
        )

    side_by_side(run, len(parts))
    total = d_weights.sum(axis=0)
    return [d_states, total[:-2], total[-2], total[-1]]


@cache
def _pooling_op(kernels: PoolingKernels) -> Callable[..., tf.Tensor]:
    def forward(states: Array, lengths: Lengths) -> Array:
        vectors = empty(len(states), states.shape[2])
        _run_by_row(kernels.forward, states, lengths, vectors)
        return vectors

    def backward(d_vectors: Array, *given: Array) -> Array:
        d_states = empty(*given[0].shape)
        _run_by_row(kernels.backward, d_vectors, *given, d_states)
        return d_states

    @tf.custom_gradient
    def pool(*given: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
        vectors = tf.numpy_function(forward, given, tf.float32, stateful=False)
        vectors.set_shape([None, None])

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, None]:
            d_states = tf.numpy_function(
                backward, [upstream, *given, vectors], tf.float32, stateful=False
            )
            d_states.set_shape([None, None, None])
            return d_states, None

        return vectors, gradient

    return tf.function(pool, input_signature=[_VECTORS, _LENGTHS], autograph=False)


def _run_by_row(kernel: Callable[..., None], *arrays: npt.NDArray[Any]) -> None:
    """Run a kernel on parts of the rows of all arrays."""
    parts = cut(max(arrays, key=np.size), _MIN_NUMBERS_COPIED)

    def run(part: int) -> None:
        kernel(*(array[parts[part]] for array in arrays))

    side_by_side(run, len(parts))


@cache
def _layer_op(
    kernels: RecurrentKernels, backward: bool, training: bool
) -> Callable[..., tf.Tensor]:
    def compute_states(inputs: Array, lengths: Lengths, *weights: Array) -> list[Array]:
        if training:
            return kernels.compute_all(inputs, lengths, *weights, backward=backward)
        return [kernels.compute_states(inputs, lengths, *weights, backward=backward)]

    def compute_gradients(
        upstream: Array, inputs: Array, lengths: Lengths, *arrays: Array
    ) -> list[Array]:
        weights, filled = arrays[:3], list(arrays[3:])
        if not training:
            filled = kernels.compute_all(inputs, lengths, *weights, backward=backward)
        return kernels.compute_gradients(
            upstream, inputs, lengths, filled, *weights, backward=backward
        )

    n_filled = len(kernels.widths) if training else 1

    @tf.custom_gradient
    def run_layer(*given: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
        filled = tf.numpy_function(
            compute_states, given, [tf.float32] * n_filled, stateful=False
        )
        inputs, _, *weights = given
        differentiable = [inputs, *weights]
        results = tf.nest.flatten(filled)  # one result comes bare when run eagerly
        for result in results:
            result.set_shape([None, None, None])

        def gradient(upstream: tf.Tensor) -> list[tf.Tensor | None]:
            gradients: list[tf.Tensor] = tf.numpy_function(
                compute_gradients,
                [upstream, *given, *results],
                [tf.float32] * len(differentiable),
                stateful=False,
            )
            for found, tensor in zip(gradients, differentiable, strict=True):
                found.set_shape(tensor.shape)
            return [gradients[0], None, *gradients[1:]]

        return results[0], gradient

    signature = [_VECTORS, _LENGTHS, _MATRIX, _MATRIX, _VECTOR]
    return tf.function(run_layer, input_signature=signature, autograph=False)
