"""Optimizer steps in one pass over each variable.

Keras writes an optimizer's step as a dozen operations on whole variables, each a pass
over memory: for 20,000 word vectors they take longer than a small recurrent layer.
TensorFlow has the same arithmetic in one operation. Where it has, it is used; Keras'
own step is the general path.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

_Step = Callable[[list[tf.Tensor]], None]


class FusedStep:
    """The step of an optimizer on some variables, fused.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
        A built optimizer that :func:`can_fuse` accepts.
    variables : list of keras.Variable
        What it was built with.
    """

    def __init__(
        self,
        optimizer: keras.optimizers.Optimizer,
        variables: list[keras.Variable],
    ) -> None:
        self._optimizer, self._variables = optimizer, variables
        self._apply = _STEPS[type(optimizer)]
        # TensorFlow's RMSprop has a momentum even where it is zero.
        needs_momentum = type(optimizer) is keras.optimizers.RMSprop
        self.momentums = [
            tf.Variable(tf.zeros(v.shape), trainable=False)
            for v in variables
            if needs_momentum
        ]

    def reset(self) -> None:
        """Forget momentums, which may have become infinite."""
        for momentum in self.momentums:
            momentum.assign(tf.zeros(momentum.shape))

    def __call__(self, gradients: list[tf.Tensor]) -> None:
        """Change the variables, and the optimizer's own, by their gradients."""
        rate = tf.cast(self._optimizer.learning_rate, tf.float32)
        for number, gradient in enumerate(gradients):
            self._apply(self, number, gradient, rate)
        self._optimizer.iterations.assign_add(1)

    def _handle(self, variable: keras.Variable) -> tf.Tensor:
        return variable.value.handle

    def _sgd(self, number: int, gradient: tf.Tensor, rate: tf.Tensor) -> None:
        tf.raw_ops.ResourceApplyGradientDescent(
            var=self._handle(self._variables[number]), alpha=rate, delta=gradient
        )

    def _rmsprop(self, number: int, gradient: tf.Tensor, rate: tf.Tensor) -> None:
        tf.raw_ops.ResourceApplyRMSProp(
            var=self._handle(self._variables[number]),
            ms=self._handle(self._optimizer._velocities[number]),
            mom=self.momentums[number].handle,
            lr=rate,
            rho=self._optimizer.rho,
            momentum=0.0,
            epsilon=self._optimizer.epsilon,
            grad=gradient,
        )

    def _adam(self, number: int, gradient: tf.Tensor, rate: tf.Tensor) -> None:
        optimizer = self._optimizer
        step = tf.cast(optimizer.iterations.value, tf.float32) + 1.0
        tf.raw_ops.ResourceApplyAdam(
            var=self._handle(self._variables[number]),
            m=self._handle(optimizer._momentums[number]),
            v=self._handle(optimizer._velocities[number]),
            beta1_power=tf.pow(optimizer.beta_1, step),
            beta2_power=tf.pow(optimizer.beta_2, step),
            lr=rate,
            beta1=optimizer.beta_1,
            beta2=optimizer.beta_2,
            epsilon=optimizer.epsilon,
            grad=gradient,
        )


_STEPS: dict[type, Callable[[FusedStep, int, tf.Tensor, tf.Tensor], None]] = {
    keras.optimizers.SGD: FusedStep._sgd,
    keras.optimizers.RMSprop: FusedStep._rmsprop,
    keras.optimizers.Adam: FusedStep._adam,
}
# Options of those optimizers that TensorFlow's operations do not have.
_GENERAL = {
    "amsgrad": False,
    "centered": False,
    "clipnorm": None,
    "clipvalue": None,
    "global_clipnorm": None,
    "gradient_accumulation_steps": None,
    "loss_scale_factor": None,
    "momentum": 0.0,
    "nesterov": False,
    "use_ema": False,
    "weight_decay": None,
}


def can_fuse(optimizer: keras.optimizers.Optimizer) -> bool:
    """Tell whether TensorFlow has the whole step of an optimizer as one operation."""
    config: dict[str, Any] = optimizer.get_config()
    return type(optimizer) in _STEPS and all(
        config.get(name, value) == value for name, value in _GENERAL.items()
    )
