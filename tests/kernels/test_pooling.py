from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from skrnn.kernels import pooling, tf_ops
from skrnn.kernels.pooling import FIRST, LAST, MAX, MEAN

KERNELS = [FIRST, LAST, MAX, MEAN]


def reference(
    kernels: pooling.PoolingKernels, states: tf.Tensor, lengths: np.ndarray
) -> tf.Tensor:
    """Return what TensorFlow computes row by row."""
    rows = []
    for row, length in enumerate(lengths):
        real = states[row, :length]
        if length == 0:
            rows.append(tf.zeros(states.shape[2]))
        elif kernels is MAX:
            rows.append(tf.reduce_max(real, axis=0))
        elif kernels is MEAN:
            rows.append(tf.reduce_mean(real, axis=0))
        else:
            rows.append(real[-1 if kernels is LAST else 0])
    return tf.stack(rows)


@pytest.mark.parametrize("n_rows", [3, 40])
@pytest.mark.parametrize("kernels", KERNELS)
def test_vectors_and_gradients_are_those_of_tensorflow(
    kernels: pooling.PoolingKernels, n_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tf_ops, "_MIN_NUMBERS_COPIED", 100)  # several parts
    rng = np.random.default_rng(0)
    # Few different values, so that several steps share the largest.
    states = tf.constant(rng.integers(-2, 3, size=(n_rows, 9, 5)), tf.float32)
    lengths = rng.integers(0, 10, size=n_rows).astype(np.int32)
    upstream = tf.constant(rng.standard_normal((n_rows, 5)), tf.float32)
    found = []
    for run in (tf_ops.pool, reference):
        with tf.GradientTape() as tape:
            tape.watch(states)
            vectors = run(kernels, states, lengths)
        found.append((vectors, tape.gradient(vectors, states, upstream)))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("kernels", KERNELS)
def test_nan_stays_visible(kernels: pooling.PoolingKernels) -> None:
    states = np.arange(24, dtype=np.float32).reshape(2, 4, 3)
    states[0, :, 1] = np.nan
    if kernels is MAX or kernels is MEAN:
        states[0, 1:, 1] = 5.0
    vectors = tf_ops.pool(kernels, tf.constant(states), np.array([4, 4], np.int32))
    expected = np.zeros((2, 3), bool)
    expected[0, 1] = True
    np.testing.assert_array_equal(np.isnan(vectors), expected)
