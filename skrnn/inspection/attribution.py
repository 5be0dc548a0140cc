"""Explain the prediction for one text by a weight for each of its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.base import BaseTextNetwork
from skrnn.inspection.alignment import (
    TokenizedText,
    locate,
    tokenize_as_typed,
    tokenize_texts,
    with_feature_names,
)
from skrnn.inspection.attention import attention_of_rows
from skrnn.inspection.explanation import Explanation
from skrnn.inspection.gradients import integrate
from skrnn.inspection.network import VectorScorer
from skrnn.inspection.steps import fitted_steps
from skrnn.text.vocabulary import PAD

__all__ = ["explain"]

METHODS = ("occlusion", "integrated_gradients", "attention")
SCORES = ("probability", "log_odds")

_Floats = npt.NDArray[np.float64]


def explain(
    estimator: Any,
    text: Any,
    method: str = "occlusion",
    *,
    target: Any = None,
    score: str = "probability",
    columns: Sequence[Any] | None = None,
) -> Explanation:
    """Explain a prediction by a weight for each word of the text.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier or regressor of raw strings, for example a Pipeline of a
        :class:`~skrnn.TextSequencer` and an :class:`~skrnn.RNNSentimentClassifier`
        from :func:`~skrnn.make_sentiment_pipeline`. The Pipeline may have steps before
        the TextSequencer, and may be inside a search, a threshold or a
        :class:`~skrnn.ensemble.DistilledClassifier`. ``method="occlusion"`` supports
        every regressor, and every classifier with ``predict_proba``, such as calibrated
        classifiers, ensembles and linear models of bags of words. The other methods
        explain the network inside a calibrated classifier, before calibration, unless
        there is one for each fold.
    text : str or Series
        The text, or a row of a table if the estimator takes one, such as
        ``X.iloc[0]``.
    method : {"occlusion", "integrated_gradients", "attention"}, default="occlusion"
        - ``"occlusion"`` [1]_: the decrease of the score when the word is removed from
          the input of the network, one word at a time. Without a TextSequencer right
          before the classifier, the word is removed from the text.
        - ``"integrated_gradients"`` [2]_: the gradient of the score with respect to the
          word's vector, averaged on the straight path from the vector of an unknown
          word to that of the word, times the difference of the two vectors. The weights
          sum to the difference in score between the text and as many unknown words, to
          2 %, and the weight of an unknown word is 0.
        - ``"attention"`` [3]_: the weights of the attention layer, which sum to one.
          They show which words the network used, but not whether these raised or
          lowered the score.
    target : label, default=None
        The class or label, one of ``classes_``, whose score is explained. None means
        the predicted class, or the most probable of several labels.
    score : {"probability", "log_odds"}, default="probability"
        Whether weights are parts of the probability ``p`` of the class or of
        ``log(p / (1 - p))``, which does not saturate where the network is certain. The
        probabilities of classifiers that are not networks are clipped to
        [eps, 1 - eps], with the eps of float64, as in scikit-learn's
        :func:`~sklearn.metrics.log_loss`. For a regressor, the predicted number is
        explained. With ``method="attention"``, it only selects the value to report.
    columns : sequence of column names, default=None
        The columns of a row whose words are explained, if the classifier also reads
        categories that are strings. None means all strings. Without effect if a
        TextSequencer is right before the classifier.

    Returns
    -------
    explanation : Explanation
        The words in the input of the classifier, as typed, and their weights. It has a
        view in notebooks, a plot, and conversions to pairs and to a DataFrame.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    TypeError
        If ``text`` is neither a str nor a row, or ``method`` needs a network and there
        is none or several.
    ValueError
        If ``method`` or ``score`` is unknown, ``target`` is not one of the classes,
        ``method="attention"`` and the network has no attention, or a regressor is given
        a ``target`` or ``score="log_odds"``.

    Warns
    -----
    ConvergenceWarning
        If the sum of the weights of integrated gradients differs by more than 2 % from
        the difference in score, because the score jumps along the path.

    See Also
    --------
    AttentionDisplay : Plot of the attention weights of several texts.

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
    if method not in METHODS:
        raise ValueError(f"method must be one of {METHODS}, got {method!r}.")
    if score not in SCORES:
        raise ValueError(f"score must be one of {SCORES}, got {score!r}.")
    if not isinstance(text, str | pd.Series):
        raise TypeError(
            "explain takes one text, a str, or a row of a table, a Series, got "
            f"{type(text).__name__}. Call it once per text or row."
        )
    # Occlusion explains calibrated probabilities; the other methods need the network.
    steps = fitted_steps(estimator, inside_calibration=method != "occlusion")
    if method == "occlusion" and not (
        steps.has_ids or isinstance(estimator, BaseTextNetwork)
    ):
        return _explain_black_box(estimator, text, target, score, columns)
    classifier = steps.classifier
    texts = _like(text, [_values(text)])
    (tokenized,) = tokenize_texts(steps.sequencer, steps.clean(texts))
    rows = tokenized.row[np.newaxis]
    target, index, score = _resolve(estimator, classifier, texts, target, score)
    scorer = None
    if method == "integrated_gradients" or (
        score == "log_odds" and isinstance(classifier, BaseTextNetwork)
    ):
        scorer = _make_scorer(
            classifier, tokenized, index, log_odds=score == "log_odds"
        )

    def scores(rows: npt.NDArray[np.int32]) -> _Floats:
        if scorer is not None and score == "log_odds":
            return scorer.row_scores(rows)
        X = with_feature_names(classifier, rows)
        return _responses(classifier, X, index, score)

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
        target=target,
        score=score,
        value=value,
        baseline=baseline,
        n_words=tokenized.n_words,
        text=tokenized.text,
        spans=tokenized.spans,
    )


