"""The network of a fitted estimator, compiled or stored in a pickle."""

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
from skrnn.networks.losses import TrainingLoss
from skrnn.networks.pool import PooledNetwork, acquire_network
from skrnn.networks.recurrent import Weights
from skrnn.networks.replicas import SINGLE_DEVICE, Replicas
from skrnn.networks.spec import NetworkSpec

_Arrays = list[npt.NDArray[Any]]

# Threads that predict with a loaded estimator build its network once.
_building = threading.Lock()


@dataclass(frozen=True)
class _Stored:
    """A network that is not compiled: its weights, or its complete training state."""

    spec: NetworkSpec
    loss: TrainingLoss
    weight_averaging: float
    optimizer: tuple[type[keras.optimizers.Optimizer], dict[str, Any]]
    weights: Weights | None = None
    state: _Arrays | None = None

    def build(self) -> PooledNetwork:
        """Return the compiled network."""
        cls, config = self.optimizer
        with float32_policy():
            optimizer = cls.from_config(config)
        pooled = acquire(
            self.spec, self.loss, optimizer, weight_averaging=self.weight_averaging
        )
        if self.state is not None:
            pooled.network.set_state(self.state)
        elif self.weights is not None:
            pooled.network.set_weights(self.weights)
        return pooled


class FittedNetwork:
    """A network that is compiled at its first use.

    Parameters
    ----------
    pooled : PooledNetwork, default=None
        The compiled network, if there is one.
    stored : _Stored, default=None
        The stored network otherwise.
    """

    def __init__(
        self, pooled: PooledNetwork | None = None, stored: _Stored | None = None
    ) -> None:
        self._pooled, self._stored = pooled, stored

    @classmethod
    def from_weights(
        cls,
        spec: NetworkSpec,
        loss: TrainingLoss,
        optimizer: keras.optimizers.Optimizer,
        weights: Weights,
        weight_averaging: float,
    ) -> Self:
        """Return a network with these weights, given by name."""
        config = type(optimizer), optimizer.get_config()
        return cls(stored=_Stored(spec, loss, weight_averaging, config, weights))

    @property
    def spec(self) -> NetworkSpec:
        """The architecture."""
        with _building:
            if self._stored is not None:
                return self._stored.spec
        return self.compiled.spec

    def named_weights(self) -> Weights:
        """Return the weights by name; a network that is not compiled stays so."""
        with _building:
            if self._stored is not None and self._stored.weights is not None:
                return self._stored.weights
        return self.compiled.named_weights()

    @property
    def compiled(self) -> CompiledNetwork:
        """The compiled network."""
        return self._acquired().network

    @property
    def pooled(self) -> PooledNetwork | None:
        """The handle of the compiled network, if it is compiled."""
        return self._pooled

    def expose(self) -> keras.Model:
        """Return the Keras model to the user."""
        return self._acquired().expose()

    def move_to(self, replicas: Replicas) -> CompiledNetwork:
        """Move the network to these replicas, and return it."""
        network = self.compiled
        if network.replicas is not replicas:
            cls, config = _optimizer_of(network)
            with float32_policy(), replicas.scope():
                optimizer = cls.from_config(config)
            pooled = acquire(
                network.spec,
                network.loss,
                optimizer,
                replicas,
                weight_averaging=network.weight_averaging,
            )
            pooled.network.set_state(network.get_state())
            self._pooled = pooled
        return self.compiled

    def snapshot(self) -> tuple[PooledNetwork | None, _Arrays | None, _Stored | None]:
        """Return the state for :meth:`restore`."""
        state = None if self._pooled is None else self._pooled.network.get_state()
        return self._pooled, state, self._stored

    def restore(
        self, snapshot: tuple[PooledNetwork | None, _Arrays | None, _Stored | None]
    ) -> None:
        """Restore a state of :meth:`snapshot`."""
        self._pooled, state, self._stored = snapshot
        if self._pooled is not None and state is not None:
            self._pooled.network.set_state(state)

    def detached(self, *, resumable: bool) -> FittedNetwork:
        """Return a copy that can be pickled.

        It has the weights, and with ``resumable`` also the states of the optimizer and
        of the random generators, so that training continues exactly.
        """
        if self._pooled is None:
            return FittedNetwork(stored=self._stored)
        network = self._pooled.network
        stored = _Stored(
            network.spec,
            network.loss,
            network.weight_averaging,
            _optimizer_of(network),
            weights=None if resumable else network.named_weights(),
            state=network.get_state() if resumable else None,
        )
        return FittedNetwork(stored=stored)

    def _acquired(self) -> PooledNetwork:
        """Return the handle of the network, which is compiled if necessary."""
        refuse_fork()
        with _building:
            if self._pooled is None:
                assert self._stored is not None
                self._pooled, self._stored = self._stored.build(), None
            return self._pooled


def acquire(
    spec: NetworkSpec,
    loss: TrainingLoss,
    optimizer: keras.optimizers.Optimizer,
    replicas: Replicas = SINGLE_DEVICE,
    *,
    weight_averaging: float = 0.0,
    held: PooledNetwork | None = None,
    seed: int = 0,
    embeddings: npt.NDArray[np.float32] | None = None,
) -> PooledNetwork:
    """Return a freshly initialized network, which is ``held`` if that fits."""
    pooled = acquire_network(
        spec, loss, optimizer, held, replicas, weight_averaging=weight_averaging
    )
    rate = optimizer.get_config()["learning_rate"]
    pooled.network.reset(np.random.default_rng(seed), embeddings, rate)
    return pooled


def _optimizer_of(
    network: CompiledNetwork,
) -> tuple[type[keras.optimizers.Optimizer], dict[str, Any]]:
    """Return the class and the configuration of a network's optimizer."""
    optimizer = network.model.optimizer
    return type(optimizer), optimizer.get_config()
