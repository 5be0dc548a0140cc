from __future__ import annotations

import copy
import gzip
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skrnn import TextSequencer, WordVectors, embeddings
from skrnn.embeddings import learn_vectors, warn_of_other_vocabulary
from tests.helpers import small_classifier, small_pipeline

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
        (["a", "a"], [[1.0], [2.0]], "'a' occurs more than once"),
        (["a"], [[np.inf]], "'a'.* not finite"),
    ],
)
def test_bad_arguments(words: list[str], vectors: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WordVectors(words, vectors)


def test_a_mapping_orders_the_words_by_its_numbers() -> None:
    vectors = WordVectors({"film": 2, "the": 1}, [[1.0], [2.0]])
    assert list(vectors) == ["the", "film"]
    assert vectors["the"] == 1.0
    with pytest.raises(ValueError, match=r"the 2 words.*padding \(pass matrix\[1:\]\)"):
        WordVectors({"film": 2, "the": 1}, [[0.0], [1.0], [2.0]])


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
    as_neighbor = seen**0.75 / (seen**0.75).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(counts / np.outer(seen, as_neighbor))
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


def test_gensim_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(embeddings, "import_module", missing)
    with pytest.raises(ImportError, match=r"pip install '\.\[word2vec\]'"):
        WordVectors.train(["a b", "b a"])


def zipf_texts(n_words: int, n_texts: int = 400) -> list[str]:
    """Return texts in which the word "w0" is the most frequent, and so on."""
    shares = 1 / np.arange(1, n_words + 1)
    numbers = np.random.default_rng(0).choice(
        n_words, size=(n_texts, 20), p=shares / shares.sum()
    )
    return [" ".join(f"w{number}" for number in row) for row in numbers]


TEXTS = zipf_texts(1000)


def made_vectors(words: list[str]) -> WordVectors:
    return WordVectors(words, np.random.default_rng(0).normal(size=(len(words), 2)))


def test_ids_beyond_the_vectors_are_of_another_vocabulary() -> None:
    vectors = made_vectors(["a", "b", "c"])
    warn_of_other_vocabulary(vectors, np.array([[0, 1, 2], [4, 3, 2]]))
    with pytest.warns(UserWarning, match="ids up to 5, while the 3 words .* 2 to 4"):
        warn_of_other_vocabulary(vectors, np.array([[2], [5]]))


def test_a_classifier_notices_ids_that_were_learned_from_its_rows() -> None:
    # Vectors of a large corpus that has all words of the texts, and many others.
    words = [f"w{number // 5}" if number % 5 == 0 else f"x{number}"
             for number in range(5000)]  # fmt: skip
    model = small_pipeline(maxlen=20).set_params(clf__embeddings=made_vectors(words))
    y = [0, 1] * 200
    with pytest.warns(UserWarning, match=r"numbered by their frequency.*vocabulary="):
        model.fit(TEXTS, y)
    model.set_params(seq__vocabulary=made_vectors(words).vocabulary).fit(TEXTS, y)


def test_vectors_of_the_texts_themselves_or_of_more_give_no_warning() -> None:
    sequencer = TextSequencer(maxlen=10)  # cuts half of each text
    vectors = WordVectors.train(TEXTS, method="svd", n_dimensions=2)
    sequencer.set_params(vocabulary=vectors.vocabulary)
    for part in (TEXTS, TEXTS[:200], TEXTS[:20], TEXTS[:2]):
        warn_of_other_vocabulary(vectors, sequencer.fit_transform(part))


def test_rows_without_any_word_give_no_warning() -> None:
    vectors = made_vectors(["a", "b"])
    X = np.array([[0, 1], [1, 1]])
    small_classifier(embeddings=vectors).fit(X, [0, 1])


WORDS = ["the", "café", "naïve", "数", "end"]
ROWS = np.random.default_rng(0).normal(size=(5, 30)).astype(np.float32)


@pytest.fixture(scope="module")
def keyed() -> Any:
    """Return gensim's vectors of the words."""
    found = pytest.importorskip("gensim.models").KeyedVectors(30)
    found.add_vectors(WORDS, ROWS)
    return found


def same_vectors(vectors: WordVectors, n_words: int = 5) -> None:
    assert list(vectors) == WORDS[:n_words]
    np.testing.assert_allclose(vectors.vectors, ROWS[:n_words], rtol=1e-5)


@pytest.mark.parametrize("zipped", ["", ".gz", ".zip"])
@pytest.mark.parametrize("binary", [False, True])
def test_word2vec_files_of_gensim(
    keyed: Any, binary: bool, zipped: str, tmp_path: Path
) -> None:
    path = tmp_path / "vectors.w2v"
    keyed.save_word2vec_format(str(path), binary=binary)
    data = path.read_bytes()
    path = tmp_path / f"vectors.w2v{zipped}"
    if zipped == ".gz":
        path.write_bytes(gzip.compress(data))
    elif zipped:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("vectors.w2v", data)
    same_vectors(WordVectors.load(path))
    same_vectors(WordVectors.load(path, max_words=2), 2)


def test_the_binary_format_of_word2vec_itself(tmp_path: Path) -> None:
    path = tmp_path / "vectors.bin"  # it ends each vector with a line feed
    entries = (
        w.encode() + b" " + r.tobytes() for w, r in zip(WORDS, ROWS, strict=True)
    )
    path.write_bytes(b"5 30\n" + b"\n".join(entries) + b"\n")
    same_vectors(WordVectors.load(path))
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(ValueError, match="ends within word 5 of the 5"):
        WordVectors.load(path)
    same_vectors(WordVectors.load(path, max_words=4), 4)


def test_a_vec_file_of_fasttext_ends_lines_with_a_space(tmp_path: Path) -> None:
    path = tmp_path / "cc.fr.vec"
    path.write_text("2 2\nbon 1 2 \nété 3 4 \n", encoding="utf-8")
    vectors = WordVectors.load(path)
    assert (list(vectors), vectors["été"].tolist()) == (["bon", "été"], [3.0, 4.0])


def test_one_of_several_files_in_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "glove.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("glove.1d.txt", "good 1\n")
        archive.writestr("glove.2d.txt", "good 1 2\n")
    assert WordVectors.load(path / "glove.2d.txt").n_dimensions == 2
    for wrong in (path, path / "glove.3d.txt"):
        with pytest.raises(ValueError, match=r"'glove.2d.txt'\]; name the one to read"):
            WordVectors.load(wrong)


def test_what_gensim_keeps(keyed: Any, tmp_path: Path) -> None:
    same_vectors(WordVectors(keyed.index_to_key, keyed.vectors))
    path = tmp_path / "vectors.kv"
    keyed.save(str(path))
    same_vectors(WordVectors.load(path))
    same_vectors(WordVectors.load(path, max_words=3), 3)


def test_a_binary_file_of_fasttext(tmp_path: Path) -> None:
    fasttext = pytest.importorskip("gensim.models.fasttext")
    model = fasttext.FastText(
        [["good", "film"], ["bad", "film"]] * 5, vector_size=4, min_count=1, bucket=50
    )
    path = tmp_path / "cc.en.bin"
    fasttext.save_facebook_model(model, str(path))
    vectors = WordVectors.load(path)
    assert set(vectors) == {"good", "bad", "film"}
    np.testing.assert_allclose(vectors["good"], model.wv["good"], rtol=1e-5)


def test_words_choose_the_vectors_to_keep(keyed: Any, tmp_path: Path) -> None:
    text, binary = tmp_path / "vectors.txt", tmp_path / "vectors.kv"
    text.write_text("a 1 2\nb 3 4\na 5 6\nc 7 8\n")
    vectors = WordVectors.load(text, words={"c": 2, "missing": 3, "a": 4})
    assert vectors.vocabulary == {"c": 2, "a": 3}
    assert vectors["a"].tolist() == [1, 2]
    keyed.save(str(binary))
    first, last = keyed.index_to_key[0], keyed.index_to_key[-1]
    vectors = WordVectors.load(binary, words=[last, "missing", first, last])
    assert list(vectors) == [last, first]
    np.testing.assert_array_equal(vectors[last], keyed[last])
    for path in (text, binary):
        with pytest.raises(ValueError, match="contains no vectors of these words"):
            WordVectors.load(path, words=["missing"])


def test_fasttext_composes_vectors_of_words_that_its_file_lacks(tmp_path: Path) -> None:
    fasttext = pytest.importorskip("gensim.models.fasttext")
    model = fasttext.FastText(
        [["good", "film"], ["bad", "film"]] * 5,
        vector_size=4,
        min_count=1,
        bucket=50,
        min_n=4,
    )
    path = tmp_path / "cc.en.bin"
    fasttext.save_facebook_model(model, str(path))
    # "!" has no n-gram of 4 characters.
    vectors = WordVectors.load(path, words=["goood", "!", "bad"])
    assert list(vectors) == ["goood", "bad"]
    for word in vectors:
        np.testing.assert_allclose(vectors[word], model.wv[word], rtol=1e-5)
    assert list(WordVectors.load(path, words=["goood", "bad"], max_words=1)) == [
        "goood"
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"PAR1\x15\x04\x15\xff",
        pickle.dumps({"good": [1.0]}),
        "caf\xe9 1 2\n".encode("latin-1"),
        b"word,x,y\ngood,1,2\n",
        b"3 40\n\xff\xfe\x00",
    ],
)
def test_other_files_are_told_what_can_be_read(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "vectors"
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=r"reads GloVe's text.*gensim's \.kv"
    ) as caught:
        WordVectors.load(path)
    assert type(caught.value) is ValueError


@pytest.mark.parametrize("name", ["words.kv", "words.bin"])
def test_files_of_gensim_and_fasttext_ask_for_gensim(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(embeddings, "import_module", missing)
    (tmp_path / name).write_bytes(b"\xba\x16\x4f\x2f\x0c")  # fastText's first bytes
    with pytest.raises(ImportError, match=rf"{name} needs gensim.*\[word2vec\]"):
        WordVectors.load(tmp_path / name)
