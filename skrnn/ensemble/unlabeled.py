"""Which classifiers use unlabeled rows."""

from __future__ import annotations

from typing import Any

from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.semi_supervised import (
    LabelPropagation,
    LabelSpreading,
    SelfTrainingClassifier,
)

__all__ = ["uses_unlabeled"]

_SEMI_SUPERVISED = (LabelPropagation, LabelSpreading, SelfTrainingClassifier)


def uses_unlabeled(estimator: Any) -> bool:
    """Return whether ``fit`` uses rows with the label -1.

    That is the case for the classifiers of :mod:`sklearn.semi_supervised`, for those
    with ``_uses_unlabeled``, and for those with a ``virtual_adversarial`` parameter
    above zero at any depth, also frozen or as the last step of a Pipeline.
    """
    if isinstance(estimator, FrozenEstimator):
        return uses_unlabeled(estimator.estimator)
    last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    if isinstance(last, _SEMI_SUPERVISED) or getattr(last, "_uses_unlabeled", False):
        return True
    return any(
        name.rpartition("__")[2] == "virtual_adversarial" and bool(value)
        for name, value in estimator.get_params().items()
    )
