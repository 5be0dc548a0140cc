from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import get_overloads

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline

from skrnn import (
    HierarchicalAttentionClassifier,
    RNNSentimentClassifier,
    TextSequencer,
    WordVectors,
    make_sentiment_pipeline,
)
from skrnn.datasets import load_reviews, make_reviews


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


def test_the_steps_share_one_parameter_that_is_set_for_both() -> None:
    shared = set(TextSequencer().get_params()) & set(
        RNNSentimentClassifier().get_params()
    )
    assert shared == {"pretrained"}
    model = make_sentiment_pipeline(None, pretrained="model.skrnn")
    assert model["seq"].pretrained == model["clf"].pretrained == "model.skrnn"


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


def test_vocabulary_is_learned_inside_each_fold() -> None:
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


@pytest.mark.slow
def test_grid_over_units_epochs_and_cell_equals_serial() -> None:
    reviews, labels = make_reviews(90, random_state=0)
    model = make_sentiment_pipeline(maxlen=20, embedding_dim=4, random_state=0)
    grid = {
        "clf__units": [3, 4],
        "clf__epochs": [1, 2],
        "clf__cell": ["simple", "gru"],
    }
    scores = [
        GridSearchCV(model, grid, cv=2, n_jobs=n_jobs, error_score="raise")
        .fit(reviews, labels)
        .cv_results_["mean_test_score"]
        for n_jobs in (1, 2)
    ]
    np.testing.assert_array_equal(scores[0], scores[1])


VECTORS = WordVectors(["film", "bad", "good"], [[0.0, 0.0], [-1.0, 0.0], [1.0, 0.0]])


@pytest.mark.parametrize("recipe", [None, "fast", "accurate"])
def test_the_pipeline_takes_the_vocabulary_of_its_vectors(recipe: str | None) -> None:
    model = make_sentiment_pipeline(
        recipe, embeddings=VECTORS, maxlen=3, units=2, epochs=1, random_state=0
    ).fit(["good good", "bad bad", "good", "bad"], [1, 0, 1, 0])
    # By their frequency in these texts, "bad" and "good" would be 2 and 3.
    assert model["seq"].vocabulary_ == {"film": 2, "bad": 3, "good": 4}
    assert model["seq"].transform(["good bad"]).tolist() == [[0, 4, 3]]


@pytest.mark.parametrize(
    "vocabulary",
    [VECTORS.vocabulary, ["film", "bad", "good"], {"bad": 3, "good": 4}],
)
def test_a_vocabulary_with_the_ids_of_the_vectors_is_kept(vocabulary: object) -> None:
    model = make_sentiment_pipeline(vocabulary=vocabulary, embeddings=VECTORS)
    assert model["seq"].vocabulary is vocabulary


@pytest.mark.parametrize(
    ("vocabulary", "message"),
    [
        (["bad", "good"], "gives 'bad' the id 2, where embeddings has 3"),
        ({"dull": 2}, "gives 'dull' the id 2, where embeddings has None"),
    ],
)
def test_another_vocabulary_than_that_of_the_vectors_is_refused(
    vocabulary: object, message: str
) -> None:
    with pytest.raises(ValueError, match=f"{message}.*Omit vocabulary"):
        make_sentiment_pipeline(seq__vocabulary=vocabulary, clf__embeddings=VECTORS)


def test_a_matrix_asks_for_its_vocabulary() -> None:
    matrix = VECTORS.to_matrix()
    with pytest.warns(UserWarning, match="no vocabulary is given"):
        make_sentiment_pipeline(embeddings=matrix)
    make_sentiment_pipeline(embeddings=matrix, vocabulary=["film", "bad", "good"])


@pytest.mark.real_data
def test_amazon_reviews_get_the_vectors_of_their_words(skrnn_data: Path) -> None:
    vectors = WordVectors.load(skrnn_data / "glove.6B.50d.top50k.txt.gz")
    train, y_train = load_reviews(
        skrnn_data / "Amazon_reviews_train.csv", return_X_y=True
    )
    test, y_test = load_reviews(skrnn_data / "Amazon_reviews_test.csv", return_X_y=True)
    model = make_sentiment_pipeline(
        embeddings=vectors, embeddings_trainable=False, epochs=2, random_state=0
    )
    assert model.fit(train, y_train).score(test, y_test) > 0.65
    other = model.set_params(seq__vocabulary=None)
    with pytest.warns(UserWarning, match="another vocabulary"):
        other.fit(train, y_train)


def test_signature_docstring_and_editors_list_the_parameters() -> None:
    shown = inspect.signature(make_sentiment_pipeline).parameters
    of_steps = {
        name
        for estimator in (
            TextSequencer(),
            RNNSentimentClassifier(),
            HierarchicalAttentionClassifier(),
        )
        for name in estimator.get_params()
    }
    of_pipeline = {"recipe", "params", "classifier", "teacher", "blend"}
    assert set(shown) == of_steps | of_pipeline
    assert len(shown) == len(of_steps) + len(of_pipeline)
    assert str(shown["maxlen"].default) == "<recipe>"
    for_editors = inspect.signature(get_overloads(make_sentiment_pipeline)[0])
    assert list(for_editors.parameters) == list(shown)

    doc = (make_sentiment_pipeline.__doc__ or "").partition("\nSee Also\n")[0]
    documented = re.findall(r"^\*{0,2}(\w+) : ", doc, flags=re.MULTILINE)
    documented.remove("pipeline")  # what is returned
    assert documented == list(shown)
    assert (
        "\nword_dropout : float in [0, 1)\n"
        "    Fraction of the words that are replaced by the id for unknown words"
    ) in doc


@pytest.mark.parametrize(
    ("name", "pretrained"),
    [
        ("RNNSentimentRegressor", "reviews-en"),
        ("RNNOrdinalClassifier", "reviews-en"),
        ("HierarchicalAttentionClassifier", None),
    ],
)
def test_ratings_start_from_the_pretrained_network_too(
    name: str, pretrained: str | None
) -> None:
    model = make_sentiment_pipeline(classifier=name)
    assert type(model["clf"]).__name__ == name
    assert model["clf"].pretrained == model["seq"].pretrained == pretrained
