"""What SciKeras documents for a classifier, said of ours.

Its manual ("Advanced usage", "Basic usage", "Meta estimators") and its own test suite
are where these promises come from; what has no meaning here (``model=``, ``loss=``,
``metrics=``: the parameters of the estimator say them) is left out.
"""

from __future__ import annotations

import copy
import inspect
import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import cloudpickle
import joblib
import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.metrics import accuracy_score
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    cross_validate,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.utils.class_weight import compute_sample_weight

from skrnn import HierarchicalAttentionClassifier, RNNSentimentClassifier
from tests.helpers import Rows, make_rows
from tests.helpers import small_classifier as small

pytestmark = pytest.mark.slow

X, Y = make_rows()
EarlyStopping = keras.callbacks.EarlyStopping


@pytest.fixture(scope="module")
def rows() -> Rows:
    return X, Y


def n_epochs(model: RNNSentimentClassifier) -> int:
    return len(model.history_["loss"])


class Recorder(keras.callbacks.Callback):
    """Counts the steps of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: dict[int, int] = {}

    def on_epoch_begin(self, epoch, logs=None) -> None:
        self.epoch = epoch
        self.steps[epoch] = 0

    def on_train_batch_end(self, batch, logs=None) -> None:
        self.steps[self.epoch] += 1


# -- Routed parameters: the optimizer


@pytest.mark.parametrize("optimizer", ["sgd", "SGD", keras.optimizers.SGD])
def test_routed_parameters_make_the_optimizer(optimizer: Any, rows: Rows) -> None:
    model = small(
        optimizer=optimizer,
        optimizer__learning_rate=0.25,
        optimizer__momentum=0.5,
        optimizer__nesterov=True,
    ).fit(*rows)
    config = model.model_.optimizer.get_config()
    assert type(model.model_.optimizer) is keras.optimizers.SGD
    assert (config["learning_rate"], config["momentum"]) == (0.25, 0.5)
    assert config["nesterov"]


def test_a_routed_learning_rate_goes_before_the_plain_one(rows: Rows) -> None:
    model = small(learning_rate=0.5, optimizer__learning_rate=0.25).fit(*rows)
    assert model.model_.optimizer.get_config()["learning_rate"] == 0.25


def test_an_object_is_what_its_class_with_routed_parameters_is(rows: Rows) -> None:
    made = small(optimizer=keras.optimizers.Adam, optimizer__learning_rate=0.25)
    given = small(optimizer=keras.optimizers.Adam(0.25))
    np.testing.assert_array_equal(
        made.fit(*rows).predict_proba(X), given.fit(*rows).predict_proba(X)
    )


def test_the_callers_optimizer_is_never_built(rows: Rows) -> None:
    optimizer = keras.optimizers.Adam(0.25)
    model = small(optimizer=optimizer).fit(*rows)
    assert not optimizer.built
    assert model.optimizer is optimizer


def test_routed_parameters_may_be_classes_with_parameters_of_their_own(
    rows: Rows,
) -> None:
    schedule = keras.optimizers.schedules.ExponentialDecay
    model = small(
        optimizer="sgd",
        optimizer__learning_rate=schedule,
        optimizer__learning_rate__initial_learning_rate=0.5,
        optimizer__learning_rate__decay_steps=1,
        optimizer__learning_rate__decay_rate=0.5,
        epochs=2,
    ).fit(*rows)
    steps = 2 * 3
    assert float(model.model_.optimizer.learning_rate) == 0.5 * 0.5**steps


def test_an_optimizer_object_takes_no_routed_parameters(rows: Rows) -> None:
    model = small(optimizer=keras.optimizers.SGD(), optimizer__momentum=0.5)
    with pytest.raises(TypeError, match="not a class"):
        model.fit(*rows)


@pytest.mark.parametrize(
    "optimizer", [keras.optimizers.serialize(keras.optimizers.SGD()), 3, ["sgd"]]
)
def test_other_things_are_no_optimizers(optimizer: Any, rows: Rows) -> None:
    with pytest.raises(ValueError, match="'optimizer' parameter"):
        small(optimizer=optimizer).fit(*rows)


def test_an_unknown_optimizer_is_named(rows: Rows) -> None:
    with pytest.raises(ValueError, match="'sgf' is not known to Keras"):
        small(optimizer="sgf").fit(*rows)


def test_an_unknown_parameter_of_the_optimizer_is_named(rows: Rows) -> None:
    with pytest.raises((TypeError, ValueError), match="momentun"):
        small(optimizer="sgd", optimizer__momentun=0.5).fit(*rows)


# -- Routed parameters: fit and predict


def test_routed_arguments_of_fit_go_before_the_plain_ones(rows: Rows) -> None:
    recorder = Recorder()
    model = small(
        epochs=1,
        batch_size=40,
        fit__epochs=2,
        fit__batch_size=10,
        fit__validation_split=0.25,
        callbacks=recorder,
    ).fit(*rows)
    # 30 of the 40 rows are left to learn from: three steps of ten.
    assert recorder.steps == {0: 3, 1: 3}
    assert len(model.history_["val_loss"]) == 2
    assert (model.epochs, model.batch_size) == (1, 40)


@pytest.mark.parametrize(
    ("routed", "plain"),
    [
        ({"fit__epochs": 2}, {"epochs": 2}),
        ({"fit__batch_size": 7}, {"batch_size": 7}),
        ({"fit__validation_split": 0.25}, {"validation_split": 0.25}),
    ],
)
def test_routed_and_plain_are_the_same_fit(
    routed: dict, plain: dict, rows: Rows
) -> None:
    one, other = small(**routed).fit(*rows), small(**plain).fit(*rows)
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))
    assert one.history_ == other.history_


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_the_batch_size_of_predict_changes_no_answer(batch_size, rows: Rows) -> None:
    model = small().fit(*rows)
    expected = model.predict_proba(X)
    model.set_params(predict__batch_size=batch_size)
    np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fit__batch_size", -1),
        ("fit__batch_size", 0),
        ("fit__batch_size", 2.5),
        ("fit__epochs", 0),
        ("fit__epochs", -1),
        ("fit__shuffle", "no"),
        ("fit__validation_split", 1.5),
        ("fit__verbose", "loud"),
        ("predict__batch_size", 0),
        ("predict__batch_size", -1),
    ],
)
def test_routed_values_are_checked_as_plain_ones(name, value, rows: Rows) -> None:
    with pytest.raises(ValueError, match=rf"'{name}' parameter.*{value!r}"):
        small(**{name: value}).fit(*rows)


@pytest.mark.parametrize("value", [0, -1, 2.5, "all"])
def test_a_bad_batch_size_of_predict_gives_no_probabilities(value, rows: Rows) -> None:
    model = small().fit(*rows).set_params(predict__batch_size=value)
    with pytest.raises(ValueError, match=rf"'predict__batch_size' .*{value!r}"):
        model.predict_proba(X)


@pytest.mark.parametrize("name", ["model__units", "loss__x", "fit__x", "predict__x"])
def test_routes_that_lead_nowhere_are_refused(name: str) -> None:
    with pytest.raises(TypeError, match=f"has no parameter '{name}'"):
        small(**{name: 1})
    with pytest.raises(ValueError, match=f"has no parameter '{name}'"):
        small().set_params(**{name: 1})


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_keyword_arguments_of_keras_fit_belong_to_the_constructor(method: str) -> None:
    with pytest.raises(TypeError, match=r"RNNSentimentClassifier.*epochs"):
        getattr(small(), method)(X, Y, epochs=2)


# -- Parameters as scikit-learn sees them


ROUTED = {
    "optimizer": "adam",
    "optimizer__beta_1": 0.8,
    "callbacks": {"stop": EarlyStopping},
    "callbacks__stop__patience": 1,
    "callbacks__stop__monitor": "loss",
    "fit__batch_size": 8,
    "predict__batch_size": 32,
}


def test_routed_parameters_are_parameters() -> None:
    model = small(**ROUTED)
    assert {name: model.get_params()[name] for name in ROUTED} == ROUTED
    assert clone(model).get_params() == model.get_params()
    assert small().set_params(**ROUTED).get_params() == model.get_params()


def test_they_stay_so_when_it_is_fitted_and_copied(rows: Rows) -> None:
    model = small(**ROUTED).fit(*rows)
    copied = pickle.loads(pickle.dumps(model))
    assert {name: copied.get_params()[name] for name in ROUTED} == ROUTED
    assert clone(model).get_params() == small(**ROUTED).get_params()


def test_nothing_public_is_left_of_scikeras_that_our_fit_does_not_keep() -> None:
    """``initialize``, ``scorer``, ``feature_encoder`` ...: gone, or ours."""
    for kind in (RNNSentimentClassifier, HierarchicalAttentionClassifier):
        inherited = {
            name
            for parent in kind.__mro__
            if parent.__module__.startswith("scikeras")
            for name in vars(parent)
            if not name.startswith("_") and getattr(kind, name) is not None
        }
        ours = {
            name
            for parent in kind.__mro__
            if not parent.__module__.startswith("scikeras")
            for name in vars(parent)
        }
        assert inherited - ours == set()


# -- Callbacks in every syntax

STOP = {"monitor": "val_accuracy", "min_delta": 1.0}

SYNTAXES = {
    "object": {"callbacks": lambda: EarlyStopping(**STOP)},
    "list of objects": {"callbacks": lambda: [EarlyStopping(**STOP)]},
    "tuple of objects": {"callbacks": lambda: (EarlyStopping(**STOP),)},
    "list of lists": {"callbacks": lambda: [[EarlyStopping(**STOP)]]},
    "dict of objects": {"callbacks": lambda: {"es": EarlyStopping(**STOP)}},
    "dict of lists": {"callbacks": lambda: {"es": [EarlyStopping(**STOP)]}},
    "class": {
        "callbacks": EarlyStopping,
        "callbacks__monitor": "val_accuracy",
        "callbacks__min_delta": 1.0,
    },
    "list of classes": {
        "callbacks": [EarlyStopping],
        "callbacks__0__monitor": "val_accuracy",
        "callbacks__0__min_delta": 1.0,
    },
    "tuple of classes": {
        "callbacks": (EarlyStopping,),
        "callbacks__0__monitor": "val_accuracy",
        "callbacks__0__min_delta": 1.0,
    },
    "dict of classes": {
        "callbacks": {"es": EarlyStopping},
        "callbacks__es__monitor": "val_accuracy",
        "callbacks__es__min_delta": 1.0,
    },
    "for all and for one": {
        "callbacks": {"es": EarlyStopping, "other": EarlyStopping},
        "callbacks__monitor": "val_accuracy",
        "callbacks__es__min_delta": 1.0,
    },
    "of fit": {
        "fit__callbacks": EarlyStopping,
        "fit__callbacks__monitor": "val_accuracy",
        "fit__callbacks__min_delta": 1.0,
    },
}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_callbacks_in_every_syntax(syntax: str, rows: Rows) -> None:
    """No accuracy rises by one, so the second epoch is the last."""
    given = SYNTAXES[syntax]
    params = {name: v() if inspect.isfunction(v) else v for name, v in given.items()}
    model = small(epochs=5, validation_split=0.2, **params).fit(*rows)
    assert n_epochs(model) == 2


@pytest.mark.parametrize("monitor", ["accuracy", "val_accuracy", "loss", "val_loss"])
def test_the_direction_follows_from_what_is_monitored(monitor, rows: Rows) -> None:
    stop = EarlyStopping(monitor, min_delta=100.0)
    assert (
        n_epochs(small(epochs=5, validation_split=0.2, callbacks=stop).fit(*rows)) == 2
    )


def test_a_better_accuracy_is_a_higher_one(tmp_path: Path, rows: Rows) -> None:
    """The kept weights are those of the epoch with the highest accuracy."""
    path = tmp_path / "best.weights.h5"
    best = keras.callbacks.ModelCheckpoint(
        path, monitor="val_accuracy", save_best_only=True, save_weights_only=True
    )
    params = {"validation_split": 0.5, "learning_rate": 0.3, "batch_size": 5}
    model = small(epochs=6, callbacks=best, **params).fit(*rows)
    scores = model.history_["val_accuracy"]
    assert min(scores) < max(scores)
    until = small(epochs=int(np.argmax(scores)) + 1, **params).fit(*rows)
    model.model_.load_weights(path)
    for one, other in zip(
        model.model_.get_weights(), until.model_.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_the_learning_rate_falls_when_the_accuracy_does_not_rise(rows: Rows) -> None:
    model = small(
        epochs=3,
        optimizer="sgd",
        learning_rate=0.5,
        callbacks=keras.callbacks.ReduceLROnPlateau,
        callbacks__monitor="accuracy",
        callbacks__min_delta=1.0,
        callbacks__patience=1,
        callbacks__factor=0.5,
    ).fit(*rows)
    assert model.history_["learning_rate"] == [0.5, 0.5, 0.25]
    assert float(model.model_.optimizer.learning_rate) == 0.125


@pytest.mark.parametrize("mode", ["auto", "max", "min"])
def test_a_mode_that_is_given_counts(mode: str, rows: Rows) -> None:
    stop = EarlyStopping("accuracy", min_delta=1.0, mode=mode)
    assert n_epochs(small(epochs=4, callbacks=stop).fit(*rows)) == 2


def test_callbacks_of_both_names_are_called(rows: Rows) -> None:
    one, other = Recorder(), Recorder()
    small(callbacks=one, fit__callbacks=[other]).fit(*rows)
    assert one.steps == other.steps == {0: 3}


class Positional(keras.callbacks.Callback):
    """Keeps what it is made with."""

    made: ClassVar[list[tuple]] = []

    def __init__(self, *args, **kwargs) -> None:
        super().__init__()
        self.made.append((args, kwargs))


def test_digits_are_positional_arguments(rows: Rows) -> None:
    Positional.made.clear()
    small(
        callbacks={"both": Positional, "none": Positional},
        callbacks__both__1="second",
        callbacks__both__0="first",
        callbacks__both__name=None,
    ).fit(*rows)
    assert Positional.made == [(("first", "second"), {"name": None}), ((), {})]


class Halving:
    """A schedule that is made of routed parameters, too."""

    def __init__(self, after: int, factor: float = 0.5) -> None:
        self.after, self.factor = after, factor

    def __call__(self, epoch: int, rate: float) -> float:
        return rate if epoch < self.after else rate * self.factor


def test_a_positional_argument_may_be_a_class(rows: Rows) -> None:
    model = small(
        epochs=3,
        optimizer="sgd",
        learning_rate=0.5,
        callbacks=keras.callbacks.LearningRateScheduler,
        callbacks__0=Halving,
        callbacks__0__after=1,
        callbacks__0__factor=0.25,
    ).fit(*rows)
    assert model.history_["learning_rate"] == [0.5, 0.125, 0.03125]


@pytest.mark.parametrize(
    "callbacks", [[3], {"a": object()}, [EarlyStopping("loss"), "stop"], [dict]]
)
def test_other_things_are_no_callbacks(callbacks: Any, rows: Rows) -> None:
    with pytest.raises(TypeError, match=r"callbacks must be.*keras\.callbacks"):
        small(callbacks=callbacks).fit(*rows)


def test_callbacks_of_predict_are_refused() -> None:
    """No Keras ``predict`` runs that could call them."""
    with pytest.raises(TypeError, match="has no parameter 'predict__callbacks'"):
        small(predict__callbacks=EarlyStopping)


class Scores(keras.callbacks.Callback):
    """Adds to ``logs``, as people do who miss a metric."""

    def on_epoch_end(self, epoch, logs=None) -> None:
        logs["val_f1"] = np.float32(epoch + 0.5)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_what_callbacks_add_to_logs_is_in_the_history(method: str, rows: Rows) -> None:
    model = small(epochs=2, callbacks=Scores)
    for _ in range(1 if method == "fit" else 2):
        getattr(model, method)(*rows)
    assert model.history_["val_f1"] == [0.5, 1.5]
    assert {type(value) for value in model.history_["val_f1"]} == {float}


def test_callbacks_after_it_see_what_a_callback_added(rows: Rows) -> None:
    stop = EarlyStopping("val_f1", mode="min")
    assert n_epochs(small(epochs=5, callbacks=[Scores(), stop]).fit(*rows)) == 2


class Hooks(keras.callbacks.Callback):
    """Writes down the hooks of validation."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple] = []

    def on_test_begin(self, logs=None) -> None:
        self.calls.append(("begin",))

    def on_test_batch_begin(self, batch, logs=None) -> None:
        self.calls.append(("batch begin", batch))

    def on_test_batch_end(self, batch, logs=None) -> None:
        self.calls.append(("batch end", batch, sorted(logs)))

    def on_test_end(self, logs=None) -> None:
        self.calls.append(("end", sorted(logs)))


