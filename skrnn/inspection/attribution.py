"""The contribution of each word of a text to its prediction."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.base import BaseTextClassifier
from skrnn.inspection.alignment import (
    TokenizedText,
    find_spans,
    tokenize_as_typed,
    tokenize_texts,
)
from skrnn.inspection.attention import attention_of_rows
from skrnn.inspection.explanation import Explanation
from skrnn.inspection.gradients import integrate
from skrnn.inspection.network import VectorScorer
from skrnn.inspection.steps import fitted_steps, name_columns
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
    """Return the contribution of each word of a text to its prediction.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier of raw strings, for example a Pipeline of a
        :class:`~skrnn.TextSequencer` and an :class:`~skrnn.RNNSentimentClassifier`,
        as :func:`~skrnn.make_sentiment_pipeline` returns. There may be steps before the
        TextSequencer, which are applied to the text, and a search, a threshold or a
        :class:`~skrnn.ensemble.DistilledClassifier` around the Pipeline. With
        ``method="occlusion"`` it may be any other classifier with ``predict_proba``,
        such as a calibrated classifier, an ensemble or a linear model of bags of words.
        The other methods explain the network inside a calibrated classifier, before
        calibration, if there is only one and not one for each fold.
    text : str
        The text.
    method : {"occlusion", "integrated_gradients", "attention"}, default="occlusion"
        - ``"occlusion"`` [1]_: the decrease of the score when the word is removed from
          the words that the network reads, one word at a time. Without a TextSequencer
          right before one classifier, the word is deleted from the text;
        - ``"integrated_gradients"`` [2]_: the gradient of the score with respect to the
          word's vector, averaged on the straight path from the vector of an unknown
          word to that of the word, times the difference of the two. The weights sum to
          the difference in score between the text and as many unknown words, to 2 % of
          it, and the weight of an unknown word is zero;
        - ``"attention"`` [3]_: the weights of the attention layer, which sum to one.
          They show which words the network attends to, not whether these raise or
          lower the score.
    target : label, default=None
        The class, one of ``classes_``, whose score is explained; the predicted one if
        None.
    score : {"probability", "log_odds"}, default="probability"
        Whether to explain the probability ``p`` of the class, or ``log(p / (1 - p))``,
        which does not saturate where the network is confident. The probabilities of
        other classifiers are first clipped to [eps, 1 - eps], with the eps of float64,
        as in :func:`~sklearn.metrics.log_loss`. For ``"attention"`` it only determines
        the reported ``value``.

    Returns
    -------
    explanation : Explanation
        The words that the network read, as typed, with their weights. It has an HTML
        representation, :meth:`~Explanation.to_pairs`, :meth:`~Explanation.to_frame` and
        :meth:`~Explanation.plot`.

    Raises
    ------
    NotFittedError
        If the pipeline is not fitted.
    TypeError
        If ``text`` is not a str, or ``method`` needs one network and there is none or
        more than one.
    ValueError
        If ``method`` or ``score`` is invalid, ``target`` is not one of the classes, or
        ``method="attention"`` and the network has no attention.

    Warns
    -----
    ConvergenceWarning
        If the weights of integrated gradients do not sum to the difference in score
        to 2 %, because the score changes abruptly along the path.

    See Also
    --------
    AttentionDisplay : Attention to several texts.

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
    for name, chosen, valid in (
        ("method", method, METHODS),
        ("score", score, SCORES),
    ):
        if chosen not in valid:
            raise ValueError(f"{name} must be one of {valid}, got {chosen!r}.")
    if not isinstance(text, str):
        raise TypeError(
            f"text must be a str, got {type(text).__name__}. Call explain once for "
            "each text."
        )
    # Occlusion explains calibrated probabilities, the other methods the network.
    steps = fitted_steps(estimator, calibrated=method != "occlusion")
    if method == "occlusion" and not (
        steps.has_sequencer_last or isinstance(estimator, BaseTextClassifier)
    ):
        return _explain_black_box(estimator, text, target, score)
    classifier = steps.classifier
    texts = pd.Series([text], dtype=object)  # steps for columns accept it too
    (tokenized,) = tokenize_texts(steps.sequencer, steps.clean(texts))
    rows = tokenized.row[np.newaxis]
    if target is None:
        (target,) = np.asarray(estimator.predict(texts)).tolist()
    number = _class_number(classifier, target)
    scorer = None
    if method == "integrated_gradients" or (
        score == "log_odds" and isinstance(classifier, BaseTextClassifier)
    ):
        scorer = _scorer(classifier, tokenized, number, log_odds=score == "log_odds")

    def scores(rows: npt.NDArray[np.int32]) -> _Floats:
        if scorer is not None and score == "log_odds":
            return scorer.row_scores(rows)
        named = name_columns(classifier, rows)
        return _score(classifier.predict_proba(named), number, score)

    value = float(scores(rows)[0])
    baseline: float | None = value if method == "integrated_gradients" else None
    if method == "attention":
        weights = attention_of_rows(classifier, rows)[0, tokenized.columns]
    elif not tokenized.tokens:
        weights = np.empty(0)
    elif scorer is None or method == "occlusion":
        weights = value - scores(_without_each_word(tokenized))
    else:
        weights, value, baseline = integrate(scorer, scorer.vectors, scorer.baseline)
        weights = weights[scorer.is_word]
    return Explanation(
        tokens=tokenized.tokens,
        weights=weights,
        known=tokenized.known,
        method=method,
        target=classifier.classes_.tolist()[number],
        score=score,
        value=value,
        baseline=baseline,
        n_words=tokenized.n_words,
        text=tokenized.text,
        spans=tokenized.spans,
    )


def _explain_black_box(
    estimator: Any, text: str, target: Any, score: str
) -> Explanation:
    """Explain any classifier by deleting one word at a time from the text."""
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"explain needs a classifier with predict_proba, got {estimator!r}. "
            "Use voting='soft' in a VotingClassifier, or put a classifier into a "
            "CalibratedClassifierCV."
        )
    if hasattr(estimator, "fit"):  # not so a SentimentPredictor
        check_is_fitted(estimator)
    spans = find_spans(text, tokenize_as_typed(text))
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
    """Return the scores of one class from the probabilities of all."""
    p: _Floats = np.asarray(proba, dtype=np.float64)[:, number]
    if score == "probability":
        return p
    eps = np.finfo(np.float64).eps
    return np.asarray(logit(np.clip(p, eps, 1 - eps)))


def _class_number(classifier: Any, target: Any) -> int:
    classes = classifier.classes_.tolist()
    if target not in classes:
        raise ValueError(
            f"target must be one of the classes {classes}, got {target!r}."
        )
    return classes.index(target)


def _scorer(
    classifier: Any, tokenized: TokenizedText, number: int, *, log_odds: bool
) -> VectorScorer:
    if not isinstance(classifier, BaseTextClassifier):
        raise TypeError(
            f"{type(classifier).__name__} is not a network of skrnn: use "
            "method='occlusion'."
        )
    return VectorScorer(classifier.model_, tokenized.row, number, log_odds=log_odds)


def _without_each_word(tokenized: TokenizedText) -> npt.NDArray[np.int32]:
    """Return a row without each word in turn, padded at its start.

    A zero in place of the word might break a sentence.
    """
    return np.stack(
        [np.insert(np.delete(tokenized.row, c), 0, PAD) for c in tokenized.columns]
    )
