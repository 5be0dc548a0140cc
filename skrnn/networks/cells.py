"""The register of cells: everything that depends on the kind of recurrent layer.

To add a cell, add an entry to :data:`CELLS`.
"""

from __future__ import annotations

import keras

from skrnn.kernels.gru import GRU
from skrnn.kernels.lstm import LSTM
from skrnn.kernels.simple import SIMPLE
from skrnn.networks.clockwork import ClockworkEntry, ClockworkRNN
from skrnn.networks.recurrent import Cell, FastOnCPU

_register = keras.saving.register_keras_serializable(package="skrnn")


@_register
class FastSimpleRNN(FastOnCPU, keras.layers.SimpleRNN):
    """:class:`keras.layers.SimpleRNN` with compiled kernels."""

    kernels = SIMPLE


@_register
class FastLSTM(FastOnCPU, keras.layers.LSTM):
    """:class:`keras.layers.LSTM` with compiled kernels."""

    kernels = LSTM


@_register
class FastGRU(FastOnCPU, keras.layers.GRU):
    """:class:`keras.layers.GRU` with compiled kernels."""

    kernels = GRU


CELLS: dict[str, Cell] = {
    "simple": Cell("plain (Elman) RNN", FastSimpleRNN, onnx_operator="RNN"),
    "lstm": Cell(
        "LSTM",
        FastLSTM,
        n_gates=4,  # i f c o
        unit_bias_gate=1,  # the forget gate (Jozefowicz et al., 2015)
        onnx_operator="LSTM",
        onnx_gates=(0, 3, 1, 2),  # i o f c
    ),
    "gru": Cell(
        "GRU",
        FastGRU,
        n_gates=3,  # z r h
        # The reset gate acts before the product, as in Cho et al. (2014).
        options={"reset_after": False},
        onnx_operator="GRU",
        onnx_gates=(0, 1, 2),
        onnx_options={"linear_before_reset": 0},
    ),
    "clockwork": ClockworkEntry("clockwork RNN", ClockworkRNN),
}
