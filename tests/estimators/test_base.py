"""Each repair of SciKeras, pinned."""

from __future__ import annotations

import random
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.utils import get_tags

from skrnn import RNNSentimentClassifier
from tests.conftest import Sequences


def small(**params) -> RNNSentimentClassifier:
    """Return a classifier that is quick to fit."""
    defaults = {"cell": "simple", "units": 4, "embedding_dim": 4, "epochs": 1}
    return RNNSentimentClassifier(**{**defaults, "random_state": 0, **params})


def test_scikit_learn_sees_a_classifier() -> None:
    assert is_classifier(small())
    tags = get_tags(small())
    assert tags.estimator_type == "classifier"
    assert tags.input_tags.categorical
    assert tags.input_tags.positive_only
    assert not tags.input_tags.sparse


def test_cross_validation_of_sorted_labels_is_stratified(sequences: Sequences) -> None:
    X, y = sequences
    order = np.argsort(y, kind="stable")
    search = GridSearchCV(small(), {"units": [3]}, cv=3, error_score="raise")
    search.fit(X[order], y[order])
    # A fold of one class only could not be fitted at all.
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_get_params_has_the_constructor_and_routed_names_only(
    sequences: Sequences,
) -> None:
    model = small(optimizer__momentum=0.1).fit(*sequences)
    names = set(model.get_params())
    assert names == {*RNNSentimentClassifier._get_param_names(), "optimizer__momentum"}
    assert "routed" not in names
    assert clone(model).get_params() == model.get_params()


def test_params_can_be_set_through_scikit_learn_names() -> None:
    model = small().set_params(units=7, optimizer__rho=0.8)
    assert (model.units, model.get_params()["optimizer__rho"]) == (7, 0.8)


@pytest.mark.parametrize("name", ["unit", "optimiser", "fit__shufle", "model__units"])
def test_a_mistyped_parameter_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match="has no parameter"):
        RNNSentimentClassifier(**{name: 1})
    with pytest.raises(ValueError, match="has no parameter"):
        small().set_params(**{name: 1})


def test_the_nearest_name_is_suggested() -> None:
    with pytest.raises(TypeError, match="Did you mean 'units'"):
        RNNSentimentClassifier(unit=3)


def test_repr_is_scikit_learns() -> None:
    assert repr(RNNSentimentClassifier(units=3)) == "RNNSentimentClassifier(units=3)"


def test_names_of_columns_are_kept(sequences: Sequences) -> None:
    import pandas as pd

    X, y = sequences
    frame = pd.DataFrame(X, columns=[f"position{i}" for i in range(X.shape[1])])
    model = small().fit(frame, y)
    assert list(model.feature_names_in_) == list(frame.columns)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename(columns={"position0": "other"}))


