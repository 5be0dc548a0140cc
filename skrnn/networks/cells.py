"""The recurrent layers by name: Keras' and clockwork, with a faster road on a CPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from numbers import Integral
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from skrnn.kernels import tf_ops

_register = keras.saving.register_keras_serializable(package="skrnn")


class _FastOnCPU:
    """Mixin before a Keras layer: runs a kernel of ours where it does the same.

    The weights, the configuration and the arithmetic (to rounding) are those of the
    Keras layer; wherever the kernel does not apply, the Keras layer runs.
    """

    _kernel: ClassVar[Callable[..., tf.Tensor]]
    _plain: ClassVar[dict[str, Any]] = {
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
    ) -> tf.Tensor:
        """Return the states of all steps, shape (batch, time, units)."""
        if initial_state is not None or mask is not None or not self._applies(training):
            return super().call(  # type: ignore[misc]
                sequences, initial_state=initial_state, mask=mask, training=training
            )
        cell = self.cell  # type: ignore[attr-defined]
        weights = (cell.kernel, cell.recurrent_kernel, cell.bias)
        return self._run_kernel(sequences, *map(tf.convert_to_tensor, weights))

    def _run_kernel(self, sequences: tf.Tensor, *weights: tf.Tensor) -> tf.Tensor:
        return type(self)._kernel(sequences, *weights)

    def _applies(self, training: bool) -> bool:
        config = self.get_config()  # type: ignore[attr-defined]
        return (
            all(config.get(name, value) == value for name, value in self._plain.items())
            and not (training and config["recurrent_dropout"])
            and self.compute_dtype == "float32"  # type: ignore[attr-defined]
            and not tf.config.list_logical_devices("GPU")
        )


@_register
class FastSimpleRNN(_FastOnCPU, keras.layers.SimpleRNN):
    """:class:`keras.layers.SimpleRNN`, by :func:`skrnn.kernels.tf_ops.simple_rnn`."""

    _kernel = staticmethod(tf_ops.simple_rnn)


@_register
class FastLSTM(_FastOnCPU, keras.layers.LSTM):
    """:class:`keras.layers.LSTM`, by :func:`skrnn.kernels.tf_ops.lstm`."""

    _kernel = staticmethod(tf_ops.lstm)


@_register
class FastGRU(_FastOnCPU, keras.layers.GRU):
    """:class:`keras.layers.GRU`, by :func:`skrnn.kernels.tf_ops.gru`."""

    _kernel = staticmethod(tf_ops.gru)


class ClockworkCell(keras.layers.SimpleRNNCell):
    """One step of a plain RNN whose units fall into groups with clocks of their own.

    A group with the period T moves at the steps 0, T, 2T, ... and keeps its state in
    between; it hears the groups that are at least as slow as itself. Steps are counted
    from the first one that no mask leaves out.

    Parameters
    ----------
    units : int
        Size of the state, a multiple of the number of periods.
    periods : sequence of int
        The periods of the groups, rising. Each group has as many units.
    **kwargs : dict
        Passed to :class:`keras.layers.SimpleRNNCell`.

    Raises
    ------
    ValueError
        If the periods do not rise from 1 on, or do not divide the units evenly.

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
        """Create the weights: a recurrent kernel for each group, from what it hears."""
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units),
            name="kernel",
            initializer=self.kernel_initializer,
        )
        size = self.units // len(self.periods)
        self.recurrent_kernels = [
            self.add_weight(
                shape=(self.units - start, size),
                name=f"recurrent_kernel_{group}",
                initializer=self.recurrent_initializer,
            )
            for group, start in enumerate(range(0, self.units, size))
        ]
        self.bias = self.add_weight(
            shape=(self.units,), name="bias", initializer=self.bias_initializer
        )

    @property
    def recurrent_kernel(self) -> tf.Tensor:
        """The groups' kernels as one, (units, units), zero from faster to slower."""
        kernels_of_groups = map(tf.convert_to_tensor, self.recurrent_kernels)
        return tf.concat(
            [
                tf.pad(kernel, [[self.units - kernel.shape[0], 0], [0, 0]])
                for kernel in kernels_of_groups
            ],
            axis=1,
        )

    def call(
        self, sequence: tf.Tensor, states: list[tf.Tensor], training: bool = False
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Return the state after the step, and what the next step needs."""
        before, step = states
        heard = before
        dropped = self.get_recurrent_dropout_mask(before)
        if training and dropped is not None:
            heard = before * dropped
        sums = tf.matmul(sequence, self.kernel) + self.bias
        moved = self.activation(sums + tf.matmul(heard, self.recurrent_kernel))
        periods = np.repeat(self.periods, self.units // len(self.periods))
        ticks = tf.equal(step % tf.constant(periods, step.dtype), 0)
        state = tf.where(ticks, moved, before)
        return state, [state, step + 1]

    def get_initial_state(self, batch_size: Any = None) -> list[tf.Tensor]:
        """Return zero states, and that no step was made."""
        return [tf.zeros((batch_size, n), self.compute_dtype) for n in self.state_size]

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the cell."""
        return {**super().get_config(), "periods": self.periods}


@_register
class ClockworkRNN(_FastOnCPU, keras.layers.RNN):
    """A clockwork RNN, by :func:`skrnn.kernels.tf_ops.clockwork`.

    Parameters
    ----------
    units : int
        Size of the state, a multiple of the number of periods.
    periods : sequence of int
        The periods of the groups, rising, each 1 at least.
    kernel_initializer, recurrent_initializer : str or keras initializer
        Of the weights; the recurrent kernel of each group is drawn by itself.
    recurrent_dropout : float, default=0.0
        Share of the recurrent state dropped in training.
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

    def _run_kernel(self, sequences: tf.Tensor, *weights: tf.Tensor) -> tf.Tensor:
        return tf_ops.clockwork(sequences, *weights, periods=self.cell.periods)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = super().get_config()
        del config["cell"]
        of_cell = self.cell.get_config()
        names = (
            "units",
            "periods",
            "kernel_initializer",
            "recurrent_initializer",
            "recurrent_dropout",
            "seed",
        )
        return {**config, **{name: of_cell[name] for name in names}}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> ClockworkRNN:
        """Rebuild the layer."""
        return cls(**config)


CELLS: dict[str, type[keras.layers.Layer]] = {
    "simple": FastSimpleRNN,
    "lstm": FastLSTM,
    "gru": FastGRU,
    "clockwork": ClockworkRNN,
}


def check_periods(periods: Sequence[int], units: int) -> None:
    """Refuse periods that do not rise from 1 on or do not divide ``units`` evenly.

    Parameters
    ----------
    periods : sequence of int
        The periods of a clockwork layer.
    units : int
        Its size.

    Raises
    ------
    ValueError
        If they do.
    """
    if not (
        len(periods)
        and all(isinstance(period, Integral) and period >= 1 for period in periods)
        and all(one < other for one, other in pairwise(periods))
    ):
        raise ValueError(
            f"periods={periods!r} must be whole numbers from 1 on, each larger than "
            "the one before, such as (1, 2, 4, 8)."
        )
    if units % len(periods):
        below = units - units % len(periods)
        near = " or ".join(str(n) for n in (below, below + len(periods)) if n)
        raise ValueError(
            f"units={units} cannot be split evenly into {len(periods)} groups, one for "
            f"each of periods={tuple(periods)!r}. Use units={near}, or other periods."
        )


def recurrent_layer(
    cell: str,
    units: int,
    *,
    recurrent_dropout: float,
    seed: int,
    name: str,
    periods: tuple[int, ...] = (),
) -> keras.layers.Layer:
    """Return an unbuilt layer that maps a sequence to the sequence of its states.

    Parameters
    ----------
    cell : str
        A key of :data:`CELLS`.
    units : int
        Size of the state.
    recurrent_dropout : float
        Share of the recurrent state dropped in training.
    seed : int
        Seed of the initial weights and of the recurrent dropout.
    name : str
        Name of the layer.
    periods : tuple of int, default=()
        Periods of the groups of a clockwork layer; not used by the others.

    Returns
    -------
    layer : keras.layers.Layer
        Takes (batch, time, features), gives (batch, time, units).
    """
    # The reset gate before the product is the GRU of Cho et al., and the chapter's.
    variants: dict[str, dict[str, Any]] = {
        "gru": {"reset_after": False},
        "clockwork": {"periods": periods},
    }
    return CELLS[cell](
        units,
        return_sequences=True,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seed),
        recurrent_dropout=recurrent_dropout,
        seed=seed,
        name=name,
        **variants.get(cell, {}),
    )
