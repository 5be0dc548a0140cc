"""Several labels a row, as an indicator matrix."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from scipy import sparse
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier

from skrnn import make_sentiment_pipeline
from tests.helpers import (
    KNOWN,
    Sequences,
    fit_pretrained,
    fitted_kind,
    small,
    small_hierarchical,
    start_from,
)


def labels(sequences: Sequences) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and three labels of their first words; the last label is rare."""
    X, y = sequences
    first = X[np.arange(len(X)), (X > 0).argmax(axis=1)]
    return X, np.column_stack([y, first > 10, first == 7]).astype(np.int64)


def output_bias(model) -> np.ndarray:
    return model.model_.get_layer("output").bias.numpy()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("make", [small, small_hierarchical])
def test_it_answers_as_scikit_learns_network(make, sequences: Sequences) -> None:
    X, Y = labels(sequences)
    model, peer = make().fit(X, Y), MLPClassifier((2,), max_iter=1).fit(X, Y)
    np.testing.assert_array_equal(model.classes_, peer.classes_)
    for method in ("predict", "predict_proba", "predict_log_proba"):
        found, expected = getattr(model, method)(X), getattr(peer, method)(X)
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    proba = model.predict_proba(X)
    np.testing.assert_array_equal(model.predict(X), proba > 0.5)
    assert model.score(X, Y) == (model.predict(X) == Y).all(axis=1).mean()


def test_it_learns_several_labels(sequences: Sequences) -> None:
    X, Y = labels(sequences)
    params = {"cell": "gru", "units": 8, "epochs": 40, "learning_rate": 0.02}
    model = small(**params, batch_size=20, dropout=0.1, spatial_dropout=0.0).fit(X, Y)
    assert model.score(X, Y) > 0.8


def test_validation_rows_have_the_mean_loss_of_the_labels(sequences: Sequences) -> None:
    X, Y = labels(sequences)
    model = small().fit(X, Y, X_val=X, y_val=Y)
    proba = model.predict_proba(X)
    expected = -np.log(np.where(Y == 1, proba, 1 - proba)).mean()
    assert model.history_["val_loss"][0] == pytest.approx(expected, rel=1e-4)
    assert model.history_["val_accuracy"][0] == pytest.approx(model.score(X, Y))
    held_out = small(validation_split=0.2, early_stopping=True).fit(X, Y)
    assert "val_loss" in held_out.history_


def test_equal_labels_are_learned_as_two_classes_are(sequences: Sequences) -> None:
    """The gradient of the mean over equal labels is that of one."""
    X, y = sequences
    plain = {"dropout": 0.0, "spatial_dropout": 0.0, "optimizer": "sgd"}
    both = small(**plain).fit(X, np.column_stack([y, y]), X_val=X, y_val=[[0, 1]] * 200)
    one = small(**plain).fit(X, y)
    assert both.history_["loss"][0] == pytest.approx(one.history_["loss"][0], abs=0.05)


def test_training_starts_from_the_frequencies_of_the_labels(
    sequences: Sequences,
) -> None:
    X, Y = labels(sequences)
    Y[:, 2] = 0  # a label of no row
    weight = np.where(np.arange(len(X)) < 100, 2.0, 0.0)
    still = {"learning_rate": 1e-12, "epochs": 1}
    positive, negative = Y[:100].sum(axis=0) + 0.5, 100.5 - Y[:100].sum(axis=0)
    for make in (small, small_hierarchical):
        model = make(**still).fit(X, Y, sample_weight=weight)
        np.testing.assert_allclose(
            output_bias(model), np.log(positive / negative), atol=1e-5
        )
    balanced = small(**still, class_weight="balanced").fit(X, Y)
    np.testing.assert_allclose(output_bias(balanced)[:2], 0, atol=1e-6)


def test_a_pretrained_output_keeps_its_bias() -> None:
    texts, Y = ["so good", "a film", "so bad"] * 4, [[1, 0], [0, 0], [0, 1]] * 4
    params = {"maxlen": 5, "learning_rate": 0.05, "epochs": 2}
    pretrained = make_sentiment_pipeline(None, **KNOWN, **params).fit(texts, Y)
    model = start_from(pretrained).fit(texts[:2] * 6, Y[:2] * 6)  # more of a label
    assert "output/bias" in model["clf"].pretrained_weights_
    np.testing.assert_allclose(
        output_bias(model["clf"]), output_bias(pretrained["clf"]), atol=1e-4
    )


