"""Long-term dependencies: accuracy and gradient norm by distance of a negation."""

from __future__ import annotations

import skrnn._tensorflow  # isort: skip  # noqa: F401  before TensorFlow

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import tensorflow as tf
from sklearn.base import BaseEstimator, clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import check_random_state

from skrnn.datasets import make_reviews
from skrnn.datasets._generated import AFFIRMATION, NEGATION, NEGATIVE, POSITIVE
from skrnn.estimators.recurrent import RNNSentimentClassifier
from skrnn.inspection.steps import fitted_steps
from skrnn.networks.sequences import restore_columns
from skrnn.text.sequencer import TextSequencer
from skrnn.training.batches import PREDICTION_BATCH_SIZE

__all__ = ["long_term_dependency"]

_NETWORKS: dict[str, dict[str, Any]] = {
    "plain RNN": {"cell": "simple"},
    "LSTM": {"cell": "lstm"},
    "GRU": {"cell": "gru"},
    "attention": {"cell": "simple", "pooling": "attention"},
}


def long_term_dependency(
    estimators: Mapping[str, Any] | None = None,
    *,
    distances: Sequence[int] = (0, 4, 16, 32),
    n_samples: int = 6000,
    n_test: int = 500,
    random_state: int | np.random.RandomState | None = None,
) -> pd.DataFrame:
    """Measure over how many words models relate a negation to the word it negates.

    For each distance, a clone of each estimator is fitted to reviews of
    :func:`skrnn.datasets.make_reviews` and scored on new reviews with ``distance``
    words between the negation and the negated word. Training reviews have the distances
    0, 1, 2, 4, 8, ... up to that one, equally often, because networks do not learn from
    long distances alone. All estimators get the same reviews.

    Parameters
    ----------
    estimators : mapping of str to estimator, default=None
        Classifiers of raw strings by name. None uses a plain RNN, an LSTM and a GRU,
        which classify by the last state, a plain RNN with attention, all with the same
        settings, and logistic regression on TF-IDF.
    distances : sequence of int, default=(0, 4, 16, 32)
        Numbers of words between the negation and the negated word.
    n_samples : int, default=6000
        Number of training reviews for each distance.
    n_test : int, default=500
        Number of test reviews for each distance.
    random_state : int, RandomState instance or None, default=None
        Seed of the reviews, and of the weights of the default models.

    Returns
    -------
    table : pandas.DataFrame
        A row for each estimator and distance, with the columns ``model``,
        ``distance``, ``accuracy`` and ``gradient_norm``: the norm of the gradient of
        the logit with respect to the word vector of the deciding "not" or "really",
        averaged over the test reviews. NaN for estimators that do not end with a
        :class:`skrnn.TextSequencer` and an :class:`skrnn.RNNSentimentClassifier`.

    Raises
    ------
    ValueError
        If there is no estimator, no distance, or a number is too small.

    See Also
    --------
    LongTermDependencyDisplay : Plots the table.

    References
    ----------
    Bengio, Simard, Frasconi (1994). Learning long-term dependencies with gradient
    descent is difficult. IEEE Transactions on Neural Networks.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import CountVectorizer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skrnn import long_term_dependency
    >>> pairs = make_pipeline(CountVectorizer(ngram_range=(2, 2)), LogisticRegression())
    >>> table = long_term_dependency(
    ...     {"pairs of words": pairs}, distances=(0, 6), n_samples=800, random_state=0
    ... )
    >>> table["distance"].tolist()
    [0, 6]
    >>> [bool(accuracy > 0.9) for accuracy in table["accuracy"]]
    [True, False]
    """
    _check("distances", distances, least=0)
    _check("n_samples", [n_samples], least=8)
    _check("n_test", [n_test], least=8)
    rng = check_random_state(random_state)
    seed = int(rng.randint(2**31 - 1))
    if estimators is None:
        estimators = _default_estimators(seed)
    if not estimators:
        raise ValueError("estimators is empty: give at least one classifier, or None.")
    rows = []
    for distance in distances:
        reviews, y = _curriculum(distance, n_samples, rng)
        new_reviews, new_y = make_reviews(n_test, reach=distance, random_state=rng)
        for name, estimator in estimators.items():
            fitted = clone(estimator).fit(reviews, y)
            rows.append(
                {
                    "model": name,
                    "distance": int(distance),
                    "accuracy": float(np.mean(fitted.predict(new_reviews) == new_y)),
                    "gradient_norm": _mean_gradient_norm(fitted, new_reviews),
                }
            )
    return pd.DataFrame(rows)


