"""Small estimators and data that several test modules share."""

from __future__ import annotations

from functools import cache
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline, make_pipeline

from skrnn import (
    HierarchicalAttentionClassifier,
    RNNOrdinalClassifier,
    RNNSentimentClassifier,
    RNNSentimentRegressor,
    TextSequencer,
    make_sentiment_pipeline,
)
from skrnn.datasets import make_reviews
from skrnn.networks.spec import NetworkSpec

Rows = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
Sequences = tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]

_SMALL: dict[str, Any] = {
    "cell": "simple",
    "pooling": "last",
    "units": 4,
    "embedding_dim": 4,
    "epochs": 1,
    "batch_size": 16,
    "random_state": 0,
}


def make_rows(n_rows: int = 40) -> Rows:
    """Return rows of five ids; the class is the parity of the first."""
    X = np.random.default_rng(0).integers(1, 12, size=(n_rows, 5))
    return X, X[:, 0] % 2


def small_classifier(**params: Any) -> RNNSentimentClassifier:
    """Return a classifier of ids that fits in a fraction of a second."""
    return RNNSentimentClassifier(**{**_SMALL, **params})


def small_pipeline(**params: Any) -> Pipeline:
    """Return a pipeline from raw strings that fits in a fraction of a second."""
    return make_sentiment_pipeline(None, **{**_SMALL, "maxlen": 12, **params})


def small(**params) -> RNNSentimentClassifier:
    """Return a classifier that is quick to fit."""
    defaults = {
        "cell": "simple",
        "units": 4,
        "pooling": "last",
        "embedding_dim": 4,
        "epochs": 1,
        "batch_size": 128,
        "random_state": 0,
    }
    return RNNSentimentClassifier(**{**defaults, **params})


class Failing(keras.callbacks.Callback):
    """Fails in the second batch, when weights have changed already."""

    def on_train_batch_end(self, batch, logs=None) -> None:
        if batch == 1:
            raise RuntimeError("stop here")


def small_hierarchical(**params) -> HierarchicalAttentionClassifier:
    """Return a hierarchical classifier that is quick to fit."""
    defaults = {"cell": "simple", "units": 4, "sentence_units": 4, "embedding_dim": 4}
    return HierarchicalAttentionClassifier(
        **{**defaults, "epochs": 1, "batch_size": 128, "random_state": 0, **params}
    )


# -- networks

SPEC = NetworkSpec(
    n_embeddings=8000,
    head="binary",
    n_outputs=1,
    cell="lstm",
    units=(32,),
    bidirectional=False,
    pooling="last",
    embedding_dim=32,
    embeddings_trainable=True,
    word_dropout=0.0,
    spatial_dropout=0.4,
    dropout=0.4,
    recurrent_dropout=0.0,
    dense_units=(),
)


KERNEL_OPERATION = "PyFuncStateless"  # of the compiled kernels in a graph


def operations(graph) -> set[str]:
    """Return the types of all operations, those inside loops included."""
    definition = graph.as_graph_def()
    nodes = list(definition.node)
    for function in definition.library.function:
        nodes += function.node_def
    return {node.op for node in nodes}


def traced_operations(layer: keras.layers.Layer, training: bool) -> set[str]:
    """Return the types of the operations that a layer is traced to."""
    function = tf.function(lambda x: layer(x, training=training), autograph=False)
    signature = tf.TensorSpec([None, None, 3], tf.float32)
    return operations(function.get_concrete_function(signature).graph)


# -- scikit-learn's checks: why some must fail

# The check feeds fractions in spite of the tag input_tags.categorical. With ids and
# weights of mean one, weights equal repeated rows:
# tests/estimators/test_base.py::test_integer_weights_of_mean_one_are_repeated_rows.
_SAMPLE_WEIGHT = "the check feeds fractions in spite of the tag input_tags.categorical"
# The check does not read the tags and feeds negative fractions, which are not ids; for
# integers it is tests/estimators/test_base.py::test_class_weights_weigh.
_FRACTIONS = "the check feeds fractions in spite of the tag input_tags.categorical"
_NEGATIVE = "the check feeds negative numbers in spite of the tag positive_only"

_OF_NETWORKS = {
    "check_sample_weight_equivalence_on_dense_data": _SAMPLE_WEIGHT,
    "check_class_weight_classifiers": _FRACTIONS,
}

# A row and its repetition fall on both sides of the split.
_OF_A_SPLIT = "sample_weight does not change which rows are held out"

_MINUS_ONE = "the check has a class -1, which stands for no label"
_EXPECTED_FAILURES = {
    "BlendedClassifier": {
        "check_sample_weight_equivalence_on_dense_data": _OF_A_SPLIT,
        "check_sample_weight_equivalence_on_sparse_data": _OF_A_SPLIT,
    },
    "DistilledClassifier": {"check_classifiers_classes": _MINUS_ONE},
    "NBSVMClassifier": {"check_decision_proba_consistency": _NEGATIVE},
    "RNNOrdinalClassifier": {
        **_OF_NETWORKS,
        "check_classifiers_train": (
            "predict gives the median class, not the most probable one"
        ),
    },
    "RNNSentimentClassifier": _OF_NETWORKS,
    "RNNSentimentRegressor": {
        "check_sample_weight_equivalence_on_dense_data": _SAMPLE_WEIGHT
    },
    "HierarchicalAttentionClassifier": _OF_NETWORKS,
}


