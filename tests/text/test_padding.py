"""Lists of ids to one array, and back to lengths."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skrnn.text import pad_sequences, sequence_lengths

sequences = st.lists(st.lists(st.integers(1, 2**31 - 1), max_size=9), max_size=6)


@pytest.mark.parametrize(
    ("padding", "truncating"), list(product(["pre", "post"], repeat=2))
)
def test_as_keras(padding: str, truncating: str) -> None:
    keras_utils = pytest.importorskip("keras.utils")
    rng = np.random.default_rng(0)
    ids = [rng.integers(1, 99, size=n).tolist() for n in [0, 1, 3, 4, 5, 11, 0]]
    for maxlen in [1, 3, 4, 20]:
        options = {"maxlen": maxlen, "padding": padding, "truncating": truncating}
        ours = pad_sequences(ids, **options)
        assert ours.dtype == np.int32
        np.testing.assert_array_equal(ours, keras_utils.pad_sequences(ids, **options))


@given(sequences, st.sampled_from(["pre", "post"]))
def test_lengths_come_back(ids: list[list[int]], padding: str) -> None:
    X = pad_sequences(ids, maxlen=9, padding=padding)
    lengths = sequence_lengths(X)
    assert lengths.dtype == np.int32
    assert lengths.tolist() == [len(row) for row in ids]
    assert [row[row != 0].tolist() for row in X] == ids


def test_nothing_to_pad() -> None:
    assert pad_sequences([], maxlen=3).shape == (0, 3)
    assert not pad_sequences([[], []], maxlen=3).any()


@given(
    st.lists(st.lists(st.integers(1, 99), max_size=12), max_size=6), st.integers(1, 9)
)
def test_the_middle_is_cut(sequences: list[list[int]], maxlen: int) -> None:
    X = pad_sequences(sequences, maxlen=maxlen, truncating="middle")
    for row, ids in zip(X, sequences, strict=True):
        head = maxlen // 2
        kept = ids if len(ids) <= maxlen else ids[:head] + ids[head - maxlen :]
        assert row[maxlen - len(kept) :].tolist() == kept
        assert not row[: maxlen - len(kept)].any()
