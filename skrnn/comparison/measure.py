"""Fit one model, time it, and collect its predictions, parameters and history."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from skrnn._sklearn import take_rows
from skrnn.ensemble.unlabeled import uses_unlabeled

__all__ = ["ModelResult", "count_parameters", "find_history", "measure"]

History = dict[str, list[float]]


@dataclass(frozen=True)
class ModelResult:
    """The result of one model, or why it failed.

    Parameters
    ----------
    predictions : ndarray of shape (n_test,) or None
        Predicted labels; None if the model failed.
    scores : ndarray of shape (n_test, n_classes), float64, or None
        Probabilities or decision values, in the order of the comparison's ``classes``;
        NaN for a class that was not in the training rows. None if the model has
        neither.
    score_method : {"predict_proba", "decision_function"} or None
        The method that computed the scores.
    n_parameters : int or None
        Number of fitted parameters; None if they cannot be counted.
    fit_time, predict_time : float
        Seconds for ``fit`` and for ``predict`` on all test rows.
    history : dict of str to list of float
        Metrics by epoch, if the model has them.
    error : str or None
        Type and message of the error if the model failed.
    traceback : str or None
        Its traceback.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from skrnn.comparison import compare_models
    >>> models = {"dummy": DummyClassifier()}
    >>> result = compare_models(
    ...     models, ["a", "b"], [0, 1], ["c"], [0], verbose=0
    ... ).results["dummy"]
    >>> result.predictions, result.scores, result.score_method
    (array([0]), array([[0.5, 0.5]]), 'predict_proba')
    """

    predictions: npt.NDArray[Any] | None = None
    scores: npt.NDArray[np.float64] | None = None
    score_method: str | None = None
    n_parameters: int | None = None
    fit_time: float = float("nan")
    predict_time: float = float("nan")
    history: History = field(default_factory=dict)
    error: str | None = None
    traceback: str | None = None


def measure(
    estimator: Any,
    X_train: Any,
    y_train: Any,
    X_test: Any,
    *,
    n_test: int,
    classes: npt.NDArray[Any],
    labeled: npt.NDArray[np.bool_] | None = None,
) -> tuple[ModelResult, Any]:
    """Return the result of a clone of ``estimator``, and the fitted clone.

    ``labeled`` masks the training rows with a label; None if all have one. Only models
    that use unlabeled rows are fitted to the others. If the model fails, the result
    holds the error, and the clone is None.
    """
    try:
        model = clone(estimator)
        if labeled is not None and not uses_unlabeled(model):
            X_train, y_train = take_rows(X_train, labeled), y_train[labeled]
        start = time.perf_counter()
        model.fit(X_train, y_train)
        fit_time = time.perf_counter() - start
        start = time.perf_counter()
        predicted = model.predict(X_test)
        predict_time = time.perf_counter() - start
        labels = _checked_labels(predicted, n_test, classes)
        scores, method = _scores(model, X_test, n_test, classes)
        result = ModelResult(
            predictions=labels,
            scores=scores,
            score_method=method,
            n_parameters=count_parameters(model),
            fit_time=fit_time,
            predict_time=predict_time,
            history=find_history(model),
        )
    # A model may raise anything, and the others are still to be compared.
    except Exception as error:
        message = f"{type(error).__name__}: {error}".rstrip(": ")
        return ModelResult(error=message, traceback=traceback.format_exc()), None
    return result, model


def _checked_labels(
    predicted: Any, n_rows: int, classes: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Check predicted labels and return them with the dtype of ``classes``."""
    predicted = np.asarray(predicted)
    if predicted.shape != (n_rows,):
        raise ValueError(
            f"predict returned an array of shape {predicted.shape} for {n_rows} rows."
        )
    codes = pd.Index(classes).get_indexer(predicted)
    if (codes < 0).any():
        unknown = predicted[int(np.argmax(codes < 0))]
        raise ValueError(
            f"predict returned {unknown!r}, which is not in the labels "
            f"{classes.tolist()}: is this a classifier?"
        )
    labels: npt.NDArray[Any] = classes[codes]
    return labels


def _scores(
    model: Any, X: Any, n_rows: int, classes: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.float64] | None, str | None]:
    """Return the scores for all ``classes``, and the method that computed them."""
    for method in ("predict_proba", "decision_function"):
        if hasattr(model, method):
            break
    else:
        return None, None
    if method == "decision_function" and _is_one_vs_one(model):
        return None, None
    given = np.asarray(getattr(model, method)(X), dtype=np.float64)
    if given.ndim == 1:
        given = np.column_stack([-given, given])
    known = pd.Index(classes).get_indexer(np.asarray(model.classes_))
    if given.shape != (n_rows, len(known)):
        raise ValueError(
            f"{method} returned an array of shape {given.shape} for {n_rows} rows and "
            f"{len(known)} classes."
        )
    if not np.isfinite(given).all():
        raise ValueError(f"{method} returned values that are not finite.")
    scores = np.full((n_rows, len(classes)), np.nan)
    scores[:, known] = given
    return scores, method


def _is_one_vs_one(model: Any) -> bool:
    """Return whether decision values are for pairs of classes (three of three)."""
    return len(model.classes_) > 2 and any(
        name.rpartition("__")[2] == "decision_function_shape" and value == "ovo"
        for name, value in model.get_params().items()
    )


def count_parameters(model: Any) -> int | None:
    """Count the parameters of a fitted model; None if that is not possible.

    They are ``n_parameters_``, or the sizes of ``coef_`` and ``intercept_`` (``coefs_``
    and ``intercepts_``); of an ensemble, the sum over its estimators; of a Pipeline or
    a search, those of the last step.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skrnn.comparison.measure import count_parameters
    >>> count_parameters(LogisticRegression().fit([[0, 1], [1, 1]], [0, 1]))
    3
    """
    model = _last_step(model)
    if hasattr(model, "n_parameters_"):
        return int(model.n_parameters_)
    if hasattr(model, "coefs_"):
        return sum(array.size for array in (*model.coefs_, *model.intercepts_))
    if hasattr(model, "coef_"):
        # The size of a sparse matrix is the number of its non-zero values.
        sizes = [np.prod(np.shape(model.coef_)), np.size(model.intercept_)]
        return int(sum(sizes))
    if hasattr(model, "estimators_"):
        parts = list(getattr(model.estimators_, "flat", model.estimators_))
        if hasattr(model, "final_estimator_"):
            parts.append(model.final_estimator_)
        counts = [count_parameters(part) for part in parts]
        return None if None in counts else sum(filter(None, counts))
    return None


def find_history(model: Any) -> History:
    """Return ``history_``, or ``loss_curve_`` as "loss"; empty without either.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skrnn.comparison.measure import find_history
    >>> find_history(LogisticRegression().fit([[0, 1], [1, 1]], [0, 1]))
    {}
    """
    model = _last_step(model)
    history = getattr(model, "history_", None)
    if isinstance(history, dict):
        return {name: [float(v) for v in values] for name, values in history.items()}
    if hasattr(model, "loss_curve_"):
        return {"loss": [float(value) for value in model.loss_curve_]}
    return {}


def _last_step(model: Any) -> Any:
    """Return the classifier inside Pipelines and searches."""
    while True:
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        elif hasattr(model, "steps"):
            model = model.steps[-1][1]
        else:
            return model
