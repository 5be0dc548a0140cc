from __future__ import annotations

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from skrnn import get_recipe, get_recipe_names, make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.datasets import make_reviews

REVIEWS, LABELS = make_reviews(60, random_state=0)
QUICK = {"epochs": 1, "maxlen": 20, "units": 3, "random_state": 0}


@pytest.mark.parametrize("name", get_recipe_names())
def test_every_recipe_fits(name: str) -> None:
    labels = np.array(LABELS)
    if name == "semi_supervised":
        labels[::2] = -1
    quick = QUICK
    if name in ("pretrained", "best"):  # other units would not fit
        quick = {k: v for k, v in QUICK.items() if k != "units"}
    model = make_sentiment_pipeline(name, **quick).fit(REVIEWS, labels)
    assert model.classes_.tolist() == [0, 1]
    params = {**get_recipe(name), **quick}
    if params.pop("teacher", None):
        model = model.estimator_
    if params.pop("blend", None):
        model = model.named_estimators_["network"]
    classifier = params.pop("classifier", "RNNSentimentClassifier")
    assert type(model["clf"]).__name__ == classifier
    found = {**model["seq"].get_params(), **model["clf"].get_params()}
    assert {k: found[k] for k in params} == params


def test_a_recipe_may_be_edited() -> None:
    params = get_recipe("chapter_stacked")
    params["units"] = (1,)
    assert get_recipe("chapter_stacked")["units"] == (32, 32)


@pytest.mark.parametrize("name", get_recipe_names())
def test_the_parameters_of_a_recipe_make_its_pipeline(name: str) -> None:
    by_params = make_sentiment_pipeline(None, **get_recipe(name))
    assert repr(by_params) == repr(make_sentiment_pipeline(name))


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({}, "pretrained"),
        ({"epochs": 3, "maxlen": 100}, "pretrained"),
        ({"units": 8}, "fast"),
        ({"clf__cell": "lstm"}, "fast"),
        ({"stemmer": "porter"}, "fast"),
    ],
)
def test_the_default_starts_from_the_pretrained_network_where_it_fits(
    params: dict, name: str
) -> None:
    given = make_sentiment_pipeline(**params).get_params()
    expected = make_sentiment_pipeline(name, **params).get_params()
    assert {k: str(v) for k, v in given.items()} == {
        k: str(v) for k, v in expected.items()
    }
    assert make_sentiment_pipeline(None)["clf"].embeddings is None


def test_an_unknown_recipe() -> None:
    with pytest.raises(ValueError, match="Did you mean 'accurate'"):
        make_sentiment_pipeline("acurate")


def test_an_unknown_classifier() -> None:
    with pytest.raises(ValueError, match="Did you mean 'RNNSentimentClassifier'"):
        make_sentiment_pipeline(classifier="RNNSentimentClassifer")


def test_a_teacher_of_any_kind() -> None:
    names = make_sentiment_pipeline(teacher=["tfidf", "nbsvm"]).teacher
    assert [name for name, _ in names.estimators] == ["tfidf", "nbsvm"]
    one = make_sentiment_pipeline(teacher="nbsvm")
    assert type(one.teacher) is type(make_baseline("nbsvm"))
    given = make_baseline("tfidf")
    assert make_sentiment_pipeline(teacher=given).teacher is given
    assert isinstance(
        make_sentiment_pipeline("semi_supervised", teacher=None), Pipeline
    )
    with pytest.raises(ValueError, match="nbsmv"):
        make_sentiment_pipeline(teacher="nbsmv")


def test_semi_supervised_cross_validates_on_labeled_rows() -> None:
    """What a user does with unlabeled rows: train parts hold them, test parts not."""
    y = np.array(LABELS)
    y[40:] = -1
    model = make_sentiment_pipeline("semi_supervised", **QUICK)
    for test in (np.arange(0, 20), np.arange(20, 40)):
        train = np.setdiff1d(np.arange(60), test)
        model.fit(REVIEWS[train], y[train])
        assert 0 <= model.score(REVIEWS[test], y[test]) <= 1
