"""Measures of texts that can drift: unknown words, lengths, predictions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from sklearn.base import is_regressor

from skrnn.inspection.steps import fitted_steps
from skrnn.text.encoding import encode
from skrnn.text.sequencer import TextSequencer

__all__ = ["PROBABILITY", "UNKNOWN_WORDS", "TextMeasures", "compare_measures"]

# A change is reported if chance hardly explains it and it matters: with many texts,
# every small difference is significant.
_P_VALUE = 0.01
_MIN_DISTANCE = 0.1
_MIN_UNKNOWN = 0.05

PROBABILITY, UNKNOWN_WORDS = "probability of ", "unknown words"  # names of measures

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TextMeasures:
    """The lengths, unknown words and predictions of some texts, without the texts.

    Store the measures of held-out texts with a model, and compare later texts with
    them. They hold numbers and unknown words only, and can be pickled.

    Parameters
    ----------
    lengths : ndarray of shape (n_texts,)
        The number of words of each text.
    oov_rate : float
        The share of words that are out of vocabulary.
    n_unknown : ndarray of shape (n_texts,) or None
        The number of words of each text that are out of vocabulary; None if only their
        share is known, as for training texts.
    outputs : dict of str to ndarray of shape (n_texts,)
        What the model predicts: the probability of each class (for two classes, of the
        second one only), or a regressor's numbers.
    unknown_words : dict of str to int
        The most frequent words out of vocabulary and how often they occur.

    See Also
    --------
    skrnn.DriftDisplay : Compares two of them.

    Examples
    --------
    >>> from skrnn import TextSequencer
    >>> from skrnn.inspection import TextMeasures
    >>> sequencer = TextSequencer().fit(["a good film", "a bad film"])
    >>> measures = TextMeasures.from_estimator(sequencer, ["a dull film", "so dull"])
    >>> measures.oov_rate, measures.unknown_words
    (0.6, {'dull': 2, 'so': 1})
    """

    lengths: npt.NDArray[np.integer[Any]]
    oov_rate: float
    n_unknown: npt.NDArray[np.integer[Any]] | None
    outputs: dict[str, _Floats]
    unknown_words: dict[str, int]

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, *, max_words: int = 10) -> Self:
        """Measure texts with a fitted model.

        Parameters
        ----------
        estimator : estimator
            A fitted Pipeline with a :class:`~skrnn.TextSequencer`, after any steps on
            raw strings; also a search, a threshold or a calibrated classifier around
            it, or a TextSequencer alone, which predicts nothing.
        X : iterable of str, or DataFrame or ndarray of shape (n_texts, n_columns)
            The texts.
        max_words : int, default=10
            How many unknown words to keep.

        Returns
        -------
        measures : TextMeasures
            The measures.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If there is no TextSequencer, or a text is not a str.
        """
        if not hasattr(X, "shape"):
            X = list(X)  # it is read twice
        steps = fitted_steps(estimator, inside_calibration=True)
        sequencer = steps.sequencer
        documents = encode(
            steps.clean(X), sequencer.build_analyzer(), n_jobs=sequencer.n_jobs
        )
        unknown = np.array([t not in sequencer.vocabulary_ for t in documents.tokens])
        is_unknown = unknown.astype(bool)[documents.codes]
        ends = np.cumsum(documents.lengths)
        running = np.concatenate([[0], np.cumsum(is_unknown)])
        counts = Counter(documents.codes[is_unknown].tolist()).most_common(max_words)
        return cls(
            lengths=documents.lengths,
            oov_rate=float(is_unknown.mean()) if len(is_unknown) else 0.0,
            n_unknown=running[ends] - running[ends - documents.lengths],
            outputs={} if estimator is sequencer else _outputs(estimator, X),
            unknown_words={documents.tokens[code]: n for code, n in counts},
        )

    @classmethod
    def of_training(cls, sequencer: TextSequencer) -> Self:
        """Return what a fitted sequencer knows about its training texts.

        Parameters
        ----------
        sequencer : TextSequencer
            A fitted sequencer.

        Returns
        -------
        measures : TextMeasures
            Without predictions, and without the unknown words of each text.
        """
        return cls(
            lengths=sequencer.document_lengths_,
            oov_rate=sequencer.oov_rate_,
            n_unknown=None,
            outputs={},
            unknown_words={},
        )


def _outputs(estimator: Any, X: Any) -> dict[str, _Floats]:
    """Return the predictions that can be compared, by name."""
    if is_regressor(estimator):
        return {"prediction": np.asarray(estimator.predict(X), dtype=np.float64)}
    if not hasattr(estimator, "predict_proba"):
        return {}
    proba = np.asarray(estimator.predict_proba(X), dtype=np.float64)
    names = [f"{PROBABILITY}{label!r}" for label in estimator.classes_.tolist()]
    outputs = dict(zip(names, proba.T, strict=True))
    if len(names) == 2 and np.allclose(proba.sum(axis=1), 1):
        del outputs[names[0]]
    return outputs


def compare_measures(reference: TextMeasures, new: TextMeasures) -> pd.DataFrame:
    """Return a row for each measure that both have."""
    difference = abs(new.oov_rate - reference.oov_rate)
    p_value = _unknown_p_value(reference, new)
    rows = {
        UNKNOWN_WORDS: (reference.oov_rate, new.oov_rate, difference, p_value),
        "length": _compare(reference.lengths, new.lengths),
    }
    for name, values in new.outputs.items():
        if name in reference.outputs:
            rows[name] = _compare(reference.outputs[name], values)
    columns = ["reference", "new", "distance", "p_value"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    least = np.where(table.index == UNKNOWN_WORDS, _MIN_UNKNOWN, _MIN_DISTANCE)
    table["changed"] = (table["p_value"] < _P_VALUE) & (table["distance"] >= least)
    return table


def _compare(
    reference: npt.NDArray[Any], new: npt.NDArray[Any]
) -> tuple[float, float, float, float]:
    """Return both means, the Kolmogorov-Smirnov distance and its p-value."""
    test = stats.ks_2samp(reference, new)
    means = float(reference.mean()), float(new.mean())
    return *means, float(test.statistic), float(test.pvalue)


def _unknown_p_value(reference: TextMeasures, new: TextMeasures) -> float:
    """Return the p-value of a score test of equal shares of unknown words.

    Words of one text are alike, so the variance is that between texts.
    """
    counted = [
        (m.n_unknown, m.lengths) for m in (reference, new) if m.n_unknown is not None
    ]
    share = reference.oov_rate  # known, if it is that of all training texts
    if len(counted) == 2:
        n_words = sum(int(lengths.sum()) for _, lengths in counted)
        share = sum(int(n.sum()) for n, _ in counted) / max(n_words, 1)
    variance = sum(
        float(np.square(n - share * lengths).sum()) / max(int(lengths.sum()), 1) ** 2
        for n, lengths in counted
    )
    if not variance:
        return 1.0
    z = (new.oov_rate - reference.oov_rate) / np.sqrt(variance)
    return float(2 * stats.norm.sf(abs(z)))
