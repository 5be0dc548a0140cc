"""The score of the validation rows after each epoch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pickle import PicklingError
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import check_scoring, get_scorer_names

from skrnn._sklearn import StrOptions

LOSS = "loss"
SCORING: list[Any] = [StrOptions({LOSS, *get_scorer_names()}), callable, None]


def make_scorer(
    estimator: Any, ids: npt.NDArray[np.int32], y: npt.NDArray[Any]
) -> Callable[[], float] | None:
    """Return a function that scores an estimator on rows, or None for the loss.

    The function raises a ValueError if ``estimator.scoring`` returns no number.
    """
    if isinstance(estimator.scoring, str) and estimator.scoring == LOSS:
        return None
    names = getattr(estimator, "feature_names_in_", None)
    X = ids if names is None else pd.DataFrame(ids, columns=names)
    scorer = check_scoring(estimator, estimator.scoring)
    return partial(_score, scorer, estimator, X, y)


def _score(scorer: Callable[..., Any], estimator: Any, X: Any, y: Any) -> float:
    score = scorer(estimator, X, y)
    if np.ndim(score) or np.asarray(score).dtype.kind not in "biuf":
        raise ValueError(
            f"scoring={estimator.scoring!r} must return a number, got {score!r}."
        )
    return float(score)


def hash_scoring(scoring: Any) -> str:
    """Return a hash of ``scoring`` for checkpoints, whose histories have its scores."""
    try:
        hashed: str = joblib.hash(scoring)
    except PicklingError as error:
        raise ValueError(
            f"memory= needs a scoring that can be pickled, got {scoring!r}. Use the "
            "name of a scorer, or a function of a module instead of a lambda."
        ) from error
    return hashed
