"""The register of poolings: from the states of a sequence to one vector.

Each layer takes ``(states, lengths)``: float states of shape (batch, time, features),
aligned left, and int32 lengths of shape (batch,). Padding is ignored, and an empty row
gives a vector of zeros, like the initial state of a recurrent layer. To add a pooling,
add an entry to :data:`POOLINGS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from skrnn.kernels.pooling import FIRST, LAST, MAX, MEAN, PoolingKernels
from skrnn.kernels.tf_ops import attention_pool, pool
from skrnn.networks.recurrent import Shapes, Weights

if TYPE_CHECKING:
    from skrnn.onnx.nodes import Graph

_register = keras.saving.register_keras_serializable(package="skrnn")
_LOWEST = np.finfo(np.float32).min


class PoolingLayer(keras.layers.Layer):
    """Base of the layers: one vector as wide as the states.

    ``kernels`` compute it, unless a layer has a ``call`` of its own.
    """

    kernels: ClassVar[PoolingKernels]

    def call(self, states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return the vectors, shape (batch, features)."""
        return pool(self.kernels, states, lengths)

    def compute_output_spec(self, states: Any, lengths: Any) -> keras.KerasTensor:
        """Return the shape and type of the output."""
        return keras.KerasTensor((states.shape[0], states.shape[-1]), self.dtype)

    @staticmethod
    def weight_shapes(features: int) -> Shapes:
        """Return the shapes of the weights by name."""
        return {}

    @staticmethod
    def add_onnx_nodes(
        graph: Graph, weights: Weights, name: str, states: str, lengths: str
    ) -> str:
        """Add the layer of this name to an ONNX graph and return its output."""
        raise NotImplementedError


def _real_onnx(graph: Graph, states: str, lengths: str) -> str:
    """Return a mask of the real positions, (batch, time, 1), in an ONNX graph."""
    column = graph.add("Unsqueeze", [lengths, graph.ints([1])])
    steps = graph.arange(graph.count(states, 1))
    mask = graph.add("Less", [steps, column])
    return graph.add("Unsqueeze", [mask, graph.ints([2])])


def _zero_if_empty_onnx(graph: Graph, vector: str, lengths: str) -> str:
    """Return vectors in an ONNX graph, zeros for empty rows."""
    column = graph.add("Unsqueeze", [lengths, graph.ints([1])])
    is_empty = graph.add("Equal", [column, graph.ints(0)])
    return graph.add("Where", [is_empty, graph.constant(np.float32(0)), vector])


@_register
class LastPooling(PoolingLayer):
    """Take the state at the last word."""

    kernels = LAST

    @staticmethod
    def add_onnx_nodes(
        graph: Graph, weights: Weights, name: str, states: str, lengths: str
    ) -> str:
        """Add the layer of this name to an ONNX graph and return its output."""
        column = graph.add("Unsqueeze", [lengths, graph.ints([1])])
        last = graph.add("Sub", [column, graph.ints(1)])
        last = graph.add("Max", [last, graph.ints(0)])
        vector = graph.add("GatherND", [states, last], batch_dims=1)
        return _zero_if_empty_onnx(graph, vector, lengths)


@_register
class FirstPooling(PoolingLayer):
    """Take the state at the first word: the last one of a backward pass."""

    kernels = FIRST

    @staticmethod
    def add_onnx_nodes(
        graph: Graph, weights: Weights, name: str, states: str, lengths: str
    ) -> str:
        """Add the layer of this name to an ONNX graph and return its output."""
        first = graph.add("Gather", [states, graph.ints(0)], axis=1)
        return _zero_if_empty_onnx(graph, first, lengths)


