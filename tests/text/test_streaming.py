"""TextSequencer on texts that do not fit in memory."""

from __future__ import annotations

import pickle
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from skrnn import TextSequencer
from skrnn.datasets import make_reviews
from skrnn.text import encoding

# Some vocabularies here are of one text.
pytestmark = pytest.mark.filterwarnings("ignore:.* out of vocabulary")

REVIEWS = make_reviews(60, random_state=0)[0].tolist()


def same(one: TextSequencer, other: TextSequencer) -> bool:
    """Tell whether two sequencers learned the same."""
    assert list(one.vocabulary_.items()) == list(other.vocabulary_.items())
    assert one.maxlen_ == other.maxlen_
    return np.array_equal(one.transform(REVIEWS), other.transform(REVIEWS))


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"min_df": 3, "max_df": 0.6, "maxlen": "auto"},
        {"min_df": 0.1, "max_df": 20, "maxlen": 0.37, "max_features": 12},
        {"max_features": 5, "stop_words": "english", "stemmer": "porter"},
        {"max_features": None, "maxlen": 1.0, "tokenizer": "nltk"},
        {"vocabulary": ["the", "not", "really"], "maxlen": "auto"},
        {"sentence_splitter": "rules", "sentence_length": 4, "maxlen": 0.5},
    ],
)
@pytest.mark.parametrize("cuts", [[0, 60], [0, 20, 40, 60], [0, 1, 59, 60]])
def test_partial_fit_equals_fit(params: dict[str, Any], cuts: list[int]) -> None:
    sequencer = TextSequencer(**params)
    for start, stop in pairwise(cuts):
        try:
            expected = TextSequencer(**params).fit(REVIEWS[:stop])
        except ValueError as error:
            with pytest.raises(ValueError, match=str(error)[:20]):
                sequencer.partial_fit(REVIEWS[start:stop])
            return  # no call can go on from nothing
        assert sequencer.partial_fit(REVIEWS[start:stop]) is sequencer
        assert same(sequencer, expected)
        assert len(sequencer.document_lengths_) == stop - start


@settings(deadline=None)
@given(st.data())
def test_any_texts_in_any_chunks(data: st.DataObject) -> None:
    text = st.lists(st.sampled_from(["a", "b", "c", "no"]), min_size=1, max_size=5)
    texts = data.draw(st.lists(text.map(" ".join), min_size=1, max_size=12))
    size = data.draw(st.integers(1, len(texts)))
    limit = data.draw(st.integers(1, 4))
    sequencer = TextSequencer(maxlen="auto", max_features=limit)
    for start in range(0, len(texts), size):
        sequencer.partial_fit(texts[start : start + size])
    whole = TextSequencer(maxlen="auto", max_features=limit).fit(texts)
    assert same(sequencer, whole)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_blocks_change_nothing(
    monkeypatch: pytest.MonkeyPatch, n_jobs: int | None
) -> None:
    whole = TextSequencer(min_df=2, maxlen="auto").fit(REVIEWS)
    monkeypatch.setattr(encoding, "_BLOCK_CHARACTERS", 3000)
    monkeypatch.setattr(encoding, "_MIN_PER_PROCESS", 10)
    blocks = list(
        encoding.encode_in_blocks(
            REVIEWS, TextSequencer().build_analyzer(), n_jobs=n_jobs
        )
    )
    assert len(blocks) > 1
    assert sum(len(block.lengths) for block in blocks) == len(REVIEWS)
    sequencer = TextSequencer(min_df=2, maxlen="auto", n_jobs=n_jobs)
    assert same(sequencer.fit(iter(REVIEWS)), whole)
    np.testing.assert_array_equal(sequencer.document_lengths_, whole.document_lengths_)
    assert same(clone(sequencer).partial_fit(iter(REVIEWS)), whole)


def test_errors_in_a_later_block_name_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_BLOCK_CHARACTERS", 100)
    with pytest.raises(TypeError, match="Document 57 is"):
        TextSequencer().fit([*REVIEWS[:57], b"bytes"])


def test_a_generator_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_BLOCK_CHARACTERS", 2**16)
    texts = REVIEWS * 5

    def stream(times: int) -> Iterator[str]:
        for _ in range(times):
            # New strings, as those of a file are.
            yield from (text + "." for text in texts)

    def peak(times: int) -> int:
        tracemalloc.start()
        try:
            TextSequencer().fit(stream(times))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)
    characters = sum(map(len, texts))
    # Four bytes a text, its length, are kept; the texts are some 200 characters each.
    assert peak(20) - peak(4) < 0.1 * 16 * characters


def test_empty_texts_end_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_BLOCK_CHARACTERS", 1000)
    analyzer = TextSequencer().build_analyzer()
    blocks = encoding.encode_in_blocks([""] * 100, analyzer)
    assert [len(block.lengths) for block in blocks] == [20] * 5


@pytest.mark.parametrize("X", [["good", None], "a text", [], ["good", 3]])
def test_a_refused_chunk_does_not_count(X: Any) -> None:
    sequencer = TextSequencer().partial_fit(REVIEWS[:30])
    with pytest.raises((TypeError, ValueError)):
        sequencer.partial_fit(X)
    assert same(sequencer, TextSequencer().fit(REVIEWS[:30]))
    assert same(sequencer.partial_fit(REVIEWS[30:]), TextSequencer().fit(REVIEWS))
    unfitted = TextSequencer()
    before = set(vars(unfitted))
    with pytest.raises((TypeError, ValueError)):
        unfitted.partial_fit(X)
    assert set(vars(unfitted)) == before


def test_pickled_counts_go_on() -> None:
    stored = pickle.dumps(TextSequencer().partial_fit(REVIEWS[:30]))
    assert same(
        pickle.loads(stored).partial_fit(REVIEWS[30:]), TextSequencer().fit(REVIEWS)
    )


def test_fit_begins_anew() -> None:
    sequencer = TextSequencer().partial_fit(REVIEWS[:30]).fit(REVIEWS[30:])
    assert same(sequencer, TextSequencer().fit(REVIEWS[30:]))
    loaded = TextSequencer()
    loaded._restore(
        vocabulary_={"film": 2}, maxlen_=200, document_lengths_=np.array([1], np.int32)
    )
    for fitted in (sequencer, loaded):
        with pytest.raises(ValueError, match="no counts for partial_fit"):
            fitted.partial_fit(REVIEWS)


def test_limits_that_need_other_counts_come_too_late() -> None:
    sequencer = TextSequencer().partial_fit(REVIEWS[:30])
    with pytest.raises(ValueError, match="before the first partial_fit"):
        sequencer.set_params(min_df=2).partial_fit(REVIEWS[30:])
    sequencer = TextSequencer(vocabulary=["not"]).partial_fit(REVIEWS[:30])
    with pytest.raises(ValueError, match="since a vocabulary was given"):
        sequencer.set_params(vocabulary=None).partial_fit(REVIEWS[30:])
