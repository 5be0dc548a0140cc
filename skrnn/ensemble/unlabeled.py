"""Rows without a label: which they are, and who has a use for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.frozen import FrozenEstimator
from sklearn.semi_supervised import (
    LabelPropagation,
    LabelSpreading,
    SelfTrainingClassifier,
)

from skrnn._sklearn import last_step
from skrnn.estimators.validation import UNLABELED, has_label

__all__ = ["find_labeled", "uses_unlabeled"]

_SEMI_SUPERVISED = (LabelPropagation, LabelSpreading, SelfTrainingClassifier)


def find_labeled(
    y_train: npt.NDArray[Any], y_test: npt.NDArray[Any]
) -> npt.NDArray[np.bool_] | None:
    """Tell which training rows have a label.

    The number -1 stands for no label, as in :mod:`sklearn.semi_supervised`, unless it
    can only be a class: where test rows have it too, which must have labels to be
    compared on, or where a single class would be left without it.

    Parameters
    ----------
    y_train, y_test : ndarray of shape (n_train,), (n_test,)
        The labels.

    Returns
    -------
    labeled : ndarray of shape (n_train,), bool, or None
        None if all have one.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.ensemble.unlabeled import find_labeled
    >>> find_labeled(np.array([0, 1, -1]), np.array([0, 1]))
    array([ True,  True, False])
    >>> find_labeled(np.array([-1, 1, -1]), np.array([1, -1]))
    """
    if not len(y_train) or (y_test == UNLABELED).any():
        return None
    labeled = has_label(y_train)
    if labeled is None or len(np.unique(y_train[labeled])) < 2:
        return None
    return labeled


def uses_unlabeled(estimator: Any) -> bool:
    """Tell whether ``fit`` of an estimator has a use for rows with the label -1.

    Parameters
    ----------
    estimator : estimator
        Any classifier, frozen ones included, or a Pipeline that ends in one.

    Returns
    -------
    uses : bool
        True of the classifiers of :mod:`sklearn.semi_supervised`, of what says so by
        ``_uses_unlabeled``, and of what has a ``virtual_adversarial`` parameter above
        zero, itself or within.

    Examples
    --------
    >>> from skrnn import make_sentiment_pipeline
    >>> from skrnn.ensemble.unlabeled import uses_unlabeled
    >>> uses_unlabeled(make_sentiment_pipeline("fast"))
    False
    >>> uses_unlabeled(make_sentiment_pipeline("fast", virtual_adversarial=1.0))
    True
    """
    if isinstance(estimator, FrozenEstimator):
        return uses_unlabeled(estimator.estimator)
    last = last_step(estimator)
    if isinstance(last, _SEMI_SUPERVISED) or getattr(last, "_uses_unlabeled", False):
        return True
    return any(
        name.rpartition("__")[2] == "virtual_adversarial" and bool(value)
        for name, value in estimator.get_params().items()
    )