def expected_failures(estimator: BaseEstimator) -> dict[str, str]:
    if getattr(estimator, "weights", None) == "equal":  # nothing is held out
        return {}
    return _EXPECTED_FAILURES.get(type(estimator).__name__, {})


# -- fitted pipelines

REVIEWS, LABELS = make_reviews(60, random_state=0)


ODD = [
    *REVIEWS[:9],
    "",
    "zzz unheard of",
    "film " * 80,
    "Good. " * 9,
    "  ... !? One word",
    "ünïcode 👍🏽 \ud800 \x00 it's",
]


def fit_small(
    labels: Any = LABELS, *, sentences: bool = False, **params: Any
) -> Pipeline:
    """Return a small fitted pipeline, of the hierarchical network on request."""
    small = {
        "maxlen": 14,
        "embedding_dim": 4,
        "units": 3,
        "epochs": 1,
        "batch_size": 128,
        "max_features": 30,
        "learning_rate": 0.05,
        "random_state": 0,
    }
    recipe = "accurate" if sentences else None
    pipeline = make_sentiment_pipeline(recipe, **{**small, **params})
    return pipeline.fit(REVIEWS, labels)


# -- pretrained pipelines

PRAISE, RANT = ["a good film", "so good"] * 20, ["a bad film", "so bad"] * 20
KNOWN = {"cell": "gru", "units": 3, "pooling": "max", "embedding_dim": 4}


def fit_pretrained(**params: Any) -> Pipeline:
    """Return a small fitted pipeline that knows "good" from "bad"."""
    defaults = {"maxlen": 5, "epochs": 8, "batch_size": 8, "learning_rate": 0.05}
    pipeline = make_sentiment_pipeline(
        None, **{**defaults, **KNOWN, "random_state": 0, **params}
    )
    labels = ["neg"] * len(RANT) + ["pos"] * len(PRAISE)
    return pipeline.fit(RANT + PRAISE, labels)


def start_from(pretrained: Any, **params: Any) -> Pipeline:
    """Return a pipeline of the same architecture that starts from a pretrained one."""
    defaults = {"maxlen": 5, "epochs": 1, "learning_rate": 1e-6, "random_state": 0}
    given = {"seq__pretrained": pretrained, "clf__pretrained": pretrained}
    return make_sentiment_pipeline(None, **{**defaults, **KNOWN, **given, **params})


# -- every kind of target

KINDS = ("ratings", "stars", "labels", "labels by sentences")
STARS = np.array(
    [1 + 3 * y + len(text) % 2 for text, y in zip(REVIEWS, LABELS, strict=True)]
)
TOPICS = ("cable", "lamp", "great")  # words: a review has the label if it has the word
INDICATORS = np.array([[int(word in text) for word in TOPICS] for text in REVIEWS])


def targets_of(kind: str) -> npt.NDArray[Any]:
    """Return the targets of REVIEWS for a kind of target."""
    of_kind = {"ratings": STARS / 2, "stars": STARS}
    return of_kind.get(kind, INDICATORS)


def make_kind(kind: str, **params: Any) -> Pipeline:
    """Return a small pipeline for a kind of target."""
    classifier = {
        "ratings": RNNSentimentRegressor,
        "stars": RNNOrdinalClassifier,
        "labels": RNNSentimentClassifier,
        "labels by sentences": HierarchicalAttentionClassifier,
    }[kind]
    small = {"cell": "gru", "units": 3, "embedding_dim": 4, "epochs": 2}
    params = {**small, "batch_size": 16, "learning_rate": 0.02, **params}
    sequencer = TextSequencer(maxlen=14, max_features=40)
    return make_pipeline(sequencer, classifier(random_state=0, **params))


@cache
def fitted_kind(kind: str) -> Pipeline:
    """Return a fitted pipeline for a kind of target, which tests must not change."""
    return make_kind(kind).fit(REVIEWS, targets_of(kind))


TOPIC_TEXTS = ["it works", "a lamp", "a lamp and a cable", "a great lamp, a cable"]


@cache
def fit_topics() -> Pipeline:
    """Return a pipeline that finds none to three of TOPICS in TOPIC_TEXTS."""
    y = np.array([[int(word in text) for word in TOPICS] for text in TOPIC_TEXTS])
    learned = {"dropout": 0.0, "spatial_dropout": 0.0, "pooling": "max", "units": 8}
    model = make_kind("labels", **learned, epochs=30, learning_rate=0.05)
    return model.fit(TOPIC_TEXTS * 8, np.tile(y, (8, 1)))


def assert_predicts(model: Any, expected: dict[str, Any]) -> None:
    """Check the predictions of a loaded or served model against a golden file's."""
    if "proba" in expected:
        assert model.classes_.tolist() == expected["classes"]
        found, noted = model.predict_proba(expected["texts"]), expected["proba"]
    else:
        found, noted = model.predict(expected["texts"]), expected["predictions"]
    np.testing.assert_allclose(found, noted, atol=1e-5)
