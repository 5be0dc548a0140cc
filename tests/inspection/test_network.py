"""Scores and gradients of networks from their word vectors on."""

from __future__ import annotations

import numpy as np
import pytest

from skrnn import RNNSentimentClassifier
from skrnn.inspection.network import VectorScorer, attention_of_network
from tests.helpers import Sequences, small


def three_classes(sequences: Sequences, **params) -> RNNSentimentClassifier:
    X, _ = sequences
    return small(**params).fit(X, np.arange(len(X)) % 3)


@pytest.mark.parametrize("target", [0, 1, 2])
def test_scores_are_those_of_predict_proba(sequences: Sequences, target: int) -> None:
    X, _ = sequences
    model = three_classes(sequences)
    proba = model.predict_proba(X)[:, target]
    plain = VectorScorer(model, X[0], target, log_odds=False).row_scores(X)
    np.testing.assert_allclose(plain, proba, atol=1e-6)
    odds = VectorScorer(model, X[0], target, log_odds=True).row_scores(X)
    np.testing.assert_allclose(odds, np.log(proba / (1 - proba)), atol=1e-5)


@pytest.mark.parametrize("log_odds", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_gradients_are_differences_of_scores(
    sequences: Sequences, log_odds: bool, n_classes: int
) -> None:
    X, y = sequences
    model = small(cell="gru").fit(X, y) if n_classes == 2 else three_classes(sequences)
    scorer = VectorScorer(model, X[3], 0, log_odds=log_odds)
    vectors = scorer.vectors
    assert len(vectors) == (X[3] > 0).sum()
    gradient = scorer.gradients(vectors[np.newaxis])[0]
    step = 1e-2
    nudged = np.repeat(vectors[np.newaxis], 2 * vectors.size, axis=0)
    flat = nudged.reshape(2, vectors.size, vectors.size)
    flat[0] += step * np.eye(vectors.size, dtype=np.float32)
    flat[1] -= step * np.eye(vectors.size, dtype=np.float32)
    above, below = np.split(scorer.scores(nudged), 2)
    differences = (above - below) / (2 * step)
    np.testing.assert_allclose(gradient.ravel(), differences, atol=2e-4)
    assert np.abs(gradient).max() > 2e-3


def test_attention_is_the_softmax_of_its_scores(sequences: Sequences) -> None:
    X, y = sequences
    model = small(pooling="attention", bidirectional=True).fit(X, y)
    layer = model.model_.get_layer("attention")
    weights = attention_of_network(model, X)
    assert (weights[X == 0] == 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-6)

    # By hand for one row without padding: NumPy from the states on.
    import keras

    row = int(np.flatnonzero((X > 0).all(axis=1))[0])
    states = keras.Model(model.model_.input, layer.input[0])(X[row : row + 1])
    hidden = np.tanh(states.numpy()[0] @ layer.kernel.numpy() + layer.bias.numpy())
    scores = (hidden @ layer.context.numpy())[:, 0]
    expected = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(weights[row], expected, atol=1e-6)
    assert np.ptp(expected) > 1e-4


def test_attention_without_context_is_even(sequences: Sequences) -> None:
    X, y = sequences
    model = small(pooling="attention").fit(X, y)
    context = model.model_.get_layer("attention").context
    context.assign(np.zeros(context.shape))
    holes = np.array([[0, 5, 0, 6, 0, 0, 7, 0], [0] * 8])
    weights = attention_of_network(model, holes.astype(np.int32))
    third = 1 / 3
    np.testing.assert_allclose(weights[0], [0, third, 0, third, 0, 0, third, 0])
    assert (weights[1] == 0).all()


def test_a_network_without_attention_says_what_else_there_is(
    sequences: Sequences,
) -> None:
    X, y = sequences
    with pytest.raises(ValueError, match="method='occlusion'"):
        attention_of_network(small().fit(X, y), X)
