"""scikit-learn's own checks on every estimator that takes numbers.

For an estimator that takes texts scikit-learn has next to none; TextSequencer's are in
``tests/text/test_sequencer.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from skrnn import (
    HierarchicalAttentionClassifier,
    RNNOrdinalClassifier,
    RNNSentimentClassifier,
    RNNSentimentRegressor,
)
from skrnn.baselines import NBSVMClassifier
from skrnn.ensemble import BlendedClassifier, DistilledClassifier
from tests.helpers import expected_failures

pytestmark = pytest.mark.slow

_PRETRAINED = Path(__file__).parent / "persistence" / "data" / "lstm_binary.skrnn"
# The checks fit hundreds of times on random numbers: a small plain network goes through
# the same code in a tenth of the time.
_SMALL = {
    "cell": "simple",
    "units": 4,
    "embedding_dim": 4,
    "epochs": 2,
    "batch_size": 128,
}
_LINEAR = [("a", LogisticRegression()), ("b", LogisticRegression(C=0.1))]


@pytest.mark.filterwarnings("ignore:Every row is labeled")
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # y=inf
@parametrize_with_checks(
    [
        RNNSentimentClassifier(pooling="last", **_SMALL),
        RNNOrdinalClassifier(pooling="last", **_SMALL),
        RNNSentimentRegressor(pooling="last", **_SMALL),
        HierarchicalAttentionClassifier(sentence_units=4, **_SMALL),
        RNNSentimentClassifier(
            units=3,
            embedding_dim=4,
            pooling="mean_max",
            epochs=2,
            pretrained=_PRETRAINED,
        ),
        NBSVMClassifier(),
        # The checks have as few as five rows of two classes.
        BlendedClassifier(_LINEAR, validation_split=0.4, random_state=0),
        BlendedClassifier(_LINEAR, weights="equal"),
        DistilledClassifier(*(estimator for _, estimator in _LINEAR)),
    ],
    expected_failed_checks=expected_failures,
)
def test_sklearn_checks(
    estimator: BaseEstimator, check: Callable[[BaseEstimator], None]
) -> None:
    check(estimator)
