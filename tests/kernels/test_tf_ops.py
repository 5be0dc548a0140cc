from __future__ import annotations

import itertools
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import tensorflow as tf

from skrnn.kernels import recurrence, tf_ops, threads
from skrnn.kernels.clockwork import clockwork_kernels
from skrnn.kernels.gru import GRU
from skrnn.kernels.lstm import LSTM
from skrnn.kernels.simple import SIMPLE
from skrnn.kernels.tf_ops import recurrent_layer

LAYERS = {
    "simple": (partial(recurrent_layer, SIMPLE), 1),
    "lstm": (partial(recurrent_layer, LSTM), 4),
    "gru": (partial(recurrent_layer, GRU), 3),
    "clockwork": (partial(recurrent_layer, clockwork_kernels((1, 3))), 1),
}


def random_layer(kind: str, shape: tuple[int, int, int], units: int) -> list[tf.Tensor]:
    """Return inputs, kernel, recurrent kernel and bias."""
    rng = np.random.default_rng(0)
    width = LAYERS[kind][1] * units
    shapes = [shape, (shape[2], width), (units, width), (width,)]
    return [tf.constant(0.4 * rng.standard_normal(s), tf.float32) for s in shapes]


def results(kind: str, arrays: list[tf.Tensor]) -> list[np.ndarray]:
    """Return states, and the gradients of their sum of squares by everything."""
    with tf.GradientTape() as tape:
        tape.watch(arrays)
        states = LAYERS[kind][0](*arrays)
        loss = tf.reduce_sum(states**2)
    return [x.numpy() for x in (states, *tape.gradient(loss, arrays))]


