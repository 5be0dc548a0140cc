"""The network that an estimator holds, and what other threads see of it meanwhile.

Predictions may run beside a fit of the same estimator: they see it as it was before,
and the fit takes the network only when they are done.
"""

from __future__ import annotations

import copy
import threading
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from sklearn.utils.validation import check_is_fitted

from skrnn.networks.builders import NetworkSpec
from skrnn.networks.compiled import CompiledNetwork
from skrnn.networks.forks import refuse_fork
from skrnn.networks.objective import Objective
from skrnn.networks.replicas import ALONE, Replicas, name_of
from skrnn.networks.reuse import Lease, lease_network
from skrnn.training.faults import DivergenceError

# Guards what predictions see of an estimator, and tells when they are done.
_handing_over = threading.Condition()


@dataclass(frozen=True)
class _Refit:
    """A fit under way.

    Parameters
    ----------
    thread : int
        The thread that fits.
    before : NetworkHolder
        The estimator as it was, which other threads see.
    """

    thread: int
    before: Any


class NetworkHolder:
    """An estimator that holds a network.

    A subclass says by the abstract methods what the network learns by, and has the
    parameters ``callbacks`` and ``strategy``.
    """

    _lease: Lease
    _stored: tuple[NetworkSpec, list[npt.NDArray[Any]]]
    callbacks: Any
    strategy: str | tf.distribute.Strategy | None

    @abstractmethod
    def _make_objective(self) -> Objective:
        """Return what training makes small."""

    @abstractmethod
    def _make_optimizer(self) -> keras.optimizers.Optimizer:
        """Return a new optimizer."""

    @property
    def model_(self) -> keras.Model:
        """The fitted Keras model. Who asks for it may keep it: it is never reused."""
        self._network  # noqa: B018  raises AttributeError when not fitted
        return self._lease.share()

    @model_.setter
    def model_(self, lease: Lease) -> None:
        self._lease = lease
        self.__dict__.pop("_stored", None)

    @property
    def initialized_(self) -> bool:
        """Whether there is a network to predict with."""
        return "_lease" in vars(self) or "_stored" in vars(self)

    @property
    def _network(self) -> CompiledNetwork:
        refuse_fork()
        with _handing_over:
            if "_lease" not in vars(self):
                if "_stored" not in vars(self):
                    raise AttributeError(
                        f"This {type(self).__name__} is not fitted: it has no model_."
                    )
                spec, weights = self._stored
                lease = self._lease_for(spec)
                lease.network.set_weights(weights)
                self._lease = lease
                del self._stored
            return self._lease.network

    def _seen(self) -> Self:
        """Return this estimator, or what it was if another thread is fitting it."""
        refit = vars(self).get("_refit")
        if refit is None or refit.thread == threading.get_ident():
            return self
        return refit.before

    def _copied(self) -> Self:
        """Return another estimator with the same attributes, the network included."""
        same = object.__new__(type(self))
        same.__dict__.update(vars(self))
        return same

    @contextmanager
    def _as_it_is(self) -> Iterator[Self]:
        """Give the fitted estimator as it is now, whatever another thread does to it.

        A fit lets go on what has begun, and takes the network only then.
        """
        check_is_fitted(self._seen())
        refuse_fork()
        with _handing_over:
            seen = self._seen()
            seen._network.predict_step  # noqa: B018  made once, not by each thread
            seen = seen._copied()
            seen._lease.n_users += 1
        try:
            yield seen
        finally:
            with _handing_over:
                seen._lease.n_users -= 1
                _handing_over.notify_all()

    def __getstate__(self) -> dict[str, Any]:
        """Return what prediction needs: weights, not the optimizer or the graph."""
        with _handing_over:
            seen = self._seen()
            given: Any = super(NetworkHolder, seen).__getstate__()
            state = dict(given)
            state.pop("_refit", None)
            lease = state.pop("_lease", None)
            if lease is not None:
                network = lease.network
                state["_stored"] = (network.spec, network.model.get_weights())
        state["callbacks"] = _without_model(self.callbacks)
        if not isinstance(self.strategy, str | None):
            state["strategy"] = name_of(self.strategy)  # belongs to the process
        # A copy that is made while fit runs, for scikit-learn's callbacks, is fitted.
        state.pop("_material", None)
        return state

    def _hold(
        self, spec: NetworkSpec, weights: dict[str, npt.NDArray[np.float32]]
    ) -> None:
        """Hold a network with the named ``weights``, to predict with."""
        # The order of Keras' layers is its own affair, so weights go by name.
        lease = self._lease_for(spec)
        names = lease.network.weight_names
        lease.network.set_weights([weights[name] for name in names])
        self._lease = lease

    def _lease_for(
        self,
        spec: NetworkSpec,
        objective: Objective | None = None,
        replicas: Replicas = ALONE,
        seed: int = 0,
        embeddings: npt.NDArray[np.float32] | None = None,
    ) -> Lease:
        """Return a network of ``spec``, as good as new: the one held if it will do."""
        with replicas.scope():
            optimizer = self._make_optimizer()
        lease = lease_network(
            spec,
            objective or self._make_objective(),
            optimizer,
            vars(self).get("_lease"),
            replicas,
        )
        rate = optimizer.get_config()["learning_rate"]
        lease.network.reset(np.random.default_rng(seed), embeddings, rate)
        return lease

    def _network_of(self, replicas: Replicas) -> CompiledNetwork:
        """Return the network, moved there if it was elsewhere: it goes on as it was."""
        network = self._network
        if network.replicas is not replicas:
            lease = self._lease_for(network.spec, network.objective, replicas)
            lease.network.set_state(network.get_state())
            self._lease = lease
        return self._lease.network

    @contextmanager
    def _refitting(self) -> Iterator[None]:
        """Let one thread fit at a time; a fit that fails changes nothing.

        One that diverges after an epoch leaves the weights of that epoch.
        """
        with _handing_over:
            # One fit at a time; a callback may still fit the estimator that it is in.
            _handing_over.wait_for(lambda: self._seen() is self)
            before = dict(vars(self))
            lease = before.get("_lease")
            state = None if lease is None else lease.network.get_state()
            self._refit = _Refit(threading.get_ident(), self._with_stored(state))
        try:
            if lease is not None:
                with _handing_over:
                    _handing_over.wait_for(lambda: not lease.n_users)
            yield
        except BaseException as error:
            with _handing_over:
                # A fit that diverges late is one: with the last sound epoch's weights.
                if isinstance(error, DivergenceError) and error.history is not None:
                    del self._refit
                else:
                    if lease is not None and state is not None:
                        lease.network.set_state(state)
                    self.__dict__.clear()
                    self.__dict__.update(before)
                _handing_over.notify_all()
            raise
        with _handing_over:
            del self._refit
            _handing_over.notify_all()

    def _with_stored(self, state: list[npt.NDArray[Any]] | None) -> Self:
        """Return what others see while this is fitted: weights instead of a network."""
        same = self._copied()
        lease = same.__dict__.pop("_lease", None)
        if lease is not None and state is not None:
            network = lease.network
            same._stored = (network.spec, network.weights_of(state))
        return same


def _without_model(callbacks: Any) -> Any:
    """Return callbacks without the model and the weights that fit left in them."""
    if isinstance(callbacks, list | tuple):
        return type(callbacks)(map(_without_model, callbacks))
    if isinstance(callbacks, dict):
        return {name: _without_model(each) for name, each in callbacks.items()}
    if not isinstance(callbacks, keras.callbacks.Callback):
        return callbacks
    bare = copy.copy(callbacks)
    left = {"_model", "best_weights"} & vars(bare).keys()
    vars(bare).update(dict.fromkeys(left))
    return bare