@pytest.mark.parametrize("validated", [True, False])
def test_validation_calls_the_hooks_of_a_test(validated: bool, rows: Rows) -> None:
    hooks = Hooks()
    small(epochs=2, callbacks=hooks, validation_split=0.2 * validated).fit(*rows)
    of_an_epoch = [
        ("begin",),
        ("batch begin", 0),
        ("batch end", 0, ["accuracy", "loss"]),
        ("end", ["accuracy", "loss"]),
    ]
    assert hooks.calls == 2 * of_an_epoch * validated


# -- partial_fit and the history


def test_partial_fit_is_one_epoch_whatever_epochs_says(rows: Rows) -> None:
    recorder = Recorder()
    model = small(epochs=9, callbacks=recorder)
    for k in (1, 2, 3):
        assert model.partial_fit(*rows) is model
        assert len(model.history_["loss"]) == n_epochs(model) == k
    assert recorder.steps == {0: 3, 1: 3, 2: 3}


@pytest.mark.parametrize("warm_start", [True, False])
@pytest.mark.parametrize("name", ["epochs", "fit__epochs"])
def test_fit_has_its_epochs_and_partial_fit_goes_on(warm_start, name, rows) -> None:
    model = small(warm_start=warm_start, **{name: 2}).fit(*rows)
    assert len(model.history_["loss"]) == 2
    assert len(model.partial_fit(*rows).history_["loss"]) == 3
    assert len(model.fit(*rows).history_["loss"]) == (5 if warm_start else 2)


