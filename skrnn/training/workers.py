"""Agreement among the processes of a strategy, so that none waits forever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import joblib
import tensorflow as tf

from skrnn.networks.replicas import Replicas
from skrnn.training.checkpoints import EpochCheckpoints, History, State


def check_same_everywhere(replicas: Replicas, options: Any) -> None:
    """Raise ValueError if ``options``, of any type, differ between processes."""
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
    replicas: Replicas, checkpoints: EpochCheckpoints, max_epoch: int
) -> tuple[int, State, History] | None:
    """Return the last checkpoint up to ``max_epoch`` that all processes have."""
    while True:
        latest = checkpoints.load_latest(max_epoch)
        found = replicas.gather(0 if latest is None else latest[0])
        if len(set(found)) == 1:
            return latest
        max_epoch = min(found)


def load(
    replicas: Replicas, checkpoints: EpochCheckpoints, epoch: int
) -> tuple[State, History] | None:
    """Return the checkpoint after ``epoch`` epochs if all processes have it."""
    found = checkpoints.load(epoch)
    return found if all(replicas.gather(int(found is not None))) else None


def should_stop(replicas: Replicas, requested: bool) -> bool:
    """Return whether any process requests to stop."""
    return any(replicas.gather(int(requested)))


@contextmanager
def explain_lost_workers() -> Iterator[None]:
    """Raise ConnectionError where TensorFlow reports that a process is gone."""
    try:
        yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError) as error:
        raise ConnectionError(
            "A worker of strategy='multi_worker_mirrored' has stopped. Restart all "
            "workers; with memory= they resume from the last checkpoint that all have."
        ) from error
