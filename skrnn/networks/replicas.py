"""Replicas of a network on several devices or in several processes, by tf.distribute.

Each replica is given whole batches and computes its rows of them; gradients and sums
are added up over all replicas. A step then learns what one replica alone would learn
from the same batch, but for rounding and for dropout, which each replica draws for
itself.
"""

from __future__ import annotations

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
    """Those that compute a step together.

    Parameters
    ----------
    strategy : tf.distribute.Strategy, default=None
        What holds the replicas; None is one replica that computes alone.

    Attributes
    ----------
    n : int
        How many there are, in all processes.
    numbers : tuple of int
        Which of them are in this process.
    name : str
        The key of :data:`STRATEGIES`, "" without a strategy.
    devices : tuple of str
        The name, and where the replicas of this process are.
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
            self.name = name_of(strategy)
            self.devices = (self.name, *strategy.extended.worker_devices)

    def scope(self) -> AbstractContextManager[Any]:
        """Return where variables are made of which each replica has a copy."""
        return nullcontext() if self._strategy is None else self._strategy.scope()

    def divided(
        self, step: Callable[..., tuple[tf.Tensor, ...]]
    ) -> Callable[..., tuple[tf.Tensor, ...]]:
        """Return a step of whole batches, of which each replica computes its rows.

        Parameters
        ----------
        step : callable
            Takes ids, classes and weights of some rows, and the classes of all rows of
            the batch; gives sums over the rows. A row of padding without a class and
            without weight may be among them, and must not matter.

        Returns
        -------
        step : callable
            Takes ids, classes and weights of a batch; gives the sums.
        """

        def of_own_rows(*batch: tf.Tensor) -> tf.Tensor:
            number = tf.distribute.get_replica_context().replica_id_in_sync_group
            own = [
                _part(tensor, number, self.n, fill)
                for tensor, fill in zip(batch, (0, -1, 0), strict=True)
            ]
            return tf.stack(step(*own, batch[1]))

        def divided_step(*batch: tf.Tensor) -> tuple[tf.Tensor, ...]:
            if self._strategy is None:
                return step(*batch, batch[1])
            sums = self._strategy.run(of_own_rows, args=batch)
            total = self._strategy.reduce(tf.distribute.ReduceOp.SUM, sums, axis=None)
            return tuple(tf.unstack(total))

        return divided_step

    def apply(
        self,
        optimizer: keras.optimizers.Optimizer,
        gradients: list[tf.Tensor],
        variables: list[keras.Variable],
    ) -> None:
        """Let the optimizer learn from the sum of the replicas' gradients.

        Keras adds them up after it has clipped each. To clip the sum, it is made
        before, and one replica hands it on.
        """
        context = tf.distribute.get_replica_context()
        if self._strategy is None:
            # Outside of a replica Keras adds nothing up, which TensorFlow would never
            # forget, nor the graph that it does it in.
            context.merge_call(lambda _: optimizer.apply(gradients, variables))
            return
        clips = (optimizer.clipnorm, optimizer.clipvalue, optimizer.global_clipnorm)
        if self.n > 1 and any(clips):
            summed = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
            first = tf.cast(tf.equal(context.replica_id_in_sync_group, 0), tf.float32)
            gradients = [gradient * first for gradient in summed]
        optimizer.apply(gradients, variables)

    def copies(self, variable: keras.Variable) -> Iterator[tuple[int, tf.Variable]]:
        """Yield the numbers of the replicas in this process and their copies."""
        if self._strategy is not None:
            local = self._strategy.experimental_local_results(variable.value)
            yield from zip(self.numbers, local, strict=True)

    def gather(self, value: int) -> list[int]:
        """Return the values of all processes; each must ask at the same time."""
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
        """Gather what all processes give; traced once."""
        assert self._strategy is not None
        return tf.function(partial(self._strategy.gather, axis=0), autograph=False)


ALONE = Replicas()

_known: dict[tuple[str, ...], Replicas] = {}
_named: dict[str, Replicas] = {}
_lock = threading.Lock()


def as_replicas(strategy: str | tf.distribute.Strategy | None) -> Replicas:
    """Return the replicas that a strategy, or one of that name, holds.

    A process gets the same ones again for a name, and for copies of a strategy, as
    scikit-learn's clone makes them: a network belongs to the strategy it was made in.

    Parameters
    ----------
    strategy : {"mirrored", "multi_worker_mirrored"}, tf.distribute.Strategy or None
        None is one replica that computes alone.

    Raises
    ------
    ValueError
        If a strategy of that name cannot be made.
    """
    if strategy is None:
        return ALONE
    with _lock:
        if not isinstance(strategy, str):
            new = Replicas(strategy)
            return _known.setdefault(new.devices, new)
        if strategy not in _named:
            new = Replicas(_make(strategy))
            _named[strategy] = _known.setdefault(new.devices, new)
        return _named[strategy]


def name_of(strategy: tf.distribute.Strategy) -> str:
    """Return the name of a kind of strategy."""
    return next(name for name, kind in STRATEGIES.items() if isinstance(strategy, kind))


def _make(name: str) -> tf.distribute.Strategy:
    try:
        return STRATEGIES[name]()
    except (RuntimeError, ValueError, KeyError) as error:
        raise ValueError(
            f"strategy={name!r} cannot be made: {error}. Workers are named by the "
            "environment variable TF_CONFIG, and must be known before TensorFlow "
            "computes anything in a process, so that such a fit comes first in it."
        ) from error


def _part(tensor: tf.Tensor, number: Any, n_parts: int, fill: int) -> tf.Tensor:
    """Return a part of the rows; all parts have as many, filled up where rows lack."""
    size = -(-tf.shape(tensor)[0] // n_parts)
    lacking = size * n_parts - tf.shape(tensor)[0]
    paddings = [[0, lacking]] + [[0, 0]] * (tensor.shape.rank - 1)
    filled = tf.pad(tensor, paddings, constant_values=fill)
    start = tf.cast(number, tf.int32) * size
    return filled[start : start + size]
