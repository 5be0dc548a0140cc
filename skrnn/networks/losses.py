"""The training loss: the loss of the labels, and adversarial losses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

# The gradient of an unlabeled row's own loss gives its perturbation, but must not train
# the weights. With this factor one backward pass serves both.
UNLABELED_LOSS_WEIGHT = 2.0**-20

_SPARSE = keras.losses.SparseCategoricalCrossentropy
# Losses of a distribution over the classes; two classes become two outputs for them.
_OF_DISTRIBUTIONS = (
    keras.losses.CategoricalCrossentropy,
    keras.losses.CategoricalFocalCrossentropy,
    keras.losses.CategoricalHinge,
    keras.losses.KLDivergence,
    _SPARSE,
)
_BINARY = {
    keras.losses.BinaryCrossentropy: keras.losses.CategoricalCrossentropy,
    keras.losses.BinaryFocalCrossentropy: keras.losses.CategoricalFocalCrossentropy,
}

CROSSENTROPY = "crossentropy"
LOSSES: dict[str, type[keras.losses.Loss]] = {
    cls().name: cls
    for cls in (
        *_BINARY,
        *_OF_DISTRIBUTIONS,
        keras.losses.Hinge,
        keras.losses.SquaredHinge,
        keras.losses.MeanAbsoluteError,
        keras.losses.MeanSquaredError,
    )
}


def make_label_loss(loss: str | keras.losses.Loss, n_classes: int) -> keras.losses.Loss:
    """Return the loss of the labels of ``n_classes`` classes.

    Parameters
    ----------
    loss : str or keras.losses.Loss
        "crossentropy", a key of :data:`LOSSES`, or an instance.
    n_classes : int
        Number of classes.

    Raises
    ------
    ValueError
        If the loss is for two classes and there are more, or if it takes logits.
    """
    if isinstance(loss, str) and loss == CROSSENTROPY:
        return keras.losses.BinaryCrossentropy() if n_classes == 2 else _SPARSE()
    made = LOSSES[loss]() if isinstance(loss, str) else loss
    for binary, fitting in _BINARY.items():
        if n_classes > 2 and isinstance(made, binary):
            name = repr(fitting().name)
            if not isinstance(loss, str):
                loss, name = type(loss).__name__, f"keras.losses.{fitting.__name__}"
            raise ValueError(
                f"loss={loss!r} is for two classes, but y has {n_classes}. Use "
                f"loss={name}."
            )
    if made.get_config().get("from_logits"):
        raise ValueError(
            f"loss={type(made).__name__}(from_logits=True) takes logits, but the "
            "network gives probabilities. Use from_logits=False."
        )
    return made


@dataclass(frozen=True)
class TrainingLoss:
    """The terms of the training loss.

    Parameters
    ----------
    label_loss : keras.losses.Loss
        The loss of the labels, from :func:`make_label_loss`. Its reduction is ignored.
    adversarial : float, default=0.0
        Length of the perturbation of a text's word vectors that increases the loss of
        its label most; the perturbed loss is added. 0 adds nothing.
    virtual_adversarial : float, default=0.0
        Length of the perturbation that changes the output most; the divergence from
        the unperturbed output is added, for rows that have no adversarial loss, rows
        without a label (y = -1) included. 0 adds nothing.
    """

    label_loss: keras.losses.Loss
    adversarial: float = 0.0
    virtual_adversarial: float = 0.0

    @property
    def key(self) -> tuple[Any, ...]:
        """Class and values that are equal for equal losses."""
        plain = vars(keras.losses.Loss()).keys()
        values = {k: v for k, v in vars(self.label_loss).items() if k not in plain}
        text = json.dumps(values, sort_keys=True, default=_describe)
        return type(self.label_loss), text, self.adversarial, self.virtual_adversarial

    @property
    def perturbs(self) -> bool:
        """Whether steps need perturbed word vectors."""
        return bool(self.adversarial or self.virtual_adversarial)

    def label_losses(self, proba: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Return the label loss of each row, shape (batch,).

        Parameters
        ----------
        proba : tensor of shape (batch, n_outputs)
            Outputs of the network.
        y : tensor of shape (batch,), float32
            Class numbers.
        """
        if proba.shape[1] == 1 and isinstance(self.label_loss, _OF_DISTRIBUTIONS):
            proba = tf.concat([1.0 - proba, proba], axis=1)
        if proba.shape[1] == 1:
            y = y[:, tf.newaxis]
        elif not isinstance(self.label_loss, _SPARSE):
            y = tf.one_hot(tf.cast(y, tf.int32), proba.shape[1])
        losses = self.label_loss.call(y, proba)
        if losses.shape.rank != 1:
            raise ValueError(
                f"loss={type(self.label_loss).__name__} must return one value for each "
                f"row from its method call, but returned a tensor of shape "
                f"{tuple(losses.shape)}."
            )
        return losses

    def perturbed_losses(
        self,
        perturbed: tf.Tensor,
        proba: tf.Tensor,
        y: tf.Tensor,
        weight: tf.Tensor,
        batch: tf.Tensor,
    ) -> tf.Tensor:
        """Return the adversarial loss of some rows of a batch, a scalar.

        Parameters
        ----------
        perturbed, proba : tensors of shape (n_rows, n_outputs)
            Outputs with and without the perturbation.
        y : tensor of shape (n_rows,), float32
            Class numbers, -1 without a label.
        weight : tensor of shape (n_rows,), float32
            Weights of the rows.
        batch : tensor of shape (batch,), float32
            Class numbers of all rows of the batch.
        """
        zero = tf.zeros_like(weight)
        adversarial = self._is_adversarial(y)
        total = tf.constant(0.0)
        if self.adversarial:
            losses = self.label_losses(perturbed, tf.maximum(y, 0))
            weights = tf.where(adversarial, weight, zero)
            total += weighted_mean(losses, weights, self._is_adversarial(batch))
        if self.virtual_adversarial:
            losses = _divergence(tf.stop_gradient(proba), perturbed)
            weights = tf.where(adversarial, zero, weight)
            total += weighted_mean(losses, weights, ~self._is_adversarial(batch))
        return total

    def _is_adversarial(self, y: tf.Tensor) -> tf.Tensor:
        """Return which rows have an adversarial loss."""
        labeled = y >= 0
        return labeled if self.adversarial else tf.zeros_like(labeled)

    def perturbations(self, gradient: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Return the perturbation of each row, shape (batch, time, features).

        Parameters
        ----------
        gradient : tensor of shape (batch, time, features)
            Gradient of the row's loss with respect to its word vectors.
        y : tensor of shape (batch,), float32
            Class numbers, -1 without a label.
        """
        length = tf.fill(tf.shape(y), self.virtual_adversarial)
        if self.adversarial:
            length = tf.where(y >= 0, self.adversarial, length)
        # Small squares would vanish in float32, so the largest number becomes 1 first.
        largest = tf.reduce_max(tf.abs(gradient), axis=[1, 2], keepdims=True)
        scaled = gradient / (largest + 1e-30)
        norm = tf.norm(scaled, axis=[1, 2], keepdims=True)
        return scaled * (length[:, tf.newaxis, tf.newaxis] / (norm + 1e-12))


def weighted_mean(
    losses: tf.Tensor, weight: tf.Tensor, has_loss: tf.Tensor
) -> tf.Tensor:
    """Return Keras' weighted mean: the weighted sum over the number of rows.

    Parameters
    ----------
    losses, weight : tensors of shape (n_rows,), float32
        Losses of some rows of the batch and their weights, zero for rows without this
        loss.
    has_loss : tensor of shape (batch,), bool
        Which rows of the batch have this loss.
    """
    n = tf.reduce_sum(tf.cast(has_loss, tf.float32))
    return tf.reduce_sum(losses * weight) / tf.maximum(n, 1.0)


def virtual_labels(proba: tf.Tensor, y: tf.Tensor, drawn: tf.Tensor) -> tf.Tensor:
    """Return class numbers, missing ones (-1) sampled from the network's prediction.

    Parameters
    ----------
    proba : tensor of shape (batch, n_outputs)
        Outputs of the network.
    y : tensor of shape (batch,), float32
        Class numbers or -1.
    drawn : tensor of shape (batch,), float32
        Random numbers in [0, 1).
    """
    if proba.shape[1] == 1:
        sampled = tf.cast(drawn < proba[:, 0], tf.float32)
    else:
        below = tf.cumsum(proba, axis=1)[:, :-1] <= drawn[:, tf.newaxis]
        sampled = tf.reduce_sum(tf.cast(below, tf.float32), axis=1)
    return tf.where(y >= 0, y, sampled)


def _divergence(target: tf.Tensor, proba: tf.Tensor) -> tf.Tensor:
    """Return the Kullback-Leibler divergence of each row, up to a constant."""
    if proba.shape[1] == 1:
        return keras.losses.binary_crossentropy(target, proba)
    return keras.losses.categorical_crossentropy(target, proba)


def _describe(value: Any) -> str:
    """Return a value as text; functions by name, the same in every process."""
    return str(getattr(value, "__qualname__", None) or repr(value))
