"""Integrated gradients of functions whose integrals are known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from skrnn.inspection.gradients import integrate

VECTORS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
FACTORS = np.random.default_rng(1).normal(size=(4, 3))


class Square:
    """``(a · x) ** 2``, whose weights are ``a x (a · x)``."""

    def scores(self, texts):
        return np.einsum("ntf,tf->n", texts, FACTORS) ** 2

    def gradients(self, texts):
        sums = np.einsum("ntf,tf->n", texts, FACTORS)
        return 2 * sums[:, np.newaxis, np.newaxis] * FACTORS


class Kink:
    """``max(a · x, 1)`` along the path: no gradient before the kink."""

    def scores(self, texts):
        return np.maximum(np.einsum("ntf,tf->n", texts, FACTORS), 1.0)

    def gradients(self, texts):
        above = np.einsum("ntf,tf->n", texts, FACTORS) > 1.0
        return above[:, np.newaxis, np.newaxis] * FACTORS


class Jump(Kink):
    """A step of one at the kink, which no gradient sees."""

    def scores(self, texts):
        return (np.einsum("ntf,tf->n", texts, FACTORS) > 1.0).astype(float)

    def gradients(self, texts):
        return np.zeros_like(texts, dtype=np.float64)


def test_a_square_has_the_weights_of_its_formula() -> None:
    weights, score, baseline = integrate(Square(), VECTORS, np.zeros_like(VECTORS))
    by_word = (FACTORS * VECTORS).sum(axis=1)
    np.testing.assert_allclose(weights, by_word * by_word.sum(), rtol=1e-5)
    assert (score, baseline) == (pytest.approx(by_word.sum() ** 2, rel=1e-5), 0.0)


def test_a_kink_is_found_by_halving() -> None:
    scale = 3.3 / (FACTORS * VECTORS).sum()
    vectors = (VECTORS * scale).astype(np.float32)
    weights, score, baseline = integrate(Kink(), vectors, np.zeros_like(vectors))
    assert (score, baseline) == (pytest.approx(3.3, rel=1e-5), 1.0)
    assert abs(weights.sum() - 2.3) <= 0.01 * 2.3
    # The path is above the kink from 1 / 3.3 on.
    by_word = (FACTORS * vectors).sum(axis=1)
    np.testing.assert_allclose(weights, by_word * (1 - 1 / 3.3), rtol=0.02)


def test_a_path_begins_at_the_baseline() -> None:
    """A square along a path between two texts: the mean of its two slopes."""
    start = VECTORS[::-1].copy()
    weights, score, baseline = integrate(Square(), VECTORS, start)
    by_word = (FACTORS * (VECTORS - start)).sum(axis=1)
    sums = (FACTORS * VECTORS).sum(), (FACTORS * start).sum()
    np.testing.assert_allclose(weights, by_word * sum(sums), rtol=1e-4)
    assert (score, baseline) == pytest.approx([s**2 for s in sums], rel=1e-5)


def test_a_score_that_jumps_is_attributed_all_the_same_and_warned_about() -> None:
    scale = 3.3 / (FACTORS * VECTORS).sum()
    vectors = (VECTORS * scale).astype(np.float32)
    with pytest.warns(ConvergenceWarning, match="jumps along the path"):
        weights, *_ = integrate(Jump(), vectors, np.zeros_like(vectors))
    np.testing.assert_allclose(weights, 0.25)


def test_the_weights_sum_to_the_difference_to_rounding() -> None:
    vectors = VECTORS * np.float32(3.3 / (FACTORS * VECTORS).sum())
    weights, score, baseline = integrate(Kink(), vectors, np.zeros_like(vectors))
    assert weights.sum() == pytest.approx(score - baseline, abs=1e-5)
