"""Compiled networks, reused instead of built and traced again.

Building and tracing a network takes about a second, and cross-validation asks for the
same one for every fold. A :class:`CompiledNetwork` whose estimator is gone returns to
the pool; the next estimator with an equal specification gets it, reinitialized.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict

import keras

from skrnn.networks.compiled import CompiledNetwork, network_key
from skrnn.networks.forks import refuse_fork
from skrnn.networks.losses import Objective
from skrnn.networks.replicas import ALONE, Replicas
from skrnn.networks.spec import NetworkSpec

# A grid comes back to its architectures, and a cluster may keep a fitted estimator
# while it fits the next. At some 10 MB per network besides its variables, this stays
# below the 300 MB of growth at which joblib restarts a worker.
_MAX_NETWORKS = 16
_MAX_BYTES = 2**27


class PooledNetwork:
    """Exclusive use of a network; it returns to the pool when this object is gone.

    Parameters
    ----------
    network : CompiledNetwork
        The network.
    """

    def __init__(self, network: CompiledNetwork) -> None:
        self.network = network
        weakref.finalize(self, _release, network)

    def expose(self) -> keras.Model:
        """Return the Keras model for the user to keep: it is never pooled again."""
        self.network.exposed = True
        return self.network.model


_free: OrderedDict[int, CompiledNetwork] = OrderedDict()
_lock = threading.Lock()


def acquire_network(
    spec: NetworkSpec,
    objective: Objective,
    optimizer: keras.optimizers.Optimizer,
    held: PooledNetwork | None = None,
    replicas: Replicas = ALONE,
) -> PooledNetwork:
    """Return a network of ``spec`` that nobody else uses, from the pool or new.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.
    objective : Objective
        The losses and the averaging of weights.
    optimizer : keras.optimizers.Optimizer
        The optimizer of a new network. A pooled network has an equal one, except for
        the learning rate.
    held : PooledNetwork, default=None
        What the caller already holds; it is retransposed if it fits.
    replicas : Replicas, default=ALONE
        The replicas that compute together; the optimizer was made in their scope.

    Returns
    -------
    pooled : PooledNetwork
        Call ``pooled.network.reset`` before training.

    Raises
    ------
    RuntimeError
        In a fork of a process that has computed; see :mod:`skrnn.networks.forks`.
    """
    refuse_fork()
    key = network_key(spec, objective, optimizer, replicas)
    if held is not None and not held.network.exposed and held.network.key == key:
        return held
    with _lock:
        for number in reversed(_free):
            if _free[number].key == key:
                return PooledNetwork(_free.pop(number))
    return PooledNetwork(CompiledNetwork(spec, objective, optimizer, replicas))


def _release(network: CompiledNetwork) -> None:
    """Put a network back into the pool, and drop the oldest where it is full."""
    if network.exposed:
        return
    with _lock:
        _free[id(network)] = network
        while len(_free) > 1 and (
            len(_free) > _MAX_NETWORKS
            or sum(each.n_bytes for each in _free.values()) > _MAX_BYTES
        ):
            _free.popitem(last=False)
