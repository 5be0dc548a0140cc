"""Training that diverges or is interrupted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from skrnn.networks.compiled import CompiledNetwork
from skrnn.training.checkpoints import History

# Products of a few weights below this stay far from float32's maximum, 3e38.
_SAFE_WEIGHT = 1e6


class DivergenceError(ValueError):
    """The loss or the weights became NaN or infinite.

    It is a :class:`ValueError`, which scikit-learn's estimators raise in this case.

    Parameters
    ----------
    message : str
        What became NaN or infinite, and what to do.

    Attributes
    ----------
    history : dict of str to list of float, or None
        The history up to the last finite epoch, if the estimator keeps the weights of
        that epoch.
    """

    history: History | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)


def check_finite(values: Mapping[str, float], place: str) -> None:
    """Raise DivergenceError if a named value is not finite; say in which ``place``."""
    for name, value in values.items():
        if not math.isfinite(value):
            raise DivergenceError(f"{name} became {value} {place}")


def check_overflow(network: CompiledNetwork, some_ids: tf.Tensor) -> None:
    """Raise DivergenceError if weights or predictions of the network are not finite.

    It predicts on ``some_ids`` only if the weights are large.
    """
    weights = [v.numpy() for v in network.model.trainable_variables]
    largest = float(np.max([np.abs(w).max() for w in weights]))
    check_finite({"a weight": largest}, "at its end")
    if largest > _SAFE_WEIGHT and not np.isfinite(network.predict_step(some_ids)).all():
        raise DivergenceError(
            f"weights grew to {largest:.1g}, which makes the probabilities NaN or "
            "infinite"
        )


def advice(network: CompiledNetwork) -> str:
    """Return which parameters to change after training has diverged."""
    optimizer = network.model.optimizer
    rate = float(optimizer.learning_rate)
    clip = ", or limit the gradients (clipnorm=1.0)" if not optimizer.clipnorm else ""
    return (
        f"Use a smaller learning_rate than {rate:.3g}{clip}; very large sample_weight, "
        "class_weight or embeddings have the same effect."
    )


@contextmanager
def unwrap_interrupts() -> Iterator[None]:
    """Raise KeyboardInterrupt where TensorFlow raises an error that wraps one.

    It wraps those that interrupt the Python functions it calls.
    """
    try:
        yield
    except tf.errors.OpError as error:
        if "KeyboardInterrupt" in str(error):
            raise KeyboardInterrupt from error
        raise
