from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from skrnn.comparison.measure import count_parameters, find_history, measure
from tests.helpers import Sequences, small

X, Y = make_classification(n_samples=60, n_features=6, random_state=0)
X3, Y3 = make_classification(
    n_samples=90, n_features=6, n_informative=4, n_classes=3, random_state=0
)
LINEAR = LogisticRegression()


def run(model, X=X, y=Y, classes=None):
    classes = np.unique(y) if classes is None else classes
    return measure(model, X, y, X, n_test=len(X), classes=classes)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (LINEAR, 7),
        (make_pipeline(StandardScaler(), LINEAR), 7),
        (GridSearchCV(make_pipeline(StandardScaler(), LINEAR), {}), 7),
        (VotingClassifier([("a", LINEAR), ("b", LINEAR)]), 14),
        (VotingClassifier([("a", make_pipeline(LINEAR)), ("b", LINEAR)]), 14),
        (StackingClassifier([("a", LINEAR), ("b", LINEAR)], LINEAR), 14 + 3),
        (MLPClassifier((3,), max_iter=2), 6 * 3 + 3 + 3 + 1),
        (LogisticRegression(fit_intercept=False), 7),
        (KNeighborsClassifier(), None),
        (RandomForestClassifier(2), None),
        (VotingClassifier([("a", LINEAR), ("b", KNeighborsClassifier())]), None),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_parameters_are_counted(model, expected: int | None) -> None:
    assert count_parameters(model.fit(X, Y)) == expected


def test_parameters_of_a_sparse_model_are_all_counted() -> None:
    model = SGDClassifier(penalty="l1", alpha=0.1, random_state=0).fit(X, Y)
    assert count_parameters(model.sparsify()) == 7


def test_parameters_and_history_of_a_network(sequences: Sequences) -> None:
    model = make_pipeline(small(epochs=2)).fit(*sequences)
    assert count_parameters(model) == model[-1].n_parameters_
    assert find_history(model) == model[-1].history_
    assert len(find_history(model)["loss"]) == 2


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_history_of_other_models() -> None:
    model = MLPClassifier((3,), max_iter=3).fit(X, Y)
    assert find_history(model) == {"loss": model.loss_curve_}
    assert find_history(LINEAR.fit(X, Y)) == {}


@pytest.mark.parametrize("data", [(X, Y), (X3, Y3)], ids=["binary", "three classes"])
def test_answers_are_the_models_own(data) -> None:
    X, y = data
    result, model = run(LINEAR, X, y)
    np.testing.assert_array_equal(result.predictions, model.predict(X))
    np.testing.assert_array_equal(result.scores, model.predict_proba(X))
    assert result.score_method == "predict_proba"
    assert result.fit_time > 0
    assert result.predict_time > 0


def test_decisions_take_the_place_of_probabilities() -> None:
    result, model = run(LinearSVC(random_state=0), X3, Y3)
    np.testing.assert_array_equal(result.scores, model.decision_function(X3))
    assert result.score_method == "decision_function"
    result, model = run(RidgeClassifier())
    np.testing.assert_array_equal(result.scores[:, 1], model.decision_function(X))


def test_no_scores_are_fine() -> None:
    result, _ = run(SVC(decision_function_shape="ovo"), X3, Y3)
    assert result.scores is None
    assert result.error is None
    result, _ = run(SVC(decision_function_shape="ovo"))
    assert result.score_method == "decision_function"


def test_a_class_that_was_not_in_training_has_no_scores() -> None:
    result, _ = run(LINEAR, X, np.array(["a", "c"])[Y], classes=np.array(list("abc")))
    assert np.isnan(result.scores[:, 1]).all()
    assert not np.isnan(result.scores[:, [0, 2]]).any()


class Lies(LogisticRegression):
    """Says something else than it should."""

    def __init__(self, what: str = "") -> None:
        super().__init__()
        self.what = what

    def predict(self, X):
        return {
            "few": np.zeros(3),
            "none": super().predict(X),
            "nan": super().predict(X),
            "raise": np.zeros((len(X), 2)),
        }[self.what]

    def predict_proba(self, X):
        proba = super().predict_proba(X)
        return proba * np.nan if self.what == "nan" else proba[:, :1]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (LinearRegression(), "ValueError: predict returned .* is this a classifier"),
        (Lies("few"), r"shape \(3,\) for 60 rows"),
        (Lies("raise"), r"shape \(60, 2\) for 60 rows"),
        (Lies("none"), r"predict_proba returned an array of shape \(60, 1\)"),
        (Lies("nan"), "not finite"),
        (LogisticRegression(C=-1), "InvalidParameterError: .*'C'"),
        (LogisticRegression, "TypeError"),
        pytest.param(object(), "TypeError", id="object"),
        (None, "TypeError"),
    ],
    ids=str,
)
def test_errors_are_described(model, message: str) -> None:
    result, fitted = run(model)
    assert fitted is None
    assert result.predictions is None
    assert re.search(message, result.error), result.error
    assert "Traceback" in result.traceback


def test_the_model_itself_is_not_fitted() -> None:
    model = LogisticRegression()
    _, fitted = run(model)
    assert fitted is not model
    assert not hasattr(model, "coef_")
