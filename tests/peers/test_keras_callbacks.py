"""Every callback that Keras brings does in our ``fit`` what it does in Keras'.

The reference is :meth:`keras.Model.fit` itself, on the same network with the same first
weights and the same batches: what the callbacks are told, what they leave in the
history, in files and in the weights.
"""

from __future__ import annotations

import csv
import inspect
import json
import pickle
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import callbacks as kc
from sklearn.base import clone

from skrnn import HierarchicalAttentionClassifier, RNNSentimentClassifier
from tests.helpers import make_rows
from tests.helpers import small_classifier as small

pytestmark = pytest.mark.slow

X, Y = make_rows(40)
X_TRAIN, Y_TRAIN, X_VAL, Y_VAL = X[:32], Y[:32], X[32:], Y[32:]
EPOCHS = 3
RATE = 0.5

# No dropout and no shuffling, as the two would draw other random numbers.
COMPARABLE: dict[str, Any] = {
    "spatial_dropout": 0.0,
    "dropout": 0.0,
    "fit__shuffle": False,
    "optimizer": "sgd",
    "learning_rate": RATE,
    "batch_size": 8,
    "epochs": EPOCHS,
}


def ours(callbacks: Any, **params: Any) -> RNNSentimentClassifier:
    """Return a classifier that was fitted with ``callbacks`` and validated."""
    model = small(**{**COMPARABLE, **params}, callbacks=callbacks)
    return model.fit(X_TRAIN, Y_TRAIN, X_val=X_VAL, y_val=Y_VAL)


def keras_own(
    callbacks: list[kc.Callback],
    *,
    optimizer: keras.optimizers.Optimizer | None = None,
    epochs: int = EPOCHS,
) -> keras.Model:
    """Return the same network after :meth:`keras.Model.fit`."""
    # The rate is too small to move a weight: these are the first weights.
    start = small(**{**COMPARABLE, "learning_rate": 1e-12, "epochs": 1})
    model = start.fit(X_TRAIN, Y_TRAIN).model_
    optimizer = optimizer or keras.optimizers.SGD(RATE)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    model.fit(
        X_TRAIN.astype(np.int32),
        Y_TRAIN,
        validation_data=(X_VAL.astype(np.int32), Y_VAL),
        batch_size=8,
        epochs=epochs,
        shuffle=False,
        callbacks=callbacks,
        verbose=0,
    )
    return model


def assert_same_history(found: dict, expected: dict) -> None:
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-4, err_msg=name)


def assert_same_weights(found: keras.Model, expected: keras.Model) -> None:
    pairs = zip(found.get_weights(), expected.get_weights(), strict=True)
    for one, other in pairs:
        np.testing.assert_allclose(one, other, atol=1e-5)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


# -- All of them, side by side with Keras


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    """Yield a server on this machine that keeps what is posted to it."""

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.posted.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args) -> None:
            """Stay silent."""

    with HTTPServer(("127.0.0.1", 0), Keep) as httpd:
        httpd.posted = []
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield httpd
        httpd.shutdown()
        thread.join()


def halve(epoch: int, rate: float) -> float:
    return rate / 2


BUILT_IN: dict[str, Callable[[Path, str], kc.Callback]] = {
    "BackupAndRestore": lambda path, url: kc.BackupAndRestore(path / "backup"),
    "CSVLogger": lambda path, url: kc.CSVLogger(path / "log.csv"),
    "EarlyStopping": lambda path, url: kc.EarlyStopping(
        "val_accuracy", min_delta=1.0, restore_best_weights=True
    ),
    "History": lambda path, url: kc.History(),
    "LambdaCallback": lambda path, url: kc.LambdaCallback(on_epoch_end=print),
    "LearningRateScheduler": lambda path, url: kc.LearningRateScheduler(halve),
    "ModelCheckpoint": lambda path, url: kc.ModelCheckpoint(
        path / "best.keras", monitor="val_accuracy", save_best_only=True
    ),
    "ProgbarLogger": lambda path, url: kc.ProgbarLogger(),
    "ReduceLROnPlateau": lambda path, url: kc.ReduceLROnPlateau(
        "accuracy", min_delta=1.0, patience=1
    ),
    "RemoteMonitor": lambda path, url: kc.RemoteMonitor(url),
    "SwapEMAWeights": lambda path, url: kc.SwapEMAWeights(),
    "TensorBoard": lambda path, url: kc.TensorBoard(path / "board"),
    "TerminateOnNaN": lambda path, url: kc.TerminateOnNaN(),
}
# Keras' own objects keep an open file, functions without a name and a module.
KEEPS = {"CSVLogger", "LambdaCallback", "TensorBoard"}
# In older versions of Keras this one does, too.
KEPT_A_FUNCTION = set()
if not hasattr(kc.ReduceLROnPlateau, "_set_monitor_op"):
    KEPT_A_FUNCTION = {"ReduceLROnPlateau"}
