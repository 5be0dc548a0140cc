"""Which words are kept, and under which number."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from skrnn import RNNSentimentClassifier, TextSequencer, WordVectors
from skrnn.text import vocabulary_from_keras_index
from skrnn.text.counts import TokenCounts, document_frequencies
from skrnn.text.encoding import Encoded, encode
from skrnn.text.vocabulary import (
    check_vocabulary,
    learn_vocabulary,
    needs_document_frequencies,
)
from tests.text.conftest import ANALYZER

documents = st.lists(
    st.lists(st.sampled_from("abcdefgh"), max_size=8).map(" ".join),
    min_size=1,
    max_size=12,
)


def encoded(texts: list[str]) -> Encoded:
    return encode(texts, ANALYZER)


def learn(texts: list[str], **changes: Any) -> dict[str, int]:
    limits = {"max_features": None, "min_df": 1, "max_df": 1.0, **changes}
    needed = needs_document_frequencies(limits["min_df"], limits["max_df"])
    words = TokenCounts.empty(count_documents=needed).plus(encoded(texts))
    return learn_vocabulary(words, **limits)


def test_frequent_words_come_first_and_ties_are_alphabetical() -> None:
    assert learn(["c b a b", "d a d b"]) == {"b": 2, "a": 3, "d": 4, "c": 5}


@settings(deadline=None)
@given(documents, st.none() | st.integers(1, 9))
def test_ranks_as_counted_by_hand(texts: list[str], limit: int | None) -> None:
    counts = Counter(" ".join(texts).split())
    ranked = sorted(counts, key=lambda word: (-counts[word], word))[:limit]
    if not ranked:
        with pytest.raises(ValueError, match="empty vocabulary; perhaps the documents"):
            learn(texts, max_features=limit)
        return
    vocabulary = learn(texts, max_features=limit)
    assert list(vocabulary.items()) == list(zip(ranked, range(2, 20), strict=False))


@settings(deadline=None)
@given(
    documents,
    st.integers(1, 5) | st.floats(0, 1),
    st.integers(1, 5) | st.floats(0, 1),
)
def test_document_frequencies_limit_as_in_sklearn(
    texts: list[str], min_df: float, max_df: float
) -> None:
    vectorizer = CountVectorizer(
        tokenizer=str.split, token_pattern=None, min_df=min_df, max_df=max_df
    )
    try:
        expected = set(vectorizer.fit(texts).vocabulary_)
    except ValueError as error:
        with pytest.raises(ValueError, match=str(error)):
            learn(texts, min_df=min_df, max_df=max_df)
    else:
        assert set(learn(texts, min_df=min_df, max_df=max_df)) == expected


def test_document_frequencies() -> None:
    frequencies = document_frequencies(encoded(["a b a", "", "b c", "b"]))
    np.testing.assert_array_equal(frequencies, [1, 3, 1])


@pytest.mark.parametrize(
    ("given_as", "expected"),
    [
        (["b", "a"], {"b": 2, "a": 3}),
        (iter(("b", "a")), {"b": 2, "a": 3}),
        ({"b", "a"}, {"a": 2, "b": 3}),
        ({"b": 9, "a": np.int64(4)}, {"b": 9, "a": 4}),
        (np.array(["b", "a"]), {"b": 2, "a": 3}),
        ({np.str_("b"): 2}, {"b": 2}),
    ],
)
def test_fixed_vocabularies(given_as: Any, expected: dict[str, int]) -> None:
    checked = check_vocabulary(given_as)
    assert list(checked.items()) == list(expected.items())
    assert all(type(number) is int for number in checked.values())
    assert all(type(token) is str for token in checked)


@pytest.mark.parametrize(
    ("given_as", "error", "message"),
    [
        ("the words", ValueError, "got the string 'the words'"),
        ([], ValueError, "empty vocabulary passed to fit"),
        ({}, ValueError, "empty vocabulary passed to fit"),
        (["a", "b", "a"], ValueError, "Duplicate term in vocabulary: 'a'"),
        ([3], TypeError, r"contains 3 \(type int\); all tokens must be str"),
        ({None: 3}, TypeError, "contains None"),
        (["a", ["b"]], TypeError, r"contains \['b'\] \(type list\)"),
        (np.array([["a"]]), TypeError, "contains array"),
        ({"a": 1}, ValueError, "gives 'a' the id 1.*words start at 2.*index_from=1"),
        (["", "[UNK]", "the"], ValueError, r"leave them out, get_vocabulary\(\)\[2:\]"),
        ({"a": -2}, ValueError, "the id -2"),
        ({"a": 2, "b": 2}, ValueError, "both 'a' and 'b' the id 2"),
        ({"a": 2.0}, TypeError, r"gives 'a' the id 2.0 \(type float\)"),
        ({"a": True}, TypeError, "ids must be integers"),
        ({"a": "2"}, TypeError, "ids must be integers"),
    ],
)
def test_wrong_vocabularies(
    given_as: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        check_vocabulary(given_as)


def test_keras_index_below_the_first_word() -> None:
    with pytest.raises(ValueError, match="the id 1"):
        vocabulary_from_keras_index({"the": 1}, index_from=0)


@pytest.mark.parametrize("num_words", [None, 6])
@pytest.mark.parametrize("index_from", [1, 3])
def test_keras_index_agrees_with_keras_data(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    num_words: int | None,
    index_from: int,
) -> None:
    imdb = pytest.importorskip("keras.src.datasets.imdb")
    word_index = {"the": 1, "and": 2, "film": 3, "great": 4, "rare": 5}
    texts = np.array([[1, 4, 3, 2, 1, 3], [2, 1, 5]], dtype=object)
    labels = np.array([0, 1])
    path = tmp_path / "imdb.npz"
    np.savez(path, x_train=texts, y_train=labels, x_test=texts, y_test=labels)
    monkeypatch.setattr(imdb, "get_file", lambda **source: str(path))
    (by_keras, _), _ = imdb.load_data(
        num_words=num_words, start_char=None, oov_char=1, index_from=index_from
    )
    vocabulary = vocabulary_from_keras_index(
        word_index, index_from=index_from, num_words=num_words
    )
    words = {rank: word for word, rank in word_index.items()}
    if num_words is None:
        # Keras reads the rarest word of its data as out of vocabulary then.
        del vocabulary["rare"]
    ours = {tuple(vocabulary.get(words[rank], 1) for rank in text) for text in texts}
    assert ours == set(map(tuple, by_keras))


# The ranks of a Keras Tokenizer, not in their order, and the vector of each word.
WORD_INDEX = {"film": 2, "the": 1, "great": 3}
VECTOR_OF = {"the": [1.0, 0.1], "film": [2.0, 0.2], "great": [3.0, 0.3]}
# Row r is that of the word of rank r, as in Keras' own example; row 0 is padding.
BY_RANK = np.array([[0.0, 0.0], *VECTOR_OF.values()], dtype=np.float32)


def embedded(vocabulary: Any, embeddings: Any) -> np.ndarray:
    """Return what a classifier reads for "the great unknown film"."""
    sequencer = TextSequencer(vocabulary=vocabulary, maxlen=4)
    ids = sequencer.fit_transform(["the great unknown film"] * 2)
    classifier = RNNSentimentClassifier(
        cell="simple", units=2, epochs=1, embeddings=embeddings,
        embeddings_trainable=False, random_state=0,
    ).fit(ids, [0, 1])  # fmt: skip
    return classifier.model_.get_layer("embedding")(ids[:1]).numpy()[0]


KNOWN = [0, 1, 3]  # "unknown" has no vector of the user's


def test_each_word_of_a_keras_tokenizer_reads_its_row_of_a_matrix_by_rank() -> None:
    expected = [VECTOR_OF["the"], VECTOR_OF["great"], VECTOR_OF["film"]]
    vectors = WordVectors(WORD_INDEX, BY_RANK[1:])
    found = embedded(vectors.vocabulary, vectors)
    np.testing.assert_allclose(found[KNOWN], expected)
    np.testing.assert_allclose(found[2], [2.0, 0.2])  # the mean of the three
    # The same by hand: one row more, for words out of vocabulary.
    vocabulary = vocabulary_from_keras_index(WORD_INDEX, index_from=1)
    assert vocabulary == {"the": 2, "film": 3, "great": 4} == vectors.vocabulary
    found = embedded(vocabulary, np.insert(BY_RANK, 1, 0.0, axis=0))
    np.testing.assert_allclose(found[KNOWN], expected)
    np.testing.assert_allclose(found[2], [0.0, 0.0])


def test_each_word_of_keras_imdb_reads_the_row_of_its_id() -> None:
    by_id = np.zeros((3 + 4, 2), dtype=np.float32)  # load_data: the rank plus three
    for word, rank in WORD_INDEX.items():
        by_id[rank + 3] = VECTOR_OF[word]
    found = embedded(vocabulary_from_keras_index(WORD_INDEX), by_id)
    np.testing.assert_allclose(
        found[KNOWN], [VECTOR_OF["the"], VECTOR_OF["great"], VECTOR_OF["film"]]
    )


def test_each_word_of_a_keras_text_vectorization_reads_its_row() -> None:
    of_layer = ["", "[UNK]", "the", "film", "great"]  # layer.get_vocabulary()
    matrix = np.array([[0, 0], [9, 9], *VECTOR_OF.values()], dtype=np.float32)
    found = embedded(of_layer[2:], matrix)
    np.testing.assert_allclose(found, matrix[[2, 4, 1, 3]])


def test_the_rows_of_a_keras_tokenizer_are_those_of_the_vocabulary_less_one() -> None:
    tokenizer = pytest.importorskip("keras.src.legacy.preprocessing.text").Tokenizer()
    tokenizer.fit_on_texts(["the film", "the great film", "the"])
    vocabulary = vocabulary_from_keras_index(tokenizer.word_index, index_from=1)
    theirs = tokenizer.texts_to_sequences(["great film the"])[0]
    ours = TextSequencer(vocabulary=vocabulary, maxlen=3).fit_transform(
        ["great film the"]
    )
    assert theirs == [3, 2, 1]
    assert ours.tolist() == [[4, 3, 2]]
