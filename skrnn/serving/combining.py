"""From the outputs of the graph to probabilities, by a tree of plain data.

Each node has a ``kind``. An ``output`` names an output of the graph and its link
function; with the link "ordinal" its classes are ordered, with "labels" each column is
the probability of a label of its own, and with "numbers" it is the prediction of a
regressor. The others combine nodes:
``mean``, ``log_mean``, ``stacking``, ``calibration`` and ``threshold``. They compute
what the estimators of scikit-learn and :class:`~skrnn.ensemble.BlendedClassifier`
compute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["combine", "decide", "has_scores", "predicts"]

_KINDS = ("calibration", "log_mean", "mean", "output", "stacking", "threshold")
_MIN_PROBABILITY = 1e-6  # as in BlendedClassifier, so that log-odds are finite

Matrix = npt.NDArray[np.float64]
Outputs = Mapping[str, Matrix]


def combine(node: dict[str, Any], outputs: Outputs) -> Matrix:
    """Return the probabilities of a node, or its numbers, (n_texts, n_columns)."""
    kind = node["kind"]
    if kind not in _KINDS:
        raise ValueError(f"the kind {kind!r} of a model is unknown")
    if kind == "threshold":
        return combine(node["model"], outputs)
    if kind in ("output", "stacking"):
        return _LINKS[node["link"]](_scores(node, outputs))
    if kind == "calibration":
        each = [_calibrate(member, outputs) for member in node["members"]]
        return np.mean(each, axis=0)
    each = [combine(member, outputs) for member in node["members"]]
    if kind == "mean":
        return np.average(each, axis=0, weights=node["weights"])
    return _softmax(np.log(_clip(np.array(each))).mean(axis=0))


def predicts(node: dict[str, Any]) -> str:
    """Return what a node predicts: "classes", "labels" or "numbers"."""
    return node["link"] if node.get("link") in ("labels", "numbers") else "classes"


def decide(node: dict[str, Any], outputs: Outputs) -> npt.NDArray[np.intp]:
    """Return the number of the predicted class of each text, shape (n_texts,).

    It is the most probable class, the median of ordered classes, or the decision of a
    threshold.
    """
    if node["kind"] != "threshold":
        proba = combine(node, outputs)
        if node.get("link") == "ordinal":
            return (proba.cumsum(axis=1)[:, :-1] < 0.5).sum(axis=1)
        return proba.argmax(axis=1)
    positive = int(node["positive"])
    if node["response"] == "scores":
        scores = _scores(node["model"], outputs)[:, 0] * (1 if positive else -1)
    else:
        scores = combine(node["model"], outputs)[:, positive]
    return np.where(scores >= node["threshold"], positive, 1 - positive)


def has_scores(node: dict[str, Any]) -> bool:
    """Return whether a node has scores, which a link turns into probabilities."""
    if node["kind"] == "threshold":
        return has_scores(node["model"])
    return node.get("link") in ("one_vs_rest", "softmax")


def _scores(node: dict[str, Any], outputs: Outputs) -> Matrix:
    """Return the scores of a node: one column for two classes, else one a class."""
    if node["kind"] == "threshold":
        return _scores(node["model"], outputs)
    if node["kind"] == "output":
        return outputs[node["name"]]
    each = np.array([combine(member, outputs) for member in node["members"]])
    if node["features"] == "log_odds":
        each = _clip(each)
        each = np.log(each / (1 - each))
    if each.shape[2] == 2:
        each = each[:, :, 1:]
    scores: Matrix = np.hstack(list(each)) @ np.transpose(node["coef"])
    return scores + np.array(node["intercept"])


def _calibrate(member: dict[str, Any], outputs: Outputs) -> Matrix:
    """Return the calibrated probabilities of one model."""
    model, method = member["model"], member["method"]
    by_scores = member["response"] == "scores"
    values = _scores(model, outputs) if by_scores else combine(model, outputs)
    if method == "temperature":
        if not by_scores:
            values = np.log(values + 1e-12)
        elif values.shape[1] == 1:
            values = np.hstack([-values, values])
        return _softmax(member["curves"][0] * values)
    if values.shape[1] == 2:
        values = values[:, 1:]
    curve = _CURVES[method]
    each = zip(values.T, member["curves"], strict=True)
    proba = np.stack([curve(column, *fitted) for column, fitted in each], axis=1)
    if proba.shape[1] == 1:
        return np.hstack([1 - proba, proba])
    total = proba.sum(axis=1, keepdims=True)
    uniform = np.full_like(proba, 1 / proba.shape[1])
    return np.divide(proba, total, out=uniform, where=total != 0)


def _clip(proba: Matrix) -> Matrix:
    return np.clip(proba, _MIN_PROBABILITY, 1 - _MIN_PROBABILITY)


def _expit(scores: Matrix) -> Matrix:
    half: Matrix = np.tanh(scores / 2) / 2  # never overflows
    return half + 0.5


def _softmax(scores: Matrix) -> Matrix:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    proba: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return proba


def _one_vs_rest(scores: Matrix) -> Matrix:
    proba = _expit(scores)
    if scores.shape[1] == 1:
        return np.hstack([1 - proba, proba])
    normalized: Matrix = proba / proba.sum(axis=1, keepdims=True)
    return normalized


_LINKS: dict[str, Callable[[Matrix], Matrix]] = {
    "none": lambda proba: proba / proba.sum(axis=1, keepdims=True),
    "ordinal": lambda proba: proba / proba.sum(axis=1, keepdims=True),
    "labels": lambda proba: proba,
    "numbers": lambda numbers: numbers,
    "one_vs_rest": _one_vs_rest,
    "softmax": _softmax,
}
_CURVES: dict[str, Callable[..., Matrix]] = {
    "isotonic": np.interp,
    "sigmoid": lambda values, a, b: _expit(-(a * values + b)),
}
