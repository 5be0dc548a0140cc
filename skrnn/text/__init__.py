"""Text to rows of word ids, without TensorFlow.

:class:`TextSequencer` does the whole way; the other names are its parts.
"""

from skrnn.text.padding import pad_sequences, sequence_lengths
from skrnn.text.sentences import split_sentences
from skrnn.text.sequencer import TextSequencer
from skrnn.text.vocabulary import OOV, PAD, vocabulary_from_keras_index

__all__ = [
    "OOV",
    "PAD",
    "TextSequencer",
    "pad_sequences",
    "sequence_lengths",
    "split_sentences",
    "vocabulary_from_keras_index",
]
