from __future__ import annotations

import copy
import gzip
import pickle
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from gensim.models import FastText, KeyedVectors, Word2Vec
from gensim.models.fasttext import save_facebook_model
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skrnn import TextSequencer, WordVectors, embeddings
from skrnn.embeddings import learn_vectors

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


KEYED = {"good": [1.0, 2.0, 3.0], "bad": [4.0, 5.0, 6.0], "café": [7.0, 8.0, 9.0]}


def make_keyed() -> KeyedVectors:
    keyed = KeyedVectors(vector_size=3)
    keyed.add_vectors(list(KEYED), list(KEYED.values()))
    return keyed


@pytest.mark.parametrize(
    "name", ["v.bin", "v.bin.gz", "v.vec", "v.vec.gz", "v.kv", "v.bin.zip", "v.zip"]
)
def test_files_that_gensim_writes(name: str, tmp_path: Path) -> None:
    path, keyed = tmp_path / name, make_keyed()
    if name == "v.kv":
        keyed.save(str(path))
    elif name.endswith(".zip"):
        inner = tmp_path / ("v.bin" if "bin" in name else "v.txt")
        keyed.save_word2vec_format(str(inner), binary="bin" in name)
        with ZipFile(path, "w") as archive:
            archive.write(inner, f"folder/{inner.name}")
    else:
        keyed.save_word2vec_format(str(path), binary="bin" in name)
    vectors = WordVectors.load(path)
    assert list(vectors) == list(KEYED)
    np.testing.assert_array_equal(vectors.vectors, list(KEYED.values()))
    assert list(WordVectors.load(path, max_words=2)) == ["good", "bad"]


def test_a_fasttext_model_is_read_with_its_parts_of_words(tmp_path: Path) -> None:
    model = FastText(
        [["good", "film"], ["bad", "film"]] * 5, vector_size=4, min_count=1, bucket=50
    )
    path = tmp_path / "model.bin"
    save_facebook_model(model, str(path))
    vectors = WordVectors.load(path, max_words=2)
    assert list(vectors) == model.wv.index_to_key[:2]
    for word in vectors:
        np.testing.assert_allclose(vectors[word], model.wv[word], rtol=1e-6)


def test_a_file_in_an_archive_of_several_is_named(tmp_path: Path) -> None:
    path = tmp_path / "glove.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("glove.1d.txt", "good 1\n")
        archive.writestr("glove.2d.txt", "good 1 2\n")
    assert WordVectors.load(path / "glove.2d.txt").n_dimensions == 2
    with pytest.raises(ValueError, match=r"holds 2 files.*glove\.zip/glove\.1d\.txt"):
        WordVectors.load(path)
    with pytest.raises(FileNotFoundError, match=r"glove\.2d\.txt"):
        WordVectors.load(path / "glove.3d.txt")


def test_a_binary_file_larger_than_the_buffer(tmp_path: Path) -> None:
    rows = np.arange(6000 * 50, dtype=np.float32).reshape(6000, 50)
    keyed = KeyedVectors(vector_size=50)
    keyed.add_vectors([f"w{i}" for i in range(6000)], rows)
    path = tmp_path / "large.bin"
    keyed.save_word2vec_format(str(path), binary=True)
    vectors = WordVectors.load(path)
    assert list(vectors) == keyed.index_to_key
    np.testing.assert_array_equal(vectors.vectors, rows)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("latin.txt", "café 1 2\n".encode("latin-1"), "not UTF-8 text.*reads GloVe"),
        ("table.h5", b"\x89HDF\r\n\x1a\n" + bytes(range(256)), "reads GloVe"),
        ("some.bin", bytes(range(256)), "neither with word2vec's numbers.*reads GloVe"),
        ("cut.bin", b"2 2\ngood " + bytes(8) + b"\nbad ", "ends after 1 of its 2"),
        ("no.zip", b"good 1 2\n", "damaged or not compressed"),
        ("no.gz", b"good 1 2\n", "damaged or not compressed"),
    ],
)
def test_other_files_are_refused_in_words(
    name: str, data: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message) as caught:
        WordVectors.load(path)
    assert name in str(caught.value)
    assert not isinstance(caught.value, UnicodeDecodeError)


