"""The training loop, with Keras callbacks, and prediction."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from skrnn.kernels.threads import n_threads
from skrnn.networks.compiled import CompiledNetwork
from skrnn.text.batches import batches_by_length, cut, map_by_length
from skrnn.training.batches import PREDICTION_BATCH_SIZE, Rows, shuffled_batches
from skrnn.training.checkpoints import EpochCheckpoints, History, State
from skrnn.training.divergence import (
    DivergenceError,
    advice,
    check_finite,
    check_overflow,
    unwrap_interrupts,
)
from skrnn.training.workers import (
    explain_lost_workers,
    load,
    load_latest,
    should_stop,
)


@dataclass(frozen=True)
class Examples:
    """Rows with their encoded targets and weights.

    Parameters
    ----------
    rows : Rows
        The ids.
    y : ndarray of shape (n_rows,) or (n_rows, n_outputs), float32
        Encoded targets.
    weight : ndarray of the shape of ``y``, float32
        Weights of the targets.
    """

    rows: Rows
    y: npt.NDArray[np.float32]
    weight: npt.NDArray[np.float32]

    def part(self, chosen: npt.NDArray[np.intp]) -> Examples:
        """Return the examples of the ``chosen`` rows."""
        rows = Rows(self.rows.ids[chosen], self.rows.lengths[chosen])
        return Examples(rows, self.y[chosen], self.weight[chosen])

    def batch(self, chosen: npt.NDArray[np.intp]) -> tuple[tf.Tensor, ...]:
        """Return ids, targets and weights of the ``chosen`` rows as tensors."""
        parts = self.rows.take(chosen), self.y[chosen], self.weight[chosen]
        return tuple(map(tf.convert_to_tensor, parts))


def train(
    network: CompiledNetwork,
    examples: Examples,
    *,
    validation: Examples | None,
    scorer: Callable[[], float] | None = None,
    epochs: int,
    initial_epoch: int,
    batch_size: int,
    shuffle: bool,
    seed: int,
    callbacks: Sequence[keras.callbacks.Callback],
    verbose: int | str,
    checkpoints: EpochCheckpoints | None = None,
) -> History:
    """Train ``network`` from ``initial_epoch`` up to ``epochs``.

    Parameters
    ----------
    network : CompiledNetwork
        The network, which is trained in place.
    examples : Examples
        The training data.
    validation : Examples or None
        The data for ``val_loss`` and ``val_accuracy`` after each epoch.
    scorer : callable, default=None
        Returns ``val_score`` after each epoch with validation data.
    epochs, initial_epoch : int
        As in :meth:`keras.Model.fit`.
    batch_size : int
        Rows per step.
    shuffle : bool
        Whether to shuffle the rows before each epoch.
    seed : int
        Seeds the order of the rows, together with the number of the epoch, so that an
        epoch does not depend on which epochs ran in this process.
    callbacks : sequence of keras.callbacks.Callback
        Called as :meth:`keras.Model.fit` calls them.
    verbose : int or str
        0 is silent, 1 a progress bar, 2 one line per epoch.
    checkpoints : EpochCheckpoints, default=None
        Saves the state after each epoch. Training resumes from the last checkpoint;
        of the epochs before, ``callbacks`` get ``on_epoch_end`` only.

    Returns
    -------
    history : dict of str to list of float
        ``loss``, ``accuracy`` and, with ``validation``, ``val_loss``, ``val_accuracy``
        and any ``val_score``, and the numbers that callbacks add to the logs of an
        epoch.

    Raises
    ------
    DivergenceError
        If the loss or a weight is not finite. After a finished epoch, the network has
        the weights of that epoch and the error has its ``history``.
    ConnectionError
        If another process of the network's strategy is gone.
    KeyboardInterrupt
        If the user interrupts the first epoch. Later, there is a warning instead, and
        the network has the weights of the last finished epoch.
    """
    recorder = _LogRecorder()
    callback_list = keras.callbacks.CallbackList(
        [*callbacks, recorder],
        add_history=True,
        add_progbar=verbose != 0,
        model=network.model,
        verbose=verbose,
        epochs=epochs,
        steps=-(-len(examples.rows) // batch_size),
    )
    network.model.stop_training = False
    callback_list.on_train_begin()
    finished: _Finished | None = None
    if checkpoints is not None:
        finished = _resume(network, checkpoints, epochs, callbacks)
        initial_epoch = initial_epoch if finished is None else finished.epochs
    initial_epoch = network.take_initial_epoch() or initial_epoch
    logs: dict[str, float] = {}
    diverged: DivergenceError | None = None
    epoch = initial_epoch
    try:
        with unwrap_interrupts(), explain_lost_workers():
            for epoch in range(initial_epoch, epochs):
                if should_stop(network.replicas, network.model.stop_training):
                    break
                network.show_average(False)
                callback_list.on_epoch_begin(epoch)
                rng = np.random.default_rng([seed, epoch])
                batches: Iterable[npt.NDArray[np.intp]]
                if shuffle:
                    batches = shuffled_batches(examples.rows, batch_size, rng)
                else:
                    batches = cut(np.arange(len(examples.rows)), batch_size)
                logs = _train_epoch(network, examples, batches, callback_list)
                if validation is not None:
                    measured = evaluate(network, validation, callback_list)
                    check_finite({"val_loss": measured["loss"]}, "at its end")
                    if scorer is not None:
                        measured["score"] = scorer()
                    logs |= {f"val_{k}": v for k, v in measured.items()}
                # The network itself has the state of the last epoch.
                needed = checkpoints is not None or epoch + 1 < epochs
                state = network.get_state() if needed else None
                previous = {} if finished is None else finished.history
                history = {k: [*previous.get(k, []), v] for k, v in logs.items()}
                finished = _Finished(epoch + 1, state, history)
                if checkpoints is not None and state is not None:
                    checkpoints.save(epoch + 1, state, history)
                callback_list.on_epoch_end(epoch, logs)
                added = recorder.numbers.keys() - logs.keys()
                for name in sorted(added):
                    value = recorder.numbers[name]
                    history[name] = [*previous.get(name, []), value]
    except (DivergenceError, KeyboardInterrupt) as error:
        if isinstance(error, DivergenceError):
            diverged = DivergenceError(
                f"Training diverged in epoch {epoch + 1}: {error}. "
                f"{_kept_weights(finished)} {advice(network)}"
            )
        if finished is None:
            raise (diverged or error) from None
        if finished.state is not None:
            network.set_state(finished.state)
        if diverged is None:
            warnings.warn(
                f"Training was interrupted in epoch {epoch + 1} of {epochs}. "
                f"{_kept_weights(finished)}",
                stacklevel=2,
            )
    network.finalize()
    callback_list.on_train_end(logs)
    history = {} if finished is None else finished.history
    if diverged is not None:
        diverged.history = history
        raise diverged
    return history


@dataclass(frozen=True)
class _Finished:
    """The result of an epoch; the state is None if the network still has it."""

    epochs: int
    state: State | None
    history: History


class _LogRecorder(keras.callbacks.Callback):
    """Record the numbers in the logs of an epoch, including those of callbacks."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.numbers = {
            name: float(value)
            for name, value in (logs or {}).items()
            if np.ndim(value) == 0 and np.asarray(value).dtype.kind in "biuf"
        }


