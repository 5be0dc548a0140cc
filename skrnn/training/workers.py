"""What the processes of a strategy must agree on, lest they wait for each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import joblib
import tensorflow as tf

from skrnn.networks.replicas import Replicas
from skrnn.training.checkpoints import EpochCheckpoints, History, State


def check_same_everywhere(replicas: Replicas, options: Any) -> None:
    """Raise ValueError if processes were given different data or parameters.

    Parameters
    ----------
    replicas : Replicas
        The replicas that compute together.
    options : object
        What must be the same in all processes; hashed by joblib.
    """
    if replicas.n == len(replicas.numbers):
        return
    value = int(joblib.hash(options)[:15], 16)
    if len(set(replicas.gather(value))) > 1:
        raise ValueError(
            "The workers of strategy='multi_worker_mirrored' were given different "
            "rows, labels, weights or parameters. Each worker needs all of the data: "
            "it computes its rows of each batch."
        )


def load_latest(
    replicas: Replicas, checkpoints: EpochCheckpoints, most: int
) -> tuple[int, State, History] | None:
    """Return the last state, of at most ``most`` epochs, that all processes have."""
    while True:
        latest = checkpoints.load_latest(most)
        found = replicas.gather(0 if latest is None else latest[0])
        if len(set(found)) == 1:
            return latest
        most = min(found)


def load(
    replicas: Replicas, checkpoints: EpochCheckpoints, epoch: int
) -> tuple[State, History] | None:
    """Return the state after ``epoch`` epochs if all processes have it."""
    found = checkpoints.load(epoch)
    return found if all(replicas.gather(int(found is not None))) else None


def should_stop(replicas: Replicas, wanted: bool) -> bool:
    """Tell whether any process wants to stop the training."""
    return any(replicas.gather(int(wanted)))


@contextmanager
def plain_losses() -> Iterator[None]:
    """Say in plain words that another process is gone.

    Raises
    ------
    ConnectionError
        Where TensorFlow waits for a process that does not answer any more.
    """
    try:
        yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError) as error:
        raise ConnectionError(
            "A worker of strategy='multi_worker_mirrored' is gone. Restart all of "
            "them; with memory= they resume after the last epoch that all have."
        ) from error
