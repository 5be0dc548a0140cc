"""The network of a fitted estimator, in memory and in a pickle."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Self

import keras
import numpy as np
import numpy.typing as npt

from skrnn.networks.compiled import CompiledNetwork
from skrnn.networks.dtypes import float32_policy
from skrnn.networks.forks import refuse_fork
from skrnn.networks.losses import Objective
from skrnn.networks.pool import PooledNetwork, acquire_network
from skrnn.networks.replicas import ALONE, Replicas
from skrnn.networks.spec import NetworkSpec

_Arrays = list[npt.NDArray[Any]]

# Threads that predict build the network of a loaded estimator once.
_building = threading.Lock()


@dataclass(frozen=True)
class _Stored:
    """What rebuilds a network: its weights, or all that training goes on from."""

    spec: NetworkSpec
    objective: Objective
    optimizer: tuple[type[keras.optimizers.Optimizer], dict[str, Any]]
    values: _Arrays
    is_state: bool

    def build(self) -> PooledNetwork:
        kind, config = self.optimizer
        with float32_policy():
            optimizer = kind.from_config(config)
        pooled = acquire(self.spec, self.objective, optimizer)
        if self.is_state:
            pooled.network.set_state(self.values)
        else:
            pooled.network.set_weights(self.values)
        return pooled


class FittedNetwork:
    """A network that is compiled when it is first needed.

    Parameters
    ----------
    pooled : PooledNetwork, default=None
        The compiled network, if there is one.
    stored : _Stored, default=None
        What rebuilds it otherwise.
    """

    def __init__(
        self, pooled: PooledNetwork | None = None, stored: _Stored | None = None
    ) -> None:
        self._pooled, self._stored = pooled, stored

    @classmethod
    def from_weights(
        cls,
        spec: NetworkSpec,
        objective: Objective,
        optimizer: keras.optimizers.Optimizer,
        weights: dict[str, npt.NDArray[np.float32]],
    ) -> Self:
        """Return a network with weights given by name."""
        pooled = acquire(spec, objective, optimizer)
        # The order of Keras' layers may change, so weights are matched by name.
        names = pooled.network.weight_names
        pooled.network.set_weights([weights[name] for name in names])
        return cls(pooled)

    @property
    def compiled(self) -> CompiledNetwork:
        """The compiled network."""
        return self._acquired().network

    @property
    def pooled(self) -> PooledNetwork | None:
        """The handle of the compiled network, if it is compiled."""
        return self._pooled

    def expose(self) -> keras.Model:
        """Return the Keras model for the user to keep."""
        return self._acquired().expose()

    def move_to(self, replicas: Replicas) -> CompiledNetwork:
        """Return the network on these replicas, in the state that it is in."""
        network = self.compiled
        if network.replicas is not replicas:
            kind, config = _optimizer_of(network)
            with float32_policy(), replicas.scope():
                optimizer = kind.from_config(config)
            pooled = acquire(network.spec, network.objective, optimizer, replicas)
            pooled.network.set_state(network.get_state())
            self._pooled = pooled
        return self.compiled

    def snapshot(self) -> tuple[PooledNetwork | None, _Arrays | None, _Stored | None]:
        """Return what :meth:`restore` needs to undo a training."""
        state = None if self._pooled is None else self._pooled.network.get_state()
        return self._pooled, state, self._stored

    def restore(
        self, snapshot: tuple[PooledNetwork | None, _Arrays | None, _Stored | None]
    ) -> None:
        """Put back what :meth:`snapshot` gave."""
        self._pooled, state, self._stored = snapshot
        if self._pooled is not None and state is not None:
            self._pooled.network.set_state(state)

    def detached(self, *, resumable: bool) -> FittedNetwork:
        """Return a copy that can be pickled.

        It has the weights alone, or with ``resumable`` the state of the optimizer and
        of the random generators too, so that training goes on exactly.
        """
        if self._pooled is None:
            return FittedNetwork(stored=self._stored)
        network = self._pooled.network
        stored = _Stored(
            network.spec,
            network.objective,
            _optimizer_of(network),
            network.get_state() if resumable else network.model.get_weights(),
            is_state=resumable,
        )
        return FittedNetwork(stored=stored)

    def _acquired(self) -> PooledNetwork:
        refuse_fork()
        with _building:
            if self._pooled is None:
                assert self._stored is not None
                self._pooled, self._stored = self._stored.build(), None
            return self._pooled


def acquire(
    spec: NetworkSpec,
    objective: Objective,
    optimizer: keras.optimizers.Optimizer,
    replicas: Replicas = ALONE,
    *,
    held: PooledNetwork | None = None,
    seed: int = 0,
    embeddings: npt.NDArray[np.float32] | None = None,
) -> PooledNetwork:
    """Return a freshly initialized network: the one that is held if it fits."""
    pooled = acquire_network(spec, objective, optimizer, held, replicas)
    rate = optimizer.get_config()["learning_rate"]
    pooled.network.reset(np.random.default_rng(seed), embeddings, rate)
    return pooled


def _optimizer_of(
    network: CompiledNetwork,
) -> tuple[type[keras.optimizers.Optimizer], dict[str, Any]]:
    optimizer = network.model.optimizer
    return type(optimizer), optimizer.get_config()
