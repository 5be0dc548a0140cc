"""Many documents to arrays, alike for any number of processes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from skrnn.text import encoding
from skrnn.text.analysis import Analyzer
from skrnn.text.encoding import encode

pl = pytest.importorskip("polars", reason="comes with the extra test-all")
pytestmark = pytest.mark.slow


def make_analyzer(**changes: Any) -> Analyzer:
    return Analyzer(
        **{
            "lowercase": True,
            "strip_html": True,
            "strip_accents": None,
            "tokenizer": "nltk",
            "stop_words": ["the"],
            "keep_negations": True,
            "stemmer": "porter",
            **changes,
        }
    )


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["the", "The", "it's", "films,", "films", "😀", "'", "(a)"]
            ),
            max_size=6,
        ).map(" ".join),
        min_size=1,
        max_size=6,
    )
)
def test_documents_are_their_tokens(texts: list[str]) -> None:
    encoded = encode(texts, make_analyzer())
    tokens = iter(encoded.tokens[code] for code in encoded.codes)
    analyze = make_analyzer()
    for text, length in zip(texts, encoded.lengths, strict=True):
        assert [next(tokens) for _ in range(length)] == analyze(text)
    assert next(tokens, None) is None
    assert len(set(encoded.tokens)) == len(encoded.tokens)
    assert encoded.codes.dtype == encoded.lengths.dtype == np.int32


def test_processes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_MIN_PER_PROCESS", 10)
    texts = [f"the words{i % 7} and more{i}" for i in range(45)]
    alone, together = (
        encode(iter(texts), make_analyzer(), n_jobs=n_jobs) for n_jobs in [None, 2]
    )
    assert together.tokens == alone.tokens
    np.testing.assert_array_equal(together.codes, alone.codes)
    np.testing.assert_array_equal(together.lengths, alone.lengths)


def test_errors_in_processes_name_the_position(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_MIN_PER_PROCESS", 2)
    with pytest.raises(ValueError, match="Document 5 is None"):
        encode(["a"] * 5 + [None], make_analyzer(), n_jobs=2)


@pytest.mark.parametrize(
    "container",
    [
        list,
        tuple,
        iter,
        lambda texts: np.array(texts),
        lambda texts: np.array(texts, dtype=object),
        lambda texts: np.array(texts, dtype=np.dtypes.StringDType()),
        lambda texts: pd.Series(texts),
        lambda texts: pd.Series(texts, dtype=object, index=[7, 7]),
        lambda texts: pd.Series(texts, dtype="category"),
        lambda texts: pd.Index(texts),
        lambda texts: pl.Series(texts),
        lambda texts: pl.Series(texts, dtype=pl.Categorical),
    ],
)
def test_containers(container: Any) -> None:
    encoded = encode(container(["a film", "b"]), make_analyzer())
    assert encoded.tokens == ["a", "film", "b"]
    assert encoded.lengths.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("documents", "error", "message"),
    [
        ("a text", ValueError, "text documents expected, string object received"),
        (b"a text", ValueError, "string object received"),
        (3, TypeError, r"got 3 \(type int\)"),
        (None, TypeError, "got None"),
        ([], ValueError, "Found no documents"),
        (iter(()), ValueError, "Found no documents"),
        (np.array("text"), ValueError, "got 0 dimensions"),
        (np.empty((2, 0), str), ValueError, r"2 dimensions of shape \(2, 0\)"),
        (np.empty((0, 2), str), ValueError, "Found no documents"),
        (sparse.eye_array(2), TypeError, "Expected a table of texts, got <.*spa"),
        (
            pl.DataFrame({"n": [1], "review": ["a"]}),
            TypeError,
            r"Document 0 of column 'n' is 1 .* texts only: X\[\['review'\]\]",
        ),
        (
            np.array([["a", 1.5]], dtype=object),
            TypeError,
            r"Document 0 of column 1 is 1.5 .* texts only: X\[:, \[0\]\]",
        ),
        (np.zeros((1, 2)), TypeError, r"Document 0 of column 0 is 0.0 .* Convert it"),
        (
            pd.DataFrame({"a": ["b", "c"], "d": ["e", None]}),
            ValueError,
            "Document 1 of column 'd' is (nan|None) .* Drop missing texts",
        ),
        (pl.Series([1, 2]), TypeError, r"Document 0 is 1 .*Convert it first"),
        (pl.Series(["a", None]), ValueError, r'Document 1 is None .*fill_null\(""\)'),
        (pl.Series([["a"]]), TypeError, r"type Series\).* join tokens"),
        (pl.LazyFrame({"t": ["a"]}), TypeError, "expected, got <LazyFrame"),
        (np.full((1, 2, 3), "a"), ValueError, r"3 dimensions of shape \(1, 2, 3\)"),
        ([["a", "b"], ["c"]], TypeError, r"Document 0 is \['a', 'b'\]"),
        (["a", None], ValueError, "Document 1 is None .* missing"),
        (["a", float("nan")], ValueError, "Document 1 is nan .*fillna"),
        (["a", pd.NA], ValueError, "Document 1 is <NA>"),
        # Before pandas 3 it stays None.
        (pd.Series(["a", None]), ValueError, "Document 1 is (nan|None)"),
        (["a", 3], TypeError, r"Document 1 is 3 \(type int\), expected str"),
        (np.array([1.5]), TypeError, "Document 0 is .*1.5.* Convert it first"),
        (["a", b"b"], TypeError, r"Document 1 is b'b' .*document.decode\(\)"),
        ([["a", "b"]], TypeError, r"Document 0 is \['a', 'b'\] .*tokenizer=str.split"),
        ([["a" * 999]], TypeError, r"aaa\.\.\. \(type list\)"),
    ],
)
def test_what_is_no_text_is_refused(
    documents: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        encode(documents, make_analyzer())