def test_partial_fit_keeps_the_network(rows: Rows) -> None:
    model = small().partial_fit(*rows)
    network = model.model_
    assert model.partial_fit(*rows).model_ is network


def test_the_history_is_plain_and_has_names_of_keras(rows: Rows) -> None:
    model = small(epochs=2, validation_split=0.2).fit(*rows)
    names = {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert set(model.history_) == names
    assert {type(values) for values in model.history_.values()} == {list}


def test_all_classes_may_be_named_at_first() -> None:
    model = small().partial_fit(X[:20], np.minimum(Y[:20], 0), classes=[0, 1, 2])
    model.partial_fit(X, Y + 1)
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.predict_proba(X).shape == (40, 3)
    assert 0 <= model.score(X, Y) <= 1


def test_warm_start_keeps_the_network_and_a_new_fit_does_not(rows: Rows) -> None:
    model = small(warm_start=True).fit(*rows)
    network = model.model_
    assert model.fit(*rows).model_ is network
    assert model.set_params(warm_start=False).fit(*rows).model_ is not network


@pytest.mark.parametrize("method", ["predict", "predict_proba", "score"])
def test_prediction_needs_a_fit(method: str, rows: Rows) -> None:
    with pytest.raises(NotFittedError):
        getattr(small(), method)(*rows[: 2 if method == "score" else 1])


def test_later_calls_have_the_columns_of_the_first(rows: Rows) -> None:
    model = small().partial_fit(*rows)
    with pytest.raises(ValueError, match="4 features"):
        model.partial_fit(X[:, :4], Y)


def test_later_calls_may_have_another_number_type(rows: Rows) -> None:
    model = small().partial_fit(*rows)
    model.partial_fit(X.astype(np.float32), Y.astype(np.uint8))
    assert len(model.history_["loss"]) == 2


# -- Copies that go on learning


def through_joblib(model: Any) -> Any:
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


COPIES: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "cloudpickle": lambda model: pickle.loads(cloudpickle.dumps(model)),
    "joblib": through_joblib,
    "deepcopy": copy.deepcopy,
}