def _resume(
    network: CompiledNetwork,
    checkpoints: EpochCheckpoints,
    epochs: int,
    callbacks: Sequence[keras.callbacks.Callback],
) -> _Finished | None:
    """Restore the last checkpoint, after calling ``on_epoch_end`` of ``callbacks``."""
    if not callbacks:
        latest = load_latest(network.replicas, checkpoints, epochs)
        if latest is None:
            return None
        network.set_state(latest[1])
        return _Finished(*latest)
    finished = None
    for epoch in range(epochs):
        if should_stop(network.replicas, network.model.stop_training):
            break
        if not (found := load(network.replicas, checkpoints, epoch + 1)):
            break
        finished = _Finished(epoch + 1, *found)
        network.set_state(found[0])
        logs = {name: values[-1] for name, values in finished.history.items()}
        for callback in callbacks:
            callback.on_epoch_end(epoch, logs)
    return finished


def _kept_weights(finished: _Finished | None) -> str:
    if finished is None:
        return "No epoch was finished: the estimator is unchanged."
    return f"The weights after epoch {finished.epochs} are kept."


def _train_epoch(
    network: CompiledNetwork,
    examples: Examples,
    batches: Iterable[npt.NDArray[np.intp]],
    callback_list: keras.callbacks.CallbackList,
) -> dict[str, float]:
    """Train one epoch and return its means; leave the averaged weights in place."""
    means = _RunningMeans(network.head.has_accuracy)
    may_stop = network.replicas.n == len(network.replicas.numbers)
    for step, chosen in enumerate(batches):
        callback_list.on_train_batch_begin(step)
        batch = examples.batch(chosen)
        means.update(network.train_step(*batch))
        check_finite({"the loss": means.loss}, f"in step {step + 1}")
        callback_list.on_train_batch_end(step, means.result())
        # With several processes, the others would wait for this one.
        if network.model.stop_training and may_stop:
            break
    network.show_average(True)
    check_overflow(network, batch[0])
    return means.result()


