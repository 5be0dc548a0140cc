"""A ready model for people in a hurry."""

from __future__ import annotations

import warnings
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from skrnn._messages import did_you_mean
from skrnn.baselines import make_baseline
from skrnn.embeddings import WordVectors
from skrnn.ensemble import BlendedClassifier, DistilledClassifier
from skrnn.estimators.hierarchical import HierarchicalAttentionClassifier
from skrnn.estimators.recurrent import RNNSentimentClassifier
from skrnn.recipes import get_recipe
from skrnn.text.sequencer import TextSequencer
from skrnn.text.vocabulary import check_vocabulary

__all__ = ["make_sentiment_pipeline"]

_HIERARCHICAL = ("accurate", "semi_supervised")


def make_sentiment_pipeline(recipe: str | None = "fast", **params: Any) -> Any:
    """Make a Pipeline from raw strings to labels.

    Parameters
    ----------
    recipe : str or None, default="fast"
        Name of the settings to start from, see :func:`get_recipe`. None starts from
        the defaults of the two estimators.
    **params : dict
        What to change:
        parameters of :class:`TextSequencer` and :class:`RNNSentimentClassifier`, by
        their plain names (``maxlen=100, cell="gru"``) or as the Pipeline names them
        (``seq__maxlen=100, clf__cell="gru"``). The two estimators share no name. With
        ``recipe="accurate"`` or ``"semi_supervised"`` the classifier is a
        :class:`HierarchicalAttentionClassifier`.

        With ``embeddings`` that are :class:`WordVectors`, ``vocabulary`` is theirs
        unless it is given.

        And ``teacher``, which labels the rows whose label is -1: the name of a baseline
        (:func:`skrnn.baselines.make_baseline`), a list of names, whose probabilities
        are then averaged, any classifier of texts, or None.

    Returns
    -------
    pipeline : sklearn.pipeline.Pipeline
        The steps ``seq`` and ``clf``, not fitted. With a ``teacher``, a
        :class:`skrnn.ensemble.DistilledClassifier` of this Pipeline, which is its
        ``estimator``.

    Raises
    ------
    TypeError
        If neither step has such a parameter; the message names the nearest one.
    ValueError
        If there is no such recipe, no baseline of the teacher's name, or if a given
        ``vocabulary`` has ids that are not those of the :class:`WordVectors`.

    Warns
    -----
    UserWarning
        If ``embeddings`` is a matrix and no ``vocabulary`` says to which words its
        rows belong.

    See Also
    --------
    get_recipe : The settings of a recipe as a dictionary.

    Examples
    --------
    >>> from skrnn import make_sentiment_pipeline
    >>> from skrnn.datasets import make_reviews
    >>> reviews, labels = make_reviews(200, random_state=0)
    >>> model = make_sentiment_pipeline(maxlen=30, cell="gru", epochs=1, units=8)
    >>> model.fit(reviews, labels).predict(reviews[:5]).shape
    (5,)

    A hundred reviews with labels and a hundred without:

    >>> taught = make_sentiment_pipeline(
    ...     maxlen=30, cell="gru", epochs=1, units=8, teacher="nbsvm"
    ... ).fit(reviews, [*labels[:100], *[-1] * 100])
    >>> taught.predict(reviews[:5]).shape
    (5,)
    """
    given = get_recipe(recipe) if recipe is not None else {}
    given.update(params)
    teacher = given.pop("teacher", None)
    hierarchical = recipe in _HIERARCHICAL
    classifier = (
        HierarchicalAttentionClassifier() if hierarchical else RNNSentimentClassifier()
    )
    pipeline = Pipeline([("seq", TextSequencer()), ("clf", classifier)])
    known = {
        name: f"{step}__{name}"
        for step, estimator in pipeline.steps
        for name in estimator.get_params()
    }
    full = {}
    for name, value in given.items():
        step, separator, _ = name.partition("__")
        if separator and step in pipeline.named_steps:
            full[name] = value
        elif name in known:
            full[known[name]] = value
        elif separator and classifier._is_routed(name):
            full[f"clf__{name}"] = value
        else:
            raise TypeError(
                f"make_sentiment_pipeline has no parameter {name!r}."
                + did_you_mean(name, [*known, "teacher"])
            )
    _tie_vocabulary(full)
    pipeline.set_params(**full)
    if teacher is None:
        return pipeline
    return DistilledClassifier(pipeline, _make_teacher(teacher))


def _tie_vocabulary(params: dict[str, Any]) -> None:
    """Let the sequencer number words as the given vectors do."""
    vectors = params.get("clf__embeddings")
    vocabulary = params.get("seq__vocabulary")
    if vectors is None or isinstance(vectors, str):
        return
    if not isinstance(vectors, WordVectors):
        if vocabulary is None:
            warnings.warn(
                "embeddings is a matrix, whose rows belong to ids, and no vocabulary "
                "is given: each fit learns ids of its own, which point at other rows. "
                "Pass the vocabulary of the matrix (vocabulary=...), or WordVectors "
                "as embeddings.",
                UserWarning,
                stacklevel=3,
            )
        return
    if vocabulary is None:
        params["seq__vocabulary"] = vectors.vocabulary
        return
    for word, number in check_vocabulary(vocabulary).items():
        if vectors.vocabulary.get(word) != number:
            raise ValueError(
                f"vocabulary gives {word!r} the id {number}, where embeddings has "
                f"{vectors.vocabulary.get(word)!r}: words would get the vectors of "
                "other words. Leave vocabulary out, and that of embeddings is used."
            )


def _make_teacher(teacher: str | list[str] | BaseEstimator) -> BaseEstimator:
    if isinstance(teacher, str):
        return make_baseline(teacher)
    if isinstance(teacher, list):
        bags = [(name, make_baseline(name)) for name in teacher]
        return BlendedClassifier(bags, weights="equal")
    return teacher
