"""Recipes: settings of make_sentiment_pipeline, by name."""

from __future__ import annotations

import copy
from typing import Any

from skrnn._messages import did_you_mean

__all__ = ["get_recipe", "get_recipe_names"]

_CHAPTER: dict[str, Any] = {
    "max_features": 7998,
    "maxlen": 200,
    "embedding_dim": 32,
    "units": 32,
    "pooling": "last",
    "spatial_dropout": 0.4,
    "dropout": 0.4,
    "optimizer": "rmsprop",
    "batch_size": 128,
}

_FAST: dict[str, Any] = {
    "max_features": 20_000,
    "maxlen": 400,
    "cell": "lstm",
    "units": 64,
    "pooling": "mean_max",
    "embeddings": "svd",
    "embedding_dim": 100,
    "word_dropout": 0.2,
    "spatial_dropout": 0.3,
    "dropout": 0.5,
    "optimizer": "adam",
    "learning_rate": 0.003,
    "weight_averaging": 0.99,
}

_PRETRAINED: dict[str, Any] = {
    **_FAST,
    "pretrained": "reviews-en",
    "cell": "gru",
    "bidirectional": True,
    "min_df": 2,
}

_ACCURATE: dict[str, Any] = {
    "classifier": "HierarchicalAttentionClassifier",
    **{name: value for name, value in _FAST.items() if name != "pooling"},
    "maxlen": 970,  # 900 words and the zeros between sentences
    "sentence_splitter": "rules",
    "sentence_length": 30,
    "cell": "gru",
    "units": 128,
    "sentence_units": 128,
    "epochs": 7,
}

# The register of recipes: each is all that make_sentiment_pipeline is given, also the
# ``classifier`` and the ``teacher``.
_RECIPES: dict[str, dict[str, Any]] = {
    "chapter_simple": {**_CHAPTER, "cell": "simple", "epochs": 10},
    "chapter_lstm": {**_CHAPTER, "cell": "lstm", "epochs": 5},
    "chapter_gru": {**_CHAPTER, "cell": "gru", "epochs": 4},
    "chapter_bidirectional": {
        **_CHAPTER,
        "cell": "lstm",
        "bidirectional": True,
        "epochs": 4,
    },
    "chapter_stacked": {**_CHAPTER, "cell": "lstm", "units": (32, 32), "epochs": 4},
    "fast": _FAST,
    "pretrained": _PRETRAINED,
    "best": {**_PRETRAINED, "blend": ["tfidf", "nbsvm"]},
    "accurate": _ACCURATE,
    "semi_supervised": {
        **_ACCURATE,
        "maxlen": 430,  # 900 words are not measured
        "epochs": 5,
        "teacher": ["tfidf", "nbsvm"],
    },
}


def get_recipe_names() -> list[str]:
    """Get the names of the recipes.

    Returns
    -------
    names : list of str
        Sorted; valid for :func:`get_recipe` and :func:`make_sentiment_pipeline`.

    Examples
    --------
    >>> from skrnn import get_recipe_names
    >>> get_recipe_names()
    ['accurate', 'best', 'chapter_bidirectional', 'chapter_gru', 'chapter_lstm',
     'chapter_simple', 'chapter_stacked', 'fast', 'pretrained', 'semi_supervised']
    """
    return sorted(_RECIPES)


def get_recipe(name: str) -> dict[str, Any]:
    """Get the parameters of a recipe, to read, edit and pass on.

    Parameters
    ----------
    name : str
        - ``"pretrained"``: starts from the network of
          :func:`skrnn.load_pretrained` if it knows most of the words and its output is
          related to the labels; the default of :func:`skrnn.make_sentiment_pipeline`;
        - ``"best"``: the same in a :class:`skrnn.ensemble.BlendedClassifier` with two
          linear models;
        - ``"fast"``: a network trained from scratch;
        - ``"accurate"``: a :class:`skrnn.HierarchicalAttentionClassifier`, which
          encodes words, then sentences; the fit takes about seven times as long;
        - ``"semi_supervised"``: the same, with 400 words of a text, in a
          :class:`skrnn.ensemble.DistilledClassifier`, where two linear models label
          the texts without labels (``y = -1``);
        - ``"chapter_simple"``, ``"chapter_lstm"``, ``"chapter_gru"``,
          ``"chapter_bidirectional"``, ``"chapter_stacked"``: the five networks of the
          textbook chapter that the user guide reproduces, with its settings.

    Returns
    -------
    params : dict
        Parameters of :func:`make_sentiment_pipeline`, a copy:
        ``make_sentiment_pipeline(None, **get_recipe(name))`` equals
        ``make_sentiment_pipeline(name)``.

    Raises
    ------
    ValueError
        If there is no recipe of this name.

    Examples
    --------
    >>> from skrnn import get_recipe, make_sentiment_pipeline
    >>> params = get_recipe("chapter_lstm")
    >>> params["cell"], params["maxlen"]
    ('lstm', 200)
    >>> model = make_sentiment_pipeline(None, **{**params, "epochs": 2})
    """
    if name not in _RECIPES:
        raise ValueError(
            f"There is no recipe {name!r}." + did_you_mean(name, _RECIPES, "recipes")
        )
    return copy.deepcopy(_RECIPES[name])