# Each keeps something beside the weights: moments, a velocity, an iteration count, an
# average of the weights; all have dropout, whose generators move on.
STATES = {
    "adam": {"optimizer": "adam"},
    "momentum": {"optimizer": "sgd", "optimizer__momentum": 0.9},
    "rmsprop": {"optimizer": "rmsprop"},
    "object": {"optimizer": keras.optimizers.Adam(0.01)},
    "schedule": {
        "learning_rate": keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.9)
    },
    "averaging": {"weight_averaging": 0.9, "recurrent_dropout": 0.2},
}


@pytest.mark.parametrize(
    ("copier", "state"),
    [
        *(("pickle", state) for state in STATES),
        *((copier, "adam") for copier in COPIES if copier != "pickle"),
    ],
)
def test_a_copy_between_partial_fits_changes_nothing(copier, state, rows) -> None:
    """What Dask-ML's searches do, and SciKeras promises."""
    straight, copied = small(**STATES[state]), small(**STATES[state])
    for _ in range(4):
        straight.partial_fit(*rows)
    copied.partial_fit(*rows).partial_fit(*rows)
    copied = COPIES[copier](copied)
    assert len(copied.history_["loss"]) == 2
    copied.partial_fit(*rows).partial_fit(*rows)
    np.testing.assert_array_equal(copied.predict_proba(X), straight.predict_proba(X))
    assert copied.history_ == straight.history_


