"""What diverges or is interrupted stops, and the last good weights stay."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from skrnn.training.divergence import DivergenceError, unwrap_interrupts
from tests.helpers import Sequences, small

pytestmark = pytest.mark.slow


def explodes_in_third(**params) -> dict:
    """Return parameters with which ten steps an epoch go well twice."""
    rates = keras.optimizers.schedules.PiecewiseConstantDecay([20], [0.01, 3e38])
    return {"learning_rate": rates, "batch_size": 20, "epochs": 5, **params}


class Interrupting(keras.callbacks.Callback):
    """Presses Ctrl-C in the second batch of an epoch."""

    def __init__(self, epoch: int, when: str = "batch") -> None:
        super().__init__()
        self.epoch, self.when, self.now = epoch, when, -1

    def on_epoch_begin(self, epoch, logs=None) -> None:
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None) -> None:
        if (self.now, batch, self.when) == (self.epoch, 1, "batch"):
            raise KeyboardInterrupt

    def on_epoch_end(self, epoch, logs=None) -> None:
        if (epoch, self.when) == (self.epoch, "end"):
            raise KeyboardInterrupt


@pytest.mark.parametrize("params", [{}, {"weight_averaging": 0.9}], ids=str)
def test_a_training_that_diverges_keeps_the_last_good_epoch(
    params: dict, sequences: Sequences
) -> None:
    X, y = sequences
    model = small(**explodes_in_third(**params))
    with pytest.raises(DivergenceError) as caught:
        model.fit(X, y)
    message = str(caught.value)
    assert message.startswith("Training diverged in epoch 3: the loss became ")
    assert "The weights after epoch 2 are kept. Use a smaller learning_rate" in message
    good = small(**explodes_in_third(**params)).set_params(epochs=2).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), good.predict_proba(X))
    assert model.history_ == good.history_
    assert len(model.history_["loss"]) == 2


def test_early_stopping_keeps_its_best_epoch_of_those(sequences: Sequences) -> None:
    X, y = sequences
    params = explodes_in_third(batch_size=18)  # 180 rows are learned from
    model = small(early_stopping=True, **params)
    with pytest.raises(DivergenceError, match="after epoch 2 are kept"):
        model.fit(X, y)
    good = small(early_stopping=True, **params).set_params(epochs=2).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), good.predict_proba(X))


@pytest.mark.parametrize("rate", [3e38, 1e30])
@pytest.mark.parametrize("cell", ["simple", "lstm"])
def test_nothing_that_predicts_nan_is_left(
    rate: float, cell: str, sequences: Sequences
) -> None:
    X, y = sequences
    model = small(cell=cell, learning_rate=rate, dense_units=(4, 4), batch_size=20)
    with pytest.raises(ValueError, match=r"diverged.*is unchanged.*clipnorm"):
        model.fit(X, y)
    assert not hasattr(model, "model_")
    assert not [name for name in vars(model) if name.endswith("_")]


def test_weights_that_are_numbers_and_predict_none_are_noticed(
    sequences: Sequences,
) -> None:
    X, y = sequences
    model = small(dense_units=(16, 16), batch_size=len(X))
    rng = np.random.default_rng(0)
    huge = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: [
            v.assign(rng.choice([-1e20, 1e20], v.shape))
            for v in huge.model.trainable_variables
        ]
    )
    with pytest.raises(DivergenceError, match=r"weights grew to 1e\+20"):
        model.set_params(callbacks=[huge]).fit(X, y)
    assert not hasattr(model, "model_")


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_going_on_that_diverges_leaves_what_was(
    method: str, sequences: Sequences
) -> None:
    X, y = sequences
    model = small(warm_start=True).fit(X, y)
    before = model.predict_proba(X)
    model.set_params(learning_rate=3e38)
    model._network.model.optimizer.learning_rate = 3e38
    with pytest.raises(DivergenceError, match="is unchanged"):
        getattr(model, method)(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert len(model.history_["loss"]) == 1


def test_a_diverged_epoch_is_not_kept_in_memory(
    sequences: Sequences, tmp_path: Path
) -> None:
    X, y = sequences
    for _ in range(2):
        model = small(**explodes_in_third(memory=tmp_path))
        with pytest.raises(DivergenceError, match="after epoch 2 are kept"):
            model.fit(X, y)
        assert np.isfinite(model.predict_proba(X)).all()
    kept = sorted(p.name for p in tmp_path.rglob("*.npz"))
    assert kept == ["epoch-00001.npz", "epoch-00002.npz"]


@pytest.mark.parametrize(("when", "kept"), [("batch", 2), ("end", 3)])
def test_an_interrupt_keeps_the_last_finished_epoch(
    when: str, kept: int, sequences: Sequences
) -> None:
    X, y = sequences
    params = {"epochs": 5, "batch_size": 20, "weight_averaging": 0.9}
    model = small(**params, callbacks=[Interrupting(2, when)])
    message = f"interrupted in epoch 3 of 5. The weights after epoch {kept} are kept."
    with pytest.warns(UserWarning, match=message):
        assert model.fit(X, y) is model
    alone = small(**params).set_params(epochs=kept).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), alone.predict_proba(X))
    assert model.history_ == alone.history_


def test_an_interrupt_before_any_epoch_is_an_interrupt(sequences: Sequences) -> None:
    X, y = sequences
    model = small(epochs=5, batch_size=20, callbacks=[Interrupting(0)])
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert not hasattr(model, "model_")


def test_an_interrupt_is_one_also_where_tensorflow_wraps_it() -> None:
    def interrupted(x):
        raise KeyboardInterrupt

    def calling(function):
        called = tf.function(lambda: tf.numpy_function(function, [1.0], tf.float32))
        return called.get_concrete_function()

    with pytest.raises(KeyboardInterrupt), unwrap_interrupts():
        calling(interrupted)()
    with pytest.raises(tf.errors.OpError, match="zero"), unwrap_interrupts():
        calling(lambda x: 1 / 0)()
