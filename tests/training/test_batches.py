from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from skrnn.text.batches import batches_by_length
from skrnn.training.batches import Rows, align_left, shuffled_batches


@given(
    arrays(np.int32, array_shapes(min_dims=2, max_dims=2), elements=st.integers(0, 3))
)
def test_align_left(ids: np.ndarray) -> None:
    rows = align_left(ids)
    for before, after, length in zip(ids, rows.ids, rows.lengths, strict=True):
        np.testing.assert_array_equal(after[:length], before[before != 0])
        np.testing.assert_array_equal(after[length:], 0)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=300), st.integers(1, 40))
def test_batches_hold_every_row_once(lengths: list[int], batch_size: int) -> None:
    rows = Rows(np.ones((len(lengths), 50), dtype=np.int32), np.array(lengths))
    for batches in (
        shuffled_batches(rows, batch_size, np.random.default_rng(0)),
        batches_by_length(rows.lengths, batch_size),
    ):
        listed = list(batches)
        assert max(map(len, listed)) <= batch_size
        assert len(listed) == -(-len(lengths) // batch_size)
        np.testing.assert_array_equal(
            np.sort(np.concatenate(listed)), np.arange(len(lengths))
        )


def test_a_batch_is_cut_to_its_longest_row() -> None:
    rows = align_left(np.array([[0, 0, 5], [0, 6, 7], [0, 0, 0]], dtype=np.int32))
    np.testing.assert_array_equal(rows.take(np.array([0, 1])), [[5, 0], [6, 7]])
    np.testing.assert_array_equal(rows.take(np.array([2])), [[0]])


def test_little_padding_and_a_new_order_each_time() -> None:
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 201, size=4000)
    rows = Rows(np.ones((4000, 200), dtype=np.int32), lengths)
    batches = list(shuffled_batches(rows, 32, rng))
    columns = sum(rows.take(b).size for b in batches)
    assert columns < 1.1 * lengths.sum()
    again = list(shuffled_batches(rows, 32, rng))
    assert not np.array_equal(np.sort(batches[0]), np.sort(again[0]))


def test_batch_order_is_random_not_by_length() -> None:
    lengths = np.arange(1, 1001)
    rows = Rows(np.ones((1000, 1000), dtype=np.int32), lengths)
    means = [
        lengths[b].mean() for b in shuffled_batches(rows, 10, np.random.default_rng(0))
    ]
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.3


@pytest.mark.parametrize("batch_size", [1, 7, 100])
def test_order_depends_on_the_generator_only(batch_size: int) -> None:
    rows = Rows(np.ones((50, 5), dtype=np.int32), np.arange(50) % 6)
    one, other = (
        np.concatenate(list(shuffled_batches(rows, batch_size, rng)))
        for rng in (np.random.default_rng(1), np.random.default_rng(1))
    )
    np.testing.assert_array_equal(one, other)