def test_a_copy_before_each_partial_fit_changes_nothing(rows: Rows) -> None:
    straight, copied = small(optimizer="adam"), small(optimizer="adam")
    for k in range(4):
        straight.partial_fit(*rows)
        copied = pickle.loads(pickle.dumps(copied)).partial_fit(*rows)
        assert len(copied.history_["loss"]) == k + 1
        np.testing.assert_array_equal(
            copied.predict_proba(X), straight.predict_proba(X)
        )


def test_a_copy_of_a_copy_that_only_predicted_goes_on(rows: Rows) -> None:
    straight = small(optimizer="adam").partial_fit(*rows)
    copied = pickle.loads(pickle.dumps(straight))
    copied.predict(X)
    copied = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(copied))))
    np.testing.assert_array_equal(
        copied.partial_fit(*rows).predict_proba(X),
        straight.partial_fit(*rows).predict_proba(X),
    )


def test_a_copy_between_fits_with_warm_start_changes_nothing(rows: Rows) -> None:
    params = {"optimizer": "adam", "epochs": 2, "warm_start": True}
    straight = small(**params).fit(*rows).fit(*rows)
    copied = pickle.loads(pickle.dumps(small(**params).fit(*rows))).fit(*rows)
    np.testing.assert_array_equal(copied.predict_proba(X), straight.predict_proba(X))
    assert copied.history_ == straight.history_


