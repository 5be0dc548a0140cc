"""Small fitted pipelines."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.pipeline import Pipeline

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews

REVIEWS, LABELS = make_reviews(60, random_state=0)
ODD = [
    *REVIEWS[:9],
    "",
    "zzz unheard of",
    "film " * 80,
    "Good. " * 9,
    "  ... !? One word",
    "ünïcode 👍🏽 \ud800 \x00 it's",
]


def fit_small(
    labels: Any = LABELS, *, sentences: bool = False, **params: Any
) -> Pipeline:
    """Return a small fitted pipeline, of the hierarchical network on request."""
    small = {
        "maxlen": 14,
        "embedding_dim": 4,
        "units": 3,
        "epochs": 1,
        "max_features": 30,
        "learning_rate": 0.05,
        "random_state": 0,
    }
    recipe = "accurate" if sentences else None
    pipeline = make_sentiment_pipeline(recipe, **{**small, **params})
    return pipeline.fit(REVIEWS, labels)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """Return a small fitted pipeline, not to be changed."""
    return fit_small()
