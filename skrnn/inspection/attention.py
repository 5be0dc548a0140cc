"""What a network attends to, for rows of ids and for texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.estimators.base import BaseTextClassifier
from skrnn.inspection.network import attention_of_network
from skrnn.inspection.reading import name_columns, read_texts, take_apart

__all__ = ["attention_of_rows", "attention_weights"]


def attention_weights(pipeline: Any, texts: Iterable[str]) -> npt.NDArray[np.float64]:
    """Get the attention of a fitted pipeline to the words of texts.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        A fitted one, of any steps on raw strings, a :class:`~skrnn.TextSequencer` and
        a classifier with attention, or a search, a threshold or a
        :class:`~skrnn.DistilledClassifier` around one. The classifier is an
        :class:`~skrnn.RNNSentimentClassifier` with ``pooling="attention"``, or another
        with a method ``attention_weights(X)``, which takes rows of ids and returns an
        array of their shape.
    texts : iterable of str
        The texts.

    Returns
    -------
    weights : ndarray of shape (n_texts, maxlen), float64
        A weight for each column of the sequencer's rows: 0 on padding, and a sum of
        one over the words of each text that has any.

    Raises
    ------
    NotFittedError
        If the pipeline is not fitted.
    TypeError
        If it is no pipeline of these two.
    ValueError
        If the classifier has no attention.

    See Also
    --------
    AttentionDisplay : Draws them.

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
    steps = take_apart(pipeline, calibrated=True)
    classifier = steps.classifier
    readings = read_texts(steps.sequencer, steps.clean(texts))
    return attention_of_rows(classifier, np.stack([r.row for r in readings]))


def attention_of_rows(
    classifier: Any, rows: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """Return a classifier's attention to rows of ids, in their shape.

    Parameters
    ----------
    classifier : estimator
        A fitted one that has a method ``attention_weights``, or a network with an
        attention layer.
    rows : ndarray of shape (n_rows, maxlen), int32
        Ids, 0 for padding.

    Returns
    -------
    weights : ndarray of shape (n_rows, maxlen), float64
        The weights, 0 on padding.

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
            f"{type(classifier).__name__} has no attention weights: it has no method "
            "attention_weights."
        )
    return attention_of_network(classifier, rows)
