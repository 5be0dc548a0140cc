"""What scikit-learn expects of the classifiers, and routed parameters."""

from __future__ import annotations

import os
import pickle
import random
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

from skrnn import (
    HierarchicalAttentionClassifier,
    RNNSentimentClassifier,
    TextSequencer,
)
from skrnn.datasets import make_reviews
from skrnn.text.batches import cut
from tests.helpers import Failing, Rows, Sequences, make_rows, small


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


@pytest.mark.slow
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


def test_counts_are_refused_and_the_sequencer_is_named() -> None:
    counts = CountVectorizer().fit_transform(["a good film", "a bad film"])
    with pytest.raises(TypeError, match=r"sparse matrix.*replace the vectorizer"):
        small().fit(counts, [0, 1])
    pipeline = make_pipeline(CountVectorizer(), small())
    with pytest.raises(TypeError, match="TextSequencer"):
        pipeline.fit(["a good film", "a bad film"], [0, 1])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fit__batch_size", -1),
        ("fit__batch_size", 0),
        ("fit__epochs", 0),
        ("fit__epochs", 1.5),
        ("fit__epochs", "many"),
        ("fit__shuffle", "no"),
        ("fit__validation_split", 1.5),
        ("fit__verbose", "loud"),
        ("fit__callbacks", 3),
        ("predict__batch_size", -1),
        ("predict__batch_size", 2.5),
        ("predict__batch_size", "auto"),
    ],
)
def test_routed_parameters_are_checked_as_plain_ones(
    name: str, value: object, sequences: Sequences
) -> None:
    with pytest.raises(ValueError, match=f"The '{name}' parameter"):
        small(**{name: value}).fit(*sequences)
    if name.startswith("predict"):
        model = small().fit(*sequences).set_params(**{name: value})
        for method in ("predict", "predict_proba"):
            with pytest.raises(ValueError, match=f"The '{name}' parameter"):
                getattr(model, method)(sequences[0])


@pytest.mark.parametrize("size", [-3, 0])
def test_batches_of_no_rows_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="batch"):
        cut(np.arange(5), size)


def test_log_probabilities_are_logarithms(sequences: Sequences) -> None:
    model = small().fit(*sequences)
    X = sequences[0]
    expected = np.log(model.predict_proba(X))
    np.testing.assert_array_equal(model.predict_log_proba(X), expected)


def test_a_fit_argument_that_is_a_parameter_is_explained(sequences: Sequences) -> None:
    with pytest.raises(
        TypeError,
        match=r"RNNSentimentClassifier.fit\(\) got an unexpected keyword argument "
        r"'epochs'.*set_params\(epochs=...\)",
    ):
        small().fit(*sequences, epochs=2)


def test_one_row_of_a_class_names_early_stopping() -> None:
    X, y = [[1, 2], [2, 1], [1, 1], [2, 2], [3, 3]], ["a", "a", "a", "a", "b"]
    with pytest.raises(ValueError, match=r"^early_stopping=True holds out 10% .*'b'"):
        small(early_stopping=True, epochs=2).fit(X, y)
    with pytest.raises(ValueError, match=r"^validation_split=0.4 holds out 40% .*'b'"):
        small(validation_split=0.4).fit(X, y)


def test_integer_weights_of_mean_one_are_repeated_rows(sequences: Sequences) -> None:
    """What ``check_sample_weight_equivalence`` asks, with ids and whole batches.

    Keras divides the loss of a batch by its number of rows, so that repeated rows equal
    weights whose mean is one.
    """
    X, y = sequences[0][:40], sequences[1][:40]
    times = np.arange(40) % 3
    repeated, labels = np.repeat(X, times, axis=0), np.repeat(y, times)
    settings = {
        "epochs": 3,
        "batch_size": 100,
        "dropout": 0.0,
        "spatial_dropout": 0.0,
        "n_embeddings": 20,
        "optimizer": "sgd",
        "learning_rate": 0.5,
    }
    weight = times * (np.count_nonzero(times) / times.sum())
    weighted = small(**settings).fit(X, y, sample_weight=weight)
    plain = small(**settings).fit(repeated, labels)
    np.testing.assert_allclose(
        weighted.predict_proba(X), plain.predict_proba(X), atol=4e-7
    )


