from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import make_classification
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from skrnn.baselines import BASELINES, NBSVMClassifier, make_baseline
from skrnn.datasets import fetch_imdb

COUNTS = np.array([[2, 0, 1], [1, 0, 0], [0, 3, 1], [0, 1, 0]])


def test_ratio_by_hand() -> None:
    model = NBSVMClassifier(alpha=0.5).fit(COUNTS, [1, 1, 0, 0])
    positive, negative = np.array([3.5, 0.5, 1.5]), np.array([0.5, 4.5, 1.5])
    expected = np.log(positive / positive.sum()) - np.log(negative / negative.sum())
    np.testing.assert_allclose(model.log_count_ratio_, [expected])


def test_it_is_logistic_regression_on_weighted_features() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.poisson(1.0, size=(60, 8)), np.arange(60) % 2
    X[:, 0] += y
    model = NBSVMClassifier(C=2.0).fit(X, y)
    scaled = X * model.log_count_ratio_
    reference = LogisticRegression(C=2.0, max_iter=1000).fit(scaled, y)
    np.testing.assert_allclose(
        model.predict_proba(X), reference.predict_proba(scaled), atol=1e-6
    )
    np.testing.assert_array_equal(model.predict(X), reference.predict(scaled))


def test_sparse_and_dense_agree() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.poisson(0.5, size=(90, 10)), np.arange(90) % 3
    dense, thin = NBSVMClassifier().fit(X, y), NBSVMClassifier()
    thin.fit(sparse.csr_matrix(X), y)
    np.testing.assert_allclose(dense.coef_, thin.coef_, atol=1e-4)
    assert dense.coef_.shape == (3, 10)
    np.testing.assert_allclose(dense.predict_proba(X).sum(axis=1), 1.0)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (-COUNTS, [0, 1, 0, 1], "Negative values"),
        (COUNTS, [1, 1, 1, 1], "at least 2 classes"),
    ],
    ids=["negative", "one class"],
)
def test_bad_input(X, y, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NBSVMClassifier().fit(X, y)


@pytest.mark.parametrize("name", BASELINES)
def test_baselines_take_strings(name: str) -> None:
    texts = ["so good", "so bad", "very good !", "very bad !"] * 3
    model = make_baseline(name, clf__C=3.0).fit(texts, ["p", "n"] * 6)
    assert model.predict(["good", "bad"]).tolist() == ["p", "n"]
    assert model["clf"].C == 3.0


def test_marks_and_single_letters_are_tokens_of_nbsvm() -> None:
    analyze = make_baseline("nbsvm")["vec"].set_params(ngram_range=(1, 1))
    assert isinstance(analyze, CountVectorizer)
    assert analyze.build_analyzer()("I give it 9/10!") == [
        *("i", "give", "it", "9", "/", "10", "!")
    ]


def test_an_unknown_baseline() -> None:
    with pytest.raises(ValueError, match="Did you mean 'nbsvm'"):
        make_baseline("nbsmv")


def test_it_is_deterministic() -> None:
    X, y = make_classification(random_state=0)
    first, second = (NBSVMClassifier().fit(np.abs(X), y).coef_ for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.real_data
def test_nbsvm_is_as_good_as_known_on_imdb(skrnn_data) -> None:
    reviews, labels = fetch_imdb(subset="train", data_home=skrnn_data, return_X_y=True)
    test_reviews, test_labels = fetch_imdb(
        subset="test", data_home=skrnn_data, return_X_y=True
    )
    few = slice(None, None, 5)
    model = make_baseline("nbsvm").fit(reviews[few], labels[few])
    assert model.score(test_reviews[few], test_labels[few]) > 0.87


@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_are_in_the_order_of_the_decisions(n_classes: int) -> None:
    """scikit-learn's check of this feeds negative numbers."""
    rng = np.random.default_rng(0)
    X, y = rng.poisson(1.0, size=(90, 6)), np.arange(90) % n_classes
    X[np.arange(90), y] += 2
    model = NBSVMClassifier().fit(X, y)
    scores, proba = model.decision_function(X), model.predict_proba(X)
    if n_classes == 2:
        np.testing.assert_array_equal(np.argsort(proba[:, 1]), np.argsort(scores))
        np.testing.assert_array_equal(model.predict(X), (scores > 0).astype(int))
    else:
        np.testing.assert_array_equal(model.predict(X), scores.argmax(axis=1))
        np.testing.assert_array_equal(proba.argmax(axis=1), scores.argmax(axis=1))
