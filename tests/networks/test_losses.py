from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from skrnn.networks.losses import Objective, virtual_labels, weighted_mean


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_label_losses_are_those_of_keras(smoothing: float, n_outputs: int) -> None:
    rng = np.random.default_rng(0)
    proba = rng.uniform(0.1, 0.9, (5, n_outputs)).astype(np.float32)
    proba /= 1 if n_outputs == 1 else proba.sum(axis=1, keepdims=True)
    y = np.array([0, 1, 1, 0, 1], dtype=np.float32)
    losses = Objective(label_smoothing=smoothing).label_losses(
        tf.constant(proba), tf.constant(y)
    )
    if n_outputs == 1:
        aims = (y * (1 - smoothing) + smoothing / 2)[:, np.newaxis]
        expected = -(aims * np.log(proba) + (1 - aims) * np.log(1 - proba))[:, 0]
    else:
        aims = np.eye(3)[y.astype(int)] * (1 - smoothing) + smoothing / 3
        expected = -(aims * np.log(proba)).sum(axis=1)
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_perturbations_have_the_asked_length_and_follow_the_gradient() -> None:
    rng = np.random.default_rng(0)
    gradient = rng.standard_normal((4, 3, 2)).astype(np.float32)
    gradient[1] *= 1e-20  # squares of such numbers are zero in float32
    gradient[3] = 0.0
    y = tf.constant([0.0, 1.0, -1.0, -1.0])
    moved = Objective(adversarial=2.0, virtual_adversarial=5.0).perturbations(
        tf.constant(gradient), y
    )
    norms = np.linalg.norm(np.asarray(moved).reshape(4, -1), axis=1)
    np.testing.assert_allclose(norms, [2.0, 2.0, 5.0, 0.0], rtol=1e-4)
    cosine = np.sum(gradient[1] * moved[1]) / np.linalg.norm(gradient[1]) / 2.0
    assert cosine == pytest.approx(1.0, abs=1e-5)


def test_perturbed_losses_by_hand() -> None:
    proba = tf.constant([[0.9], [0.6], [0.3]])
    perturbed = tf.constant([[0.8], [0.5], [0.4]])
    y, weight = tf.constant([1.0, 0.0, -1.0]), tf.constant([2.0, 1.0, 1.0])
    both = Objective(adversarial=1.0, virtual_adversarial=1.0)
    harmed = (2 * -np.log(0.8) + -np.log(0.5)) / 2
    moved = -(0.3 * np.log(0.4) + 0.7 * np.log(0.6))
    loss = both.perturbed_losses(perturbed, proba, y, weight, y)
    assert float(loss) == pytest.approx(harmed + moved, rel=1e-5)

    p, q = proba.numpy()[:, 0], perturbed.numpy()[:, 0]
    each = -(p * np.log(q) + (1 - p) * np.log(1 - q))
    loss = Objective(virtual_adversarial=1.0).perturbed_losses(
        perturbed, proba, y, weight, y
    )
    assert float(loss) == pytest.approx((each * weight.numpy()).sum() / 3, rel=1e-5)


def test_virtual_labels_are_drawn_as_predicted() -> None:
    n = 20_000
    drawn = tf.constant(np.random.default_rng(0).random(n), dtype=tf.float32)
    proba = tf.tile(tf.constant([[0.2, 0.5, 0.3]]), [n, 1])
    missing = tf.fill([n], -1.0)
    found = np.bincount(virtual_labels(proba, missing, drawn).numpy().astype(int))
    np.testing.assert_allclose(found / n, [0.2, 0.5, 0.3], atol=0.02)
    binary = virtual_labels(tf.fill([n, 1], 0.7), missing, drawn).numpy()
    assert binary.mean() == pytest.approx(0.7, abs=0.02)
    known = tf.constant([0.0, 2.0])
    np.testing.assert_array_equal(virtual_labels(proba[:2], known, drawn[:2]), known)


def test_share_counts_rows_not_weights() -> None:
    losses, weight = tf.constant([1.0, 2.0, 4.0]), tf.constant([1.0, 3.0, 0.0])
    counted = tf.constant([True, True, False])
    assert float(weighted_mean(losses, weight, counted)) == 3.5
    assert float(weighted_mean(losses, weight * 0, tf.zeros(3, tf.bool))) == 0.0


def test_label_smoothing_is_what_keras_compiles() -> None:
    y, proba = np.array([[1.0], [0.0]]), np.array([[0.7], [0.4]], dtype=np.float32)
    expected = keras.losses.BinaryCrossentropy(label_smoothing=0.1)(y, proba)
    losses = Objective(label_smoothing=0.1).label_losses(
        tf.constant(proba), tf.constant(y[:, 0], tf.float32)
    )
    assert float(tf.reduce_mean(losses)) == pytest.approx(float(expected), rel=1e-6)
