"""Recurrent layers as Numba kernels, compiled for this machine's processor.

A state depends on the one before, so a recurrent layer is not one large matrix product.
Each kernel takes two rows of a batch through the whole layer, input projections
included: weights, states and pre-activations stay in the processor's caches, and each
weight that is read serves two rows. The backward kernels fill the gradient with respect
to the inputs and add to that with respect to the weights.

Arrays are float32, (batch, time, features); weights are laid out as in Keras. In the
backward kernels ``d_x`` is the gradient of the loss with respect to ``x``, ``d_preact``
that with respect to the pre-activations, and ``d_next`` that with respect to a state
from the step after it.

Numba compiles a kernel on its first call and caches it on disk. Its cache does not
notice changes in other modules, so all kernels are in this one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

# Sums may be reordered and fused with products, but NaN must stay NaN: a training that
# diverges has to be noticed.
_ARITHMETIC = {"contract", "reassoc", "nsz", "arcp"}

_ZERO, _HALF, _ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)

# tanh as x P(x²) / Q(x²), least squares for the relative error on Chebyshev points of
# [0, 9]: at most 4e-7 from tanh, where float32 is 1 to within half of that.
_LIMIT = np.float32(9.0)
_P0, _P1, _P2, _P3, _P4, _P5 = map(
    np.float32,
    (
        9.999999414637334e-01,
        1.2919235106320534e-01,
        2.9207685565318013e-03,
        9.26747549782382e-06,
        -1.2780582427560203e-08,
        1.8255558848146857e-11,
    ),
)
_Q1, _Q2, _Q3 = map(
    np.float32,
    (4.6252519044066515e-01, 2.376319728042601e-02, 2.2810108074077594e-04),
)


def _inlined(kernel: Callable[..., None]) -> Any:
    """Compile a part of other kernels.

    It is inlined: a part that is called may be optimized, and so rounded, differently
    where a kernel is compiled and where it is loaded from Numba's cache.
    """
    return numba.njit(
        forceinline=True, nogil=True, fastmath=_ARITHMETIC, error_model="numpy"
    )(kernel)


def _compiled(kernel: Callable[..., None]) -> Any:
    options = {"nogil": True, "fastmath": _ARITHMETIC, "error_model": "numpy"}
    try:
        return numba.njit(cache=True, **options)(kernel)
    except RuntimeError:  # no folder to cache in
        return numba.njit(**options)(kernel)


@numba.njit(inline="always")
def _tanh(x):  # type: ignore[no-untyped-def]
    # Written so that NaN fails both comparisons and stays.
    x = _LIMIT if x > _LIMIT else x
    x = -_LIMIT if x < -_LIMIT else x
    s = x * x
    above = _P0 + s * (_P1 + s * (_P2 + s * (_P3 + s * (_P4 + s * _P5))))
    return x * above / (_ONE + s * (_Q1 + s * (_Q2 + s * _Q3)))


@numba.njit(inline="always")
def _sigmoid(x):  # type: ignore[no-untyped-def]
    return _HALF + _HALF * _tanh(_HALF * x)


@_inlined
def _add_products(one, two, left_one, left_two, right):  # type: ignore[no-untyped-def]
    """Add ``left_one @ right`` to ``one`` and ``left_two @ right`` to ``two``."""
    n_whole = len(left_one) - len(left_one) % 4
    for k in range(0, n_whole, 4):
        a0, a1, a2, a3 = left_one[k], left_one[k + 1], left_one[k + 2], left_one[k + 3]
        b0, b1, b2, b3 = left_two[k], left_two[k + 1], left_two[k + 2], left_two[k + 3]
        r0, r1, r2, r3 = right[k], right[k + 1], right[k + 2], right[k + 3]
        for j in range(len(one)):
            x0, x1, x2, x3 = r0[j], r1[j], r2[j], r3[j]
            one[j] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3
            two[j] += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3
    for k in range(n_whole, len(left_one)):
        a, b, r = left_one[k], left_two[k], right[k]
        for j in range(len(one)):
            one[j] += a * r[j]
            two[j] += b * r[j]


@_inlined
def _multiply(result, left, right, first):  # type: ignore[no-untyped-def]
    """Fill ``result`` with ``first + left @ right``."""
    for row in range(len(left)):
        result[row] = first
    for row in range(0, len(left) - 1, 2):
        _add_products(result[row], result[row + 1], left[row], left[row + 1], right)
    if len(left) % 2:
        last, nothing = len(left) - 1, np.empty_like(first)
        _add_products(result[last], nothing, left[last], left[last], right)


@_inlined
def _add_transposed_product(result, left, right):  # type: ignore[no-untyped-def]
    """Add ``left.T @ right`` to ``result``."""
    n = right.shape[1]
    n_whole = len(left) - len(left) % 4
    for row in range(0, n_whole, 4):
        l0, l1, l2, l3 = left[row], left[row + 1], left[row + 2], left[row + 3]
        r0, r1, r2, r3 = right[row], right[row + 1], right[row + 2], right[row + 3]
        for k in range(len(result)):
            a0, a1, a2, a3 = l0[k], l1[k], l2[k], l3[k]
            sums = result[k]
            for j in range(n):
                sums[j] += a0 * r0[j] + a1 * r1[j] + a2 * r2[j] + a3 * r3[j]
    for row in range(n_whole, len(left)):
        r = right[row]
        for k in range(len(result)):
            a, sums = left[row, k], result[k]
            for j in range(n):
                sums[j] += a * r[j]


@_inlined
def _n_steps_back(upstream, one, two):  # type: ignore[no-untyped-def]
    """Count the steps of two rows up to the last with a nonzero upstream gradient.

    The steps after it are padding.
    """
    for t in range(upstream.shape[1] - 1, 0, -1):
        up_one, up_two = upstream[one, t], upstream[two, t]
        for j in range(len(up_one)):
            if up_one[j] != _ZERO or up_two[j] != _ZERO:
                return t + 1
    return 1


@_inlined
def _input_gradients(inputs, d_preact, transposed, d_inputs, d_kernel, d_bias):  # type: ignore[no-untyped-def]
    """Backpropagate one row from pre-activations to inputs, kernel and bias."""
    _multiply(d_inputs, d_preact, transposed, np.zeros(transposed.shape[1], np.float32))
    _add_transposed_product(d_kernel, inputs, d_preact)
    for step in range(len(d_preact)):
        for j in range(len(d_bias)):
            d_bias[j] += d_preact[step, j]


# -- embedding -----------------------------------------------------------------------


@_compiled
def look_up(table, ids, scale, vectors):  # type: ignore[no-untyped-def]
    """Fill the vectors of ``ids``, times the scale of their row."""
    for row in range(ids.shape[0]):
        factors = scale[row]
        for t in range(ids.shape[1]):
            found, vector = table[ids[row, t]], vectors[row, t]
            for j in range(len(factors)):
                vector[j] = found[j] * factors[j]


@_compiled
def add_by_id(upstream, ids, scale, sums):  # type: ignore[no-untyped-def]
    """Fill ``sums`` with the gradients of the rows of the table, summed in order."""
    sums[:] = _ZERO
    for row in range(ids.shape[0]):
        factors = scale[row]
        for t in range(ids.shape[1]):
            total, vector = sums[ids[row, t]], upstream[row, t]
            for j in range(len(factors)):
                total[j] += vector[j] * factors[j]


# -- attention -----------------------------------------------------------------------


@_compiled
def attention_forward(inputs, kernel, bias, context, scores, hidden):  # type: ignore[no-untyped-def]
    """Fill the score of every step, and the tanh that it is made of."""
    for row in range(len(inputs)):
        _multiply(hidden[row], inputs[row], kernel, bias)
        for t in range(inputs.shape[1]):
            h, score = hidden[row, t], _ZERO
            for j in range(len(h)):
                h[j] = _tanh(h[j])
                score += h[j] * context[j]
            scores[row, t] = score


@_compiled
def attention_backward(  # type: ignore[no-untyped-def]
    d_scores, inputs, hidden, kernel_t, context, d_inputs, d_weights
):
    """Fill the gradient of the inputs; add to that of kernel, bias and context."""
    d_preact, d_context = np.empty(hidden.shape[1:], np.float32), d_weights[-1]
    for row in range(len(inputs)):
        for t in range(inputs.shape[1]):
            d_score, h, d = d_scores[row, t], hidden[row, t], d_preact[t]
            for j in range(len(h)):
                d_context[j] += d_score * h[j]
                d[j] = d_score * context[j] * (_ONE - h[j] * h[j])
        _input_gradients(
            inputs[row],
            d_preact,
            kernel_t,
            d_inputs[row],
            d_weights[:-2],
            d_weights[-2],
        )


# -- plain ---------------------------------------------------------------------------


@_compiled
def simple_forward(inputs, kernel, recurrent, bias, states):  # type: ignore[no-untyped-def]
    """Fill the states of every step."""
    n_rows, n_steps, n = states.shape
    zero = np.zeros(n, np.float32)
    for one in range(0, n_rows, 2):
        two = min(one + 1, n_rows - 1)  # an odd last row is its own partner
        _multiply(states[one], inputs[one], kernel, bias)
        if two != one:
            _multiply(states[two], inputs[two], kernel, bias)
        h_one, h_two = zero, zero
        spare = np.empty(n, np.float32)
        for t in range(n_steps):
            now_one = states[one, t]
            now_two = states[two, t] if two != one else spare
            _add_products(now_one, now_two, h_one, h_two, recurrent)
            for j in range(n):
                now_one[j] = _tanh(now_one[j])
                now_two[j] = _tanh(now_two[j])
            h_one, h_two = now_one, now_two


@_compiled
def simple_backward(  # type: ignore[no-untyped-def]
    upstream, inputs, states, kernel_t, recurrent_t, d_inputs, d_weights
):
    """Fill ``d_inputs``; add to ``d_weights`` of kernel, recurrent kernel and bias."""
    n_rows, n_steps, n = states.shape
    n_features = inputs.shape[2]
    d_preact = np.empty((2, n_steps, n), np.float32)
    d_next = np.empty((2, n), np.float32)
    for one in range(0, n_rows, 2):
        n_here = min(2, n_rows - one)
        n_back = _n_steps_back(upstream, one, one + n_here - 1)
        d_next[:] = _ZERO
        for t in range(n_back - 1, -1, -1):
            for k in range(n_here):
                carried, up, h = d_next[k], upstream[one + k, t], states[one + k, t]
                out = d_preact[k, t]
                for j in range(n):
                    out[j] = (carried[j] + up[j]) * (_ONE - h[j] * h[j])
                    carried[j] = _ZERO
            _add_products(
                d_next[0], d_next[1], d_preact[0, t], d_preact[1, t], recurrent_t
            )
        for k in range(n_here):
            row, d = one + k, d_preact[k, :n_back]
            _add_transposed_product(
                d_weights[n_features:-1], states[row, : n_back - 1], d[1:]
            )
            d_inputs[row, n_back:] = _ZERO
            _input_gradients(
                inputs[row, :n_back],
                d,
                kernel_t,
                d_inputs[row, :n_back],
                d_weights[:n_features],
                d_weights[-1],
            )


# -- clockwork: groups of as many units, from the fastest to the slowest --------------


@_compiled
def clockwork_forward(periods, inputs, kernel, recurrent, bias, states):  # type: ignore[no-untyped-def]
    """Fill the states of every step, computing the groups whose clock ticks."""
    n_rows, n_steps, n = states.shape
    n_features = inputs.shape[2]
    size = n // len(periods)
    # Each group's columns lie together, so that they are read as they are stored.
    of_inputs = np.empty((len(periods) * n_features, size), np.float32)
    of_states = np.empty((len(periods) * n, size), np.float32)
    for group in range(len(periods)):
        first, last = group * size, (group + 1) * size
        of_inputs[group * n_features : (group + 1) * n_features] = kernel[:, first:last]
        of_states[group * n : (group + 1) * n] = recurrent[:, first:last]
    zero = np.zeros(n, np.float32)
    spare = np.empty(n, np.float32)
    for one in range(0, n_rows, 2):
        two = min(one + 1, n_rows - 1)  # an odd last row is its own partner
        h_one, h_two = zero, zero
        for t in range(n_steps):
            now_one = states[one, t]
            now_two = states[two, t] if two != one else spare
            for group in range(len(periods)):
                first, last = group * size, (group + 1) * size
                if t % periods[group]:
                    for j in range(first, last):
                        now_one[j] = h_one[j]
                        now_two[j] = h_two[j]
                    continue
                s_one, s_two = now_one[first:last], now_two[first:last]
                for j in range(size):
                    s_one[j] = s_two[j] = bias[first + j]
                _add_products(
                    s_one,
                    s_two,
                    inputs[one, t],
                    inputs[two, t],
                    of_inputs[group * n_features : (group + 1) * n_features],
                )
                _add_products(
                    s_one,
                    s_two,
                    h_one[first:],
                    h_two[first:],
                    of_states[group * n + first : (group + 1) * n],
                )
                for j in range(size):
                    s_one[j] = _tanh(s_one[j])
                    s_two[j] = _tanh(s_two[j])
            h_one, h_two = now_one, now_two


@_compiled
def clockwork_backward(  # type: ignore[no-untyped-def]
    periods,
    upstream,
    inputs,
    states,
    kernel_t,
    recurrent_t,
    d_inputs,
    d_weights,
):
    """Fill ``d_inputs``; add to ``d_weights`` of kernel, recurrent kernel and bias."""
    n_rows, n_steps, n = states.shape
    n_features = inputs.shape[2]
    size = n // len(periods)
    recurrent_used_t = recurrent_t.copy()
    for group in range(len(periods)):
        first = group * size
        recurrent_used_t[first : first + size, :first] = _ZERO
    d_preact = np.empty((2, n_steps, n), np.float32)
    d_next = np.empty((2, n), np.float32)
    for one in range(0, n_rows, 2):
        n_here = min(2, n_rows - one)
        n_back = _n_steps_back(upstream, one, one + n_here - 1)
        d_next[:] = _ZERO
        for t in range(n_back - 1, -1, -1):
            for k in range(n_here):
                carried, up, h = d_next[k], upstream[one + k, t], states[one + k, t]
                out = d_preact[k, t]
                for group in range(len(periods)):
                    ticks = t % periods[group] == 0
                    for j in range(group * size, (group + 1) * size):
                        d_state = carried[j] + up[j]
                        out[j] = d_state * (_ONE - h[j] * h[j]) if ticks else _ZERO
                        carried[j] = _ZERO if ticks else d_state
            for group in range(len(periods)):
                if t % periods[group] == 0:
                    first, last = group * size, (group + 1) * size
                    _add_products(
                        d_next[0],
                        d_next[1],
                        d_preact[0, t, first:last],
                        d_preact[1, t, first:last],
                        recurrent_used_t[first:last],
                    )
        for k in range(n_here):
            row, d = one + k, d_preact[k, :n_back]
            _add_transposed_product(
                d_weights[n_features:-1], states[row, : n_back - 1], d[1:]
            )
            d_inputs[row, n_back:] = _ZERO
            _input_gradients(
                inputs[row, :n_back],
                d,
                kernel_t,
                d_inputs[row, :n_back],
                d_weights[:n_features],
                d_weights[-1],
            )
    for group in range(len(periods)):
        first = group * size
        d_weights[n_features : n_features + first, first : first + size] = _ZERO


# -- LSTM: gates in Keras' order, input, forget, cell, output ------------------------


@_inlined
def _lstm_step(sums, before, gates, cells, states):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        i, f = _sigmoid(sums[j]), _sigmoid(sums[n + j])
        g, o = _tanh(sums[2 * n + j]), _sigmoid(sums[3 * n + j])
        c = f * before[j] + i * g
        gates[j], gates[n + j], gates[2 * n + j], gates[3 * n + j] = i, f, g, o
        cells[j] = c
        states[j] = o * _tanh(c)


@_compiled
def lstm_forward(inputs, kernel, recurrent, bias, states, cells, gates):  # type: ignore[no-untyped-def]
    """Fill the states, the cells' contents and the gates of every step."""
    n_rows, n_steps, n = states.shape
    sums = np.empty((2, n_steps, 4 * n), np.float32)
    zero = np.zeros(n, np.float32)
    for one in range(0, n_rows, 2):
        two = min(one + 1, n_rows - 1)
        _multiply(sums[0], inputs[one], kernel, bias)
        _multiply(sums[1], inputs[two], kernel, bias)
        h_one, h_two, c_one, c_two = zero, zero, zero, zero
        for t in range(n_steps):
            s_one, s_two = sums[0, t], sums[1, t]
            _add_products(s_one, s_two, h_one, h_two, recurrent)
            _lstm_step(s_one, c_one, gates[one, t], cells[one, t], states[one, t])
            _lstm_step(s_two, c_two, gates[two, t], cells[two, t], states[two, t])
            h_one, h_two = states[one, t], states[two, t]
            c_one, c_two = cells[one, t], cells[two, t]


