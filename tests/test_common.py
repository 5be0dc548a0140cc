"""scikit-learn's own checks on every estimator that takes numbers.

For an estimator that takes texts scikit-learn has next to none; TextSequencer's are in
``tests/text/test_sequencer.py``.
"""

from __future__ import annotations

from collections.abc import Callable

from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from skrnn import HierarchicalAttentionClassifier, RNNSentimentClassifier
from skrnn.comparison import NBSVMClassifier

# scikit-learn lists the same reason for its own MLPClassifier, which is trained by
# stochastic gradient descent too: a batch of repeated rows is not one weighted row.
_SAMPLE_WEIGHT = "sample_weight is not equivalent to removing/repeating samples."
# The check does not ask the tags and feeds negative fractions, which are no ids; with
# whole numbers it is tests/classifiers/test_base.py::test_class_weights_weigh.
_FRACTIONS = "the check feeds fractions in spite of the tag input_tags.categorical"
_NEGATIVE = "the check feeds negative numbers in spite of the tag positive_only"
_OF_NETWORKS = {
    "check_sample_weight_equivalence_on_dense_data": _SAMPLE_WEIGHT,
    "check_class_weight_classifiers": _FRACTIONS,
}
_EXPECTED_FAILURES = {
    "NBSVMClassifier": {"check_decision_proba_consistency": _NEGATIVE},
    "RNNSentimentClassifier": _OF_NETWORKS,
    "HierarchicalAttentionClassifier": _OF_NETWORKS,
}


def expected_failures(estimator: BaseEstimator) -> dict[str, str]:
    return _EXPECTED_FAILURES.get(type(estimator).__name__, {})


@parametrize_with_checks(
    [
        # The checks fit hundreds of times on random numbers: a small plain network
        # goes through the same code in a tenth of the time.
        RNNSentimentClassifier(cell="simple", units=4, embedding_dim=4, epochs=2),
        HierarchicalAttentionClassifier(
            cell="simple", units=4, sentence_units=4, embedding_dim=4, epochs=2
        ),
        NBSVMClassifier(),
    ],
    expected_failed_checks=expected_failures,
)
def test_sklearn_checks(
    estimator: BaseEstimator, check: Callable[[BaseEstimator], None]
) -> None:
    check(estimator)
