"""RNNOrdinalClassifier: ordered classes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV

from skrnn import RNNOrdinalClassifier
from tests.helpers import Sequences, fit_pretrained, start_from


def small(**params) -> RNNOrdinalClassifier:
    defaults = {"cell": "simple", "pooling": "last", "units": 4, "embedding_dim": 4}
    defaults |= {"epochs": 1, "batch_size": 64, "random_state": 0}
    return RNNOrdinalClassifier(**{**defaults, **params})


def stars(sequences: Sequences) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and 1 to 5 stars: the first word says how many."""
    X, _ = sequences
    first = X[np.arange(len(X)), (X > 0).argmax(axis=1)]
    return X, (first - 2) // 4 + 1


def test_it_learns_the_order(sequences: Sequences) -> None:
    X, y = stars(sequences)
    params = {"cell": "gru", "units": 8, "epochs": 40, "learning_rate": 0.02}
    model = small(**params, batch_size=20, dropout=0.1, spatial_dropout=0.0).fit(X, y)
    np.testing.assert_array_equal(model.classes_, [1, 2, 3, 4, 5])
    assert mean_absolute_error(y, model.predict(X)) < 0.3
    assert mean_absolute_error(y, model.predict_expected(X)) < 0.5
    proba = model.predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    at_most = proba @ np.triu(np.ones((5, 5)))
    np.testing.assert_array_equal(
        model.predict(X), model.classes_[(at_most >= 0.5).argmax(axis=1)]
    )
    np.testing.assert_allclose(model.predict_expected(X), proba @ model.classes_)


def test_history_and_validation_are_those_of_classes(sequences: Sequences) -> None:
    X, y = stars(sequences)
    model = small(validation_split=0.2, class_weight="balanced").fit(X, y)
    assert list(model.history_) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    checked = small().fit(X, y, X_val=X, y_val=y)
    assert checked.history_["val_accuracy"][0] == pytest.approx(checked.score(X, y))
    losses = -np.log(checked.predict_proba(X)[np.arange(len(y)), y - 1])
    assert checked.history_["val_loss"][0] == pytest.approx(losses.mean(), rel=1e-4)


def test_two_classes(sequences: Sequences) -> None:
    X, y = sequences
    model = small().fit(X, y)
    np.testing.assert_array_equal(model.classes_, [0, 1])
    assert model.predict_proba(X).shape == (len(X), 2)


def test_partial_fit_knows_all_stars(sequences: Sequences) -> None:
    X, y = stars(sequences)
    model = small(n_embeddings=30).partial_fit(X, y, classes=range(1, 11))
    assert model.predict_proba(X).shape == (len(X), 10)


def test_a_search_by_mean_absolute_error(sequences: Sequences) -> None:
    X, y = stars(sequences)
    search = GridSearchCV(
        small(), {"units": [2, 3]}, cv=2, scoring="neg_mean_absolute_error"
    )
    assert np.isfinite(search.fit(X, y).best_score_)


def test_an_indicator_matrix_is_refused() -> None:
    with pytest.raises(ValueError, match="y should be a 1d array"):
        small().fit([[2, 3], [3, 2]], [[0, 1], [1, 0]])


def test_strings_have_no_expected_rating(sequences: Sequences) -> None:
    X, y = sequences
    model = small().fit(X, np.array(["bad", "good"])[y])
    with pytest.raises(ValueError, match="needs classes that are numbers"):
        model.predict_expected(X)


def test_it_starts_from_a_pretrained_network() -> None:
    texts, y = ["so good", "a film", "so bad"] * 8, [5, 3, 1] * 8
    model = start_from(fit_pretrained(), classifier="RNNOrdinalClassifier")
    copied = model.fit(texts, y)["clf"].pretrained_weights_
    assert "gru_0/kernel" in copied
    assert not any(name.startswith("output") for name in copied)
