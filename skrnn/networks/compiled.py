"""A Keras model with its optimizer and its traced training and prediction steps."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import version
from typing import Any

import keras
import numba
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from skrnn.networks.builders import build_network, initialize_network
from skrnn.networks.dtypes import float32_policy
from skrnn.networks.heads import HEADS
from skrnn.networks.losses import (
    TrainingLoss,
    has_target,
    keep_rows,
    weighted_mean,
)
from skrnn.networks.optimizers import FusedStep, can_fuse
from skrnn.networks.pooling import AttentionPooling
from skrnn.networks.recurrent import Weights
from skrnn.networks.replicas import SINGLE_DEVICE, Replicas
from skrnn.networks.sentences import SplitSentences
from skrnn.networks.spec import ALIGN, EMBEDDING, LENGTHS, OUTPUT, NetworkSpec

_IDS = tf.TensorSpec([None, None], tf.int32)
_Sums = tuple[tf.Tensor, tf.Tensor, tf.Tensor]
_tracing = threading.Lock()


class CompiledNetwork:
    """A Keras model with traced steps for training and prediction.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.
    loss : TrainingLoss
        The loss that training minimizes.
    optimizer : keras.optimizers.Optimizer
        A new optimizer, created in the scope of the replicas, for this network alone.
    replicas : Replicas, default=SINGLE_DEVICE
        The replicas that compute its steps together.
    weight_averaging : float, default=0.0
        Fraction of the averaged weights that is kept at each step; 0 keeps no average.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        loss: TrainingLoss,
        optimizer: keras.optimizers.Optimizer,
        replicas: Replicas = SINGLE_DEVICE,
        weight_averaging: float = 0.0,
    ) -> None:
        self.spec = spec
        self.head = HEADS[spec.head]
        self.loss = loss
        self.replicas = replicas
        self.weight_averaging = weight_averaging
        self.key = network_key(spec, loss, optimizer, replicas, weight_averaging)
        self.exposed = False
        with float32_policy():
            with replicas.scope():
                self._build(optimizer)
            # Here, because all processes must do it and only one may have callbacks.
            self._build_metrics()

    def _build(self, optimizer: keras.optimizers.Optimizer) -> None:
        self.model = build_network(self.spec)
        # The model is split at the word vectors, which integrated gradients change.
        # Our rows are aligned already, so the first half starts after that layer.
        align, lengths, embedding, output = map(
            self.model.get_layer, (ALIGN, LENGTHS, EMBEDDING, OUTPUT)
        )
        vectors = [embedding.output, lengths.output]
        self._replace_unknown = align.replace_unknown
        self._embed = keras.Model(align.output, vectors)
        self._classify = keras.Model(vectors, self.model.output)
        self._extract_features = keras.Model(vectors, output.input)
        self.model.compile(
            optimizer=optimizer,
            loss=self.head.default_loss,
            metrics=["accuracy"] if self.head.has_accuracy else [],
        )
        optimizer.build(self.model.trainable_variables)
        self._fused_step = None
        if self.replicas is SINGLE_DEVICE and can_fuse(optimizer):
            self._fused_step = FusedStep(optimizer, self.model.trainable_variables)
        self._new_optimizer_state = [v.numpy() for v in optimizer.variables]
        averaged = self.model.trainable_variables if self.weight_averaging else []
        self._averages = [tf.Variable(v.value, trainable=False) for v in averaged]
        self._shows_average = False
        self._seeds = [
            v for v in self.model.variables if v.path.endswith("seed_generator_state")
        ]

    def embed(
        self, ids: tf.Tensor, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the word vectors of aligned rows of ids, and the lengths.

        Vectors have the shape (batch, time, embedding_dim). Lengths are those of rows,
        (batch,), or of sentences, (batch, n_sentences).
        """
        vectors, lengths = self._embed(self._replace_unknown(ids), training=training)
        return vectors, lengths

    def classify(
        self, vectors: tf.Tensor, lengths: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Return the outputs, (batch, n_outputs), for what :meth:`embed` gives."""
        return self._classify([vectors, lengths], training=training)

    def logits(self, vectors: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return what the output layer computes before its activation."""
        output = self.model.get_layer(OUTPUT)
        return tf.matmul(self._features(vectors, lengths), output.kernel) + output.bias

    def _features(self, vectors: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return the input of the output layer, (batch, n_features)."""
        return self._extract_features([vectors, lengths], training=False)

    def reset(
        self,
        rng: np.random.Generator,
        embeddings: npt.NDArray[np.float32] | None = None,
        learning_rate: object = None,
    ) -> None:
        """Initialize the weights, dropout seeds and optimizer.

        ``learning_rate`` is that of the optimizer's configuration. A number is set; a
        schedule is part of :attr:`key`, so that the network has it already.
        """
        initialize_network(self.spec, self.model, rng, embeddings)
        for variable, value in zip(
            self.model.optimizer.variables, self._new_optimizer_state, strict=True
        ):
            variable.assign(value)
        self._reset_fused_step()
        if isinstance(learning_rate, float):
            self.model.optimizer.learning_rate = learning_rate
        self._spread_seeds()
        self._restart_averages()
        self.model.stop_training = False

    @property
    def weight_names(self) -> list[str]:
        """Names of the model's weights, ``layer/weight``, in the model's order."""
        return [f"{la.name}/{w.name}" for la in self.model.layers for w in la.weights]

    def named_weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return the model's weights by name."""
        return dict(zip(self.weight_names, self.model.get_weights(), strict=True))

    @cached_property
    def n_bytes(self) -> int:
        """Size of all variables in memory, those of the optimizer included."""
        return sum(
            tf.as_dtype(v.dtype).size * math.prod(v.shape) for v in self._variables()
        )

    @property
    def has_attention(self) -> bool:
        """Whether the network has attention layers."""
        return bool(self._attention_layers)

    @property
    def _attention_layers(self) -> list[AttentionPooling]:
        return [x for x in self.model.layers if isinstance(x, AttentionPooling)]

    def set_weights(self, weights: Weights) -> None:
        """Set weights of the model by name; the others stay as they are."""
        # By name, since the order of Keras' layers may change.
        for name, variable in zip(self.weight_names, self.model.weights, strict=True):
            if name in weights:
                variable.assign(weights[name])
        self._restart_averages()

    def _restart_averages(self) -> None:
        for average, variable in zip(
            self._averages, self.model.trainable_variables, strict=False
        ):
            average.assign(variable.value)
        self._shows_average = False

    def identity(self) -> tuple[Any, ...]:
        """Return all that determines the next training steps, the state included."""
        ours = version("skrnn")
        versions = (ours, tf.__version__, keras.__version__, numba.__version__)
        optimizer = self.model.optimizer
        kind, config = type(optimizer).__qualname__, _as_text(_config(optimizer))
        how = self.replicas.name, self.replicas.n, self.weight_averaging
        loss, *values = self.loss.key
        how += f"{loss.__module__}.{loss.__qualname__}", *values
        return self.spec, kind, config, versions, how, self.get_state()

    def get_state(self) -> list[npt.NDArray[Any]]:
        """Return copies of all variables, the same in all processes of a strategy.

        The variables of the optimizer and the dropout seeds are included.
        """
        seeds = {id(seed) for seed in self._seeds}
        own = np.array([self.replicas.numbers[0], 0], np.uint32)
        values = [
            v.numpy() - own if id(v) in seeds else v.numpy() for v in self._variables()
        ]
        return [np.array(self._shows_average), *values]

    def set_state(self, state: list[npt.NDArray[Any]]) -> None:
        """Set all variables to a result of :meth:`get_state`."""
        shows_average, *values = state
        self._shows_average = bool(shows_average)
        for variable, value in zip(self._variables(), values, strict=True):
            variable.assign(value)
        self._reset_fused_step()
        self._spread_seeds()

    def _reset_fused_step(self) -> None:
        if self._fused_step is not None:
            self._fused_step.reset()

    def _spread_seeds(self) -> None:
        """Give each replica different seeds for dropout."""
        for seed in self._seeds:
            for number, copy in self.replicas.copies(seed):
                copy.assign_add([number, 0])

    def weights_of(self, state: list[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """Return the weights in a result of :meth:`get_state`."""
        names = map(id, self.model.variables)
        by_variable = dict(zip(names, state[1:], strict=False))
        return [by_variable[id(weight)] for weight in self.model.weights]

    def _variables(self) -> list[Any]:
        return [
            *self.model.variables,
            *self.model.optimizer.variables,
            *self._averages,
        ]

    def _build_metrics(self) -> None:
        """Build the metrics of the Keras model, as Keras' ``fit`` does.

        Callbacks look up there whether the metric that they monitor should increase.
        """
        n_targets = self.spec.n_outputs if self.head.has_target_columns else 1
        y, outputs = np.zeros((1, n_targets)), np.full((1, self.spec.n_outputs), 0.5)
        self.model.compute_metrics(None, *map(tf.constant, (y, outputs)))
        self.model.reset_metrics()

    def take_initial_epoch(self) -> int | None:
        """Return and clear the initial epoch that a callback has set.

        :class:`keras.callbacks.BackupAndRestore` sets it on the model.
        """
        epoch: int | None = self.model._initial_epoch
        self.model._initial_epoch = None
        return epoch

    def finalize(self) -> None:
        """Set the weights for prediction, as Keras does after ``fit``."""
        self.show_average(True)
        self.model.optimizer.finalize_variable_values(self.model.trainable_variables)

    def show_average(self, average: bool) -> None:
        """Set the model to the averaged weights, or back to the trained ones.

        The others are kept in ``_averages``.
        """
        if not self._averages or average == self._shows_average:
            return
        for held, variable in zip(
            self._averages, self.model.trainable_variables, strict=True
        ):
            other = held.numpy()
            held.assign(variable.value)
            variable.assign(other)
        self._shows_average = average

    # Concrete functions, traced once for batches of any size.

    @cached_property
    def train_step(self) -> Callable[..., _Sums]:
        """The step that trains on ids, targets (NaN for none) and weights.

        It returns the sums of the losses and of the correct predictions of the rows
        with a target, and the number of these rows.
        """
        step = self.replicas.distribute(self._train_step)
        return _trace(step, _IDS, *self._target_specs)

    @cached_property
    def test_step(self) -> Callable[..., _Sums]:
        """The step that returns what :attr:`train_step` does, without training."""
        step = self.replicas.distribute(self._test_step)
        return _trace(step, _IDS, *self._target_specs)

    @property
    def _target_specs(self) -> tuple[tf.TensorSpec, tf.TensorSpec]:
        """The shapes of targets and of their weights."""
        columns = [self.spec.n_outputs] if self.head.has_target_columns else []
        spec = tf.TensorSpec([None, *columns], tf.float32)
        return spec, spec

    @property
    def predict_step(self) -> Callable[[tf.Tensor], tf.Tensor]:
        """The step that returns the outputs for ids; it is thread-safe."""
        with _tracing:
            return self._traced_predict_step

    @cached_property
    def _traced_predict_step(self) -> Callable[[tf.Tensor], tf.Tensor]:
        return _trace(self._predict_step, _IDS)

    @property
    def transform_step(self) -> Callable[[tf.Tensor], tf.Tensor]:
        """The step that returns the input of the output layer; it is thread-safe."""
        with _tracing:
            return self._traced_transform_step

    @cached_property
    def _traced_transform_step(self) -> Callable[[tf.Tensor], tf.Tensor]:
        return _trace(lambda ids: self._features(*self.embed(ids)), _IDS)

    @cached_property
    def attention_step(
        self,
    ) -> Callable[[tf.Tensor], list[tuple[tf.Tensor, tf.Tensor]]]:
        """The step that returns the attention of each layer for aligned rows of ids.

        For each attention layer, in order: the attention, (n_sequences, time), and the
        lengths of the sequences, (n_sequences,).
        """
        layers = self._attention_layers
        given = [tensor for layer in layers for tensor in layer.input]
        # Where each sentence of the texts is among the sequences of words.
        rows = [x.output[2] for x in self.model.layers if isinstance(x, SplitSentences)]
        inputs = keras.Model(self.model.get_layer(ALIGN).output, [*given, *rows])

        def step(ids: tf.Tensor) -> list[tuple[tf.Tensor, tf.Tensor]]:
            found = inputs(self._replace_unknown(ids))
            levels = [
                (layer.attention(states, lengths), lengths)
                for layer, states, lengths in zip(
                    layers,
                    found[: len(given) : 2],
                    found[1 : len(given) : 2],
                    strict=True,
                )
            ]
            for order in found[len(given) :]:
                levels[0] = tuple(tf.gather(part, order) for part in levels[0])
            return levels

        return _trace(step, _IDS)

    def _predict_step(self, ids: tf.Tensor) -> tf.Tensor:
        return self.classify(*self.embed(ids))

    # Steps take ids, targets and weights of rows, and the targets of all rows of the
    # batch, of which each replica computes a part.

    def _test_step(
        self, ids: tf.Tensor, y: tf.Tensor, weight: tf.Tensor, batch: tf.Tensor
    ) -> _Sums:
        del batch
        outputs = self._predict_step(ids)
        return self._sums(outputs, self.loss.label_losses(outputs, y), y, weight)

    def _train_step(
        self, ids: tf.Tensor, y: tf.Tensor, weight: tf.Tensor, batch: tf.Tensor
    ) -> _Sums:
        variables = [v.value for v in self.model.trainable_variables]
        with tf.GradientTape() as tape:
            outputs = self.classify(*self.embed(ids, training=True), training=True)
            losses = self.loss.label_losses(outputs, y)
            loss = weighted_mean(losses, weight, has_target(batch))
        self._apply_gradients(tape.gradient(loss, variables))
        return self._sums(outputs, losses, y, weight)

    def _apply_gradients(self, gradients: list[tf.Tensor]) -> None:
        optimizer, variables = self.model.optimizer, self.model.trainable_variables
        if self._averages:
            # In the first steps the average follows the weights closely.
            t = tf.cast(optimizer.iterations.value, tf.float32)
            kept = tf.minimum(self.weight_averaging, (1 + t) / (10 + t))
        if self._fused_step is None:
            self.replicas.apply(optimizer, gradients, variables)
        else:
            self._fused_step(gradients)
        for average, variable in zip(self._averages, variables, strict=False):
            average.assign_add((1 - kept) * (variable.value - average))

    def _sums(
        self, outputs: tf.Tensor, losses: tf.Tensor, y: tf.Tensor, weight: tf.Tensor
    ) -> _Sums:
        labeled = has_target(y)
        hits = self.head.is_hit(outputs, y)
        return (
            tf.reduce_sum(keep_rows(losses * weight, labeled)),
            tf.reduce_sum(tf.cast(hits, tf.float32)),
            tf.reduce_sum(tf.cast(labeled, tf.float32)),
        )


def network_key(
    spec: NetworkSpec,
    loss: TrainingLoss,
    optimizer: keras.optimizers.Optimizer,
    replicas: Replicas,
    weight_averaging: float,
) -> tuple[Any, ...]:
    """Return a key that is equal for interchangeable networks."""
    config = _config(optimizer)
    if isinstance(config["learning_rate"], float):
        del config["learning_rate"]  # a variable, set when the network is reset
    kind = type(optimizer)
    return spec, loss.key, kind, _as_text(config), id(replicas), weight_averaging


def _trace(step: Callable[..., Any], *signature: tf.TensorSpec) -> Callable[..., Any]:
    """Return the concrete function of a step."""
    with float32_policy():
        return tf.function(step, autograph=False).get_concrete_function(*signature)


def _config(optimizer: keras.optimizers.Optimizer) -> dict[str, Any]:
    """Return the configuration of an optimizer without its name, a running number."""
    return {k: v for k, v in optimizer.get_config().items() if k != "name"}


def _as_text(config: dict[str, Any]) -> str:
    """Return a configuration as a hashable text."""
    return json.dumps(config, sort_keys=True, default=repr)
