"""The clockwork cell against a reference written by hand."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from skrnn.kernels.clockwork import clockwork_kernels
from skrnn.kernels.tf_ops import recurrent_layer
from skrnn.networks.builders import build_network, initialize_network
from skrnn.networks.cells import CELLS
from skrnn.networks.clockwork import ClockworkRNN
from tests.helpers import KERNEL_OPERATION, SPEC, traced_operations

PERIODS = [(1,), (1, 2), (1, 2, 4), (2, 3, 7)]


def reference(
    words: np.ndarray, weights: list[np.ndarray], periods: tuple[int, ...]
) -> np.ndarray:
    """Run one row, unit by unit, as the paper has it."""
    kernel, *of_groups, bias = weights
    n = len(bias)
    size = n // len(periods)
    states = np.zeros((len(words) + 1, n))
    for t, word in enumerate(words):
        before, now = states[t], states[t + 1]
        for unit in range(n):
            group, place = divmod(unit, size)
            if t % periods[group]:
                now[unit] = before[unit]
                continue
            total = bias[unit] + word @ kernel[:, unit]
            for other in range(n):
                if periods[other // size] >= periods[group]:
                    source = other - group * size
                    total += before[other] * of_groups[group][source, place]
            now[unit] = np.tanh(total)
    return states[1:]


def random_layer(periods: tuple[int, ...], size: int = 3) -> ClockworkRNN:
    layer = ClockworkRNN(
        size * len(periods), periods=periods, return_sequences=True, seed=0
    )
    layer.build((None, None, 4))
    rng = np.random.default_rng(0)
    layer.set_weights(
        [
            w if w.dtype == np.uint32 else 0.5 * rng.standard_normal(w.shape)
            for w in layer.get_weights()
        ]
    )
    return layer


def trained_weights(layer: ClockworkRNN) -> list[np.ndarray]:
    return [v.numpy().astype(float) for v in layer.trainable_variables]


def slowly(layer: ClockworkRNN, inputs: tf.Tensor) -> tf.Tensor:
    """Run Keras' own loop over the cell: a mask keeps the compiled one away."""
    return layer(inputs, mask=np.ones(inputs.shape[:2], bool))


@pytest.mark.parametrize("n_rows", [1, 4, 5])
@pytest.mark.parametrize("periods", PERIODS, ids=str)
def test_states_are_those_of_the_reference(
    periods: tuple[int, ...], n_rows: int
) -> None:
    layer = random_layer(periods)
    inputs = np.random.default_rng(1).standard_normal((n_rows, 17, 4))
    expected = [reference(row, trained_weights(layer), periods) for row in inputs]
    inputs = tf.constant(inputs, tf.float32)
    np.testing.assert_allclose(layer(inputs), expected, atol=1e-5)
    np.testing.assert_allclose(slowly(layer, inputs), expected, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("periods", PERIODS, ids=str)
def test_gradients_are_those_of_autodiff(periods: tuple[int, ...]) -> None:
    layer = random_layer(periods)
    rng = np.random.default_rng(2)
    inputs = tf.constant(rng.standard_normal((5, 17, 4)), tf.float32)
    weighting = tf.constant(rng.standard_normal((5, 17, layer.cell.units)), tf.float32)
    found = []
    for run in (lambda x: layer(x), lambda x: slowly(layer, x)):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_mean(run(inputs) * weighting)
        variables = [v.value for v in layer.trainable_variables]
        found.append(tape.gradient(loss, [inputs, *variables]))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_gradients_follow_the_reference() -> None:
    periods = (1, 3)
    layer = random_layer(periods, size=2)
    inputs = np.random.default_rng(3).standard_normal((1, 8, 4))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(tf.constant(inputs, tf.float32)) ** 2)
    found = tape.gradient(loss, [v.value for v in layer.trainable_variables])
    for place, gradient in enumerate(found):
        for index in np.ndindex(*gradient.shape):
            losses = []
            for step in (1e-5, -1e-5):
                moved = trained_weights(layer)
                moved[place][index] += step
                losses.append((reference(inputs[0], moved, periods) ** 2).sum())
            slope = (losses[0] - losses[1]) / 2e-5
            assert gradient.numpy()[index] == pytest.approx(slope, abs=1e-4)


def test_one_period_of_one_is_a_plain_layer() -> None:
    layer = random_layer((1,), size=5)
    plain = keras.layers.SimpleRNN(5, return_sequences=True)
    plain.build((None, None, 4))
    plain.set_weights([v.numpy() for v in layer.trainable_variables])
    inputs = np.random.default_rng(4).standard_normal((3, 9, 4)).astype(np.float32)
    np.testing.assert_allclose(layer(inputs), plain(inputs), atol=1e-5)


