from __future__ import annotations

import pickle

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skrnn import (
    HierarchicalAttentionClassifier,
    RNNSentimentClassifier,
    TextSequencer,
    WordVectors,
)
from tests.helpers import Sequences

pytestmark = pytest.mark.slow


def tiny(**params) -> HierarchicalAttentionClassifier:
    """Return a classifier that is quick to fit."""
    defaults = {
        "cell": "simple", "units": 4, "sentence_units": 3, "embedding_dim": 4,
        "epochs": 1, "random_state": 0,
    }  # fmt: skip
    return HierarchicalAttentionClassifier(**{**defaults, **params})


@pytest.fixture(scope="module")
def rows() -> Sequences:
    """Return rows of three sentences; the class is the parity of the second's first."""
    rng = np.random.default_rng(0)
    X = rng.integers(2, 20, size=(200, 12), dtype=np.int32)
    X[:, [3, 8]] = 0
    X[rng.random(200) < 0.5, 2] = 0
    X[rng.random(200) < 0.5, 11] = 0
    return X, (X[:, 4] % 2).astype(np.int64)


@pytest.fixture(scope="module")
def fitted(rows: Sequences) -> dict[str, HierarchicalAttentionClassifier]:
    return {cell: tiny(cell=cell).fit(*rows) for cell in ("simple", "lstm", "gru")}


documents_of_sentences = st.lists(
    st.lists(st.lists(st.integers(1, 25), min_size=1, max_size=4), max_size=3),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("cell", ["simple", "lstm", "gru"])
@settings(max_examples=10, deadline=None)
@given(documents=documents_of_sentences, data=st.data())
def test_padding_and_batches_change_no_answer(cell, fitted, documents, data) -> None:
    model = fitted[cell]
    X, alone = np.zeros((len(documents), 12), dtype=np.int64), []
    for row, document in zip(X, documents, strict=True):
        if sum(map(len, document)) + len(document) > 13:
            document = document[:2]
        words = [word for sentence in document for word in (0, *sentence)][1:]
        alone.append(model.predict_proba([words + [0] * (12 - len(words))]))
        # As many zeros as there is room for go before, after and between sentences.
        for _ in range(12 - len(words)):
            gaps = [i for i, word in enumerate(words) if not word]
            words.insert(data.draw(st.sampled_from([0, *gaps, len(words)])), 0)
        row[:] = words
    order = np.array(data.draw(st.permutations(range(len(X)))))
    model.set_params(predict__batch_size=data.draw(st.integers(1, 8)))
    together = model.predict_proba(X[order])
    assert np.isfinite(together).all()
    np.testing.assert_allclose(together, np.vstack(alone)[order], atol=1e-5)
    np.testing.assert_allclose(
        model.model_.predict(X, verbose=0)[:, 0], np.vstack(alone)[:, 1], atol=1e-5
    )


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_attention_sums_to_one_over_what_is_there(fitted, data) -> None:
    X = np.array(
        data.draw(
            st.lists(
                st.lists(
                    st.sampled_from([0, 0, 1, 2, 3, 99]), min_size=12, max_size=12
                ),
                min_size=1,
                max_size=6,
            )
        )
    )
    words, sentences, numbers = fitted["gru"].attention_levels(X)
    assert words.shape == numbers.shape == X.shape
    np.testing.assert_array_equal(numbers == -1, X == 0)
    np.testing.assert_array_equal(words > 0, X != 0)
    for row in range(len(X)):
        n_sentences = numbers[row].max() + 1
        for k in range(n_sentences):
            assert words[row, numbers[row] == k].sum() == pytest.approx(1, abs=1e-6)
        assert (sentences[row, :n_sentences] > 0).all()
        assert not sentences[row, n_sentences:].any()
        if n_sentences:
            assert sentences[row].sum() == pytest.approx(1, abs=1e-6)
    weights = fitted["gru"].attention_weights(X)
    np.testing.assert_allclose(weights.sum(axis=1), (X != 0).any(axis=1), atol=1e-6)
    assert not weights[X == 0].any()


def test_attention_is_what_the_formula_says(rows: Sequences) -> None:
    """The states come from the network; attention is computed here, by numpy."""
    X, y = rows
    model = tiny(cell="gru").fit(X, y)
    network = model.model_
    word, sentence = map(network.get_layer, ("word_attention", "sentence_attention"))
    sentence_rows = network.get_layer("split").output[2]
    inputs = keras.Model(network.input, [word.input, sentence.input, sentence_rows])

    def attend(layer, states) -> np.ndarray:
        kernel, bias, context = layer.get_weights()
        scores = np.exp(np.tanh(states @ kernel + bias) @ context)[:, 0]
        return scores / scores.sum()

    words, sentences, _ = model.attention_levels(X)
    for row in (0, 7, 30):
        (states, counts), (texts, _), order = inputs(X[row : row + 1])
        expected = [attend(word, states[k, : counts[k]].numpy()) for k in order]
        np.testing.assert_allclose(
            words[row, X[row] != 0], np.concatenate(expected), atol=1e-6
        )
        by_hand = attend(sentence, texts[0].numpy())
        np.testing.assert_allclose(sentences[row], by_hand, atol=1e-6)


def test_attention_to_many_rows_is_that_to_each(rows: Sequences, fitted) -> None:
    X = np.tile(rows[0], (3, 1))
    together = fitted["lstm"].attention_levels(X)
    for row in (0, 250, 599):
        alone = fitted["lstm"].attention_levels(X[row : row + 1])
        for one, many in zip(alone, together, strict=True):
            np.testing.assert_allclose(one[0], many[row][: one.shape[1]], atol=1e-6)


def test_empty_documents(fitted) -> None:
    X = np.zeros((2, 12), dtype=int)
    assert np.isfinite(fitted["gru"].predict_proba(X)).all()
    words, sentences, numbers = fitted["gru"].attention_levels(X)
    assert not words.any()
    assert sentences.tolist() == [[0.0], [0.0]]
    assert (numbers == -1).all()


@pytest.mark.parametrize("cell", ["simple", "lstm", "gru"])
def test_it_learns_and_attends(cell: str, rows: Sequences) -> None:
    X, y = rows
    model = tiny(
        cell=cell, units=16, sentence_units=16, embedding_dim=8, epochs=40,
        learning_rate=0.01, batch_size=20, spatial_dropout=0.0, dropout=0.0,
    )  # fmt: skip
    assert model.fit(X, y).score(X, y) > 0.95


def test_three_classes_with_names(rows: Sequences) -> None:
    X, _ = rows
    y = np.array(["bad", "good", "so-so"])[X[:, 4] % 3]
    model = tiny(
        units=16, sentence_units=16, embedding_dim=8, epochs=60, learning_rate=0.01,
        batch_size=16, spatial_dropout=0.0, dropout=0.0,
    ).fit(X, y)  # fmt: skip
    proba = model.predict_proba(X)
    assert proba.shape == (200, 3)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-12)
    assert model.score(X, y) > 0.9


