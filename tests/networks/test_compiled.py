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

NAN = float("nan")  # stands for no label
SMALL = replace(
    SPEC, n_embeddings=12, embedding_dim=5, units=(4,), spatial_dropout=0, dropout=0
)
IDS = np.array([[3, 4, 5, 6], [7, 8, 0, 0], [9, 9, 3, 0], [2, 5, 11, 10]], np.int32)
WEIGHT = np.array([1.0, 2.0, 1.0, 1.0], np.float32)


def network(
    spec=SMALL, label_smoothing=0.0, weight_averaging=0.0, **adversarial
) -> CompiledNetwork:
    """Return a new network whose weights change by their gradients."""
    optimizer = keras.optimizers.SGD(learning_rate=1.0)
    label_loss = keras.losses.BinaryCrossentropy(label_smoothing=label_smoothing)
    loss = TrainingLoss("binary", label_loss, **adversarial)
    made = CompiledNetwork(spec, loss, optimizer, weight_averaging=weight_averaging)
    made.reset(np.random.default_rng(0))
    made.model.get_layer("embedding").embeddings.assign(
        np.random.default_rng(1).standard_normal((12, 5))
    )
    return made


def step(made: CompiledNetwork, y: list[float]) -> tuple:
    batch = [IDS, np.array(y, np.float32), WEIGHT]
    return made.train_step(*map(tf.constant, batch))


def reference_gradients(made: CompiledNetwork, y: np.ndarray) -> list[np.ndarray]:
    """Gradients of the loss and the adversarial losses, by one straightforward tape."""
    model, training_loss = made.model, made.loss
    table = model.get_layer("embedding").embeddings.value
    lengths = tf.constant((IDS > 0).sum(axis=1), tf.int32)
    labeled = ~np.isnan(y)
    known = np.nan_to_num(y)[:, None]
    loss_of = keras.losses.binary_crossentropy
    with tf.GradientTape(persistent=True) as tape:
        vectors = tf.gather(table, IDS)
        tape.watch(vectors)
        proba = made.classify(vectors, lengths)
        logit = tf.math.log(proba / (1 - proba))
    by_words = tape.gradient(logit, vectors).numpy()
    unit = by_words / np.linalg.norm(by_words.reshape(4, -1), axis=1)[:, None, None]
    # The sign for rows without a label is drawn: it is told from the network's step.
    moves = []
    for row in range(4):
        if labeled[row]:
            length = training_loss.adversarial or training_loss.virtual_adversarial
            moves.append(unit[row] * length * (-1 if y[row] else 1))
        else:
            moves.append(unit[row] * training_loss.virtual_adversarial * SIGN)
    fixed = tf.stop_gradient(proba)
    with tf.GradientTape() as tape:
        vectors = tf.gather(table, IDS)
        clean = loss_of(known, made.classify(vectors, lengths))
        moved = made.classify(vectors + np.array(moves, np.float32), lengths)
        by_label = loss_of(known, moved)
        by_output = loss_of(fixed, moved)
        n = labeled.sum()
        loss = tf.reduce_sum(clean * WEIGHT * labeled) / n
        if training_loss.adversarial:
            loss += tf.reduce_sum(by_label * WEIGHT * labeled) / n
            virtual = ~labeled
        else:
            virtual = np.full(4, True)
        if training_loss.virtual_adversarial:
            rows = max(virtual.sum(), 1)
            loss += tf.reduce_sum(by_output * WEIGHT * virtual) / rows
    variables = [v.value for v in model.trainable_variables]
    return [
        g if g is None else tf.convert_to_tensor(g).numpy()
        for g in tape.gradient(loss, variables)
    ]


SIGN = 1


@pytest.mark.parametrize("trainable", [True, False])
@pytest.mark.parametrize(
    ("losses", "y"),
    [
        ({"adversarial": 0.5}, [1, 0, 1, 0]),
        ({"virtual_adversarial": 0.5}, [1, 0, 1, 0]),
        ({"adversarial": 0.5, "virtual_adversarial": 0.3}, [1, 0, 1, 0]),
        ({"adversarial": 0.5, "virtual_adversarial": 0.3}, [1, NAN, 0, 1]),
        ({"virtual_adversarial": 0.3}, [1, NAN, 0, 1]),
    ],
    ids=str,
)
def test_a_perturbed_step_has_the_gradients_of_its_losses(
    losses: dict, y: list[float], trainable: bool, monkeypatch
) -> None:
    made = network(replace(SMALL, embeddings_trainable=trainable), **losses)
    before = [v.numpy() for v in made.model.trainable_variables]
    y = np.array(y, np.float32)
    agreed = []
    for sign in (1, -1):
        monkeypatch.setitem(globals(), "SIGN", sign)
        agreed.append(reference_gradients(made, y))
    step(made, y)
    found = [
        b - v.numpy()
        for b, v in zip(before, made.model.trainable_variables, strict=True)
    ]

    def distance(expected: list[np.ndarray]) -> float:
        return max(
            float(np.abs(f - e).max()) for f, e in zip(found, expected, strict=True)
        )

    assert min(map(distance, agreed)) < 1e-5
    assert max(float(np.abs(f).max()) for f in found) > 1e-2


def test_the_virtual_direction_is_that_of_power_iteration() -> None:
    made = network(virtual_adversarial=1.0)
    vectors, lengths = made.embed(tf.constant(IDS))
    proba = made.classify(vectors, lengths)
    with tf.GradientTape() as tape:
        tape.watch(vectors)
        losses = made.loss.label_losses(made.classify(vectors, lengths), tf.zeros(4))
    ours = made.loss.perturbations(tape.gradient(losses, vectors), tf.fill([4], NAN))
    direction = tf.random.stateless_normal(vectors.shape, seed=[0, 0])
    for _ in range(5):  # Miyato et al. (2018), algorithm 1
        direction /= tf.norm(direction, axis=[1, 2], keepdims=True)
        near = vectors + 1e-2 * direction
        with tf.GradientTape() as tape:
            tape.watch(near)
            divergence = keras.losses.binary_crossentropy(
                proba, made.classify(near, lengths)
            )
        direction = tape.gradient(divergence, near)
    direction /= tf.norm(direction, axis=[1, 2], keepdims=True)
    cosine = tf.reduce_sum(direction * ours, axis=[1, 2])
    np.testing.assert_allclose(np.abs(cosine), 1.0, atol=1e-2)


def test_sums_are_of_labelled_rows_only() -> None:
    made = network(virtual_adversarial=0.1)
    loss, hits, rows = map(float, step(made, [1, NAN, 0, NAN]))
    assert rows == 2
    assert 0 <= hits <= 2
    assert loss > 0


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
        ({"cell": "lstm", "spatial_dropout": 0.4}, {"adversarial": 1.0}),
        ({"cell": "gru", "pooling": "attention"}, {"virtual_adversarial": 1.0}),
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
