"""What the kernels of all recurrent layers share: the rows of a step side by side.

A state depends on the one before, so a recurrent layer is not one large matrix product.
Each kernel takes the rows of a part of a batch through the layer step by step. The
pre-activations of a step are one product, ``[states, inputs, 1] @ [recurrent kernel;
kernel; bias]``, so that weights are read once for all rows. Backward, a step is two
products: the gradient with respect to the pre-activations times the transposed weights
gives those with respect to the previous states and the inputs, and ``[states, inputs,
1]`` transposed times it adds to that with respect to the weights.

Arrays are float32, (batch, time, features). ``d_x`` is the gradient of the loss with
respect to ``x``, ``d_preact`` that with respect to the pre-activations.
"""

from __future__ import annotations

import numba
import numpy as np

from skrnn.kernels.compiling import inlined
from skrnn.kernels.products import N_LANES, N_ROWS

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@numba.njit(inline="always")
def padded(size, unit):  # type: ignore[no-untyped-def]
    """Return the multiple of ``unit`` that is not below ``size``."""
    return -(-size // unit) * unit


@inlined
def left_rows(n_rows, n_left):  # type: ignore[no-untyped-def]
    """Return rows for states, inputs and a one, padded for products."""
    # Products with a suffix of the columns read up to a tile beyond the last.
    shape = padded(n_rows, N_ROWS), padded(n_left, N_ROWS) + N_ROWS
    left = np.zeros(shape, np.float32)
    left[:, n_left - 1] = _ONE
    return left


@inlined
def product_rows(n_rows, n_columns):  # type: ignore[no-untyped-def]
    """Return rows for the result of a product, padded."""
    # One vector more keeps rows of a power of two off the same lines of the cache.
    shape = padded(n_rows, N_ROWS), padded(n_columns, N_LANES) + N_LANES
    return np.zeros(shape, np.float32)


@inlined
def n_steps_back(upstream):  # type: ignore[no-untyped-def]
    """Count the steps up to the last with a nonzero upstream gradient.

    The steps after it are padding.
    """
    for t in range(upstream.shape[1] - 1, 0, -1):
        for row in range(len(upstream)):
            up = upstream[row, t]
            for j in range(len(up)):
                if up[j] != _ZERO:
                    return t + 1
    return 1


@inlined
def copy(source, target):  # type: ignore[no-untyped-def]
    """Copy a vector."""
    for j in range(len(source)):
        target[j] = source[j]
