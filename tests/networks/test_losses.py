from __future__ import annotations

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
    assert TrainingLoss("multilabel", losses[3]).key != keys[3]


def test_weighted_mean_divides_by_rows_not_weights() -> None:
    losses, weight = tf.constant([1.0, 2.0, 4.0]), tf.constant([1.0, 3.0, 0.0])
    counted = tf.constant([True, True, False])
    assert float(weighted_mean(losses, weight, counted)) == 3.5
    assert float(weighted_mean(losses, weight * 0, tf.zeros(3, tf.bool))) == 0.0
