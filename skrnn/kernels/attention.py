"""Pooling by attention: the sum of the states of a row, weighted by a softmax.

The score of a state is ``tanh(state @ kernel + bias) @ context``. The attention of a
row is the softmax of the scores of its steps. Empty rows give zeros.

TensorFlow splits sums over a long batch among its threads, so that the bits of the
gradients of the weights depend on their number; here they do not.
"""

from __future__ import annotations

import numpy as np

from skrnn.kernels.activations import tanh
from skrnn.kernels.compiling import compiled, inlined
from skrnn.kernels.products import add_transposed, multiply
from skrnn.kernels.steps import copy, left_rows, product_rows

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
# Steps of one product: several short rows, or one long row.
_BLOCK = 128


@inlined
def _rows_of_block(first, lengths):  # type: ignore[no-untyped-def]
    """Return the end of the rows from ``first`` on that fit a block, and their steps.

    There is at least one row.
    """
    end, n_steps = first + 1, lengths[first]
    while end < len(lengths) and n_steps + lengths[end] <= _BLOCK:
        n_steps += lengths[end]
        end += 1
    return end, n_steps


@compiled
def attention_forward(  # type: ignore[no-untyped-def]
    states, lengths, packed, context, vectors, attention, hidden
):
    """Fill the vectors, the attention, zero on padding, and the hidden layer."""
    n_rows, n_steps, n = hidden.shape
    n_left, n_most = n + 1, max(n_steps, _BLOCK)
    left, sums = left_rows(n_most, n_left), product_rows(n_most, n)
    vectors[:] = _ZERO
    attention[:] = _ZERO
    first = 0
    while first < n_rows:
        end, n_block = _rows_of_block(first, lengths)
        at = 0
        for row in range(first, end):
            for t in range(lengths[row]):
                copy(states[row, t], left[at + t])
            at += lengths[row]
        multiply(sums, left, packed, n_block, n, n_left, False)
        at = 0
        for row in range(first, end):
            scores = attention[row, : lengths[row]]
            for t in range(len(scores)):
                total, h, score = sums[at + t], hidden[row, t], _ZERO
                for j in range(n):
                    h[j] = tanh(total[j])
                    score += h[j] * context[j]
                scores[t] = score
            at += lengths[row]
            if len(scores):
                _softmax(scores)
            for t in range(len(scores)):
                vector, state, share = vectors[row], states[row, t], scores[t]
                for j in range(n):
                    vector[j] += share * state[j]
        first = end


@inlined
def _softmax(scores):  # type: ignore[no-untyped-def]
    """Replace scores by their softmax."""
    largest, total = scores[0], _ZERO
    for t in range(1, len(scores)):
        largest = max(largest, scores[t])
    for t in range(len(scores)):
        scores[t] = np.exp(scores[t] - largest)
        total += scores[t]
    for t in range(len(scores)):
        scores[t] /= total


@compiled
def attention_backward(  # type: ignore[no-untyped-def]
    d_vectors, states, lengths, attention, hidden, packed, context, d_states, d_weights
):
    """Fill the gradients with respect to the states and to the joined weights."""
    n_rows, n_steps, n = hidden.shape
    n_left, n_most = n + 1, max(n_steps, _BLOCK)
    left, d_left = left_rows(n_most, n_left), product_rows(n_most, n_left)
    d_preact, total = product_rows(n_most, n), product_rows(n_left, n)
    d_context, d_scores = np.zeros(n, np.float32), np.empty(n_steps, np.float32)
    first = 0
    while first < n_rows:
        end, n_block = _rows_of_block(first, lengths)
        at = 0
        for row in range(first, end):
            upstream, mean = d_vectors[row], _ZERO
            for t in range(lengths[row]):
                state, d_attention = states[row, t], _ZERO
                for j in range(n):
                    d_attention += upstream[j] * state[j]
                d_scores[t] = d_attention
                mean += attention[row, t] * d_attention
                copy(state, left[at + t])
            for t in range(lengths[row]):
                d_score = attention[row, t] * (d_scores[t] - mean)
                h, d = hidden[row, t], d_preact[at + t]
                for j in range(n):
                    d_context[j] += d_score * h[j]
                    d[j] = d_score * context[j] * (_ONE - h[j] * h[j])
            at += lengths[row]
        add_transposed(total, left, d_preact, n_left, n, n_block)
        multiply(d_left, d_preact, packed, n_block, n, n, False)
        at = 0
        for row in range(first, end):
            upstream = d_vectors[row]
            for t in range(lengths[row]):
                share, through, d = attention[row, t], d_left[at + t], d_states[row, t]
                for j in range(n):
                    d[j] = through[j] + share * upstream[j]
            d_states[row, lengths[row] :] = _ZERO
            at += lengths[row]
        first = end
    d_weights[:-1] = total[:n_left, :n]
    d_weights[-1] = d_context
