"""What the kernels of all recurrent layers share.

A state depends on the previous one, so a recurrent layer is not one large matrix
product. A kernel computes a part of a batch step by step, all rows at once. The
pre-activations of a step are one product, ``[states, inputs, 1] @ [recurrent kernel;
kernel; bias]``, so the weights are read once for all rows. A step of the backward pass
takes two products: ``d_preact`` times the transposed weights gives the gradients with
respect to the previous states and the inputs, and ``[states, inputs, 1]`` transposed
times ``d_preact`` is added to the gradient with respect to the weights.

A row is read from its first position on, or backward from its last word on, so that
padding stays at its end: see :func:`position`.

Arrays are float32, (batch, time, features). ``d_x`` is the gradient of the loss with
respect to ``x``, ``d_preact`` that with respect to the pre-activations.
"""

from __future__ import annotations

import numpy as np

from skrnn.kernels.compiling import inlined
from skrnn.kernels.products import N_LANES, N_ROWS, padded

# Rows of a product over several steps; more gain nothing.
_MIN_DEPTH = 128
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@inlined
def left_rows(n_rows, n_left):  # type: ignore[no-untyped-def]
    """Return rows of zeros for ``[states, inputs, 1]``, with the one, padded."""
    # A product may start at any row and any column, and reads whole tiles from there.
    shape = n_rows + N_ROWS, padded(n_left, N_ROWS) + N_ROWS
    left = np.zeros(shape, np.float32)
    left[:, n_left - 1] = _ONE
    return left


@inlined
def product_rows(n_rows, n_columns):  # type: ignore[no-untyped-def]
    """Return rows of zeros for the result of a product, padded."""
    # The extra vector keeps rows of a power of two apart in the cache.
    shape = n_rows + N_ROWS, padded(n_columns, N_LANES) + N_LANES
    return np.zeros(shape, np.float32)


@inlined
def steps_per_product(n_rows):  # type: ignore[no-untyped-def]
    """Return how many steps are kept for one product that gives gradients of weights.

    Each product reads and writes the sums of all weights, so few rows are not enough.
    """
    return max(_MIN_DEPTH // n_rows, 1)


@inlined
def position(t, n_backward):  # type: ignore[no-untyped-def]
    """Return the position of step ``t``; the first ``n_backward`` are read backward."""
    return n_backward - 1 - t if t < n_backward else t


@inlined
def n_steps_back(upstream, n_backward, n_steps):  # type: ignore[no-untyped-def]
    """Count the steps up to the last of ``n_steps`` with a nonzero upstream gradient.

    The steps after it are padding.
    """
    for t in range(n_steps - 1, 0, -1):
        for row in range(len(upstream)):
            up = upstream[row, position(t, n_backward[row])]
            for j in range(len(up)):
                if up[j] != _ZERO:
                    return t + 1
    return 1


@inlined
def clear_padding(vectors, n_steps, n_backward):  # type: ignore[no-untyped-def]
    """Set states, or gradients, to zero after the first ``n_steps`` steps."""
    for row in range(len(vectors)):
        for t in range(n_steps, vectors.shape[1]):
            vectors[row, position(t, n_backward[row])] = _ZERO


@inlined
def copy(source, target):  # type: ignore[no-untyped-def]
    """Copy a vector."""
    for j in range(len(source)):
        target[j] = source[j]