def test_class_weights_are_those_of_each_label(sequences: Sequences) -> None:
    X, Y = labels(sequences)
    rare = [{0: 1.0, 1: 1.0}, {0: 1.0, 1: 1.0}, {0: 1.0, 1: 30.0}]
    params = {"epochs": 4, "learning_rate": 0.01}
    plain, weighted = (
        small(class_weight=given, **params).fit(X, Y).predict_proba(X).mean(axis=0)
        for given in (None, rare)
    )
    assert weighted[2] > plain[2] + 0.1
    np.testing.assert_allclose(weighted[:2], plain[:2], atol=0.1)
    balanced = small(class_weight="balanced", **params).fit(X, Y)
    assert balanced.predict_proba(X)[:, 2].mean() > plain[2] + 0.05


@pytest.mark.parametrize("given", [{0: 1.0, 1: 2.0}, [{0: 1.0, 1: 2.0}]])
def test_class_weights_of_other_labels_are_refused(given, sequences: Sequences) -> None:
    with pytest.raises(ValueError, match="'balanced' or a list of 3 dicts"):
        small(class_weight=given).fit(*labels(sequences))


def test_sample_weights_and_sparse_indicators(sequences: Sequences) -> None:
    X, Y = labels(sequences)
    weight = np.where(np.arange(len(X)) < 100, 1.0, 0.0)
    dense = small().fit(X, Y, sample_weight=weight)
    np.testing.assert_array_equal(
        dense.predict_proba(X), small().fit(X[:100], Y[:100]).predict_proba(X)
    )
    thin = small().fit(X, sparse.csr_matrix(Y), sample_weight=weight)
    np.testing.assert_array_equal(dense.predict_proba(X), thin.predict_proba(X))


def test_partial_fit_needs_no_classes(sequences: Sequences) -> None:
    X, Y = labels(sequences)
    model = small(n_embeddings=30).partial_fit(X[:50], Y[:50] * 0)
    model.partial_fit(X[50:], Y[50:], classes=[0, 1, 2])
    assert len(model.history_["loss"]) == 2
    for wrong in (Y[:, 0], Y[:, :2]):
        with pytest.raises(ValueError, match="y has"):
            model.partial_fit(X, wrong)
    assert len(model.history_["loss"]) == 2


def test_a_warm_start_refuses_other_targets(sequences: Sequences) -> None:
    X, Y = labels(sequences)
    model = small(warm_start=True).fit(X, Y[:, 0])
    with pytest.raises(
        ValueError, match=r"y has the shape \(200, 3\).*fitted to labels"
    ):
        model.fit(X, Y)
    assert small(warm_start=False).fit(X, Y[:, 0]).fit(X, Y).predict(X).shape == Y.shape


def test_validation_labels_are_an_indicator_matrix_too(sequences: Sequences) -> None:
    X, Y = labels(sequences)
    with pytest.raises(ValueError, match=r"y_val has the shape \(200,\)"):
        small().fit(X, Y, X_val=X, y_val=Y[:, 0])


def test_losses_of_each_label(sequences: Sequences) -> None:
    X, Y = labels(sequences)
    focal = small(loss="binary_focal_crossentropy").fit(X, Y)
    assert focal.history_ != small().fit(X, Y).history_
    with pytest.raises(ValueError, match="which has several labels per row"):
        small(loss=keras.losses.CategoricalCrossentropy()).fit(X, Y)


def test_a_search(sequences: Sequences) -> None:
    X, Y = labels(sequences)
    search = GridSearchCV(small(), {"units": [2, 3]}, cv=2, scoring="f1_micro")
    assert np.isfinite(search.fit(X, Y).cv_results_["mean_test_score"]).all()


def test_it_starts_from_a_pretrained_network() -> None:
    texts, Y = ["so good", "a film", "so bad"] * 8, [[1, 0], [0, 0], [0, 1]] * 8
    copied = start_from(fit_pretrained()).fit(texts, Y)["clf"].pretrained_weights_
    assert "gru_0/kernel" in copied
    assert not any(name.startswith("output") for name in copied)


def test_document_vectors_need_no_label() -> None:
    model = fitted_kind("labels")
    assert model.transform(["a great lamp"]).shape == (1, model[-1]._n_features_out)