@pytest.mark.parametrize("name", ["model.bin", "vectors.kv"])
def test_gensim_is_asked_for_where_a_file_needs_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    start = b"\x80\x04" if name == "vectors.kv" else embeddings._FASTTEXT
    path.write_bytes(start + bytes(9))
    monkeypatch.setattr(embeddings, "import_module", missing)
    with pytest.raises(ImportError, match=r"read it needs gensim.*skrnn\[word2vec\]"):
        WordVectors.load(path)


def test_vectors_of_gensim_and_of_its_models() -> None:
    vectors = WordVectors.from_gensim(make_keyed(), max_words=2)
    assert list(vectors) == ["good", "bad"]
    assert vectors["bad"].tolist() == [4.0, 5.0, 6.0]
    model = Word2Vec([["good", "bad"]] * 3, vector_size=2, min_count=1)
    assert set(WordVectors.from_gensim(model)) == {"good", "bad"}
    with pytest.raises(TypeError, match=r"KeyedVectors.*got dict"):
        WordVectors.from_gensim(KEYED)


@pytest.mark.parametrize(
    ("index_from", "matrix"),
    [
        # Tokenizer: row 0 is padding, the others are ranks.
        (0, [[0, 0], [1, 1], [2, 2], [3, 3]]),
        # imdb.load_data: padding, start, out of vocabulary, nothing, then the ranks.
        (3, [[0, 0], [9, 9], [8, 8], [7, 7], [1, 1], [2, 2], [3, 3]]),
    ],
)
def test_a_matrix_for_keras_keeps_words_and_rows_together(
    index_from: int, matrix: list
) -> None:
    word_index = {"great": 3, "the": 1, "and": 2, "rare": 4}  # no row for "rare"
    vectors = WordVectors.from_keras(word_index, matrix, index_from=index_from)
    assert list(vectors) == ["the", "and", "great"]
    ids = TextSequencer(vocabulary=vectors.vocabulary, maxlen=4).fit_transform(
        ["The great rare"]
    )
    assert ids.tolist() == [[0, 2, 4, 1]]
    # padding, "the", "great", and the mean of all words for one that has no vector
    assert vectors.to_matrix()[ids[0]].tolist() == [[0, 0], [1, 1], [3, 3], [2, 2]]


def test_no_word_has_the_row_of_padding() -> None:
    with pytest.raises(ValueError, match=r"'the' the rank 0.*row 0 is padding"):
        WordVectors.from_keras({"the": 0}, [[1.0], [2.0]])


def test_ids_beyond_the_vectors_are_refused() -> None:
    vectors = WordVectors(["good", "bad"], [[1.0], [-1.0]])
    vectors.check_ids(np.array([[0, 1, 2, 3]]))
    with pytest.raises(ValueError, match=r"up to 4.*ids 2 to 3.*vocabulary=vectors"):
        vectors.check_ids(np.array([[0, 4]]))


def test_ids_of_a_vocabulary_that_was_learned_elsewhere_are_noticed() -> None:
    vectors = WordVectors([f"w{i}" for i in range(3000)], np.eye(3000, 2))
    rng = np.random.default_rng(0)
    texts = [" ".join(f"w{i}" for i in rng.integers(0, 3000, 20)) for _ in range(50)]
    right = TextSequencer(vocabulary=vectors.vocabulary).fit_transform(texts)
    vectors.check_ids(right)
    with pytest.warns(UserWarning, match="as if the vocabulary had been learned"):
        vectors.check_ids(TextSequencer().fit_transform(texts))


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


def rows_of_two_kinds() -> list[np.ndarray]:
    """Words 2 to 6 stand beside each other, and so do words 7 to 11."""
    rng = np.random.default_rng(0)
    starts = np.where(rng.random(300) < 0.5, 2, 7)
    return [rng.integers(s, s + 5, size=12).astype(np.int32) for s in starts]


