"""A pool of compiled networks, so that equal ones are built and traced once.

Building and tracing a network takes about a second, and cross-validation needs the same
one for every fold. When an estimator is garbage collected, its :class:`CompiledNetwork`
returns to the pool; the next estimator with an equal specification gets it,
reinitialized.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict

import keras

from skrnn.networks.compiled import CompiledNetwork, network_key
from skrnn.networks.forks import refuse_fork
from skrnn.networks.losses import TrainingLoss
from skrnn.networks.replicas import SINGLE_DEVICE, Replicas
from skrnn.networks.spec import NetworkSpec

# A grid returns to the same architectures, and a cluster may keep a fitted estimator
# while it fits the next. A network takes some 10 MB besides its variables, so the pool
# stays below the 300 MB of growth at which joblib restarts a worker.
_MAX_NETWORKS = 16
_MAX_BYTES = 2**27


class PooledNetwork:
    """Exclusive use of a network, which returns to the pool with this object's end.

    Parameters
    ----------
    network : CompiledNetwork
        The network.
    """

    def __init__(self, network: CompiledNetwork) -> None:
        self.network = network
        weakref.finalize(self, _release, network)

    def expose(self) -> keras.Model:
        """Return the Keras model to the user; the network is never pooled again."""
        self.network.exposed = True
        return self.network.model


_free: OrderedDict[int, CompiledNetwork] = OrderedDict()
# The garbage collector may call _release inside a block that this thread has locked, so
# the lock is reentrant, and loops run over copies.
_lock = threading.RLock()


def acquire_network(
    spec: NetworkSpec,
    loss: TrainingLoss,
    optimizer: keras.optimizers.Optimizer,
    held: PooledNetwork | None = None,
    replicas: Replicas = SINGLE_DEVICE,
    weight_averaging: float = 0.0,
) -> PooledNetwork:
    """Return a network of ``spec`` for exclusive use, from the pool or new.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.
    loss : TrainingLoss
        The loss that training minimizes.
    optimizer : keras.optimizers.Optimizer
        The optimizer of a new network. A pooled network has an equal one, except for
        the learning rate.
    held : PooledNetwork, default=None
        The network that the caller has; it is returned if it fits.
    replicas : Replicas, default=SINGLE_DEVICE
        The replicas that compute together; the optimizer belongs to their scope.
    weight_averaging : float, default=0.0
        As in :class:`CompiledNetwork`.

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
    key = network_key(spec, loss, optimizer, replicas, weight_averaging)
    if held is not None and not held.network.exposed and held.network.key == key:
        return held
    with _lock:
        for network in reversed(list(_free.values())):
            if network.key == key and _free.pop(id(network), None) is not None:
                return PooledNetwork(network)
    return PooledNetwork(
        CompiledNetwork(spec, loss, optimizer, replicas, weight_averaging)
    )


def _release(network: CompiledNetwork) -> None:
    """Return a network to the pool, and drop the oldest ones if it is full."""
    if network.exposed:
        return
    with _lock:
        _free[id(network)] = network
        while len(_free) > 1 and (
            len(_free) > _MAX_NETWORKS
            or sum(each.n_bytes for each in list(_free.values())) > _MAX_BYTES
        ):
            _free.popitem(last=False)