@_inlined
def _lstm_step_back(up, d_next_h, d_next_c, before, cells, gates, d_preact):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        i, f, g, o = gates[j], gates[n + j], gates[2 * n + j], gates[3 * n + j]
        c = _tanh(cells[j])
        d_state = d_next_h[j] + up[j]
        d_cell = d_next_c[j] + d_state * o * (_ONE - c * c)
        d_preact[j] = d_cell * g * i * (_ONE - i)
        d_preact[n + j] = d_cell * before[j] * f * (_ONE - f)
        d_preact[2 * n + j] = d_cell * i * (_ONE - g * g)
        d_preact[3 * n + j] = d_state * c * o * (_ONE - o)
        d_next_c[j] = d_cell * f
        d_next_h[j] = _ZERO


@_compiled
def lstm_backward(  # type: ignore[no-untyped-def]
    upstream, inputs, states, cells, gates, kernel_t, recurrent_t, d_inputs, d_weights
):
    """Fill ``d_inputs``; add to ``d_weights`` of kernel, recurrent kernel and bias."""
    n_rows, n_steps, n = states.shape
    n_features = inputs.shape[2]
    d_preact = np.empty((2, n_steps, 4 * n), np.float32)
    d_next_h = np.empty((2, n), np.float32)
    d_next_c = np.empty((2, n), np.float32)
    zero = np.zeros(n, np.float32)
    for one in range(0, n_rows, 2):
        n_here = min(2, n_rows - one)
        n_back = _n_steps_back(upstream, one, one + n_here - 1)
        d_next_h[:] = _ZERO
        d_next_c[:] = _ZERO
        for t in range(n_back - 1, -1, -1):
            for k in range(n_here):
                row = one + k
                _lstm_step_back(
                    upstream[row, t],
                    d_next_h[k],
                    d_next_c[k],
                    cells[row, t - 1] if t else zero,
                    cells[row, t],
                    gates[row, t],
                    d_preact[k, t],
                )
            _add_products(
                d_next_h[0], d_next_h[1], d_preact[0, t], d_preact[1, t], recurrent_t
            )
        for k in range(n_here):
            row, d = one + k, d_preact[k, :n_back]
            _add_transposed_product(
                d_weights[n_features:-1], states[row, : n_back - 1], d[1:]
            )
            d_inputs[row, n_back:] = _ZERO
            _input_gradients(
                inputs[row, :n_back],
                d,
                kernel_t,
                d_inputs[row, :n_back],
                d_weights[:n_features],
                d_weights[-1],
            )


