"""Inspect data, fits and predictions: displays, and explanations word by word.

Plots need matplotlib (``pip install 'skrnn[plot]'``), which is imported on use.
"""

from skrnn.inspection.attention import attention_weights
from skrnn.inspection.attention_display import AttentionDisplay
from skrnn.inspection.dependency import long_term_dependency
from skrnn.inspection.dependency_display import LongTermDependencyDisplay
from skrnn.inspection.epochs import epoch_scores
from skrnn.inspection.explaining import explain
from skrnn.inspection.explanation import Explanation
from skrnn.inspection.history import TrainingHistoryDisplay
from skrnn.inspection.lengths import SequenceLengthDisplay

__all__ = [
    "AttentionDisplay",
    "Explanation",
    "LongTermDependencyDisplay",
    "SequenceLengthDisplay",
    "TrainingHistoryDisplay",
    "attention_weights",
    "epoch_scores",
    "explain",
    "long_term_dependency",
]
