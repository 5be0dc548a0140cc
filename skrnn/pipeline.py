"""A ready pipeline for people in a hurry."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline

from skrnn._sklearn import did_you_mean
from skrnn.classifiers.hierarchical import HierarchicalAttentionClassifier
from skrnn.classifiers.recurrent import RNNSentimentClassifier
from skrnn.recipes import get_recipe
from skrnn.text.sequencer import TextSequencer

__all__ = ["make_sentiment_pipeline"]

_OTHER_CLASSIFIERS = {"hierarchical": HierarchicalAttentionClassifier}


def make_sentiment_pipeline(recipe: str | None = "fast", **params: Any) -> Pipeline:
    """Make a Pipeline from raw strings to labels.

    Parameters
    ----------
    recipe : str or None, default="fast"
        Name of the settings to start from, see :func:`get_recipe`. None starts from
        the defaults of the two estimators.
    **params : dict
        What shall be otherwise:
        Parameters of :class:`TextSequencer` and :class:`RNNSentimentClassifier`, by
        their plain names (``maxlen=100, cell="gru"``) or as the Pipeline names them
        (``seq__maxlen=100, clf__cell="gru"``). The two estimators share no name. With
        ``recipe="hierarchical"`` the classifier is a
        :class:`HierarchicalAttentionClassifier`.

    Returns
    -------
    pipeline : sklearn.pipeline.Pipeline
        The steps ``seq`` and ``clf``, not fitted.

    Raises
    ------
    TypeError
        If neither step has such a parameter; the message names the nearest one.
    ValueError
        If there is no such recipe.

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
    """
    classifier = _OTHER_CLASSIFIERS.get(recipe or "", RNNSentimentClassifier)()
    pipeline = Pipeline([("seq", TextSequencer()), ("clf", classifier)])
    known = {
        name: f"{step}__{name}"
        for step, estimator in pipeline.steps
        for name in estimator.get_params()
    }
    full = {}
    given = get_recipe(recipe) if recipe is not None else {}
    for name, value in {**given, **params}.items():
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
                + did_you_mean(name, list(known))
            )
    return pipeline.set_params(**full)
