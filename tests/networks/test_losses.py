from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from skrnn.networks.heads import HEADS
from skrnn.networks.losses import TrainingLoss, weighted_mean

NAN = float("nan")  # stands for no label
BINARY = TrainingLoss("binary", keras.losses.BinaryCrossentropy())


def label_losses(
    loss: str | keras.losses.Loss, proba: np.ndarray, y: np.ndarray
) -> np.ndarray:
    head = "binary" if proba.shape[1] == 1 else "multiclass"
    training_loss = TrainingLoss(head, HEADS[head].make_loss(loss))
    found = training_loss.label_losses(tf.constant(proba), tf.constant(y))
    return found.numpy()


def outputs(n_outputs: int) -> tuple[np.ndarray, np.ndarray]:
    proba = np.random.default_rng(0).uniform(0.1, 0.9, (5, n_outputs))
    proba /= 1 if n_outputs == 1 else proba.sum(axis=1, keepdims=True)
    return proba.astype(np.float32), np.array([0, 1, 1, 0, 1], dtype=np.float32)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_crossentropy_by_hand(smoothing: float, n_outputs: int) -> None:
    proba, y = outputs(n_outputs)
    if n_outputs == 1:
        loss = keras.losses.BinaryCrossentropy(label_smoothing=smoothing)
        targets = (y * (1 - smoothing) + smoothing / 2)[:, np.newaxis]
        losses = targets * np.log(proba) + (1 - targets) * np.log(1 - proba)
        expected = -losses[:, 0]
    else:
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
        targets = np.eye(3)[y.astype(int)] * (1 - smoothing) + smoothing / 3
        expected = -(targets * np.log(proba)).sum(axis=1)
    np.testing.assert_allclose(label_losses(loss, proba, y), expected, rtol=1e-5)
    if not smoothing:
        default = label_losses("crossentropy", proba, y)
        np.testing.assert_allclose(default, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "n_outputs"),
    [
        *((name, 1) for name in HEADS["binary"].losses),
        *((name, 3) for name in HEADS["multiclass"].losses),
    ],
)
def test_every_named_loss_prefers_the_label(name: str, n_outputs: int) -> None:
    proba, y = outputs(n_outputs)
    certain = np.eye(3)[y.astype(int)] if n_outputs == 3 else y[:, np.newaxis]
    losses = label_losses(name, proba, y)
    assert losses.shape == (5,)
    assert (label_losses(name, certain.astype(np.float32), y) < losses).all()


@pytest.mark.parametrize("focal", [True, False])
def test_a_categorical_loss_of_two_classes_is_the_binary_one(focal: bool) -> None:
    proba, y = outputs(1)
    if focal:
        found = label_losses(
            keras.losses.CategoricalFocalCrossentropy(alpha=1.0), proba, y
        )
        expected = label_losses("binary_focal_crossentropy", proba, y)
    else:
        found = label_losses("categorical_crossentropy", proba, y)
        expected = label_losses("crossentropy", proba, y)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_reduction_of_an_instance_is_ignored() -> None:
    proba, y = outputs(1)
    loss = keras.losses.BinaryCrossentropy(reduction="sum")
    np.testing.assert_array_equal(
        label_losses(loss, proba, y), label_losses("crossentropy", proba, y)
    )


def test_a_loss_of_the_whole_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="loss=Dice must return one value for each"):
        label_losses(keras.losses.Dice(), *outputs(1))


class Power(keras.losses.Loss):
    """A loss without a configuration."""

    def __init__(self, power: int) -> None:
        super().__init__()
        self.power = power

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        return tf.reduce_mean(tf.abs(y_true - y_pred) ** self.power, axis=-1)


def test_equal_losses_have_equal_keys() -> None:
    smoothed = keras.losses.BinaryCrossentropy
    losses = [Power(2), Power(3), smoothed(), smoothed(label_smoothing=0.1)]
    keys = [TrainingLoss("binary", loss).key for loss in losses]
    assert len(set(keys)) == len(keys)
    assert TrainingLoss("binary", Power(2)).key == keys[0]
    again = smoothed(label_smoothing=0.1, reduction="sum", name="other")
    assert TrainingLoss("binary", again).key == keys[3]
    assert TrainingLoss("binary", losses[3], adversarial=1.0).key != keys[3]


def test_perturbations_have_the_asked_length_and_follow_the_gradient() -> None:
    rng = np.random.default_rng(0)
    gradient = rng.standard_normal((4, 3, 2)).astype(np.float32)
    gradient[1] *= 1e-20  # squares of such numbers are zero in float32
    gradient[3] = 0.0
    y = tf.constant([0.0, 1.0, NAN, NAN])
    loss = replace(BINARY, adversarial=2.0, virtual_adversarial=5.0)
    moved = loss.perturbations(tf.constant(gradient), y)
    norms = np.linalg.norm(np.asarray(moved).reshape(4, -1), axis=1)
    np.testing.assert_allclose(norms, [2.0, 2.0, 5.0, 0.0], rtol=1e-4)
    cosine = np.sum(gradient[1] * moved[1]) / np.linalg.norm(gradient[1]) / 2.0
    assert cosine == pytest.approx(1.0, abs=1e-5)


def test_perturbed_losses_by_hand() -> None:
    proba = tf.constant([[0.9], [0.6], [0.3]])
    perturbed = tf.constant([[0.8], [0.5], [0.4]])
    y, weight = tf.constant([1.0, 0.0, NAN]), tf.constant([2.0, 1.0, 1.0])
    both = replace(BINARY, adversarial=1.0, virtual_adversarial=1.0)
    harmed = (2 * -np.log(0.8) + -np.log(0.5)) / 2
    moved = -(0.3 * np.log(0.4) + 0.7 * np.log(0.6))
    loss = both.perturbed_losses(perturbed, proba, y, weight, y)
    assert float(loss) == pytest.approx(harmed + moved, rel=1e-5)

    p, q = proba.numpy()[:, 0], perturbed.numpy()[:, 0]
    each = -(p * np.log(q) + (1 - p) * np.log(1 - q))
    loss = replace(BINARY, virtual_adversarial=1.0).perturbed_losses(
        perturbed, proba, y, weight, y
    )
    assert float(loss) == pytest.approx((each * weight.numpy()).sum() / 3, rel=1e-5)


def test_weighted_mean_divides_by_rows_not_weights() -> None:
    losses, weight = tf.constant([1.0, 2.0, 4.0]), tf.constant([1.0, 3.0, 0.0])
    counted = tf.constant([True, True, False])
    assert float(weighted_mean(losses, weight, counted)) == 3.5
    assert float(weighted_mean(losses, weight * 0, tf.zeros(3, tf.bool))) == 0.0
