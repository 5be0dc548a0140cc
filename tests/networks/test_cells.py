from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from skrnn.networks.cells import CELLS
from skrnn.networks.recurrent import FastOnCPU
from tests.helpers import KERNEL_OPERATION, traced_operations

KERAS = {
    "simple": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
}


def pair(
    cell: str, units: int, **options
) -> tuple[keras.layers.Layer, keras.layers.Layer]:
    """Return our layer and Keras' with the same random weights."""
    ours = CELLS[cell].make_layer(f"ours_{cell}", units)
    theirs = KERAS[cell](units, return_sequences=True, **options)
    ours.build((None, None, 3))
    theirs.build((None, None, 3))
    rng = np.random.default_rng(0)
    # No larger than new ones: a plain recurrence of larger ones is chaotic, and what
    # was a rounding becomes a difference.
    weights = [
        rng.standard_normal(w.shape) / np.sqrt(len(w)) for w in theirs.get_weights()
    ]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs


@pytest.mark.parametrize("n_steps", [1, 2, 30])
@pytest.mark.parametrize("units", [1, 5, 32, 48])
@pytest.mark.parametrize("cell", KERAS)
def test_states_and_gradients_are_those_of_keras(
    cell: str, units: int, n_steps: int
) -> None:
    options = {"reset_after": False} if cell == "gru" else {}
    ours, theirs = pair(cell, units, **options)
    rng = np.random.default_rng(1)
    inputs = tf.constant(rng.standard_normal((6, n_steps, 3)), tf.float32)
    weighting = tf.constant(rng.standard_normal((6, n_steps, units)), tf.float32)
    found = []
    for layer in (ours, theirs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            states = layer(inputs)
            loss = tf.reduce_mean(states * weighting)
        variables = [v.value for v in layer.trainable_variables]
        found.append([states, *tape.gradient(loss, [inputs, *variables])])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("cell", KERAS)
def test_the_compiled_kernels_run(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pair(cell, 32, **({"reset_after": False} if cell == "gru" else {}))
    shapes = []

    def recorded(inputs: np.ndarray, *arrays: np.ndarray) -> None:
        shapes.append(inputs.shape)
        kernels.forward(inputs, *arrays)

    kernels = type(ours).kernels
    monkeypatch.setattr(type(ours), "kernels", replace(kernels, forward=recorded))
    for training in (False, True):
        assert KERNEL_OPERATION in traced_operations(ours, training)
    assert KERNEL_OPERATION not in traced_operations(theirs, training=False)
    ours(np.zeros((2, 4, 3), dtype=np.float32))
    assert shapes == [(2, 4, 3)]


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "relu"},
        {"go_backwards": True},
        {"use_bias": False},
        {"return_state": True},
        {"dtype": "float16"},
        {"activation": "relu", "recurrent_activation": "hard_sigmoid"},
    ],
    ids=str,
)
def test_keras_runs_where_the_kernel_does_not_apply(options: dict) -> None:
    layer = CELLS["lstm"].layer(4, return_sequences=True, **options)
    assert KERNEL_OPERATION not in traced_operations(layer, training=False)


def test_recurrent_dropout_uses_keras_in_training_only() -> None:
    layer = CELLS["lstm"].make_layer("dropping", 4, recurrent_dropout=0.3)
    assert KERNEL_OPERATION not in traced_operations(layer, training=True)
    assert KERNEL_OPERATION in traced_operations(layer, training=False)


def test_a_gpu_gets_keras_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [kind])
    layer = CELLS["lstm"].make_layer("on_gpu", 4)
    assert KERNEL_OPERATION not in traced_operations(layer, training=False)


@pytest.mark.parametrize("cell", KERAS)
def test_masks_and_first_states_are_keras(cell: str) -> None:
    options = {"reset_after": False} if cell == "gru" else {}
    ours, theirs = pair(cell, 5, **options)
    inputs = np.random.default_rng(0).standard_normal((2, 4, 3)).astype(np.float32)
    mask = np.array([[True, True, False, False], [True, False, True, True]])
    np.testing.assert_allclose(
        ours(inputs, mask=mask), theirs(inputs, mask=mask), atol=1e-6
    )


class NoKernels(FastOnCPU, keras.layers.SimpleRNN):
    """A cell that has no compiled kernel."""


def test_a_layer_without_kernels_reads_backward_as_the_keras_layer() -> None:
    layer = NoKernels(3, return_sequences=True)
    inputs = np.random.default_rng(0).normal(size=(2, 5, 4)).astype(np.float32)
    n_words = [5, 2]
    states = np.asarray(layer(inputs, lengths=tf.constant(n_words), backward=True))
    for row, n in enumerate(n_words):
        expected = layer(inputs[row : row + 1, :n][:, ::-1])[0, ::-1]
        np.testing.assert_allclose(states[row, :n], expected, atol=1e-6)
