"""Integrated gradients by adaptive quadrature along the path."""

from __future__ import annotations

import warnings
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning

__all__ = ["Scorer", "integrate"]

_Floats = npt.NDArray[np.float64]
_Vectors = npt.NDArray[np.float32]

# Gauss-Legendre points of each interval of the path, and the initial intervals.
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(4)
_N_INITIAL_INTERVALS = 8
_MOST_GRADIENTS = 4096
_NARROWEST = 1e-6  # float32 still distinguishes the ends of an interval

_TOLERANCE = 0.01  # of the difference in score; twice that gives a warning
_ROUNDING = 2e-6  # of float32 scores and gradients


class Scorer(Protocol):
    """A score of texts given as word vectors, and its gradients."""

    def scores(self, texts: _Vectors) -> _Floats:
        """Return a score for each text."""

    def gradients(self, texts: _Vectors) -> _Floats:
        """Return the gradient of each text's score with respect to its vectors."""


def integrate(
    scorer: Scorer, vectors: _Vectors, baseline: _Vectors
) -> tuple[_Floats, float, float]:
    """Attribute a score to words along the straight path from a baseline.

    The weight of a word is the sum over its features of the gradient, averaged over
    the path, times the difference from the baseline. The gradients along an interval of
    the path must integrate to the difference of the scores at its ends, which is known.
    Intervals with the largest errors are halved until the total error is less than one
    hundredth of the difference of the scores, as in adaptive quadrature [1]_.

    Parameters
    ----------
    scorer : Scorer
        The score.
    vectors : ndarray of shape (n_words, n_dimensions), float32
        The text.
    baseline : ndarray of shape (n_words, n_dimensions), float32
        The text at the start of the path.

    Returns
    -------
    weights : ndarray of shape (n_words,)
        Weights of the words, which sum to the difference of the scores up to 2 %.
    score : float
        Score of the text.
    baseline_score : float
        Score of the baseline.

    Warns
    -----
    ConvergenceWarning
        If the error is larger than that after a few thousand gradients.

    References
    ----------
    .. [1] Piessens, de Doncker-Kapenga, Überhuber, Kahaner (1983). QUADPACK. Springer.
    """
    path = _Path(scorer, vectors, baseline)
    score, baseline_score = scorer.scores(np.stack([vectors, baseline]))
    gap = abs(score - baseline_score)
    allowed = _TOLERANCE * gap + _ROUNDING
    widths = np.full(_N_INITIAL_INTERVALS, 1.0 / _N_INITIAL_INTERVALS)
    starts = np.cumsum(widths) - widths
    parts, errors = path.attribute(starts, widths)
    n_gradients = parts.shape[0] * len(_POINTS)
    while (total := np.abs(errors).sum()) > allowed and n_gradients < _MOST_GRADIENTS:
        sizes = np.where(widths > _NARROWEST, np.abs(errors), 0.0)
        halved = sizes > max(sizes.max() / 4, allowed / len(sizes) / 2)
        if not halved.any():
            break
        width = widths[halved] / 2
        new_starts = np.concatenate([starts[halved], starts[halved] + width])
        new_widths = np.concatenate([width, width])
        new_parts, new_errors = path.attribute(new_starts, new_widths)
        n_gradients += len(new_starts) * len(_POINTS)
        starts = np.concatenate([starts[~halved], new_starts])
        widths = np.concatenate([widths[~halved], new_widths])
        parts = np.concatenate([parts[~halved], new_parts])
        errors = np.concatenate([errors[~halved], new_errors])
    if total > 2 * allowed:
        warnings.warn(
            f"Integrated gradients did not converge: after {n_gradients} gradients the "
            f"weights may miss {total:.2g} of a difference of {gap:.2g} in the score, "
            "which jumps along the path. Compare with method='occlusion'.",
            ConvergenceWarning,
            stacklevel=3,
        )
    return parts.sum(axis=0), float(score), float(baseline_score)


class _Path:
    """The straight path between two texts."""

    def __init__(self, scorer: Scorer, vectors: _Vectors, baseline: _Vectors) -> None:
        self._scorer, self._baseline = scorer, baseline
        self._step = vectors - baseline

    def attribute(self, starts: _Floats, widths: _Floats) -> tuple[_Floats, _Floats]:
        """Return the weights of each interval, and their error in the score."""
        ends = self._scorer.scores(self._at(np.concatenate([starts, starts + widths])))
        points = starts[:, np.newaxis] + widths[:, np.newaxis] * (_POINTS + 1) / 2
        gradients = self._scorer.gradients(self._at(points.ravel()))
        by_point = np.einsum("ptf,tf->pt", gradients, self._step.astype(np.float64))
        by_point = by_point.reshape(len(starts), len(_POINTS), -1)
        parts = np.einsum("sgt,g->st", by_point, _WEIGHTS) * widths[:, np.newaxis] / 2
        start_scores, end_scores = np.split(ends, 2)
        return parts, end_scores - start_scores - parts.sum(axis=1)

    def _at(self, positions: _Floats) -> _Vectors:
        """Return the texts at positions from 0 (baseline) to 1."""
        factors = positions.astype(np.float32)[:, np.newaxis, np.newaxis]
        texts: _Vectors = self._baseline + factors * self._step
        return texts
