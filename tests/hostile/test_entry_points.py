"""Whatever comes in, the answer is a right result or a clear error, in bounded time.

``SKRNN_EXAMPLES=10000`` runs as many examples for each entry point.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes

import skrnn
from skrnn import RNNSentimentClassifier, TextSequencer
from skrnn.datasets import load_reviews
from skrnn.serving import SentimentPredictor

GOLDEN = Path(__file__).parents[1] / "persistence" / "data"
EXAMPLES = int(os.environ.get("SKRNN_EXAMPLES", "0"))


def examples(usual: int) -> Callable:
    """Run the number of examples that the environment names, or the usual number."""
    return settings(
        max_examples=EXAMPLES or usual,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,  # a folder, written anew each time
            HealthCheck.too_slow,
        ],
    )


odd_characters = st.characters(categories=["Cs", "Cc", "Cf", "Co", "Mn", "Me", "Zs"])
marks = st.sampled_from(
    [
        *"\"'`.,:;?!()[]{}<>&#-/_ \n\t\r\x00\ue000\ud800\u0301\u200d’aİﷺ",
        *(
            "n't",
            "<br />",
            "&#",
            "&amp;",
            "cannot",
            "...",
            "--",
            "👍",
            "👍🏽",
            "ing",
            "Mr.",
        ),
    ]
)
texts = (
    st.text(max_size=60)
    | st.text(odd_characters, max_size=60)
    | st.lists(marks, max_size=40).map("".join)
    | st.builds(lambda mark, n: mark * n, marks, st.integers(0, 3000))
)
rules = st.fixed_dictionaries(
    {},
    optional={
        "lowercase": st.booleans(),
        "strip_html": st.booleans(),
        "strip_accents": st.sampled_from(["ascii", "unicode", None]),
        "tokenizer": st.sampled_from(["word", "nltk"]),
        "stop_words": st.sampled_from(["english", None]),
        "stemmer": st.sampled_from(["porter", "snowball", None]),
        "sentence_splitter": st.sampled_from(["rules", None]),
        "sentence_length": st.integers(1, 5) | st.none(),
        "maxlen": st.integers(1, 9) | st.sampled_from(["auto", 0.5]),
        "truncating": st.sampled_from(["pre", "post", "middle"]),
    },
)
no_texts = st.none() | st.integers() | st.floats() | st.binary() | st.just(pd.NA)
columns = st.lists(texts, max_size=6) | st.lists(texts | no_texts, max_size=4) | texts
any_array = arrays(scalar_dtypes(), array_shapes(min_dims=0, max_dims=3, min_side=0))
ids = arrays(
    st.sampled_from([np.int8, np.uint16, np.int32, np.uint64, np.float32, bool]),
    st.tuples(st.integers(1, 5), st.just(3)),
    elements=st.integers(0, 1),
)


def attempt(call: Callable, *args: object, **options: object) -> tuple[Any, str]:
    """Return what a call gives and "", or None and with which words it refuses."""
    try:
        return call(*args, **options), ""
    except (ValueError, TypeError, ImportError) as error:
        return None, str(error) or pytest.fail("refused without a word")


@contextmanager
def within_a_second() -> Iterator[None]:
    """Fail if it takes longer.

    It is the time that a processor spends on this thread, since others use it too, and
    without collecting what earlier examples left.
    """
    gc.disable()
    start = time.thread_time()
    try:
        yield
        assert time.thread_time() - start < 1.0
    finally:
        gc.enable()


@examples(300)
@given(rules, texts)
def test_analyzer(params: dict, text: str) -> None:
    analyze = TextSequencer(**params).build_analyzer()
    with within_a_second():
        tokens = analyze(text)
    assert all(isinstance(token, str) and token for token in tokens)
    assert analyze(text) == tokens


@examples(300)
@given(rules, columns, columns)
def test_sequencer(params: dict, X: object, X_new: object) -> None:
    sequencer = TextSequencer(**params)
    with within_a_second():
        rows, refusal = attempt(sequencer.fit_transform, X)
    if refusal:
        assert not hasattr(sequencer, "vocabulary_")
        return
    assert rows.shape == (len(X), sequencer.maxlen_)
    assert rows.dtype == np.int32
    assert rows.min(initial=0) >= 0
    assert rows.max(initial=0) <= max(sequencer.vocabulary_.values())
    np.testing.assert_array_equal(sequencer.transform(X), rows)
    found, refusal = attempt(sequencer.transform, X_new)
    if not refusal:
        assert found.shape == (len(X_new), sequencer.maxlen_)


@pytest.fixture(scope="module")
def fitted() -> RNNSentimentClassifier:
    return new_classifier().fit([[1, 2, 3], [3, 2, 1], [0, 1, 2]], [0, 1, 0])


def new_classifier() -> RNNSentimentClassifier:
    """Return one whose network does not depend on the largest id."""
    vectors = np.eye(5, 2, dtype=np.float32)
    return RNNSentimentClassifier(
        cell="simple", units=2, embeddings=vectors, epochs=1, random_state=0
    )


@examples(150)
@given(X=any_array | ids)
@example(X=np.array([[np.iinfo(np.uint64).max] * 3], dtype=np.uint64))
@example(X=np.array([[1e300, 3e38, 2.0**63]]))
@example(X=np.array([[3e9, 2.0**31, 1.0]], dtype=np.float32))
@example(X=np.array([[6e4, 1.0, 0.0]], dtype=np.float16))
@example(X=np.array([["1", "2", "3"]], dtype=object))
@example(X=np.array([["NaT", 1, 2]], dtype="timedelta64[Y]"))
@example(X=np.array([["2026", "2025", "1970"]], dtype="datetime64[Y]"))
@example(X=np.array([[1, None, 3]], dtype=object))
def test_predict(X: np.ndarray, fitted: RNNSentimentClassifier) -> None:
    proba, refusal = attempt(fitted.predict_proba, X)
    if refusal:
        return
    assert proba.shape == (len(X), 2)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    assert X.shape[1] == 3
    assert (np.asarray(X, dtype=float) >= 0).all()


@pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.DataConversionWarning",  # y as a column
    # scikit-learn, when it asks whether a large y has integers.
    "ignore:invalid value encountered in cast:RuntimeWarning:sklearn",
)
@examples(40)
@given(
    any_array | ids,
    arrays(scalar_dtypes(), array_shapes(max_dims=2, max_side=5))
    | arrays(np.int8, st.integers(1, 5), elements=st.integers(-1, 1)),
    st.none() | arrays(np.float64, st.integers(1, 5)),
)
@example(np.eye(3, dtype=int), np.array([0, 1, 1]), np.full(3, 3.4028236e38))
@example(np.zeros((2, 3), int), np.array(["1970", "NaT"], ">M8[Y]"), None)
def test_fit(X: np.ndarray, y: np.ndarray, weight: np.ndarray | None) -> None:
    model = new_classifier()
    _, refusal = attempt(model.fit, X, y, sample_weight=weight)
    if refusal:
        assert not hasattr(model, "model_")
        return
    assert np.isfinite(model.predict_proba(X)).all()
    # The labels of an indicator matrix are its columns.
    is_matrix = y.ndim == 2 and y.shape[1] > 1
    assert set(model.classes_) <= set(range(y.shape[1]) if is_matrix else y.ravel())


@examples(200)
@given(
    content=st.binary(max_size=300) | texts.map(lambda t: t.encode("utf-8", "replace"))
)
def test_load_reviews(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    for given_content in (content, b"review,label\n" + content):
        path.write_bytes(given_content)
        found, refusal = attempt(load_reviews, path)
        if not refusal:
            assert len(found.data) == len(found.target)


def changed(content: bytes) -> st.SearchStrategy[bytes]:
    """Return bytes near ``content``: some changed, cut off, put in or doubled."""
    place = st.integers(0, len(content) - 1)
    flips = st.lists(st.tuples(place, st.integers(1, 255)), min_size=1, max_size=5)

    def flip(changes: list[tuple[int, int]]) -> bytes:
        new = bytearray(content)
        for where, by in changes:
            new[where] ^= by
        return bytes(new)

    def splice(start: int, end: int, new: bytes) -> bytes:
        return content[:start] + new + content[end:]

    return (
        st.binary(max_size=100)
        | flips.map(flip)
        | st.builds(splice, place, place, st.binary(max_size=20))
    )


SAVED = (GOLDEN / "lstm_binary.skrnn").read_bytes()
EXPORTED = (GOLDEN / "lstm_binary.onnx").read_bytes()


@examples(60)
@given(content=changed(SAVED))
def test_load(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.skrnn"
    path.write_bytes(content)
    loaded, refusal = attempt(skrnn.load, path)
    if refusal:
        assert str(path) in refusal
        return
    whole = skrnn.load(GOLDEN / "lstm_binary.skrnn")
    asked = ["a great film", "not good"]
    expected = whole.predict_proba(asked)
    np.testing.assert_array_equal(loaded.predict_proba(asked), expected)


@examples(60)
@given(content=changed(EXPORTED))
def test_open_predictor(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    _, refusal = attempt(SentimentPredictor, path)
    assert str(path) in refusal if refusal else content == EXPORTED


@pytest.fixture(scope="module")
def predictor() -> SentimentPredictor:
    return SentimentPredictor(GOLDEN / "lstm_binary.onnx")


@examples(200)
@given(X=columns)
def test_predictor(X: object, predictor: SentimentPredictor) -> None:
    with within_a_second():
        proba, refusal = attempt(predictor.predict_proba, X)
    if refusal:
        return
    assert proba.shape == (len(X), 2)
    assert np.isfinite(proba).all()


@pytest.mark.parametrize("mark", ["(", "'", "\ud800", "\u0301", "a", "<", "&#", "👍"])
@pytest.mark.parametrize("rule", ["word", "porter", "snowball", "rules", "unicode"])
def test_a_megabyte_without_spaces(mark: str, rule: str) -> None:
    name = {"word": "tokenizer", "rules": "sentence_splitter"}.get(rule, "stemmer")
    name = "strip_accents" if rule == "unicode" else name
    analyze = TextSequencer(**{name: rule}).build_analyzer()
    text = mark * (1_000_000 // len(mark.encode("utf-8", "surrogatepass")))
    with within_a_second():
        analyze(text)
