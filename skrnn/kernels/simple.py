"""The plain recurrent layer: ``h = tanh(x @ kernel + h @ recurrent_kernel + bias)``."""

from __future__ import annotations

import numpy as np

from skrnn.kernels.activations import tanh
from skrnn.kernels.compiling import compiled, inlined
from skrnn.kernels.products import add_transposed, multiply
from skrnn.kernels.recurrence import RecurrentKernels
from skrnn.kernels.steps import (
    clear_padding,
    copy,
    left_rows,
    n_steps_back,
    position,
    product_rows,
)

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@compiled
def simple_forward(inputs, n_backward, n_steps, packed, states):  # type: ignore[no-untyped-def]
    """Fill the states of every step."""
    n_rows, _, n = states.shape
    n_left = n + inputs.shape[2] + 1
    left, sums = left_rows(n_rows, n_left), product_rows(n_rows, n)
    clear_padding(states, n_steps, n_backward)
    for t in range(n_steps):
        for row in range(n_rows):
            copy(inputs[row, position(t, n_backward[row])], left[row, n:])
        multiply(sums, left, packed[0], n_rows, n, n_left, False)
        for row in range(n_rows):
            h = states[row, position(t, n_backward[row])]
            total, kept = sums[row], left[row]
            for j in range(n):
                h[j] = kept[j] = tanh(total[j])


@inlined
def _step_back(up, d_next, h, d_preact):  # type: ignore[no-untyped-def]
    for j in range(len(h)):
        d_preact[j] = (d_next[j] + up[j]) * (_ONE - h[j] * h[j])


@compiled
def simple_backward(  # type: ignore[no-untyped-def]
    upstream, inputs, n_backward, n_steps, states, packed, d_inputs, d_weights
):
    """Fill the gradients with respect to the inputs and the joined weights."""
    n_rows, _, n = states.shape
    n_left = n + inputs.shape[2] + 1
    n_back = n_steps_back(upstream, n_backward, n_steps)
    left, d_left = left_rows(n_rows, n_left), product_rows(n_rows, n_left)
    d_preact, total = product_rows(n_rows, n), product_rows(n_left, n)
    zero = np.zeros(n, np.float32)
    clear_padding(d_inputs, n_back, n_backward)
    for t in range(n_back - 1, -1, -1):
        for row in range(n_rows):
            at = position(t, n_backward[row])
            _step_back(upstream[row, at], d_left[row], states[row, at], d_preact[row])
            copy(inputs[row, at], left[row, n:])
            before = states[row, position(t - 1, n_backward[row])] if t else zero
            copy(before, left[row])
        add_transposed(total, left, d_preact, n_left, n, n_rows)
        multiply(d_left, d_preact, packed[0], n_rows, n_left - 1, n, False)
        for row in range(n_rows):
            copy(
                d_left[row, n : n_left - 1], d_inputs[row, position(t, n_backward[row])]
            )
    d_weights[:] = total[:n_left, :n]


SIMPLE = RecurrentKernels(simple_forward, simple_backward, blocks=((0, 0, 1),))
