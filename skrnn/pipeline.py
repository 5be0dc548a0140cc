"""A ready model for people in a hurry."""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from skrnn._sklearn import did_you_mean
from skrnn.classifiers.hierarchical import HierarchicalAttentionClassifier
from skrnn.classifiers.recurrent import RNNSentimentClassifier
from skrnn.comparison import BlendedClassifier, DistilledClassifier, make_baseline
from skrnn.embeddings import WordVectors
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
        What differs from the recipe: parameters of :class:`TextSequencer` and
        :class:`RNNSentimentClassifier`, by their plain names (``maxlen=100,
        cell="gru"``) or as the Pipeline names them (``seq__maxlen=100,
        clf__cell="gru"``). The two estimators share no name. With
        ``recipe="accurate"`` or ``"semi_supervised"`` the classifier is a
        :class:`HierarchicalAttentionClassifier`. With a :class:`WordVectors` as
        ``embeddings`` the sequencer takes its vocabulary.

        And ``teacher``, which labels the rows whose label is -1: the name of a baseline
        (:func:`skrnn.comparison.make_baseline`), a list of names, whose probabilities
        are then averaged, any classifier of texts, or None.

    Returns
    -------
    pipeline : sklearn.pipeline.Pipeline
        The steps ``seq`` and ``clf``, not fitted. With a ``teacher``, a
        :class:`skrnn.comparison.DistilledClassifier` of this Pipeline, which is its
        ``estimator``.

    Raises
    ------
    TypeError
        If neither step has such a parameter; the message names the nearest one.
    ValueError
        If there is no such recipe, or no baseline of the teacher's name, or
        ``vocabulary`` differs from that of ``embeddings``.

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
    pipeline.set_params(**full)
    if isinstance(pipeline["clf"].embeddings, WordVectors):
        _take_vocabulary(pipeline["seq"], pipeline["clf"].embeddings)
    if teacher is None:
        return pipeline
    return DistilledClassifier(pipeline, _make_teacher(teacher))


def _take_vocabulary(sequencer: TextSequencer, vectors: WordVectors) -> None:
    """Give the sequencer the words of the vectors, or refuse others."""
    if sequencer.vocabulary is None:
        sequencer.set_params(vocabulary=vectors.vocabulary)
    elif check_vocabulary(sequencer.vocabulary) != vectors.vocabulary:
        raise ValueError(
            "vocabulary and embeddings disagree: they give words other ids, so that "
            "words would get the vectors of others. Leave vocabulary out, and the "
            f"pipeline takes that of the {len(vectors)} words of the vectors."
        )


def _make_teacher(teacher: str | list[str] | BaseEstimator) -> BaseEstimator:
    if isinstance(teacher, str):
        return make_baseline(teacher)
    if isinstance(teacher, list):
        bags = [(name, make_baseline(name)) for name in teacher]
        return BlendedClassifier(bags, weights="equal")
    return teacher
