"""Replicas of a network on several devices or in several processes, by tf.distribute.

Each replica gets the batch and computes its share of the rows; gradients and sums are
added over all replicas. A step is the same as on a single device, except for rounding
and for dropout, which each replica samples on its own.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, partial
from typing import Any

import keras
import tensorflow as tf

STRATEGIES: dict[str, type[tf.distribute.Strategy]] = {
    "mirrored": tf.distribute.MirroredStrategy,
    "multi_worker_mirrored": tf.distribute.MultiWorkerMirroredStrategy,
}


class Replicas:
    """The replicas that compute a step together.

    Parameters
    ----------
    strategy : tf.distribute.Strategy, default=None
        The strategy that has the replicas; None is a single device.

    Attributes
    ----------
    n : int
        Number of replicas in all processes.
    numbers : tuple of int
        Numbers of the replicas in this process.
    name : str
        The key of :data:`STRATEGIES`, "" without a strategy.
    devices : tuple of str
        The name, and the devices of this process.
    """

    def __init__(self, strategy: tf.distribute.Strategy | None = None) -> None:
        self._strategy = strategy
        self.n, self.numbers, self.name = 1, (0,), ""
        self.devices: tuple[str, ...] = ()
        if strategy is not None:
            self.n = strategy.num_replicas_in_sync
            ids = strategy.experimental_distribute_values_from_function(
                lambda context: context.replica_id_in_sync_group
            )
            self.numbers = strategy.experimental_local_results(ids)
            self.name = strategy_name(strategy)
            self.devices = (self.name, *strategy.extended.worker_devices)

    def scope(self) -> AbstractContextManager[Any]:
        """Return the context that makes variables with a copy on each replica."""
        return nullcontext() if self._strategy is None else self._strategy.scope()

    def distribute(
        self, step: Callable[..., tuple[tf.Tensor, ...]]
    ) -> Callable[..., tuple[tf.Tensor, ...]]:
        """Return a step in which each replica computes its rows of a batch.

        Parameters
        ----------
        step : callable
            Takes ids, targets and weights of some rows, and the targets of all rows of
            the batch; returns sums over the rows. It must ignore rows of padding, which
            have no target (NaN) and no weight.

        Returns
        -------
        step : callable
            Takes ids, targets and weights of a batch; returns the sums.
        """

        def compute_own_rows(*batch: tf.Tensor) -> tf.Tensor:
            number = tf.distribute.get_replica_context().replica_id_in_sync_group
            own_rows = [
                _part(tensor, number, self.n, fill)
                for tensor, fill in zip(batch, (0, math.nan, 0), strict=True)
            ]
            return tf.stack(step(*own_rows, batch[1]))

        def distributed_step(*batch: tf.Tensor) -> tuple[tf.Tensor, ...]:
            if self._strategy is None:
                return step(*batch, batch[1])
            sums = self._strategy.run(compute_own_rows, args=batch)
            total = self._strategy.reduce(tf.distribute.ReduceOp.SUM, sums, axis=None)
            return tuple(tf.unstack(total))

        return distributed_step

    def apply(
        self,
        optimizer: keras.optimizers.Optimizer,
        gradients: list[tf.Tensor],
        variables: list[keras.Variable],
    ) -> None:
        """Apply the sum of the gradients of all replicas.

        Keras clips the gradients of each replica before it adds them. To clip the sum,
        they are added first, and all replicas but one pass zeros to Keras.
        """
        context = tf.distribute.get_replica_context()
        if self._strategy is None:
            # Outside of a replica Keras adds nothing up. Inside, TensorFlow would keep
            # the graph in memory for ever.
            context.merge_call(lambda _: optimizer.apply(gradients, variables))
            return
        clips = (optimizer.clipnorm, optimizer.clipvalue, optimizer.global_clipnorm)
        if self.n > 1 and any(clips):
            summed = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
            first = tf.cast(tf.equal(context.replica_id_in_sync_group, 0), tf.float32)
            gradients = [gradient * first for gradient in summed]
        optimizer.apply(gradients, variables)

    def copies(self, variable: keras.Variable) -> Iterator[tuple[int, tf.Variable]]:
        """Yield the number and the copy of each replica in this process."""
        if self._strategy is not None:
            local = self._strategy.experimental_local_results(variable.value)
            yield from zip(self.numbers, local, strict=True)

    def gather(self, value: int) -> list[int]:
        """Return the values of all processes, which must all call this."""
        if self.name != "multi_worker_mirrored":
            return [value]
        assert self._strategy is not None
        values = self._strategy.experimental_distribute_values_from_function(
            lambda _: tf.constant([value], tf.int64)
        )
        gathered: list[int] = self._gather(values).numpy().tolist()
        return gathered

    @cached_property
    def _gather(self) -> Callable[..., tf.Tensor]:
        """The function that gathers a value from all processes, traced once."""
        assert self._strategy is not None
        return tf.function(partial(self._strategy.gather, axis=0), autograph=False)


SINGLE_DEVICE = Replicas()

_by_devices: dict[tuple[str, ...], Replicas] = {}
_by_name: dict[str, Replicas] = {}
_lock = threading.Lock()


def as_replicas(strategy: str | tf.distribute.Strategy | None) -> Replicas:
    """Return the replicas of a strategy or of its name.

    They are the same for a name and for copies of a strategy, such as those of
    scikit-learn's clone, because a network belongs to the strategy that built it.

    Parameters
    ----------
    strategy : {"mirrored", "multi_worker_mirrored"}, tf.distribute.Strategy or None
        None is a single device.

    Raises
    ------
    ValueError
        If the strategy cannot be created.
    """
    if strategy is None:
        return SINGLE_DEVICE
    with _lock:
        if not isinstance(strategy, str):
            new = Replicas(strategy)
            return _by_devices.setdefault(new.devices, new)
        if strategy not in _by_name:
            new = Replicas(_make(strategy))
            _by_name[strategy] = _by_devices.setdefault(new.devices, new)
        return _by_name[strategy]


def strategy_name(strategy: tf.distribute.Strategy) -> str:
    """Return the key of :data:`STRATEGIES` of a strategy."""
    return next(name for name, cls in STRATEGIES.items() if isinstance(strategy, cls))


def _make(name: str) -> tf.distribute.Strategy:
    """Return a new strategy."""
    try:
        return STRATEGIES[name]()
    except (RuntimeError, ValueError, KeyError) as error:
        raise ValueError(
            f"strategy={name!r} cannot be created: {error}. The environment variable "
            "TF_CONFIG names the workers, and the fit must come before anything else "
            "that TensorFlow computes in a process."
        ) from error


def _part(tensor: tf.Tensor, number: Any, n_parts: int, fill: float) -> tf.Tensor:
    """Return one of ``n_parts`` equal parts of the rows, padded with ``fill``."""
    size = -(-tf.shape(tensor)[0] // n_parts)
    missing = size * n_parts - tf.shape(tensor)[0]
    paddings = [[0, missing]] + [[0, 0]] * (tensor.shape.rank - 1)
    filled = tf.pad(tensor, paddings, constant_values=fill)
    start = tf.cast(number, tf.int32) * size
    return filled[start : start + size]
