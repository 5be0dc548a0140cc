"""compare_models: fit several models and evaluate them on the same rows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, unique_labels

from skrnn.comparison.measure import ModelResult, measure
from skrnn.comparison.model_comparison import ModelComparison
from skrnn.comparison.store import load_or_measure
from skrnn.estimators.validation import UNLABELED, has_label
from skrnn.training.checkpoints import has_memory

__all__ = ["compare_models"]


def compare_models(
    models: Mapping[str, Any] | Sequence[Any],
    X_train: Any,
    y_train: Any,
    X_test: Any,
    y_test: Any,
    *,
    memory: str | os.PathLike[str] | joblib.Memory | None = None,
    return_estimator: bool = False,
    verbose: int = 1,
) -> ModelComparison:
    """Fit several classifiers on the same rows and evaluate them on the same test rows.

    Any scikit-learn classifiers can be compared, with or without probabilities. They
    are cloned, and fitted one after the other, so that their times are comparable. To
    compare a fitted model, wrap it in a :class:`sklearn.frozen.FrozenEstimator`. A
    model that fails is reported in its row of the table.

    Parameters
    ----------
    models : dict of str to estimator, list of (str, estimator), or list of estimator
        Classifiers and their names. A classifier without a name gets that of its class,
        and a Pipeline those of its steps.
    X_train : array-like of length n_train
        Input of the classifiers, such as raw strings.
    y_train : array-like of shape (n_train,)
        Labels.
    X_test : array-like of length n_test
        Test rows.
    y_test : array-like of shape (n_test,)
        Labels of the test rows.
    memory : str, path-like, joblib.Memory or None, default=None
        Folder in which joblib caches the result of each model as soon as it is known,
        so that an interrupted comparison resumes; the cached times are those of the
        original fit. The cache key is the data and the parameters of the model, except
        ``memory``, ``n_jobs`` and ``verbose``; its name does not matter. Failures are
        not cached. To resume within the fit of a network, set its own ``memory``.
    return_estimator : bool, default=False
        Whether to keep the fitted models in ``estimators``. Requires ``memory=None``,
        since only results are cached.
    verbose : int, default=1
        0 is silent, 1 prints two lines per model.

    Returns
    -------
    comparison : ModelComparison
        With ``to_frame()``, ``plot()`` and ``to_html()``.

    Raises
    ------
    ValueError
        If there are no models, two have the same name, the lengths of X and y differ,
        y does not hold class labels, or X is a single string.

    See Also
    --------
    skrnn.baselines.make_baseline : Linear models to compare with.

    Notes
    -----
    Training rows with the label -1 are unlabeled, as in :mod:`sklearn.semi_supervised`.
    They are passed only to models that use them:
    :class:`~skrnn.ensemble.DistilledClassifier`, a
    :class:`~skrnn.ensemble.BlendedClassifier` with such a model, and the classifiers of
    :mod:`sklearn.semi_supervised`, alone or as the last step of a Pipeline. All other
    models are fitted to the labeled rows. If ``y_test`` contains -1, or ``y_train`` has
    only one other label, -1 is an ordinary class.

    Examples
    --------
    >>> from skrnn.baselines import make_baseline
    >>> from skrnn.comparison import compare_models
    >>> from skrnn.datasets import make_reviews
    >>> reviews, y = make_reviews(300, reach=0, random_state=0)
    >>> comparison = compare_models(
    ...     {name: make_baseline(name) for name in ("tfidf", "nbsvm")},
    ...     reviews[:200], y[:200], reviews[200:], y[200:], verbose=0,
    ... )
    >>> comparison.to_frame()[["n_parameters", "accuracy"]].round(2)
           n_parameters  accuracy
    model
    tfidf           347      0.92
    nbsvm           641      1.00
    >>> comparison.best
    'nbsvm'
    """
    named = _name_models(models)
    for X in (X_train, X_test):
        if isinstance(X, str | bytes):
            raise ValueError("X must be a list of texts, got one string.")
    y_train, y_test = column_or_1d(y_train), column_or_1d(y_test)
    check_consistent_length(X_train, y_train)
    check_consistent_length(X_test, y_test)
    if not len(y_test):
        raise ValueError("y_test is empty: there is nothing to compare on.")
    for y in (y_train, y_test):
        check_classification_targets(y)
    if not has_memory(memory):
        memory = None
    if return_estimator and memory is not None:
        raise ValueError(
            "return_estimator=True needs memory=None: a model with a cached result is "
            "not fitted again. Fit the one you want to keep."
        )
    labeled = _find_labeled(y_train, y_test)
    n_labeled = len(y_train) if labeled is None else int(labeled.sum())
    classes = unique_labels(y_train if labeled is None else y_train[labeled], y_test)
    data = X_train, y_train, X_test, y_test
    data_hash = "" if memory is None else joblib.hash(data)
    results: dict[str, ModelResult] = {}
    fitted: dict[str, Any] = {}

    def fit(name: str, estimator: Any, progress: _Progress) -> ModelResult:
        progress("fitting")
        result, model = measure(
            estimator,
            X_train,
            y_train,
            X_test,
            n_test=len(y_test),
            classes=classes,
            labeled=labeled,
        )
        fitted[name] = model if return_estimator else None
        return result

    for number, (name, estimator) in enumerate(named.items(), start=1):
        progress = _Progress(f"[{number}/{len(named)}] {name}", verbose)
        compute = partial(fit, name, estimator, progress)
        if memory is None:
            results[name] = compute()
        else:
            results[name] = load_or_measure(memory, data_hash, estimator, compute)
            if name not in fitted:
                progress("found in memory")
        progress(_summarize(results[name], y_test))
    estimators = {name: model for name, model in fitted.items() if model is not None}
    return ModelComparison(
        results,
        X_test,
        y_test,
        classes=classes,
        n_train=n_labeled,
        n_unlabeled=len(y_train) - n_labeled,
        estimators=estimators if return_estimator else None,
    )


def _find_labeled(
    y_train: npt.NDArray[Any], y_test: npt.NDArray[Any]
) -> npt.NDArray[np.bool_] | None:
    """Return which training rows have a label; None if all have.

    -1 means unlabeled, unless it can only be a class: if test rows, which must be
    labeled, have it, or if a single class would remain without it.
    """
    if not len(y_train) or (y_test == UNLABELED).any():
        return None
    labeled = has_label(y_train)
    if labeled is None or len(np.unique(y_train[labeled])) < 2:
        return None
    return labeled


class _Progress:
    """Prints lines about one model."""

    def __init__(self, title: str, verbose: int) -> None:
        self._title, self._verbose = title, verbose

    def __call__(self, message: str) -> None:
        if self._verbose:
            print(f"{self._title}: {message}", flush=True)


def _summarize(result: ModelResult, y_test: Any) -> str:
    """Return a line about a result."""
    if result.predictions is None:
        return f"failed, {result.error}"
    accuracy = (result.predictions == y_test).mean()
    return (
        f"accuracy {accuracy:.4f}, fitted in {result.fit_time:.1f} s, "
        f"predicted in {result.predict_time:.1f} s"
    )


def _name_models(models: Mapping[str, Any] | Sequence[Any]) -> dict[str, Any]:
    """Return the models by name."""
    pairs: list[tuple[str, Any]] = []
    if isinstance(models, Mapping):
        pairs = [(str(name), model) for name, model in models.items()]
    elif isinstance(models, Sequence) and not isinstance(models, str):
        n_uses: dict[str, int] = {}
        for item in models:
            if isinstance(item, tuple):
                name, model = item
            else:
                name, model = _class_names(item), item
                n_uses[name] = n_uses.get(name, 0) + 1
                if n_uses[name] > 1:
                    name = f"{name} ({n_uses[name]})"
            pairs.append((str(name), model))
    else:
        raise TypeError(
            "models must be a dictionary of names and estimators or a list, got "
            f"{type(models).__name__}."
        )
    if not pairs:
        raise ValueError("models is empty: there is nothing to compare.")
    names = [name for name, _ in pairs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"Names of models must differ, got {repeated} more than once.")
    return dict(pairs)


def _class_names(model: Any) -> str:
    """Return the name of a model's class, or those of the steps of a Pipeline."""
    if hasattr(model, "steps"):
        return " + ".join(_class_names(step) for _, step in model.steps)
    return type(model).__name__
