"""Layers that see the sentences of a row, which zeros set apart.

After :class:`AlignSentences` a row begins with a word and one zero stands between two
sentences, so the lengths of its sentences say all about where its words are.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from skrnn.networks.sequences import AlignLeft
from skrnn.text.vocabulary import PAD

_register = keras.saving.register_keras_serializable(package="skrnn")


@_register
class AlignSentences(AlignLeft):
    """Move words to the start of a row and keep one zero between two sentences."""

    def kept(self, ids: tf.Tensor) -> tf.Tensor:
        """Tell which ids stay, the others being padding."""
        is_word = tf.not_equal(ids, PAD)
        return is_word | (_shifted(is_word, -1) & ~is_word & _had_word(is_word))


@_register
class SentenceLengths(keras.layers.Layer):
    """Count the words of each sentence, shape (batch, n_sentences), int32.

    The sentences of a row come first, zeros after; rows have as many columns as the
    row of most sentences has sentences, and one at least.
    """

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """Return the lengths of the runs of ids that are not padding."""
        is_word = tf.not_equal(ids, PAD)
        begins = tf.cast(is_word & ~_shifted(is_word, 1), tf.int32)
        numbers = tf.cumsum(begins, axis=1) - 1
        n_rows = tf.shape(ids)[0]
        n_sentences = tf.maximum(tf.reduce_max(tf.reduce_sum(begins, axis=1)), 1)
        places = tf.range(n_rows)[:, tf.newaxis] * n_sentences + tf.maximum(numbers, 0)
        counts = tf.math.unsorted_segment_sum(
            tf.cast(is_word, tf.int32), places, n_rows * n_sentences
        )
        return tf.reshape(counts, [n_rows, n_sentences])

    def compute_output_spec(self, ids: Any) -> keras.KerasTensor:
        """Return the shape and type of the output."""
        return keras.KerasTensor((ids.shape[0], None), dtype="int32")


@_register
class SplitSentences(keras.layers.Layer):
    """Make rows of the sentences of all texts of a batch, one after the other.

    Sentences that are not there take no row, but one empty sentence comes last: it is
    what :class:`JoinSentences` puts where a text has no more.
    """

    def call(
        self, vectors: tf.Tensor, lengths: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return sentences, (n + 1, longest, features), and their lengths, (n + 1,)."""
        n_steps = tf.shape(vectors)[1]
        within = tf.cumsum(lengths + 1, axis=1, exclusive=True)
        firsts = tf.range(tf.shape(vectors)[0])[:, tf.newaxis] * n_steps + within
        there = lengths > 0
        firsts = tf.concat([tf.boolean_mask(firsts, there), [0]], axis=0)
        counts = tf.concat([tf.boolean_mask(lengths, there), [0]], axis=0)
        steps = tf.range(tf.maximum(tf.reduce_max(counts), 1))
        # Past its end a sentence holds words of others, which nobody reads; they get no
        # gradient but zeros.
        flat = tf.reshape(vectors, [-1, vectors.shape[2]])
        places = tf.minimum(firsts[:, tf.newaxis] + steps, tf.shape(flat)[0] - 1)
        return tf.gather(flat, places), counts

    def compute_output_spec(
        self, vectors: Any, lengths: Any
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the shapes and types of the outputs."""
        return (
            keras.KerasTensor((None, None, vectors.shape[2]), vectors.dtype),
            keras.KerasTensor((None,), dtype="int32"),
        )


@_register
class JoinSentences(keras.layers.Layer):
    """Put the vectors of the sentences of a text beside each other again."""

    def call(
        self, vectors: tf.Tensor, lengths: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return texts, (batch, n_sentences, features), and how many are there."""
        there = lengths > 0
        numbers = tf.cumsum(tf.cast(tf.reshape(there, [-1]), tf.int32), exclusive=True)
        last = tf.shape(vectors)[0] - 1
        places = tf.where(there, tf.reshape(numbers, tf.shape(lengths)), last)
        return tf.gather(vectors, places), tf.reduce_sum(tf.cast(there, tf.int32), 1)

    def compute_output_spec(
        self, vectors: Any, lengths: Any
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the shapes and types of the outputs."""
        n_rows, n_sentences = lengths.shape
        return (
            keras.KerasTensor((n_rows, n_sentences, vectors.shape[1]), vectors.dtype),
            keras.KerasTensor((n_rows,), dtype="int32"),
        )


def _shifted(is_word: tf.Tensor, by: int) -> tf.Tensor:
    """Return what stands one column before (1) or after (-1); False beyond the row."""
    if by > 0:
        return tf.pad(is_word[:, :-1], [[0, 0], [1, 0]])
    return tf.pad(is_word[:, 1:], [[0, 0], [0, 1]])


def _had_word(is_word: tf.Tensor) -> tf.Tensor:
    return tf.cumsum(tf.cast(is_word, tf.int32), axis=1) > 0
