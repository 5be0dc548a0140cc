"""The fitted steps within an estimator of raw strings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skrnn._messages import describe_steps
from skrnn._sklearn import active_steps
from skrnn.text.encoding import count_columns
from skrnn.text.sequencer import TextSequencer

__all__ = ["FittedSteps", "fitted_steps"]


@dataclass(frozen=True)
class FittedSteps:
    """The fitted steps of ``estimator``, the last one included."""

    estimator: Any
    steps: tuple[Any, ...]

    @property
    def has_ids(self) -> bool:
        """Whether a TextSequencer is right before the last step, the classifier."""
        return len(self.steps) > 1 and isinstance(self.steps[-2], TextSequencer)

    @property
    def sequencer(self) -> TextSequencer:
        """The first TextSequencer; TypeError if there is none."""
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
        """The classifier of ids; TypeError if there is none."""
        if not self.has_ids:
            check_is_fitted(self.estimator)
            raise TypeError(
                "Expected a Pipeline of a TextSequencer and a classifier, as from "
                "make_sentiment_pipeline(), or a search, a threshold or a "
                f"DistilledClassifier around one, got {self._describe()}. For "
                "ensembles and other models, use explain(..., method='occlusion')."
            )
        check_is_fitted(self.steps[-1])
        return self.steps[-1]

    def clean(self, texts: Any) -> Any:
        """Apply the steps before the TextSequencer to raw strings.

        Return a list of str, or a table if there are several columns.
        """
        n_before = self.steps.index(self.sequencer)
        cleaned: Any = texts
        for step in self.steps[:n_before]:
            cleaned = step.transform(cleaned)
        if isinstance(cleaned, str) or (count_columns(cleaned) or 1) > 1:
            return cleaned
        if not n_before and count_columns(cleaned) is None:
            return list(cleaned)
        # With set_output, it is a DataFrame of one column.
        return np.asarray(cleaned, dtype=object).ravel().tolist()

    def _describe(self) -> str:
        return describe_steps(type(self.estimator).__name__, self.steps)


def fitted_steps(estimator: Any, *, inside_calibration: bool = False) -> FittedSteps:
    """Return the fitted steps within an estimator of raw strings.

    Nested Pipelines are flattened. Searches, thresholds, distilled and frozen
    classifiers are replaced by the fitted estimator within, and so are calibrated
    classifiers with ``inside_calibration``, if they have a single one. Raises a
    TypeError for a search without a refitted estimator.
    """
    return FittedSteps(estimator, tuple(_steps(estimator, inside_calibration)))


def _steps(estimator: Any, inside_calibration: bool) -> list[Any]:
    if isinstance(estimator, Pipeline):
        *before, last = (step for _, step in active_steps(estimator))
        # Resamplers of imbalanced-learn have no transform: they are active in fit only.
        steps = [*(step for step in before if hasattr(step, "transform")), last]
        return [each for step in steps for each in _steps(step, inside_calibration)]
    if isinstance(estimator, FrozenEstimator):
        return _steps(estimator.estimator, inside_calibration)
    if hasattr(estimator, "cv_results_") and not hasattr(estimator, "best_estimator_"):
        raise TypeError(
            f"This {type(estimator).__name__} has no best_estimator_. Set refit=True "
            "and fit it again, or pass a fitted Pipeline."
        )
    if not hasattr(estimator, "predict"):  # a transformer may have an estimator_, too
        return [estimator]
    if hasattr(estimator, "best_estimator_"):
        return _steps(estimator.best_estimator_, inside_calibration)
    # The estimator_ of an ensemble is an unfitted template.
    if hasattr(estimator, "estimator_") and not hasattr(estimator, "estimators_"):
        return _steps(estimator.estimator_, inside_calibration)
    calibrated = getattr(estimator, "calibrated_classifiers_", [])
    if inside_calibration and len(calibrated) == 1:
        return _steps(calibrated[0].estimator, inside_calibration)
    return [estimator]
