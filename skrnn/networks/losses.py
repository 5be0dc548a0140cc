"""The training loss: cross-entropy, and adversarial losses of perturbed vectors."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import tensorflow as tf

# The gradient of an unlabeled row's own loss gives its perturbation, but must not train
# the weights. With this factor one backward pass serves both.
UNLABELED_LOSS_WEIGHT = 2.0**-20


@dataclass(frozen=True)
class Objective:
    """The terms of the training loss, and the averaging of weights.

    Parameters
    ----------
    label_smoothing : float, default=0.0
        As in :class:`keras.losses.CategoricalCrossentropy`.
    adversarial : float, default=0.0
        Length of the perturbation of a text's word vectors that increases the loss of
        its label most; the perturbed loss is added. 0 adds nothing.
    virtual_adversarial : float, default=0.0
        Length of the perturbation that changes the output most; the divergence from
        the unperturbed output is added, for rows that have no adversarial loss, rows
        without a label (y = -1) included. 0 adds nothing.
    weight_averaging : float, default=0.0
        Share of the average that is kept at each step; 0 keeps no average.
    """

    label_smoothing: float = 0.0
    adversarial: float = 0.0
    virtual_adversarial: float = 0.0
    weight_averaging: float = 0.0

    @property
    def perturbs(self) -> bool:
        """Whether steps look at perturbed word vectors."""
        return bool(self.adversarial or self.virtual_adversarial)

    def label_losses(self, proba: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Return the cross-entropy of each row, shape (batch,).

        Parameters
        ----------
        proba : tensor of shape (batch, n_outputs)
            Outputs of the network.
        y : tensor of shape (batch,), float32
            Class numbers.
        """
        if proba.shape[1] == 1:
            return keras.losses.binary_crossentropy(
                y[:, tf.newaxis], proba, label_smoothing=self.label_smoothing
            )
        if not self.label_smoothing:
            return keras.losses.sparse_categorical_crossentropy(y, proba)
        one_hot = tf.one_hot(tf.cast(y, tf.int32), proba.shape[1])
        return keras.losses.categorical_crossentropy(
            one_hot, proba, label_smoothing=self.label_smoothing
        )

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
        no = tf.zeros_like(weight)
        adversarial = self._is_adversarial(y)
        total = tf.constant(0.0)
        if self.adversarial:
            losses = self.label_losses(perturbed, tf.maximum(y, 0))
            counts = tf.where(adversarial, weight, no)
            total += weighted_mean(losses, counts, self._is_adversarial(batch))
        if self.virtual_adversarial:
            losses = _divergence(tf.stop_gradient(proba), perturbed)
            counts = tf.where(adversarial, no, weight)
            total += weighted_mean(losses, counts, ~self._is_adversarial(batch))
        return total

    def _is_adversarial(self, y: tf.Tensor) -> tf.Tensor:
        """Tell which rows have an adversarial loss."""
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
    losses: tf.Tensor, weight: tf.Tensor, counted: tf.Tensor
) -> tf.Tensor:
    """Return Keras' weighted mean: weighted sum over the number of ``counted`` rows.

    Parameters
    ----------
    losses, weight : tensors of shape (n_rows,), float32
        Losses of some rows of the batch and their weights, zero where a row is not
        counted.
    counted : tensor of shape (batch,), bool
        Which rows of the whole batch count.
    """
    n = tf.reduce_sum(tf.cast(counted, tf.float32))
    return tf.reduce_sum(losses * weight) / tf.maximum(n, 1.0)


def virtual_labels(proba: tf.Tensor, y: tf.Tensor, drawn: tf.Tensor) -> tf.Tensor:
    """Return class numbers, those that are missing (-1) drawn as the network predicts.

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
        chosen = tf.cast(drawn < proba[:, 0], tf.float32)
    else:
        below = tf.cumsum(proba, axis=1)[:, :-1] <= drawn[:, tf.newaxis]
        chosen = tf.reduce_sum(tf.cast(below, tf.float32), axis=1)
    return tf.where(y >= 0, y, chosen)


def _divergence(target: tf.Tensor, proba: tf.Tensor) -> tf.Tensor:
    """Return the Kullback-Leibler divergence of each row but for a constant."""
    if proba.shape[1] == 1:
        return keras.losses.binary_crossentropy(target, proba)
    return keras.losses.categorical_crossentropy(target, proba)
