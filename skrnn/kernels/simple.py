"""The plain recurrent layer: ``h = tanh(x @ kernel + h @ recurrent_kernel + bias)``."""

from __future__ import annotations

import numpy as np

from skrnn.kernels.activations import tanh
from skrnn.kernels.compiling import compiled, inlined
from skrnn.kernels.products import add_transposed, multiply
from skrnn.kernels.recurrence import RecurrentKernels
from skrnn.kernels.steps import copy, left_rows, n_steps_back, product_rows

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@compiled
def simple_forward(inputs, packed, states):  # type: ignore[no-untyped-def]
    """Fill the states of every step."""
    n_rows, n_steps, n = states.shape
    n_left = n + inputs.shape[2] + 1
    left, sums = left_rows(n_rows, n_left), product_rows(n_rows, n)
    for t in range(n_steps):
        for row in range(n_rows):
            copy(inputs[row, t], left[row, n:])
        multiply(sums, left, packed[0], n_rows, n, n_left, False)
        for row in range(n_rows):
            total, h, kept = sums[row], states[row, t], left[row]
            for j in range(n):
                h[j] = kept[j] = tanh(total[j])


@inlined
def _step_back(up, d_next, h, d_preact):  # type: ignore[no-untyped-def]
    for j in range(len(h)):
        d_preact[j] = (d_next[j] + up[j]) * (_ONE - h[j] * h[j])


@compiled
def simple_backward(upstream, inputs, states, packed, d_inputs, d_weights):  # type: ignore[no-untyped-def]
    """Fill the gradients with respect to the inputs and the joined weights."""
    n_rows, _, n = states.shape
    n_left, n_back = n + inputs.shape[2] + 1, n_steps_back(upstream)
    left, d_left = left_rows(n_rows, n_left), product_rows(n_rows, n_left)
    d_preact, total = product_rows(n_rows, n), product_rows(n_left, n)
    zero = np.zeros(n, np.float32)
    d_inputs[:, n_back:] = _ZERO
    for t in range(n_back - 1, -1, -1):
        for row in range(n_rows):
            _step_back(upstream[row, t], d_left[row], states[row, t], d_preact[row])
            copy(inputs[row, t], left[row, n:])
            copy(states[row, t - 1] if t else zero, left[row])
        add_transposed(total, left, d_preact, n_left, n, n_rows)
        multiply(d_left, d_preact, packed[0], n_rows, n_left - 1, n, False)
        for row in range(n_rows):
            copy(d_left[row, n : n_left - 1], d_inputs[row, t])
    d_weights[:] = total[:n_left, :n]


SIMPLE = RecurrentKernels(simple_forward, simple_backward, blocks=((0, 0, 1),))
