"""The training loss: the loss of the labels, and adversarial losses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from skrnn.networks.heads import HEADS

# The gradient of an unlabeled row's own loss gives its perturbation, but must not train
# the weights. With this factor one backward pass serves both.
UNLABELED_LOSS_WEIGHT = 2.0**-20


@dataclass(frozen=True)
class TrainingLoss:
    """The terms of the training loss.

    Parameters
    ----------
    head : str
        The head of the network, a key of :data:`~skrnn.networks.heads.HEADS`.
    label_loss : keras.losses.Loss
        The loss of the targets, from the head's ``make_loss``. Its reduction is
        ignored.
    adversarial : float, default=0.0
        Length of the perturbation of a text's word vectors that increases the loss of
        its target most; the perturbed loss is added. 0 adds nothing.
    virtual_adversarial : float, default=0.0
        Length of the perturbation that changes the output most; the divergence from
        the unperturbed output is added, for rows that have no adversarial loss, rows
        without a target (y is NaN) included. 0 adds nothing.
    """

    head: str
    label_loss: keras.losses.Loss
    adversarial: float = 0.0
    virtual_adversarial: float = 0.0

    @property
    def key(self) -> tuple[Any, ...]:
        """Class and values that are equal for equal losses."""
        plain = vars(keras.losses.Loss()).keys()
        values = {k: v for k, v in vars(self.label_loss).items() if k not in plain}
        text = json.dumps(values, sort_keys=True, default=_describe)
        kind = type(self.label_loss)
        return kind, text, self.head, self.adversarial, self.virtual_adversarial

    @property
    def perturbs(self) -> bool:
        """Whether steps need perturbed word vectors."""
        return bool(self.adversarial or self.virtual_adversarial)

    def label_losses(self, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Return the loss of each target, in the shape of ``y``.

        Parameters
        ----------
        outputs : tensor of shape (batch, n_outputs)
            Outputs of the network.
        y : tensor of shape (batch,) or (batch, n_outputs), float32
            Encoded targets. The loss of a missing one is that of some other target.
        """
        y = tf.where(tf.math.is_nan(y), tf.zeros_like(y), y)
        losses = HEADS[self.head].row_losses(self.label_loss, outputs, y)
        if losses.shape.rank != y.shape.rank:
            raise ValueError(
                f"loss={type(self.label_loss).__name__} must return one value for each "
                f"row from its method call, but returned a tensor of shape "
                f"{tuple(losses.shape)}."
            )
        return losses

    def perturbed_losses(
        self,
        perturbed: tf.Tensor,
        outputs: tf.Tensor,
        y: tf.Tensor,
        weight: tf.Tensor,
        batch: tf.Tensor,
    ) -> tf.Tensor:
        """Return the adversarial loss of some rows of a batch, a scalar.

        Parameters
        ----------
        perturbed, outputs : tensors of shape (n_rows, n_outputs)
            Outputs with and without the perturbation.
        y : tensor of shape (n_rows,) or (n_rows, n_outputs), float32
            Encoded targets, NaN where there is none.
        weight : tensor of the shape of ``y``, float32
            Their weights.
        batch : tensor of shape (batch,) or (batch, n_outputs), float32
            The targets of all rows of the batch.
        """
        adversarial = self._is_adversarial(y)
        total = tf.constant(0.0)
        if self.adversarial:
            losses = self.label_losses(perturbed, y)
            weights = keep_rows(weight, adversarial)
            total += weighted_mean(losses, weights, self._is_adversarial(batch))
        if self.virtual_adversarial:
            target = tf.stop_gradient(outputs)
            losses = HEADS[self.head].divergence(target, perturbed)
            weights = keep_rows(weight, ~adversarial)
            total += weighted_mean(losses, weights, ~self._is_adversarial(batch))
        return total

    def _is_adversarial(self, y: tf.Tensor) -> tf.Tensor:
        """Return which rows have an adversarial loss, (batch,)."""
        labeled = has_target(y)
        return labeled if self.adversarial else tf.zeros_like(labeled)

    def perturbations(self, gradient: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Return the perturbation of each row, shape (batch, time, features).

        Parameters
        ----------
        gradient : tensor of shape (batch, time, features)
            Gradient of the row's loss with respect to its word vectors.
        y : tensor of shape (batch,) or (batch, n_outputs), float32
            Encoded targets, NaN where there is none.
        """
        length = tf.fill(tf.shape(y)[:1], self.virtual_adversarial)
        if self.adversarial:
            length = tf.where(has_target(y), self.adversarial, length)
        # Small squares would vanish in float32, so the largest number becomes 1 first.
        largest = tf.reduce_max(tf.abs(gradient), axis=[1, 2], keepdims=True)
        scaled = gradient / (largest + 1e-30)
        norm = tf.norm(scaled, axis=[1, 2], keepdims=True)
        return scaled * (length[:, tf.newaxis, tf.newaxis] / (norm + 1e-12))


def has_target(y: tf.Tensor) -> tf.Tensor:
    """Return which rows have a target, (batch,), given encoded targets."""
    return ~tf.math.is_nan(y if y.shape.rank == 1 else y[:, 0])


def keep_rows(tensor: tf.Tensor, kept: tf.Tensor) -> tf.Tensor:
    """Return a tensor with zeros in all rows but those ``kept``."""
    kept = tf.reshape(kept, [-1] + [1] * (tensor.shape.rank - 1))
    return tf.where(kept, tensor, tf.zeros_like(tensor))


def weighted_mean(
    losses: tf.Tensor, weight: tf.Tensor, has_loss: tf.Tensor
) -> tf.Tensor:
    """Return Keras' weighted mean: the weighted sum over the number of rows.

    Parameters
    ----------
    losses, weight : tensors of the shape of the targets, float32
        Losses of some rows of the batch and their weights, zero for rows without this
        loss.
    has_loss : tensor of shape (batch,), bool
        Which rows of the batch have this loss.
    """
    n = tf.reduce_sum(tf.cast(has_loss, tf.float32))
    return tf.reduce_sum(losses * weight) / tf.maximum(n, 1.0)


def _describe(value: Any) -> str:
    """Return a value as text; functions by name, the same in every process."""
    return str(getattr(value, "__qualname__", None) or repr(value))