def _check(name: str, values: Sequence[int], *, least: int) -> None:
    """Raise ValueError unless there are values and all of them are large enough."""
    if not len(values) or any(
        not isinstance(value, Integral) or value < least for value in values
    ):
        raise ValueError(
            f"{name} must be integers of at least {least}, got {values!r}."
        )


def _default_estimators(seed: int) -> dict[str, BaseEstimator]:
    """Return the estimators that are compared by default."""
    settings: dict[str, Any] = {
        "pooling": "last",
        "embedding_dim": 16,
        "spatial_dropout": 0.0,
        "dropout": 0.0,
        "optimizer": "adam",
        # The best rate for all, and the only one with which the plain RNN learns, on
        # other reviews: examples/benchmarks/long_term_dependencies.py.
        "learning_rate": 0.003,
        "optimizer__clipnorm": 1.0,
        "batch_size": 32,
        "epochs": 20,
        "random_state": seed,
    }
    estimators: dict[str, BaseEstimator] = {
        name: make_pipeline(
            TextSequencer(maxlen="auto"),
            RNNSentimentClassifier(**{**settings, **params}),
        )
        for name, params in _NETWORKS.items()
    }
    estimators["TF-IDF"] = make_pipeline(TfidfVectorizer(), LogisticRegression())
    return estimators


def _curriculum(
    distance: int, n_samples: int, rng: np.random.RandomState
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Return reviews of the distances 0, 1, 2, 4, ... up to ``distance``."""
    shorter = [2**k for k in range(distance.bit_length()) if 2**k < distance]
    reaches = sorted({0, *shorter, distance})
    parts = [
        make_reviews(len(share), reach=reach, random_state=rng)
        for reach, share in zip(
            reaches, np.array_split(np.arange(n_samples), len(reaches)), strict=True
        )
    ]
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


def _mean_gradient_norm(fitted: Any, reviews: npt.NDArray[np.object_]) -> float:
    """Return the mean gradient norm of the deciding word."""
    steps = fitted_steps(fitted, inside_calibration=True)
    classifier = steps.steps[-1]
    if not (steps.has_ids and isinstance(classifier, RNNSentimentClassifier)):
        return float("nan")
    sequencer = steps.sequencer
    ids = np.asarray(sequencer.transform(steps.clean(reviews)))
    columns = _deciding_columns(sequencer, ids)
    norms = _gradient_norms(classifier, ids)
    has_word = columns >= 0
    if not has_word.any():
        return float("nan")
    return float(norms[has_word, columns[has_word]].mean())


def _deciding_columns(
    sequencer: TextSequencer, ids: npt.NDArray[np.int32]
) -> npt.NDArray[np.intp]:
    """Return the column of the last "not" or "really" before the opinion, or -1."""

    def one_of(words: Sequence[str]) -> npt.NDArray[np.bool_]:
        return np.isin(ids, [sequencer.vocabulary_.get(word, -1) for word in words])

    columns = np.arange(ids.shape[1])
    opinion = one_of([*POSITIVE, *NEGATIVE])
    position = np.where(opinion.any(axis=1), opinion.argmax(axis=1), -1)
    before = one_of([NEGATION, AFFIRMATION]) & (columns < position[:, np.newaxis])
    return np.where(before, columns, -1).max(axis=1)


def _gradient_norms(
    classifier: RNNSentimentClassifier, ids: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """Return the gradient norm of each id's vector, 0 for padding."""
    network = classifier._network
    norms = np.zeros(ids.shape)
    for start in range(0, len(ids), PREDICTION_BATCH_SIZE):
        part = ids[start : start + PREDICTION_BATCH_SIZE]
        vectors, lengths = network.embed(classifier._as_rows(part).ids)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(vectors)
            # Texts are independent, so the gradient of the sum has all gradients.
            total = tf.reduce_sum(network.logits(vectors, lengths)[:, 0])
        aligned = np.linalg.norm(tape.gradient(total, vectors).numpy(), axis=2)
        norms[start : start + len(part)] = restore_columns(
            aligned, lengths.numpy(), part
        )
    return norms
