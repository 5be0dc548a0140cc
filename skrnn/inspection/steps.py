"""The fitted steps within an estimator of raw strings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skrnn._messages import describe_steps
from skrnn._sklearn import active_steps
from skrnn.text.sequencer import TextSequencer

__all__ = ["FittedSteps", "fitted_steps", "name_columns"]


@dataclass(frozen=True)
class FittedSteps:
    """The steps that predict within ``estimator``, the classifier last."""

    estimator: Any
    steps: tuple[Any, ...]

    @property
    def has_sequencer_last(self) -> bool:
        """Whether a TextSequencer comes right before the one classifier."""
        return len(self.steps) > 1 and isinstance(self.steps[-2], TextSequencer)

    @property
    def sequencer(self) -> TextSequencer:
        """The TextSequencer; a TypeError if there is none."""
        for step in self.steps:
            if isinstance(step, TextSequencer):
                check_is_fitted(step)
                return step
        raise TypeError(
            "Expected a fitted TextSequencer, or a Pipeline with one, got "
            f"{self._describe()}."
        )

    @property
    def classifier(self) -> Any:
        """The classifier that gets the ids; a TypeError if there is none."""
        if not self.has_sequencer_last:
            check_is_fitted(self.estimator)
            raise TypeError(
                "Expected a Pipeline of a TextSequencer and a classifier, such as "
                "make_sentiment_pipeline() returns, or a search, a threshold or a "
                f"DistilledClassifier around one, got {self._describe()}. For other "
                "models, or several that predict together, use explain(..., "
                "method='occlusion')."
            )
        check_is_fitted(self.steps[-1])
        return self.steps[-1]

    def clean(self, texts: Iterable[str]) -> Sequence[str]:
        """Apply the steps before the TextSequencer to raw strings."""
        n_before = self.steps.index(self.sequencer)
        cleaned: Any = texts
        for step in self.steps[:n_before]:
            cleaned = step.transform(cleaned)
        if not n_before:
            return cleaned if isinstance(cleaned, str) else list(cleaned)
        # After set_output it is a table of one column.
        column: Sequence[str] = np.asarray(cleaned, dtype=object).ravel().tolist()
        return column

    def _describe(self) -> str:
        return describe_steps(type(self.estimator).__name__, self.steps)


def fitted_steps(estimator: Any, *, calibrated: bool = False) -> FittedSteps:
    """Return the steps of nested pipelines in one row.

    A search, threshold, distilled or frozen classifier is replaced by the one fitted
    estimator by which it predicts; a calibrated one only if ``calibrated``, since its
    probabilities differ.

    Raises
    ------
    TypeError
        If a search has no refitted estimator.
    """
    return FittedSteps(estimator, tuple(_flatten(estimator, calibrated)))


def _flatten(estimator: Any, calibrated: bool) -> list[Any]:
    if isinstance(estimator, Pipeline):
        *before, last = (step for _, step in active_steps(estimator))
        # A resampler of imbalanced-learn has no transform: it is used in fit only.
        steps = [*(step for step in before if hasattr(step, "transform")), last]
        return [each for step in steps for each in _flatten(step, calibrated)]
    if isinstance(estimator, FrozenEstimator):
        return _flatten(estimator.estimator, calibrated)
    if hasattr(estimator, "cv_results_") and not hasattr(estimator, "best_estimator_"):
        raise TypeError(
            f"This {type(estimator).__name__} has no best_estimator_. Set refit=True "
            "and fit it again, or pass a fitted Pipeline."
        )
    if not hasattr(estimator, "predict"):  # a transformer may have estimator_ too
        return [estimator]
    if hasattr(estimator, "best_estimator_"):
        return _flatten(estimator.best_estimator_, calibrated)
    # The estimator_ of an ensemble is an unfitted template.
    if hasattr(estimator, "estimator_") and not hasattr(estimator, "estimators_"):
        return _flatten(estimator.estimator_, calibrated)
    if calibrated and len(getattr(estimator, "calibrated_classifiers_", ())) == 1:
        return _flatten(estimator.calibrated_classifiers_[0].estimator, calibrated)
    return [estimator]


def name_columns(classifier: Any, rows: npt.NDArray[np.int32]) -> Any:
    """Return rows with the column names that a classifier was fitted with, if any."""
    if not hasattr(classifier, "feature_names_in_"):
        return rows
    return pd.DataFrame(rows, columns=classifier.feature_names_in_)