def evaluate(
    network: CompiledNetwork,
    examples: Examples,
    callback_list: keras.callbacks.CallbackList,
) -> dict[str, float]:
    """Return the mean ``loss`` and any ``accuracy`` of ``network`` on ``examples``."""
    means = _RunningMeans(network.head.has_accuracy)
    callback_list.on_test_begin()
    batches = batches_by_length(examples.rows.lengths, PREDICTION_BATCH_SIZE)
    for step, chosen in enumerate(batches):
        callback_list.on_test_batch_begin(step)
        means.update(network.test_step(*examples.batch(chosen)))
        callback_list.on_test_batch_end(step, means.result())
    callback_list.on_test_end(means.result())
    return means.result()


def predict(
    network: CompiledNetwork, rows: Rows, batch_size: int | None = None
) -> npt.NDArray[np.float32]:
    """Return the outputs of ``network``, shape (n_rows, n_outputs), float32.

    Batches hold rows of similar length, whatever the order of the rows.
    """
    # The steps are traced here, not in several threads at once.
    return _map_rows(network.predict_step, rows, network.spec.n_outputs, batch_size)


def transform(
    network: CompiledNetwork, rows: Rows, batch_size: int | None = None
) -> npt.NDArray[np.float32]:
    """Return the inputs of the output layer, shape (n_rows, n_features), float32."""
    n_features = network.spec.dense_layers[-1].input_dim
    return _map_rows(network.transform_step, rows, n_features, batch_size)


def _map_rows(
    step: Callable[[tf.Tensor], tf.Tensor],
    rows: Rows,
    width: int,
    batch_size: int | None,
) -> npt.NDArray[np.float32]:
    """Return what ``step`` returns for ``rows``, shape (n_rows, width)."""

    def map_batch(chosen: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
        output: npt.NDArray[np.float32]
        output = step(tf.convert_to_tensor(rows.take(chosen))).numpy()
        return output

    # In threads, since TensorFlow releases the GIL.
    batches = map_by_length(
        map_batch, rows.lengths, batch_size or PREDICTION_BATCH_SIZE, n_threads()
    )
    outputs = np.empty((len(rows), width), dtype=np.float32)
    for chosen, output in batches:
        outputs[chosen] = output
    return outputs


class _RunningMeans:
    """Running means of loss and any accuracy, with Keras' sample weighting."""

    def __init__(self, has_accuracy: bool) -> None:
        self.has_accuracy = has_accuracy
        self.loss = self.hits = self.rows = 0.0

    def update(self, sums: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> None:
        loss, hits, rows = map(float, sums)
        self.loss += loss
        self.hits += hits
        self.rows += rows

    def result(self) -> dict[str, float]:
        rows = max(self.rows, 1.0)  # the first batches may have no labels
        means = {"loss": self.loss / rows}
        return means | ({"accuracy": self.hits / rows} if self.has_accuracy else {})
