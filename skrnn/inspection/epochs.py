"""The metrics of the last epoch, as a scikit-learn scorer."""

from __future__ import annotations

from typing import Any

from sklearn.utils.validation import check_is_fitted

__all__ = ["epoch_scores"]


def epoch_scores(
    estimator: Any, X: Any = None, y: Any = None, **metadata: Any
) -> dict[str, float]:
    """Return the metrics of the last epoch of a network.

    Pass it as ``scoring`` to scikit-learn's :class:`~sklearn.callback.ScoringMonitor`,
    which then records the training and validation curves of all candidates and folds of
    a search, whatever process fits them. Nothing is computed again.

    Parameters
    ----------
    estimator : estimator
        A fitted :class:`~skrnn.RNNSentimentClassifier` or
        :class:`~skrnn.HierarchicalAttentionClassifier`.
    X, y : object, default=None
        Ignored, present for API consistency.
    **metadata : dict
        Ignored, present for API consistency.

    Returns
    -------
    scores : dict of str to float
        ``loss`` and ``accuracy``; with validation data also ``val_loss`` and
        ``val_accuracy``.

    Examples
    --------
    >>> from skrnn import RNNSentimentClassifier
    >>> from skrnn.inspection import epoch_scores
    >>> X, y = [[2, 3], [3, 2]] * 4, [0, 1] * 4
    >>> network = RNNSentimentClassifier(cell="simple", units=2, epochs=2)
    >>> sorted(epoch_scores(network.fit(X, y, X_val=X, y_val=y)))
    ['accuracy', 'loss', 'val_accuracy', 'val_loss']
    """
    check_is_fitted(estimator, "history_")
    return {name: values[-1] for name, values in estimator.history_.items()}
