"""The rows that kernels give to products: whole tiles lie inside their arrays."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import numpy as np
import pytest

from skrnn.kernels.attention import attention_backward, attention_forward
from skrnn.kernels.clockwork import clockwork_kernels
from skrnn.kernels.gru import GRU
from skrnn.kernels.lstm import LSTM
from skrnn.kernels.products import N_LANES, N_ROWS, padded
from skrnn.kernels.recurrence import RecurrentKernels, pack_matrix
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
    lengths = STEPS - np.arange(n_rows, dtype=np.int32) % STEPS

    def results(kernels: RecurrentKernels) -> list[np.ndarray]:
        filled = kernels.compute_all(inputs, lengths, *weights, backward=True)
        return filled + kernels.compute_gradients(
            upstream, inputs, lengths, filled, *weights, backward=True
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


@pytest.mark.parametrize(
    "lengths", [(3, 0, 5), (0, 0), (128, 1), (60, 60, 8, 1, 0), (140,)]
)
def test_attention_reads_and_writes_inside_its_arrays(
    lengths: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)

    def random(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    batch = len(lengths), max(*lengths, 2)
    states, steps = random(*batch, UNITS), np.array(lengths, np.int32)
    joined, context = random(UNITS + 1, UNITS), random(UNITS)
    d_vectors = random(len(lengths), UNITS)

    def results(forward: Any, backward: Any) -> list[np.ndarray]:
        shapes = (batch[0], UNITS), batch, (*batch, UNITS)
        vectors, attention, hidden = (np.full(s, np.nan, np.float32) for s in shapes)
        forward(states, steps, pack_matrix(joined), context, vectors, attention, hidden)
        d_states = np.full_like(states, np.nan)
        d_weights = np.full((UNITS + 2, UNITS), np.nan, np.float32)
        packed = pack_matrix(joined[:-1].T)
        backward(
            d_vectors,
            states,
            steps,
            attention,
            hidden,
            packed,
            context,
            d_states,
            d_weights,
        )
        return [vectors, attention, d_states, d_weights]

    compiled = results(attention_forward, attention_backward)
    checked = results(
        interpreted(attention_forward, monkeypatch),
        interpreted(attention_backward, monkeypatch),
    )
    for found, expected in zip(checked, compiled, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
