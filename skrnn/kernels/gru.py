"""The GRU layer; gates in Keras' order: update, reset, candidate.

``h = z h + (1 - z) g`` with the candidate ``g`` of ``r h``: the reset gate acts before
the product, as in the paper (Cho, van Merriënboer, Gulcehre et al., 2014).
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
def _gates(sums, before, gates, kept):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        z, r = sigmoid(sums[j]), sigmoid(sums[n + j])
        gates[j], gates[n + j] = z, r
        kept[j] = r * before[j]


@inlined
def _state(sums, before, gates, states, kept):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        z, g = gates[j], tanh(sums[j])
        gates[2 * n + j] = g
        states[j] = kept[j] = z * before[j] + (_ONE - z) * g


@compiled
def gru_forward(inputs, n_backward, n_steps, packed, states, gates):  # type: ignore[no-untyped-def]
    """Fill the states of every step, and the gates of the last ``len(gates)``."""
    n_rows, _, n = states.shape
    n_gates = len(gates)
    n_left = n + inputs.shape[2] + 1
    of_gates, of_candidate = packed
    left, sums = left_rows(n_rows, n_left), product_rows(n_rows, 2 * n)
    zero = np.zeros(n, np.float32)
    clear_padding(states, n_steps, n_backward)
    for t in range(n_steps):
        for row in range(n_rows):
            copy(inputs[row, position(t, n_backward[row])], left[row, n:])
        multiply(sums, left, of_gates, n_rows, 2 * n, n_left, False)
        for row in range(n_rows):
            before = states[row, position(t - 1, n_backward[row])] if t else zero
            _gates(sums[row], before, gates[t % n_gates, row], left[row])
        multiply(sums, left, of_candidate, n_rows, n, n_left, False)
        for row in range(n_rows):
            before = states[row, position(t - 1, n_backward[row])] if t else zero
            _state(
                sums[row],
                before,
                gates[t % n_gates, row],
                states[row, position(t, n_backward[row])],
                left[row],
            )


@inlined
def _state_back(up, d_next, before, gates, d_gates, d_candidate):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        z, g = gates[j], gates[2 * n + j]
        d_state = d_next[j] + up[j]
        d_gates[j] = d_state * (before[j] - g) * z * (_ONE - z)
        d_candidate[j] = d_state * (_ONE - z) * (_ONE - g * g)
        d_next[j] = d_state * z


@inlined
def _gates_back(d_kept, d_next, before, gates, d_gates, reset):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        r = gates[n + j]
        d_gates[n + j] = d_kept[j] * before[j] * r * (_ONE - r)
        d_kept[j] = d_next[j] + d_kept[j] * r
        reset[j] = r * before[j]


@compiled
def gru_backward(  # type: ignore[no-untyped-def]
    upstream, inputs, n_backward, n_steps, states, gates, packed, d_inputs, d_weights
):
    """Fill the gradients with respect to the inputs and the joined weights."""
    n_rows, _, n = states.shape
    n_left = n + inputs.shape[2] + 1
    n_back = n_steps_back(upstream, n_backward, n_steps)
    of_gates, of_candidate = packed
    n_kept = n_rows * steps_per_product(n_rows)
    lefts, resets = left_rows(n_kept, n_left), left_rows(n_kept, n_left)
    d_left, d_next = product_rows(n_rows, n_left), np.zeros((n_rows, n), np.float32)
    d_gates_rows, d_candidates = product_rows(n_kept, 2 * n), product_rows(n_kept, n)
    total_gates, total_candidate = product_rows(n_left, 2 * n), product_rows(n_left, n)
    zero = np.zeros(n, np.float32)
    clear_padding(d_inputs, n_back, n_backward)
    first = n_kept
    for t in range(n_back - 1, -1, -1):
        first -= n_rows
        left, reset = lefts[first:], resets[first:]
        d_gates, d_candidate = d_gates_rows[first:], d_candidates[first:]
        for row in range(n_rows):
            at, before = position(t, n_backward[row]), position(t - 1, n_backward[row])
            copy(states[row, before] if t else zero, left[row])
            copy(inputs[row, at], left[row, n:])
            copy(inputs[row, at], reset[row, n:])
            _state_back(
                upstream[row, at],
                d_next[row],
                left[row, :n],
                gates[t, row],
                d_gates[row],
                d_candidate[row],
            )
        multiply(d_left, d_candidate, of_candidate, n_rows, n_left - 1, n, False)
        for row in range(n_rows):
            _gates_back(
                d_left[row],
                d_next[row],
                left[row, :n],
                gates[t, row],
                d_gates[row],
                reset[row],
            )
        multiply(d_left, d_gates, of_gates, n_rows, n_left - 1, 2 * n, True)
        for row in range(n_rows):
            copy(d_left[row, :n], d_next[row])
            at = position(t, n_backward[row])
            copy(d_left[row, n : n_left - 1], d_inputs[row, at])
        if first == 0 or t == 0:
            depth = n_kept - first
            add_transposed(total_gates, left, d_gates, n_left, 2 * n, depth)
            add_transposed(total_candidate, reset, d_candidate, n_left, n, depth)
            first = n_kept
    d_weights[:, : 2 * n] = total_gates[:n_left, : 2 * n]
    d_weights[:, 2 * n :] = total_candidate[:n_left, :n]


GRU = RecurrentKernels(
    gru_forward, gru_backward, widths=(1, 3), n_kept=(1,), blocks=((0, 0, 2), (0, 2, 3))
)
