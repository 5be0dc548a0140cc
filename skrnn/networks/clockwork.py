"""The clockwork RNN: groups of units that are updated at different rates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from skrnn.kernels.clockwork import clockwork_kernels
from skrnn.kernels.recurrence import RecurrentKernels
from skrnn.networks.recurrent import (
    Cell,
    FastOnCPU,
    Shapes,
    Weights,
    add_recurrent_operator,
)

if TYPE_CHECKING:
    from skrnn.onnx.nodes import Graph


class ClockworkCell(keras.layers.SimpleRNNCell):
    """One step of a plain RNN whose groups of units have periods of their own.

    A group with the period T is updated at the steps 0, T, 2T, ... and keeps its state
    in between. It is connected to itself and to the groups with longer periods. Masked
    steps are not counted.

    Parameters
    ----------
    units : int
        Size of the state, a multiple of the number of periods.
    periods : sequence of int
        Increasing periods of the groups. All groups have the same number of units.
    **kwargs : dict
        Passed to :class:`keras.layers.SimpleRNNCell`.

    Raises
    ------
    ValueError
        If the periods do not increase from 1 on, or do not divide the units evenly.

    References
    ----------
    Koutník, Greff, Gomez, Schmidhuber (2014). A clockwork RNN. ICML.
    """

    def __init__(self, units: int, *, periods: Sequence[int], **kwargs: Any) -> None:
        check_periods(periods, units)
        super().__init__(units, **kwargs)
        self.periods = tuple(int(period) for period in periods)
        self.state_size = [units, 1]
        self.output_size = units

    def build(self, input_shape: Any) -> None:
        """Create the weights, with one recurrent kernel for each group."""
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units),
            name="kernel",
            initializer=self.kernel_initializer,
        )
        self.recurrent_kernels = [
            self.add_weight(
                shape=shape, name=name, initializer=self.recurrent_initializer
            )
            for name, shape in _recurrent_shapes(self.units, self.periods).items()
        ]
        self.bias = self.add_weight(
            shape=(self.units,), name="bias", initializer=self.bias_initializer
        )

    @property
    def recurrent_kernel(self) -> tf.Tensor:
        """The kernels of all groups, (units, units), zero from faster to slower."""
        kernels = map(tf.convert_to_tensor, self.recurrent_kernels)
        return tf.concat(
            [
                tf.pad(kernel, [[self.units - kernel.shape[0], 0], [0, 0]])
                for kernel in kernels
            ],
            axis=1,
        )

    def call(
        self, sequence: tf.Tensor, states: list[tf.Tensor], training: bool = False
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Return the state after the step, and the states for the next step."""
        previous, step = states
        recurrent = previous
        mask = self.get_recurrent_dropout_mask(previous)
        if training and mask is not None:
            recurrent = previous * mask
        preact = tf.matmul(sequence, self.kernel) + self.bias
        updated = self.activation(preact + tf.matmul(recurrent, self.recurrent_kernel))
        periods = np.repeat(self.periods, self.units // len(self.periods))
        ticks = tf.equal(step % tf.constant(periods, step.dtype), 0)
        state = tf.where(ticks, updated, previous)
        return state, [state, step + 1]

    def get_initial_state(self, batch_size: Any = None) -> list[tf.Tensor]:
        """Return zero states and the step number 0."""
        return [tf.zeros((batch_size, n), self.compute_dtype) for n in self.state_size]

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the cell."""
        return {**super().get_config(), "periods": self.periods}


@keras.saving.register_keras_serializable(package="skrnn")
class ClockworkRNN(FastOnCPU, keras.layers.RNN):
    """A clockwork RNN with a compiled kernel.

    Parameters
    ----------
    units : int
        Size of the state, a multiple of the number of periods.
    periods : sequence of int
        Increasing periods of the groups.
    kernel_initializer, recurrent_initializer : str or keras initializer
        Initializers of the weights. Each group has a recurrent kernel of its own.
    recurrent_dropout : float, default=0.0
        Fraction of the recurrent state that is dropped during training.
    seed : int, default=None
        Seed of the recurrent dropout.
    **kwargs : dict
        Passed to :class:`keras.layers.RNN`.
    """

    def __init__(
        self,
        units: int,
        *,
        periods: Sequence[int],
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        cell = ClockworkCell(
            units,
            periods=periods,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            dtype=kwargs.get("dtype"),
            name="clockwork_cell",
        )
        super().__init__(cell, **kwargs)

    @property
    def kernels(self) -> RecurrentKernels:  # type: ignore[override]
        """Those for the periods of this layer."""
        return clockwork_kernels(tuple(self.cell.periods))

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        config = super().get_config()
        del config["cell"]
        cell_config = self.cell.get_config()
        names = (
            "units",
            "periods",
            "kernel_initializer",
            "recurrent_initializer",
            "recurrent_dropout",
            "seed",
        )
        return {**config, **{name: cell_config[name] for name in names}}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> ClockworkRNN:
        """Return a layer with this configuration."""
        return cls(**config)


class ClockworkEntry(Cell):
    """The entry of the clockwork RNN in the register of cells.

    ONNX has no clockwork operator. But a group with the period T is a plain RNN over
    every T-th step, and the states of the slower groups do not depend on it. So the
    graph has one plain RNN for each group, the slowest first, and no loop.
    """

    has_periods: ClassVar[bool] = True

    def check(self, units: int, periods: Sequence[int]) -> None:
        """Raise ValueError if the periods do not fit the units."""
        check_periods(periods, units)

    def recurrent_shapes(self, units: int, periods: Sequence[int]) -> Shapes:
        """Return the shapes of the recurrent kernels, one for each group."""
        return _recurrent_shapes(units, periods)

    def add_onnx_nodes(
        self,
        graph: Graph,
        weights: Weights,
        names: Sequence[str],
        inputs: str,
        steps: str,
        periods: Sequence[int] = (),
    ) -> str:
        """Add a layer to an ONNX graph and return its states."""
        states = [_add_groups(graph, periods, weights, names[0], inputs)]
        axes: dict[str, Any] = {"batch_axis": 1, "time_axis": 0}
        for name in names[1:]:
            reverse = graph.add("ReverseSequence", [inputs, steps], **axes)
            backward = _add_groups(graph, periods, weights, name, reverse)
            states.append(graph.add("ReverseSequence", [backward, steps], **axes))
        return graph.concat(states, axis=2)


def check_periods(periods: Sequence[int], units: int) -> None:
    """Raise ValueError unless periods increase from 1 on and divide ``units`` evenly.

    Parameters
    ----------
    periods : sequence of int
        The periods of a clockwork layer.
    units : int
        Size of its state.

    Raises
    ------
    ValueError
        If they do not.
    """
    if not (
        len(periods)
        and all(isinstance(period, Integral) and period >= 1 for period in periods)
        and all(one < other for one, other in pairwise(periods))
    ):
        raise ValueError(
            f"periods={periods!r} must be integers from 1 on, each larger than the one "
            "before, such as (1, 2, 4, 8)."
        )
    if units % len(periods):
        below = units - units % len(periods)
        near = " or ".join(str(n) for n in (below, below + len(periods)) if n)
        raise ValueError(
            f"units={units} cannot be split evenly into {len(periods)} groups, one for "
            f"each of periods={tuple(periods)!r}. Use units={near}, or other periods."
        )


def _recurrent_shapes(units: int, periods: Sequence[int]) -> Shapes:
    """Return the shape of each group's kernel, from itself and the slower groups."""
    size = units // len(periods)
    return {
        f"recurrent_kernel_{group}": (units - group * size, size)
        for group in range(len(periods))
    }


def _add_groups(
    graph: Graph, periods: Sequence[int], weights: Weights, name: str, inputs: str
) -> str:
    """Add the groups of one direction; the padding of a row comes last."""
    kernel, bias = weights[f"{name}/kernel"], weights[f"{name}/bias"]
    size = len(bias) // len(periods)
    n_steps = graph.count(inputs, 0)
    steps = graph.arange(n_steps)
    before_first = graph.ints([1, 0, 0, 0, 0, 0])
    slower: list[tuple[int, str]] = []  # periods, and states from before the first tick
    states: list[str] = []  # after each step
    for group in reversed(range(len(periods))):
        period = periods[group]
        columns = slice(group * size, (group + 1) * size)
        ticks = graph.arange(n_steps, step=period)
        parts = [graph.add("Gather", [inputs, ticks], axis=0)]
        for other, kept in slower:
            # Ticks of the other group before this one, without that of this step.
            late = graph.add("Add", [ticks, graph.ints(other - 1)])
            count = graph.add("Div", [late, graph.ints(other)])
            parts.append(graph.add("Gather", [kept, count], axis=0))
        own, others = np.split(weights[f"{name}/recurrent_kernel_{group}"], [size])
        updated = add_recurrent_operator(
            graph,
            "RNN",
            [graph.concat(parts, axis=2)],
            np.concatenate([kernel[:, columns], others]).T[np.newaxis],
            own.T[np.newaxis],
            bias[np.newaxis, columns],
        )
        updated = graph.add("Squeeze", [updated, graph.ints([1])])
        slower.insert(0, (period, graph.add("Pad", [updated, before_first])))
        last = graph.add("Div", [steps, graph.ints(period)])
        states.insert(0, graph.add("Gather", [updated, last], axis=0))
    return graph.concat(states, axis=2)
