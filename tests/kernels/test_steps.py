"""The rows that kernels give to products: whole tiles lie inside their arrays."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import numpy as np
import pytest

from skrnn.kernels.clockwork import clockwork_kernels
from skrnn.kernels.gru import GRU
from skrnn.kernels.lstm import LSTM
from skrnn.kernels.products import N_LANES, N_ROWS, padded
from skrnn.kernels.recurrence import RecurrentKernels
from skrnn.kernels.simple import SIMPLE

KERNELS = {
    "lstm": LSTM,
    "gru": GRU,
    "simple": SIMPLE,
    "clockwork": clockwork_kernels((1, 2, 4)),
}
UNITS, FEATURES, STEPS = 3, 2, 5


def interpreted(kernel: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a kernel as a Python function, its products checked and by NumPy."""
    if isinstance(kernel, partial):
        return partial(interpreted(kernel.func, monkeypatch), *kernel.args)

    def unpack(packed: np.ndarray, depth: int, n_columns: int) -> np.ndarray:
        assert packed.size >= depth * padded(n_columns, N_LANES)
        # So few columns are one panel.
        return packed.reshape(depth, -1)[:, :n_columns]

    def multiply(
        out: np.ndarray,
        left: np.ndarray,
        packed: np.ndarray,
        n_rows: int,
        n_columns: int,
        depth: int,
        adds: bool,
    ) -> None:
        assert len(left) >= padded(n_rows, N_ROWS)
        assert left.shape[1] >= depth
        assert len(out) >= padded(n_rows, N_ROWS)
        assert out.shape[1] >= padded(n_columns, N_LANES)
        product = left[:n_rows, :depth] @ unpack(packed, depth, n_columns)
        out[:n_rows, :n_columns] = product + adds * out[:n_rows, :n_columns]

    def add_transposed(
        out: np.ndarray,
        left: np.ndarray,
        right: np.ndarray,
        n_rows: int,
        n_columns: int,
        depth: int,
    ) -> None:
        assert min(len(left), len(right)) >= depth
        assert min(left.shape[1], len(out)) >= padded(n_rows, N_ROWS)
        assert min(right.shape[1], out.shape[1]) >= padded(n_columns, N_LANES)
        out[:n_rows, :n_columns] += left[:depth, :n_rows].T @ right[:depth, :n_columns]

    module = sys.modules[kernel.py_func.__module__]
    monkeypatch.setattr(module, "multiply", multiply)
    monkeypatch.setattr(module, "add_transposed", add_transposed)
    return kernel.py_func


@pytest.mark.parametrize("n_rows", [1, 2, 3, 7, 8, 9, 12, 21])
@pytest.mark.parametrize("cell", KERNELS)
def test_products_read_and_write_inside_their_arrays(
    cell: str, n_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)

    def random(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    kernels = KERNELS[cell]
    columns = UNITS * kernels.widths[-1]
    weights = random(FEATURES, columns), random(UNITS, columns), random(columns)
    inputs, upstream = random(n_rows, STEPS, FEATURES), random(n_rows, STEPS, UNITS)
    n_backward = np.arange(n_rows, dtype=np.int32) % STEPS
    lengths = np.full(n_rows, STEPS, np.int32)

    def results(kernels: RecurrentKernels) -> list[np.ndarray]:
        filled = kernels.compute_all(inputs, n_backward, lengths, *weights)
        return filled + kernels.compute_gradients(
            upstream, inputs, n_backward, lengths, filled, *weights
        )

    compiled = results(kernels)
    checked = RecurrentKernels(
        interpreted(kernels.forward, monkeypatch),
        interpreted(kernels.backward, monkeypatch),
        widths=kernels.widths,
        n_kept=kernels.n_kept,
        blocks=kernels.blocks,
    )
    for found, expected in zip(results(checked), compiled, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
