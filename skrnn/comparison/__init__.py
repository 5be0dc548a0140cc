"""Baselines, blends and comparisons of any scikit-learn classifiers of texts."""

from skrnn.comparison.baselines import NBSVMClassifier, make_baseline
from skrnn.comparison.blend import BlendedClassifier

__all__ = ["BlendedClassifier", "NBSVMClassifier", "make_baseline"]
