"""The parameter ``loss``, by name and as an instance."""

from __future__ import annotations

import pickle

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skrnn import HierarchicalAttentionClassifier, RNNSentimentClassifier
from tests.helpers import Sequences, small


def three_labels(X: np.ndarray) -> np.ndarray:
    return np.array(["a", "b", "c"])[np.arange(len(X)) % 3]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_crossentropy_is_keras_crossentropy(
    n_classes: int, sequences: Sequences
) -> None:
    X, y = sequences
    name, label = "binary_crossentropy", y
    if n_classes == 3:
        name, label = "sparse_categorical_crossentropy", three_labels(X)
    default, named = (small(**params).fit(X, label) for params in ({}, {"loss": name}))
    np.testing.assert_array_equal(default.predict_proba(X), named.predict_proba(X))


@pytest.mark.parametrize(
    "loss",
    ["categorical_focal_crossentropy", keras.losses.CategoricalHinge()],
    ids=["name", "instance"],
)
def test_a_loss_changes_the_fit_and_its_history(loss, sequences: Sequences) -> None:
    X, _ = sequences
    y = three_labels(X)
    params = {"validation_split": 0.2, "epochs": 2}
    plain, other = small(**params).fit(X, y), small(loss=loss, **params).fit(X, y)
    for key in ("loss", "val_loss"):
        assert plain.history_[key] != other.history_[key]


def test_a_grid_of_losses(sequences: Sequences) -> None:
    X, y = sequences
    losses = [
        "crossentropy",
        "binary_focal_crossentropy",
        keras.losses.BinaryCrossentropy(label_smoothing=0.1),
    ]
    search = GridSearchCV(small(), {"loss": losses}, cv=2, error_score="raise")
    search.fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_clones_and_pickles_keep_the_loss(sequences: Sequences) -> None:
    X, y = sequences
    loss = keras.losses.BinaryFocalCrossentropy(gamma=1.0)
    model = small(loss=loss, warm_start=True)
    assert model.get_params()["loss"] is loss
    copied = clone(model)
    assert copied.loss.get_config() == loss.get_config()
    model.fit(X, y)
    copied = pickle.loads(pickle.dumps(copied.fit(X, y)))
    np.testing.assert_array_equal(
        model.fit(X, y).predict_proba(X), copied.fit(X, y).predict_proba(X)
    )


def test_memory_tells_losses_apart(sequences: Sequences, tmp_path) -> None:
    X, y = sequences
    losses = [
        keras.losses.BinaryCrossentropy(label_smoothing=smoothing)
        for smoothing in (0.0, 0.3)
    ]
    kept = [small(loss=loss, memory=tmp_path).fit(X, y) for loss in losses]
    assert kept[0].history_ != kept[1].history_
    n_files = len([*tmp_path.rglob("*")])
    small(loss=clone(losses[1], safe=False), memory=tmp_path).fit(X, y)
    assert len([*tmp_path.rglob("*")]) == n_files


def test_a_loss_of_two_classes_names_the_fitting_one(sequences: Sequences) -> None:
    X, _ = sequences
    with pytest.raises(ValueError, match="these do: 'crossentropy', 'categ"):
        small(loss="binary_crossentropy").fit(X, three_labels(X))
    with pytest.raises(ValueError, match="'loss' parameter"):
        small(loss="focal").fit(X, three_labels(X))


@pytest.mark.parametrize(
    "cls", [RNNSentimentClassifier, HierarchicalAttentionClassifier]
)
@pytest.mark.parametrize(
    ("name", "replacement"),
    [
        ("clipnorm", r"Use optimizer__clipnorm=\.\.\."),
        ("label_smoothing", r"Use loss=keras\.losses\.BinaryCrossentropy"),
    ],
)
def test_a_removed_parameter_names_what_replaces_it(cls, name, replacement) -> None:
    with pytest.raises(TypeError, match=replacement):
        cls(**{name: 0.1})
    with pytest.raises(TypeError, match=replacement):
        cls().set_params(**{name: 0.1})