def test_global_generators_stay_as_they_were(sequences: Sequences) -> None:
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    tf.random.set_seed(1)
    before = (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002
    small(recurrent_dropout=0.1, validation_split=0.2).fit(*sequences)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # noqa: NPY002
    drawn = tf.random.uniform([3]).numpy()
    tf.random.set_seed(1)
    np.testing.assert_array_equal(tf.random.uniform([3]).numpy(), drawn)


def test_keras_keeps_its_own_pickling() -> None:
    code = (
        "import keras, skrnn\n"
        "skrnn.RNNSentimentClassifier\n"
        "assert not {'__reduce__', '__deepcopy__'} & set(vars(keras.Model))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_class_weight_leaves_the_callers_weights_alone(sequences: Sequences) -> None:
    X, y = sequences
    weight = np.ones(len(y))
    small(class_weight={0: 3.0, 1: 1.0}).fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(weight, 1.0)


def test_proba_of_one_row_has_two_dimensions(sequences: Sequences) -> None:
    X, y = sequences
    model = small().fit(X, y)
    assert model.predict_proba(X[:1]).shape == (1, 2)
    assert model.predict(X[:1]).shape == (1,)


class Failing(keras.callbacks.Callback):
    """Fails in the second batch, when weights have changed already."""

    def on_train_batch_end(self, batch, logs=None) -> None:
        if batch == 1:
            raise RuntimeError("stop here")


def test_a_failed_first_fit_leaves_nothing(sequences: Sequences) -> None:
    model = small(callbacks=[Failing()], batch_size=20)
    with pytest.raises(RuntimeError, match="stop here"):
        model.fit(*sequences)
    assert not model.initialized_
    assert not [name for name in vars(model) if name.endswith("_")]


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_a_failed_refit_leaves_the_last_fit(method: str, sequences: Sequences) -> None:
    X, y = sequences
    model = small(batch_size=20).fit(X, y)
    before, history = model.predict_proba(X), model.history_
    model.set_params(callbacks=[Failing()])
    with pytest.raises(RuntimeError, match="stop here"):
        getattr(model, method)(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert model.history_ == history
    assert model.current_epoch == 1


def test_bad_input_leaves_the_last_fit(sequences: Sequences) -> None:
    X, y = sequences
    model = small().fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="1 class"):
        model.fit(X, np.zeros(len(X)))
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert model.classes_.tolist() == [0, 1]


def test_scorers_ensembles_and_displays_work(sequences: Sequences) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    X, y = sequences
    model = small()
    assert np.isfinite(cross_val_score(model, X, y, scoring="roc_auc", cv=2)).all()
    voting = VotingClassifier(
        [("rnn", model), ("nb", MultinomialNB())], voting="soft"
    ).fit(X, y)
    assert voting.predict_proba(X).shape == (len(X), 2)
    calibrated = CalibratedClassifierCV(model, cv=2).fit(X, y)
    np.testing.assert_allclose(calibrated.predict_proba(X).sum(axis=1), 1.0)
    fitted = model.fit(X, y)
    assert RocCurveDisplay.from_estimator(fitted, X, y).roc_auc is not None
    shown = ConfusionMatrixDisplay.from_estimator(fitted, X, y)
    assert shown.confusion_matrix.sum() == len(y)
    mpl.pyplot.close("all")


def test_class_weights_weigh() -> None:
    """What scikit-learn's ``check_class_weight_classifiers`` asks, with whole numbers.

    Two classes that cannot be told apart: all is predicted as the one that weighs.
    """
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 30, size=(100, 2)), np.arange(100) % 2
    model = small(class_weight={0: 1000, 1: 0.0001}, epochs=20, learning_rate=0.01)
    assert np.mean(model.fit(X, y).predict(X) == 0) > 0.87


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([["good", "film"], ["bad", "film"]], "got text.*TextSequencer"),
        (["good film", "bad film"], "got text.*TextSequencer"),
        ([[1.5, 2.0], [1.0, 2.0]], "whole numbers, got .*1.5.* in row 0, column 0"),
        ([[-1, 2], [1, 2]], "Negative values in data"),
        ([[np.nan, 2], [1, 2]], "NaN"),
        ([[np.inf, 2], [1, 2]], "infinity"),
        ([1, 2], "1D array"),
        ([[2**40, 1], [1, 2]], "TextSequencer"),
        ([[1, 2], [1, 2], [1, 2]], "inconsistent numbers of samples"),
    ],
)
def test_bad_ids_are_refused(X, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small().fit(X, [0, 1])


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 0], "at least 2 classes, got 1 class"),
        ([0.5, 1.5], "Unknown label type"),
        ([0, np.nan], "NaN"),
        ([[0, 1], [1, 0]], "1d array"),
        (None, "requires y"),
        ([0, 1, 1], "inconsistent numbers of samples"),
    ],
)
def test_bad_labels_are_refused(y, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small().fit([[1, 2], [2, 1]], y)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0], "inconsistent|shape"),
        ([1.0, -1.0], "Negative|class"),
        ([0.0, 0.0], "class"),
        ([1.0, 0.0], "class"),
        ([np.nan, 1.0], "NaN"),
    ],
)
def test_bad_weights_are_refused(weight: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small().fit([[1, 2], [2, 1]], [0, 1], sample_weight=weight)


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "u8", "f2", "f4", "?"])
def test_ids_of_every_type(dtype: str) -> None:
    X, y = np.array([[1, 0], [0, 1], [1, 1]]), [0, 1, 1]
    model = small().fit(X, y)
    found = model.predict_proba(X.astype(dtype))
    np.testing.assert_array_equal(found, model.predict_proba(X))


def test_large_ids_of_every_type_are_out_of_vocabulary() -> None:
    model = small().fit([[1, 2], [2, 1]], [0, 1])
    expected = model.predict_proba([[1, 2]])
    for large in (2**31 - 1, 2**31, 2.0**31, 1e30, np.float32(3e9), np.uint64(2**63)):
        found = model.predict_proba(np.array([[large, 2]]))
        np.testing.assert_array_equal(found, expected)
    single = np.array([[3e9, 2]], dtype=np.float32)
    np.testing.assert_array_equal(model.predict_proba(single), expected)
