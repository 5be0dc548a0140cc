"""Fused optimizer steps, beside Keras' own."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf

from skrnn.networks.optimizers import FusedStep, can_fuse

SHAPES = [(7, 3), (5,), (1,)]
Optimizer = keras.optimizers.Optimizer


def variables() -> list[keras.Variable]:
    rng = np.random.default_rng(0)
    return [
        keras.Variable(rng.standard_normal(shape), dtype="float32") for shape in SHAPES
    ]


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.optimizers.SGD(0.1),
        lambda: keras.optimizers.RMSprop(0.01, rho=0.8, epsilon=1e-5),
        lambda: keras.optimizers.Adam(0.01, beta_1=0.8, beta_2=0.99, epsilon=1e-6),
        lambda: keras.optimizers.Adam(
            keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
        ),
    ],
)
def test_steps_are_those_of_keras(make: Callable[[], Optimizer]) -> None:
    (ours, plain), (mine, theirs) = (make(), make()), (variables(), variables())
    ours.build(mine)
    plain.build(theirs)
    fused = FusedStep(ours, mine)
    step = tf.function(lambda *gradients: fused(list(gradients)), autograph=False)
    rng = np.random.default_rng(1)
    for _ in range(20):
        gradients = [tf.constant(rng.standard_normal(s), tf.float32) for s in SHAPES]
        step(*gradients)
        plain.apply(gradients, theirs)
    for one, other in zip(
        [*mine, *ours.variables], [*theirs, *plain.variables], strict=True
    ):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("optimizer", "fuses"),
    [
        (keras.optimizers.RMSprop(), True),
        (keras.optimizers.RMSprop(momentum=0.9), False),
        (keras.optimizers.RMSprop(centered=True), False),
        (keras.optimizers.Adam(clipnorm=1.0), False),
        (keras.optimizers.Adam(weight_decay=0.1), False),
        (keras.optimizers.Adam(amsgrad=True), False),
        (keras.optimizers.Adam(use_ema=True), False),
        (keras.optimizers.AdamW(), False),
        (keras.optimizers.SGD(momentum=0.9), False),
        (keras.optimizers.Lion(), False),
    ],
)
def test_only_what_tensorflow_has_is_fused(optimizer: Optimizer, fuses: bool) -> None:
    assert can_fuse(optimizer) == fuses


def test_a_subclass_keeps_its_own_step() -> None:
    class Mine(keras.optimizers.SGD):
        pass

    assert not can_fuse(Mine())


def test_an_infinite_gradient_is_forgotten_by_a_reset() -> None:
    values = [keras.Variable(np.ones(2), dtype="float32")]
    optimizer = keras.optimizers.RMSprop(0.1)
    optimizer.build(values)
    fused = FusedStep(optimizer, values)
    fused([tf.constant([np.inf, np.nan], tf.float32)])
    fused.reset()
    values[0].assign([1.0, 1.0])
    optimizer.variables[-1].assign([0.0, 0.0])
    fused([tf.constant([1.0, 1.0])])
    assert np.isfinite(values[0].numpy()).all()
