from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from skrnn.networks.builders import build_network, initialize_network
from skrnn.networks.sentences import (
    AlignSentences,
    JoinSentences,
    SentenceLengths,
    SplitSentences,
)
from skrnn.training.batches import align_sentences
from tests.helpers import SPEC

HAN = replace(
    SPEC,
    n_embeddings=30,
    embedding_dim=6,
    cell="gru",
    units=(4,),
    sentence_units=(3,),
    bidirectional=True,
    pooling="attention",
)
ROWS = np.array(
    [
        [0, 3, 4, 0, 0, 5, 0, 6, 7, 8, 0],
        [3, 4, 0, 5, 0, 6, 7, 8, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
    ],
    dtype=np.int32,
)


def test_aligned_rows_keep_one_zero_between_sentences() -> None:
    expected = [
        [3, 4, 0, 5, 0, 6, 7, 8, 0, 0, 0],
        [3, 4, 0, 5, 0, 6, 7, 8, 0, 0, 0],
        [0] * 11,
        [9] * 11,
        [2] + [0] * 10,
    ]
    rows = align_sentences(ROWS)
    assert rows.ids.tolist() == expected
    assert rows.lengths.tolist() == [8, 8, 0, 11, 1]
    assert AlignSentences(30)(ROWS).numpy().tolist() == expected
    assert AlignSentences(30)(rows.ids).numpy().tolist() == expected


@pytest.mark.parametrize("n_columns", [0, 1, 2])
def test_narrow_rows(n_columns: int) -> None:
    rows = align_sentences(ROWS[:4, 1 : 1 + n_columns])
    assert rows.lengths.tolist() == [n_columns, min(n_columns, 1), 0, n_columns]


def test_lengths_and_sentences() -> None:
    ids = align_sentences(ROWS).ids
    lengths = SentenceLengths()(ids)
    assert lengths.numpy().tolist() == [
        [2, 1, 3], [2, 1, 3], [0, 0, 0], [11, 0, 0], [1, 0, 0]
    ]  # fmt: skip
    vectors = tf.cast(ids, tf.float32)[:, :, tf.newaxis]
    sentences, counts, rows = SplitSentences()(vectors, lengths)
    assert counts.numpy().tolist() == [11, 3, 3, 2, 2, 1, 1, 1, 0]
    found = [s[:n, 0].tolist() for s, n in zip(sentences.numpy(), counts, strict=True)]
    in_order = [[3, 4], [5], [6, 7, 8]] * 2 + [[9] * 11, [2]]
    assert found == [*sorted(in_order, key=len, reverse=True), []]
    assert [found[row] for row in rows.numpy()] == in_order
    sums = tf.constant([[float(sum(words))] for words in found])
    texts, n_sentences = JoinSentences()(sums, lengths, rows)
    assert texts[:, :, 0].numpy().tolist() == [
        [7, 5, 21], [7, 5, 21], [0, 0, 0], [99, 0, 0], [2, 0, 0]
    ]  # fmt: skip
    assert n_sentences.numpy().tolist() == [3, 3, 0, 1, 1]


def keras_han(cell: str) -> keras.Model:
    """Build a hierarchical attention network of plain Keras layers and operations.

    Sentences are (batch, sentences, words), masked by hand.
    """
    layers, ops = keras.layers, keras.ops
    kinds = {
        "simple": keras.layers.SimpleRNN,
        "lstm": keras.layers.LSTM,
        "gru": lambda *a, **k: keras.layers.GRU(*a, reset_after=False, **k),
    }

    def attend(states, mask, name):
        hidden = layers.Dense(states.shape[-1], activation="tanh", name=name)(states)
        scores = layers.Dense(1, use_bias=False, name=f"{name}_context")(hidden)[..., 0]
        scores = ops.where(mask, scores, -1e9)
        weights = ops.softmax(scores, axis=1) * ops.cast(mask, "float32")
        return weights, ops.sum(weights[..., None] * states, axis=1)

    ids = keras.Input((3, 4), dtype="int32")
    flat = ops.reshape(ids, (-1, 4))
    mask = ops.not_equal(flat, 0)
    vectors = layers.Embedding(30, 6, name="embedding")(flat)
    words = layers.Bidirectional(kinds[cell](4, return_sequences=True), name="words")
    by_word, sentences = attend(words(vectors, mask=mask), mask, "word")
    sentences = ops.reshape(sentences, (-1, 3, 8))
    mask = ops.any(ops.not_equal(ids, 0), axis=2)
    texts = layers.Bidirectional(kinds[cell](3, return_sequences=True), name="texts")
    by_sentence, text = attend(texts(sentences, mask=mask), mask, "sentence")
    proba = layers.Dense(1, activation="sigmoid", name="output")(text)
    return keras.Model(ids, [proba, ops.reshape(by_word, (-1, 3, 4)), by_sentence])


@pytest.mark.parametrize("cell", ["simple", "lstm", "gru"])
def test_outputs_equal_a_network_of_keras_layers(cell: str) -> None:
    reference = keras_han(cell)
    rng = np.random.default_rng(0)
    reference.set_weights(
        [0.7 * rng.standard_normal(w.shape) for w in reference.get_weights()]
    )
    ours = build_network(replace(HAN, cell=cell))
    layer = reference.get_layer
    for level, name in (("word", "words"), ("sentence", "texts")):
        both = layer(name).get_weights()
        half = len(both) // 2
        ours.get_layer(f"{level}_{cell}_0").set_weights(both[:half])
        ours.get_layer(f"{level}_{cell}_0_backward").set_weights(both[half:])
        attention = layer(level).get_weights() + layer(f"{level}_context").get_weights()
        ours.get_layer(f"{level}_attention").set_weights(attention)
    for name in ("embedding", "output"):
        ours.get_layer(name).set_weights(layer(name).get_weights())

    documents = rng.integers(1, 30, size=(6, 3, 4))
    lengths = np.array(
        [[4, 2, 3], [1, 0, 0], [4, 4, 0], [2, 1, 4], [3, 3, 3], [0, 0, 0]]
    )
    documents[np.arange(4) >= lengths[..., np.newaxis]] = 0
    rows = np.pad(documents, ((0, 0), (0, 0), (0, 1))).reshape(6, 15)
    expected = reference.predict(documents, verbose=0)[0]
    # Keras' loop gives no zero state for a text without words; nothing is said of it.
    np.testing.assert_allclose(
        ours.predict(rows, verbose=0)[:5], expected[:5], atol=1e-5
    )
    assert np.isfinite(ours.predict(rows, verbose=0)).all()


def test_one_tiny_network_by_hand() -> None:
    """One unit, no recurrence to speak of: every number follows from the formula."""
    spec = replace(
        HAN, cell="simple", units=(1,), sentence_units=(1,), bidirectional=False,
        n_embeddings=5, embedding_dim=1, dropout=0.0,
    )  # fmt: skip
    model = build_network(spec)
    table = np.array([[0.0], [0.1], [0.4], [-0.3], [0.8]])
    one, zero = np.ones((1, 1)), np.zeros((1, 1))
    model.get_layer("embedding").set_weights([table])
    for name, factor in (("word", 1.0), ("sentence", 2.0)):
        model.get_layer(f"{name}_simple_0").set_weights([one, zero, np.zeros(1)])
        model.get_layer(f"{name}_attention").set_weights(
            [one * factor, np.full(1, 0.1), one * 3]
        )
    model.get_layer("output").set_weights([one * 2, np.full(1, -0.5)])

    def attend(states: np.ndarray, factor: float) -> float:
        scores = np.exp(3 * np.tanh(factor * states + 0.1))
        return float((scores / scores.sum()) @ states)

    sentences = [
        attend(np.tanh(table[ids, 0]), 1.0) for ids in ([2, 3], [4], [1, 1, 4])
    ]
    text = attend(np.tanh(sentences), 2.0)
    expected = 1 / (1 + np.exp(0.5 - 2 * text))
    rows = np.array([[2, 3, 0, 4, 0, 1, 1, 4], [0, 0, 0, 0, 0, 0, 0, 0]])
    found = model.predict(rows, verbose=0)[:, 0]
    np.testing.assert_allclose(found, [expected, 1 / (1 + np.exp(0.5))], atol=1e-6)


def test_the_order_of_sentences_and_words_counts() -> None:
    model = build_network(HAN)
    initialize_network(HAN, model, np.random.default_rng(0))
    rows = np.array(
        [[3, 4, 0, 5, 6], [5, 6, 0, 3, 4], [4, 3, 0, 5, 6], [3, 4, 5, 0, 6]]
    )
    outputs = model.predict(rows, verbose=0)[:, 0]
    assert len(np.unique(outputs)) == 4


def test_keras_can_save_and_load_the_model(tmp_path) -> None:
    model = build_network(replace(HAN, units=(4, 3), sentence_units=(3, 2)))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        model.predict(ROWS, verbose=0), loaded.predict(ROWS, verbose=0)
    )


def test_parameter_count() -> None:
    # Two directions of a GRU of 3 gates, attention, output; both levels.
    words = 2 * 3 * 4 * (6 + 4 + 1) + 8 * 8 + 8 + 8
    sentences = 2 * 3 * 3 * (8 + 3 + 1) + 6 * 6 + 6 + 6
    assert build_network(HAN).count_params() == 30 * 6 + words + sentences + 7