NEEDS = {"RemoteMonitor": "requests", "TensorBoard": "tensorboard"}


def make(name: str, path: Path, server: HTTPServer) -> kc.Callback:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    path.mkdir()
    return BUILT_IN[name](path, f"http://127.0.0.1:{server.server_port}")


def test_no_callback_of_keras_is_missing_here() -> None:
    found = {
        name
        for name, kind in vars(kc).items()
        if inspect.isclass(kind) and issubclass(kind, kc.Callback)
    }
    # OrbaxCheckpoint needs a package that Keras does not bring, and says so when made.
    no_callbacks = {"Callback", "CallbackList", "OrbaxCheckpoint"}
    assert found - no_callbacks == set(BUILT_IN)


@pytest.mark.parametrize("name", BUILT_IN)
def test_it_does_what_it_does_in_keras(name: str, server, tmp_path: Path) -> None:
    optimizer = keras.optimizers.SGD(RATE, use_ema=name == "SwapEMAWeights")
    model = ours([make(name, tmp_path / "ours", server)], optimizer=optimizer)
    expected = keras_own([make(name, tmp_path / "keras", server)], optimizer=optimizer)
    assert_same_history(model.history_, expected.history.history)
    assert_same_weights(model.model_, expected)
    files = [
        sorted(
            path.relative_to(tmp_path / part) for path in (tmp_path / part).rglob("*")
        )
        for part in ("ours", "keras")
    ]
    if name != "TensorBoard":  # the names of its files have the time in them
        assert files[0] == files[1]
    if name in KEEPS or name in KEPT_A_FUNCTION:
        return
    # It holds the Keras model, which a copy must not need.
    copied = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copied.predict_proba(X), model.predict_proba(X))
    other = clone(model)
    assert type(other.callbacks[0]) is type(model.callbacks[0])
    assert other.callbacks[0] is not model.callbacks[0]


@pytest.mark.parametrize("name", sorted(KEEPS))
def test_a_class_can_be_copied_where_its_object_cannot(
    name: str, tmp_path: Path
) -> None:
    params = {
        "CSVLogger": {"callbacks__filename": tmp_path / "log.csv"},
        "LambdaCallback": {"callbacks__on_epoch_end": print},
        "TensorBoard": {"callbacks__log_dir": tmp_path},
    }[name]
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    model = small(**COMPARABLE, callbacks=getattr(kc, name), **params)
    model.fit(X_TRAIN, Y_TRAIN)
    copied = pickle.loads(pickle.dumps(model))
    for other in (copied, clone(model).fit(X_TRAIN, Y_TRAIN)):
        np.testing.assert_array_equal(other.predict_proba(X), model.predict_proba(X))


# -- What they are told


