from __future__ import annotations

import copy
import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skrnn import TextSequencer, WordVectors

GLOVE = "the 0.1 -0.2 3e-1\n. . . 1 2 3\ncafé 4 5 6\n"
WORD2VEC = "3 3\n" + GLOVE


@pytest.mark.parametrize("text", [GLOVE, WORD2VEC], ids=["glove", "word2vec"])
@pytest.mark.parametrize("zipped", [False, True])
def test_load(text: str, zipped: bool, tmp_path: Path) -> None:
    path = tmp_path / ("vectors.txt.gz" if zipped else "vectors.txt")
    data = text.encode()
    path.write_bytes(gzip.compress(data) if zipped else data)
    vectors = WordVectors.load(path)
    assert list(vectors) == ["the", ". . .", "café"]
    assert vectors.vocabulary == {"the": 2, ". . .": 3, "café": 4}
    np.testing.assert_allclose(vectors["the"], [0.1, -0.2, 0.3], rtol=1e-6)
    assert vectors.vectors.dtype == np.float32
    assert (len(vectors), vectors.n_dimensions) == (3, 3)
    assert "café" in vectors
    assert "cafe" not in vectors


def test_max_words_and_words_that_come_twice(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("a 1 2\nb 3 4\na 5 6\nc 7 8\nd 9 9\n")
    vectors = WordVectors.load(path, max_words=3)
    assert list(vectors) == ["a", "b", "c"]
    assert vectors["a"].tolist() == [1, 2]


def test_lines_end_at_line_feeds_only(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_bytes("a\u2028b 1 2\nc\x85 3 4\r\n".encode())
    assert list(WordVectors.load(path)) == ["a\u2028b", "c\x85"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a 1 2\nb 3\n", "line 2"),
        ("a 1 2\nb 3 x\n", "line 2"),
        ("alone\n", "line 1"),
        ("", "no word vectors"),
        ("2 3\n", "no word vectors"),
        ("a 1 nan\n", "not finite"),
    ],
)
def test_bad_files(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        WordVectors.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.txt"):
        WordVectors.load(tmp_path / "nowhere.txt")


@pytest.mark.parametrize(
    ("words", "vectors", "message"),
    [
        (["a"], [[1.0], [2.0]], "one row for each of the 1 words"),
        (["a"], [1.0], "one row"),
        (["a", "a"], [[1.0], [2.0]], "'a' comes more than once"),
        (["a"], [[np.inf]], "'a'.* not finite"),
    ],
)
def test_bad_arguments(words: list[str], vectors: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WordVectors(words, vectors)


@given(arrays(np.float32, (4, 2), elements=st.floats(-5, 5, width=32)))
def test_matrix_rows_are_those_of_the_ids(array: np.ndarray) -> None:
    vectors = WordVectors("abcd", array)
    matrix = vectors.to_matrix()
    for word, number in vectors.vocabulary.items():
        np.testing.assert_array_equal(matrix[number], vectors[word])
    np.testing.assert_array_equal(matrix[0], 0.0)
    np.testing.assert_allclose(matrix[1], array.mean(axis=0), atol=1e-5)


def test_they_do_not_change() -> None:
    array = np.ones((1, 2))
    vectors = WordVectors(["a"], array)
    array[:] = 5.0
    assert vectors["a"].tolist() == [1.0, 1.0]
    with pytest.raises(ValueError, match="read-only"):
        vectors.vectors[0, 0] = 3.0
    assert copy.deepcopy(vectors) is vectors
    again = pickle.loads(pickle.dumps(vectors))
    assert again.vocabulary == vectors.vocabulary


@pytest.mark.real_data
def test_glove_covers_reviews(skrnn_data: Path) -> None:
    vectors = WordVectors.load(skrnn_data / "glove.6B.50d.top50k.txt.gz")
    assert (len(vectors), vectors.n_dimensions) == (50_000, 50)
    assert vectors.vocabulary["the"] == 2
    sequencer = TextSequencer(
        vocabulary=vectors.vocabulary, tokenizer="nltk", maxlen=10
    )
    ids = sequencer.fit_transform(["This film isn't a masterpiece ."])
    assert 1 not in ids
