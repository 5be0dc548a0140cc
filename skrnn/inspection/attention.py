"""The attention weights of a classifier, for rows of ids and for texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.estimators.base import BaseTextNetwork
from skrnn.inspection.alignment import tokenize_texts, with_feature_names
from skrnn.inspection.network import attention_of_network
from skrnn.inspection.steps import fitted_steps

__all__ = ["attention_of_rows", "attention_weights"]


def attention_weights(pipeline: Any, texts: Iterable[str]) -> npt.NDArray[np.float64]:
    """Return the attention weights of a fitted pipeline for the words of texts.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        A fitted Pipeline whose last steps are a :class:`~skrnn.TextSequencer` and a
        classifier with attention, or a search, a threshold or a
        :class:`~skrnn.ensemble.DistilledClassifier` around one. The classifier is an
        :class:`~skrnn.RNNSentimentClassifier` with ``pooling="attention"``, or has a
        method ``attention_weights(X)``, which takes rows of ids and returns an array of
        their shape.
    texts : iterable of str
        The texts.

    Returns
    -------
    weights : ndarray of shape (n_texts, maxlen), float64
        The weight of each position of the sequencer's rows. Weights of padding are 0;
        those of the words of a text sum to 1.

    Raises
    ------
    NotFittedError
        If the pipeline is not fitted.
    TypeError
        If ``pipeline`` does not end in a TextSequencer and a classifier.
    ValueError
        If the classifier has no attention.

    See Also
    --------
    AttentionDisplay : Plot of the weights.

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
    steps = fitted_steps(pipeline, inside_calibration=True)
    classifier = steps.classifier
    tokenized = tokenize_texts(steps.sequencer, steps.clean(texts))
    return attention_of_rows(classifier, np.stack([each.row for each in tokenized]))


def attention_of_rows(
    classifier: Any, rows: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """Return a fitted classifier's attention weights for rows of ids, in their shape.

    Raises a ValueError if the classifier has no attention.
    """
    if hasattr(classifier, "attention_weights"):
        return np.asarray(
            classifier.attention_weights(with_feature_names(classifier, rows)),
            dtype=np.float64,
        )
    if not isinstance(classifier, BaseTextNetwork):
        raise ValueError(
            f"{type(classifier).__name__} has no attention weights: it is not a "
            "network of skrnn and has no method attention_weights."
        )
    return attention_of_network(classifier, rows)
