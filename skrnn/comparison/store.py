"""Results on disk, so that an interrupted comparison does not fit a model again."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import joblib
from sklearn.base import clone

from skrnn.comparison.measure import ModelResult
from skrnn.training.checkpoints import Memory, call_cached

__all__ = ["hash_model", "load_or_measure"]

# Parameters that do not change what a model predicts.
_IRRELEVANT = {"memory", "n_jobs", "verbose"}


class _ModelFailedError(Exception):
    """Keeps joblib from caching the result of a model that failed."""


def load_or_measure(
    memory: Memory,
    data_hash: str,
    estimator: Any,
    measure: Callable[[], ModelResult],
) -> ModelResult:
    """Return the cached result of an equal model on the same data, or measure it.

    What joblib cannot load it computes again, with a warning. Failures are not cached.
    """
    key = hash_model(estimator)
    if key is None:
        result = measure()
        if result.error is None:
            warnings.warn(
                f"The result of {type(estimator).__name__} cannot be cached, since it "
                "cannot be pickled: define its functions at the top level of a module.",
                stacklevel=3,
            )
        return result
    identity = (version("skrnn"), data_hash, key)
    try:
        result = call_cached(memory, _measure, identity, measure, ignore=["measure"])
    except _ModelFailedError as failure:
        (result,) = failure.args
    return result


def _measure(
    identity: tuple[str, ...], measure: Callable[[], ModelResult]
) -> ModelResult:
    """Return a result to cache, or raise."""
    result = measure()
    if result.error is not None:
        raise _ModelFailedError(result)
    return result


def hash_model(estimator: Any) -> str | None:
    """Hash the relevant parameters; None if the model cannot be cloned or pickled."""
    try:
        model = clone(estimator)
        irrelevant = [
            name
            for name in model.get_params()
            if name.rpartition("__")[2] in _IRRELEVANT
        ]
        key: str = joblib.hash(model.set_params(**dict.fromkeys(irrelevant)))
    # A third-party model may raise anything; if it is broken, its fit reports it.
    except Exception:
        return None
    return key
