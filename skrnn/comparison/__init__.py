"""Comparisons of any scikit-learn classifiers of texts."""

import warnings
from importlib import import_module
from typing import Any

from skrnn.comparison.compare import compare_models
from skrnn.comparison.measure import ModelResult
from skrnn.comparison.model_comparison import ModelComparison

__all__ = ["ModelComparison", "ModelResult", "compare_models"]

# Until version 0.3: where public names of this package have moved.
_MOVED = {
    "BlendedClassifier": "skrnn.ensemble",
    "DistilledClassifier": "skrnn.ensemble",
    "NBSVMClassifier": "skrnn.baselines",
    "make_baseline": "skrnn.baselines",
}


def __getattr__(name: str) -> Any:
    """Find a name that has moved, with a warning."""
    if name not in _MOVED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _MOVED[name]
    warnings.warn(
        f"skrnn.comparison.{name} has moved: import it from {module}.",
        FutureWarning,
        stacklevel=2,
    )
    return getattr(import_module(module), name)
