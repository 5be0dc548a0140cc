"""Recurrent networks for text inside scikit-learn.

Raw strings in, labels out: :class:`TextSequencer` turns reviews into padded rows of
word ids, :class:`RNNSentimentClassifier` learns from them, and both are ordinary
scikit-learn estimators. Names are loaded on first use, so that ``import skrnn`` costs
nothing and the text side never loads TensorFlow.
"""

from importlib import import_module
from importlib.metadata import version as _distribution_version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skrnn.comparison.compare import compare_models
    from skrnn.embeddings import WordVectors
    from skrnn.estimators.hierarchical import HierarchicalAttentionClassifier
    from skrnn.estimators.recurrent import RNNSentimentClassifier
    from skrnn.inspection import (
        AttentionDisplay,
        Explanation,
        LongTermDependencyDisplay,
        SequenceLengthDisplay,
        TrainingHistoryDisplay,
        attention_weights,
        explain,
        long_term_dependency,
    )
    from skrnn.onnx.export import export_onnx
    from skrnn.persistence import load, save
    from skrnn.pipeline import make_sentiment_pipeline
    from skrnn.recipes import get_recipe, get_recipe_names
    from skrnn.streaming import fit_stream
    from skrnn.text.sequencer import TextSequencer

__all__ = [
    "AttentionDisplay",
    "Explanation",
    "HierarchicalAttentionClassifier",
    "LongTermDependencyDisplay",
    "RNNSentimentClassifier",
    "SequenceLengthDisplay",
    "TextSequencer",
    "TrainingHistoryDisplay",
    "WordVectors",
    "__version__",
    "attention_weights",
    "baselines",
    "compare_models",
    "comparison",
    "datasets",
    "ensemble",
    "explain",
    "export_onnx",
    "fit_stream",
    "get_recipe",
    "get_recipe_names",
    "inspection",
    "load",
    "long_term_dependency",
    "make_sentiment_pipeline",
    "save",
    "serving",
]

_HOMES = {
    "AttentionDisplay": "skrnn.inspection",
    "Explanation": "skrnn.inspection",
    "HierarchicalAttentionClassifier": "skrnn.estimators.hierarchical",
    "LongTermDependencyDisplay": "skrnn.inspection",
    "RNNSentimentClassifier": "skrnn.estimators.recurrent",
    "SequenceLengthDisplay": "skrnn.inspection",
    "TextSequencer": "skrnn.text.sequencer",
    "TrainingHistoryDisplay": "skrnn.inspection",
    "WordVectors": "skrnn.embeddings",
    "attention_weights": "skrnn.inspection",
    "compare_models": "skrnn.comparison.compare",
    "explain": "skrnn.inspection",
    "export_onnx": "skrnn.onnx.export",
    "fit_stream": "skrnn.streaming",
    "get_recipe": "skrnn.recipes",
    "get_recipe_names": "skrnn.recipes",
    "load": "skrnn.persistence",
    "long_term_dependency": "skrnn.inspection",
    "make_sentiment_pipeline": "skrnn.pipeline",
    "save": "skrnn.persistence",
}


_MODULES = (
    "baselines",
    "comparison",
    "datasets",
    "ensemble",
    "inspection",
    "serving",
)


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name in (
        "baselines",
        "comparison",
        "datasets",
        "ensemble",
        "inspection",
        "serving",
    ):
        return import_module(f"skrnn.{name}")
    if name == "__version__":
        return _distribution_version("skrnn")
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
