"""Why one text got its class: a weight for each of its words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.base import BaseTextClassifier
from skrnn.inspection.attention import attention_of_rows
from skrnn.inspection.explanation import Explanation
from skrnn.inspection.gradients import integrate
from skrnn.inspection.network import VectorScorer
from skrnn.inspection.reading import (
    Reading,
    locate,
    name_columns,
    read_texts,
    take_apart,
    type_tokens,
)
from skrnn.text.vocabulary import PAD

__all__ = ["explain"]

METHODS = ("occlusion", "integrated_gradients", "attention")
SCORES = ("probability", "log_odds")

_Floats = npt.NDArray[np.float64]


def explain(
    estimator: Any,
    text: str,
    method: str = "occlusion",
    *,
    target: Any = None,
    score: str = "probability",
) -> Explanation:
    """Weigh the words of a text by what they do to its prediction.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier of raw strings, for example a Pipeline of a
        :class:`~skrnn.TextSequencer` and an :class:`~skrnn.RNNSentimentClassifier`,
        as :func:`~skrnn.make_sentiment_pipeline` gives. There may be steps before the
        TextSequencer, which are applied to the text, and a search, a threshold or a
        :class:`~skrnn.DistilledClassifier` around the Pipeline. With
        ``method="occlusion"`` it may be any other that has ``predict_proba``, such as
        calibrated classifiers, ensembles and linear models of bags of words. The other
        methods look at the network within a calibrated classifier, before calibration,
        if there is one and not one of each fold.
    text : str
        The text.
    method : {"occlusion", "integrated_gradients", "attention"}, default="occlusion"
        - ``"occlusion"`` [1]_: what the score loses when the word is taken out of the
          words that the network read, one word at a time; where there is no
          TextSequencer before one classifier, when the word is deleted from the text;
        - ``"integrated_gradients"`` [2]_: the gradient of the score by the word's
          vector, averaged on the straight path from the vector of an unknown word to
          that of the word, times the difference of the two. The weights sum to the
          difference in score between the text and as many unknown words, to 2 % of it,
          and an unknown word weighs nothing;
        - ``"attention"`` [3]_: the weights of the attention layer, which sum to one,
          where the network has one. They say where it looked, not which way that
          turned the score.
    target : label, default=None
        The class, one of ``classes_``, whose score is explained; the predicted one if
        None.
    score : {"probability", "log_odds"}, default="probability"
        Whether weights are parts of the probability ``p`` of the class, or of
        ``log(p / (1 - p))``, which a network that is sure of itself does not flatten.
        The probabilities of classifiers that are not networks are first clipped to
        [eps, 1 - eps], with the eps of float64, as scikit-learn's
        :func:`~sklearn.metrics.log_loss` does.
        For ``"attention"`` it only decides which value is reported.

    Returns
    -------
    explanation : Explanation
        The words that the network read, as typed, with their weights. It shows itself
        in a notebook, gives pairs or a table, and has a plot.

    Raises
    ------
    NotFittedError
        If the pipeline is not fitted.
    TypeError
        If ``text`` is no str, or ``method`` needs one network and there is none or
        several.
    ValueError
        If ``method`` or ``score`` is not known, ``target`` is not among the classes,
        or attention is asked of a network without.

    Warns
    -----
    ConvergenceWarning
        If the weights of integrated gradients miss more than 2 % of the difference in
        score, because the score jumps along the path.

    See Also
    --------
    AttentionDisplay : The attention to several texts.

    References
    ----------
    .. [1] Li, Monroe, Jurafsky (2016). Understanding neural networks through
       representation erasure. arXiv:1612.08220.
    .. [2] Sundararajan, Taly, Yan (2017). Axiomatic attribution for deep networks.
       ICML.
    .. [3] Bahdanau, Cho, Bengio (2015). Neural machine translation by jointly learning
       to align and translate. ICLR.

    Examples
    --------
    >>> from skrnn import explain, make_sentiment_pipeline
    >>> reviews = ["a good film", "a bad film", "good, so good", "bad, so bad"] * 25
    >>> model = make_sentiment_pipeline(
    ...     None, cell="gru", units=8, maxlen=10, epochs=15, batch_size=10,
    ...     learning_rate=0.01, random_state=0,
    ... ).fit(reviews, ["pos", "neg", "pos", "neg"] * 25)
    >>> explanation = explain(model, "A very GOOD film", "integrated_gradients")
    >>> explanation.target
    'pos'
    >>> max(explanation.to_pairs(), key=lambda pair: pair[1])[0]
    'GOOD'
    >>> difference = explanation.value - explanation.baseline
    >>> bool(abs(explanation.weights.sum() / difference - 1) < 0.02)
    True
    """
    for name, given, known in (("method", method, METHODS), ("score", score, SCORES)):
        if given not in known:
            raise ValueError(f"{name} must be one of {known}, got {given!r}.")
    if not isinstance(text, str):
        raise TypeError(
            f"explain takes one text, a str, got {type(text).__name__}. Call it once "
            "for each text."
        )
    # Occlusion explains the calibrated probabilities, the others the network.
    steps = take_apart(estimator, calibrated=method != "occlusion")
    if method == "occlusion" and not (
        steps.has_sequencer_last or isinstance(estimator, BaseTextClassifier)
    ):
        return _explain_black_box(estimator, text, target, score)
    classifier = steps.classifier
    texts = pd.Series([text], dtype=object)  # which steps made for columns take too
    (reading,) = read_texts(steps.sequencer, steps.clean(texts))
    rows = reading.row[np.newaxis]
    if target is None:
        (target,) = np.asarray(estimator.predict(texts)).tolist()
    number = _class_number(classifier, target)
    scorer = None
    if method == "integrated_gradients" or (
        score == "log_odds" and isinstance(classifier, BaseTextClassifier)
    ):
        scorer = _scorer(classifier, reading, number, log_odds=score == "log_odds")

    def scores(rows: npt.NDArray[np.int32]) -> _Floats:
        if scorer is not None and score == "log_odds":
            return scorer.row_scores(rows)
        named = name_columns(classifier, rows)
        return _score(classifier.predict_proba(named), number, score)

    value = float(scores(rows)[0])
    baseline: float | None = value if method == "integrated_gradients" else None
    if method == "attention":
        weights = attention_of_rows(classifier, rows)[0, reading.columns]
    elif not reading.tokens:
        weights = np.empty(0)
    elif scorer is None or method == "occlusion":
        weights = value - scores(_without_each_word(reading))
    else:
        weights, value, baseline = integrate(scorer, scorer.vectors, scorer.baseline)
        weights = weights[scorer.is_word]
    return Explanation(
        tokens=reading.tokens,
        weights=weights,
        known=reading.known,
        method=method,
        target=classifier.classes_.tolist()[number],
        score=score,
        value=value,
        baseline=baseline,
        n_words=reading.n_words,
        text=reading.text,
        spans=reading.spans,
    )


def _explain_black_box(
    estimator: Any, text: str, target: Any, score: str
) -> Explanation:
    """Delete one word at a time from the raw string."""
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"explain needs a classifier with predict_proba, got {estimator!r}. "
            "Ensembles that vote have it with voting='soft', and any classifier has "
            "it inside a CalibratedClassifierCV."
        )
    if hasattr(estimator, "fit"):  # a SentimentPredictor comes fitted
        check_is_fitted(estimator)
    spans = locate(text, type_tokens(text))
    without = [text[:start] + text[end:] for start, end in spans]
    texts = pd.Series([text, *without], dtype=object)
    if target is None:
        (target,) = np.asarray(estimator.predict(texts[:1])).tolist()
    number = _class_number(estimator, target)
    value, *rest = _score(estimator.predict_proba(texts), number, score).tolist()
    return Explanation(
        tokens=tuple(text[start:end] for start, end in spans),
        weights=value - np.array(rest, dtype=np.float64),
        known=np.ones(len(spans), dtype=bool),
        method="occlusion",
        target=target,
        score=score,
        value=value,
        baseline=None,
        n_words=len(spans),
        text=text,
        spans=tuple(spans),
    )


def _score(proba: Any, number: int, score: str) -> _Floats:
    """Return the score of a class from the probabilities of all."""
    of_class: _Floats = np.asarray(proba, dtype=np.float64)[:, number]
    if score == "probability":
        return of_class
    least = np.finfo(np.float64).eps
    return np.asarray(logit(np.clip(of_class, least, 1 - least)))


def _class_number(classifier: Any, target: Any) -> int:
    classes = classifier.classes_.tolist()
    if target not in classes:
        raise ValueError(f"target={target!r} is not among the classes {classes}.")
    return classes.index(target)


def _scorer(
    classifier: Any, reading: Reading, number: int, *, log_odds: bool
) -> VectorScorer:
    if not isinstance(classifier, BaseTextClassifier):
        raise TypeError(
            f"{type(classifier).__name__} is no network of skrnn: it can be explained "
            "by method='occlusion' only."
        )
    return VectorScorer(classifier, reading.row, number, log_odds=log_odds)


def _without_each_word(reading: Reading) -> npt.NDArray[np.int32]:
    """Return a row for each word, without it.

    The rest of the row closes up, since a zero in its place might part a sentence.
    """
    return np.stack(
        [np.insert(np.delete(reading.row, c), 0, PAD) for c in reading.columns]
    )
