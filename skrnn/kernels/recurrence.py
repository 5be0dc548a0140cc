"""Recurrent layers on arrays: the kernels of a cell, run on parts of a batch.

Rows are independent in a recurrent layer, so parts of a batch run in parallel, and the
gradients with respect to the weights are added up part by part. The parts depend on the
batch alone, so a result does not depend on the number of threads. A part is computed up
to the end of its longest row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from skrnn.kernels.memory import empty
from skrnn.kernels.products import N_LANES, N_ROWS, pack, padded
from skrnn.kernels.threads import side_by_side

Array = npt.NDArray[np.float32]
Lengths = npt.NDArray[np.int32]

_MAX_PARTS = 8
# Waking a thread takes longer than computing a part of fewer numbers.
_MIN_NUMBERS = 10_000


@dataclass(frozen=True)
class RecurrentKernels:
    """The kernels of a cell, and what they read and fill.

    Weights are given as in Keras: ``kernel``, ``recurrent_kernel`` and ``bias``. The
    kernels read them joined, ``[recurrent_kernel; kernel; bias]``, and packed.

    Parameters
    ----------
    forward : callable
        Takes inputs, the number of first steps that each row is read backward, the
        number of steps to compute, and packed weights; fills the states, with zeros
        after these steps, and whatever else the backward kernel needs.
    backward : callable
        Takes the gradient with respect to the states, the inputs, both numbers of
        steps, what ``forward`` filled, and the packed transposed weights; fills the
        gradients with respect to the inputs and to the joined weights.
    widths : tuple of int, default=(1,)
        Last sizes of what ``forward`` fills, in units. The states come first, (batch,
        time, units); the others are (time, batch, width), since a step reads a row of
        each.
    n_kept : tuple of int, default=()
        For each array after the states, the steps that ``forward`` itself needs.
    blocks : tuple of tuple of int
        For each product of a step, its first row and its first and last column in the
        joined weights, in sizes of the state, or of a group of a clockwork layer.
    """

    forward: Callable[..., None]
    backward: Callable[..., None]
    _: KW_ONLY
    widths: tuple[int, ...] = (1,)
    n_kept: tuple[int, ...] = ()
    blocks: tuple[tuple[int, int, int], ...]

    def compute_states(
        self, inputs: Array, lengths: Lengths, *weights: Array, backward: bool
    ) -> Array:
        """Return the states of all steps, shape (batch, time, units)."""
        n_kept = (inputs.shape[1], *self.n_kept)
        return self._fill(inputs, lengths, weights, n_kept, backward)[0]

    def compute_all(
        self, inputs: Array, lengths: Lengths, *weights: Array, backward: bool
    ) -> list[Array]:
        """Return the states, and what else :meth:`compute_gradients` needs."""
        n_kept = (inputs.shape[1],) * len(self.widths)
        return self._fill(inputs, lengths, weights, n_kept, backward)

    def _fill(
        self,
        inputs: Array,
        lengths: Lengths,
        weights: tuple[Array, ...],
        n_kept: tuple[int, ...],
        backward: bool,
    ) -> list[Array]:
        """Return what ``forward`` fills, of which ``n_kept`` steps are kept."""
        joined, units = _join(*weights), len(weights[1])
        packed = self._pack(joined)
        filled = [
            empty(len(inputs), n_steps, units * width)
            for n_steps, width in zip(n_kept, self.widths, strict=True)
        ]
        parts = cut(inputs)

        def run(part: int) -> None:
            rows = parts[part]
            self.forward(
                inputs[rows],
                *_steps(lengths[rows], backward),
                packed,
                *_of_part(filled, rows),
            )

        side_by_side(run, len(parts))
        return filled

    def compute_gradients(
        self,
        upstream: Array,
        inputs: Array,
        lengths: Lengths,
        filled: list[Array],
        *weights: Array,
        backward: bool,
    ) -> list[Array]:
        """Return the gradients with respect to the inputs and the three weights."""
        joined, units = _join(*weights), len(weights[1])
        packed = self._pack(joined, transposed=True)
        d_inputs, parts = empty(*inputs.shape), cut(inputs)
        d_weights = empty(len(parts), *joined.shape)

        def run(part: int) -> None:
            rows = parts[part]
            self.backward(
                upstream[rows],
                inputs[rows],
                *_steps(lengths[rows], backward),
                *_of_part(filled, rows),
                packed,
                d_inputs[rows],
                d_weights[part],
            )

        side_by_side(run, len(parts))
        total = d_weights.sum(axis=0)
        return [d_inputs, total[units:-1], total[:units], total[-1]]

    def _pack(self, joined: Array, *, transposed: bool = False) -> tuple[Array, ...]:
        """Return the weights of each product as the kernels read them."""
        size = joined.shape[1] // max(last for *_, last in self.blocks)
        packed = []
        for row, first, last in self.blocks:
            matrix = joined[size * row :, size * first : size * last]
            packed.append(pack_matrix(matrix[:-1].T if transposed else matrix))
        return tuple(packed)


def _steps(lengths: Lengths, backward: bool) -> tuple[Lengths, int]:
    """Return how many steps of each row are read backward, and how many to compute."""
    n_backward = lengths if backward else np.zeros_like(lengths)
    # A kernel computes one step at least.
    return n_backward, max(int(lengths.max(initial=0)), 1)


def _of_part(filled: list[Array], rows: slice) -> list[Array]:
    """Return what a part fills: states by row, and the other arrays by step.

    The other arrays are stored part by part, so that those of a part are contiguous.
    """
    states, *others = (array[rows] for array in filled)
    return [states, *(x.reshape(x.shape[1], len(x), x.shape[2]) for x in others)]


def _join(kernel: Array, recurrent_kernel: Array, bias: Array) -> Array:
    """Return the weights as one matrix."""
    return np.vstack([recurrent_kernel, kernel, bias])


def cut(inputs: Array, min_numbers: int = _MIN_NUMBERS) -> list[slice]:
    """Cut the rows into even-sized parts, most of them of whole tiles.

    A part has ``min_numbers`` of ``inputs`` at least, if it is not the only one.
    """
    n_rows = len(inputs)
    n_parts = min(_MAX_PARTS, inputs.size // min_numbers, n_rows // N_ROWS)
    n_tiles, n_parts = -(-n_rows // N_ROWS), max(n_parts, 1)
    bounds = [min(N_ROWS * (n_tiles * k // n_parts), n_rows) for k in range(n_parts)]
    return [slice(*ends) for ends in pairwise([*bounds, n_rows])]


def pack_matrix(matrix: Array) -> Array:
    """Return a matrix as products read it on their right."""
    depth, n_columns = matrix.shape
    packed = np.empty(depth * padded(n_columns, N_LANES), np.float32)
    pack(np.ascontiguousarray(matrix), packed)
    return packed
