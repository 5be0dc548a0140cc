"""The LSTM layer; gates in Keras' order: input, forget, cell, output.

``c = f c + i g`` and ``h = o tanh(c)`` (Hochreiter, Schmidhuber, 1997).
"""

from __future__ import annotations

import numpy as np

from skrnn.kernels.activations import sigmoid, tanh
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
    steps_per_product,
)

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@inlined
def _step(sums, before, gates, cells, states, kept):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        i, f = sigmoid(sums[j]), sigmoid(sums[n + j])
        g, o = tanh(sums[2 * n + j]), sigmoid(sums[3 * n + j])
        c = f * before[j] + i * g
        gates[j], gates[n + j], gates[2 * n + j], gates[3 * n + j] = i, f, g, o
        cells[j] = c
        states[j] = kept[j] = o * tanh(c)


@compiled
def lstm_forward(inputs, n_backward, n_steps, packed, states, cells, gates):  # type: ignore[no-untyped-def]
    """Fill the states of every step, and the cell states and gates of the last ones.

    These are the last ``len(cells)`` steps, at least two, and ``len(gates)`` steps.
    """
    n_rows, _, n = states.shape
    n_cells, n_gates = len(cells), len(gates)
    n_left = n + inputs.shape[2] + 1
    left, sums = left_rows(n_rows, n_left), product_rows(n_rows, 4 * n)
    zero = np.zeros(n, np.float32)
    clear_padding(states, n_steps, n_backward)
    for t in range(n_steps):
        for row in range(n_rows):
            copy(inputs[row, position(t, n_backward[row])], left[row, n:])
        multiply(sums, left, packed[0], n_rows, 4 * n, n_left, False)
        for row in range(n_rows):
            before = cells[(t - 1) % n_cells, row] if t else zero
            _step(
                sums[row],
                before,
                gates[t % n_gates, row],
                cells[t % n_cells, row],
                states[row, position(t, n_backward[row])],
                left[row],
            )


@inlined
def _step_back(up, d_next_h, d_next_c, before, cells, gates, d_preact):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        i, f, g, o = gates[j], gates[n + j], gates[2 * n + j], gates[3 * n + j]
        c = tanh(cells[j])
        d_state = d_next_h[j] + up[j]
        d_cell = d_next_c[j] + d_state * o * (_ONE - c * c)
        d_preact[j] = d_cell * g * i * (_ONE - i)
        d_preact[n + j] = d_cell * before[j] * f * (_ONE - f)
        d_preact[2 * n + j] = d_cell * i * (_ONE - g * g)
        d_preact[3 * n + j] = d_state * c * o * (_ONE - o)
        d_next_c[j] = d_cell * f


@compiled
def lstm_backward(  # type: ignore[no-untyped-def]
    upstream,
    inputs,
    n_backward,
    n_steps,
    states,
    cells,
    gates,
    packed,
    d_inputs,
    d_weights,
):
    """Fill the gradients with respect to the inputs and the joined weights."""
    n_rows, _, n = states.shape
    n_left = n + inputs.shape[2] + 1
    n_back = n_steps_back(upstream, n_backward, n_steps)
    n_kept = n_rows * steps_per_product(n_rows)
    lefts, d_left = left_rows(n_kept, n_left), product_rows(n_rows, n_left)
    d_preacts, total = product_rows(n_kept, 4 * n), product_rows(n_left, 4 * n)
    d_next_c = np.zeros((n_rows, n), np.float32)
    zero = np.zeros(n, np.float32)
    clear_padding(d_inputs, n_back, n_backward)
    first = n_kept
    for t in range(n_back - 1, -1, -1):
        first -= n_rows
        left, d_preact = lefts[first:], d_preacts[first:]
        for row in range(n_rows):
            at = position(t, n_backward[row])
            before = position(t - 1, n_backward[row])
            _step_back(
                upstream[row, at],
                d_left[row],
                d_next_c[row],
                cells[t - 1, row] if t else zero,
                cells[t, row],
                gates[t, row],
                d_preact[row],
            )
            copy(inputs[row, at], left[row, n:])
            copy(states[row, before] if t else zero, left[row])
        multiply(d_left, d_preact, packed[0], n_rows, n_left - 1, 4 * n, False)
        for row in range(n_rows):
            at = position(t, n_backward[row])
            copy(d_left[row, n : n_left - 1], d_inputs[row, at])
        if first == 0 or t == 0:
            add_transposed(total, left, d_preact, n_left, 4 * n, n_kept - first)
            first = n_kept
    d_weights[:] = total[:n_left, : 4 * n]


LSTM = RecurrentKernels(
    lstm_forward, lstm_backward, widths=(1, 1, 4), n_kept=(2, 1), blocks=((0, 0, 4),)
)
