"""Recurrent layers on arrays: the kernels of a cell, run on parts of a batch.

Rows are independent in a recurrent layer, so parts of a batch run in parallel, and the
gradients with respect to the weights are added up part by part. The parts depend on the
batch alone, so a result does not depend on the number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from skrnn.kernels.products import N_LANES, N_ROWS, pack
from skrnn.kernels.threads import side_by_side

Array = npt.NDArray[np.float32]

_MAX_PARTS = 8
# Waking a thread takes longer than computing a part of fewer numbers.
_MIN_NUMBERS_PER_PART = 10_000
_ALIGNMENT = 64  # bytes


@dataclass(frozen=True)
class RecurrentKernels:
    """The kernels of a cell, and what they read and fill.

    Weights are given as in Keras: ``kernel``, ``recurrent_kernel`` and ``bias``. The
    kernels read them joined, ``[recurrent_kernel; kernel; bias]``, and packed.

    Parameters
    ----------
    forward : callable
        Takes inputs and packed weights; fills the states, and whatever else the
        backward kernel needs.
    infer : callable
        Takes inputs and packed weights; fills the states alone.
    backward : callable
        Takes the gradient with respect to the states, the inputs, what ``forward``
        filled, and the packed transposed weights; fills the gradients with respect to
        the inputs and to the joined weights.
    widths : tuple of int
        Last sizes of what ``forward`` fills, in units.
    blocks : tuple of tuple of float
        For each product of a step, its first row and its first and last column in the
        joined weights, in units.
    """

    forward: Callable[..., None]
    infer: Callable[..., None]
    backward: Callable[..., None]
    widths: tuple[int, ...]
    blocks: tuple[tuple[float, float, float], ...]

    def compute_states(
        self, inputs: Array, kernel: Array, recurrent: Array, bias: Array
    ) -> Array:
        """Return the states of all steps, shape (batch, time, units)."""
        packed = self._pack(np.vstack([recurrent, kernel, bias]))
        states = empty(*inputs.shape[:2], len(recurrent))
        run_in_parts(
            inputs, lambda rows: self.infer(inputs[rows], packed, states[rows])
        )
        return states

    def compute_all(
        self, inputs: Array, kernel: Array, recurrent: Array, bias: Array
    ) -> list[Array]:
        """Return the states, and what else :meth:`compute_gradients` needs."""
        packed = self._pack(np.vstack([recurrent, kernel, bias]))
        shape = inputs.shape[:2]
        filled = [empty(*shape, len(recurrent) * width) for width in self.widths]
        run_in_parts(
            inputs,
            lambda rows: self.forward(inputs[rows], packed, *(f[rows] for f in filled)),
        )
        return filled

    def compute_gradients(
        self,
        upstream: Array,
        inputs: Array,
        filled: list[Array],
        kernel: Array,
        recurrent: Array,
        bias: Array,
    ) -> list[Array]:
        """Return the gradients with respect to the inputs and the three weights."""
        joined, units = np.vstack([recurrent, kernel, bias]), len(recurrent)
        packed = self._pack(joined, transposed=True)
        d_inputs, by_row = empty(*inputs.shape), (upstream, inputs, *filled)
        d_weights = np.empty((len(cut(inputs)), *joined.shape), np.float32)
        run_in_parts(
            inputs,
            lambda rows, d_part: self.backward(
                *(a[rows] for a in by_row), packed, d_inputs[rows], d_part
            ),
            d_weights,
        )
        total = d_weights.sum(axis=0)
        return [d_inputs, total[units:-1], total[:units], total[-1]]

    def _pack(self, joined: Array, *, transposed: bool = False) -> tuple[Array, ...]:
        """Return the weights of each product as the kernels read them."""
        units = joined.shape[1] // max(round(last) for *_, last in self.blocks)
        packed = []
        for block in self.blocks:
            row, first, last = (round(units * number) for number in block)
            matrix = joined[row:, first:last]
            packed.append(pack_matrix(matrix[:-1].T if transposed else matrix))
        return tuple(packed)


def run_in_parts(
    inputs: Array, run: Callable[..., object], results: Array | None = None
) -> None:
    """Call ``run`` with the rows of each part, and with its result if it has one."""
    parts = cut(inputs)

    def run_part(part: int) -> None:
        run(parts[part], *([] if results is None else [results[part]]))

    side_by_side(run_part, len(parts))


def cut(inputs: Array) -> list[slice]:
    """Cut the rows into even-sized parts, most of them of whole tiles."""
    n_rows = len(inputs)
    n_parts = min(_MAX_PARTS, inputs.size // _MIN_NUMBERS_PER_PART, n_rows // N_ROWS)
    n_tiles, n_parts = -(-n_rows // N_ROWS), max(n_parts, 1)
    bounds = [min(N_ROWS * (n_tiles * k // n_parts), n_rows) for k in range(n_parts)]
    return [slice(*ends) for ends in pairwise([*bounds, n_rows])]


def pack_matrix(matrix: Array) -> Array:
    """Return a matrix as products read it on their right."""
    depth, n_columns = matrix.shape
    packed = np.empty(depth * N_LANES * -(-n_columns // N_LANES), np.float32)
    pack(np.ascontiguousarray(matrix), packed)
    return packed


def empty(*shape: int) -> Array:
    """Return an array aligned so that TensorFlow takes it over without a copy."""
    size = 4 * math.prod(shape)
    memory = np.empty(size + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + size].view(np.float32).reshape(shape)
