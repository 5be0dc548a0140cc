"""A pipeline from chunks of reviews."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import (
    RNNSentimentClassifier,
    TextSequencer,
    fit_stream,
    make_sentiment_pipeline,
)
from skrnn.datasets import make_reviews
from tests.helpers import REVIEWS, make_kind, targets_of

TEXTS, LABELS = make_reviews(60, random_state=0)
NAMES = np.array(["bad", "good"], dtype=object)[LABELS]


def small(**params: Any) -> Any:
    """Return a pipeline that is quick to fit."""
    defaults = {"maxlen": 20, "cell": "simple", "units": 4, "embedding_dim": 4}
    return make_sentiment_pipeline(
        None, **{**defaults, "epochs": 2, "random_state": 0, **params}
    )


def pieces(size: int) -> list[tuple[Any, Any]]:
    """Return the reviews in chunks."""
    return [(TEXTS[i : i + size], NAMES[i : i + size]) for i in range(0, 60, size)]


def test_one_chunk_is_fit() -> None:
    direct = small().fit(TEXTS, NAMES)
    model = small()
    assert fit_stream(model, pieces(60), verbose=0) is model
    np.testing.assert_array_equal(
        model.predict_proba(TEXTS), direct.predict_proba(TEXTS)
    )
    assert model["clf"].history_ == direct["clf"].history_
    assert model["seq"].vocabulary_ == direct["seq"].vocabulary_


def fit_in_chunks(sequencer: TextSequencer, chunks: Any) -> RNNSentimentClassifier:
    """Return the network of ``small()`` after two epochs of partial fits."""
    network = RNNSentimentClassifier(
        cell="simple", units=4, embedding_dim=4, random_state=0
    ).set_params(n_embeddings=len(sequencer.vocabulary_) + 2)
    for _ in range(2):
        for texts, y in chunks:
            network.partial_fit(sequencer.transform(texts), y, classes=["bad", "good"])
    return network


def test_chunks_are_partial_fits(capsys: pytest.CaptureFixture[str]) -> None:
    chunks = pieces(25)
    chunks[0] = chunks[0][0], np.full(25, "bad", dtype=object)  # a chunk of one class
    model = fit_stream(small(), chunks)
    sequencer = TextSequencer(maxlen=20).fit(TEXTS)
    network = fit_in_chunks(sequencer, chunks)
    np.testing.assert_array_equal(
        model.predict_proba(TEXTS), network.predict_proba(sequencer.transform(TEXTS))
    )
    assert model.classes_.tolist() == ["bad", "good"]
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 + 2 * 3
    assert "vocabulary: 60 reviews" in lines[2]
    assert "epoch 2/2: 50 of 60 reviews, loss" in lines[-2]


def test_chunks_may_be_tables_of_several_text_columns() -> None:
    X = pd.DataFrame({"title": np.resize(["New!", "", "A month"], 60), "body": TEXTS})
    chunks = [(X[i : i + 25], NAMES[i : i + 25]) for i in range(0, 60, 25)]
    model = fit_stream(small(maxlen=0.9), chunks, verbose=0)
    sequencer = TextSequencer(maxlen=0.9).fit(X)
    assert model["seq"].vocabulary_ == sequencer.vocabulary_
    assert model["seq"].maxlen_ == sequencer.maxlen_
    assert model.feature_names_in_.tolist() == ["title", "body"]
    network = fit_in_chunks(sequencer, chunks)
    np.testing.assert_array_equal(
        model.predict_proba(X), network.predict_proba(sequencer.transform(X))
    )


def test_it_begins_anew_and_other_parameters_stay() -> None:
    model = small(fit__epochs=1)
    before = model.get_params()["clf__n_embeddings"], set(model.get_params())
    rows = fit_stream(model, pieces(60), verbose=0).predict_proba(TEXTS)
    again = fit_stream(model, pieces(60), verbose=0).predict_proba(TEXTS)
    np.testing.assert_array_equal(rows, again)
    assert len(model["clf"].history_["loss"]) == 1
    assert before == (None, set(model.get_params()))


def test_epochs_follow_the_rows_of_all_chunks() -> None:
    model = fit_stream(small(epochs="auto"), pieces(30), verbose=0)
    assert len(model["clf"].history_["loss"]) == 2 * 27


def test_an_interrupted_training_keeps_what_it_learned() -> None:
    class Stops:
        n_read = 0

        def __iter__(self) -> Iterator[Any]:
            for chunk in pieces(30):
                self.n_read += 1
                if self.n_read > 4:
                    raise KeyboardInterrupt
                yield chunk

    model = small()
    with pytest.raises(KeyboardInterrupt):
        fit_stream(model, Stops(), verbose=0)
    assert len(model["clf"].history_["loss"]) == 2
    assert model.predict(TEXTS).shape == (60,)


@pytest.mark.parametrize(
    ("chunks", "error", "message"),
    [
        (iter([(TEXTS, NAMES)]), TypeError, "can be read only once"),
        ([], ValueError, "Found no documents"),
        ([(TEXTS, None)], ValueError, "60 texts and no labels"),
        ([(TEXTS, NAMES[:9])], ValueError, "60 texts and 9 labels"),
        ([(TEXTS, np.ones(60))], ValueError, r"at least 2 classes, got \[1.0\]"),
        ([(["good", None], [0, 1])], ValueError, "Document 1 is None"),
    ],
)
def test_bad_chunks(chunks: Any, error: type[Exception], message: str) -> None:
    model = small()
    with pytest.raises(error, match=message):
        fit_stream(model, chunks, verbose=0)
    assert not hasattr(model["seq"], "vocabulary_")


@pytest.mark.parametrize(
    "model",
    [
        RNNSentimentClassifier(),
        make_pipeline(TextSequencer()),
        make_pipeline(FunctionTransformer(), RNNSentimentClassifier()),
    ],
)
def test_other_models_are_refused(model: Any) -> None:
    with pytest.raises(TypeError, match="needs a Pipeline of a TextSequencer and"):
        fit_stream(model, pieces(60))


def test_passthrough_steps_are_left_out() -> None:
    model = Pipeline([("clean", "passthrough"), *small().steps])
    assert fit_stream(model, pieces(60), verbose=0).predict(TEXTS[:1]).shape == (1,)
    with pytest.raises(TypeError, match=r"got Pipeline of \['TextSequencer', 'str'\]"):
        fit_stream(make_pipeline(TextSequencer(), "passthrough"), pieces(60))


@pytest.mark.parametrize("kind", ["ratings", "labels"])
def test_ratings_and_several_labels_come_in_chunks(kind: str) -> None:
    y = targets_of(kind)
    chunks = [(REVIEWS[:40], y[:40]), (REVIEWS[40:], y[40:])]
    model = fit_stream(make_kind(kind), chunks, verbose=1)
    assert len(model[-1].history_["loss"]) == 2 * 2
    assert model.predict(REVIEWS).shape == y.shape
