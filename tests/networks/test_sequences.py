from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from skrnn.networks.sequences import (
    AlignLeft,
    SequenceLengths,
    WordDropout,
    WordEmbedding,
)

ids_arrays = arrays(
    np.int32, array_shapes(min_dims=2, max_dims=2), elements=st.integers(0, 9)
)


@given(ids_arrays)
def test_align_left_keeps_words_in_order(ids: np.ndarray) -> None:
    aligned = np.asarray(AlignLeft(10)(ids))
    for before, after in zip(ids, aligned, strict=True):
        words = before[before != 0]
        np.testing.assert_array_equal(after[: len(words)], words)
        np.testing.assert_array_equal(after[len(words) :], 0)


def test_unknown_ids_become_out_of_vocabulary() -> None:
    aligned = AlignLeft(5)(np.array([[4, 5, 2**31 - 1, -3]], dtype=np.int32))
    np.testing.assert_array_equal(aligned, [[4, 1, 1, 1]])


@given(ids_arrays)
def test_lengths(ids: np.ndarray) -> None:
    np.testing.assert_array_equal(SequenceLengths()(ids), (ids != 0).sum(axis=1))


@pytest.mark.parametrize("n_words", [3, 4000])
def test_embedding_gradient_is_that_of_keras(n_words: int) -> None:
    import keras

    rng = np.random.default_rng(0)
    ids = rng.integers(0, 7, size=(3, n_words), dtype=np.int32)
    upstream = rng.standard_normal((3, n_words, 4)).astype(np.float32)
    gradients = []
    for kind in (keras.layers.Embedding, WordEmbedding):
        layer = kind(7, 4, embeddings_initializer="ones")
        with tf.GradientTape() as tape:
            vectors = layer(ids)
        table = layer.embeddings.value
        gradients.append(tape.gradient(vectors, table, output_gradients=upstream))
    expected = tf.convert_to_tensor(gradients[0])
    np.testing.assert_allclose(gradients[1], expected, rtol=1e-4, atol=1e-4)


def test_word_dropout_reads_a_share_as_unknown_in_training_only() -> None:
    ids = np.random.default_rng(0).integers(0, 9, size=(100, 80), dtype=np.int32)
    layer = WordDropout(0.25, seed=3)
    np.testing.assert_array_equal(layer(ids), ids)
    dropped = np.asarray(layer(ids, training=True))
    changed = dropped != ids
    assert (dropped[changed] == 1).all()
    np.testing.assert_array_equal(dropped == 0, ids == 0)
    assert changed[ids > 1].mean() == pytest.approx(0.25, abs=0.02)