@_register
class MaxPooling(PoolingLayer):
    """Take the largest value of each feature over the words."""

    kernels = MAX

    @staticmethod
    def add_onnx_nodes(
        graph: Graph, weights: Weights, name: str, states: str, lengths: str
    ) -> str:
        """Add the layer of this name to an ONNX graph and return its output."""
        mask = _real_onnx(graph, states, lengths)
        kept = graph.add("Where", [mask, states, graph.constant(_LOWEST)])
        largest = graph.add("ReduceMax", [kept], axes=[1], keepdims=0)
        return _zero_if_empty_onnx(graph, largest, lengths)


@_register
class MeanPooling(PoolingLayer):
    """Take the mean of each feature over the words."""

    kernels = MEAN

    @staticmethod
    def add_onnx_nodes(
        graph: Graph, weights: Weights, name: str, states: str, lengths: str
    ) -> str:
        """Add the layer of this name to an ONNX graph and return its output."""
        mask = _real_onnx(graph, states, lengths)
        kept = graph.add("Where", [mask, states, graph.constant(np.float32(0))])
        total = graph.add("ReduceSum", [kept, graph.ints([1])], keepdims=0)
        column = graph.add("Unsqueeze", [lengths, graph.ints([1])])
        counts = graph.cast(graph.add("Max", [column, graph.ints(1)]), np.float32)
        return graph.add("Div", [total, counts])


