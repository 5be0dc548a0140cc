"""Counts that grow while texts go by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skrnn.text.counts import LengthCounts, TokenCounts
from skrnn.text.encoding import encode
from tests.text.conftest import ANALYZER

chunks = st.lists(
    st.lists(
        st.lists(st.sampled_from("abcdef"), max_size=6).map(" ".join),
        min_size=1,
        max_size=5,
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None)
@given(chunks)
def test_words_counted_by_hand(parts: list[list[str]]) -> None:
    words = TokenCounts.empty(count_documents=True)
    for part in parts:
        words = words.plus(encode(part, ANALYZER))
    texts = [text.split() for part in parts for text in part]
    assert words.n_documents == len(texts)
    assert words.frequencies is not None
    for word, place in words.numbers.items():
        assert words.counts[place] == sum(text.count(word) for text in texts)
        assert words.frequencies[place] == sum(word in text for text in texts)


def test_counts_stay_when_others_are_added() -> None:
    first = TokenCounts.empty(count_documents=False).plus(encode(["a b a"], ANALYZER))
    grown = first.plus(encode(["b c"], ANALYZER))
    other = first.plus(encode(["d a"], ANALYZER))
    assert first.frequencies is None
    assert first.counts.tolist() == [2, 1]
    assert dict(zip(grown.numbers, grown.counts.tolist(), strict=False)) == {
        "a": 2,
        "b": 2,
        "c": 1,
    }
    assert other.counts[other.numbers["d"]] == 1
    assert other.counts[other.numbers["c"]] == 0


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 30), min_size=1), min_size=1, max_size=4),
    st.floats(0, 1, exclude_min=True),
)
def test_quantiles_are_numpys(parts: list[list[int]], share: float) -> None:
    words = LengthCounts.empty()
    for part in parts:
        words = words.plus(np.array(part, dtype=np.int32))
    lengths = np.concatenate(parts)
    assert words.counts.sum() == len(lengths)
    found = words.quantile(share)
    assert (lengths <= found).mean() >= share - 1e-9
    assert (lengths < found).mean() < share


@pytest.mark.parametrize(("share", "expected"), [(0.7, 7), (0.71, 8), (0.05, 1)])
def test_a_quantile_is_not_one_too_high_by_rounding(
    share: float, expected: int
) -> None:
    lengths = LengthCounts.empty().plus(np.arange(1, 11, dtype=np.int32))
    assert lengths.quantile(share) == expected
