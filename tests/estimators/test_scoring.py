"""``scoring``: what is measured on the validation rows after each epoch."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import f1_score, get_scorer, make_scorer
from sklearn.model_selection import GridSearchCV

import skrnn
from skrnn import RNNOrdinalClassifier, RNNSentimentClassifier, RNNSentimentRegressor
from tests.helpers import Sequences, make_rows, small, small_hierarchical

LABELS = np.array(["bad", "good"])


def share_of_hits(estimator, X, y) -> float:
    return float(np.mean(estimator.predict(X) == y))


@pytest.mark.parametrize("make", [small, small_hierarchical])
@pytest.mark.parametrize(
    "scoring",
    [None, "roc_auc", make_scorer(f1_score, pos_label="good"), share_of_hits],
    ids=["score", "name", "scorer", "function"],
)
def test_the_last_score_is_that_of_the_fitted_classifier(
    make, scoring, sequences: Sequences
) -> None:
    X, y = sequences[0], LABELS[sequences[1]]
    model = make(scoring=scoring, epochs=2, weight_averaging=0.5)
    model.fit(X[:150], y[:150], X_val=X[150:], y_val=y[150:])
    scorer = scoring if callable(scoring) else get_scorer(scoring or "accuracy")
    scores = model.history_["val_score"]
    assert len(scores) == 2
    assert scores[-1] == pytest.approx(scorer(model, X[150:], y[150:]))
    # Looking at the rows changes nothing.
    blind = make(epochs=2, weight_averaging=0.5).fit(X[:150], y[:150])
    np.testing.assert_array_equal(model.predict_proba(X), blind.predict_proba(X))


def test_rows_that_are_held_out_are_scored_without_weights(
    sequences: Sequences,
) -> None:
    X, y = sequences
    weight = np.random.default_rng(0).random(len(y))
    model = small(
        scoring="accuracy", validation_split=0.3, epochs=3, class_weight="balanced"
    ).fit(X, y, sample_weight=weight)
    assert model.history_["val_score"] == pytest.approx(model.history_["val_accuracy"])


def test_the_loss_and_fits_without_validation_rows_have_no_score(
    sequences: Sequences,
) -> None:
    assert "val_score" not in small(validation_split=0.2).fit(*sequences).history_
    assert "val_score" not in small(scoring="roc_auc").fit(*sequences).history_


def test_columns_keep_their_names(sequences: Sequences) -> None:
    X = pd.DataFrame(sequences[0]).add_prefix("position")
    model = small(scoring="roc_auc", validation_split=0.2).fit(X, sequences[1])
    assert len(model.history_["val_score"]) == 1


@pytest.mark.parametrize(
    ("cls", "scoring", "y"),
    [
        (RNNSentimentRegressor, "neg_mean_absolute_error", lambda X: X[:, 0] * 10.0),
        (RNNOrdinalClassifier, "neg_mean_absolute_error", lambda X: X[:, 0] % 4),
        (RNNSentimentClassifier, "f1_macro", lambda X: X[:, :3] % 2),
    ],
)
def test_every_kind_of_target_has_its_scores(cls, scoring, y) -> None:
    X, _ = make_rows(80)
    model = cls(units=4, epochs=2, batch_size=16, scoring=scoring, random_state=0)
    model.fit(X[:60], y(X)[:60], X_val=X[60:], y_val=y(X)[60:])
    expected = get_scorer(scoring)(model, X[60:], y(X)[60:])
    assert model.history_["val_score"][-1] == pytest.approx(expected)


def falling(estimator, X, y) -> float:
    """Prefer an untrained network, unlike the loss."""
    return -float(np.abs(estimator.predict_proba(X)[:, 0] - 0.5).mean())


@pytest.mark.parametrize("make", [small, small_hierarchical])
def test_early_stopping_restores_the_epoch_with_the_highest_score(
    make, sequences: Sequences
) -> None:
    X, y = sequences
    settings = {"learning_rate": 0.05, "batch_size": 20, "validation_split": 0.2}
    model = make(scoring=falling, early_stopping=2, epochs=30, **settings).fit(X, y)
    scores = model.history_["val_score"]
    best = int(np.argmax(scores))
    assert len(scores) == best + 3
    assert np.argmin(model.history_["val_loss"]) != best
    assert skrnn.TrainingHistoryDisplay(model.history_).best_epoch == best + 1
    until = make(epochs=best + 1, **settings).fit(X, y)
    np.testing.assert_allclose(
        model.predict_proba(X), until.predict_proba(X), atol=1e-6
    )


def test_partial_fit_and_warm_starts_append_scores(sequences: Sequences) -> None:
    X, y = sequences
    model = small(scoring="roc_auc", validation_split=0.2, warm_start=True)
    model.fit(X, y).fit(X, y).partial_fit(X, y)
    assert len(model.history_["val_score"]) == 3


def test_memory_keeps_scores_and_tells_scorers_apart(
    sequences: Sequences, tmp_path
) -> None:
    X, y = sequences
    settings = {"validation_split": 0.2, "early_stopping": 2, "learning_rate": 0.05}

    def fit(scoring, epochs, memory):
        model = small(scoring=scoring, epochs=epochs, memory=memory, **settings)
        return model.fit(X, y)

    for scoring in ("roc_auc", falling, make_scorer(f1_score)):
        fit(scoring, 2, tmp_path)
        resumed, fresh = fit(scoring, 5, tmp_path), fit(scoring, 5, None)
        assert resumed.history_ == fresh.history_
        np.testing.assert_array_equal(resumed.predict_proba(X), fresh.predict_proba(X))
    with pytest.raises(ValueError, match=r"a scoring that can be pickled.*lambda"):
        fit(lambda estimator, X, y: 1.0, 2, tmp_path)


def test_clones_files_and_grids_keep_it(sequences: Sequences, tmp_path) -> None:
    X, y = sequences
    scorer = make_scorer(f1_score, average="macro")
    search = GridSearchCV(
        small(validation_split=0.2), {"scoring": ["loss", "roc_auc", scorer]}, cv=2
    ).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    model = clone(small(validation_split=0.2, scoring=scorer)).fit(X, y)
    skrnn.save(model, tmp_path / "model.skrnn")
    loaded = skrnn.load(tmp_path / "model.skrnn")
    assert loaded.history_ == model.history_
    assert loaded.fit(X, y).history_ == model.history_


@pytest.mark.parametrize(
    ("scoring", "message"),
    [
        ("rocauc", "The 'scoring' parameter of RNNSentimentClassifier must be"),
        (lambda estimator, X, y: [1.0], r"scoring=.* must return a number, got \[1.0"),
    ],
    ids=["name", "function"],
)
def test_what_is_no_scorer_is_refused(
    scoring, message: str, sequences: Sequences
) -> None:
    with pytest.raises(ValueError, match=message):
        small(scoring=scoring, validation_split=0.2).fit(*sequences)