# -- GRU: gates in Keras' order, update, reset, candidate ----------------------------


@_inlined
def _gru_gates(sums, before, gates, kept):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        z, r = _sigmoid(sums[j]), _sigmoid(sums[n + j])
        gates[j], gates[n + j] = z, r
        kept[j] = r * before[j]


@_inlined
def _gru_state(sums, before, gates, states):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        z, g = gates[j], _tanh(sums[2 * n + j])
        gates[2 * n + j] = g
        states[j] = z * before[j] + (_ONE - z) * g


@_compiled
def gru_forward(inputs, kernel, recurrent, bias, states, gates):  # type: ignore[no-untyped-def]
    """Fill the states and the gates of every step."""
    n_rows, n_steps, n = states.shape
    of_gates = recurrent[:, : 2 * n].copy()
    of_candidate = recurrent[:, 2 * n :].copy()
    sums = np.empty((2, n_steps, 3 * n), np.float32)
    kept = np.empty((2, n), np.float32)
    zero = np.zeros(n, np.float32)
    for one in range(0, n_rows, 2):
        two = min(one + 1, n_rows - 1)
        _multiply(sums[0], inputs[one], kernel, bias)
        _multiply(sums[1], inputs[two], kernel, bias)
        h_one, h_two = zero, zero
        for t in range(n_steps):
            s_one, s_two = sums[0, t], sums[1, t]
            _add_products(s_one[: 2 * n], s_two[: 2 * n], h_one, h_two, of_gates)
            _gru_gates(s_one, h_one, gates[one, t], kept[0])
            _gru_gates(s_two, h_two, gates[two, t], kept[1])
            _add_products(
                s_one[2 * n :], s_two[2 * n :], kept[0], kept[1], of_candidate
            )
            _gru_state(s_one, h_one, gates[one, t], states[one, t])
            _gru_state(s_two, h_two, gates[two, t], states[two, t])
            h_one, h_two = states[one, t], states[two, t]