REGULARIZED = {
    "units": (4, 3), "sentence_units": (3, 2), "dense_units": (3,), "word_dropout": 0.1,
    "loss": keras.losses.BinaryCrossentropy(label_smoothing=0.1),
    "weight_averaging": 0.9, "embeddings": "svd", "optimizer__clipnorm": 1.0,
}  # fmt: skip


@pytest.mark.parametrize("params", [{}, REGULARIZED], ids=["plain", "regularized"])
def test_the_same_bits_wherever_a_fit_starts(params, rows: Sequences, tmp_path) -> None:
    X, y = rows
    alone = tiny(**params, epochs=3).fit(X, y)
    tiny(**params, epochs=1, memory=tmp_path).fit(X, y)
    longer = tiny(**params, epochs=3, memory=tmp_path).fit(X, y)
    again = clone(alone).fit(X, y)
    warm = tiny(**params, epochs=1, warm_start=True).fit(X, y)
    warm.set_params(epochs=2).fit(X, y)
    stored = pickle.loads(pickle.dumps(alone))
    for other in (longer, again, warm, stored):
        np.testing.assert_array_equal(other.predict_proba(X), alone.predict_proba(X))
    np.testing.assert_array_equal(
        stored.attention_weights(X), alone.attention_weights(X)
    )
    assert longer.history_ == alone.history_


