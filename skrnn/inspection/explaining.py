"""Why one text got its class: a weight for each of its words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.estimators.base import BaseTextClassifier
from skrnn.inspection.attention import attention_of_rows
from skrnn.inspection.explanation import Explanation
from skrnn.inspection.gradients import integrate
from skrnn.inspection.network import VectorScorer
from skrnn.inspection.reading import Reading, read_texts, split_pipeline
from skrnn.text.vocabulary import PAD

__all__ = ["explain"]

METHODS = ("occlusion", "integrated_gradients", "attention")
SCORES = ("probability", "log_odds")

_Floats = npt.NDArray[np.float64]


def explain(
    pipeline: Any,
    text: str,
    method: str = "occlusion",
    *,
    target: Any = None,
    score: str = "probability",
) -> Explanation:
    """Weigh the words of a text by what they do to its prediction.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        A fitted one, of a :class:`~skrnn.TextSequencer` and an
        :class:`~skrnn.RNNSentimentClassifier`, as :func:`~skrnn.\
make_sentiment_pipeline` gives; it may come from a pickle.
    text : str
        The text.
    method : {"occlusion", "integrated_gradients", "attention"}, default="occlusion"
        - ``"occlusion"`` [1]_: what the score loses when the word is taken out of the
          words that the network read, one word at a time;
        - ``"integrated_gradients"`` [2]_: the gradient of the score by the word's
          vector, averaged on the way from zero vectors to the text's, times the
          vector. The weights sum to the difference in score between the text and as
          many zero vectors, to 1 %: the way is cut finer until they do, and a warning
          says if that was not to be had;
        - ``"attention"`` [3]_: the weights of the attention layer, which sum to one,
          where the network has one. They say where it looked, not which way that
          turned the score.
    target : label, default=None
        The class, one of ``classes_``, whose score is explained; the predicted one if
        None.
    score : {"probability", "log_odds"}, default="probability"
        Whether weights are parts of the probability ``p`` of the class, or of
        ``log(p / (1 - p))``, which a network that is sure of itself does not flatten.
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
        If it is no pipeline of these two, or the text is no str.
    ValueError
        If ``method`` or ``score`` is not known, ``target`` is not among the classes,
        or attention is asked of a network without.

    Warns
    -----
    ConvergenceWarning
        If the weights of integrated gradients do not sum to the difference in score.

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
    >>> gap = explanation.weights.sum() - (explanation.value - explanation.baseline)
    >>> bool(abs(gap) < 0.01)
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
    sequencer, classifier = split_pipeline(pipeline)
    (reading,) = read_texts(sequencer, [text])
    rows = reading.row[np.newaxis]
    proba = classifier.predict_proba(rows)[0]
    number = _class_number(classifier, target, int(proba.argmax()))
    scorer = None
    if method == "integrated_gradients" or score == "log_odds":
        scorer = _scorer(classifier, reading, number, log_odds=score == "log_odds")

    def scores(rows: npt.NDArray[np.int32]) -> _Floats:
        if scorer is not None and score == "log_odds":
            return scorer.row_scores(rows)
        of_class: _Floats = classifier.predict_proba(rows)[:, number]
        return of_class

    value = float(scores(rows)[0])
    baseline: float | None = value if method == "integrated_gradients" else None
    if method == "attention":
        weights = attention_of_rows(classifier, rows)[0, reading.columns]
    elif not reading.tokens:
        weights = np.empty(0)
    elif scorer is None or method == "occlusion":
        weights = value - scores(_without_each_word(reading))
    else:
        weights, value, baseline = integrate(scorer, scorer.vectors)
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
    )


def _class_number(classifier: Any, target: Any, predicted: int) -> int:
    if target is None:
        return predicted
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
            "by method='occlusion' with score='probability' only."
        )
    return VectorScorer(classifier.model_, reading.row, number, log_odds=log_odds)


def _without_each_word(reading: Reading) -> npt.NDArray[np.int32]:
    """Return a row for each word, without it.

    The rest of the row closes up, since a zero in its place might part a sentence.
    """
    return np.stack(
        [np.insert(np.delete(reading.row, c), 0, PAD) for c in reading.columns]
    )