@_register
class AttentionPooling(PoolingLayer):
    """Take the sum of the states, weighted by learned attention.

    The score of a state ``h`` is ``context · tanh(h @ kernel + bias)``. The attention
    is the softmax of the scores over the real words.

    Parameters
    ----------
    seed : int, default=0
        Seed of the initial weights.
    **kwargs : dict
        Passed to :class:`keras.layers.Layer`.

    References
    ----------
    Yang, Yang, Dyer, He, Smola, Hovy (2016). Hierarchical attention networks for
    document classification. NAACL.
    """

    def __init__(self, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed

    def build(self, states_shape: Any, lengths_shape: Any) -> None:
        """Create the attention's weights."""
        glorot = keras.initializers.GlorotUniform
        initializers = glorot(seed=self.seed), "zeros", glorot(seed=self.seed + 1)
        shapes = self.weight_shapes(states_shape[-1])
        self.kernel, self.bias, self.context = (
            self.add_weight(shape=shape, initializer=initializer, name=name)
            for (name, shape), initializer in zip(
                shapes.items(), initializers, strict=True
            )
        )

    def attention(self, states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return the attention, shape (batch, time); zero on padding."""
        return self._pool(states, lengths)[1]

    def call(self, states: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Return the weighted sum of the states, shape (batch, features)."""
        return self._pool(states, lengths)[0]

    def _pool(
        self, states: tf.Tensor, lengths: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the weighted sum of the states, and the attention."""
        weights = self.kernel, self.bias, self.context[:, 0]
        return attention_pool(states, lengths, *weights)

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        return {**super().get_config(), "seed": self.seed}

    @staticmethod
    def weight_shapes(features: int) -> Shapes:
        """Return the shapes of the weights by name."""
        return {
            "kernel": (features, features),
            "bias": (features,),
            "context_kernel": (features, 1),
        }

    @staticmethod
    def add_onnx_nodes(
        graph: Graph, weights: Weights, name: str, states: str, lengths: str
    ) -> str:
        """Add the layer of this name to an ONNX graph and return its output."""
        kernel, bias, context = (
            graph.constant(weights[f"{name}/{part}"])
            for part in ("kernel", "bias", "context_kernel")
        )
        mask = _real_onnx(graph, states, lengths)
        hidden = graph.add("Add", [graph.add("MatMul", [states, kernel]), bias])
        scores = graph.add("MatMul", [graph.add("Tanh", [hidden]), context])
        scores = graph.add("Where", [mask, scores, graph.constant(_LOWEST)])
        shares = graph.add("Softmax", [scores], axis=1)
        shares = graph.add("Where", [mask, shares, graph.constant(np.float32(0))])
        shares = graph.add("Transpose", [shares], perm=[0, 2, 1])
        summed = graph.add("MatMul", [shares, states])
        return graph.add("Squeeze", [summed, graph.ints([1])])


@dataclass(frozen=True)
class Pooling:
    """A way to make one vector of the states of a sequence.

    Parameters
    ----------
    summary : str
        What the documentation of ``pooling=`` calls it.
    layers : mapping of str to type of PoolingLayer
        Layers by name, whose outputs are concatenated. They get the states of both
        directions side by side.
    backward_layers : mapping of str to type of PoolingLayer, default={}
        Layers without weights for the states of the backward direction. If given,
        ``layers`` get those of the forward direction alone.
    """

    summary: str
    layers: Mapping[str, type[PoolingLayer]]
    backward_layers: Mapping[str, type[PoolingLayer]] = field(default_factory=dict)

    def output_dim(self, features: int) -> int:
        """Return the size of the vector made of states of this size."""
        return len(self.layers) * features

    def weight_shapes(self, prefix: str, features: int) -> Shapes:
        """Return the shapes of the weights by name, ``layer/weight``."""
        return {
            f"{prefix}{name}/{weight}": shape
            for name, layer in self.layers.items()
            for weight, shape in layer.weight_shapes(features).items()
        }

    def pool(
        self,
        prefix: str,
        states: keras.KerasTensor,
        lengths: keras.KerasTensor,
        backward: keras.KerasTensor | None = None,
    ) -> keras.KerasTensor:
        """Return the pooled vector, (batch, output_dim), of symbolic states.

        ``backward`` are the states of the backward direction in the order of the words.
        """
        directions = [states] if backward is None else [states, backward]
        if not self.backward_layers:
            directions = [_join(directions, f"{prefix}join_directions")]
        pooled = [
            layer(name=f"{prefix}{name}")(sequence, lengths)
            for sequence, layers in zip(
                directions, (self.layers, self.backward_layers), strict=False
            )
            for name, layer in layers.items()
        ]
        return _join(pooled, f"{prefix}join_pooled")

    def add_onnx_nodes(
        self,
        graph: Graph,
        weights: Weights,
        prefix: str,
        states: str,
        lengths: str,
        direction_dims: Sequence[int],
    ) -> str:
        """Add the pooling to an ONNX graph and return the vector.

        ``states`` are those of all directions, side by side, of these sizes.
        """
        pooled = [
            layer.add_onnx_nodes(graph, weights, f"{prefix}{name}", states, lengths)
            for name, layer in self.layers.items()
        ]
        if self.backward_layers and len(direction_dims) == 2:
            backward = [
                layer.add_onnx_nodes(graph, weights, f"{prefix}{name}", states, lengths)
                for name, layer in self.backward_layers.items()
            ]
            columns = graph.ints([1])
            middle, end = (graph.ints([n]) for n in np.cumsum(direction_dims).tolist())
            pooled = [
                *(
                    graph.add("Slice", [x, graph.ints([0]), middle, columns])
                    for x in pooled
                ),
                *(graph.add("Slice", [x, middle, end, columns]) for x in backward),
            ]
        return graph.concat(pooled, axis=1)


POOLINGS: dict[str, Pooling] = {
    "last": Pooling(
        "the state after the last word",
        {"last": LastPooling},
        {"last_backward": FirstPooling},
    ),
    "max": Pooling("the largest value of each feature", {"max": MaxPooling}),
    "mean": Pooling("the mean of each feature", {"mean": MeanPooling}),
    "mean_max": Pooling(
        "the mean and the largest value of each feature",
        {"mean": MeanPooling, "max": MaxPooling},
    ),
    "attention": Pooling(
        "a sum weighted by learned attention", {"attention": AttentionPooling}
    ),
}


def _join(tensors: list[keras.KerasTensor], name: str) -> keras.KerasTensor:
    """Return tensors side by side; a single one as it is."""
    if len(tensors) == 1:
        return tensors[0]
    return keras.layers.Concatenate(name=name)(tensors)
