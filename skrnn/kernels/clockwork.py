"""The clockwork layer: a plain one whose groups of units have clocks of their own.

A group of period T moves at the steps 0, T, 2T, ...; it reads the groups that are at
least as slow as itself (Koutník, Greff, Gomez, Schmidhuber, 2014). The groups have
equal sizes and are sorted by period, so a group reads the last columns of ``[states,
inputs, 1]``, from its own on.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from skrnn.kernels.activations import tanh
from skrnn.kernels.compiling import compiled
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
def clockwork_forward(periods, inputs, n_backward, n_steps, packed, states):  # type: ignore[no-untyped-def]
    """Fill the states of every step, computing the groups whose clock ticks."""
    n_rows, _, n = states.shape
    n_left, size = n + inputs.shape[2] + 1, n // len(periods)
    left, sums = left_rows(n_rows, n_left), product_rows(n_rows, n)
    clear_padding(states, n_steps, n_backward)
    for t in range(n_steps):
        for row in range(n_rows):
            copy(inputs[row, position(t, n_backward[row])], left[row, n:])
        # In this order: the padding of a group's columns lies on those of the next.
        for group in range(len(periods)):
            if t % periods[group] == 0:
                first = group * size
                multiply(
                    sums[:, first:],
                    left[:, first:],
                    packed[group],
                    n_rows,
                    size,
                    n_left - first,
                    False,
                )
        for row in range(n_rows):
            h = states[row, position(t, n_backward[row])]
            total, kept = sums[row], left[row]
            for group in range(len(periods)):
                ticks = t % periods[group] == 0
                for j in range(group * size, (group + 1) * size):
                    h[j] = kept[j] = tanh(total[j]) if ticks else kept[j]


@compiled
def clockwork_backward(  # type: ignore[no-untyped-def]
    periods, upstream, inputs, n_backward, n_steps, states, packed, d_inputs, d_weights
):
    """Fill the gradients with respect to the inputs and the joined weights."""
    n_rows, _, n = states.shape
    n_left = n + inputs.shape[2] + 1
    n_back = n_steps_back(upstream, n_backward, n_steps)
    n_groups, size = len(periods), n // len(periods)
    left, d_left = left_rows(n_rows, n_left), product_rows(n_rows, n_left + size)
    d_preact = product_rows(n_rows, n)
    one_total = product_rows(n_left, size)
    totals = np.zeros((n_groups, *one_total.shape), np.float32)
    zero = np.zeros(n, np.float32)
    clear_padding(d_inputs, n_back, n_backward)
    for t in range(n_back - 1, -1, -1):
        for row in range(n_rows):
            at = position(t, n_backward[row])
            up, d_next = upstream[row, at], d_left[row]
            h, out = states[row, at], d_preact[row]
            for group in range(n_groups):
                ticks = t % periods[group] == 0
                for j in range(group * size, (group + 1) * size):
                    d_state = d_next[j] + up[j]
                    out[j] = d_state * (_ONE - h[j] * h[j]) if ticks else _ZERO
                    d_next[j] = _ZERO if ticks else d_state
            d_next[n:] = _ZERO
            copy(inputs[row, at], left[row, n:])
            before = states[row, position(t - 1, n_backward[row])] if t else zero
            copy(before, left[row])
        for group in range(n_groups):
            if t % periods[group] == 0:
                first = group * size
                add_transposed(
                    totals[group],
                    left[:, first:],
                    d_preact[:, first:],
                    n_left - first,
                    size,
                    n_rows,
                )
                multiply(
                    d_left[:, first:],
                    d_preact[:, first:],
                    packed[group],
                    n_rows,
                    n_left - 1 - first,
                    size,
                    True,
                )
        for row in range(n_rows):
            copy(
                d_left[row, n : n_left - 1], d_inputs[row, position(t, n_backward[row])]
            )
    d_weights[:] = _ZERO
    for group in range(n_groups):
        first = group * size
        d_weights[first:, first : first + size] = totals[group, : n_left - first, :size]


@cache
def clockwork_kernels(periods: tuple[int, ...]) -> RecurrentKernels:
    """Return the kernels for the periods of a layer.

    What the recurrent kernel has from a faster group to a slower one is not used.
    """
    clocks = np.array(periods, np.int64)
    return RecurrentKernels(
        partial(clockwork_forward, clocks),
        partial(clockwork_backward, clocks),
        blocks=tuple((group, group, group + 1) for group in range(len(periods))),
    )