class Hooks(kc.Callback):
    """Writes down every call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple] = []


def _of_all(hook: str) -> Callable[..., None]:
    def write_down(self: Hooks, logs: Any = None) -> None:
        self.calls.append((hook, sorted(logs or {})))

    return write_down


def _of_each(hook: str) -> Callable[..., None]:
    def write_down(self: Hooks, number: int, logs: Any = None) -> None:
        self.calls.append((hook, number, sorted(logs or {})))

    return write_down


for _when in ("begin", "end"):
    for _what in ("train", "test"):
        setattr(Hooks, f"on_{_what}_{_when}", _of_all(f"{_what} {_when}"))
    for _what in ("epoch", "train_batch", "test_batch"):
        setattr(Hooks, f"on_{_what}_{_when}", _of_each(f"{_what} {_when}"))


def test_hooks_are_called_in_the_order_and_with_the_logs_of_keras() -> None:
    found, expected = Hooks(), Hooks()
    ours(found)
    keras_own([expected])
    assert expected.calls[0] == ("train begin", [])
    assert found.calls == expected.calls


class Values(kc.Callback):
    """Keeps the numbers of every log."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[tuple[str, float]] = []

    def _keep(self, logs: dict[str, float] | None) -> None:
        self.values += sorted((logs or {}).items())

    def on_train_batch_end(self, batch, logs=None) -> None:
        self._keep(logs)

    def on_test_batch_end(self, batch, logs=None) -> None:
        self._keep(logs)

    def on_test_end(self, logs=None) -> None:
        self._keep(logs)

    def on_epoch_end(self, epoch, logs=None) -> None:
        self._keep(logs)

    def on_train_end(self, logs=None) -> None:
        self._keep(logs)


def test_numbers_in_logs_are_those_of_keras() -> None:
    found, expected = Values(), Values()
    ours(found)
    keras_own([expected])
    assert [name for name, _ in found.values] == [name for name, _ in expected.values]
    np.testing.assert_allclose(
        [value for _, value in found.values],
        [value for _, value in expected.values],
        rtol=1e-4,
    )


def test_they_know_the_length_of_the_training() -> None:
    found, expected = kc.Callback(), kc.Callback()
    ours(found)
    keras_own([expected])
    assert found.params == expected.params == {"verbose": 0, "epochs": 3, "steps": 4}


