from __future__ import annotations

import gc

import keras
import numpy as np
import pytest

from skrnn.networks import reuse
from skrnn.networks.objective import Objective
from skrnn.networks.reuse import lease_network
from tests.networks.test_builders import SPEC


@pytest.fixture(autouse=True)
def empty_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reuse, "_free", type(reuse._free)())


def rmsprop(**kwargs) -> keras.optimizers.Optimizer:
    return keras.optimizers.RMSprop(**kwargs)


def test_a_network_in_use_is_not_handed_out() -> None:
    first, second = (
        lease_network(SPEC, Objective(), rmsprop()),
        lease_network(SPEC, Objective(), rmsprop()),
    )
    assert first.network is not second.network


def test_a_free_network_is_handed_out_again() -> None:
    lease = lease_network(SPEC, Objective(), rmsprop())
    network = lease.network
    del lease
    gc.collect()
    assert (
        lease_network(SPEC, Objective(), rmsprop(learning_rate=0.1)).network is network
    )


@pytest.mark.parametrize(
    "optimizer",
    [keras.optimizers.Adam(), keras.optimizers.RMSprop(clipnorm=1.0)],
    ids=["class", "clipnorm"],
)
def test_another_optimizer_gets_another_network(optimizer) -> None:
    lease = lease_network(SPEC, Objective(), rmsprop())
    network = lease.network
    del lease
    gc.collect()
    assert lease_network(SPEC, Objective(), optimizer).network is not network


def test_a_shared_model_is_never_reused() -> None:
    lease = lease_network(SPEC, Objective(), rmsprop())
    network, model = lease.network, lease.share()
    del lease
    gc.collect()
    assert lease_network(SPEC, Objective(), rmsprop()).network is not network
    assert model is network.model


@pytest.mark.parametrize(
    ("limit", "n_kept"), [("_MOST_NETWORKS", 2), ("_MOST_BYTES", 1)]
)
def test_the_pool_is_bounded(
    limit: str, n_kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The networks that were used last are kept, one at least."""
    monkeypatch.setattr(reuse, limit, n_kept)
    leases = [lease_network(SPEC, Objective(), rmsprop()) for _ in range(3)]
    networks = [lease.network for lease in leases]
    while leases:
        del leases[0]
    assert list(reuse._free.values()) == networks[-n_kept:]


def test_the_size_of_a_network_is_that_of_its_state() -> None:
    network = lease_network(SPEC, Objective(weight_averaging=0.9), rmsprop()).network
    _, *values = network.get_state()
    assert network.n_bytes == sum(value.nbytes for value in values)


def test_reset_makes_a_used_network_new() -> None:
    lease = lease_network(SPEC, Objective(), rmsprop())
    network = lease.network
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