def test_a_copy_leaves_the_original_as_it_is(rows: Rows) -> None:
    straight = small(optimizer="adam").partial_fit(*rows).partial_fit(*rows)
    model = small(optimizer="adam").partial_fit(*rows)
    pickle.loads(pickle.dumps(model)).partial_fit(*rows).partial_fit(*rows)
    np.testing.assert_array_equal(
        model.partial_fit(*rows).predict_proba(X), straight.predict_proba(X)
    )


def test_an_estimator_with_callbacks_can_be_pickled(rows: Rows) -> None:
    """Callbacks hold the Keras model, and a copy need not."""
    model = small(callbacks=[EarlyStopping("loss", restore_best_weights=True)])
    model.fit(*rows)
    copied = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copied.predict_proba(X), model.predict_proba(X))
    assert len(copied.partial_fit(*rows).history_["loss"]) == 2


def test_a_clone_starts_anew(rows: Rows) -> None:
    model = small(optimizer="adam", warm_start=True).fit(*rows)
    cloned = clone(model)
    assert not hasattr(cloned, "history_")
    np.testing.assert_array_equal(
        cloned.fit(*rows).predict_proba(X),
        small(optimizer="adam").fit(*rows).predict_proba(X),
    )


# -- Subclasses


class PassesOn(RNNSentimentClassifier):
    """A network with fewer questions."""

    def __init__(self, *, units: Any = 4, random_state: Any = None) -> None:
        super().__init__(
            cell="simple",
            embedding_dim=4,
            epochs=2,
            units=units,
            random_state=random_state,
        )


class TakesMore(RNNSentimentClassifier):
    """Other defaults, and everything else by name: the MLPClassifier of the manual."""

    def __init__(self, *, units: Any = 4, epochs: int = 2, **params: Any) -> None:
        super().__init__(units=units, epochs=epochs, **params)


class Renamed(RNNSentimentClassifier):
    """A parameter of its own, which says several of ours."""

    def __init__(self, *, size: int = 4, random_state: Any = None) -> None:
        super().__init__(
            units=size, embedding_dim=size, cell="simple", random_state=random_state
        )
        self.size = size


def test_a_shorter_constructor_fits_the_same(rows: Rows) -> None:
    model = PassesOn(random_state=0).fit(*rows)
    plain = RNNSentimentClassifier(
        cell="simple", embedding_dim=4, epochs=2, units=4, random_state=0
    ).fit(*rows)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))
    assert model.history_ == plain.history_


def test_its_parameters_are_those_of_its_constructor() -> None:
    assert PassesOn(units=3).get_params() == {"units": 3, "random_state": None}
    assert repr(PassesOn(units=3)) == "PassesOn(units=3)"
    assert clone(PassesOn(units=3)).units == 3
    with pytest.raises(TypeError, match="PassesOn has no parameter 'cell'"):
        PassesOn(cell="gru")
    with pytest.raises(ValueError, match="PassesOn has no parameter 'cell'"):
        PassesOn().set_params(cell="gru")


