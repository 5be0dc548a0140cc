"""The register of heads: what the output layer computes from a document vector.

A head knows its output layer, the losses that fit it, how targets become numbers, and
what its outputs are in Keras, NumPy and ONNX. To add a head, add an entry to
:data:`HEADS`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

if TYPE_CHECKING:
    from skrnn.onnx.nodes import Graph

__all__ = ["HEADS", "Head", "loss_names"]

Floats = npt.NDArray[np.float64]
Targets = npt.NDArray[np.float32]
Loss: TypeAlias = keras.losses.Loss

_SPARSE = keras.losses.SparseCategoricalCrossentropy
_OF_DISTRIBUTIONS = (
    keras.losses.CategoricalCrossentropy,
    keras.losses.CategoricalFocalCrossentropy,
    keras.losses.CategoricalHinge,
    keras.losses.KLDivergence,
    _SPARSE,
)
_OF_PROBABILITIES = (
    keras.losses.BinaryCrossentropy,
    keras.losses.BinaryFocalCrossentropy,
)
_OF_NUMBERS = (keras.losses.MeanAbsoluteError, keras.losses.MeanSquaredError)
_OF_MARGINS = (keras.losses.Hinge, keras.losses.SquaredHinge)

# With two classes, labels are in the other order if fewer predictions are right.
_MIN_ACCURACY = 0.4


def _named(*losses: type[Loss]) -> dict[str, type[Loss]]:
    """Return losses by the names that Keras gives them."""
    return {loss().name: loss for loss in losses}


class Head(ABC):
    """What the output layer computes for one kind of target.

    Encoded targets are float32 of shape (batch,), or (batch, n_outputs) if the head
    ``has_target_columns``; NaN stands for a row that fills up a batch. Outputs are
    those of the Keras model, of shape (batch, n_outputs). The methods up to
    :meth:`score` take and return tensors.

    Attributes
    ----------
    kind : str
        What the targets are, for messages.
    activation : str
        Keras' activation function of the output layer.
    losses : dict of str to type of keras.losses.Loss
        The losses that fit, by name; the first is the default.
    has_target_columns : bool, default=False
        Whether a row has a target for each output.
    has_accuracy : bool, default=True
        Whether a prediction is right or wrong.
    has_classes : bool, default=True
        Whether a row has one class, by which rows can be stratified.
    starts_from : tuple of str, default=()
        Other heads whose output layer this one can start from.
    aligns : bool, default=False
        Whether a pretrained output layer is changed by :meth:`alignment`.
    link : str, default="none"
        How serving reads the output of an ONNX graph; see
        :mod:`skrnn.serving.combining`.
    onnx_output : str, default="probabilities"
        The name of that output.
    """

    kind: ClassVar[str]
    activation: ClassVar[str]
    losses: ClassVar[dict[str, type[Loss]]]
    has_target_columns: ClassVar[bool] = False
    has_accuracy: ClassVar[bool] = True
    has_classes: ClassVar[bool] = True
    starts_from: ClassVar[tuple[str, ...]] = ()
    aligns: ClassVar[bool] = False
    link: ClassVar[str] = "none"
    onnx_output: ClassVar[str] = "probabilities"

    @property
    def default_loss(self) -> Loss:
        """The first of the losses, with Keras' default arguments."""
        return next(iter(self.losses.values()))()

    @abstractmethod
    def accepts(self, n_outputs: int) -> bool:
        """Return whether a network can have this number of outputs."""

    def n_units(self, n_outputs: int) -> int:
        """Return the number of units of the output layer."""
        return n_outputs

    def connect(self, units: keras.KerasTensor) -> keras.KerasTensor:
        """Return the outputs of the model for those of the output layer."""
        return units

    def make_loss(self, loss: str | Loss) -> Loss:
        """Return the loss of this name, or the given one.

        Raises
        ------
        ValueError
            If the loss does not fit the targets, or takes logits.
        """
        name = loss if isinstance(loss, str) else type(loss).__name__
        if not self._fits(loss):
            raise ValueError(
                f"loss={name!r} does not fit y, which has {self.kind}. Of the named "
                f"losses, these do: {', '.join(map(repr, self.losses))}."
            )
        made = self.losses[loss]() if isinstance(loss, str) else loss
        if made.get_config().get("from_logits"):
            raise ValueError(
                f"loss={name}(from_logits=True) takes logits, but the network gives "
                "probabilities. Use from_logits=False."
            )
        return made

    def _fits(self, loss: str | Loss) -> bool:
        """Return whether a loss fits; one that this module does not name may."""
        if isinstance(loss, str):
            return loss in self.losses
        others = [
            cls
            for head in HEADS.values()
            for cls in head.losses.values()
            if cls not in self.losses.values()
        ]
        return not isinstance(loss, tuple(others))

    @abstractmethod
    def row_losses(self, loss: Loss, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Return the loss of each target, in the shape of ``y``."""

    def is_hit(self, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Return which rows are predicted correctly, (batch,)."""
        return tf.zeros_like(y, tf.bool)

    @abstractmethod
    def score(self, logits: tf.Tensor, target: int, log_odds: bool) -> tf.Tensor:
        """Return the probability, log-odds or number to explain, shape (batch,).

        ``logits`` are the output layer's, before its activation.
        """

    # -- before and after the network, in NumPy and ONNX

    def encode(self, y: npt.NDArray[Any], classes: npt.NDArray[Any]) -> Targets:
        """Return labels of ``classes``, or indicators of them, as encoded targets."""
        raise NotImplementedError

    def decode(self, proba: Floats, classes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the predicted labels, or indicators of them."""
        raise NotImplementedError

    def initial_bias(self, y: Targets, weight: Floats) -> Targets | None:
        """Return the initial biases of the output layer, or None for zeros.

        ``weight`` has the shape of the encoded targets.
        """
        return None

    def alignment(
        self, outputs: Floats, y: Targets, weight: Floats
    ) -> tuple[float, float]:
        """Return a factor and a summand for the units of a pretrained output layer."""
        raise NotImplementedError

    def to_proba(self, outputs: Floats) -> Floats:
        """Return the probabilities of classes or labels, (n_rows, n_columns)."""
        raise NotImplementedError

    def n_columns(self, n_outputs: int) -> int:
        """Return the number of columns of probabilities, or of numbers."""
        return n_outputs

    @abstractmethod
    def add_onnx_nodes(
        self, graph: Graph, logits: str, output: str, n_outputs: int
    ) -> None:
        """Add the probabilities or numbers for logits, under the name ``output``."""


class _Multiclass(Head):
    """One of several classes: a softmax."""

    kind = "several classes"
    activation = "softmax"
    losses: ClassVar[dict[str, type[Loss]]] = {
        "crossentropy": _SPARSE,
        **_named(*_OF_DISTRIBUTIONS, *_OF_NUMBERS, *_OF_MARGINS),
    }

    def accepts(self, n_outputs: int) -> bool:
        return n_outputs > 2

    def row_losses(self, loss: Loss, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        if not isinstance(loss, _SPARSE):
            y = tf.one_hot(tf.cast(y, tf.int32), outputs.shape[1])
        return loss.call(y, outputs)

    def is_hit(self, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        return tf.equal(tf.cast(tf.argmax(outputs, axis=1), tf.float32), y)

    def score(self, logits: tf.Tensor, target: int, log_odds: bool) -> tf.Tensor:
        if not log_odds:
            return tf.nn.softmax(logits)[:, target]
        others = [k for k in range(logits.shape[1]) if k != target]
        rest = tf.reduce_logsumexp(tf.gather(logits, others, axis=1), axis=1)
        return logits[:, target] - rest

    def encode(self, y: npt.NDArray[Any], classes: npt.NDArray[Any]) -> Targets:
        return np.searchsorted(classes, y).astype(np.float32)

    def decode(self, proba: Floats, classes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        labels: npt.NDArray[Any] = classes[proba.argmax(axis=1)]
        return labels

    def to_proba(self, outputs: Floats) -> Floats:
        proba: Floats = outputs / outputs.sum(axis=1, keepdims=True)
        return proba

    def add_onnx_nodes(
        self, graph: Graph, logits: str, output: str, n_outputs: int
    ) -> None:
        graph.add("Softmax", [logits], name=output, axis=1)


class _Binary(_Multiclass):
    """One of two classes: the probability of the second."""

    kind = "two classes"
    activation = "sigmoid"
    losses: ClassVar[dict[str, type[Loss]]] = {
        "crossentropy": keras.losses.BinaryCrossentropy,
        **_named(*_OF_PROBABILITIES, *_OF_DISTRIBUTIONS, *_OF_NUMBERS, *_OF_MARGINS),
    }
    aligns = True

    def accepts(self, n_outputs: int) -> bool:
        return n_outputs == 1

    def row_losses(self, loss: Loss, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        if isinstance(loss, _OF_DISTRIBUTIONS):
            both = tf.concat([1.0 - outputs, outputs], axis=1)
            return super().row_losses(loss, both, y)
        return loss.call(y[:, tf.newaxis], outputs)

    def is_hit(self, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        return tf.equal(tf.cast(outputs[:, 0] > 0.5, tf.float32), y)

    def score(self, logits: tf.Tensor, target: int, log_odds: bool) -> tf.Tensor:
        logits = logits[:, 0] if target else -logits[:, 0]
        return logits if log_odds else tf.sigmoid(logits)

    def alignment(
        self, outputs: Floats, y: Targets, weight: Floats
    ) -> tuple[float, float]:
        """Reverse an output that is wrong on most rows; both classes count the same."""
        hits = (outputs[:, 0] > 0.5) == y
        rows = [y == 0, y == 1]
        if not all(map(np.any, rows)):
            return 1.0, 0.0
        accuracies = [np.average(hits[each], weights=weight[each]) for each in rows]
        return (-1.0, 0.0) if np.mean(accuracies) < _MIN_ACCURACY else (1.0, 0.0)

    def to_proba(self, outputs: Floats) -> Floats:
        return np.column_stack([1.0 - outputs, outputs])

    def n_columns(self, n_outputs: int) -> int:
        return 2

    def add_onnx_nodes(
        self, graph: Graph, logits: str, output: str, n_outputs: int
    ) -> None:
        positive = graph.add("Sigmoid", [logits])
        negative = graph.add("Sub", [graph.constant(np.float32(1)), positive])
        graph.add("Concat", [negative, positive], name=output, axis=1)


class _Ordinal(_Multiclass):
    """One of several ordered classes, by conditional probabilities (CORN) [1]_.

    Unit ``k`` gives the probability of a class above ``k``, given one of at least
    ``k``. The probability of a class above ``k`` is the product of the first ``k + 1``,
    so that it never increases with ``k``. The crossentropy of the classes is then the
    loss of the paper, the sum of the binary crossentropies of the units for the rows
    that reach them.

    The predicted class is the median, as in the paper: the last that the text exceeds
    or reaches with a probability of one half. It has the smallest expected distance
    from the class. Logits of zero give all classes the same probability.

    .. [1] Shi, Cao, Raschka (2021). Deep neural networks for rank-consistent ordinal
       regression based on conditional probabilities. arXiv:2111.08851.
    """

    kind = "ordered classes"
    activation = "linear"
    link = "ordinal"

    def accepts(self, n_outputs: int) -> bool:
        return n_outputs > 1

    def n_units(self, n_outputs: int) -> int:
        return n_outputs - 1

    def connect(self, units: keras.KerasTensor) -> keras.KerasTensor:
        return OrdinalProbabilities(name="probabilities")(units)

    def is_hit(self, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        below = tf.cumsum(outputs, axis=1)[:, :-1] < 0.5
        return tf.equal(tf.reduce_sum(tf.cast(below, tf.float32), axis=1), y)

    def decode(self, proba: Floats, classes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        below = proba.cumsum(axis=1)[:, :-1] < 0.5
        labels: npt.NDArray[Any] = classes[below.sum(axis=1)]
        return labels

    def score(self, logits: tf.Tensor, target: int, log_odds: bool) -> tf.Tensor:
        log_proba = _ordinal_log_proba(logits)
        if not log_odds:
            return tf.cast(tf.exp(log_proba[:, target]), tf.float32)
        return super().score(tf.cast(log_proba, tf.float32), target, log_odds)

    def add_onnx_nodes(
        self, graph: Graph, logits: str, output: str, n_outputs: int
    ) -> None:
        offset = graph.constant(_uniform_logits(n_outputs - 1).astype(np.float32))
        logits = graph.add("Add", [logits, offset])
        stop = graph.add("Neg", [graph.add("Softplus", [logits])])
        minus = graph.add("Softplus", [graph.add("Neg", [logits])])
        go_on = graph.add("Neg", [minus])
        reached = graph.add("CumSum", [go_on, graph.ints(1)], exclusive=1)
        last = graph.add("ReduceSum", [go_on, graph.ints([1])])
        log_proba = graph.concat([graph.add("Add", [reached, stop]), last], axis=1)
        graph.add("Exp", [log_proba], name=output)


class _Multilabel(Head):
    """Any of several labels: a sigmoid for each.

    Training starts from the frequency of each label [1]_. From probabilities of one
    half, the first epochs would only learn that most labels are rare.

    .. [1] Lin, Goyal, Girshick, He, Dollár (2017). Focal loss for dense object
       detection. arXiv:1708.02002, section 3.3.
    """

    kind = "several labels per row"
    activation = "sigmoid"
    losses: ClassVar[dict[str, type[Loss]]] = {
        "crossentropy": keras.losses.BinaryCrossentropy,
        **_named(*_OF_PROBABILITIES, *_OF_NUMBERS, *_OF_MARGINS),
    }
    has_target_columns = True
    has_classes = False
    link = "labels"

    def accepts(self, n_outputs: int) -> bool:
        return n_outputs > 1

    def row_losses(self, loss: Loss, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        return loss.call(y[..., tf.newaxis], outputs[..., tf.newaxis])

    def is_hit(self, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        return tf.reduce_all(tf.equal(tf.cast(outputs > 0.5, tf.float32), y), axis=1)

    def score(self, logits: tf.Tensor, target: int, log_odds: bool) -> tf.Tensor:
        logits = logits[:, target]
        return logits if log_odds else tf.sigmoid(logits)

    def encode(self, y: npt.NDArray[Any], classes: npt.NDArray[Any]) -> Targets:
        return y.astype(np.float32)

    def initial_bias(self, y: Targets, weight: Floats) -> Targets:
        """Return the log-odds of each label.

        Half a row is added to both counts, so they are finite.
        """
        half = weight.mean() / 2
        present, absent = ((weight * each).sum(axis=0) for each in (y, 1 - y))
        bias: Targets = np.log((present + half) / (absent + half)).astype(np.float32)
        return bias

    def decode(self, proba: Floats, classes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return (proba > 0.5).astype(np.int64)

    def to_proba(self, outputs: Floats) -> Floats:
        return outputs

    def add_onnx_nodes(
        self, graph: Graph, logits: str, output: str, n_outputs: int
    ) -> None:
        graph.add("Sigmoid", [logits], name=output)


class _Regression(Head):
    """A number."""

    kind = "numbers"
    activation = "linear"
    losses: ClassVar[dict[str, type[Loss]]] = {
        "squared_error": keras.losses.MeanSquaredError,
        "absolute_error": keras.losses.MeanAbsoluteError,
        **_named(*_OF_NUMBERS, keras.losses.Huber, keras.losses.LogCosh),
    }
    has_accuracy = False
    has_classes = False
    starts_from = ("binary",)
    aligns = True
    link = "numbers"
    onnx_output = "predictions"

    def accepts(self, n_outputs: int) -> bool:
        return n_outputs == 1

    def row_losses(self, loss: Loss, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        return loss.call(y[:, tf.newaxis], outputs)

    def score(self, logits: tf.Tensor, target: int, log_odds: bool) -> tf.Tensor:
        return logits[:, target]

    def alignment(
        self, outputs: Floats, y: Targets, weight: Floats
    ) -> tuple[float, float]:
        """Fit the targets by least squares."""
        x = outputs[:, 0]
        covariance = np.cov(x, y, aweights=weight) if len(x) > 1 else np.zeros((2, 2))
        factor = covariance[0, 1] / max(covariance[0, 0], 1e-12)
        shift = np.average(y, weights=weight) - factor * np.average(x, weights=weight)
        return float(factor), float(shift)

    def add_onnx_nodes(
        self, graph: Graph, logits: str, output: str, n_outputs: int
    ) -> None:
        graph.add("Identity", [logits], name=output)


HEADS: dict[str, Head] = {
    "binary": _Binary(),
    "multiclass": _Multiclass(),
    "multilabel": _Multilabel(),
    "ordinal": _Ordinal(),
    "regression": _Regression(),
}


def loss_names(*heads: str) -> set[str]:
    """Return the names of the losses that fit one of the heads."""
    return {name for head in heads for name in HEADS[head].losses}


@keras.saving.register_keras_serializable(package="skrnn")
class OrdinalProbabilities(keras.layers.Layer):
    """The probabilities of ordered classes for the logits of the steps between them."""

    def call(self, logits: tf.Tensor) -> tf.Tensor:
        """Return probabilities, (batch, n_classes), for logits of one column less."""
        return tf.cast(tf.exp(_ordinal_log_proba(logits)), tf.float32)

    def compute_output_spec(self, logits: Any) -> keras.KerasTensor:
        """Return the shape and type of the output."""
        return keras.KerasTensor((logits.shape[0], logits.shape[1] + 1), self.dtype)


def _ordinal_log_proba(logits: tf.Tensor) -> tf.Tensor:
    """Return the logarithms of the probabilities of ordered classes, float64."""
    # In float32 the rounding would depend on the place of a row in its batch.
    logits = tf.cast(logits, tf.float64) + _uniform_logits(logits.shape[1])
    go_on, stop = tf.math.log_sigmoid(logits), tf.math.log_sigmoid(-logits)
    reached = tf.cumsum(go_on, axis=1, exclusive=True)
    last = tf.reduce_sum(go_on, axis=1, keepdims=True)
    return tf.concat([reached + stop, last], axis=1)


def _uniform_logits(n_units: int) -> Floats:
    """Return the logits at which all classes have the same probability."""
    return np.log(np.arange(n_units, 0, -1, dtype=np.float64))
