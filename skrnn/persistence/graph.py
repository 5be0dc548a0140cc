"""A network as an ONNX graph, from its specification and its weights.

The graph does what :func:`skrnn.networks.builders.build_network` builds, in ONNX's own
operators [1]_: words are moved to the start of their row and unknown ids become out of
vocabulary, so that padding never changes an answer here either.

References
----------
.. [1] https://onnx.ai/onnx/operators/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from skrnn.networks.builders import NetworkSpec
from skrnn.text.vocabulary import OOV, PAD

__all__ = ["build_graph"]

_OPSET = 17
_IR_VERSION = 8  # of ONNX 1.12, so that older runtimes read it, too
_LOWEST = np.finfo(np.float32).min

# ONNX's name of a layer, and where Keras has each of the gates that ONNX wants.
_CELLS = {
    "simple": ("RNN", (0,)),
    "lstm": ("LSTM", (0, 3, 1, 2)),  # i f c o -> i o f c
    "gru": ("GRU", (0, 1, 2)),  # z r h in both
}

Weights = Mapping[str, npt.NDArray[np.float32]]


def build_graph(spec: NetworkSpec, weights: Weights) -> ModelProto:
    """Build the ONNX model of a network.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.
    weights : mapping of str to ndarray
        The weights by name, ``layer/weight``.

    Returns
    -------
    model : onnx.ModelProto
        Takes ``ids``, int64 of shape (batch, time), 0 for padding anywhere; gives
        ``probabilities``, float32 of shape (batch, n_classes).

    Raises
    ------
    ValueError
        If ONNX has no such layer.
    """
    if spec.cell not in _CELLS:
        raise ValueError(
            f"cell={spec.cell!r} cannot be exported to ONNX; these can: "
            f"{', '.join(map(repr, _CELLS))}."
        )
    graph = _Graph()
    ids, lengths = _align(graph, spec)
    table = graph.constant(weights["embedding/embeddings"])
    states = graph.add("Gather", [table, ids], axis=0)  # (batch, time, features)
    read, width = lengths, spec.embedding_dim
    if spec.segment_length is not None:
        states, read = _split(graph, states, lengths, spec.segment_length, width)
    # A layer must read one step at least; what it reads of an empty row is left out by
    # the pooling.
    steps = graph.add("Cast", [graph.add("Max", [read, graph.ints(1)])], to=_INT32)
    states = graph.add("Transpose", [states], perm=[1, 0, 2])
    for depth, units in enumerate(spec.units):
        states = _layer(graph, spec, weights, depth, states, steps)
        width = units * (2 if spec.bidirectional else 1)
    states = graph.add("Transpose", [states], perm=[1, 0, 2])
    if spec.segment_length is not None:
        rows = graph.add("Shape", [lengths])
        shape = graph.concat([rows, graph.ints([-1, width])])
        states = graph.add("Reshape", [states, shape])
    vector = _pool(graph, spec, weights, states, lengths)
    for depth in range(len(spec.dense_units)):
        vector = graph.add("Relu", [_dense(graph, weights, f"dense_{depth}", vector)])
    logits = _dense(graph, weights, "output", vector)
    if spec.n_outputs == 1:
        chance = graph.add("Sigmoid", [logits])
        other = graph.add("Sub", [graph.constant(np.float32(1)), chance])
        graph.add("Concat", [other, chance], name="probabilities", axis=1)
    else:
        graph.add("Softmax", [logits], name="probabilities", axis=1)
    return graph.model(spec.n_classes)


class _Graph:
    """Nodes that are added one after the other, each named by its number."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self._numbers: dict[tuple[int, ...] | int, str] = {}

    def add(self, kind: str, inputs: list[str], name: str = "", **options: Any) -> str:
        """Add a node with one output and return the output's name."""
        name = name or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **options))
        return name

    def constant(self, value: npt.NDArray[Any] | np.generic) -> str:
        """Add a constant and return its name."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def ints(self, value: int | list[int]) -> str:
        """Return the name of an int64 constant, a number or a list."""
        key = tuple(value) if isinstance(value, list) else value
        if key not in self._numbers:
            self._numbers[key] = self.constant(np.array(value, dtype=np.int64))
        return self._numbers[key]

    def concat(self, parts: list[str], axis: int = 0) -> str:
        """Join tensors; one alone is joined already."""
        return parts[0] if len(parts) == 1 else self.add("Concat", parts, axis=axis)

    def count(self, tensor: str, axis: int) -> str:
        """Return the size of an axis, shape (1,)."""
        return self.add("Shape", [tensor], start=axis, end=axis + 1)

    def up_to(self, size: str) -> str:
        """Return the numbers below a size of shape (1,)."""
        scalar = self.add("Squeeze", [size])
        return self.add("Range", [self.ints(0), scalar, self.ints(1)])

    def model(self, n_classes: int) -> ModelProto:
        """Return the model of all nodes."""
        info = helper.make_tensor_value_info
        graph = helper.make_graph(
            self.nodes,
            "skrnn",
            [info("ids", TensorProto.INT64, ["batch", "time"])],
            [info("probabilities", TensorProto.FLOAT, ["batch", n_classes])],
            self.constants,
        )
        return helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
            producer_name="skrnn",
        )


_INT32 = TensorProto.INT32
_INT64 = TensorProto.INT64


def _align(graph: _Graph, spec: NetworkSpec) -> tuple[str, str]:
    """Return ids, words first, and how many words there are, shape (batch,)."""
    pad, oov = graph.ints(PAD), graph.ints(OOV)
    is_pad = graph.add("Equal", ["ids", pad])
    is_word = graph.add("Cast", [graph.add("Not", [is_pad])], to=_INT64)
    lengths = graph.add("ReduceSum", [is_word, graph.ints([1])], keepdims=0)
    # Each word goes to the column of its rank, padding to one more column at the end.
    rank = graph.add("CumSum", [is_word, graph.ints(1)])
    width = graph.count("ids", 1)
    column = graph.add("Sub", [rank, graph.ints(1)])
    column = graph.add("Where", [is_pad, width, column])
    wider = graph.concat(
        [graph.count("ids", 0), graph.add("Add", [width, graph.ints(1)])]
    )
    blank = graph.add("Expand", [pad, wider])
    aligned = graph.add("ScatterElements", [blank, column, "ids"], axis=1)
    aligned = graph.add("Slice", [aligned, graph.ints([0]), width, graph.ints([1])])
    strange = graph.add(
        "Or",
        [
            graph.add("Less", [aligned, pad]),
            graph.add("GreaterOrEqual", [aligned, graph.ints(spec.n_embeddings)]),
        ],
    )
    return graph.add("Where", [strange, oov, aligned]), lengths


def _split(
    graph: _Graph, states: str, lengths: str, length: int, width: int
) -> tuple[str, str]:
    """Cut rows into segments; also return how many words each has."""
    steps = graph.count(states, 1)
    size = graph.ints(length)
    before = graph.add("Sub", [graph.add("Add", [steps, size]), graph.ints(1)])
    n_segments = graph.add("Div", [before, size])
    missing = graph.add("Sub", [graph.add("Mul", [n_segments, size]), steps])
    pads = graph.concat([graph.ints([0, 0, 0, 0]), missing, graph.ints([0])])
    padded = graph.add("Pad", [states, pads])
    segments = graph.add("Reshape", [padded, graph.ints([-1, length, width])])
    starts = graph.add("Mul", [graph.up_to(n_segments), size])
    column = graph.add("Unsqueeze", [lengths, graph.ints([1])])
    left = graph.add("Sub", [column, starts])
    counts = graph.add("Min", [graph.add("Max", [left, graph.ints(0)]), size])
    return segments, graph.add("Reshape", [counts, graph.ints([-1])])


def _layer(
    graph: _Graph,
    spec: NetworkSpec,
    weights: Weights,
    depth: int,
    inputs: str,
    steps: str,
) -> str:
    """Add a recurrent layer, (time, batch, features) to (time, batch, states)."""
    kind, order = _CELLS[spec.cell]
    names = [f"{spec.cell}_{depth}"]
    if spec.bidirectional:
        names.append(f"{names[0]}_backward")

    def stacked(weight: str) -> npt.NDArray[np.float32]:
        parts = []
        for name in names:
            gates = np.split(weights[f"{name}/{weight}"], len(order), axis=-1)
            parts.append(np.concatenate([gates[k].T for k in order]))
        return np.stack(parts)

    bias = stacked("bias")
    operands = [stacked("kernel"), stacked("recurrent_kernel")]
    operands.append(np.concatenate([bias, np.zeros_like(bias)], axis=1))
    options: dict[str, Any] = {
        "hidden_size": spec.units[depth],
        "direction": "bidirectional" if spec.bidirectional else "forward",
    }
    if kind == "GRU":
        options["linear_before_reset"] = 0  # Keras' reset_after=False
    states = graph.add(
        kind, [inputs, *map(graph.constant, operands), steps], **options
    )  # (time, directions, batch, units)
    states = graph.add("Transpose", [states], perm=[0, 2, 1, 3])
    return graph.add("Reshape", [states, graph.ints([0, 0, -1])])


def _pool(
    graph: _Graph, spec: NetworkSpec, weights: Weights, states: str, lengths: str
) -> str:
    """Add the pooling, (batch, time, features) to (batch, vector)."""
    column = graph.add("Unsqueeze", [lengths, graph.ints([1])])
    is_empty = graph.add("Equal", [column, graph.ints(0)])
    zero = graph.constant(np.float32(0))
    steps = graph.up_to(graph.count(states, 1))
    mask = graph.add("Less", [steps, column])
    mask = graph.add("Unsqueeze", [mask, graph.ints([2])])  # (batch, time, 1)

    def of_words(vector: str) -> str:
        return graph.add("Where", [is_empty, zero, vector])

    if spec.pooling == "last":
        last = graph.add("Sub", [column, graph.ints(1)])
        last = graph.add("Max", [last, graph.ints(0)])
        ends = graph.add("GatherND", [states, last], batch_dims=1)
        if spec.bidirectional:
            first = graph.add("Gather", [states, graph.ints(0)], axis=1)
            units = spec.units[-1]
            is_forward = graph.constant(np.arange(2 * units) < units)
            ends = graph.add("Where", [is_forward, ends, first])
        return of_words(ends)
    if spec.pooling == "attention":
        kernel, bias, context = (
            graph.constant(weights[f"attention/{name}"])
            for name in ("kernel", "bias", "context_kernel")
        )
        hidden = graph.add("Add", [graph.add("MatMul", [states, kernel]), bias])
        scores = graph.add("MatMul", [graph.add("Tanh", [hidden]), context])
        lowest = graph.constant(_LOWEST)
        scores = graph.add("Where", [mask, scores, lowest])
        shares = graph.add("Softmax", [scores], axis=1)
        shares = graph.add("Where", [mask, shares, zero])
        shares = graph.add("Transpose", [shares], perm=[0, 2, 1])
        summed = graph.add("MatMul", [shares, states])
        return graph.add("Squeeze", [summed, graph.ints([1])])
    parts = []
    for part in spec.pooling.split("_"):
        if part == "max":
            kept = graph.add("Where", [mask, states, graph.constant(_LOWEST)])
            largest = graph.add("ReduceMax", [kept], axes=[1], keepdims=0)
            parts.append(of_words(largest))
        else:
            kept = graph.add("Where", [mask, states, zero])
            total = graph.add("ReduceSum", [kept, graph.ints([1])], keepdims=0)
            counts = graph.add("Max", [column, graph.ints(1)])
            counts = graph.add("Cast", [counts], to=TensorProto.FLOAT)
            parts.append(graph.add("Div", [total, counts]))
    return graph.concat(parts, axis=1)


def _dense(graph: _Graph, weights: Weights, name: str, vector: str) -> str:
    kernel, bias = (
        graph.constant(weights[f"{name}/{part}"]) for part in ("kernel", "bias")
    )
    return graph.add("Gemm", [vector, kernel, bias])
