"""scikit-learn's own checks on every estimator that takes numbers.

For an estimator that takes texts scikit-learn has next to none; TextSequencer's are in
``tests/text/test_sequencer.py``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from skrnn import HierarchicalAttentionClassifier, RNNSentimentClassifier
from skrnn.baselines import NBSVMClassifier
from skrnn.ensemble import BlendedClassifier, DistilledClassifier

# The check feeds fractions in spite of the tag input_tags.categorical. With ids and
# weights of mean one, weights equal repeated rows:
# tests/estimators/test_base.py::test_whole_weights_of_mean_one_are_repeated_rows.
_SAMPLE_WEIGHT = "the check feeds fractions in spite of the tag input_tags.categorical"
# The check does not ask the tags and feeds negative fractions, which are no ids; with
# whole numbers it is tests/estimators/test_base.py::test_class_weights_weigh.
_FRACTIONS = "the check feeds fractions in spite of the tag input_tags.categorical"
_NEGATIVE = "the check feeds negative numbers in spite of the tag positive_only"
_OF_NETWORKS = {
    "check_sample_weight_equivalence_on_dense_data": _SAMPLE_WEIGHT,
    "check_class_weight_classifiers": _FRACTIONS,
}
# A row and its repetition fall on both sides of the split.
_OF_A_SPLIT = "sample_weight does not change which rows are held out"
_MINUS_ONE = "the check has a class -1, which stands for no label"
_EXPECTED_FAILURES = {
    "BlendedClassifier": {
        "check_sample_weight_equivalence_on_dense_data": _OF_A_SPLIT,
        "check_sample_weight_equivalence_on_sparse_data": _OF_A_SPLIT,
    },
    "DistilledClassifier": {"check_classifiers_classes": _MINUS_ONE},
    "NBSVMClassifier": {"check_decision_proba_consistency": _NEGATIVE},
    "RNNSentimentClassifier": _OF_NETWORKS,
    "HierarchicalAttentionClassifier": _OF_NETWORKS,
}


def expected_failures(estimator: BaseEstimator) -> dict[str, str]:
    if getattr(estimator, "weights", None) == "equal":  # nothing is held out
        return {}
    return _EXPECTED_FAILURES.get(type(estimator).__name__, {})


_LINEAR = [("a", LogisticRegression()), ("b", LogisticRegression(C=0.1))]


@pytest.mark.filterwarnings("ignore:Every row is labeled")
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # y=inf
@parametrize_with_checks(
    [
        # The checks fit hundreds of times on random numbers: a small plain network
        # goes through the same code in a tenth of the time.
        RNNSentimentClassifier(cell="simple", units=4, embedding_dim=4, epochs=2),
        HierarchicalAttentionClassifier(
            cell="simple", units=4, sentence_units=4, embedding_dim=4, epochs=2
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
