"""Metrics, confidence intervals and significance tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest
from sklearn.metrics import f1_score, roc_auc_score

__all__ = ["f1", "mcnemar_test", "one_vs_rest_auc", "wilson_interval"]


def wilson_interval(n_right: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Compute Wilson's confidence interval of a proportion [1]_, valid near 0 and 1.

    Parameters
    ----------
    n_right : int
        Number of correct rows.
    n : int
        Number of rows, at least 1.
    level : float in (0, 1), default=0.95
        Confidence level.

    Returns
    -------
    low, high : float
        The ends of the interval.

    References
    ----------
    .. [1] Wilson (1927). Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association.

    Examples
    --------
    >>> from skrnn.comparison.statistics import wilson_interval
    >>> low, high = wilson_interval(80, 100)
    >>> f"{low:.4f} {high:.4f}"
    '0.7112 0.8666'
    """
    interval = binomtest(n_right, n).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


def mcnemar_test(
    right: npt.NDArray[np.bool_], other_right: npt.NDArray[np.bool_]
) -> float:
    """Test whether two models differ in accuracy, with McNemar's exact test.

    Under the null hypothesis, each row that only one of them predicts correctly is as
    likely to be the one's as the other's [1]_. The test is two-sided.

    Parameters
    ----------
    right, other_right : ndarray of shape (n,), bool
        Which rows each model predicts correctly.

    Returns
    -------
    p_value : float
        Probability of a split at least as uneven under the null hypothesis; 1 if both
        are correct on the same rows.

    References
    ----------
    .. [1] McNemar (1947). Note on the sampling error of the difference between
       correlated proportions or percentages. Psychometrika.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.comparison.statistics import mcnemar_test
    >>> right = np.array([True] * 9 + [False])
    >>> mcnemar_test(right, ~right)  # 9 to 1: twice 11 of 1024 outcomes
    0.021484375
    """
    only_first = int(np.sum(right & ~other_right))
    only_second = int(np.sum(~right & other_right))
    if only_first + only_second == 0:
        return 1.0
    return float(binomtest(only_first, only_first + only_second).pvalue)


def f1(y: npt.NDArray[Any], predicted: npt.NDArray[Any], classes: Any) -> float:
    """Compute F1 of the second of two classes, or the mean over more classes.

    Parameters
    ----------
    y, predicted : ndarray of shape (n,)
        True and predicted labels.
    classes : ndarray of shape (n_classes,)
        All labels, sorted.

    Returns
    -------
    score : float
        F1; a class that is never predicted counts as 0.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.comparison.statistics import f1
    >>> y, predicted = np.array(["a", "b", "b"]), np.array(["a", "b", "a"])
    >>> round(f1(y, predicted, np.array(["a", "b"])), 3)
    0.667
    """
    if len(classes) == 2:
        return float(f1_score(y, predicted, pos_label=classes[1], zero_division=0))
    return float(f1_score(y, predicted, average="macro", zero_division=0))


def one_vs_rest_auc(
    y: npt.NDArray[Any], scores: npt.NDArray[np.float64], classes: Any
) -> float:
    """Compute the area under the ROC curve.

    Parameters
    ----------
    y : ndarray of shape (n,)
        True labels.
    scores : ndarray of shape (n, n_classes)
        Probabilities or decision values; a column of NaN for a class without scores.
    classes : ndarray of shape (n_classes,)
        The labels, sorted.

    Returns
    -------
    area : float
        Of the second of two classes, or the mean over more classes, each against the
        rest. Classes without scores, and those of all rows or none, are left out; NaN
        if no class remains.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.comparison.statistics import one_vs_rest_auc
    >>> scores = np.array([[0.9, 0.1], [0.3, 0.7], [0.6, 0.4]])
    >>> one_vs_rest_auc(np.array([0, 1, 0]), scores, np.array([0, 1]))
    1.0
    """
    columns = range(1, 2) if len(classes) == 2 else range(len(classes))
    areas = [
        roc_auc_score(y == classes[column], scores[:, column])
        for column in columns
        if not np.isnan(scores[:, column]).any()
        and 0 < np.sum(y == classes[column]) < len(y)
    ]
    return float(np.mean(areas)) if areas else float("nan")
