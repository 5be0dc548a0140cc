"""Embedding rows by id, and the sum of their gradients."""

from __future__ import annotations

import numpy as np

from skrnn.kernels.compiling import compiled

_ZERO = np.float32(0.0)


@compiled
def embed(table, ids, scale, vectors):  # type: ignore[no-untyped-def]
    """Fill the vectors of ``ids``, times the scale of their row."""
    for row in range(ids.shape[0]):
        factors = scale[row]
        for t in range(ids.shape[1]):
            found, vector = table[ids[row, t]], vectors[row, t]
            for j in range(len(factors)):
                vector[j] = found[j] * factors[j]


@compiled
def add_by_id(upstream, ids, scale, first, sums):  # type: ignore[no-untyped-def]
    """Fill the gradients of the table's rows from ``first`` on, summed in order."""
    sums[:] = _ZERO
    for row in range(ids.shape[0]):
        factors = scale[row]
        for t in range(ids.shape[1]):
            index = ids[row, t] - first
            if 0 <= index < len(sums):
                total, vector = sums[index], upstream[row, t]
                for j in range(len(factors)):
                    total[j] += vector[j] * factors[j]