def test_it_can_be_searched_and_copied(rows: Rows) -> None:
    search = GridSearchCV(
        PassesOn(random_state=0), {"units": [3, 4]}, cv=2, error_score="raise"
    ).fit(*rows)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    copied = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(copied.predict_proba(X), search.predict_proba(X))
    n_before = len(copied.history_["loss"])
    assert len(copied.partial_fit(*rows).history_["loss"]) == n_before + 1


def test_routed_parameters_can_be_set_on_it(rows: Rows) -> None:
    model = PassesOn(random_state=0).set_params(optimizer__learning_rate=0.25)
    assert model.get_params()["optimizer__learning_rate"] == 0.25
    assert model.fit(*rows).model_.optimizer.get_config()["learning_rate"] == 0.25


def test_a_constructor_that_takes_more_by_name(rows: Rows) -> None:
    model = TakesMore(
        cell="simple", pooling="last", embedding_dim=4, batch_size=8, random_state=0
    )
    assert (model.units, model.epochs, model.cell) == (4, 2, "simple")
    params = model.get_params()
    assert (params["cell"], params["batch_size"]) == ("simple", 8)
    copied = clone(model)
    assert copied.get_params() == params
    plain = small(epochs=2, batch_size=8).fit(*rows)
    np.testing.assert_array_equal(
        copied.fit(*rows).predict_proba(X), plain.predict_proba(X)
    )
    search = GridSearchCV(model, {"batch_size": [8, 16]}, cv=2, error_score="raise")
    assert search.fit(*rows).best_params_["batch_size"] in (8, 16)
    with pytest.raises(TypeError, match="TakesMore has no parameter 'unit'"):
        TakesMore(unit=3)


def test_a_parameter_of_its_own_is_a_grid_axis(rows: Rows) -> None:
    search = GridSearchCV(
        Renamed(random_state=0), {"size": [3, 4]}, cv=2, error_score="raise"
    ).fit(*rows)
    assert set(search.cv_results_["params"][0]) == {"size"}
    model = Renamed(size=3, random_state=0).fit(*rows)
    assert model.model_.get_layer("embedding").output.shape[-1] == 3


# -- Weights


def test_a_row_of_weight_zero_is_not_there(rows: Rows) -> None:
    weight = np.repeat([1.0, 0.0], 20)
    weighted = small().fit(X, Y, sample_weight=weight)
    # The embedding has a row for each id of the whole of X.
    alone = small(n_embeddings=weighted.n_embeddings_).fit(X[:20], Y[:20])
    np.testing.assert_array_equal(weighted.predict_proba(X), alone.predict_proba(X))


def test_weights_of_zero_only_are_refused(rows: Rows) -> None:
    with pytest.raises(ValueError, match="sample_weight"):
        small().fit(X, Y, sample_weight=np.zeros(40))


def test_integer_weights_of_mean_one_are_repetitions() -> None:
    """In one step without dropout, where a batch of repeated rows is one of weights."""
    params = {"spatial_dropout": 0.0, "dropout": 0.0, "batch_size": 100, "epochs": 5}
    times = np.tile([1, 2, 3], 14)[:40]
    repeated = small(**params).fit(np.repeat(X, times, axis=0), np.repeat(Y, times))
    weighted = small(**params).fit(X, Y, sample_weight=times / times.mean())
    np.testing.assert_allclose(
        weighted.predict_proba(X), repeated.predict_proba(X), atol=4e-7
    )


@pytest.mark.parametrize("class_weight", ["balanced", {0: 3.0, 1: 0.5}])
def test_class_weights_are_sample_weights(class_weight: Any, rows: Rows) -> None:
    one = small(class_weight=class_weight).fit(*rows)
    weight = compute_sample_weight(class_weight, Y)
    other = small().fit(X, Y, sample_weight=weight)
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))


def test_class_weights_have_the_labels_of_y() -> None:
    labels = np.where(Y == 1, "good", "bad")
    one = small(class_weight={"good": 2.0, "bad": 0.5}).fit(X, labels)
    other = small(class_weight={1: 2.0, 0: 0.5}).fit(X, Y)
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))


def test_the_score_is_weighted_too(rows: Rows) -> None:
    model, weight = small().fit(*rows), np.linspace(0, 1, 40)
    assert model.score(X, Y, sample_weight=weight) == pytest.approx(
        accuracy_score(Y, model.predict(X), sample_weight=weight)
    )


# -- Searches


