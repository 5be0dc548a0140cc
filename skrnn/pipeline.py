"""make_sentiment_pipeline: a Pipeline from raw strings to labels or ratings."""

from __future__ import annotations

import warnings
from typing import Any, overload

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from skrnn._messages import did_you_mean
from skrnn._signatures import list_parameters
from skrnn.baselines import make_baseline
from skrnn.embeddings import WordVectors
from skrnn.ensemble import BlendedClassifier, DistilledClassifier
from skrnn.estimators.hierarchical import HierarchicalAttentionClassifier
from skrnn.estimators.ordinal import RNNOrdinalClassifier
from skrnn.estimators.recurrent import RNNSentimentClassifier
from skrnn.estimators.regression import RNNSentimentRegressor
from skrnn.recipes import get_recipe
from skrnn.text.analysis import TEXT_RULES
from skrnn.text.sequencer import TextSequencer
from skrnn.text.vocabulary import check_vocabulary

__all__ = ["make_sentiment_pipeline"]

_ESTIMATORS: dict[str, type] = {
    cls.__name__: cls
    for cls in (
        RNNSentimentClassifier,
        RNNOrdinalClassifier,
        RNNSentimentRegressor,
        HierarchicalAttentionClassifier,
    )
}

# Parameters of make_sentiment_pipeline that are of neither step.
_OF_PIPELINE = ("classifier", "teacher", "blend")

# What a pretrained network has already: its text rules, and its architecture.
_OF_PRETRAINED = {
    *TEXT_RULES,
    "bidirectional",
    "cell",
    "dense_units",
    "embedding_dim",
    "embeddings",
    "n_embeddings",
    "periods",
    "pooling",
    "stop_words",
    "units",
    "vocabulary",
}