def test_the_clock_counts_what_no_mask_leaves_out() -> None:
    layer = random_layer((1, 2, 4))
    rng = np.random.default_rng(5)
    words = rng.standard_normal((1, 6, 4)).astype(np.float32)
    real = np.array([[False, True, True, False, False, True, True, True, False, True]])
    spread = rng.standard_normal((1, 10, 4)).astype(np.float32)
    spread[real] = words[0]
    states = layer(spread, mask=real).numpy()
    np.testing.assert_allclose(states[real], layer(words)[0], atol=1e-6)


def test_the_compiled_loop_runs_but_not_with_recurrent_dropout() -> None:
    layer = ClockworkRNN(4, periods=(1, 2), return_sequences=True)
    assert KERNEL_OPERATION in traced_operations(layer, training=True)
    dropping = CELLS["clockwork"].make_layer(
        "drops", 4, recurrent_dropout=0.3, periods=(1, 2)
    )
    assert KERNEL_OPERATION not in traced_operations(dropping, training=True)
    assert KERNEL_OPERATION in traced_operations(dropping, training=False)


def test_recurrent_dropout_hides_states_but_keeps_them() -> None:
    layer = CELLS["clockwork"].make_layer(
        "hides", 40, recurrent_dropout=0.5, seed=1, periods=(1, 50)
    )
    inputs = np.random.default_rng(6).standard_normal((2, 5, 3)).astype(np.float32)
    states = layer(inputs, training=True).numpy()
    assert not np.allclose(states, layer(inputs))
    slow = states[:, :, 20:]
    np.testing.assert_array_equal(slow, np.repeat(slow[:, :1], 5, axis=1))


def test_there_are_no_weights_from_faster_to_slower_groups() -> None:
    spec = replace(SPEC, cell="clockwork", periods=(1, 2, 4, 8))
    plain = build_network(replace(SPEC, cell="simple")).count_params()
    assert build_network(spec).count_params() == plain - 6 * 8 * 8
    layer = random_layer((1, 2, 4), size=2)
    rows, columns = np.nonzero(np.asarray(layer.cell.recurrent_kernel))
    assert (rows // 2 >= columns // 2).all()
    assert len(rows) == 6 * 4


def test_what_a_group_does_not_read_has_no_gradient() -> None:
    rng = np.random.default_rng(7)
    shapes = (3, 5, 2), (2, 6), (6, 6), (6,)
    arrays = [tf.constant(rng.standard_normal(s), tf.float32) for s in shapes]
    with tf.GradientTape() as tape:
        tape.watch(arrays)
        states = recurrent_layer(clockwork_kernels((1, 2, 3)), *arrays)
    gradient = tape.gradient(states, arrays)[2].numpy()
    unheard = np.kron(np.triu(np.ones((3, 3)), 1), np.ones((2, 2))) == 1
    np.testing.assert_array_equal(gradient == 0.0, unheard)


def test_first_recurrent_kernels_are_orthogonal() -> None:
    spec = replace(SPEC, cell="clockwork", periods=(1, 2, 4, 8))
    model = build_network(spec)
    initialize_network(spec, model, np.random.default_rng(0))
    of_groups = [w.numpy() for w in model.weights if "recurrent_kernel" in w.path]
    assert [w.shape for w in of_groups] == [(32, 8), (24, 8), (16, 8), (8, 8)]
    for kernel in of_groups:
        np.testing.assert_allclose(kernel.T @ kernel, np.eye(8), atol=1e-5)


def test_a_saved_model_comes_back(tmp_path) -> None:
    spec = replace(
        SPEC, n_embeddings=9, cell="clockwork", periods=(1, 3), bidirectional=True
    )
    model = build_network(spec)
    initialize_network(spec, model, np.random.default_rng(0))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    ids = np.array([[0, 3, 4, 8], [5, 0, 6, 7], [0, 0, 0, 0]])
    np.testing.assert_array_equal(
        model.predict(ids, verbose=0), loaded.predict(ids, verbose=0)
    )


@pytest.mark.parametrize("periods", [(), (0, 1), (2, 1), (1, 1), (1, 2.5)], ids=str)
def test_periods_rise_from_one(periods: tuple) -> None:
    with pytest.raises(ValueError, match="integers from 1 on, each larger"):
        ClockworkRNN(4, periods=periods)


def test_units_are_split_evenly() -> None:
    with pytest.raises(ValueError, match=r"units=32 cannot.* Use units=30 or 35"):
        ClockworkRNN(32, periods=(1, 2, 4, 8, 16))
    with pytest.raises(ValueError, match="Use units=3, or"):
        ClockworkRNN(2, periods=(1, 2, 4))
