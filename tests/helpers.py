"""Small estimators and data that several test modules share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline

from skrnn import RNNSentimentClassifier, make_sentiment_pipeline

Rows = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

_SMALL: dict[str, Any] = {
    "cell": "simple",
    "units": 4,
    "embedding_dim": 4,
    "epochs": 1,
    "batch_size": 16,
    "random_state": 0,
}


def make_rows(n_rows: int = 40) -> Rows:
    """Return rows of five ids; the class is the parity of the first."""
    X = np.random.default_rng(0).integers(1, 12, size=(n_rows, 5))
    return X, X[:, 0] % 2


def small_classifier(**params: Any) -> RNNSentimentClassifier:
    """Return a classifier of ids that fits in a fraction of a second."""
    return RNNSentimentClassifier(**{**_SMALL, **params})


def small_pipeline(**params: Any) -> Pipeline:
    """Return a pipeline from raw strings that fits in a fraction of a second."""
    return make_sentiment_pipeline(None, **{**_SMALL, "maxlen": 12, **params})