def test_partial_fit_equals_fit(rows: Sequences) -> None:
    X, y = rows
    model = tiny()
    for _ in range(2):
        model.partial_fit(X, y)
    whole = tiny(epochs=2).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), whole.predict_proba(X))


def test_grid_is_the_same_for_every_n_jobs(rows: Sequences) -> None:
    X, y = rows
    grid = {"sentence_units": [2, (3, 2)]}
    results = [
        GridSearchCV(tiny(), grid, cv=2, n_jobs=n_jobs, error_score="raise")
        .fit(X, y)
        .cv_results_["mean_test_score"]
        for n_jobs in (1, 2)
    ]
    np.testing.assert_array_equal(results[0], results[1])


def test_recurrent_dropout_takes_keras_own_road(rows: Sequences) -> None:
    assert tiny(recurrent_dropout=0.2).fit(*rows).predict_proba(rows[0]).shape == (
        200,
        2,
    )


def test_it_has_the_parameters_of_the_flat_network_that_make_sense() -> None:
    own, flat = (
        set(cls().get_params())
        for cls in (HierarchicalAttentionClassifier, RNNSentimentClassifier)
    )
    assert own - flat == {"sentence_units"}
    assert flat - own == {"periods", "pooling"}


def test_raw_text_in_a_pipeline() -> None:
    rng = np.random.default_rng(0)
    openings = ["We saw it. ", "It ran late! ", "Well ... here it is. "]
    reviews, labels = [], rng.integers(0, 2, size=200)
    for label in labels:
        said = ["A bad film", "A good film"][label]
        parts = [openings[rng.integers(3)], f"{said}. ", "Mr. Hall was in it. "]
        reviews.append("".join(np.array(parts)[rng.permutation(3)]))
    model = make_pipeline(
        TextSequencer(sentence_splitter="rules", maxlen=25),
        tiny(
            cell="gru", units=8, sentence_units=8, embedding_dim=8, epochs=8,
            batch_size=10, learning_rate=0.01,
        ),
    ).fit(reviews[:150], labels[:150])  # fmt: skip
    assert model.score(reviews[150:], labels[150:]) == 1.0
    X = model[0].transform(reviews[150:])
    _, sentences, numbers = model[1].attention_levels(X)
    # Attention goes to the sentence that tells, by chance it would in a third.
    told = {model[0].vocabulary_["good"], model[0].vocabulary_["bad"]}
    best = sentences.argmax(axis=1)
    hits = [
        bool(told & set(X[i][numbers[i] == best[i]].tolist())) for i in range(len(X))
    ]
    assert np.mean(hits) > 0.6
    assert model.predict(["", "zzz. \U0001f600"]).shape == (2,)


def test_vectors_of_a_fixed_vocabulary() -> None:
    vectors = WordVectors(["good", "bad"], [[1.0, 0.5], [-1.0, 0.5]])
    model = make_pipeline(
        TextSequencer(
            vocabulary=vectors.vocabulary, sentence_splitter="rules", maxlen=4
        ),
        tiny(embeddings=vectors, embeddings_trainable=False),
    ).fit(["good. good", "bad. bad"] * 5, [1, 0] * 5)
    table = model[1].model_.get_layer("embedding").embeddings.numpy()
    np.testing.assert_array_equal(table, vectors.to_matrix())


def test_unfitted_and_text() -> None:
    with pytest.raises(NotFittedError):
        tiny().attention_weights([[1, 2]])
    model = tiny().fit([[1, 2], [2, 1]], [0, 1])
    with pytest.raises(ValueError, match=r"got text.*TextSequencer"):
        model.attention_levels(["good film"])
    with pytest.raises(ValueError, match="features"):
        model.attention_weights([[1, 2, 3]])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"cell": "rnn"}, "cell"),
        ({"sentence_units": 0}, "sentence_units"),
        ({"sentence_units": ()}, "sentence_units"),
        ({"units": (4, 0)}, "units"),
    ],
    ids=str,
)
def test_bad_parameters_are_refused(params, message: str, rows: Sequences) -> None:
    with pytest.raises(ValueError, match=message):
        tiny(**params).fit(*rows)
    with pytest.raises(TypeError, match="Did you mean 'sentence_units'"):
        HierarchicalAttentionClassifier(sentence_unit=3)
