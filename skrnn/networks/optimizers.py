"""Optimizer steps in one pass over each variable.

Keras computes an optimizer's step with a dozen operations on whole variables, each of
which is a pass over memory: for 20,000 word vectors they take longer than a small
recurrent layer. For some optimizers TensorFlow has the same arithmetic in one
operation, which is used here. Keras' own step is the general path.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

_Gradients = list[tf.Tensor]


class FusedStep:
    """The step of an optimizer on some variables, fused.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
        A built optimizer that :func:`can_fuse` accepts.
    variables : list of keras.Variable
        The variables that it was built with.
    """

    def __init__(
        self,
        optimizer: keras.optimizers.Optimizer,
        variables: list[keras.Variable],
    ) -> None:
        self._optimizer, self._variables = optimizer, variables
        self._update = _UPDATES[type(optimizer)]
        # TensorFlow's RMSprop has momentums even if the momentum is zero.
        with_momentums = variables if self._update is _rmsprop else []
        self.momentums = [
            tf.Variable(tf.zeros(v.shape), trainable=False) for v in with_momentums
        ]

    def reset(self) -> None:
        """Set the momentums to zero, since they may be infinite."""
        for momentum in self.momentums:
            momentum.assign(tf.zeros(momentum.shape))

    def __call__(self, gradients: _Gradients) -> None:
        """Update the variables and the state of the optimizer."""
        optimizer = self._optimizer
        rate = tf.cast(optimizer.learning_rate, tf.float32)
        handles = [variable.value.handle for variable in self._variables]
        self._update(optimizer, rate, handles, gradients, self.momentums)
        optimizer.iterations.assign_add(1)


def _sgd(
    optimizer: Any, rate: tf.Tensor, handles: Any, gradients: _Gradients, _: Any
) -> None:
    for handle, gradient in zip(handles, gradients, strict=True):
        tf.raw_ops.ResourceApplyGradientDescent(var=handle, alpha=rate, delta=gradient)


def _rmsprop(
    optimizer: Any, rate: tf.Tensor, handles: Any, gradients: _Gradients, momentums: Any
) -> None:
    for handle, gradient, velocity, momentum in zip(
        handles, gradients, optimizer._velocities, momentums, strict=True
    ):
        tf.raw_ops.ResourceApplyRMSProp(
            var=handle,
            ms=velocity.value.handle,
            mom=momentum.handle,
            lr=rate,
            rho=optimizer.rho,
            momentum=0.0,
            epsilon=optimizer.epsilon,
            grad=gradient,
        )


def _adam(
    optimizer: Any, rate: tf.Tensor, handles: Any, gradients: _Gradients, _: Any
) -> None:
    step = tf.cast(optimizer.iterations.value, tf.float32) + 1.0
    beta1_power = tf.pow(optimizer.beta_1, step)
    beta2_power = tf.pow(optimizer.beta_2, step)
    for handle, gradient, momentum, velocity in zip(
        handles, gradients, optimizer._momentums, optimizer._velocities, strict=True
    ):
        tf.raw_ops.ResourceApplyAdam(
            var=handle,
            m=momentum.value.handle,
            v=velocity.value.handle,
            beta1_power=beta1_power,
            beta2_power=beta2_power,
            lr=rate,
            beta1=optimizer.beta_1,
            beta2=optimizer.beta_2,
            epsilon=optimizer.epsilon,
            grad=gradient,
        )


_UPDATES: dict[type, Callable[..., None]] = {
    keras.optimizers.SGD: _sgd,
    keras.optimizers.RMSprop: _rmsprop,
    keras.optimizers.Adam: _adam,
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
    """Return whether TensorFlow has the whole step of an optimizer as one operation."""
    config: dict[str, Any] = optimizer.get_config()
    return type(optimizer) in _UPDATES and all(
        config.get(name, value) == value for name, value in _GENERAL.items()
    )
