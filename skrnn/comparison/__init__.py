"""Compare any scikit-learn classifiers on the same rows."""

import warnings
from importlib import import_module
from typing import Any

from skrnn.comparison.compare import compare_models
from skrnn.comparison.measure import ModelResult
from skrnn.comparison.model_comparison import ModelComparison

__all__ = ["ModelComparison", "ModelResult", "compare_models"]

# Public names that have moved, and their modules; until version 0.3.
_MOVED = {
    "BlendedClassifier": "skrnn.ensemble",
    "DistilledClassifier": "skrnn.ensemble",
    "NBSVMClassifier": "skrnn.baselines",
    "make_baseline": "skrnn.baselines",
}


def __getattr__(name: str) -> Any:
    """Return a name that has moved, with a warning."""
    if name not in _MOVED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _MOVED[name]
    warnings.warn(
        f"skrnn.comparison.{name} has moved: import it from {module}.",
        FutureWarning,
        stacklevel=2,
    )
    return getattr(import_module(module), name)
