"""One vector for each row of states, and the gradient with respect to the states.

A ``forward`` takes states, (batch, time, units), and the lengths of the rows, and fills
vectors, (batch, units), with zeros for empty rows. A ``backward`` takes the gradient
with respect to the vectors, the states, the lengths and the vectors, and fills the
gradient with respect to the states.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from skrnn.kernels.compiling import compiled
from skrnn.kernels.steps import copy

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@dataclass(frozen=True)
class PoolingKernels:
    """The kernels of a pooling, as the module describes them."""

    forward: Callable[..., None]
    backward: Callable[..., None]


@compiled
def max_forward(states, lengths, vectors):  # type: ignore[no-untyped-def]
    """Fill the largest value of each unit; NaN is larger than any number."""
    vectors[:] = _ZERO
    for row in range(len(states)):
        largest = vectors[row]
        for t in range(lengths[row]):
            h = states[row, t]
            for j in range(len(largest)):
                is_larger = t == 0 or h[j] > largest[j] or h[j] != h[j]
                largest[j] = h[j] if is_larger else largest[j]


@compiled
def max_backward(d_vectors, states, lengths, vectors, d_states):  # type: ignore[no-untyped-def]
    """Fill the gradient, shared equally by the steps with the largest value."""
    share = np.empty(states.shape[2], np.float32)
    for row in range(len(states)):
        largest, upstream = vectors[row], d_vectors[row]
        share[:] = _ZERO
        for t in range(lengths[row]):
            h = states[row, t]
            for j in range(len(share)):
                share[j] += _ONE if h[j] == largest[j] else _ZERO
        for j in range(len(share)):
            share[j] = upstream[j] / share[j]
        for t in range(lengths[row]):
            h, d_state = states[row, t], d_states[row, t]
            for j in range(len(share)):
                d_state[j] = share[j] if h[j] == largest[j] else _ZERO
        d_states[row, lengths[row] :] = _ZERO


@compiled
def mean_forward(states, lengths, vectors):  # type: ignore[no-untyped-def]
    """Fill the mean of each unit."""
    vectors[:] = _ZERO
    for row in range(len(states)):
        total, share = vectors[row], _ONE / np.float32(max(lengths[row], 1))
        for t in range(lengths[row]):
            h = states[row, t]
            for j in range(len(total)):
                total[j] += h[j]
        for j in range(len(total)):
            total[j] *= share


@compiled
def mean_backward(d_vectors, states, lengths, vectors, d_states):  # type: ignore[no-untyped-def]
    """Fill the gradient, the same at every step of a row."""
    for row in range(len(states)):
        upstream, share = d_vectors[row], _ONE / np.float32(max(lengths[row], 1))
        for t in range(lengths[row]):
            d_state = d_states[row, t]
            for j in range(len(upstream)):
                d_state[j] = upstream[j] * share
        d_states[row, lengths[row] :] = _ZERO


@compiled
def end_forward(is_last, states, lengths, vectors):  # type: ignore[no-untyped-def]
    """Fill the last state, or the first one."""
    vectors[:] = _ZERO
    for row in range(len(states)):
        if lengths[row]:
            copy(states[row, lengths[row] - 1 if is_last else 0], vectors[row])


@compiled
def end_backward(is_last, d_vectors, states, lengths, vectors, d_states):  # type: ignore[no-untyped-def]
    """Fill the gradient, which is zero at the other steps."""
    d_states[:] = _ZERO
    for row in range(len(states)):
        if lengths[row]:
            copy(d_vectors[row], d_states[row, lengths[row] - 1 if is_last else 0])


MAX = PoolingKernels(max_forward, max_backward)
MEAN = PoolingKernels(mean_forward, mean_backward)
LAST, FIRST = (
    PoolingKernels(partial(end_forward, is_last), partial(end_backward, is_last))
    for is_last in (True, False)
)
