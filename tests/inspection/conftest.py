"""Pipelines whose networks have weights that make every word count."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews

REVIEWS, LABELS = make_reviews(40, reach=1, random_state=0)
CLASSES = {
    2: np.array(["bad", "good"])[LABELS],
    3: np.array(["bad", "good", "so-so"])[np.arange(40) % 3],
}


@pytest.fixture(autouse=True)
def _no_window():
    """Draw into memory, and close what was drawn."""
    mpl.use("Agg")
    yield
    from matplotlib import pyplot

    pyplot.close("all")


@pytest.fixture(scope="session")
def fitted() -> Callable[..., Pipeline]:
    """Return a function that gives a pipeline with large random weights.

    A network after a short fit hardly tells one word from another; these bend the
    score as a trained one does. With ``sentence_units`` the network reads sentences.
    """

    def make(n_classes: int = 2, **params) -> Pipeline:
        defaults = {"maxlen": 40, "units": 6, "embedding_dim": 5, "epochs": 1}
        recipe = None
        if "sentence_units" in params:
            recipe = "accurate"
            defaults |= {"embeddings": None, "word_dropout": 0.0}
        model = make_sentiment_pipeline(
            recipe, **{**defaults, "random_state": 0, **params}
        ).fit(REVIEWS, CLASSES[n_classes])
        network = model[-1].model_
        rng = np.random.default_rng(0)
        network.set_weights(
            [
                rng.normal(0, 0.7, w.shape) if w.dtype == np.float32 else w
                for w in network.get_weights()
            ]
        )
        return model

    return make