# The first overload is for editors, which list these parameters as you type; Python
# gets the same list from list_parameters below.
@overload
def make_sentiment_pipeline(
    recipe: str | None = ...,
    *,
    classifier: str = ...,
    teacher: Any = ...,
    blend: list[str] | None = ...,
    lowercase: bool = ...,
    strip_html: bool = ...,
    normalize: str | None = ...,
    strip_accents: Any = ...,
    preprocessor: Any = ...,
    tokenizer: Any = ...,
    stop_words: Any = ...,
    keep_negations: bool = ...,
    stemmer: Any = ...,
    max_features: int | None = ...,
    min_df: float = ...,
    max_df: float = ...,
    vocabulary: Any = ...,
    pretrained: Any = ...,
    sentence_splitter: Any = ...,
    sentence_length: int | None = ...,
    maxlen: float | str = ...,
    padding: str = ...,
    truncating: str = ...,
    n_jobs: int | None = ...,
    cell: str = ...,
    units: int | tuple[int, ...] = ...,
    bidirectional: bool = ...,
    pooling: str = ...,
    embedding_dim: int = ...,
    embeddings: Any = ...,
    embeddings_trainable: bool = ...,
    n_embeddings: int | None = ...,
    periods: tuple[int, ...] = ...,
    word_dropout: float = ...,
    spatial_dropout: float = ...,
    dropout: float = ...,
    recurrent_dropout: float = ...,
    dense_units: tuple[int, ...] = ...,
    optimizer: Any = ...,
    learning_rate: Any = ...,
    weight_averaging: float = ...,
    loss: Any = ...,
    epochs: int | str = ...,
    batch_size: int | str = ...,
    validation_split: float = ...,
    early_stopping: bool | int = ...,
    scoring: Any = ...,
    class_weight: Any = ...,
    callbacks: Any = ...,
    memory: Any = ...,
    warm_start: bool = ...,
    strategy: Any = ...,
    random_state: Any = ...,
    verbose: int = ...,
    sentence_units: int | tuple[int, ...] = ...,
    **params: Any,
) -> Any: ...
@overload
def make_sentiment_pipeline(recipe: str | None = ..., **params: Any) -> Any: ...
def make_sentiment_pipeline(recipe: str | None = "auto", **params: Any) -> Any:
    """Make a Pipeline from raw strings to labels or ratings.

    Parameters
    ----------
    recipe : str or None, default="auto"
        Name of the recipe to start from, see :func:`get_recipe`. ``"auto"`` is
        ``"pretrained"``, or ``"fast"`` if ``params`` have an architecture or text rules
        of their own (such as ``cell`` or ``stemmer``), which a pretrained network does
        not fit, or ``"accurate"`` for the HierarchicalAttentionClassifier. None starts
        from the defaults of the two estimators. All other parameters override the
        recipe.
    classifier : str
        ``"RNNSentimentClassifier"``, the default; ``"RNNOrdinalClassifier"`` or
        ``"RNNSentimentRegressor"`` for ratings; or
        ``"HierarchicalAttentionClassifier"``, which the recipes ``"accurate"`` and
        ``"semi_supervised"`` set.
    teacher : str, list of str, classifier or None
        Labels the rows with ``y = -1``: the name of a baseline (see
        :func:`skrnn.baselines.make_baseline`), a list of names, whose probabilities
        are averaged, or any classifier of texts.
    blend : list of str or None
        Names of baselines to blend with the network. Their mean counts as one model.

    Returns
    -------
    pipeline : sklearn.pipeline.Pipeline
        Unfitted, with the steps ``seq`` and ``clf``. With a ``teacher``, a
        :class:`skrnn.ensemble.DistilledClassifier` with this Pipeline as its
        ``estimator``. With ``blend``, a :class:`skrnn.ensemble.BlendedClassifier` of
        it (``network``) and the baselines (``linear``).

    Other Parameters
    ----------------
    **params : dict
        Any of these parameters with the prefix of a step (``seq__maxlen=100,
        clf__cell="gru"``), and routed parameters of the classifier
        (``optimizer__clipnorm=1.0``). ``pretrained`` is set for both steps. If
        ``embeddings`` is a :class:`WordVectors`, its vocabulary is used unless
        ``vocabulary`` is given.

    Raises
    ------
    TypeError
        If neither step has a parameter of this name.
    ValueError
        If there is no recipe, classifier or baseline of this name, or if the ids of
        ``vocabulary`` differ from those of the :class:`WordVectors`.

    Warns
    -----
    UserWarning
        If ``embeddings`` is a matrix and ``vocabulary``, which maps words to its rows,
        is missing.

    See Also
    --------
    get_recipe : The parameters of a recipe.

    Examples
    --------
    >>> from skrnn import make_sentiment_pipeline
    >>> from skrnn.datasets import make_reviews
    >>> reviews, labels = make_reviews(200, random_state=0)
    >>> model = make_sentiment_pipeline(maxlen=30, cell="gru", epochs=1, units=8)
    >>> model.fit(reviews, labels).predict(reviews[:5]).shape
    (5,)

    With 100 labeled and 100 unlabeled reviews:

    >>> taught = make_sentiment_pipeline(
    ...     maxlen=30, cell="gru", epochs=1, units=8, teacher="nbsvm"
    ... ).fit(reviews, [*labels[:100], *[-1] * 100])
    >>> taught.predict(reviews[:5]).shape
    (5,)
    """
    if recipe == "auto":
        plain = {name.removeprefix("seq__").removeprefix("clf__") for name in params}
        recipe = "fast" if plain & _OF_PRETRAINED else "pretrained"
        if params.get("classifier") == HierarchicalAttentionClassifier.__name__:
            recipe = "accurate"
    given = {**(get_recipe(recipe) if recipe is not None else {}), **params}
    teacher, blend = given.pop("teacher", None), given.pop("blend", None)
    name = given.pop("classifier", RNNSentimentClassifier.__name__)
    if name not in _ESTIMATORS:
        raise ValueError(
            f"There is no classifier {name!r}."
            + did_you_mean(name, _ESTIMATORS, "classifiers")
        )
    classifier = _ESTIMATORS[name]()
    pipeline = Pipeline([("seq", TextSequencer()), ("clf", classifier)])
    known: dict[str, list[str]] = {}
    for step, estimator in pipeline.steps:
        for name in estimator.get_params():
            known.setdefault(name, []).append(f"{step}__{name}")
    full = {}
    for name, value in given.items():
        step, separator, _ = name.partition("__")
        if separator and step in pipeline.named_steps:
            full[name] = value
        elif name in known:
            full.update(dict.fromkeys(known[name], value))
        elif separator and classifier._is_routed(name):
            full[f"clf__{name}"] = value
        else:
            raise TypeError(
                f"make_sentiment_pipeline has no parameter {name!r}."
                + did_you_mean(name, [*known, *_OF_PIPELINE])
            )
    _set_vocabulary(full)
    model: Any = pipeline.set_params(**full)
    if teacher is not None:
        model = DistilledClassifier(model, _make_teacher(teacher))
    if blend is not None:
        # The network counts as much as all baselines together.
        baselines = [(name, make_baseline(name)) for name in blend]
        linear = BlendedClassifier(baselines, weights="equal", fit_intercept=True)
        model = BlendedClassifier(
            [("network", model), ("linear", linear)], weights="equal"
        )
    return model


list_parameters(
    make_sentiment_pipeline,
    _OF_PIPELINE,
    (TextSequencer, *_ESTIMATORS.values()),
)


def _set_vocabulary(params: dict[str, Any]) -> None:
    """Set the vocabulary to that of the vectors, or check that the two agree."""
    vectors = params.get("clf__embeddings")
    vocabulary = params.get("seq__vocabulary")
    if vectors is None or isinstance(vectors, str):
        return
    if not isinstance(vectors, WordVectors):
        if vocabulary is None:
            warnings.warn(
                "embeddings is a matrix and no vocabulary is given: each fit learns "
                "its own ids, which do not match the rows of the matrix. Pass the "
                "vocabulary of the matrix (vocabulary=...), or WordVectors as "
                "embeddings.",
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
                "other words. Omit vocabulary to use that of embeddings."
            )


def _make_teacher(teacher: str | list[str] | BaseEstimator) -> BaseEstimator:
    """Return a classifier of raw strings."""
    if isinstance(teacher, str):
        return make_baseline(teacher)
    if isinstance(teacher, list):
        baselines = [(name, make_baseline(name)) for name in teacher]
        return BlendedClassifier(baselines, weights="equal")
    return teacher