class OnlyUnits(RNNSentimentClassifier):
    """A subclass with a constructor of its own."""

    def __init__(self, *, units: int = 4, random_state: object = None) -> None:
        super().__init__(
            cell="simple",
            units=units,
            embedding_dim=4,
            epochs=1,
            pooling="last",
            batch_size=128,
            random_state=random_state,
        )


def test_a_subclass_with_a_shorter_constructor(sequences: Sequences) -> None:
    X, y = sequences
    model = OnlyUnits(units=5, random_state=0).fit(X, y)
    expected = small(units=5).fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(model.predict_proba(X), expected)
    assert model.get_params() == {"units": 5, "random_state": 0}
    search = GridSearchCV(clone(model), {"units": [2, 3]}, cv=2, error_score="raise")
    assert search.fit(X, y).best_params_["units"] in (2, 3)


def test_nothing_of_scikeras_wrapper_is_inherited() -> None:
    public = {name for name in dir(RNNSentimentClassifier) if not name.startswith("_")}
    assert not public & {
        "initialize",
        "initialized_",
        "scorer",
        "target_encoder",
        "feature_encoder",
        "current_epoch",
    }


@pytest.mark.parametrize("resume", ["partial_fit", "warm_start"])
def test_a_pickle_between_two_fits_continues_exactly(
    resume: str, sequences: Sequences
) -> None:
    X, y = sequences
    params = {"optimizer": "adam", "dropout": 0.3, "weight_averaging": 0.9}
    whole, parts = (small(**params, warm_start=resume == "warm_start") for _ in "ab")
    method = "partial_fit" if resume == "partial_fit" else "fit"
    for _ in range(4):
        getattr(whole, method)(X, y)
    for _ in range(4):
        parts = pickle.loads(pickle.dumps(getattr(parts, method)(X, y)))
    np.testing.assert_array_equal(parts.predict_proba(X), whole.predict_proba(X))
    assert parts.history_ == whole.history_


def test_a_pickle_to_predict_with_has_no_optimizer_state(sequences: Sequences) -> None:
    X, y = sequences
    params = {"units": 64, "optimizer": "adam"}
    predicting = len(pickle.dumps(small(**params).fit(X, y)))
    resuming = len(pickle.dumps(small(**params).partial_fit(X, y)))
    assert resuming > 2.5 * predicting  # Adam keeps two moments per weight


DTYPES = """
import keras, numpy as np
from skrnn import HierarchicalAttentionClassifier, RNNSentimentClassifier
rng = np.random.default_rng(0)
X = rng.integers(1, 20, size=(60, 8))
params = dict(units=4, embedding_dim=4, epochs=2, word_dropout=0.2, random_state=0)
models = []  # kept, so that no network is reused
def fit(setting, value):
    setting(value)
    for kind in (RNNSentimentClassifier, HierarchicalAttentionClassifier):
        models.append(kind(optimizer="adam", **params).fit(X, X[:, 0] % 2))
    return [model.predict_proba(X).tobytes() for model in models[-2:]]
expected = fit(keras.config.set_floatx, "float32")
assert fit(keras.config.set_floatx, "float64") == expected
assert keras.config.floatx() == "float64"
keras.config.set_floatx("float32")
for policy in ("mixed_float16", "mixed_bfloat16"):
    assert fit(keras.config.set_dtype_policy, policy) == expected
    assert keras.config.dtype_policy().name == policy
"""


@pytest.mark.slow
def test_networks_are_float32_under_every_dtype_policy() -> None:
    subprocess.run([sys.executable, "-c", DTYPES], check=True)


def test_another_backend_is_refused_in_one_sentence() -> None:
    code = "from skrnn import RNNSentimentClassifier"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
    )
    last = run.stderr.strip().splitlines()[-1]
    assert "skrnn needs Keras' TensorFlow backend, but 'jax' is chosen" in last


