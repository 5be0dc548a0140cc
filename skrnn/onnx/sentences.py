"""Splitting texts into sentences and joining them again, with ONNX's operators.

A sentence is a run of ids without a zero; any number of zeros separates two sentences.
As in :mod:`skrnn.networks.sentences`, the sentences of a batch become rows, and the
last row is an empty sentence for texts that have fewer sentences than others.
"""

from __future__ import annotations

import numpy as np

from skrnn.onnx.nodes import Graph
from skrnn.text.vocabulary import PAD

__all__ = ["join_sentences", "split_sentences"]


def split_sentences(graph: Graph, ids: str) -> tuple[str, str, str]:
    """Add nodes that split rows of ids into sentences.

    Parameters
    ----------
    graph : Graph
        Gets the nodes.
    ids : str
        The input of the graph.

    Returns
    -------
    sentences : str
        Ids of the sentences, (n + 1, longest), with ids of others past their ends.
    lengths : str
        Number of words of each sentence, (n + 1,).
    counts : str
        Number of sentences of each text, (batch,).
    """
    wider = graph.add("Pad", [ids, graph.ints([0, 1, 0, 1])])
    is_pad = graph.add("Equal", [wider, graph.ints(PAD)])
    before, here, after = (
        graph.add("Slice", [is_pad, *map(graph.ints, ([first], [end], [1]))])
        for first, end in ((0, -2), (1, -1), (2, 2**31))
    )
    is_word = graph.add("Not", [here])
    starts = graph.add("And", [is_word, before])
    firsts = graph.add("NonZero", [starts])  # rows and columns, in order
    lasts = graph.add("NonZero", [graph.add("And", [is_word, after])])
    counts = graph.cast(starts, np.int64)
    counts = graph.add("ReduceSum", [counts, graph.ints([1])], keepdims=0)
    row, first = (graph.add("Gather", [firsts, graph.ints(i)]) for i in (0, 1))
    last = graph.add("Gather", [lasts, graph.ints(1)])
    length = graph.add("Add", [graph.add("Sub", [last, first]), graph.ints(1)])
    index = graph.add("Mul", [row, graph.count(ids, 1)])
    index = graph.add("Add", [index, first])
    empty = graph.ints([0])
    index, lengths = graph.concat([index, empty]), graph.concat([length, empty])
    longest = graph.at_least_one(graph.add("ReduceMax", [lengths]))
    column = graph.add("Unsqueeze", [index, graph.ints([1])])
    index = graph.add("Add", [column, graph.arange(longest)])
    end = graph.add("Sub", [graph.add("Size", [ids]), graph.ints(1)])
    flat = graph.add("Reshape", [ids, graph.ints([-1])])
    sentences = graph.add("Gather", [flat, graph.add("Min", [index, end])])
    return sentences, lengths, counts


def join_sentences(graph: Graph, vectors: str, counts: str) -> str:
    """Add nodes that join the vectors of the sentences of each text.

    Parameters
    ----------
    graph : Graph
        Gets the nodes.
    vectors : str
        The vectors of sentences, (n + 1, features), with an empty sentence last.
    counts : str
        Number of sentences of each text, (batch,).

    Returns
    -------
    texts : str
        The vectors, (batch, n_sentences, features).
    """
    n_sentences = graph.at_least_one(graph.add("ReduceMax", [counts]))
    numbers = graph.arange(n_sentences)
    starts = graph.add("CumSum", [counts, graph.ints(0)], exclusive=1)
    starts, column = (
        graph.add("Unsqueeze", [x, graph.ints([1])]) for x in (starts, counts)
    )
    index = graph.add("Add", [starts, numbers])
    empty = graph.add("Sub", [graph.count(vectors, 0), graph.ints(1)])
    index = graph.add("Where", [graph.add("Less", [numbers, column]), index, empty])
    return graph.add("Gather", [vectors, index], axis=0)
