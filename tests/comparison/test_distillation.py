from __future__ import annotations

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from skrnn import make_sentiment_pipeline
from skrnn.comparison import BlendedClassifier, DistilledClassifier
from skrnn.datasets import make_reviews

REVIEWS, LABELS = make_reviews(300, reach=1, random_state=0)
STUDENT = make_pipeline(CountVectorizer(ngram_range=(1, 2)), LogisticRegression())
TEACHER = make_pipeline(CountVectorizer(ngram_range=(2, 2)), MultinomialNB())


def partly_labelled() -> np.ndarray:
    y = np.array(LABELS)
    y[::2] = -1
    return y


def test_the_student_learns_what_the_teacher_is_certain_of() -> None:
    y = partly_labelled()
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
    """A student of ten labelled reviews knows less than one whom a teacher helps."""
    y = np.array(LABELS)
    y[10:] = -1
    alone = clone(STUDENT).fit(REVIEWS[:10], y[:10]).score(REVIEWS, LABELS)
    learned = FrozenEstimator(clone(TEACHER).fit(REVIEWS, LABELS))
    taught = DistilledClassifier(STUDENT, learned).fit(REVIEWS, y)
    assert taught.score(REVIEWS, LABELS) > alone + 0.1


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
    model = DistilledClassifier(network, TEACHER).fit(REVIEWS, partly_labelled())
    assert len(model.estimator_["seq"].document_lengths_) == 300
    assert model.predict_proba(REVIEWS[:2]).shape == (2, 2)


def test_metadata_routing_takes_the_weights_too() -> None:
    plain = DistilledClassifier(STUDENT, TEACHER).fit(REVIEWS, partly_labelled())
    with sklearn.config_context(enable_metadata_routing=True):
        last = LogisticRegression().set_fit_request(sample_weight=True)
        student = make_pipeline(CountVectorizer(ngram_range=(1, 2)), last)
        routed = DistilledClassifier(student, TEACHER).fit(REVIEWS, partly_labelled())
    np.testing.assert_array_equal(
        routed.predict_proba(REVIEWS), plain.predict_proba(REVIEWS)
    )


def test_a_blend_hands_it_the_unlabelled_rows() -> None:
    taught = DistilledClassifier(STUDENT, TEACHER)
    blend = BlendedClassifier([("taught", taught), ("bag", TEACHER)], weights="equal")
    blend.fit(REVIEWS, partly_labelled())
    assert len(blend.named_estimators_["taught"].certainty_) == 300
    assert blend.named_estimators_["bag"][-1].class_count_.sum() == 150


def test_nothing_without_a_label_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="nothing for the teacher"):
        model = DistilledClassifier(STUDENT, TEACHER).fit(REVIEWS, LABELS)
    assert (model.certainty_ == 1.0).all()


@pytest.mark.parametrize(
    ("y", "message"),
    [(np.full(300, -1), "without a label"), (LABELS[:10], "300 rows and y has 10")],
    ids=["no label", "lengths"],
)
def test_bad_labels(y: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DistilledClassifier(STUDENT, TEACHER).fit(REVIEWS, y)


def test_bad_estimators() -> None:
    with pytest.raises(ValueError, match="'teacher' parameter"):
        DistilledClassifier(STUDENT, CountVectorizer()).fit(REVIEWS, LABELS)