def test_a_failed_first_fit_leaves_nothing(sequences: Sequences) -> None:
    model = small(callbacks=[Failing()], batch_size=20)
    with pytest.raises(RuntimeError, match="stop here"):
        model.fit(*sequences)
    assert not hasattr(model, "model_")
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
    assert len(model.history_["loss"]) == 1


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
    """What scikit-learn's ``check_class_weight_classifiers`` asks, with integers.

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
        ([[1.5, 2.0], [1.0, 2.0]], "integers, got .*1.5.* in row 0, column 0"),
        ([[-1, 2], [1, 2]], "Negative values in data"),
        ([[np.nan, 2], [1, 2]], "NaN"),
        ([[np.inf, 2], [1, 2]], "infinity"),
        ([1, 2], "1D array"),
        ([[2**40, 1], [1, 2]], "TextSequencer"),
        ([[1, 2], [1, 2], [1, 2]], "inconsistent numbers of samples"),
        ([[1, 2], [1, 2, 3]], "equal length, got 2 ids in row 0 and 3 in row 1.*Pad"),
        (
            [[[1], [2]], [[1], [2]]],
            r"shape \(2, 2, 1\).*instead of one-hot or word",
        ),
        (np.zeros((2, 3, 4)), r"array of shape \(2, 3, 4\)"),
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
        ([[0, 1], [2, 0]], "indicator matrix of zeros and ones.*MultiOutputClassifier"),
        ([["good"], ["good", "new"]], "list of lists of labels.*MultiLabelBinarizer"),
        (["good", None], "missing labels .*None in row 1.*dropna"),
        (np.array([["good"], [None]], object), "missing labels .*None in row 1"),
        (np.array(["2026", "NaT"], ">M8[Y]"), "missing labels .*NaT.* in row 1"),
        ([1, "good"], "mixes strings with other values, such as 1"),
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
        ([0.0, 0.0], "non-zero"),
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


@pytest.mark.parametrize(
    "cls", [RNNSentimentClassifier, HierarchicalAttentionClassifier]
)
def test_sizes_follow_the_rows_by_default(cls: type) -> None:
    params = cls().get_params()
    assert (params["epochs"], params["batch_size"]) == ("auto", "auto")


@pytest.fixture(scope="module")
def rows() -> Rows:
    """Return 300 rows: by the rule, batches of 16 and 18 epochs."""
    return make_rows(300)


@pytest.mark.parametrize(
    "params",
    [
        {"epochs": "auto", "batch_size": "auto"},
        {"fit__epochs": "auto", "fit__batch_size": "auto"},
        {"fit__epochs": 18, "epochs": "auto", "batch_size": "auto"},
    ],
)
def test_auto_is_the_number_of_the_rule(params: dict, rows: Rows, tmp_path) -> None:
    expected = small(epochs=18, batch_size=16).fit(*rows).predict_proba(rows[0])
    for memory in (None, tmp_path, tmp_path):
        model = small(**params, memory=memory).fit(*rows)
        np.testing.assert_array_equal(model.predict_proba(rows[0]), expected)


def test_held_out_rows_count(rows: Rows) -> None:
    X, y = rows
    held_out = small(epochs="auto", validation_split=0.5).fit(X, y)
    assert len(held_out.history_["val_loss"]) == 18


def test_a_warm_start_adds_the_epochs_of_its_rows(rows: Rows) -> None:
    X, y = rows
    model = small(epochs="auto", warm_start=True).fit(X, y).fit(X[:16], y[:16])
    assert len(model.history_["loss"]) == 18 + 38


def test_partial_fit_is_one_epoch_in_batches_for_its_chunk(rows: Rows) -> None:
    X, y = rows
    auto = small(epochs="auto", batch_size="auto").partial_fit(X, y)
    given = small(batch_size=16).partial_fit(X, y)
    assert len(auto.history_["loss"]) == 1
    np.testing.assert_array_equal(auto.predict_proba(X), given.predict_proba(X))


def test_the_defaults_learn_the_order_of_words() -> None:
    reviews, y = make_reviews(1500, reach=1, random_state=0)
    model = make_pipeline(TextSequencer(), RNNSentimentClassifier(random_state=0))
    assert model.fit(reviews[:1000], y[:1000]).score(reviews[1000:], y[1000:]) >= 0.8
