"""Texts to rows of word ids, without TensorFlow.

:class:`TextSequencer` is the transformer; the other names are parts of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from skrnn.text.padding import pad_sequences, sequence_lengths
from skrnn.text.sentences import split_sentences
from skrnn.text.vocabulary import OOV, PAD, vocabulary_from_keras_index

if TYPE_CHECKING:
    from skrnn.text.sequencer import TextSequencer

__all__ = [
    "OOV",
    "PAD",
    "TextSequencer",
    "pad_sequences",
    "sequence_lengths",
    "split_sentences",
    "vocabulary_from_keras_index",
]


def __getattr__(name: str) -> Any:
    """Import TextSequencer on first use: the other modules need no scikit-learn."""
    if name == "TextSequencer":
        return import_module("skrnn.text.sequencer").TextSequencer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