@pytest.mark.parametrize("kind", LAYERS)
def test_bits_do_not_depend_on_threads(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = random_layer(kind, (37, 60, 32), 16)
    assert len(recurrence.cut(arrays[0].numpy())) > 2
    found = []
    for n_threads in (1, 2, 5):
        monkeypatch.setattr(threads, "n_threads", lambda n=n_threads: n)
        threads._helpers.cache_clear()
        found.append(results(kind, arrays))
    for one, *others in zip(*found, strict=True):
        for other in others:
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", LAYERS)
def test_inference_keeps_less_and_computes_the_same(kind: str) -> None:
    arrays = random_layer(kind, (21, 30, 7), 6)
    run = LAYERS[kind][0]
    expected = results(kind, arrays)
    with tf.GradientTape() as tape:
        tape.watch(arrays)
        states = run(*arrays, training=False)
        loss = tf.reduce_sum(states**2)
    found = [states, *tape.gradient(loss, arrays)]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", LAYERS)
def test_reading_backward_is_reading_a_reversed_row(kind: str) -> None:
    arrays, lengths = random_layer(kind, (5, 6, 3), 4), tf.constant([0, 1, 3, 5, 6])
    run = LAYERS[kind][0]

    def reverse(tensor: tf.Tensor) -> tf.Tensor:
        return tf.reverse_sequence(tensor, lengths, seq_axis=1)

    with tf.GradientTape(persistent=True) as tape:
        tape.watch(arrays)
        found = run(*arrays, lengths=lengths, backward=True)
        expected = reverse(run(reverse(arrays[0]), *arrays[1:]))
        # The last word of each row is not looked at.
        seen = tf.sequence_mask(lengths - 1, 6)[:, :, tf.newaxis]
        losses = [tf.reduce_sum(tf.where(seen, x, 0.0) ** 2) for x in (found, expected)]
    np.testing.assert_array_equal(found, expected)
    d_found, d_expected = (tape.gradient(loss, arrays) for loss in losses)
    for one, other in zip(d_found, d_expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("kind", LAYERS)
def test_steps_after_the_lengths_are_padding(
    kind: str, training: bool, backward: bool
) -> None:
    """Rows are many enough to be computed in parts, each with its longest row."""
    inputs, *weights = random_layer(kind, (90, 30, 20), 4)
    lengths = tf.constant(np.arange(90) // 3, tf.int32)
    real = tf.sequence_mask(lengths, 30)[:, :, tf.newaxis]
    run = partial(LAYERS[kind][0], training=training)

    def run_all_steps() -> tf.Tensor:
        if not backward:
            return run(inputs, *weights)
        reverse = partial(tf.reverse_sequence, seq_lengths=lengths, seq_axis=1)
        return reverse(run(reverse(inputs), *weights))

    found = []
    for few_steps in (True, False):
        with tf.GradientTape() as tape:
            tape.watch([inputs, *weights])
            if few_steps:
                states = run(inputs, *weights, lengths=lengths, backward=backward)
            else:
                states = run_all_steps()
            kept = tf.where(real, states, 0.0)
            loss = tf.reduce_sum(kept**2)
        found.append([kept, *tape.gradient(loss, [inputs, *weights])])
        if few_steps:
            assert np.isfinite(states).all()
            assert not states[:10, 20:].numpy().any(), "not computed"
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n_rows", [1, 2, 3, 37])
@pytest.mark.parametrize("kind", LAYERS)
def test_rows_of_a_batch_are_independent(kind: str, n_rows: int) -> None:
    arrays = random_layer(kind, (n_rows, 5, 3), 4)
    states, d_inputs, *d_weights = results(kind, arrays)
    alone = [results(kind, [row[tf.newaxis], *arrays[1:]]) for row in arrays[0]]
    for together, apart in (
        (states, np.concatenate([a[0] for a in alone])),
        (d_inputs, np.concatenate([a[1] for a in alone])),
        *((w, sum(a[k + 2] for a in alone)) for k, w in enumerate(d_weights)),
    ):
        np.testing.assert_allclose(together, apart, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n_seen", [(0, 0, 0), (4, 1, 0), (2, 5, 3)])
@pytest.mark.parametrize("kind", LAYERS)
def test_steps_without_an_upstream_gradient_get_none(
    kind: str, n_seen: tuple[int, ...]
) -> None:
    """The backward kernels skip them, which must give the gradients of cut rows."""
    inputs, *weights = random_layer(kind, (3, 6, 3), 4)
    apart = []
    for row, n in zip(inputs, n_seen, strict=True):
        if n:
            apart.append(results(kind, [row[tf.newaxis, :n], *weights])[1:])
    with tf.GradientTape() as tape:
        tape.watch([inputs, *weights])
        states = LAYERS[kind][0](inputs, *weights)
        seen = tf.sequence_mask(n_seen, 6)[:, :, tf.newaxis]
        loss = tf.reduce_sum(tf.where(seen, states, 0.0) ** 2)
    d_inputs, *d_weights = tape.gradient(loss, [inputs, *weights])
    expected = np.zeros(inputs.shape, np.float32)
    for row, part in zip(np.flatnonzero(n_seen), apart, strict=True):
        expected[row, : n_seen[row]] = part[0][0]
    np.testing.assert_allclose(d_inputs, expected, atol=1e-6)
    for place, found in enumerate(d_weights):
        total = sum(part[place + 1] for part in apart)
        np.testing.assert_allclose(found, total + np.zeros(found.shape), atol=1e-5)


@pytest.mark.parametrize("kind", LAYERS)
def test_gradients_follow_finite_differences(kind: str) -> None:
    arrays = random_layer(kind, (2, 7, 3), 2)
    found = results(kind, arrays)[1:]
    step = 1e-2
    for place, d_array in enumerate(found):
        for index in itertools.islice(np.ndindex(d_array.shape), 0, None, 3):
            losses = []
            for sign in (1, -1):
                moved = [a.numpy() for a in arrays]
                moved[place][index] += sign * step
                states = LAYERS[kind][0](*map(tf.constant, moved)).numpy()
                losses.append(np.sum(states.astype(float) ** 2))
            slope = (losses[0] - losses[1]) / (2 * step)
            assert d_array[index] == pytest.approx(slope, rel=2e-2, abs=2e-3)


@pytest.mark.parametrize("kind", LAYERS)
def test_nan_stays_nan(kind: str) -> None:
    inputs, *weights = random_layer(kind, (2, 7, 3), 4)
    spoilt = inputs.numpy()
    spoilt[0, 3, 0] = np.nan  # where both groups of the clockwork layer move
    states = LAYERS[kind][0](tf.constant(spoilt), *weights).numpy()
    assert np.isfinite(states[0, :3]).all()
    assert np.isnan(states[0, 3:]).all()
    assert np.isfinite(states[1]).all()


def test_tanh_and_sigmoid_are_close_everywhere() -> None:
    x = np.linspace(-20, 20, 200_001, dtype=np.float32)
    zero, one = tf.zeros((1, 1)), tf.ones((1, 1))
    tanh = recurrent_layer(SIMPLE, x[:, None, None], one, zero, zero[0]).numpy()
    exact = np.tanh(x.astype(float))
    assert np.abs(tanh[:, 0, 0] - exact).max() < 5e-7
    small = (np.abs(x) < 0.1) & (x != 0)
    assert np.abs(tanh[small, 0, 0] / exact[small] - 1).max() < 1e-6


def test_embed_scales_and_sums() -> None:
    rng = np.random.default_rng(0)
    table = tf.constant(rng.standard_normal((9, 3)), tf.float32)
    ids = tf.constant(rng.integers(0, 8, size=(4, 5)), tf.int32)
    scale = tf.constant(rng.integers(0, 3, size=(4, 3)), tf.float32)
    upstream = rng.standard_normal((4, 5, 3)).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(table)
        vectors = tf_ops.embed(table, ids, scale)
    expected = table.numpy()[ids] * scale.numpy()[:, None]
    np.testing.assert_array_equal(vectors, expected)
    sums = np.zeros((9, 3), np.float32)
    np.add.at(sums, ids.numpy(), upstream * scale.numpy()[:, None])
    gradient = tape.gradient(vectors, table, output_gradients=upstream)
    np.testing.assert_allclose(gradient, sums, rtol=1e-5, atol=1e-6)
    assert not gradient.numpy()[8].any()


@pytest.mark.parametrize(
    "lengths", [(7, 7, 7), (3, 0, 7), (0, 0, 0), (130, 64, 65, 1, 128, 140, 0)]
)
def test_attention_pooling_is_that_of_tensorflow(lengths: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    batch = len(lengths), max(*lengths, 2)
    shapes = [(*batch, 5), (5, 5), (5,), (5,)]
    given = [tf.constant(rng.standard_normal(shape), tf.float32) for shape in shapes]
    target = tf.constant(rng.standard_normal((batch[0], 5)), tf.float32)
    real = tf.sequence_mask(lengths, batch[1])

    def ours(states, *weights):
        return tf_ops.attention_pool(states, tf.constant(lengths), *weights)

    def plain(states, kernel, bias, context):
        scores = tf.tensordot(tf.tanh(states @ kernel + bias), context, 1)
        attention = tf.nn.softmax(tf.where(real, scores, -1e9), axis=1)
        attention = tf.where(real, attention, 0.0)
        return tf.einsum("bt,btf->bf", attention, states), attention

    found = []
    for pool in (ours, plain):
        with tf.GradientTape() as tape:
            tape.watch(given)
            vectors, attention = pool(*given)
            loss = tf.reduce_sum(vectors * target)
        found.append([vectors, attention, *tape.gradient(loss, given)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_no_copy_is_made_of_results() -> None:
    for shape in ((1, 1, 1), (3, 5, 7)):
        array = recurrence.empty(*shape)
        assert array.shape == shape
        assert array.dtype == np.float32
        assert array.ctypes.data % 64 == 0


@pytest.mark.slow
def test_kernels_run_where_nothing_can_be_cached() -> None:
    code = (
        "import numba.core.caching as c\n"
        "c.CacheImpl._locator_classes = []\n"
        "import tensorflow as tf\n"
        "from skrnn.kernels import simple, tf_ops\n"
        "w = tf.ones((1, 1))\n"
        "h = tf_ops.recurrent_layer(simple.SIMPLE, w[None], w, w, w[0])\n"
        "print(round(float(h[0, 0, 0]), 3))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "0.964"
