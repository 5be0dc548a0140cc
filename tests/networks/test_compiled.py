from __future__ import annotations

import gc
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from skrnn.networks.compiled import CompiledNetwork
from skrnn.networks.losses import TrainingLoss
from tests.helpers import SPEC

SMALL = replace(
    SPEC, n_embeddings=12, embedding_dim=5, units=(4,), spatial_dropout=0, dropout=0
)
IDS = np.array([[3, 4, 5, 6], [7, 8, 0, 0], [9, 9, 3, 0], [2, 5, 11, 10]], np.int32)
WEIGHT = np.array([1.0, 2.0, 1.0, 1.0], np.float32)


def network(spec=SMALL, label_smoothing=0.0, weight_averaging=0.0) -> CompiledNetwork:
    """Return a new network whose weights change by their gradients."""
    optimizer = keras.optimizers.SGD(learning_rate=1.0)
    label_loss = keras.losses.BinaryCrossentropy(label_smoothing=label_smoothing)
    loss = TrainingLoss("binary", label_loss)
    made = CompiledNetwork(spec, loss, optimizer, weight_averaging=weight_averaging)
    made.reset(np.random.default_rng(0))
    made.model.get_layer("embedding").embeddings.assign(
        np.random.default_rng(1).standard_normal((12, 5))
    )
    return made


def step(made: CompiledNetwork, y: list[float]) -> tuple:
    batch = [IDS, np.array(y, np.float32), WEIGHT]
    return made.train_step(*map(tf.constant, batch))


@pytest.mark.parametrize("trainable", [True, False])
def test_a_step_has_the_gradients_of_the_weighted_loss(trainable: bool) -> None:
    made = network(replace(SMALL, embeddings_trainable=trainable))
    variables = made.model.trainable_variables
    before = [v.numpy() for v in variables]
    y = np.array([1, 0, 1, 0], np.float32)
    with tf.GradientTape() as tape:
        proba = made.model(tf.constant(IDS))
        losses = keras.losses.binary_crossentropy(y[:, np.newaxis], proba)
        loss = tf.reduce_sum(losses * WEIGHT) / len(y)
    expected = tape.gradient(loss, [v.value for v in variables])
    step(made, y)
    for start, variable, gradient in zip(before, variables, expected, strict=True):
        change = start - variable.numpy()
        np.testing.assert_allclose(
            change, tf.convert_to_tensor(gradient).numpy(), atol=1e-5
        )
        assert np.abs(change).max() > 0


def test_sums_and_gradients_leave_out_rows_that_fill_up_a_batch() -> None:
    made, other = network(), network()
    y, weight = [1, float("nan"), 0, float("nan")], WEIGHT * [1, 0, 1, 0]
    batch = [IDS, np.array(y, np.float32), weight.astype(np.float32)]
    loss, hits, rows = map(float, made.train_step(*map(tf.constant, batch)))
    batch = [IDS[::2], np.array([1, 0], np.float32), WEIGHT[::2]]
    expected = other.train_step(*map(tf.constant, batch))
    assert rows == 2
    np.testing.assert_allclose([loss, hits, rows], np.array(expected), rtol=1e-5)
    for a, b in zip(made.model.weights, other.model.weights, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-6)


def test_averages_follow_the_weights() -> None:
    made = network(weight_averaging=0.9)
    variables = made.model.trainable_variables
    average = [v.numpy() for v in variables]
    for t in range(12):
        step(made, [1, 0, 1, 0])
        kept = min(0.9, (1 + t) / (10 + t))
        average = [
            kept * a + (1 - kept) * v.numpy()
            for a, v in zip(average, variables, strict=True)
        ]
    latest = [v.numpy() for v in variables]
    made.show_average(True)
    for variable, expected in zip(variables, average, strict=True):
        np.testing.assert_allclose(variable.numpy(), expected, atol=1e-5)
    made.show_average(True)
    made.show_average(False)
    for variable, expected in zip(variables, latest, strict=True):
        np.testing.assert_array_equal(variable.numpy(), expected)


def test_a_state_remembers_which_weights_are_shown() -> None:
    made = network(weight_averaging=0.9)
    step(made, [1, 0, 1, 0])
    latest = made.get_state()
    made.show_average(True)
    shown = made.get_state()
    made.set_state(latest)
    made.show_average(True)
    for a, b in zip(made.get_state(), shown, strict=True):
        np.testing.assert_array_equal(a, b)


def test_without_averaging_nothing_is_swapped() -> None:
    made = network()
    before = made.get_state()
    made.show_average(True)
    for a, b in zip(made.get_state(), before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("architecture", "training"),
    [
        ({"cell": "simple", "bidirectional": True}, {"label_smoothing": 0.1}),
        ({"cell": "lstm", "spatial_dropout": 0.4}, {}),
        ({"cell": "gru", "pooling": "attention"}, {}),
        ({"cell": "clockwork", "periods": (1, 2)}, {"weight_averaging": 0.9}),
        ({"recurrent_dropout": 0.3, "dropout": 0.2}, {}),
    ],
    ids=str,
)
def test_a_network_leaves_no_graph_behind(architecture: dict, training: dict) -> None:
    """TensorFlow keeps gradients that are traced, and their graphs, for ever."""
    n_graphs = []
    for n_units in (3, 4, 5):  # the operations that all networks share are kept
        made = network(
            replace(SMALL, dense_units=(n_units,), **architecture), **training
        )
        step(made, [0, 1, 1, 0])
        made.test_step(*map(tf.constant, [IDS, np.zeros(4, np.float32), WEIGHT]))
        made.predict_step(tf.constant(IDS))
        del made
        gc.collect()
        n_graphs.append(sum(isinstance(each, tf.Graph) for each in gc.get_objects()))
    assert n_graphs[2] <= n_graphs[1]
