"""Baselines, blends and comparisons of any scikit-learn classifiers of texts."""

from skrnn.comparison.baselines import NBSVMClassifier, make_baseline
from skrnn.comparison.blend import BlendedClassifier
from skrnn.comparison.compare import compare_models
from skrnn.comparison.distillation import DistilledClassifier
from skrnn.comparison.measure import ModelResult
from skrnn.comparison.model_comparison import ModelComparison

__all__ = [
    "BlendedClassifier",
    "DistilledClassifier",
    "ModelComparison",
    "ModelResult",
    "NBSVMClassifier",
    "compare_models",
    "make_baseline",
]
