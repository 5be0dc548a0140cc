"""Attention weights of a fitted classifier, for rows of ids and for texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.estimators.base import BaseTextClassifier
from skrnn.inspection.alignment import tokenize_texts
from skrnn.inspection.network import attention_of_network
from skrnn.inspection.steps import fitted_steps, name_columns

__all__ = ["attention_of_rows", "attention_weights"]


def attention_weights(pipeline: Any, texts: Iterable[str]) -> npt.NDArray[np.float64]:
    """Return the attention of a fitted pipeline to the words of texts.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        A fitted Pipeline of any steps on raw strings, a :class:`~skrnn.TextSequencer`
        and a classifier with attention, or a search, a threshold or a
        :class:`~skrnn.ensemble.DistilledClassifier` around one. The classifier is a
        network with an attention layer, such as an
        :class:`~skrnn.RNNSentimentClassifier` with ``pooling="attention"``, or has a
        method ``attention_weights(X)``, which takes rows of ids and returns an array of
        the same shape.
    texts : iterable of str
        The texts.

    Returns
    -------
    weights : ndarray of shape (n_texts, maxlen), float64
        The weight of each column of the sequencer's rows: 0 for padding. The weights
        of each text that has words sum to one.

    Raises
    ------
    NotFittedError
        If the pipeline is not fitted.
    TypeError
        If there is no TextSequencer right before one classifier.
    ValueError
        If the classifier has no attention.

    See Also
    --------
    AttentionDisplay : Draws the weights.

    References
    ----------
    Yang, Yang, Dyer, He, Smola, Hovy (2016). Hierarchical attention networks for
    document classification. NAACL.

    Examples
    --------
    >>> from skrnn import make_sentiment_pipeline
    >>> from skrnn.inspection import attention_weights
    >>> model = make_sentiment_pipeline(
    ...     None, pooling="attention", maxlen=5, units=4, epochs=1, random_state=0
    ... ).fit(["so good", "so bad"] * 10, [1, 0] * 10)
    >>> weights = attention_weights(model, ["such a good film", ""])
    >>> weights.shape
    (2, 5)
    >>> weights.sum(axis=1).round(6), weights[0, 0]
    (array([1., 0.]), np.float64(0.0))
    """
    steps = fitted_steps(pipeline, calibrated=True)
    classifier = steps.classifier
    tokenized = tokenize_texts(steps.sequencer, steps.clean(texts))
    return attention_of_rows(classifier, np.stack([text.row for text in tokenized]))


def attention_of_rows(
    classifier: Any, rows: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """Return the attention of a fitted classifier to rows of ids, in their shape.

    Raises
    ------
    ValueError
        If the classifier has no attention.
    """
    if hasattr(classifier, "attention_weights"):
        return np.asarray(
            classifier.attention_weights(name_columns(classifier, rows)),
            dtype=np.float64,
        )
    if not isinstance(classifier, BaseTextClassifier):
        raise ValueError(
            f"{type(classifier).__name__} has no method attention_weights and is not "
            "a network of skrnn."
        )
    return attention_of_network(classifier.model_, rows)