@pytest.mark.parametrize("pooling", ["last", "attention"])
def test_they_see_the_network_that_is_trained(pooling: str) -> None:
    seen = []
    look = kc.LambdaCallback(
        on_train_end=lambda logs: seen.append(look.model.get_weights())
    )
    model = ours(look, pooling=pooling)
    assert look.model is model.model_
    for one, other in zip(seen[0], model.model_.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


class StopAt(kc.Callback):
    """Asks for the end in the middle of an epoch."""

    def __init__(self, batch: int) -> None:
        super().__init__()
        self.batch, self.seen = batch, 0

    def on_train_batch_end(self, batch, logs=None) -> None:
        self.seen += 1
        if batch == self.batch:
            self.model.stop_training = True


def test_a_callback_may_end_an_epoch_before_its_last_batch() -> None:
    found, expected = StopAt(1), StopAt(1)
    model, keras_model = ours(found), keras_own([expected])
    assert found.seen == expected.seen == 2
    assert_same_history(model.history_, keras_model.history.history)
    assert_same_weights(model.model_, keras_model)


# -- One by one


def test_an_interrupted_fit_goes_on_from_its_backup(tmp_path: Path) -> None:
    """As in the example of Keras' manual."""

    def fail(epoch: int, logs: Any = None) -> None:
        if epoch == 2:
            raise RuntimeError("no power")

    with pytest.raises(RuntimeError, match="no power"):
        ours([kc.BackupAndRestore(tmp_path / "b"), kc.LambdaCallback(fail)])
    epochs: list[int] = []
    model = ours(
        [
            kc.BackupAndRestore(tmp_path / "b"),
            kc.LambdaCallback(lambda epoch, logs: epochs.append(epoch)),
        ]
    )
    assert epochs == [2]
    assert_same_weights(model.model_, ours(None).model_)
    assert not (tmp_path / "b").exists()


def test_a_log_file_goes_on_with_partial_fit(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    model = small(**COMPARABLE, callbacks=kc.CSVLogger(path, append=True))
    for _ in range(3):
        model.partial_fit(X_TRAIN, Y_TRAIN)
    lines = read_csv(path)
    assert [line["epoch"] for line in lines] == ["0", "1", "2"]
    assert [float(line["loss"]) for line in lines] == model.history_["loss"]


def test_a_log_file_has_what_other_callbacks_add(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    ours([kc.LearningRateScheduler(halve), kc.CSVLogger(path)])
    assert [float(line["learning_rate"]) for line in read_csv(path)] == [
        0.25,
        0.125,
        0.0625,
    ]


@pytest.mark.parametrize(
    "params",
    [
        {"monitor": "val_accuracy", "patience": 1, "restore_best_weights": True},
        {"monitor": "val_loss", "min_delta": 1.0, "restore_best_weights": True},
        {"monitor": "loss", "baseline": 0.0},
        {"monitor": "accuracy", "min_delta": 1.0, "start_from_epoch": 2},
    ],
    ids=lambda params: params["monitor"],
)
def test_early_stopping_stops_where_keras_stops(params: dict) -> None:
    found, expected = kc.EarlyStopping(**params), kc.EarlyStopping(**params)
    model = ours(found, epochs=6)
    keras_model = keras_own([expected], epochs=6)
    assert found.stopped_epoch == expected.stopped_epoch
    assert found.best_epoch == expected.best_epoch
    assert_same_history(model.history_, keras_model.history.history)
    assert_same_weights(model.model_, keras_model)


def test_a_missing_value_to_monitor_is_told(capfd) -> None:
    with pytest.warns(UserWarning, match="`val_f1` which is not available"):
        ours(kc.EarlyStopping("val_f1", mode="max"))


def test_a_history_of_ones_own_is_the_history() -> None:
    history = kc.History()
    model = ours(history)
    assert history.history == model.history_
    assert history.epoch == [0, 1, 2]


def test_a_schedule_of_learning_rates_is_learned_by() -> None:
    model = ours(kc.LearningRateScheduler(halve))
    assert model.history_["learning_rate"] == [0.25, 0.125, 0.0625]
    plain = ours(None)
    assert model.history_["loss"][1] != plain.history_["loss"][1]
    # The next fit starts at the rate of the parameters.
    model.set_params(callbacks=None).fit(X_TRAIN, Y_TRAIN, X_val=X_VAL, y_val=Y_VAL)
    assert model.history_ == plain.history_


def test_a_saved_model_is_one_of_keras_alone(tmp_path: Path) -> None:
    model = ours(kc.ModelCheckpoint(tmp_path / "{epoch:02d}.keras"))
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "01.keras",
        "02.keras",
        "03.keras",
    ]
    loaded = keras.models.load_model(tmp_path / "03.keras")
    np.testing.assert_allclose(
        loaded.predict(X, verbose=0)[:, 0], model.predict_proba(X)[:, 1], atol=1e-6
    )


def test_weights_can_be_saved_by_the_batch(tmp_path: Path) -> None:
    path = tmp_path / "{epoch}-{batch}.weights.h5"
    ours(kc.ModelCheckpoint(path, save_weights_only=True, save_freq=3), epochs=2)
    # Four batches an epoch: the third and the sixth.
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "1-3.weights.h5",
        "2-2.weights.h5",
    ]


def test_saved_weights_of_averaged_training_are_those_that_predict(
    tmp_path: Path,
) -> None:
    path = tmp_path / "last.weights.h5"
    model = ours(kc.ModelCheckpoint(path, save_weights_only=True), weight_averaging=0.9)
    before = model.predict_proba(X)
    model.model_.load_weights(path)
    np.testing.assert_array_equal(model.predict_proba(X), before)


@pytest.mark.parametrize("callbacks", [None, [kc.ProgbarLogger()]])
def test_progress_is_shown_once(callbacks: Any, capsys) -> None:
    ours(callbacks, verbose=1)
    assert capsys.readouterr().out.count("Epoch 1/3") == 1


@pytest.mark.parametrize("as_json", [True, False])
def test_a_remote_monitor_hears_of_each_epoch(as_json: bool, server) -> None:
    pytest.importorskip("requests")
    server.posted.clear()
    model = ours(
        kc.RemoteMonitor(f"http://127.0.0.1:{server.server_port}", send_as_json=as_json)
    )
    assert [path for path, _ in server.posted] == 3 * ["/publish/epoch/end/"]
    if as_json:
        sent = [json.loads(body) for _, body in server.posted]
        assert [each["epoch"] for each in sent] == [0, 1, 2]
        assert [each["val_loss"] for each in sent] == model.history_["val_loss"]


def test_averages_of_the_optimizer_predict() -> None:
    """Keras ends a fit with them; in between, ``SwapEMAWeights`` validates them."""
    optimizer = keras.optimizers.SGD(RATE, use_ema=True, ema_momentum=0.5)
    plain = ours(None, optimizer=optimizer)
    assert_same_weights(plain.model_, keras_own([], optimizer=clone_of(optimizer)))
    swapped = ours(kc.SwapEMAWeights(), optimizer=optimizer)
    np.testing.assert_allclose(
        swapped.history_["loss"], plain.history_["loss"], rtol=1e-5
    )
    assert swapped.history_["val_loss"] != plain.history_["val_loss"]
    # After the last epoch both have the averages.
    assert_same_weights(swapped.model_, plain.model_)


def clone_of(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    return type(optimizer).from_config(optimizer.get_config())


@pytest.mark.parametrize("on_epoch", [True, False])
def test_swapped_averages_are_those_of_keras(on_epoch: bool, tmp_path: Path) -> None:
    """Also where a checkpoint saves them."""

    def callbacks(part: str) -> list[kc.Callback]:
        path = tmp_path / f"{part}.weights.h5"
        return [
            kc.SwapEMAWeights(swap_on_epoch=on_epoch),
            kc.ModelCheckpoint(path, save_weights_only=True),
        ]

    optimizer = keras.optimizers.SGD(RATE, use_ema=True, ema_momentum=0.5)
    model = ours(callbacks("ours"), optimizer=optimizer)
    expected = keras_own(callbacks("keras"), optimizer=clone_of(optimizer))
    assert_same_history(model.history_, expected.history.history)
    assert_same_weights(model.model_, expected)
    model.model_.load_weights(tmp_path / "ours.weights.h5")
    expected.load_weights(tmp_path / "keras.weights.h5")
    assert_same_weights(model.model_, expected)


def test_swapping_needs_an_optimizer_that_averages() -> None:
    with pytest.raises(ValueError, match="use_ema"):
        ours(kc.SwapEMAWeights())


def test_divergence_is_an_error_with_and_without_terminate_on_nan() -> None:
    """Keras ends without a word; a network that predicts NaN is of no use."""
    for callbacks in (None, kc.TerminateOnNaN()):
        with pytest.raises(Exception, match="Training diverged in epoch 1"):
            ours(callbacks, learning_rate=1e38)


def test_tensorboard_gets_the_scalars_of_each_epoch(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="tensorboard comes with nox -s peers")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    ours(kc.TensorBoard(tmp_path))
    read = EventAccumulator(str(tmp_path / "validation")).Reload()
    assert "epoch_loss" in read.Tags()["tensors"]
    assert len(read.Tensors("epoch_loss")) == EPOCHS


# -- The other classifier


def test_the_hierarchical_classifier_has_the_same_callbacks() -> None:
    hooks, stop = Hooks(), kc.EarlyStopping("val_accuracy", min_delta=1.0)
    model = HierarchicalAttentionClassifier(
        cell="simple",
        units=4,
        sentence_units=4,
        embedding_dim=4,
        epochs=5,
        batch_size=8,
        random_state=0,
        callbacks=(hooks, stop, kc.LearningRateScheduler(halve)),
    ).fit(X_TRAIN, Y_TRAIN, X_val=X_VAL, y_val=Y_VAL)
    assert len(model.history_["loss"]) == 2
    assert model.history_["learning_rate"] == pytest.approx([0.0005, 0.00025])
    assert [call[0] for call in hooks.calls].count("test end") == 2
