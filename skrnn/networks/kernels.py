"""Recurrent layers for a CPU, several times faster than a general loop of operations.

The compiled loops of :mod:`skrnn.networks.loops` as TensorFlow operations: rows do
not meet in a recurrent layer, so parts of a batch run side by side, and the gradients
of the weights are added up part by part. The parts depend on the batch alone, so that
the bits of a result do not depend on the number of threads, which is Numba's
(``NUMBA_NUM_THREADS``, or ``OMP_NUM_THREADS`` if that is less).

All functions take rows first: inputs (batch, time, features), float32, from a zero
state; they give the states, (batch, time, units), and can be differentiated once.
Weights are laid out as in Keras.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from skrnn.networks import loops
from skrnn.networks.threads import heed_environment, side_by_side

heed_environment()

_Array = npt.NDArray[np.float32]
_Ids = npt.NDArray[np.int32]
_MOST_PARTS = 8
# A part of fewer numbers is computed sooner than a thread is asked to help.
_LEAST_NUMBERS = 10_000
_ALIGNMENT = 64  # bytes


@dataclass(frozen=True)
class Loops:
    """A recurrent layer: its loops, and what the forward one gives.

    Parameters
    ----------
    forward : callable
        Takes inputs, kernel, recurrent kernel and bias, and fills the states and
        whatever else the way back needs.
    backward : callable
        Takes the gradient by the states, the inputs, what ``forward`` filled, and both
        kernels transposed; fills the gradient by the inputs and adds to that by
        the weights.
    widths : tuple of int
        Last sizes of what ``forward`` fills, in units.
    """

    forward: Callable[..., None]
    backward: Callable[..., None]
    widths: tuple[int, ...]


LOOPS = {
    "simple": Loops(loops.simple_forward, loops.simple_backward, (1,)),
    "lstm": Loops(loops.lstm_forward, loops.lstm_backward, (1, 1, 4)),
    "gru": Loops(loops.gru_forward, loops.gru_backward, (1, 3)),
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
    return _layer(LOOPS["simple"], inputs, kernel, recurrent_kernel, bias)


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
    return _layer(LOOPS["lstm"], inputs, kernel, recurrent_kernel, bias)


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
    return _layer(LOOPS["gru"], inputs, kernel, recurrent_kernel, bias)


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
    every = np.array(periods, np.int64)
    kind = Loops(
        partial(loops.clockwork_forward, every),
        partial(loops.clockwork_backward, every),
        (1,),
    )
    return _layer(kind, inputs, kernel, recurrent_kernel, bias)


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
    n_features = table.shape[1]

    def forward(table: _Array, ids: _Ids, scale: _Array) -> _Array:
        vectors = _empty(*ids.shape, n_features)
        loops.look_up(table, ids, scale, vectors)
        return vectors

    def backward(upstream: _Array, ids: _Ids, scale: _Array) -> _Array:
        sums = _empty(*table.shape)
        loops.add_by_id(upstream, ids, scale, sums)
        return sums

    @tf.custom_gradient
    def run(table: tf.Tensor) -> tuple[tf.Tensor, Callable[..., tf.Tensor]]:
        if scale is None:
            vectors = tf.gather(table, ids)
        else:
            vectors = tf.numpy_function(
                forward, [table, ids, scale], tf.float32, stateful=False
            )
            vectors.set_shape([*ids.shape, n_features])

        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            by_row = scale
            if by_row is None:
                by_row = tf.ones([tf.shape(ids)[0], n_features])
            sums = tf.numpy_function(
                backward, [upstream, ids, by_row], tf.float32, stateful=False
            )
            sums.set_shape(table.shape)
            return sums

        return vectors, gradient

    return run(table)


def _layer(
    kind: Loops,
    inputs: tf.Tensor,
    kernel: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    bias: tf.Tensor,
) -> tf.Tensor:
    n_features, units = kernel.shape[0], recurrent_kernel.shape[0]
    batch, n_steps = inputs.shape[:2]
    sizes = [units * width for width in kind.widths]

    def forward(inputs: _Array, *weights: _Array) -> list[_Array]:
        parts = _parts(inputs)
        results = [_empty(*inputs.shape[:2], size) for size in sizes]

        def run(part: int) -> None:
            rows = parts[part]
            kind.forward(inputs[rows], *weights, *(r[rows] for r in results))

        side_by_side(run, len(parts))
        return results

    def backward(*arrays: _Array) -> list[_Array]:
        by_row, weights = arrays[:-2], arrays[-2:]
        inputs = by_row[1]
        parts = _parts(inputs)
        by_inputs = _empty(*inputs.shape)
        by_weights = np.zeros((len(parts), n_features + units + 1, len(weights[0])))
        by_weights = by_weights.astype(np.float32)

        def run(part: int) -> None:
            rows = parts[part]
            kind.backward(
                *(a[rows] for a in by_row), *weights, by_inputs[rows], by_weights[part]
            )

        side_by_side(run, len(parts))
        return [by_inputs, by_weights.sum(axis=0)]

    @tf.custom_gradient
    def run_layer(
        inputs: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
    ) -> tuple[tf.Tensor, Callable[..., Any]]:
        filled = tf.numpy_function(
            forward,
            [inputs, kernel, recurrent, bias],
            [tf.float32] * len(sizes),
            stateful=False,
        )
        results = tf.nest.flatten(filled)  # one result comes bare when run eagerly
        for result, size in zip(results, sizes, strict=True):
            result.set_shape([batch, n_steps, size])

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
            turned = [tf.transpose(kernel), tf.transpose(recurrent)]
            by_inputs, by_weights = tf.numpy_function(
                backward,
                [upstream, inputs, *results, *turned],
                [tf.float32, tf.float32],
                stateful=False,
            )
            by_inputs.set_shape(inputs.shape)
            by_weights.set_shape([n_features + units + 1, kernel.shape[1]])
            by_kernel, by_recurrent, by_bias = tf.split(
                by_weights, [n_features, units, 1]
            )
            return by_inputs, by_kernel, by_recurrent, by_bias[0]

        return results[0], gradient

    return run_layer(inputs, kernel, recurrent_kernel, bias)


def _parts(inputs: _Array) -> list[slice]:
    """Cut the rows into even-sized parts."""
    n_rows = len(inputs)
    n_parts = max(min(_MOST_PARTS, inputs.size // _LEAST_NUMBERS, n_rows // 2), 1)
    bounds = [2 * (n_rows * k // (2 * n_parts)) for k in range(n_parts)] + [n_rows]
    return [slice(*ends) for ends in pairwise(bounds)]


def _empty(*shape: int) -> _Array:
    """Return an array that TensorFlow takes over; it copies what is less aligned."""
    size = 4 * math.prod(shape)
    memory = np.empty(size + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + size].view(np.float32).reshape(shape)
