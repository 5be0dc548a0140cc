from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy import sparse
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.semi_supervised import SelfTrainingClassifier

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews
from skrnn.ensemble import BlendedClassifier, DistilledClassifier

REVIEWS, LABELS = make_reviews(300, reach=1, random_state=0)
STUDENT = make_pipeline(CountVectorizer(ngram_range=(1, 2)), LogisticRegression())
TEACHER = make_pipeline(CountVectorizer(ngram_range=(2, 2)), MultinomialNB())


def partly_labeled() -> np.ndarray:
    y = np.array(LABELS)
    y[::2] = -1
    return y


def test_the_student_learns_what_the_teacher_is_certain_of() -> None:
    y = partly_labeled()
    model = DistilledClassifier(STUDENT, TEACHER).fit(REVIEWS, y)
    teacher = clone(TEACHER).fit([REVIEWS[i] for i in np.flatnonzero(y >= 0)], y[1::2])
    proba = teacher.predict_proba(REVIEWS)[:, 1]
    targets = np.where(y >= 0, y, proba > 0.5)
    weight = np.where(y >= 0, 1.0, np.abs(2 * proba - 1))
    np.testing.assert_array_equal(model.transduction_, targets)
    np.testing.assert_allclose(model.certainty_, weight)
    student = clone(STUDENT).fit(
        REVIEWS, targets, logisticregression__sample_weight=weight
    )
    np.testing.assert_allclose(
        model.predict_proba(REVIEWS), student.predict_proba(REVIEWS)
    )
    np.testing.assert_array_equal(model.predict(REVIEWS), student.predict(REVIEWS))


def test_texts_without_labels_help() -> None:
    """A student of ten labeled reviews is less accurate than one with a teacher."""
    y = np.array(LABELS)
    y[10:] = -1
    alone = clone(STUDENT).fit(REVIEWS[:10], y[:10]).score(REVIEWS, LABELS)
    learned = FrozenEstimator(clone(TEACHER).fit(REVIEWS, LABELS))
    taught = DistilledClassifier(STUDENT, learned).fit(REVIEWS, y)
    assert taught.score(REVIEWS, LABELS) > alone + 0.1


@pytest.mark.parametrize(
    "teacher",
    [
        DistilledClassifier(STUDENT, TEACHER),
        BlendedClassifier(
            [("a", DistilledClassifier(STUDENT, TEACHER))], weights="equal"
        ),
        make_pipeline(CountVectorizer(), SelfTrainingClassifier(MultinomialNB())),
    ],
    ids=["distilled", "blended", "self-training"],
)
def test_a_teacher_that_uses_unlabeled_rows_gets_them(teacher) -> None:
    y = partly_labeled()
    model = DistilledClassifier(STUDENT, teacher).fit(REVIEWS, y)
    expected = clone(teacher).fit(REVIEWS, y)
    np.testing.assert_allclose(
        model.teacher_.predict_proba(REVIEWS), expected.predict_proba(REVIEWS)
    )
    np.testing.assert_array_equal(
        model.transduction_[y < 0], expected.predict(REVIEWS)[y < 0]
    )


def test_three_classes() -> None:
    texts = ["good so", "bad so", "dull so"] * 20
    y = np.tile([5, 6, 7], 20)
    y[30:] = -1
    model = DistilledClassifier(STUDENT, TEACHER).fit(texts, y)
    assert model.classes_.tolist() == [5, 6, 7]
    proba = model.teacher_.predict_proba(texts[30:])
    np.testing.assert_allclose(model.certainty_[30:], 1.5 * proba.max(axis=1) - 0.5)
    assert model.predict(["good so", "dull so"]).tolist() == [5, 7]


def test_a_network_as_student() -> None:
    network = make_sentiment_pipeline(maxlen=20, units=4, epochs=1, random_state=0)
    model = DistilledClassifier(network, TEACHER).fit(REVIEWS, partly_labeled())
    assert len(model.estimator_["seq"].document_lengths_) == 300
    assert model.predict_proba(REVIEWS[:2]).shape == (2, 2)


def test_metadata_routing_takes_the_weights_too() -> None:
    plain = DistilledClassifier(STUDENT, TEACHER).fit(REVIEWS, partly_labeled())
    with sklearn.config_context(enable_metadata_routing=True):
        last = LogisticRegression().set_fit_request(sample_weight=True)
        student = make_pipeline(CountVectorizer(ngram_range=(1, 2)), last)
        routed = DistilledClassifier(student, TEACHER).fit(REVIEWS, partly_labeled())
    np.testing.assert_array_equal(
        routed.predict_proba(REVIEWS), plain.predict_proba(REVIEWS)
    )


def test_a_blend_hands_it_the_unlabeled_rows() -> None:
    taught = DistilledClassifier(STUDENT, TEACHER)
    blend = BlendedClassifier([("taught", taught), ("bag", TEACHER)], weights="equal")
    blend.fit(REVIEWS, partly_labeled())
    assert len(blend.named_estimators_["taught"].certainty_) == 300
    assert blend.named_estimators_["bag"][-1].class_count_.sum() == 150


