"""ONNX graphs of networks and linear models.

The graph computes the same as the model of
:func:`skrnn.networks.builders.build_network`, with ONNX's operators [1]_: words are
moved to the start of their row and unknown ids become out of vocabulary, so that
padding never changes a prediction.

References
----------
.. [1] https://onnx.ai/onnx/operators/
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from onnx import ModelProto

from skrnn.networks.cells import CELLS
from skrnn.networks.heads import HEADS
from skrnn.networks.pooling import POOLINGS
from skrnn.networks.recurrent import Weights
from skrnn.networks.spec import EMBEDDINGS, Level, NetworkSpec
from skrnn.onnx.nodes import DOUBLE, FLOAT, INT64, Graph
from skrnn.onnx.parts import LinearModel
from skrnn.onnx.sentences import join_sentences, split_sentences
from skrnn.text.vocabulary import OOV, PAD

__all__ = ["build_graph"]


def build_graph(
    networks: Iterable[tuple[NetworkSpec, Weights, str, str]],
    linear_models: Iterable[tuple[LinearModel, list[str], str]] = (),
) -> ModelProto:
    """Build the ONNX model of networks and linear models side by side.

    Parameters
    ----------
    networks : iterable of tuple
        For each network the specification, the weights by name (``layer/weight``), and
        the names of its input and output. The input is int64 of shape (batch, time), 0
        for padding and between sentences; the output is the probabilities or the
        number, float32 of shape (batch, n_columns).
    linear_models : iterable of tuple
        For each linear model of a bag of words the model, the names of its two inputs
        and of its output. The inputs are the indices of the features of a text, int64,
        and their counts, float64, 0 for padding; the output is float64 of shape (batch,
        n_scores).

    Returns
    -------
    model : onnx.ModelProto
        The model.
    """
    graph = Graph()
    for spec, weights, ids, output in networks:
        _add_network(graph, spec, weights, ids, output)
    for model, inputs, output in linear_models:
        _add_linear_model(graph, model, inputs, output)
    return graph.model()


def _add_network(
    graph: Graph, spec: NetworkSpec, weights: Weights, ids: str, output: str
) -> None:
    """Add a network with the input ``ids`` and the output ``output``."""
    graph.input(ids, INT64, "time" if ids == "ids" else f"time_of_{ids}")
    read_texts = _read_sentences if spec.sentence_units else _read_words
    vector = read_texts(graph, spec, weights, ids)
    *hidden, output_layer = spec.dense_layers
    for layer in hidden:
        vector = graph.add("Relu", [_dense(graph, weights, layer.name, vector)])
    logits = _dense(graph, weights, output_layer.name, vector)
    head = HEADS[spec.head]
    head.add_onnx_nodes(graph, logits, output, spec.n_outputs)
    graph.output(output, FLOAT, head.n_columns(spec.n_outputs))


def _add_linear_model(
    graph: Graph, model: LinearModel, inputs: list[str], output: str
) -> None:
    """Add a linear model of a bag of words.

    Its inputs are the indices of the features of a text, and their values, 0 for
    padding.
    """
    features, values = inputs
    for name, dtype in ((features, INT64), (values, DOUBLE)):
        graph.input(name, dtype, f"n_{features}")
    weighted = values
    if model.idf is not None:
        idf = graph.add("Gather", [graph.constant(model.idf), features])
        weighted = graph.add("Mul", [values, idf])
    axis = graph.ints([1])
    if model.norm is not None:
        if model.norm == "l2":
            squares = graph.add("Mul", [weighted, weighted])
            norm = graph.add("Sqrt", [graph.add("ReduceSum", [squares, axis])])
        else:
            norm = graph.add("ReduceSum", [graph.add("Abs", [weighted]), axis])
        tiny = graph.constant(np.finfo(np.float64).tiny)  # a text without known words
        weighted = graph.add("Div", [weighted, graph.add("Max", [norm, tiny])])
    coef = graph.add("Gather", [graph.constant(model.coef.T.copy()), features])
    weighted = graph.add("Unsqueeze", [weighted, graph.ints([2])])
    scores = graph.add("Mul", [coef, weighted])
    scores = graph.add("ReduceSum", [scores, axis], keepdims=0)
    graph.add("Add", [scores, graph.constant(model.intercept)], name=output)
    graph.output(output, DOUBLE, len(model.intercept))


def _read_words(graph: Graph, spec: NetworkSpec, weights: Weights, ids: str) -> str:
    """Return one vector for each text, read as one sequence."""
    (level,) = spec.levels
    ids, lengths = _align(graph, ids)
    vectors = _embed(graph, spec, weights, ids)
    states = _recur(graph, spec, weights, level, vectors, lengths)
    return _pool(graph, spec, weights, level, states, lengths)


def _read_sentences(graph: Graph, spec: NetworkSpec, weights: Weights, ids: str) -> str:
    """Return one vector for each text, read as a sequence of sentences."""
    word_level, sentence_level = spec.levels
    ids, lengths, counts = split_sentences(graph, ids)
    vectors = _embed(graph, spec, weights, ids)
    states = _recur(graph, spec, weights, word_level, vectors, lengths)
    vectors = _pool(graph, spec, weights, word_level, states, lengths)
    vectors = join_sentences(graph, vectors, counts)
    states = _recur(graph, spec, weights, sentence_level, vectors, counts)
    return _pool(graph, spec, weights, sentence_level, states, counts)


def _recur(
    graph: Graph,
    spec: NetworkSpec,
    weights: Weights,
    level: Level,
    vectors: str,
    lengths: str,
) -> str:
    """Add the recurrent layers of a level, (batch, time, features) to states."""
    # ONNX needs at least one step; the pooling ignores what it reads of an empty row.
    steps = graph.at_least_one(lengths)
    states = graph.add("Transpose", [vectors], perm=[1, 0, 2])
    for layer in level.layers:
        states = CELLS[spec.cell].add_onnx_nodes(
            graph, weights, layer.names, states, steps, spec.periods
        )
    return graph.add("Transpose", [states], perm=[1, 0, 2])


def _pool(
    graph: Graph,
    spec: NetworkSpec,
    weights: Weights,
    level: Level,
    states: str,
    lengths: str,
) -> str:
    """Add the pooling of a level, (batch, time, states) to (batch, vector)."""
    return POOLINGS[spec.pooling].add_onnx_nodes(
        graph, weights, level.prefix, states, lengths, level.direction_dims
    )


def _align(graph: Graph, ids: str) -> tuple[str, str]:
    """Return ids, words first, and the number of words, shape (batch,)."""
    pad = graph.ints(PAD)
    is_pad = graph.add("Equal", [ids, pad])
    is_word = graph.cast(graph.add("Not", [is_pad]), np.int64)
    lengths = graph.add("ReduceSum", [is_word, graph.ints([1])], keepdims=0)
    # Words move to the column of their rank, padding to an extra column at the end.
    rank = graph.add("CumSum", [is_word, graph.ints(1)])
    width = graph.count(ids, 1)
    column = graph.add("Sub", [rank, graph.ints(1)])
    column = graph.add("Where", [is_pad, width, column])
    wider = graph.concat(
        [graph.count(ids, 0), graph.add("Add", [width, graph.ints(1)])]
    )
    blank = graph.add("Expand", [pad, wider])
    aligned = graph.add("ScatterElements", [blank, column, ids], axis=1)
    aligned = graph.add("Slice", [aligned, graph.ints([0]), width, graph.ints([1])])
    return aligned, lengths


def _embed(graph: Graph, spec: NetworkSpec, weights: Weights, ids: str) -> str:
    """Return the vectors of ids; ids without a vector are out of vocabulary."""
    unknown = graph.add(
        "Or",
        [
            graph.add("Less", [ids, graph.ints(PAD)]),
            graph.add("GreaterOrEqual", [ids, graph.ints(spec.n_embeddings)]),
        ],
    )
    known = graph.add("Where", [unknown, graph.ints(OOV), ids])
    table = graph.constant(weights[EMBEDDINGS])
    return graph.add("Gather", [table, known], axis=0)


def _dense(graph: Graph, weights: Weights, name: str, vector: str) -> str:
    """Add a dense layer without its activation."""
    kernel, bias = (
        graph.constant(weights[f"{name}/{part}"]) for part in ("kernel", "bias")
    )
    return graph.add("Gemm", [vector, kernel, bias])
