"""Explanations and displays of models that read several columns of texts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skrnn import (
    AttentionDisplay,
    SequenceLengthDisplay,
    attention_weights,
    explain,
)
from tests.helpers import small_pipeline

X = pd.DataFrame(
    {"title": ["Great!", "Bad"] * 10, "body": ["A <b>fine</b> film", "So dull"] * 10}
)
Y = np.array(["pos", "neg"] * 10)


@pytest.fixture(scope="module")
def model() -> Pipeline:
    return small_pipeline(pooling="attention").fit(X, Y)


@pytest.mark.parametrize("method", ["occlusion", "integrated_gradients", "attention"])
def test_a_row_is_explained_word_by_word(model: Pipeline, method: str) -> None:
    explanation = explain(model, X.iloc[0], method)
    assert explanation.tokens == ("Great", "[SEP]", "A", "fine", "film")
    assert explanation.known.all()
    assert explanation.text == "Great! [SEP] A  fine  film"
    shown = [explanation.text[a:b] for a, b in explanation.spans]
    assert shown == list(explanation.tokens)
    assert "fine" in explanation._repr_html_()


def test_occlusion_is_the_prediction_without_the_word(model: Pipeline) -> None:
    explanation = explain(model, X.iloc[0], target="pos")
    without = pd.DataFrame({"title": [""], "body": ["A fine film"]})
    full, less = model.predict_proba(pd.concat([X[:1], without]))[:, 1]
    assert explanation.weights[0] == pytest.approx(full - less, abs=1e-6)


def test_every_column_of_texts_of_another_model_is_explained() -> None:
    table = X.assign(price=1.5, kind="kitchen")
    bags = ColumnTransformer(
        [
            ("t", CountVectorizer(), "title"),
            ("b", CountVectorizer(), "body"),
            ("k", OneHotEncoder(), ["kind"]),
            ("p", "passthrough", ["price"]),
        ],
    )
    model = make_pipeline(bags, LogisticRegression()).fit(table, Y)
    explanation = explain(model, table.iloc[1], columns=["title", "body"])
    assert explanation.tokens == ("Bad", "So", "dull")
    assert explanation.text == "Bad\nSo dull"
    assert [explanation.text[a:b] for a, b in explanation.spans] == [
        "Bad", "So", "dull",
    ]  # fmt: skip
    assert (explanation.weights > 0).all()


def test_attention_and_lengths_of_rows(model: Pipeline) -> None:
    assert attention_weights(model, X[:3]).shape == (3, 12)
    display = AttentionDisplay.from_estimator(model, X[:2])
    assert display.tokens[1] == ("Bad", "[SEP]", "So", "dull")
    lengths = SequenceLengthDisplay.from_estimator(model, X)
    assert lengths.lengths[:2].tolist() == [5, 4]
    assert lengths.oov_rate == 0