def _values(text: str | pd.Series) -> list[Any]:
    """Return the values of a row; a text is its only one."""
    return [text] if isinstance(text, str) else list(text)


def _like(text: str | pd.Series, rows: list[list[Any]]) -> Any:
    """Return rows as a column of texts if ``text`` is one, else as a DataFrame."""
    if isinstance(text, str):
        return pd.Series([row[0] for row in rows], dtype=object)
    return pd.DataFrame(rows, columns=text.index)


def _explain_black_box(
    estimator: Any,
    text: str | pd.Series,
    target: Any,
    score: str,
    columns: Sequence[Any] | None,
) -> Explanation:
    """Explain by occlusion: remove one word at a time from the raw strings."""
    if hasattr(estimator, "classes_") and not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"explain needs a classifier with predict_proba, got {estimator!r}. "
            "A VotingClassifier has it with voting='soft', and any classifier inside a "
            "CalibratedClassifierCV."
        )
    if hasattr(estimator, "fit"):  # a SentimentPredictor has none
        check_is_fitted(estimator)
    values = _values(text)
    names = [None] if isinstance(text, str) else text.index
    rows, spans, shown = [values], [], ""
    for number, (name, value) in enumerate(zip(names, values, strict=True)):
        if not isinstance(value, str) or (columns is not None and name not in columns):
            continue
        if shown:
            shown += "\n"
        for start, end in locate(value, tokenize_as_typed(value)):
            without = value[:start] + value[end:]
            rows.append([*values[:number], without, *values[number + 1 :]])
            spans.append((len(shown) + start, len(shown) + end))
        shown += value
    texts = _like(text, rows)
    target, index, score = _resolve(estimator, estimator, texts[:1], target, score)
    score_of_text, *rest = _responses(estimator, texts, index, score).tolist()
    return Explanation(
        tokens=tuple(shown[start:end] for start, end in spans),
        weights=score_of_text - np.array(rest, dtype=np.float64),
        known=np.ones(len(spans), dtype=bool),
        method="occlusion",
        target=target,
        score=score,
        value=score_of_text,
        baseline=None,
        n_words=len(spans),
        text=shown,
        spans=tuple(spans),
    )


def _resolve(
    estimator: Any, classifier: Any, texts: Any, target: Any, score: str
) -> tuple[Any, int, str]:
    """Return the label to explain, its position and the score of it.

    The score of a regressor, which has no classes, is its prediction.
    """
    if not hasattr(classifier, "classes_"):
        if target is not None or score != "probability":
            raise ValueError(
                f"{type(classifier).__name__} predicts numbers, which have no classes: "
                f"leave out target and score, got target={target!r} and "
                f"score={score!r}."
            )
        return None, 0, "prediction"
    classes = classifier.classes_.tolist()
    if target is None:
        predicted = np.asarray(estimator.predict(texts))
        if predicted.ndim == 2:  # an indicator matrix
            return classes[index := _most_probable(estimator, texts)], index, score
        (target,) = predicted.tolist()
    if target not in classes:
        raise ValueError(f"target must be one of {classes}, got {target!r}.")
    index = classes.index(target)
    return classes[index], index, score


def _most_probable(estimator: Any, texts: Any) -> int:
    """Return the position of the most probable label of a text."""
    return int(np.asarray(estimator.predict_proba(texts))[0].argmax())


def _responses(estimator: Any, X: Any, index: int, score: str) -> _Floats:
    """Return the score of each row: a probability, log-odds or the prediction."""
    if score == "prediction":
        return np.asarray(estimator.predict(X), dtype=np.float64)
    of_class: _Floats = np.asarray(estimator.predict_proba(X), np.float64)[:, index]
    if score == "probability":
        return of_class
    eps = np.finfo(np.float64).eps
    return np.asarray(logit(np.clip(of_class, eps, 1 - eps)))


def _make_scorer(
    classifier: Any, tokenized: TokenizedText, index: int, *, log_odds: bool
) -> VectorScorer:
    if not isinstance(classifier, BaseTextNetwork):
        raise TypeError(
            f"{type(classifier).__name__} is not a network of skrnn: use "
            "method='occlusion'."
        )
    return VectorScorer(classifier, tokenized.row, index, log_odds=log_odds)


def _without_each_word(tokenized: TokenizedText) -> npt.NDArray[np.int32]:
    """Return a row for each word, without it.

    The zero that fills the row is at its start: inside, it might separate sentences.
    """
    return np.stack(
        [np.insert(np.delete(tokenized.row, c), 0, PAD) for c in tokenized.columns]
    )