@_inlined
def _gru_state_back(up, d_next, before, gates, d_preact, d_kept):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        z, g = gates[j], gates[2 * n + j]
        d_state = d_next[j] + up[j]
        d_preact[j] = d_state * (before[j] - g) * z * (_ONE - z)
        d_preact[2 * n + j] = d_state * (_ONE - z) * (_ONE - g * g)
        d_next[j] = d_state * z
        d_kept[j] = _ZERO


@_inlined
def _gru_gates_back(d_next, before, gates, d_preact, d_kept):  # type: ignore[no-untyped-def]
    n = len(before)
    for j in range(n):
        r = gates[n + j]
        d_preact[n + j] = d_kept[j] * before[j] * r * (_ONE - r)
        d_next[j] += d_kept[j] * r


@_compiled
def gru_backward(  # type: ignore[no-untyped-def]
    upstream, inputs, states, gates, kernel_t, recurrent_t, d_inputs, d_weights
):
    """Fill ``d_inputs``; add to ``d_weights`` of kernel, recurrent kernel and bias."""
    n_rows, n_steps, n = states.shape
    n_features = inputs.shape[2]
    gates_t, candidate_t = recurrent_t[: 2 * n], recurrent_t[2 * n :]
    d_preact = np.empty((2, n_steps, 3 * n), np.float32)
    d_next = np.empty((2, n), np.float32)
    d_kept = np.empty((2, n), np.float32)
    kept = np.empty((n_steps - 1, n), np.float32)
    d_gates = np.zeros((n, 2 * n), np.float32)
    d_candidate = np.zeros((n, n), np.float32)
    zero = np.zeros(n, np.float32)
    for one in range(0, n_rows, 2):
        n_here = min(2, n_rows - one)
        n_back = _n_steps_back(upstream, one, one + n_here - 1)
        d_next[:] = _ZERO
        for t in range(n_back - 1, -1, -1):
            for k in range(n_here):
                row = one + k
                _gru_state_back(
                    upstream[row, t],
                    d_next[k],
                    states[row, t - 1] if t else zero,
                    gates[row, t],
                    d_preact[k, t],
                    d_kept[k],
                )
            d_one, d_two = d_preact[0, t], d_preact[1, t]
            _add_products(
                d_kept[0], d_kept[1], d_one[2 * n :], d_two[2 * n :], candidate_t
            )
            for k in range(n_here):
                row = one + k
                _gru_gates_back(
                    d_next[k],
                    states[row, t - 1] if t else zero,
                    gates[row, t],
                    d_preact[k, t],
                    d_kept[k],
                )
            _add_products(d_next[0], d_next[1], d_one[: 2 * n], d_two[: 2 * n], gates_t)
        for k in range(n_here):
            row, d = one + k, d_preact[k, :n_back]
            before = states[row, : n_back - 1]
            for t in range(n_back - 1):
                for j in range(n):
                    kept[t, j] = gates[row, t + 1, n + j] * before[t, j]
            _add_transposed_product(d_gates, before, d[1:, : 2 * n].copy())
            _add_transposed_product(
                d_candidate, kept[: n_back - 1], d[1:, 2 * n :].copy()
            )
            d_inputs[row, n_back:] = _ZERO
            _input_gradients(
                inputs[row, :n_back],
                d,
                kernel_t,
                d_inputs[row, :n_back],
                d_weights[:n_features],
                d_weights[-1],
            )
    d_weights[n_features:-1, : 2 * n] = d_gates
    d_weights[n_features:-1, 2 * n :] = d_candidate
