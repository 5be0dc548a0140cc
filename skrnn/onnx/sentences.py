"""The way from texts to their sentences and back, in ONNX's operators.

A sentence is a run of ids without a zero, so it does not matter how many zeros there
are between two, before and after them. As in :mod:`skrnn.networks.sentences` all
sentences of a batch become rows, and an empty one comes last, for the texts that have
fewer sentences than others.
"""

from __future__ import annotations

from skrnn.onnx.nodes import INT64, Graph
from skrnn.text.vocabulary import PAD

__all__ = ["join_sentences", "split_sentences"]


def split_sentences(graph: Graph, ids: str) -> tuple[str, str, str]:
    """Add the way from ids to sentences.

    Parameters
    ----------
    graph : Graph
        Gets the nodes.
    ids : str
        The input of the graph.

    Returns
    -------
    sentences : str
        Their ids, (n + 1, longest); past its end a sentence holds ids of others.
    lengths : str
        How many words they have, (n + 1,).
    counts : str
        How many of them each text has, (batch,).
    """
    wider = graph.add("Pad", [ids, graph.ints([0, 1, 0, 1])])
    is_pad = graph.add("Equal", [wider, graph.ints(PAD)])
    before, here, after = (
        graph.add("Slice", [is_pad, *map(graph.ints, ([first], [end], [1]))])
        for first, end in ((0, -2), (1, -1), (2, 2**31))
    )
    is_word = graph.add("Not", [here])
    begins = graph.add("And", [is_word, before])
    firsts = graph.add("NonZero", [begins])  # rows and columns, in order
    lasts = graph.add("NonZero", [graph.add("And", [is_word, after])])
    counts = graph.add("Cast", [begins], to=INT64)
    counts = graph.add("ReduceSum", [counts, graph.ints([1])], keepdims=0)
    row, first = (graph.add("Gather", [firsts, graph.ints(i)]) for i in (0, 1))
    last = graph.add("Gather", [lasts, graph.ints(1)])
    length = graph.add("Add", [graph.add("Sub", [last, first]), graph.ints(1)])
    place = graph.add("Mul", [row, graph.count(ids, 1)])
    place = graph.add("Add", [place, first])
    none = graph.ints([0])
    place, lengths = graph.concat([place, none]), graph.concat([length, none])
    longest = graph.at_least_one(graph.add("ReduceMax", [lengths]))
    column = graph.add("Unsqueeze", [place, graph.ints([1])])
    place = graph.add("Add", [column, graph.up_to(longest)])
    end = graph.add("Sub", [graph.add("Size", [ids]), graph.ints(1)])
    flat = graph.add("Reshape", [ids, graph.ints([-1])])
    sentences = graph.add("Gather", [flat, graph.add("Min", [place, end])])
    return sentences, lengths, counts


def join_sentences(graph: Graph, vectors: str, counts: str) -> str:
    """Add the way from vectors of sentences to texts.

    Parameters
    ----------
    graph : Graph
        Gets the nodes.
    vectors : str
        A vector of each sentence, (n + 1, features), that of an empty one last.
    counts : str
        How many sentences each text has, (batch,).

    Returns
    -------
    texts : str
        (batch, most, features).
    """
    most = graph.at_least_one(graph.add("ReduceMax", [counts]))
    numbers = graph.up_to(most)
    starts = graph.add("CumSum", [counts, graph.ints(0)], exclusive=1)
    starts, column = (
        graph.add("Unsqueeze", [x, graph.ints([1])]) for x in (starts, counts)
    )
    place = graph.add("Add", [starts, numbers])
    empty = graph.add("Sub", [graph.count(vectors, 0), graph.ints(1)])
    place = graph.add("Where", [graph.add("Less", [numbers, column]), place, empty])
    return graph.add("Gather", [vectors, place], axis=0)