def test_a_grid_over_plain_and_routed_parameters(rows: Rows) -> None:
    grid = {
        "units": [3, 4],
        "optimizer": ["sgd", "adam"],
        "optimizer__learning_rate": [0.01, 0.1],
        "fit__batch_size": [8],
    }
    folds = StratifiedKFold(2)
    search = GridSearchCV(small(), grid, cv=folds, error_score="raise").fit(*rows)
    assert len(search.cv_results_["params"]) == 8
    best = search.best_estimator_
    alone = small(**search.best_params_).fit(*rows)
    np.testing.assert_array_equal(best.predict_proba(X), alone.predict_proba(X))
    # Each fold is what a fit of it gives.
    train, test = next(folds.split(*rows))
    last = small(**search.cv_results_["params"][-1]).fit(X[train], Y[train])
    assert search.cv_results_["split0_test_score"][-1] == last.score(X[test], Y[test])


def test_a_grid_over_parameters_of_callbacks(rows: Rows) -> None:
    model = small(
        epochs=6,
        callbacks={"stop": EarlyStopping},
        callbacks__stop__monitor="accuracy",
        callbacks__stop__min_delta=1.0,
    )
    search = GridSearchCV(
        model,
        {"callbacks__stop__patience": [1, 2, 3]},
        scoring=lambda fitted, X, y: n_epochs(fitted),
        cv=2,
        error_score="raise",
    ).fit(*rows)
    assert search.cv_results_["mean_test_score"].tolist() == [2, 3, 4]


def test_a_random_search(rows: Rows) -> None:
    search = RandomizedSearchCV(
        small(),
        {"epochs": [1, 2], "optimizer": ["rmsprop", "sgd"]},
        n_iter=2,
        cv=2,
        random_state=0,
        error_score="raise",
    ).fit(*rows)
    assert len(search.best_estimator_.history_["loss"]) == search.best_params_["epochs"]


def test_one_callback_object_serves_each_fold_anew(rows: Rows) -> None:
    stop = EarlyStopping("val_accuracy", min_delta=1.0)
    model = small(epochs=5, validation_split=0.2, callbacks=[stop])
    found = cross_validate(
        model, *rows, cv=2, return_estimator=True, error_score="raise"
    )
    assert [n_epochs(fitted) for fitted in found["estimator"]] == [2, 2]
    assert np.isfinite(found["test_score"]).all()


# -- Ensembles

BAYES = ("nb", MultinomialNB())
ENSEMBLES: dict[str, Callable[[], Any]] = {
    "ada": lambda: AdaBoostClassifier(small(), n_estimators=2, random_state=0),
    "bagging": lambda: BaggingClassifier(small(), n_estimators=2, random_state=0),
    "calibrated": lambda: CalibratedClassifierCV(small(), cv=2),
    "one vs rest": lambda: OneVsRestClassifier(small()),
    "stacking": lambda: StackingClassifier([("rnn", small()), BAYES], cv=2),
    "voting": lambda: VotingClassifier([("rnn", small()), BAYES], voting="soft"),
}


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", ENSEMBLES)
def test_ensembles(name: str, n_classes: int) -> None:
    labels = np.array(["a", "b", "c"])[X[:, 0] % n_classes]
    model = ENSEMBLES[name]().fit(X, labels)
    proba = model.predict_proba(X)
    assert proba.shape == (40, n_classes)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    assert set(model.predict(X)) <= set(model.classes_)
    again = clone(ENSEMBLES[name]()).fit(X, labels)
    np.testing.assert_array_equal(again.predict_proba(X), proba)
    copied = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copied.predict_proba(X), proba)


def test_voting_is_the_mean_of_its_members(rows: Rows) -> None:
    voting = VotingClassifier([("rnn", small()), BAYES], voting="soft").fit(*rows)
    expected = (
        small().fit(*rows).predict_proba(X)
        + MultinomialNB().fit(*rows).predict_proba(X)
    ) / 2
    np.testing.assert_allclose(voting.predict_proba(X), expected, rtol=1e-12)


def test_boosting_goes_on_from_what_the_first_got_wrong(rows: Rows) -> None:
    """SAMME weighs the rows, so the members differ."""
    boosted = AdaBoostClassifier(
        small(learning_rate=0.05, epochs=3), n_estimators=3, random_state=0
    ).fit(*rows)
    first, second = (each.predict_proba(X) for each in boosted.estimators_[:2])
    assert not np.array_equal(first, second)
