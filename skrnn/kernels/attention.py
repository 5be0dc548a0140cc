"""The scores of attention: ``tanh(inputs @ kernel + bias) @ context``.

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
def attention_forward(inputs, lengths, packed, context, scores, hidden):  # type: ignore[no-untyped-def]
    """Fill the scores, zero on padding, and the hidden layer of every step."""
    n_rows, n_steps, n = hidden.shape
    n_left, n_most = inputs.shape[2] + 1, max(n_steps, _BLOCK)
    left, sums = left_rows(n_most, n_left), product_rows(n_most, n)
    first = 0
    while first < n_rows:
        end, n_block = _rows_of_block(first, lengths)
        at = 0
        for row in range(first, end):
            for t in range(lengths[row]):
                copy(inputs[row, t], left[at + t])
            at += lengths[row]
        multiply(sums, left, packed, n_block, n, n_left, False)
        at = 0
        for row in range(first, end):
            for t in range(lengths[row]):
                total, h, score = sums[at + t], hidden[row, t], _ZERO
                for j in range(n):
                    h[j] = tanh(total[j])
                    score += h[j] * context[j]
                scores[row, t] = score
            scores[row, lengths[row] :] = _ZERO
            at += lengths[row]
        first = end


@compiled
def attention_backward(  # type: ignore[no-untyped-def]
    d_scores, inputs, lengths, hidden, packed, context, d_inputs, d_weights
):
    """Fill the gradients with respect to the inputs and to the joined weights."""
    n_rows, n_steps, n = hidden.shape
    n_left, n_most = inputs.shape[2] + 1, max(n_steps, _BLOCK)
    left, d_left = left_rows(n_most, n_left), product_rows(n_most, n_left)
    d_preact, total = product_rows(n_most, n), product_rows(n_left, n)
    d_context = np.zeros(n, np.float32)
    first = 0
    while first < n_rows:
        end, n_block = _rows_of_block(first, lengths)
        at = 0
        for row in range(first, end):
            for t in range(lengths[row]):
                d_score, h, d = d_scores[row, t], hidden[row, t], d_preact[at + t]
                for j in range(n):
                    d_context[j] += d_score * h[j]
                    d[j] = d_score * context[j] * (_ONE - h[j] * h[j])
                copy(inputs[row, t], left[at + t])
            at += lengths[row]
        add_transposed(total, left, d_preact, n_left, n, n_block)
        multiply(d_left, d_preact, packed, n_block, n_left - 1, n, False)
        at = 0
        for row in range(first, end):
            for t in range(lengths[row]):
                copy(d_left[at + t, : n_left - 1], d_inputs[row, t])
            d_inputs[row, lengths[row] :] = _ZERO
            at += lengths[row]
        first = end
    d_weights[:-1] = total[:n_left, :n]
    d_weights[-1] = d_context
