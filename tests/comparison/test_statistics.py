from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, roc_auc_score

from skrnn.comparison.statistics import (
    f1,
    mcnemar_test,
    one_vs_rest_auc,
    wilson_interval,
)


def wilson_by_hand(n_right: int, n: int) -> tuple[float, float]:
    z, share = 1.959963984540054, n_right / n
    center = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    return center - half, center + half


@pytest.mark.parametrize("counts", [(80, 100), (0, 10), (10, 10), (22_900, 25_000)])
def test_interval_by_wilsons_formula(counts: tuple[int, int]) -> None:
    np.testing.assert_allclose(
        wilson_interval(*counts), wilson_by_hand(*counts), atol=1e-12
    )


@given(st.integers(1, 500), st.data())
def test_interval_holds_the_share(n: int, data: st.DataObject) -> None:
    n_right = data.draw(st.integers(0, n))
    low, high = wilson_interval(n_right, n)
    assert 0 <= low <= n_right / n <= high <= 1


@pytest.mark.parametrize(
    ("only_first", "only_second", "expected"),
    [
        (0, 0, 1.0),
        (1, 9, 2 * 11 / 2**10),
        (9, 1, 2 * 11 / 2**10),
        (0, 6, 2 / 2**6),
        (5, 5, 1.0),
    ],
)
def test_mcnemar_by_counting_coins(
    only_first: int, only_second: int, expected: float
) -> None:
    both, neither = np.ones(7, dtype=bool), np.zeros(4, dtype=bool)
    first = np.concatenate([both, neither, np.arange(only_first + only_second) >= 0])
    first[len(first) - only_second :] = False
    second = np.concatenate([both, neither, np.zeros(only_first, dtype=bool)])
    second = np.concatenate([second, np.ones(only_second, dtype=bool)])
    assert mcnemar_test(first, second) == pytest.approx(expected, abs=1e-12)


def test_f1_of_two_classes_is_that_of_the_second() -> None:
    y, predicted = np.array(list("nnppp")), np.array(list("npppn"))
    expected = f1_score(y == "p", predicted == "p")
    assert f1(y, predicted, np.array(["n", "p"])) == pytest.approx(expected)


def test_f1_of_three_classes_is_their_mean() -> None:
    y, predicted = np.array([0, 1, 2, 2]), np.array([0, 0, 2, 2])
    # 2/3 for class 0, nothing for class 1, all of class 2.
    assert f1(y, predicted, np.arange(3)) == pytest.approx((2 / 3 + 0 + 1) / 3)


def test_auc_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, size=60)
    proba = rng.dirichlet([1, 1, 1], size=60)
    expected = roc_auc_score(y, proba, multi_class="ovr", average="macro")
    assert one_vs_rest_auc(y, proba, np.arange(3)) == pytest.approx(expected)
    # Any monotone scores rank alike.
    logits = np.log(proba)
    assert one_vs_rest_auc(y, logits, np.arange(3)) == pytest.approx(expected)


def test_auc_leaves_out_what_cannot_be_ranked() -> None:
    y = np.array([0, 1, 1, 0])
    scores = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.6, 0.4, 0], [0.7, 0.3, 0]])
    assert one_vs_rest_auc(y, scores, np.arange(3)) == 1.0
    scores[:, 1] = np.nan
    assert one_vs_rest_auc(y, scores, np.arange(3)) == 1.0
    assert math.isnan(one_vs_rest_auc(np.zeros(4), scores, np.arange(3)))
