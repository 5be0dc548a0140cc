"""Validation rows of one's own: ``fit(X, y, X_val=, y_val=)``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sklearn
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline

from skrnn import TextSequencer
from skrnn.datasets import make_reviews
from tests.helpers import Sequences, small, small_hierarchical


@pytest.mark.parametrize("make", [small, small_hierarchical])
def test_the_history_is_measured_on_them(make, sequences: Sequences) -> None:
    X, y = sequences
    model = make(epochs=2).fit(X[:150], y[:150], X_val=X[150:], y_val=y[150:])
    assert {len(values) for values in model.history_.values()} == {2}
    assert model.history_["val_accuracy"][-1] == pytest.approx(
        model.score(X[150:], y[150:])
    )
    assert model.history_["val_loss"][-1] == pytest.approx(
        log_loss(y[150:], model.predict_proba(X[150:])), rel=1e-5
    )
    # Looking at them changes nothing, and no row is held out.
    blind = make(epochs=2).fit(X[:150], y[:150])
    np.testing.assert_array_equal(model.predict_proba(X), blind.predict_proba(X))


def test_labels_of_three_classes_that_are_strings(sequences: Sequences) -> None:
    X = sequences[0]
    y = np.array(["low", "mid", "top"])[X.max(axis=1) % 3]
    model = small().fit(X[:150], y[:150], X_val=X[150:], y_val=y[150:].tolist())
    assert model.history_["val_accuracy"] == [
        pytest.approx(model.score(X[150:], y[150:]))
    ]
    assert model.history_["val_loss"] == [
        pytest.approx(log_loss(y[150:], model.predict_proba(X[150:])), rel=1e-5)
    ]


@pytest.mark.parametrize("make", [small, small_hierarchical])
def test_early_stopping_looks_at_them(make, sequences: Sequences) -> None:
    X, y = sequences
    settings = {"epochs": 30, "learning_rate": 0.02, "early_stopping": 2}
    # What is learned is wrong on these rows, so their loss rises from the first epoch.
    model = make(**settings).fit(X, y, X_val=X, y_val=1 - y)
    assert np.argmin(model.history_["val_loss"]) == 0
    assert len(model.history_["val_loss"]) == 3
    # The weights of the best epoch are back, and all rows were learned from.
    first = make(**{**settings, "epochs": 1, "early_stopping": False}).fit(X, y)
    np.testing.assert_allclose(
        model.predict_proba(X), first.predict_proba(X), atol=1e-6
    )


_ROW = {"X_val": [[1, 2]], "y_val": [1]}


@pytest.mark.parametrize(
    ("params", "given", "message"),
    [
        ({}, {"X_val": [[1, 2]]}, "got X_val without y_val"),
        ({}, {"y_val": [1]}, "got y_val without X_val"),
        ({"validation_split": 0.2}, _ROW, "Set validation_split=0.0"),
        ({"fit__validation_split": 0.2}, _ROW, "Set validation_split=0.0"),
        ({}, {**_ROW, "y_val": [2]}, r"y_val has labels \[2\] .* classes \[0, 1\]"),
        ({}, {**_ROW, "y_val": [0, 1]}, "inconsistent numbers of samples"),
        ({}, {**_ROW, "X_val": [[1, 2, 3]]}, "3 features"),
        ({}, {**_ROW, "X_val": [[1, 0.5]]}, "integers"),
        ({}, {"X_val": np.zeros((0, 2)), "y_val": []}, "0 sample"),
        ({}, {**_ROW, "X_val": ["bad"]}, r'got text.*transform_input=\["X_val"\]'),
    ],
)
def test_what_cannot_be_used(params, given, message: str) -> None:
    model = small(**params)
    with pytest.raises(ValueError, match=message):
        model.fit([[1, 2], [2, 1]], [0, 1], **given)
    assert not hasattr(model, "model_")
    assert not [name for name in vars(model) if name.endswith("_")]


def test_memory_tells_validation_rows_apart(
    sequences: Sequences, tmp_path: Path
) -> None:
    X, y = sequences
    for rows in (slice(100, 150), slice(150, 200)):
        given = {"X_val": X[rows], "y_val": y[rows]}
        kept = small(memory=tmp_path).fit(X[:100], y[:100], **given)
        plain = small().fit(X[:100], y[:100], **given)
        assert kept.history_ == plain.history_


@pytest.fixture
def routing():
    """Let scikit-learn route metadata."""
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def make_pipeline(make=small, **params) -> Pipeline:
    classifier = make(**params).set_fit_request(
        X_val=True, y_val=True, sample_weight=True
    )
    return Pipeline(
        [("seq", TextSequencer(maxlen=30)), ("clf", classifier)],
        transform_input=["X_val"],
    )


@pytest.mark.usefixtures("routing")
@pytest.mark.parametrize("make", [small, small_hierarchical])
def test_a_pipeline_sequences_them(make) -> None:
    texts, y = make_reviews(120, random_state=0)
    model = make_pipeline(make).fit(
        texts[:80],
        y[:80],
        X_val=texts[80:],
        y_val=y[80:],
        sample_weight=np.linspace(0.5, 1.5, 80),
    )
    assert model["clf"].history_["val_accuracy"] == [
        pytest.approx(model.score(texts[80:], y[80:]))
    ]
    by_hand = make().fit(
        model["seq"].transform(texts[:80]),
        y[:80],
        sample_weight=np.linspace(0.5, 1.5, 80),
    )
    np.testing.assert_array_equal(
        model.predict_proba(texts[:5]),
        by_hand.predict_proba(model["seq"].transform(texts[:5])),
    )


@pytest.mark.usefixtures("routing")
def test_a_grid_hands_them_to_every_fit() -> None:
    texts, y = make_reviews(120, random_state=0)
    seen = []

    class Seeing(type(small())):
        def _check_data(self, X, y, sample_weight, validation, *, reset):
            seen.append(len(validation[1]))
            return super()._check_data(X, y, sample_weight, validation, reset=reset)

    pipeline = make_pipeline().set_params(
        clf=Seeing(cell="simple", units=4, epochs=1, random_state=0).set_fit_request(
            X_val=True, y_val=True
        )
    )
    search = GridSearchCV(
        pipeline, {"clf__units": [2, 3]}, cv=StratifiedKFold(2), error_score="raise"
    )
    search.fit(texts[:80], y[:80], X_val=texts[80:], y_val=y[80:])
    assert seen == [40] * 5  # two folds for each of two candidates, and the best again
    best = search.best_estimator_
    assert best["clf"].history_["val_accuracy"] == [
        pytest.approx(best.score(texts[80:], y[80:]))
    ]
