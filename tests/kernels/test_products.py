"""Products of register tiles, beside NumPy's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import llvmlite.binding as llvm
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skrnn.kernels import products
from skrnn.kernels.products import N_LANES, N_ROWS, Tile, choose_tile
from skrnn.kernels.recurrence import pack_matrix

ROOT = Path(__file__).parents[2]
CELLS = "tests/networks/test_cells.py::test_states_and_gradients_are_those_of_keras"
sizes = st.integers(1, 4 * N_LANES + 1)


def padded(n: int, unit: int) -> int:
    return -(-n // unit) * unit


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(n_rows=sizes, depth=sizes, n_columns=sizes, adds=st.booleans())
def test_products_are_those_of_numpy(
    n_rows: int, depth: int, n_columns: int, adds: bool
) -> None:
    left = random(padded(n_rows, N_ROWS), depth + 3)
    right = random(depth, n_columns)
    before = random(padded(n_rows, N_ROWS), padded(n_columns, N_LANES) + 5)
    out = before.copy()
    products.multiply(out, left, pack_matrix(right), n_rows, n_columns, depth, adds)
    expected = left[:n_rows, :depth] @ right + adds * before[:n_rows, :n_columns]
    np.testing.assert_allclose(out[:n_rows, :n_columns], expected, rtol=1e-4, atol=1e-4)
    # Only the padding of the columns may change besides.
    np.testing.assert_array_equal(out[:, -5:], before[:, -5:])


@settings(max_examples=60, deadline=None)
@given(n_rows=sizes, depth=sizes, n_columns=sizes)
def test_transposed_products_are_those_of_numpy(
    n_rows: int, depth: int, n_columns: int
) -> None:
    left = random(depth, padded(n_rows, N_ROWS))
    right = random(depth, padded(n_columns, N_LANES))
    out = np.zeros((padded(n_rows, N_ROWS), padded(n_columns, N_LANES)), np.float32)
    for _ in range(2):
        products.add_transposed(out, left, right, n_rows, n_columns, depth)
    expected = 2 * left[:, :n_rows].T @ right[:, :n_columns]
    np.testing.assert_allclose(out[:n_rows, :n_columns], expected, rtol=1e-4, atol=1e-4)


def test_a_sum_has_the_same_bits_wherever_its_row_is() -> None:
    left, right = random(padded(40, N_ROWS), 50), random(50, 37)
    packed, found = pack_matrix(right), []
    for n_rows in (1, 2, 3, 40):
        out = np.zeros((len(left), padded(37, N_LANES)), np.float32)
        products.multiply(out, left, packed, n_rows, 37, 50, False)
        found.append(out[0])
    for other in found[1:]:
        np.testing.assert_array_equal(found[0], other)


def test_nan_and_infinity_stay_in_their_rows() -> None:
    left, right = random(padded(9, N_ROWS), 4), random(4, 5)
    left[3, 1], left[5, 2] = np.nan, np.inf
    out = np.zeros((len(left), N_LANES), np.float32)
    products.multiply(out, left, pack_matrix(right), 9, 5, 4, False)
    assert np.isnan(out[3, :5]).all()
    assert np.isinf(out[5, :5]).all()
    assert np.isfinite(np.delete(out[:9, :5], [3, 5], axis=0)).all()


@pytest.mark.parametrize(
    ("features", "tile"),
    [
        ("+avx2,+fma,+avx512f", Tile(8, 2, 16, fused=True)),
        ("+avx2,+fma,-avx512f", Tile(6, 2, 8, fused=True)),
        ("+avx2,-fma", Tile(4, 2, 4, fused=False)),
        ("+neon,+fp-armv8", Tile(6, 4, 4, fused=True)),
        ("", Tile(4, 2, 4, fused=False)),
    ],
)
def test_the_tile_is_the_processors(
    features: str, tile: Tile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "CPU_FEATURES", features)
    assert choose_tile() == tile


@pytest.mark.slow
def test_kernels_agree_with_keras_without_avx512() -> None:
    host = llvm.get_host_cpu_features().flatten().split(",")
    masked = [re.sub(r"^\+(?=avx512|avx10)", "-", name) for name in host]
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-W",
            "ignore::DeprecationWarning",
            CELLS,
        ],
        cwd=ROOT,
        env={**os.environ, "NUMBA_CPU_FEATURES": ",".join(masked)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:]
