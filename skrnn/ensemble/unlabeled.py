"""Which classifiers use unlabeled rows."""

from __future__ import annotations

from typing import Any

from sklearn.frozen import FrozenEstimator
from sklearn.semi_supervised import (
    LabelPropagation,
    LabelSpreading,
    SelfTrainingClassifier,
)

from skrnn._sklearn import last_step

__all__ = ["uses_unlabeled"]

_SEMI_SUPERVISED = (LabelPropagation, LabelSpreading, SelfTrainingClassifier)


def uses_unlabeled(estimator: Any) -> bool:
    """Return whether ``fit`` uses rows with the label -1.

    That is the case for the classifiers of :mod:`sklearn.semi_supervised` and those
    with ``_uses_unlabeled``, also frozen or as the last step of a Pipeline.
    """
    if isinstance(estimator, FrozenEstimator):
        return uses_unlabeled(estimator.estimator)
    last = last_step(estimator)
    return isinstance(last, _SEMI_SUPERVISED) or getattr(last, "_uses_unlabeled", False)
