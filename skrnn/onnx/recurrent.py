"""Recurrent layers in ONNX's operators.

ONNX has no clockwork layer. But a group of units with the period T is a plain RNN that
reads every T-th step, and what it hears of the slower groups, which do not hear it, is
known before it starts: one plain RNN for each group, the slowest first, and no loop.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.onnx.nodes import INT32, Graph
from skrnn.persistence.weight_shapes import Weights

__all__ = ["add_clockwork", "add_layer"]

# ONNX's name of a layer, and where Keras has each of the gates that ONNX wants.
_CELLS = {
    "simple": ("RNN", (0,)),
    "lstm": ("LSTM", (0, 3, 1, 2)),  # i f c o -> i o f c
    "gru": ("GRU", (0, 1, 2)),  # z r h in both
}


def add_layer(
    graph: Graph, cell: str, weights: Weights, names: list[str], inputs: str, steps: str
) -> str:
    """Add a layer that ONNX knows.

    Parameters
    ----------
    graph : Graph
        Gets the nodes.
    cell : {"simple", "lstm", "gru"}
        The kind of layer.
    weights : mapping of str to ndarray
        The weights by name.
    names : list of str
        The layer's name, and that of its backward half if it has one.
    inputs : str
        What is read, (time, batch, features).
    steps : str
        Steps of each row, (batch,), each 1 at least.

    Returns
    -------
    states : str
        (time, batch, states), those of both directions side by side.
    """
    kind, order = _CELLS[cell]

    def stacked(weight: str) -> npt.NDArray[np.float32]:
        parts = []
        for name in names:
            gates = np.split(weights[f"{name}/{weight}"], len(order), axis=-1)
            parts.append(np.concatenate([gates[k].T for k in order]))
        return np.stack(parts)

    options: dict[str, Any] = {
        "direction": "bidirectional" if len(names) == 2 else "forward"
    }
    if kind == "GRU":
        options["linear_before_reset"] = 0  # Keras' reset_after=False
    lengths = graph.add("Cast", [steps], to=INT32)
    states = _operator(
        graph,
        kind,
        stacked("kernel"),
        stacked("recurrent_kernel"),
        stacked("bias"),
        inputs,
        lengths,
        **options,
    )
    states = graph.add("Transpose", [states], perm=[0, 2, 1, 3])
    return graph.add("Reshape", [states, graph.ints([0, 0, -1])])


def add_clockwork(
    graph: Graph,
    periods: tuple[int, ...],
    weights: Weights,
    names: list[str],
    inputs: str,
    steps: str,
) -> str:
    """Add a clockwork layer.

    Parameters
    ----------
    graph : Graph
        Gets the nodes.
    periods : tuple of int
        The periods of its groups.
    weights, names, inputs, steps
        As in :func:`add_layer`.

    Returns
    -------
    states : str
        As in :func:`add_layer`.
    """
    states = [_add_groups(graph, periods, weights, names[0], inputs)]
    turn: dict[str, Any] = {"batch_axis": 1, "time_axis": 0}
    for backward in names[1:]:
        turned = graph.add("ReverseSequence", [inputs, steps], **turn)
        found = _add_groups(graph, periods, weights, backward, turned)
        states.append(graph.add("ReverseSequence", [found, steps], **turn))
    return graph.concat(states, axis=2)


def _add_groups(
    graph: Graph, periods: tuple[int, ...], weights: Weights, name: str, inputs: str
) -> str:
    """Add the groups of one direction; a row's padding must come last."""
    kernel, bias = weights[f"{name}/kernel"], weights[f"{name}/bias"]
    size = len(bias) // len(periods)
    n_steps = graph.count(inputs, 0)
    steps = graph.up_to(n_steps)
    before_first = graph.ints([1, 0, 0, 0, 0, 0])
    slower: list[tuple[int, str]] = []  # periods, and states from before the first tick
    states: list[str] = []  # after each step
    for group in reversed(range(len(periods))):
        period = periods[group]
        mine = slice(group * size, (group + 1) * size)
        ticks = graph.up_to(n_steps, by=period)
        parts = [graph.add("Gather", [inputs, ticks], axis=0)]
        for other, kept in slower:
            # Ticks of the other group before this one, the one at this step left out.
            late = graph.add("Add", [ticks, graph.ints(other - 1)])
            count = graph.add("Div", [late, graph.ints(other)])
            parts.append(graph.add("Gather", [kept, count], axis=0))
        own, others = np.split(weights[f"{name}/recurrent_kernel_{group}"], [size])
        moved = _operator(
            graph,
            "RNN",
            np.concatenate([kernel[:, mine], others]).T[np.newaxis],
            own.T[np.newaxis],
            bias[np.newaxis, mine],
            graph.concat(parts, axis=2),
        )
        moved = graph.add("Squeeze", [moved, graph.ints([1])])
        slower.insert(0, (period, graph.add("Pad", [moved, before_first])))
        last = graph.add("Div", [steps, graph.ints(period)])
        states.insert(0, graph.add("Gather", [moved, last], axis=0))
    return graph.concat(states, axis=2)


def _operator(
    graph: Graph,
    kind: str,
    kernel: npt.NDArray[np.float32],
    recurrent_kernel: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
    *inputs: str,
    **options: Any,
) -> str:
    """Add a recurrent operator, which gives (time, directions, batch, units)."""
    # ONNX has a second bias, that of the recurrent kernel.
    biases = np.concatenate([bias, np.zeros_like(bias)], axis=1)
    constants = map(graph.constant, (kernel, recurrent_kernel, biases))
    sequence, *lengths = inputs
    units = recurrent_kernel.shape[2]
    operands = [sequence, *constants, *lengths]
    return graph.add(kind, operands, hidden_size=units, **options)
