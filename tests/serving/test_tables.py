"""Models of several columns of texts, without TensorFlow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skrnn
from skrnn.baselines import make_baseline
from skrnn.serving import SentimentPredictor
from tests.helpers import LABELS, REVIEWS, small_pipeline

pl = pytest.importorskip("polars", reason="comes with the extra test-all")
pytestmark = pytest.mark.slow

X = pd.DataFrame({"title": [" ".join(r.split()[:4]) for r in REVIEWS], "body": REVIEWS})


@pytest.mark.parametrize("sentence_splitter", [None, "rules"])
def test_a_predictor_takes_the_table(sentence_splitter, tmp_path: Path) -> None:
    model = small_pipeline(maxlen=40, sentence_splitter=sentence_splitter)
    model.fit(X, LABELS)
    skrnn.export_onnx(model, tmp_path / "model.onnx")
    predictor = SentimentPredictor(tmp_path / "model.onnx")
    assert predictor.feature_names_in_.tolist() == ["title", "body"]
    expected = model.predict_proba(X)
    for table in (X, X.to_numpy(), pl.from_pandas(X)):
        np.testing.assert_allclose(predictor.predict_proba(table), expected, atol=1e-6)
    with pytest.raises(ValueError, match=r"takes texts in 2 column\(s\), got 1"):
        predictor.predict(REVIEWS)
    with pytest.raises(ValueError, match=r"columns \['title', 'body'\], in this order"):
        predictor.predict(X[["body", "title"]])


def test_names_of_columns_are_optional(tmp_path: Path) -> None:
    model = small_pipeline(maxlen=40).fit(X.to_numpy(), LABELS)
    skrnn.export_onnx(model, tmp_path / "model.onnx")
    predictor = SentimentPredictor(tmp_path / "model.onnx")
    assert not hasattr(predictor, "feature_names_in_")
    expected = model.predict_proba(X.to_numpy())
    np.testing.assert_allclose(predictor.predict_proba(X), expected, atol=1e-6)


@pytest.mark.parametrize("kind", ["network", "tfidf"])
def test_a_model_of_one_text_refuses_a_table(kind: str, tmp_path: Path) -> None:
    model = small_pipeline() if kind == "network" else make_baseline(kind)
    skrnn.export_onnx(model.fit(REVIEWS, LABELS), tmp_path / "model.onnx")
    predictor = SentimentPredictor(tmp_path / "model.onnx")
    with pytest.raises(ValueError, match=r"takes texts in 1 column\(s\), got 2"):
        predictor.predict(X)
    assert (predictor.predict(X[["body"]]) == model.predict(REVIEWS)).all()
