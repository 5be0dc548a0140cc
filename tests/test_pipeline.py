from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline

from skrnn import (
    RNNSentimentClassifier,
    TextSequencer,
    WordVectors,
    make_sentiment_pipeline,
)
from skrnn.datasets import make_reviews


def test_plain_and_full_names() -> None:
    model = make_sentiment_pipeline(
        maxlen=30, cell="gru", clf__units=8, seq__min_df=2, optimizer__rho=0.8
    )
    assert isinstance(model, Pipeline)
    assert is_classifier(model)
    params = model.get_params()
    assert (params["seq__maxlen"], params["seq__min_df"]) == (30, 2)
    assert (params["clf__cell"], params["clf__units"]) == ("gru", 8)
    assert params["clf__optimizer__rho"] == 0.8
    clone(model)


def test_the_steps_share_no_parameter() -> None:
    shared = set(TextSequencer().get_params()) & set(
        RNNSentimentClassifier().get_params()
    )
    assert shared == set()


def test_vectors_bring_their_vocabulary() -> None:
    vectors = WordVectors(["good", "film", "bad"], [[1.0], [2.0], [3.0]])
    for recipe in ("fast", "accurate"):
        model = make_sentiment_pipeline(recipe, embeddings=vectors, maxlen=4)
        ids = model["seq"].fit_transform(["bad film"] * 5 + ["good"])
        assert ids[[0, -1]].tolist() == [[0, 0, 4, 3], [0, 0, 0, 2]]
    same = make_sentiment_pipeline(clf__embeddings=vectors, vocabulary=list(vectors))
    assert same["seq"].vocabulary == list(vectors)
    taught = make_sentiment_pipeline(embeddings=vectors, teacher="nbsvm")
    assert taught.estimator["seq"].vocabulary == vectors.vocabulary


def test_a_vocabulary_that_is_not_that_of_the_vectors_is_refused() -> None:
    vectors = WordVectors(["good", "bad"], [[1.0], [2.0]])
    with pytest.raises(ValueError, match=r"disagree.*Leave vocabulary out"):
        make_sentiment_pipeline(embeddings=vectors, vocabulary=["bad", "good"])


@pytest.mark.real_data
def test_glove_alone_is_enough_for_a_pipeline(skrnn_data: Path) -> None:
    """Reads 0.54 where each word has the vector of another."""
    import pandas as pd

    train, test = (
        pd.read_csv(skrnn_data / f"Amazon_reviews_{part}.csv")
        for part in ("train", "test")
    )
    vectors = WordVectors.load(skrnn_data / "glove.6B.50d.top50k.txt.gz")
    model = make_sentiment_pipeline(
        embeddings=vectors, embeddings_trainable=False, random_state=0
    ).fit(train["review_text"], train["label"])
    assert model.score(test["review_text"], test["label"]) > 0.68


def test_unknown_names_are_refused() -> None:
    with pytest.raises(TypeError, match="Did you mean 'maxlen'"):
        make_sentiment_pipeline(max_len=30)
    with pytest.raises(ValueError, match="Did you mean 'units'"):
        make_sentiment_pipeline(clf__unit=30)


def test_raw_strings_in_labels_out() -> None:
    reviews, y = make_reviews(800, reach=2, random_state=0)
    labels = np.array(["negative", "positive"])[y]
    model = make_sentiment_pipeline(
        None, maxlen="auto", cell="gru", pooling="max", epochs=10, batch_size=16,
        optimizer="adam", learning_rate=0.01, spatial_dropout=0.0, random_state=0,
    ).fit(reviews[:600], labels[:600])  # fmt: skip
    assert model.score(reviews[600:], labels[600:]) > 0.95
    assert model.predict(["", "zzz \U0001f600", "שלום"]).shape == (3,)


def test_vocabulary_is_learnt_inside_each_fold() -> None:
    reviews = ["good film"] * 10 + ["bad film"] * 10 + ["onlyhere"]
    labels = [1] * 10 + [0] * 10 + [0]
    model = make_sentiment_pipeline(
        maxlen=3, cell="simple", units=2, epochs=1, random_state=0
    )
    cross = GridSearchCV(model, {"clf__units": [2]}, cv=[(range(20), [20])])
    cross.fit(reviews, labels)
    folds = cross_val_score(model, reviews, labels, cv=2)
    assert np.isfinite(folds).all()
    sequencer = clone(model["seq"]).fit(reviews[:20])
    assert "onlyhere" not in sequencer.vocabulary_


def test_grid_over_units_epochs_and_cell_equals_serial() -> None:
    reviews, labels = make_reviews(90, random_state=0)
    model = make_sentiment_pipeline(maxlen=20, embedding_dim=4, random_state=0)
    grid = {
        "clf__units": [3, 4],
        "clf__epochs": [1, 2],
        "clf__cell": ["simple", "lstm", "gru"],
    }
    scores = [
        GridSearchCV(model, grid, cv=3, n_jobs=n_jobs, error_score="raise")
        .fit(reviews, labels)
        .cv_results_["mean_test_score"]
        for n_jobs in (1, 2)
    ]
    np.testing.assert_array_equal(scores[0], scores[1])
