"""Integrated gradients, with the path cut finer where the score bends."""

from __future__ import annotations

import warnings
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning

__all__ = ["Scorer", "integrate"]

_Floats = npt.NDArray[np.float64]

# Gauss-Legendre points of each stretch of the path, and the stretches to start with.
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(4)
_FIRST_STRETCHES = 8
_MOST_GRADIENTS = 4096
_NARROWEST = 1e-5  # float32 tells the ends of a stretch apart

_TOLERANCE = 0.01  # of the difference in score
_ROUNDING = 2e-6  # of float32 scores and gradients


class Scorer(Protocol):
    """A score of texts given as word vectors, and its gradients."""

    def scores(self, texts: npt.NDArray[np.float32]) -> _Floats:
        """Return a score for each text."""

    def gradients(self, texts: npt.NDArray[np.float32]) -> _Floats:
        """Return the gradient of each text's score by its vectors."""


def integrate(
    scorer: Scorer, vectors: npt.NDArray[np.float32]
) -> tuple[_Floats, float, float]:
    """Attribute a score to words along the straight path from zero vectors.

    The weight of a word is the sum over its features of the value times the gradient
    averaged over the path. The gradients along a stretch of the path must add up to
    the difference of the score between its ends, which is known. Stretches where they
    do not are halved until what is missed everywhere is, together, below one hundredth
    of the whole difference.

    Parameters
    ----------
    scorer : Scorer
        The score.
    vectors : ndarray of shape (n_words, n_dimensions), float32
        The text.

    Returns
    -------
    weights : ndarray of shape (n_words,)
        Their sum is ``score - baseline``, to 1 %.
    score : float
        Score of the text.
    baseline : float
        Score of as many zero vectors.

    Warns
    -----
    ConvergenceWarning
        If some thousand gradients were not enough for that.
    """
    starts = np.linspace(0.0, 1.0, _FIRST_STRETCHES, endpoint=False)
    width = 1.0 / _FIRST_STRETCHES
    score, baseline = scorer.scores(np.stack([vectors, np.zeros_like(vectors)]))
    allowed = _TOLERANCE * abs(score - baseline) + _ROUNDING
    weights = np.zeros(len(vectors))
    error, n_gradients = 0.0, 0
    while len(starts):
        parts, errors = _attribute(scorer, vectors, starts, width)
        n_gradients += len(starts) * len(_POINTS)
        # A stretch may miss as much as its length allows; then all do, together.
        good = errors <= allowed * width
        n_next = 2 * len(_POINTS) * int((~good).sum())
        exhausted = n_gradients + n_next > _MOST_GRADIENTS or width < _NARROWEST
        if exhausted or error + errors.sum() <= allowed:
            good[:] = True
        weights += parts[good].sum(axis=0)
        error += errors[good].sum()
        width /= 2
        starts = np.concatenate([starts[~good], starts[~good] + width])
    if error > 2 * allowed:
        warnings.warn(
            f"Integrated gradients did not converge: after {n_gradients} gradients the "
            f"weights may be wrong by {error:.2g} together, for a difference in score "
            f"of {score - baseline:.2g}. Try score='log_odds', which bends less.",
            ConvergenceWarning,
            stacklevel=3,
        )
    return weights, float(score), float(baseline)


def _attribute(
    scorer: Scorer, vectors: npt.NDArray[np.float32], starts: _Floats, width: float
) -> tuple[_Floats, _Floats]:
    """Return each stretch's weights, and by how much they miss the score."""
    ends = scorer.scores(_scaled(np.concatenate([starts, starts + width]), vectors))
    points = starts[:, np.newaxis] + width * (_POINTS + 1) / 2
    gradients = scorer.gradients(_scaled(points.ravel(), vectors))
    by_point = np.einsum("ptf,tf->pt", gradients, vectors.astype(np.float64))
    by_point = by_point.reshape(len(starts), len(_POINTS), len(vectors))
    parts = np.einsum("sgt,g->st", by_point, _WEIGHTS) * width / 2
    before, after = np.split(ends, 2)
    return parts, np.abs(parts.sum(axis=1) - (after - before))


def _scaled(
    factors: _Floats, vectors: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    scaled: npt.NDArray[np.float32]
    scaled = factors.astype(np.float32)[:, np.newaxis, np.newaxis] * vectors
    return scaled
