from __future__ import annotations

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import TextSequencer, long_term_dependency
from skrnn.datasets import make_reviews
from skrnn.datasets._generated import NEGATIVE, NEUTRAL, POSITIVE
from skrnn.inspection import dependency
from tests.helpers import small

pytestmark = pytest.mark.slow


def tfidf():
    return make_pipeline(TfidfVectorizer(), LogisticRegression())


def network(**params):
    return make_pipeline(TextSequencer(maxlen="auto"), small(**params))


def test_a_table_has_a_row_for_each_model_and_distance() -> None:
    table = long_term_dependency(
        {"network": network(), "TF-IDF": tfidf()},
        distances=(3, 0), n_samples=60, n_test=40, random_state=0,
    )  # fmt: skip
    assert list(table) == ["model", "distance", "accuracy", "gradient_norm"]
    assert table["model"].tolist() == ["network", "TF-IDF"] * 2
    assert table["distance"].tolist() == [3, 3, 0, 0]
    assert table["accuracy"].between(0, 1).all()
    by_model = table.set_index("model")["gradient_norm"]
    assert (by_model["network"] > 0).all()
    assert by_model["TF-IDF"].isna().all()


def test_a_step_before_the_sequencer_leaves_the_gradient_norm() -> None:
    clean = FunctionTransformer(lambda X: [text.upper() for text in X])
    table = long_term_dependency(
        {"plain": network(random_state=0),
         "cleaned": make_pipeline(clean, network(random_state=0))},
        distances=[1], n_samples=40, n_test=20, random_state=0,
    )  # fmt: skip
    norms = table.set_index("model")["gradient_norm"]
    assert norms["plain"] == pytest.approx(norms["cleaned"])


def test_equal_seeds_give_equal_tables() -> None:
    tables = [
        long_term_dependency(
            {"network": network()}, distances=[2], n_samples=40, random_state=seed
        )
        for seed in (0, 0, 1)
    ]
    assert tables[0].equals(tables[1])
    assert not tables[0].equals(tables[2])


def test_the_given_estimators_are_not_fitted() -> None:
    model = network()
    long_term_dependency({"a": model}, distances=[0], n_samples=20, n_test=10)
    assert not hasattr(model[-1], "classes_")


def test_all_estimators_get_the_same_reviews(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Watching(DummyClassifier):
        def fit(self, X, y, sample_weight=None):
            seen.append((list(X), list(y)))
            return super().fit(X, y, sample_weight)

    both = {"one": Watching(), "other": Watching()}
    long_term_dependency(both, distances=[1, 5], n_samples=20, n_test=10)
    assert seen[0] == seen[1]
    assert seen[2] == seen[3]
    assert seen[0] != seen[2]


@pytest.mark.parametrize(
    ("distance", "expected"),
    [
        (0, {0: 24}),
        (1, {0: 12, 1: 12}),
        (4, {0: 6, 1: 6, 2: 6, 4: 6}),
        (6, {0: 5, 1: 5, 2: 5, 4: 5, 6: 4}),
    ],
)
def test_reviews_to_learn_from_have_all_doubling_distances(
    distance: int, expected: dict[int, int]
) -> None:
    reviews, y = dependency._curriculum(distance, 24, np.random.RandomState(0))
    assert len(y) == 24
    counts: dict[int, int] = {}
    for review in reviews:
        words = re.findall(r"\w+", review)
        turn = words.index("not")
        distance = next(
            place
            for place, word in enumerate(words[turn + 1 :])
            if word in (*POSITIVE, *NEGATIVE, *NEUTRAL)
        )
        counts[distance] = counts.get(distance, 0) + 1
    assert counts == expected


def test_the_turning_word_is_the_one_before_the_opinion() -> None:
    reviews, y = make_reviews(80, reach=3, random_state=0)
    sequencer = TextSequencer(maxlen="auto").fit(reviews)
    ids = sequencer.transform(reviews)
    columns = dependency._deciding_columns(sequencer, ids)
    names = {number: word for word, number in sequencer.vocabulary_.items()}
    for row, column, verdict in zip(ids, columns, y, strict=True):
        word = names[row[column]]
        opinion = names[row[column + 4]]
        assert (opinion in dependency.POSITIVE) != (opinion in dependency.NEGATIVE)
        assert (word == "really") == ((opinion in dependency.POSITIVE) == verdict)
    none = dependency._deciding_columns(sequencer, sequencer.transform(["", "not so"]))
    assert none.tolist() == [-1, -1]


@pytest.mark.parametrize("pooling", ["last", "attention"])
def test_gradient_norms_follow_finite_differences(pooling: str) -> None:
    reviews, y = make_reviews(40, reach=1, random_state=0)
    fitted = network(cell="gru", pooling=pooling, bidirectional=True).fit(reviews, y)
    model = fitted[-1].model_
    ids = np.array([[0, 5, 6, 7, 0], [8, 9, 0, 0, 0]], dtype=np.int32)
    norms = dependency._gradient_norms(fitted[-1], ids)
    assert (norms[ids == 0] == 0).all()

    between = [model.get_layer(name).output for name in ("embedding", "lengths")]
    classify = keras.Model(between, model.output)
    looked_up, counts = keras.Model(model.input, between)(ids)
    vectors = looked_up.numpy()

    def log_odds(moved: np.ndarray) -> np.ndarray:
        outputs = classify([tf.constant(moved, tf.float32), counts])
        p = outputs.numpy()[:, 0].astype(float)
        return np.log(p) - np.log1p(-p)

    for row, column, place in ((0, 1, 0), (0, 3, 2), (1, 0, 0), (1, 1, 1)):
        slopes = []
        for feature in range(vectors.shape[2]):
            step = np.zeros(vectors.shape)
            step[row, place, feature] = 0.05
            ends = log_odds(vectors + step)[row], log_odds(vectors - step)[row]
            slopes.append((ends[0] - ends[1]) / 0.1)
        expected = np.linalg.norm(slopes)
        assert norms[row, column] == pytest.approx(expected, rel=2e-2)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"distances": ()}, "distances must be integers of at least 0"),
        ({"distances": (-1,)}, "distances must be integers of at least 0"),
        ({"distances": (0.5,)}, "distances must be integers of at least 0"),
        ({"n_samples": 3}, "n_samples must be integers of at least 8"),
        ({"n_test": 0}, "n_test must be integers of at least 8"),
        ({"estimators": {}}, "estimators is empty"),
    ],
    ids=str,
)
def test_what_is_wrong_is_refused(params: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        long_term_dependency(**{"estimators": {"TF-IDF": tfidf()}, **params})


def test_the_five_models_without_estimators() -> None:
    names = list(dependency._default_estimators(0))
    assert names == ["plain RNN", "LSTM", "GRU", "attention", "TF-IDF"]
