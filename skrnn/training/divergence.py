"""What ends a training early, and what is kept of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from skrnn.networks.compiled import CompiledNetwork
from skrnn.training.checkpoints import History

# No product of a few weights below this comes near float32's largest number, 3e38.
_HARMLESS = 1e6


class DivergenceError(ValueError):
    """The loss or the weights stopped being numbers.

    It is a :class:`ValueError`, as scikit-learn's own estimators raise it there.

    Parameters
    ----------
    what : str
        What was found.

    Attributes
    ----------
    history : dict of str to list of float, or None
        The history up to the last epoch that was sound, if the weights of that epoch
        are kept.
    """

    history: History | None = None

    def __init__(self, what: str) -> None:
        super().__init__(what)


def refuse_nonsense(values: Mapping[str, float], place: str) -> None:
    """Raise DivergenceError if one of the named ``values`` is not finite.

    Parameters
    ----------
    values : mapping of str to float
        Losses by name.
    place : str
        Where they were found, for the message.
    """
    for name, value in values.items():
        if not math.isfinite(value):
            raise DivergenceError(f"{name} became {value} {place}")


def refuse_overflow(network: CompiledNetwork, some_ids: tf.Tensor) -> None:
    """Raise DivergenceError if the network cannot be predicted with.

    Parameters
    ----------
    network : CompiledNetwork
        The network after an epoch.
    some_ids : tensor of shape (n_rows, n_columns), int32
        Rows to try it on if its weights are so large that their products may overflow.
    """
    weights = [v.numpy() for v in network.model.trainable_variables]
    largest = float(np.max([np.abs(w).max() for w in weights]))
    refuse_nonsense({"a weight": largest}, "at its end")
    if largest > _HARMLESS and not np.isfinite(network.predict_step(some_ids)).all():
        raise DivergenceError(
            f"weights grew up to {largest:.1g}, with which the probabilities are not "
            "numbers,"
        )


def advice(network: CompiledNetwork) -> str:
    """Say which parameters to change after a training that diverged."""
    optimizer = network.model.optimizer
    rate = float(optimizer.learning_rate)
    clip = "" if optimizer.clipnorm else ", or clip gradients (optimizer__clipnorm=1.0)"
    return (
        f"Use a smaller learning_rate than {rate:.3g}{clip}; very large sample_weight, "
        "class_weight or embeddings have the same effect."
    )


@contextmanager
def plain_interrupts() -> Iterator[None]:
    """Give Ctrl-C as KeyboardInterrupt where TensorFlow wraps it.

    It reaches Python code that TensorFlow has called, and comes back as TensorFlow's
    error.
    """
    try:
        yield
    except tf.errors.OpError as error:
        if "KeyboardInterrupt" in str(error):
            raise KeyboardInterrupt from error
        raise