@pytest.mark.parametrize("method", ["svd", "word2vec"])
def test_words_of_like_company_get_like_vectors(method: str) -> None:
    rows = rows_of_two_kinds()
    table = learn_vectors(rows, n_ids=14, n_dimensions=2, method=method, seed=0)
    assert table.shape == (14, 2)
    assert table.dtype == np.float32
    unit = table[2:12] / np.linalg.norm(table[2:12], axis=1, keepdims=True)
    cosine = unit @ unit.T
    within = np.kron(np.eye(2, dtype=bool), np.ones((5, 5), dtype=bool))
    assert cosine[within].mean() > cosine[~within].mean() + 0.5
    # Ids that do not occur have no vector; those that do are scaled as they occur.
    assert not table[[0, 1, 12, 13]].any()
    seen = table[np.concatenate(rows)]
    np.testing.assert_allclose(seen.mean(axis=0), 0.0, atol=1e-4)
    np.testing.assert_allclose(seen.std(axis=0), 1.0, rtol=1e-3)
    again = learn_vectors(rows, n_ids=14, n_dimensions=2, method=method, seed=0)
    np.testing.assert_array_equal(table, again)


def test_cooccurrences_by_hand() -> None:
    texts = [np.array([2, 3, 2], np.int32), np.array([4, 2], np.int32)]
    counts = embeddings._cooccurrences(texts, 5).toarray()
    expected = np.zeros((5, 5))
    expected[2, 3] = expected[3, 2] = 2.0  # one step away, twice
    expected[2, 2] = 2 * 0.8  # two steps away, counted from both ends
    expected[2, 4] = expected[4, 2] = 1.0
    np.testing.assert_allclose(counts, expected, rtol=1e-6)


def test_svd_is_that_of_the_information() -> None:
    rows = rows_of_two_kinds()
    counts = embeddings._cooccurrences(rows, 12).toarray()
    seen = counts.sum(axis=1)
    as_neighbour = seen**0.75 / (seen**0.75).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(counts / np.outer(seen, as_neighbour))
    information = np.where(information > 0, information, 0.0)
    left, values, _ = np.linalg.svd(information)
    expected = left[:, :4] * values[:4]
    found = embeddings._svd(rows, 12, 4, 0)
    # The directions of singular vectors are free; what they span is not.
    np.testing.assert_allclose(
        (found * np.sqrt(values[:4])) @ (found * np.sqrt(values[:4])).T,
        expected @ expected.T,
        atol=1e-3,
    )


def test_more_dimensions_than_words() -> None:
    rows = [np.array([2, 3, 2], np.int32)]
    table = learn_vectors(rows, n_ids=4, n_dimensions=9, method="svd", seed=0)
    assert table.shape == (4, 9)
    assert np.isfinite(table).all()


@pytest.mark.parametrize("texts", [[], ["", "..."]])
def test_no_words(texts: list[str]) -> None:
    with pytest.raises(ValueError, match=r"[Nn]o (words|documents)|vocabulary"):
        WordVectors.train(texts, method="svd")


def test_train_has_the_words_of_the_sequencer() -> None:
    texts = ["Good film", "a good plot", "bad film", "a bad plot"] * 5
    sequencer = TextSequencer(stop_words="english", maxlen=2)
    vectors = WordVectors.train(
        texts, method="svd", n_dimensions=3, sequencer=sequencer
    )
    assert list(vectors) == ["bad", "film", "good", "plot"]
    assert not hasattr(sequencer, "vocabulary_")
    long = ["word " * 5000, "other " * 3] * 2
    assert list(WordVectors.train(long, method="svd")) == ["word", "other"]


def missing(name: str) -> None:
    raise ImportError(name)


def test_gensim_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "import_module", missing)
    with pytest.raises(ImportError, match=r"pip install 'skrnn\[word2vec\]'"):
        WordVectors.train(["a b", "b a"])
