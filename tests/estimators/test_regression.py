"""RNNSentimentRegressor: numbers from rows of ids."""

from __future__ import annotations

import pickle

import keras
import numpy as np
import pytest
from sklearn.base import clone, is_regressor
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, cross_val_predict

from skrnn import RNNSentimentRegressor
from tests.helpers import Sequences, fit_pretrained, make_kind, start_from

TEXTS = ["a good film", "so good", "a film", "a bad film", "so bad"] * 8
STARS = np.array([5.0, 5.0, 3.0, 1.0, 1.0] * 8)


def small(**params) -> RNNSentimentRegressor:
    defaults = {"cell": "simple", "pooling": "last", "units": 4, "embedding_dim": 4}
    defaults |= {"epochs": 1, "batch_size": 64, "random_state": 0}
    return RNNSentimentRegressor(**{**defaults, **params})


def numbers(sequences: Sequences) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and numbers on the scale of prices."""
    X, y = sequences
    return X, 1000.0 + 50.0 * y


def test_it_learns_numbers_of_any_scale(sequences: Sequences) -> None:
    X, y = numbers(sequences)
    params = {"cell": "gru", "units": 8, "epochs": 25, "learning_rate": 0.02}
    model = small(**params, batch_size=20, dropout=0.1, spatial_dropout=0.0).fit(X, y)
    assert is_regressor(model)
    assert model.score(X, y) == r2_score(y, model.predict(X)) > 0.8
    assert model.predict(X).dtype == np.float64
    assert list(model.history_) == ["loss"]
    other = clone(model).fit(X, y / 1000)
    np.testing.assert_allclose(other.predict(X) * 1000, model.predict(X), rtol=1e-4)


def test_the_mean_and_the_scale_are_those_of_weighted_rows(
    sequences: Sequences,
) -> None:
    X, y = numbers(sequences)
    weight = np.arange(len(y)) % 3
    model = small().fit(X, y, sample_weight=weight)
    assert model.y_mean_ == pytest.approx(np.average(y, weights=weight))
    repeated = small().fit(np.repeat(X, weight, axis=0), np.repeat(y, weight))
    assert model.y_scale_ == pytest.approx(repeated.y_scale_)
    constant = small().fit(X, np.full(len(X), 7.0))
    assert (constant.y_mean_, constant.y_scale_) == (7.0, 1.0)


def test_the_loss_is_that_of_standardized_numbers(sequences: Sequences) -> None:
    X, y = numbers(sequences)
    model = small(epochs=2).fit(X, y, X_val=X, y_val=y)
    assert list(model.history_) == ["loss", "val_loss"]
    expected = np.mean(((model.predict(X) - y) / y.std()) ** 2)
    assert model.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("loss", ["absolute_error", keras.losses.Huber(delta=0.5)])
def test_other_losses(loss, sequences: Sequences) -> None:
    X, y = numbers(sequences)
    model = small(loss=loss).fit(X, y, X_val=X, y_val=y)
    instance = keras.losses.MeanAbsoluteError() if isinstance(loss, str) else loss
    expected = instance(y / y.std(), model.predict(X) / y.std())
    assert model.history_["val_loss"][0] == pytest.approx(float(expected), rel=1e-4)


def test_losses_of_classes_are_refused(sequences: Sequences) -> None:
    with pytest.raises(ValueError, match="'loss' parameter of RNNSentimentRegressor"):
        small(loss="crossentropy").fit(*sequences)
    with pytest.raises(ValueError, match="loss='Hinge' does not fit y, which has num"):
        small(loss=keras.losses.Hinge()).fit(*sequences)


def test_early_stopping_holds_out_rows_without_classes(sequences: Sequences) -> None:
    X, _ = sequences
    model = small(early_stopping=2, epochs=3).fit(X, np.arange(len(X)))
    assert len(model.history_["val_loss"]) <= 3


def test_partial_fit_keeps_the_scale_of_the_first_chunk(sequences: Sequences) -> None:
    X, y = numbers(sequences)
    model = small(n_embeddings=30).partial_fit(X[:50], y[:50])
    scale = model.y_mean_, model.y_scale_
    model.partial_fit(X[50:], 10 * y[50:])
    assert (model.y_mean_, model.y_scale_) == scale
    assert len(model.history_["loss"]) == 2
    assert model.fit(X, 10 * y).y_mean_ == pytest.approx(10 * y.mean())


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["good", "bad"], "could not convert string|dtype='numeric'"),
        ([1.0, np.nan], "Input y contains NaN"),
        ([[1, 2], [3, 4]], "y should be a 1d array"),
    ],
)
def test_other_targets_are_refused(y, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small().fit([[2, 3], [3, 2]], y)


def test_a_search_a_pickle_and_cross_validation(sequences: Sequences) -> None:
    X, y = numbers(sequences)
    search = GridSearchCV(small(), {"units": [2, 3]}, cv=2).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    loaded = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(loaded.predict(X), search.predict(X))
    assert cross_val_predict(small(), X, y, cv=2).shape == y.shape


def test_it_starts_from_a_classifier_whatever_its_labels_mean() -> None:
    """The sentiment is scaled to the ratings, or reversed for numbers of complaints."""
    params = {"classifier": "RNNSentimentRegressor", "learning_rate": 1e-6}
    pretrained = fit_pretrained()
    for y in (STARS, 5 - STARS):
        model = start_from(pretrained, **params).fit(TEXTS, y)
        assert "output/kernel" in model["clf"].pretrained_weights_
        assert np.corrcoef(model.predict(TEXTS), y)[0, 1] > 0.9
        assert model.score(TEXTS, y) > 0.8


def test_the_keras_model_gives_standardized_numbers() -> None:
    model = make_kind("ratings").fit(TEXTS, STARS)
    rows, regressor = model[:-1].transform(TEXTS), model[-1]
    found = regressor.model_.predict(rows, verbose=0)[:, 0]
    expected = (model.predict(TEXTS) - regressor.y_mean_) / regressor.y_scale_
    np.testing.assert_allclose(found, expected, atol=1e-5)
