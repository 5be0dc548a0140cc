"""Several models, one after the other, on the same data."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import joblib
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, unique_labels

from skrnn.comparison.measure import ModelResult, measure
from skrnn.comparison.model_comparison import ModelComparison
from skrnn.comparison.store import ResultStore
from skrnn.ensemble.unlabeled import find_labeled
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
    """Fit several classifiers on the same rows and compare them on others.

    Any classifiers of scikit-learn's kind may stand side by side, with or without
    probabilities. Each is cloned, so what is given stays as it is; to compare one that
    is fitted already, wrap it in a :class:`sklearn.frozen.FrozenEstimator`. They are
    fitted one after the other, so that their times can be compared. One that fails is
    reported in its row, and the others go on.

    Parameters
    ----------
    models : dict of str to estimator, list of (str, estimator), or list of estimator
        Classifiers and their names. Those without a name get that of their class; a
        Pipeline, those of its steps.
    X_train : array-like of length n_train
        What the classifiers take, such as raw strings.
    y_train : array-like of shape (n_train,)
        Labels.
    X_test : array-like of length n_test
        More of the same.
    y_test : array-like of shape (n_test,)
        Their labels.
    memory : str, path-like, joblib.Memory or None, default=None
        A folder that keeps the result of each model as soon as it is known. A
        comparison that was killed, run again, fits only what is not there; the times
        are those of the fit that was done. A result belongs to the parameters of its
        model and to the data, not to its name; ``memory``, ``n_jobs`` and ``verbose``
        of a model do not count. Models that failed are tried again. A network with a
        ``memory`` of its own also goes on within its fit.
    return_estimator : bool, default=False
        Whether the fitted models are kept in ``estimators``. It needs ``memory=None``,
        since results are kept on disk and models are not.
    verbose : int, default=1
        0 is silent, 1 prints two lines for each model.

    Returns
    -------
    comparison : ModelComparison
        A table as ``to_frame()``, a picture as ``plot()``, a page as ``to_html()``.

    Raises
    ------
    ValueError
        If there are no models, two have the same name, the lengths of X and y differ,
        y is no class label, or X is one string.

    See Also
    --------
    make_baseline : Linear models to compare with.

    Notes
    -----
    Training rows with the label -1 have none, as in :mod:`sklearn.semi_supervised`:
    -1 is no class, and these rows go to the models that have a use for them only:
    :class:`DistilledClassifier`, a :class:`BlendedClassifier` with such a model, the
    classifiers of :mod:`sklearn.semi_supervised`, and networks with a
    ``virtual_adversarial`` loss, each alone or as the last step of a Pipeline. All
    others learn from the labeled rows. Where ``y_test`` has -1 too, or ``y_train`` has
    one label besides, -1 is a class as any other.

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
    tfidf           358       0.9
    nbsvm           670       1.0
    >>> comparison.best
    'nbsvm'
    """
    named = _named(models)
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
    if return_estimator and has_memory(memory):
        raise ValueError(
            "return_estimator=True needs memory=None: a model whose result is found is "
            "not fitted again. Fit the one you want to keep."
        )
    labeled = find_labeled(y_train, y_test)
    known = y_train if labeled is None else y_train[labeled]
    classes = unique_labels(known, y_test)
    store = ResultStore(memory, (X_train, y_train, X_test, y_test), classes)
    results: dict[str, ModelResult] = {}
    estimators = {}
    for number, (name, estimator) in enumerate(named.items(), start=1):
        tell = _Progress(f"[{number}/{len(named)}] {name}", verbose)
        result = store.find(estimator)
        if result is not None:
            tell("found in memory")
        else:
            tell("fitting")
            result, model = measure(
                estimator,
                X_train,
                y_train,
                X_test,
                n_test=len(y_test),
                classes=classes,
                labeled=labeled,
            )
            store.keep(estimator, result)
            if return_estimator and model is not None:
                estimators[name] = model
            del model
        results[name] = result
        tell(_outcome(result, y_test))
    return ModelComparison(
        results,
        X_test,
        y_test,
        classes=classes,
        n_train=len(known),
        n_unlabeled=len(y_train) - len(known),
        estimators=estimators if return_estimator else None,
    )


class _Progress:
    def __init__(self, title: str, verbose: int) -> None:
        self.title, self.verbose = title, verbose

    def __call__(self, message: str) -> None:
        if self.verbose:
            print(f"{self.title}: {message}", flush=True)


def _outcome(result: ModelResult, y_test: Any) -> str:
    if result.predictions is None:
        return f"failed, {result.error}"
    accuracy = (result.predictions == y_test).mean()
    return (
        f"accuracy {accuracy:.4f}, fitted in {result.fit_time:.1f} s, "
        f"predicted in {result.predict_time:.1f} s"
    )


def _named(models: Mapping[str, Any] | Sequence[Any]) -> dict[str, Any]:
    """Return the models by name."""
    pairs: list[tuple[str, Any]] = []
    if isinstance(models, Mapping):
        pairs = [(str(name), model) for name, model in models.items()]
    elif isinstance(models, Sequence) and not isinstance(models, str):
        taken: dict[str, int] = {}
        for item in models:
            if isinstance(item, tuple):
                name, model = item
            else:
                name, model = _describe(item), item
                taken[name] = taken.get(name, 0) + 1
                if taken[name] > 1:
                    name = f"{name} ({taken[name]})"
            pairs.append((str(name), model))
    else:
        raise TypeError(
            "models must be a dictionary of names and estimators or a list, got "
            f"{type(models).__name__}."
        )
    if not pairs:
        raise ValueError("models is empty: there is nothing to compare.")
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"Names of models must differ, got {twice} more than once.")
    return dict(pairs)


def _describe(model: Any) -> str:
    if hasattr(model, "steps"):
        return " + ".join(_describe(step) for _, step in model.steps)
    return type(model).__name__
