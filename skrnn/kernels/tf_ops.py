"""TensorFlow ops around the Numba kernels, several times as fast as Keras' on a CPU.

Rows are independent in a recurrent layer, so parts of a batch run in parallel, and the
gradients with respect to the weights are added up part by part. The parts depend on the
batch alone, so a result does not depend on the number of threads, which is Numba's
(``NUMBA_NUM_THREADS``, or ``OMP_NUM_THREADS`` if that is less).

All functions take inputs of shape (batch, time, features), float32, start from a zero
state, return the states, (batch, time, units), and can be differentiated once. Weights
are laid out as in Keras.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from skrnn.kernels import embedding
from skrnn.kernels.attention import attention_backward, attention_forward
from skrnn.kernels.clockwork import clockwork_backward, clockwork_forward
from skrnn.kernels.gru import gru_backward, gru_forward
from skrnn.kernels.lstm import lstm_backward, lstm_forward
from skrnn.kernels.products import N_LANES, N_ROWS, pack
from skrnn.kernels.simple import simple_backward, simple_forward
from skrnn.kernels.threads import heed_environment, side_by_side

heed_environment()

_Array = npt.NDArray[np.float32]
_Ids = npt.NDArray[np.int32]
_MAX_PARTS = 8
# Waking a thread takes longer than computing a part of fewer numbers.
_MIN_NUMBERS_PER_PART = 10_000
_ALIGNMENT = 64  # bytes
_VECTOR, _MATRIX, _VECTORS = (
    tf.TensorSpec([None] * n_axes, tf.float32) for n_axes in (1, 2, 3)
)
_IDS = tf.TensorSpec([None, None], tf.int32)


@dataclass(frozen=True)
class RecurrentKernels:
    """The kernels of a recurrent layer, and what the forward one fills.

    Parameters
    ----------
    forward : callable
        Takes inputs and the packed weights; fills the states and whatever else the
        backward kernel needs.
    backward : callable
        Takes the gradient with respect to the states, the inputs, what ``forward``
        filled, and the packed transposed weights; fills the gradients with respect to
        the inputs and to the joined weights.
    widths : tuple of int
        Last sizes of what ``forward`` fills, in units.
    blocks : tuple of tuple of float
        For each product of a step, its first row and its first and last column in the
        joined weights ``[recurrent kernel; kernel; bias]``, in units.
    """

    forward: Callable[..., None]
    backward: Callable[..., None]
    widths: tuple[int, ...]
    blocks: tuple[tuple[float, float, float], ...]

    def pack(self, joined: _Array, *, transposed: bool = False) -> tuple[_Array, ...]:
        """Return the weights of each product as the kernels read them."""
        units = joined.shape[1] // max(round(last) for *_, last in self.blocks)
        packed = []
        for block in self.blocks:
            row, first, last = (round(units * number) for number in block)
            matrix = joined[row:, first:last]
            packed.append(_packed(matrix[:-1].T if transposed else matrix))
        return tuple(packed)


NUMBA_KERNELS = {
    "simple": RecurrentKernels(simple_forward, simple_backward, (1,), ((0, 0, 1),)),
    "lstm": RecurrentKernels(lstm_forward, lstm_backward, (1, 1, 4), ((0, 0, 4),)),
    "gru": RecurrentKernels(gru_forward, gru_backward, (1, 3), ((0, 0, 2), (0, 2, 3))),
}


def simple_rnn(
    inputs: tf.Tensor, kernel: tf.Tensor, recurrent_kernel: tf.Tensor, bias: tf.Tensor
) -> tf.Tensor:
    """Run ``h = tanh(x @ kernel + h @ recurrent_kernel + bias)``.

    Parameters
    ----------
    inputs : tensor of shape (batch, time, features)
        The inputs.
    kernel, recurrent_kernel, bias : tensors
        The weights of :class:`keras.layers.SimpleRNN`.

    Returns
    -------
    states : tensor of shape (batch, time, units)
        The states after each step.
    """
    return _layer(NUMBA_KERNELS["simple"], inputs, kernel, recurrent_kernel, bias)


def lstm(
    inputs: tf.Tensor, kernel: tf.Tensor, recurrent_kernel: tf.Tensor, bias: tf.Tensor
) -> tf.Tensor:
    """Run an LSTM.

    Parameters
    ----------
    inputs : tensor of shape (batch, time, features)
        The inputs.
    kernel, recurrent_kernel, bias : tensors
        The weights of :class:`keras.layers.LSTM`.

    Returns
    -------
    states : tensor of shape (batch, time, units)
        The states after each step.
    """
    return _layer(NUMBA_KERNELS["lstm"], inputs, kernel, recurrent_kernel, bias)


def gru(
    inputs: tf.Tensor, kernel: tf.Tensor, recurrent_kernel: tf.Tensor, bias: tf.Tensor
) -> tf.Tensor:
    """Run a GRU whose reset gate acts before the product (``reset_after=False``).

    Parameters
    ----------
    inputs : tensor of shape (batch, time, features)
        The inputs.
    kernel, recurrent_kernel, bias : tensors
        The weights of :class:`keras.layers.GRU`.

    Returns
    -------
    states : tensor of shape (batch, time, units)
        The states after each step.
    """
    return _layer(NUMBA_KERNELS["gru"], inputs, kernel, recurrent_kernel, bias)


def clockwork(
    inputs: tf.Tensor,
    kernel: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    bias: tf.Tensor,
    *,
    periods: tuple[int, ...],
) -> tf.Tensor:
    """Run a clockwork RNN: a plain one whose groups of units move by their periods.

    Parameters
    ----------
    inputs : tensor of shape (batch, time, features)
        The inputs.
    kernel, recurrent_kernel, bias : tensors
        The weights of a :class:`keras.layers.SimpleRNN`. What ``recurrent_kernel``
        holds from a faster group to a slower one is not used.
    periods : tuple of int
        The periods of the groups, rising; all groups have as many units.

    Returns
    -------
    states : tensor of shape (batch, time, units)
        The states after each step.
    """
    return _layer(_clockwork(periods), inputs, kernel, recurrent_kernel, bias)


@cache
def _clockwork(periods: tuple[int, ...]) -> RecurrentKernels:
    every, n = np.array(periods, np.int64), len(periods)
    return RecurrentKernels(
        partial(clockwork_forward, every),
        partial(clockwork_backward, every),
        (1,),
        tuple((group / n, group / n, (group + 1) / n) for group in range(n)),
    )


def attention_scores(
    inputs: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, context: tf.Tensor
) -> tf.Tensor:
    """Score every step: ``tanh(inputs @ kernel + bias) @ context``.

    TensorFlow splits sums over a long batch among its threads, so that the bits of the
    gradients of the weights depend on their number; here they do not.

    Parameters
    ----------
    inputs : tensor of shape (batch, time, features)
        The inputs.
    kernel : tensor of shape (features, units)
        Kernel of the hidden layer.
    bias : tensor of shape (units,)
        Its bias.
    context : tensor of shape (units,)
        What the hidden layer is compared with.

    Returns
    -------
    scores : tensor of shape (batch, time)
        The scores.
    """
    scores = _attention_scores(inputs, kernel, bias, context)
    scores.set_shape(inputs.shape[:2])
    return scores


def look_up(
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

    vectors = tf.numpy_function(
        _look_up, [table, ids, scale], tf.float32, stateful=False
    )
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


def _look_up(table: _Array, ids: _Ids, scale: _Array) -> _Array:
    vectors = _empty(*ids.shape, table.shape[1])
    embedding.look_up(table, ids, scale, vectors)
    return vectors


def _add_by_id(upstream: _Array, ids: _Ids, scale: _Array, n_ids: int) -> _Array:
    sums = _empty(int(n_ids), upstream.shape[2])
    embedding.add_by_id(upstream, ids, scale, sums)
    return sums


@tf.function(input_signature=[_VECTORS, _MATRIX, _VECTOR, _VECTOR], autograph=False)
@tf.custom_gradient
def _attention_scores(
    inputs: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, context: tf.Tensor
) -> tuple[tf.Tensor, Callable[..., Any]]:
    given = [inputs, kernel, bias, context]
    scores, hidden = tf.numpy_function(
        _attention_forward, given, [tf.float32] * 2, stateful=False
    )
    scores.set_shape([None, None])

    def gradient(upstream: tf.Tensor) -> list[tf.Tensor]:
        gradients: list[tf.Tensor] = tf.numpy_function(
            _attention_backward,
            [upstream, inputs, hidden, kernel, context],
            [tf.float32] * len(given),
            stateful=False,
        )
        for found, tensor in zip(gradients, given, strict=True):
            found.set_shape(tensor.shape)
        return gradients

    return scores, gradient


def _attention_forward(inputs: _Array, *weights: _Array) -> list[_Array]:
    kernel, bias, context = weights
    parts, shape = _parts(inputs), inputs.shape[:2]
    results = [_empty(*shape), _empty(*shape, len(context))]
    packed = (_packed(np.vstack([kernel, bias])),)

    def run(part: int) -> None:
        rows = parts[part]
        attention_forward(inputs[rows], packed, context, *(r[rows] for r in results))

    side_by_side(run, len(parts))
    return results


def _attention_backward(
    d_scores: _Array,
    inputs: _Array,
    hidden: _Array,
    kernel: _Array,
    context: _Array,
) -> list[_Array]:
    parts, d_inputs = _parts(inputs), _empty(*inputs.shape)
    d_weights = np.empty((len(parts), inputs.shape[2] + 2, len(context)), np.float32)
    packed = (_packed(kernel.T),)

    def run(part: int) -> None:
        rows = parts[part]
        by_row = (a[rows] for a in (d_scores, inputs, hidden))
        attention_backward(*by_row, packed, context, d_inputs[rows], d_weights[part])

    side_by_side(run, len(parts))
    total = d_weights.sum(axis=0)
    return [d_inputs, total[:-2], total[-2], total[-1]]


def _layer(
    kind: RecurrentKernels,
    inputs: tf.Tensor,
    kernel: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    bias: tf.Tensor,
) -> tf.Tensor:
    states = _recurrence(kind)(inputs, kernel, recurrent_kernel, bias)
    states.set_shape([*inputs.shape[:2], recurrent_kernel.shape[0]])
    return states


@cache
def _recurrence(kind: RecurrentKernels) -> Callable[..., tf.Tensor]:
    def forward(inputs: _Array, *weights: _Array) -> list[_Array]:
        kernel, recurrent, bias = weights
        parts = _parts(inputs)
        packed = kind.pack(np.vstack([recurrent, kernel, bias]))
        shape = inputs.shape[:2]
        results = [_empty(*shape, len(recurrent) * width) for width in kind.widths]

        def run(part: int) -> None:
            rows = parts[part]
            kind.forward(inputs[rows], packed, *(r[rows] for r in results))

        side_by_side(run, len(parts))
        return results

    def backward(*arrays: _Array) -> list[_Array]:
        *by_row, kernel, recurrent, bias = arrays
        inputs, units = by_row[1], len(recurrent)
        parts = _parts(inputs)
        joined = np.vstack([recurrent, kernel, bias])
        packed = kind.pack(joined, transposed=True)
        d_inputs = _empty(*inputs.shape)
        d_weights = np.empty((len(parts), *joined.shape), np.float32)

        def run(part: int) -> None:
            rows = parts[part]
            kind.backward(
                *(a[rows] for a in by_row), packed, d_inputs[rows], d_weights[part]
            )

        side_by_side(run, len(parts))
        total = d_weights.sum(axis=0)
        return [d_inputs, total[units:-1], total[:units], total[-1]]

    @tf.custom_gradient
    def run_layer(*given: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
        filled = tf.numpy_function(
            forward, given, [tf.float32] * len(kind.widths), stateful=False
        )
        results = tf.nest.flatten(filled)  # one result comes bare when run eagerly
        for result in results:
            result.set_shape([None, None, None])

        def gradient(upstream: tf.Tensor) -> list[tf.Tensor]:
            gradients: list[tf.Tensor] = tf.numpy_function(
                backward,
                [upstream, given[0], *results, *given[1:]],
                [tf.float32] * len(given),
                stateful=False,
            )
            for found, tensor in zip(gradients, given, strict=True):
                found.set_shape(tensor.shape)
            return gradients

        return results[0], gradient

    signature = [_VECTORS, _MATRIX, _MATRIX, _VECTOR]
    return tf.function(run_layer, input_signature=signature, autograph=False)


def _parts(inputs: _Array) -> list[slice]:
    """Cut the rows into even-sized parts, most of them of whole tiles."""
    n_rows = len(inputs)
    n_parts = min(_MAX_PARTS, inputs.size // _MIN_NUMBERS_PER_PART, n_rows // N_ROWS)
    n_tiles, n_parts = -(-n_rows // N_ROWS), max(n_parts, 1)
    bounds = [min(N_ROWS * (n_tiles * k // n_parts), n_rows) for k in range(n_parts)]
    return [slice(*ends) for ends in pairwise([*bounds, n_rows])]


def _packed(matrix: _Array) -> _Array:
    """Return a matrix as products read it on their right."""
    depth, n_columns = matrix.shape
    packed = np.empty(depth * N_LANES * -(-n_columns // N_LANES), np.float32)
    pack(np.ascontiguousarray(matrix), packed)
    return packed


def _empty(*shape: int) -> _Array:
    """Return an array aligned so that TensorFlow takes it over without a copy."""
    size = 4 * math.prod(shape)
    memory = np.empty(size + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + size].view(np.float32).reshape(shape)
