from __future__ import annotations

import gc
from dataclasses import replace

import keras
import numpy as np
import pytest

from skrnn.networks import pool
from skrnn.networks.losses import TrainingLoss
from skrnn.networks.pool import acquire_network
from tests.helpers import SPEC

LOSS = TrainingLoss("binary", keras.losses.BinaryCrossentropy())


@pytest.fixture(autouse=True)
def empty_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_free", type(pool._free)())


def rmsprop(**kwargs) -> keras.optimizers.Optimizer:
    return keras.optimizers.RMSprop(**kwargs)


def test_a_network_in_use_is_not_reused() -> None:
    first, second = (
        acquire_network(SPEC, LOSS, rmsprop()),
        acquire_network(SPEC, LOSS, rmsprop()),
    )
    assert first.network is not second.network


def test_a_released_network_is_reused() -> None:
    pooled = acquire_network(SPEC, LOSS, rmsprop())
    network = pooled.network
    del pooled
    gc.collect()
    assert acquire_network(SPEC, LOSS, rmsprop(learning_rate=0.1)).network is network


@pytest.mark.parametrize(
    "optimizer",
    [keras.optimizers.Adam(), keras.optimizers.RMSprop(clipnorm=1.0)],
    ids=["class", "clipnorm"],
)
def test_another_optimizer_gets_another_network(optimizer) -> None:
    pooled = acquire_network(SPEC, LOSS, rmsprop())
    network = pooled.network
    del pooled
    gc.collect()
    assert acquire_network(SPEC, LOSS, optimizer).network is not network


def test_an_exposed_model_is_never_reused() -> None:
    pooled = acquire_network(SPEC, LOSS, rmsprop())
    network, model = pooled.network, pooled.expose()
    del pooled
    gc.collect()
    assert acquire_network(SPEC, LOSS, rmsprop()).network is not network
    assert model is network.model


def test_a_release_inside_the_lock_does_not_wait_for_it() -> None:
    """The garbage collector may call it at any allocation of the thread."""
    pooled = acquire_network(SPEC, LOSS, rmsprop())
    network = pooled.network
    with pool._lock:
        del pooled
        gc.collect()
    assert list(pool._free.values()) == [network]


@pytest.mark.parametrize(("limit", "n_kept"), [("_MAX_NETWORKS", 2), ("_MAX_BYTES", 1)])
def test_the_pool_is_bounded(
    limit: str, n_kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The networks that were used last are kept, one at least."""
    monkeypatch.setattr(pool, limit, n_kept)
    handles = [acquire_network(SPEC, LOSS, rmsprop()) for _ in range(3)]
    networks = [pooled.network for pooled in handles]
    while handles:
        del handles[0]
    assert list(pool._free.values()) == networks[-n_kept:]


def test_the_size_of_a_network_is_that_of_its_state() -> None:
    network = acquire_network(SPEC, LOSS, rmsprop(), weight_averaging=0.9).network
    _, *values = network.get_state()
    assert network.n_bytes == sum(value.nbytes for value in values)


def test_reset_makes_a_used_network_new() -> None:
    pooled = acquire_network(SPEC, LOSS, rmsprop())
    network = pooled.network
    network.reset(np.random.default_rng(0))
    new = network.get_state()
    ids = np.full((4, 3), 2, dtype=np.int32)
    ones = np.ones(4, dtype=np.float32)
    import tensorflow as tf

    batch = [tf.constant(part) for part in (ids, ones, ones)]
    first = [float(value) for value in network.train_step(*batch)]
    assert not np.array_equal(network.get_state()[1], new[1])
    network.reset(np.random.default_rng(0))
    for one, other in zip(network.get_state(), new, strict=True):
        np.testing.assert_array_equal(one, other)
    assert [float(value) for value in network.train_step(*batch)] == first


@pytest.mark.parametrize(
    "change",
    [
        {"loss": replace(LOSS, label_loss=keras.losses.BinaryCrossentropy(0.5, 0.1))},
        {"weight_averaging": 0.9},
    ],
    ids=["label loss", "averaging"],
)
def test_another_loss_or_averaging_gets_another_network(change: dict) -> None:
    pooled = acquire_network(SPEC, LOSS, rmsprop())
    network = pooled.network
    del pooled
    gc.collect()
    options = {"loss": LOSS, **change}
    other = acquire_network(SPEC, optimizer=rmsprop(), **options)
    assert other.network is not network