def test_nothing_without_a_label_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="the teacher has no effect"):
        model = DistilledClassifier(STUDENT, TEACHER).fit(REVIEWS, LABELS)
    assert (model.certainty_ == 1.0).all()


@pytest.mark.parametrize(
    ("y", "message"),
    [(np.full(300, -1), "are unlabeled"), (LABELS[:10], r"samples: \[300, 10\]")],
    ids=["no label", "lengths"],
)
def test_bad_labels(y: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DistilledClassifier(STUDENT, TEACHER).fit(REVIEWS, y)


def test_all_that_get_params_lists_can_be_set() -> None:
    network = make_sentiment_pipeline(maxlen=20, units=2, random_state=0)
    model = DistilledClassifier(network, TEACHER)
    model.set_params(**model.get_params())
    model.set_params(estimator=clone(STUDENT), estimator__logisticregression__C=0.5)
    assert model.estimator[-1].C == 0.5
    with pytest.raises(ValueError, match="Did you mean 'teacher'"):
        model.set_params(techer=STUDENT)
    with pytest.raises(ValueError, match="no parameter 'student__C'"):
        model.set_params(student__C=1.0)
    with pytest.raises(ValueError, match="Invalid parameter 'multinomialmb'"):
        model.set_params(teacher__multinomialmb__alpha=1.0)
    with pytest.raises(ValueError, match="Did you mean 'units'"):
        DistilledClassifier(network, TEACHER).set_params(estimator__clf__unit=3)


def test_it_can_be_searched() -> None:
    network = make_sentiment_pipeline(maxlen=20, units=2, epochs=1, random_state=0)
    grid = {"estimator__clf__units": [2, 3], "teacher__multinomialnb__alpha": [0.5]}
    search = GridSearchCV(DistilledClassifier(network, TEACHER), grid, cv=2)
    search.fit(REVIEWS, partly_labeled())
    assert search.cv_results_["param_estimator__clf__units"].tolist() == [2, 3]
    assert search.best_estimator_.teacher_[-1].alpha == 0.5


COUNTS = CountVectorizer().fit_transform(REVIEWS)


@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.coo_array], ids=str)
def test_sparse_rows_are_as_good_as_dense_ones(make) -> None:
    dense, model = (
        DistilledClassifier(LogisticRegression(), MultinomialNB()).fit(
            X, partly_labeled()
        )
        for X in (COUNTS.toarray(), make(COUNTS))
    )
    np.testing.assert_allclose(
        model.predict_proba(COUNTS), dense.predict_proba(COUNTS.toarray()), rtol=1e-4
    )
    assert model.n_features_in_ == COUNTS.shape[1]
    assert model.__sklearn_tags__().input_tags.sparse


def test_names_of_columns_are_known_and_checked() -> None:
    X = pd.DataFrame(COUNTS.toarray()[:, :2], columns=["one", "two"])
    model = DistilledClassifier(LogisticRegression(), MultinomialNB())
    assert not hasattr(model, "feature_names_in_")
    model.fit(X, partly_labeled())
    assert model.feature_names_in_.tolist() == ["one", "two"]
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(X.rename(columns={"two": "three"}))


def test_weights_of_rows_multiply_the_certainty() -> None:
    y, weight = partly_labeled(), np.repeat([0.0, 0.5], 150)
    model = DistilledClassifier(STUDENT, TEACHER).fit(REVIEWS, y, sample_weight=weight)
    assert model.teacher_[-1].class_count_.sum() == 0.5 * 75
    student = clone(STUDENT).fit(
        REVIEWS,
        model.transduction_,
        logisticregression__sample_weight=weight * model.certainty_,
    )
    np.testing.assert_array_equal(
        model.predict_proba(REVIEWS), student.predict_proba(REVIEWS)
    )
    with pytest.raises(ValueError, match=r"sample_weight.shape == \(10,\)"):
        model.fit(REVIEWS, y, sample_weight=np.ones(10))


def test_metadata_routing_asks_student_and_teacher() -> None:
    y, weight = partly_labeled(), np.repeat([0.0, 0.5], 150)
    plain = DistilledClassifier(STUDENT, TEACHER).fit(REVIEWS, y, sample_weight=weight)
    with sklearn.config_context(enable_metadata_routing=True):
        student, teacher = clone(STUDENT), clone(TEACHER)
        student[-1].set_fit_request(sample_weight=True)
        teacher[-1].set_fit_request(sample_weight=True)
        routed = DistilledClassifier(student, teacher)
        routed.fit(REVIEWS, y, sample_weight=weight)
        np.testing.assert_array_equal(
            routed.predict_proba(REVIEWS), plain.predict_proba(REVIEWS)
        )
        teacher[-1].set_fit_request(sample_weight=False)
        routed.fit(REVIEWS, y, sample_weight=weight)
        assert routed.teacher_[-1].class_count_.sum() == 150


def test_bad_estimators() -> None:
    with pytest.raises(ValueError, match="'teacher' parameter"):
        DistilledClassifier(STUDENT, CountVectorizer()).fit(REVIEWS, LABELS)
