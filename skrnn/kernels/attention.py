"""The scores of attention: ``tanh(inputs @ kernel + bias) @ context``.

TensorFlow splits sums over a long batch among its threads, so that the bits of the
gradients of the weights depend on their number; here they do not.
"""

from __future__ import annotations

import numpy as np

from skrnn.kernels.activations import tanh
from skrnn.kernels.compiling import compiled
from skrnn.kernels.products import add_transposed, multiply
from skrnn.kernels.steps import copy, left_rows, product_rows

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@compiled
def attention_forward(inputs, packed, context, scores, hidden):  # type: ignore[no-untyped-def]
    """Fill the score and the hidden layer of every step."""
    n_rows, n_steps, n = hidden.shape
    n_left = inputs.shape[2] + 1
    left, sums = left_rows(n_steps, n_left), product_rows(n_steps, n)
    for row in range(n_rows):
        for t in range(n_steps):
            copy(inputs[row, t], left[t])
        multiply(sums, left, packed, n_steps, n, n_left, False)
        for t in range(n_steps):
            total, h, score = sums[t], hidden[row, t], _ZERO
            for j in range(n):
                h[j] = tanh(total[j])
                score += h[j] * context[j]
            scores[row, t] = score


@compiled
def attention_backward(  # type: ignore[no-untyped-def]
    d_scores, inputs, hidden, packed, context, d_inputs, d_weights
):
    """Fill the gradients with respect to the inputs and to the joined weights."""
    n_rows, n_steps, n = hidden.shape
    n_left = inputs.shape[2] + 1
    left, d_left = left_rows(n_steps, n_left), product_rows(n_steps, n_left)
    d_preact, total = product_rows(n_steps, n), product_rows(n_left, n)
    d_context = np.zeros(n, np.float32)
    for row in range(n_rows):
        for t in range(n_steps):
            d_score, h, d = d_scores[row, t], hidden[row, t], d_preact[t]
            for j in range(n):
                d_context[j] += d_score * h[j]
                d[j] = d_score * context[j] * (_ONE - h[j] * h[j])
            copy(inputs[row, t], left[t])
        add_transposed(total, left, d_preact, n_left, n, n_steps)
        multiply(d_left, d_preact, packed, n_steps, n_left - 1, n, False)
        for t in range(n_steps):
            copy(d_left[t, : n_left - 1], d_inputs[row, t])
    d_weights[:-1] = total[:n_left, :n]
    d_weights[-1] = d_context
