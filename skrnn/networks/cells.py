"""The recurrent layers by name: Keras' own, with a faster road on a CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import keras
import tensorflow as tf

from skrnn.networks import kernels

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
        return type(self)._kernel(
            sequences,
            tf.convert_to_tensor(cell.kernel),
            tf.convert_to_tensor(cell.recurrent_kernel),
            tf.convert_to_tensor(cell.bias),
        )

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
    """:class:`keras.layers.SimpleRNN`, by :func:`skrnn.networks.kernels.simple_rnn`."""

    _kernel = staticmethod(kernels.simple_rnn)


@_register
class FastLSTM(_FastOnCPU, keras.layers.LSTM):
    """:class:`keras.layers.LSTM`, by :func:`skrnn.networks.kernels.lstm`."""

    _kernel = staticmethod(kernels.lstm)


@_register
class FastGRU(_FastOnCPU, keras.layers.GRU):
    """:class:`keras.layers.GRU`, by :func:`skrnn.networks.kernels.gru`."""

    _kernel = staticmethod(kernels.gru)


CELLS: dict[str, type[keras.layers.Layer]] = {
    "simple": FastSimpleRNN,
    "lstm": FastLSTM,
    "gru": FastGRU,
}


def recurrent_layer(
    cell: str, units: int, *, recurrent_dropout: float, seed: int, name: str
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

    Returns
    -------
    layer : keras.layers.Layer
        Takes (batch, time, features), gives (batch, time, units).
    """
    # The reset gate before the product is the GRU of Cho et al., and the chapter's.
    variant: dict[str, Any] = {"reset_after": False} if cell == "gru" else {}
    return CELLS[cell](
        units,
        return_sequences=True,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seed),
        recurrent_dropout=recurrent_dropout,
        seed=seed,
        name=name,
        **variant,
    )
