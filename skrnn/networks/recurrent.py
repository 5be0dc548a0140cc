"""What all recurrent layers share: the compiled kernel, and the entry of a cell.

A :class:`Cell` holds all that depends on the kind of recurrent layer. The cells are
listed in :mod:`skrnn.networks.cells`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from skrnn.kernels.recurrence import RecurrentKernels
from skrnn.kernels.tf_ops import recurrent_layer

if TYPE_CHECKING:
    from skrnn.onnx.nodes import Graph

Shapes = dict[str, tuple[int, ...]]
Weights = Mapping[str, npt.NDArray[np.float32]]


class FastOnCPU:
    """Mixin before a Keras layer: runs a compiled kernel where one applies.

    The weights, the configuration and the arithmetic (to rounding) are those of the
    Keras layer, which runs wherever the kernel does not apply, or if there is none.
    """

    kernels: ClassVar[RecurrentKernels | None] = None
    # The configuration that the kernels are written for.
    _supported: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "use_bias": True,
        "dropout": 0.0,
        "return_sequences": True,
        "return_state": False,
        "go_backwards": False,
        "stateful": False,
        "unroll": False,
        "reset_after": False,
    }

    def call(
        self,
        sequences: tf.Tensor,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
        lengths: tf.Tensor | None = None,
        backward: bool = False,
    ) -> tf.Tensor:
        """Return the states of all steps, shape (batch, time, units).

        The states after ``lengths``, shape (batch,), are not needed. A backward layer
        reads each row from its last step on.
        """
        has_options = initial_state is not None or mask is not None
        if self.kernels is None or has_options or not self._applies(training):
            options = {"initial_state": initial_state, "mask": mask}
            if backward:
                sequences = tf.reverse_sequence(sequences, lengths, seq_axis=1)
            states = super().call(sequences, training=training, **options)  # type: ignore[misc]
            return (
                tf.reverse_sequence(states, lengths, seq_axis=1) if backward else states
            )
        cell = self.cell  # type: ignore[attr-defined]
        weights = (cell.kernel, cell.recurrent_kernel, cell.bias)
        return recurrent_layer(
            self.kernels,
            sequences,
            *map(tf.convert_to_tensor, weights),
            lengths=lengths,
            backward=backward,
            training=bool(training),
        )

    def _applies(self, training: bool) -> bool:
        """Return whether the compiled kernel computes what the Keras layer does."""
        config = self.get_config()  # type: ignore[attr-defined]
        return (
            all(config.get(name, v) == v for name, v in self._supported.items())
            and not (training and config["recurrent_dropout"])
            and self.compute_dtype == "float32"  # type: ignore[attr-defined]
            and not tf.config.list_logical_devices("GPU")
        )


@dataclass(frozen=True)
class Cell:
    """A kind of recurrent layer: Keras layer, weights and ONNX operator.

    Parameters
    ----------
    summary : str
        What the documentation of ``cell=`` calls it.
    layer : type of keras.layers.Layer
        Maps (batch, time, features) to (batch, time, units).
    n_gates : int, default=1
        Number of gates, whose kernels stand side by side.
    options : mapping, default={}
        Arguments of the layer besides those that all layers get.
    unit_bias_gate : int, default=None
        The gate whose bias starts at one instead of zero.
    onnx_operator : str, default=""
        ONNX's operator.
    onnx_gates : tuple of int, default=(0,)
        For each gate of the operator, its position in the Keras layer.
    onnx_options : mapping, default={}
        Attributes of the operator.
    has_periods : bool, default=False
        Whether the layer takes the periods of its groups of units.
    """

    summary: str
    layer: type[keras.layers.Layer]
    n_gates: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)
    unit_bias_gate: int | None = None
    onnx_operator: str = ""
    onnx_gates: tuple[int, ...] = (0,)
    onnx_options: Mapping[str, Any] = field(default_factory=dict)
    has_periods: ClassVar[bool] = False

    def check(self, units: int, periods: Sequence[int]) -> None:
        """Raise ValueError if a layer of this size and periods cannot be built."""
        if periods:
            raise ValueError(
                f"periods={periods!r} were given, but this cell has none. Use ()."
            )

    def make_layer(
        self,
        name: str,
        units: int,
        *,
        periods: Sequence[int] = (),
        recurrent_dropout: float = 0.0,
        seed: int = 0,
    ) -> keras.layers.Layer:
        """Return an unbuilt layer that returns the states of all steps."""
        return self.layer(
            units,
            return_sequences=True,
            kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
            recurrent_initializer=keras.initializers.Orthogonal(seed=seed),
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            name=name,
            **self.options,
            **({"periods": periods} if self.has_periods else {}),
        )

    def weight_shapes(
        self, input_dim: int, units: int, periods: Sequence[int] = ()
    ) -> Shapes:
        """Return the shapes of the weights of a layer by name."""
        width = self.n_gates * units
        return {
            "kernel": (input_dim, width),
            **self.recurrent_shapes(units, periods),
            "bias": (width,),
        }

    def recurrent_shapes(self, units: int, periods: Sequence[int]) -> Shapes:
        """Return the shapes of the recurrent kernels by name."""
        return {"recurrent_kernel": (units, self.n_gates * units)}

    def initial_bias(self, units: int) -> npt.NDArray[np.float64]:
        """Return the bias of a new layer."""
        bias = np.zeros((self.n_gates, units))
        if self.unit_bias_gate is not None:
            bias[self.unit_bias_gate] = 1.0
        return bias.ravel()

    def add_onnx_nodes(
        self,
        graph: Graph,
        weights: Weights,
        names: Sequence[str],
        inputs: str,
        steps: str,
        periods: Sequence[int] = (),
    ) -> str:
        """Add a layer to an ONNX graph and return its states.

        Parameters
        ----------
        graph : Graph
            Gets the nodes.
        weights : mapping of str to ndarray
            Weights of the network by name.
        names : sequence of str
            Name of the layer, and of its backward layer if there is one.
        inputs : str
            Sequences, (time, batch, features).
        steps : str
            Length of each sequence, (batch,), at least 1.
        periods : sequence of int, default=()
            Periods of the groups of units, for cells that have them.

        Returns
        -------
        states : str
            (time, batch, states), both directions side by side.
        """

        def stacked(weight: str) -> npt.NDArray[np.float32]:
            parts = []
            for name in names:
                gates = np.split(weights[f"{name}/{weight}"], self.n_gates, axis=-1)
                parts.append(np.concatenate([gates[k].T for k in self.onnx_gates]))
            return np.stack(parts)

        states = add_recurrent_operator(
            graph,
            self.onnx_operator,
            (inputs, graph.cast(steps, np.int32)),
            stacked("kernel"),
            stacked("recurrent_kernel"),
            stacked("bias"),
            direction="bidirectional" if len(names) == 2 else "forward",
            **self.onnx_options,
        )
        states = graph.add("Transpose", [states], perm=[0, 2, 1, 3])
        return graph.add("Reshape", [states, graph.ints([0, 0, -1])])


def add_recurrent_operator(
    graph: Graph,
    operator: str,
    inputs: Sequence[str],
    kernel: npt.NDArray[np.float32],
    recurrent_kernel: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
    **options: Any,
) -> str:
    """Add a recurrent ONNX operator, with states (time, directions, batch, units).

    ``inputs`` are the sequences, (time, batch, features), and optionally their lengths.
    The weights begin with an axis of directions.
    """
    # ONNX has a second bias, that of the recurrent kernel.
    biases = np.concatenate([bias, np.zeros_like(bias)], axis=1)
    constants = map(graph.constant, (kernel, recurrent_kernel, biases))
    sequences, *lengths = inputs
    units = recurrent_kernel.shape[2]
    operands = [sequences, *constants, *lengths]
    return graph.add(operator, operands, hidden_size=units, **options)
