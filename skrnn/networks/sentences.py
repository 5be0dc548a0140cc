"""Layers for rows of sentences, which are separated by zeros.

After :class:`AlignSentences` a row begins with a word and has one zero between two
sentences, so the lengths of its sentences determine the positions of its words.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from skrnn.kernels.tf_ops import embed
from skrnn.networks.sequences import AlignLeft
from skrnn.text.vocabulary import PAD

_register = keras.saving.register_keras_serializable(package="skrnn")


@_register
class AlignSentences(AlignLeft):
    """Move words to the start of a row and keep one zero between two sentences."""

    def is_kept(self, ids: tf.Tensor) -> tf.Tensor:
        """Return which ids are kept; the others are padding."""
        is_word = tf.not_equal(ids, PAD)
        return is_word | (_shifted(is_word, -1) & ~is_word & _had_word(is_word))


@_register
class SentenceLengths(keras.layers.Layer):
    """Count the words of each sentence, shape (batch, n_sentences), int32.

    Zeros follow the sentences of a row. ``n_sentences`` is the largest number of
    sentences in the batch, at least 1.
    """

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """Return the lengths of the runs of ids that are not padding."""
        is_word = tf.not_equal(ids, PAD)
        starts = tf.cast(is_word & ~_shifted(is_word, 1), tf.int32)
        numbers = tf.cumsum(starts, axis=1) - 1
        n_rows = tf.shape(ids)[0]
        n_sentences = tf.maximum(tf.reduce_max(tf.reduce_sum(starts, axis=1)), 1)
        segments = tf.range(n_rows)[:, tf.newaxis] * n_sentences
        segments += tf.maximum(numbers, 0)
        counts = tf.math.unsorted_segment_sum(
            tf.cast(is_word, tf.int32), segments, n_rows * n_sentences
        )
        return tf.reshape(counts, [n_rows, n_sentences])

    def compute_output_spec(self, ids: Any) -> keras.KerasTensor:
        """Return the shape and type of the output."""
        return keras.KerasTensor((ids.shape[0], None), dtype="int32")


@_register
class SplitSentences(keras.layers.Layer):
    """Split the texts of a batch into rows with one sentence each, the longest first.

    Kernels compute some rows at a time, up to the end of the longest one, so rows of
    like length follow each other. The last row is an added empty sentence:
    :class:`JoinSentences` uses it for texts that have fewer sentences than others.
    """

    def call(
        self, vectors: tf.Tensor, lengths: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Return sentences, their lengths, and the row of each sentence of the texts.

        Their shapes are (n + 1, longest, features), (n + 1,) and (n,).
        """
        n_steps = tf.shape(vectors)[1]
        within = tf.cumsum(lengths + 1, axis=1, exclusive=True)
        starts = tf.range(tf.shape(vectors)[0])[:, tf.newaxis] * n_steps + within
        exists = lengths > 0
        starts, counts = (tf.boolean_mask(x, exists) for x in (starts, lengths))
        order = tf.argsort(counts, direction="DESCENDING", stable=True)
        starts, counts = (
            tf.concat([tf.gather(x, order), [0]], axis=0) for x in (starts, counts)
        )
        steps = tf.range(tf.maximum(tf.reduce_max(counts), 1))
        # Past its end a sentence has words of others, which no layer uses; their
        # gradients are zeros.
        flat = tf.reshape(vectors, [-1, vectors.shape[2]])
        indices = tf.minimum(starts[:, tf.newaxis] + steps, tf.shape(flat)[0] - 1)
        return embed(flat, indices), counts, tf.math.invert_permutation(order)

    def compute_output_spec(
        self, vectors: Any, lengths: Any
    ) -> tuple[keras.KerasTensor, keras.KerasTensor, keras.KerasTensor]:
        """Return the shapes and types of the outputs."""
        return (
            keras.KerasTensor((None, None, vectors.shape[2]), vectors.dtype),
            keras.KerasTensor((None,), dtype="int32"),
            keras.KerasTensor((None,), dtype="int32"),
        )


@_register
class JoinSentences(keras.layers.Layer):
    """Join the vectors of the sentences of each text again."""

    def call(
        self, vectors: tf.Tensor, lengths: tf.Tensor, rows: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return texts, (batch, n_sentences, features), and their sentence counts."""
        exists = lengths > 0
        numbers = tf.cumsum(tf.cast(tf.reshape(exists, [-1]), tf.int32), exclusive=True)
        empty = tf.shape(vectors)[0] - 1
        rows = tf.gather(tf.concat([rows, [empty]], axis=0), numbers)
        indices = tf.where(exists, tf.reshape(rows, tf.shape(lengths)), empty)
        return tf.gather(vectors, indices), tf.reduce_sum(tf.cast(exists, tf.int32), 1)

    def compute_output_spec(
        self, vectors: Any, lengths: Any, rows: Any
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the shapes and types of the outputs."""
        n_rows, n_sentences = lengths.shape
        return (
            keras.KerasTensor((n_rows, n_sentences, vectors.shape[1]), vectors.dtype),
            keras.KerasTensor((n_rows,), dtype="int32"),
        )


def _shifted(is_word: tf.Tensor, by: int) -> tf.Tensor:
    """Return the column before (1) or after (-1) each column, False beyond the row."""
    if by > 0:
        return tf.pad(is_word[:, :-1], [[0, 0], [1, 0]])
    return tf.pad(is_word[:, 1:], [[0, 0], [0, 1]])


def _had_word(is_word: tf.Tensor) -> tf.Tensor:
    """Return whether a column is a word or comes after one."""
    return tf.cumsum(tf.cast(is_word, tf.int32), axis=1) > 0
