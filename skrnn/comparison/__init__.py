"""Baselines, blends and comparisons of any scikit-learn classifiers of texts."""

from skrnn.comparison.baselines import NBSVMClassifier, make_baseline
from skrnn.comparison.blend import BlendedClassifier
from skrnn.comparison.distillation import DistilledClassifier

__all__ = [
    "BlendedClassifier",
    "DistilledClassifier",
    "NBSVMClassifier",
    "make_baseline",
]
