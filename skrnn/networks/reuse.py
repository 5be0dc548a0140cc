"""Compiled models, handed out again instead of built and traced again.

Building and tracing a network costs about a second, and cross-validation asks for the
same one for every fold. A :class:`CompiledNetwork` whose estimator is gone goes back to
a pool; the next estimator with an equal specification gets it with fresh weights.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict

import keras

from skrnn.networks.builders import NetworkSpec
from skrnn.networks.compiled import CompiledNetwork, network_key
from skrnn.networks.forks import refuse_fork
from skrnn.networks.objective import Objective
from skrnn.networks.replicas import ALONE, Replicas

# A grid comes back to its architectures, and a cluster may keep a fitted estimator
# while it fits the next. With some 10 MB that a network takes beside its variables,
# this stays below the 300 MB by which a worker of joblib may grow before it is renewed.
_MOST_NETWORKS = 16
_MOST_BYTES = 2**27


class Lease:
    """What an estimator holds of a network: when the last holder goes, it is free.

    Parameters
    ----------
    network : CompiledNetwork
        The network.

    Attributes
    ----------
    n_users : int
        How many predictions are under way, for the holder to count.
    """

    def __init__(self, network: CompiledNetwork) -> None:
        self.network = network
        self.n_users = 0
        weakref.finalize(self, _give_back, network)

    def share(self) -> keras.Model:
        """Give the Keras model to the user, who may keep it: it is never reused."""
        self.network.shared = True
        return self.network.model


_free: OrderedDict[int, CompiledNetwork] = OrderedDict()
_lock = threading.Lock()


def lease_network(
    spec: NetworkSpec,
    objective: Objective,
    optimizer: keras.optimizers.Optimizer,
    held: Lease | None = None,
    replicas: Replicas = ALONE,
) -> Lease:
    """Return a network of ``spec`` that nobody else holds, used before or new.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.
    objective : Objective
        What training makes small.
    optimizer : keras.optimizers.Optimizer
        The optimizer that a new network takes; a used one has an equal optimizer but
        for the learning rate.
    held : Lease, default=None
        What the caller holds already; it is returned if it will do.
    replicas : Replicas, default=ALONE
        Those that compute together; the optimizer was made in their scope.

    Returns
    -------
    lease : Lease
        The holder of the network. Call ``lease.network.reset`` before training.

    Raises
    ------
    RuntimeError
        In a fork of a process that computes; see :mod:`skrnn.networks.forks`.
    """
    refuse_fork()
    key = network_key(spec, objective, optimizer, replicas)
    if held is not None and not held.network.shared and held.network.key == key:
        return held
    with _lock:
        for number in reversed(_free):
            if _free[number].key == key:
                return Lease(_free.pop(number))
    return Lease(CompiledNetwork(spec, objective, optimizer, replicas))


def _give_back(network: CompiledNetwork) -> None:
    if network.shared:
        return
    with _lock:
        _free[id(network)] = network
        while len(_free) > 1 and (
            len(_free) > _MOST_NETWORKS
            or sum(each.n_bytes for each in _free.values()) > _MOST_BYTES
        ):
            _free.popitem(last=False)
