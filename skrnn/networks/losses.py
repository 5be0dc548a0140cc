"""The training loss: the loss of the targets, and its mean over a batch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from skrnn.networks.heads import HEADS


@dataclass(frozen=True)
class TrainingLoss:
    """A loss of Keras, as a head computes it for each target.

    Parameters
    ----------
    head : str
        The head of the network, a key of :data:`~skrnn.networks.heads.HEADS`.
    label_loss : keras.losses.Loss
        The loss of the targets, from the head's ``make_loss``. Its reduction is
        ignored.
    """

    head: str
    label_loss: keras.losses.Loss

    @property
    def key(self) -> tuple[Any, ...]:
        """Class and values that are equal for equal losses."""
        plain = vars(keras.losses.Loss()).keys()
        values = {k: v for k, v in vars(self.label_loss).items() if k not in plain}
        text = json.dumps(values, sort_keys=True, default=_describe)
        kind = type(self.label_loss)
        return kind, text, self.head

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
