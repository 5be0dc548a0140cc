from __future__ import annotations

import keras
import numpy as np
import pytest

from skrnn.networks.pooling import (
    AttentionPooling,
    FirstPooling,
    LastPooling,
    MaxPooling,
    MeanPooling,
)

LENGTHS = np.array([4, 2, 1, 0], dtype=np.int32)


@pytest.fixture
def states() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((4, 4, 3)).astype(np.float32) - 3.0


@pytest.mark.parametrize(
    ("layer", "by_hand"),
    [
        (LastPooling, lambda real: real[-1]),
        (FirstPooling, lambda real: real[0]),
        (MaxPooling, lambda real: real.max(axis=0)),
        (MeanPooling, lambda real: real.mean(axis=0)),
    ],
)
def test_only_real_words_are_pooled(layer, by_hand, states: np.ndarray) -> None:
    pooled = np.asarray(layer()(states, LENGTHS))
    for row, length in enumerate(LENGTHS[:3]):
        np.testing.assert_allclose(pooled[row], by_hand(states[row, :length]), 1e-6)
    np.testing.assert_array_equal(pooled[3], np.zeros(3))


def test_attention_by_hand(states: np.ndarray) -> None:
    layer = AttentionPooling()
    pooled = np.asarray(layer(states, LENGTHS))
    kernel, bias, context = (w.numpy() for w in layer.weights)
    attention = np.asarray(layer.attention(states, LENGTHS))
    for row, length in enumerate(LENGTHS[:3]):
        real = states[row, :length]
        scores = np.tanh(real @ kernel + bias) @ context[:, 0]
        expected = np.exp(scores) / np.exp(scores).sum()
        np.testing.assert_allclose(attention[row, :length], expected, rtol=1e-5)
        np.testing.assert_array_equal(attention[row, length:], 0.0)
        np.testing.assert_allclose(pooled[row], expected @ real, rtol=1e-5)
    np.testing.assert_array_equal(pooled[3], np.zeros(3))


def test_attention_is_rebuilt_from_its_config() -> None:
    layer = AttentionPooling(seed=5, name="attention")
    again = AttentionPooling.from_config(layer.get_config())
    assert (again.seed, again.name) == (5, "attention")


@pytest.mark.parametrize(
    "layer", [LastPooling, FirstPooling, MaxPooling, MeanPooling, AttentionPooling]
)
def test_empty_rows_have_finite_gradients(layer, states: np.ndarray) -> None:
    import tensorflow as tf

    given = tf.constant(states)
    pooling = layer()
    with tf.GradientTape() as tape:
        tape.watch(given)
        total = keras.ops.sum(pooling(given, LENGTHS))
    gradient = tape.gradient(total, given).numpy()
    assert np.isfinite(gradient).all()
    np.testing.assert_array_equal(gradient[3], 0.0)
    np.testing.assert_array_equal(gradient[1, 2:], 0.0)
