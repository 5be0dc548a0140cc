"""Classifiers made of others: blends, and students that learn from a teacher."""

from skrnn.ensemble.blend import BlendedClassifier
from skrnn.ensemble.distillation import DistilledClassifier

__all__ = ["BlendedClassifier", "DistilledClassifier"]
