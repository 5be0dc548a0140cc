"""The register of heads: losses, probabilities and draws, by hand."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import onnxruntime
import pytest
import tensorflow as tf

from skrnn.networks.builders import build_network
from skrnn.networks.heads import HEADS
from skrnn.networks.spec import NetworkSpec
from skrnn.onnx.graph import build_graph
from tests.helpers import SPEC

N_OUTPUTS = {
    "binary": 1,
    "multiclass": 4,
    "multilabel": 3,
    "ordinal": 5,
    "regression": 1,
}
LOGITS = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32) * 3


def spec_of(head: str) -> NetworkSpec:
    return replace(SPEC, n_embeddings=9, head=head, n_outputs=N_OUTPUTS[head])


def activated(head: str) -> tuple[np.ndarray, np.ndarray]:
    """Return logits and the outputs of the model for them."""
    layer = spec_of(head).dense_layers[-1]
    logits = LOGITS[:, : layer.units]
    units = keras.Input((layer.units,))
    activation = keras.layers.Activation(layer.activation)
    outputs = HEADS[head].connect(activation(units))
    return logits, keras.Model(units, outputs)(logits).numpy()


def test_every_head_is_tested() -> None:
    assert N_OUTPUTS.keys() == HEADS.keys()


@pytest.mark.parametrize("head", HEADS)
def test_a_model_has_the_outputs_of_its_head(head: str) -> None:
    spec = spec_of(head)
    model = build_network(spec)
    found = model(np.array([[2, 3, 0], [4, 0, 0]], np.int32))
    assert model.output_shape == (None, spec.n_outputs)
    assert found.shape == (2, spec.n_outputs)
    with pytest.raises(ValueError, match=f"There is no head='{head}' of n_outputs=0"):
        replace(spec, n_outputs=0)


@pytest.mark.parametrize("head", HEADS)
def test_onnx_gives_the_same_numbers(head: str) -> None:
    spec = spec_of(head)
    rng = np.random.default_rng(0)
    weights = {
        name: rng.normal(size=shape).astype(np.float32)
        for name, shape in spec.weight_shapes.items()
    }
    model = build_network(spec)
    model.set_weights(
        [weights[f"{la.name}/{w.name}"] for la in model.layers for w in la.weights]
    )
    graph = build_graph([(spec, weights, "ids", "out")])
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    ids = rng.integers(0, 9, size=(5, 7))
    (found,) = session.run(None, {"ids": ids})
    expected = model(ids.astype(np.int32)).numpy().astype(np.float64)
    if head != "regression":
        expected = HEADS[head].to_proba(expected)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("log_odds", [False, True])
@pytest.mark.parametrize("head", [head for head in HEADS if head != "regression"])
def test_scores_are_those_of_the_probabilities(head: str, log_odds: bool) -> None:
    logits, outputs = activated(head)
    proba = HEADS[head].to_proba(outputs.astype(np.float64))
    for target in range(proba.shape[1]):
        found = HEADS[head].score(tf.constant(logits), target, log_odds).numpy()
        expected = proba[:, target]
        if log_odds:
            expected = np.log(expected / (1 - expected))
        np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_ordered_classes_without_weights_are_equally_probable() -> None:
    units = keras.Input((4,))
    model = keras.Model(units, HEADS["ordinal"].connect(units))
    np.testing.assert_allclose(model(np.zeros((1, 4))).numpy(), 0.2, rtol=1e-6)


def test_the_ordinal_loss_is_that_of_the_paper() -> None:
    """Shi et al. (2021), equation 4: each step counts for the rows that reach it."""
    logits, outputs = activated("ordinal")
    y = np.array([0, 1, 2, 3, 4, 2])
    uniform = np.log([4, 3, 2, 1])  # ours are shifted, so that zeros are uniform
    go_on = 1 / (1 + np.exp(-(logits.astype(np.float64) + uniform)))
    expected = np.zeros(len(y))
    for k in range(4):
        reached = y >= k
        each = np.where(y > k, np.log(go_on[:, k]), np.log(1 - go_on[:, k]))
        expected -= reached * each
    head = HEADS["ordinal"]
    loss = head.make_loss("crossentropy")
    found = head.row_losses(loss, tf.constant(outputs), tf.constant(y, tf.float32))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_probabilities_of_more_stars_never_increase() -> None:
    _, outputs = activated("ordinal")
    above = outputs[:, ::-1].cumsum(axis=1)[:, ::-1]
    assert (np.diff(above, axis=1) <= 0).all()
    np.testing.assert_allclose(outputs.sum(axis=1), 1.0, rtol=1e-5)


def test_labels_have_a_loss_each() -> None:
    _, outputs = activated("multilabel")
    y = (outputs > 0.3).astype(np.float32)
    y[:, 1] = 1 - y[:, 1]
    head = HEADS["multilabel"]
    loss = head.make_loss("crossentropy")
    found = head.row_losses(loss, tf.constant(outputs), tf.constant(y))
    expected = -np.log(np.where(y == 1, outputs, 1 - outputs))
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    hits = head.is_hit(tf.constant(outputs), tf.constant(y)).numpy()
    np.testing.assert_array_equal(hits, ((outputs > 0.5) == y).all(axis=1))


@pytest.mark.parametrize(
    ("head", "loss", "message"),
    [
        (
            "multiclass",
            "binary_focal_crossentropy",
            "does not fit y, which has several",
        ),
        (
            "multiclass",
            keras.losses.BinaryCrossentropy(),
            "loss='BinaryCrossentropy' d",
        ),
        ("ordinal", "binary_crossentropy", "which has ordered classes"),
        ("multilabel", "categorical_crossentropy", "which has several labels per row"),
        ("regression", keras.losses.Hinge(), "which has numbers"),
        (
            "multiclass",
            keras.losses.CategoricalCrossentropy(from_logits=True),
            "takes logits, but the network gives probabilities",
        ),
    ],
)
def test_a_loss_that_does_not_fit_is_refused(head: str, loss, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        HEADS[head].make_loss(loss)


def test_a_loss_that_is_in_no_table_is_taken() -> None:
    loss = keras.losses.Tversky()
    assert HEADS["multiclass"].make_loss(loss) is loss


def test_a_reversed_output_of_two_classes_is_turned() -> None:
    y, weight = np.array([0, 0, 1, 1], np.float32), np.ones(4)
    outputs = np.array([[0.9], [0.8], [0.2], [0.7]])
    assert HEADS["binary"].alignment(outputs, y, weight) == (-1.0, 0.0)
    assert HEADS["binary"].alignment(1 - outputs, y, weight) == (1.0, 0.0)
    assert HEADS["binary"].alignment(outputs[:2], y[:2], weight[:2]) == (1.0, 0.0)


def test_an_output_is_fitted_to_numbers_by_least_squares() -> None:
    outputs, weight = np.array([[0.0], [1.0], [5.0]]), np.array([1.0, 1.0, 0.0])
    y = np.array([3.0, 1.0, 9.0], np.float32)
    found = HEADS["regression"].alignment(outputs, y, weight)
    np.testing.assert_allclose(found, (-2.0, 3.0))
