"""Compiled models, handed out again instead of built and traced again.

Building and tracing a network costs about a second, and cross-validation asks for the
same one for every fold. A :class:`CompiledNetwork` whose estimator is gone goes back to
a small pool; the next estimator with an equal specification gets it with fresh weights.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from skrnn.networks.builders import NetworkSpec, build_network, initialize_network

_POOL_SIZE = 8
_IDS = tf.TensorSpec([None, None], tf.int32)
_EACH = tf.TensorSpec([None], tf.float32)


class CompiledNetwork:
    """A Keras model with its optimizer and its traced training and prediction steps.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.
    optimizer : keras.optimizers.Optimizer
        A new optimizer, which the network keeps for itself.
    """

    def __init__(self, spec: NetworkSpec, optimizer: keras.optimizers.Optimizer):
        self.spec = spec
        self.key = _key(spec, optimizer)
        self.model = build_network(spec)
        # Our batches arrive aligned, which the model need not find out again.
        align = self.model.get_layer("align")
        self._known = align.known
        self._from_aligned = keras.Model(align.output, self.model.output)
        binary = spec.n_outputs == 1
        loss = "binary_crossentropy" if binary else "sparse_categorical_crossentropy"
        self.model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
        optimizer.build(self.model.trainable_variables)
        self._new_optimizer_state = [v.numpy() for v in optimizer.variables]
        self._loss = getattr(keras.losses, loss)
        self.shared = False

    def reset(
        self,
        rng: np.random.Generator,
        embeddings: npt.NDArray[np.float32] | None = None,
        learning_rate: object = None,
    ) -> None:
        """Make the network as good as new: weights, dropout seeds and optimizer.

        ``learning_rate`` is the entry of an optimizer's configuration; a schedule is
        part of what makes networks equal, so only a number is set.
        """
        initialize_network(self.model, rng, embeddings)
        for variable, value in zip(
            self.model.optimizer.variables, self._new_optimizer_state, strict=True
        ):
            variable.assign(value)
        if isinstance(learning_rate, float):
            self.model.optimizer.learning_rate = learning_rate
        self.model.stop_training = False

    def identity(self) -> tuple[Any, ...]:
        """Return all that decides what a step does to the state: two equal ones agree.

        The state itself, which :meth:`get_state` gives, is part of it.
        """
        versions = (tf.__version__, keras.__version__)
        optimizer = self.model.optimizer
        kind, config = type(optimizer).__qualname__, _as_text(_config(optimizer))
        return self.spec, kind, config, versions, self.get_state()

    def get_state(self) -> list[npt.NDArray[Any]]:
        """Copy all variables, the optimizer's and the dropout seeds included."""
        return [v.numpy() for v in self._variables()]

    def set_state(self, state: list[npt.NDArray[Any]]) -> None:
        """Put back what :meth:`get_state` gave."""
        for variable, value in zip(self._variables(), state, strict=True):
            variable.assign(value)

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]

    # Concrete functions: traced once for batches of any size, cheap to call.

    @cached_property
    def train_step(self) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
        """Learn from ids, classes and weights; give sums of losses and of hits."""
        return _trace(self._train_step, _IDS, _EACH, _EACH)

    @cached_property
    def test_step(self) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
        """Give sums of losses and of hits for ids, classes and weights."""
        return _trace(self._test_step, _IDS, _EACH, _EACH)

    @cached_property
    def predict_step(self) -> Callable[[tf.Tensor], tf.Tensor]:
        """Give the outputs for ids."""
        return _trace(self._predict_step, _IDS)

    def _predict_step(self, ids: tf.Tensor) -> tf.Tensor:
        return self._from_aligned(self._known(ids), training=False)

    def _train_step(
        self, ids: tf.Tensor, y: tf.Tensor, weight: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            proba = self._from_aligned(self._known(ids), training=True)
            losses, hits = self._losses_and_hits(proba, y)
            # Keras' reduction: weighted sum over the number of rows.
            mean_loss = tf.reduce_mean(losses * weight)
        variables = self.model.trainable_variables
        gradients = tape.gradient(mean_loss, [v.value for v in variables])
        self.model.optimizer.apply(gradients, variables)
        return tf.reduce_sum(losses * weight), tf.reduce_sum(hits)

    def _test_step(
        self, ids: tf.Tensor, y: tf.Tensor, weight: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        losses, hits = self._losses_and_hits(
            self._from_aligned(self._known(ids), training=False), y
        )
        return tf.reduce_sum(losses * weight), tf.reduce_sum(hits)

    def _losses_and_hits(
        self, proba: tf.Tensor, y: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        losses = self._loss(y[:, tf.newaxis], proba)
        if self.spec.n_outputs == 1:
            predicted = tf.cast(proba[:, 0] > 0.5, tf.float32)
        else:
            predicted = tf.cast(tf.argmax(proba, axis=1), tf.float32)
        return losses, tf.cast(tf.equal(predicted, y), tf.float32)


def _trace(step: Callable[..., Any], *signature: tf.TensorSpec) -> Callable[..., Any]:
    return tf.function(step, autograph=False).get_concrete_function(*signature)


class Lease:
    """What an estimator holds of a network: when the last holder goes, it is free."""

    def __init__(self, network: CompiledNetwork) -> None:
        self.network = network
        weakref.finalize(self, _give_back, network)

    def fits(self, spec: NetworkSpec, optimizer: keras.optimizers.Optimizer) -> bool:
        """Tell whether the network may be trained anew for ``spec``."""
        return not self.network.shared and self.network.key == _key(spec, optimizer)

    def share(self) -> keras.Model:
        """Give the Keras model to the user, who may keep it: it is never reused."""
        self.network.shared = True
        return self.network.model


_free: OrderedDict[int, CompiledNetwork] = OrderedDict()
_lock = threading.Lock()


def lease_network(spec: NetworkSpec, optimizer: keras.optimizers.Optimizer) -> Lease:
    """Return a network of ``spec`` that nobody else holds, used before or new.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.
    optimizer : keras.optimizers.Optimizer
        The optimizer that a new network takes; a used one has an equal optimizer but
        for the learning rate.

    Returns
    -------
    lease : Lease
        The holder of the network. Call ``lease.network.reset`` before training.
    """
    key = _key(spec, optimizer)
    with _lock:
        for number in reversed(_free):
            if _free[number].key == key:
                return Lease(_free.pop(number))
    return Lease(CompiledNetwork(spec, optimizer))


def _give_back(network: CompiledNetwork) -> None:
    if network.shared:
        return
    with _lock:
        _free[id(network)] = network
        while len(_free) > _POOL_SIZE:
            _free.popitem(last=False)


def _key(spec: NetworkSpec, optimizer: keras.optimizers.Optimizer) -> tuple[Any, ...]:
    config = _config(optimizer)
    if isinstance(config["learning_rate"], float):
        del config["learning_rate"]  # a variable, set when the network is reset
    return spec, type(optimizer), _as_text(config)


def _config(optimizer: keras.optimizers.Optimizer) -> dict[str, Any]:
    """Return what an optimizer does; its name is only a running number."""
    return {k: v for k, v in optimizer.get_config().items() if k != "name"}


def _as_text(config: dict[str, Any]) -> str:
    return json.dumps(config, sort_keys=True, default=repr)
