from __future__ import annotations

import importlib.util
import json
import os
import pickle
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

import skrnn
from skrnn import RNNSentimentClassifier, TextSequencer, make_sentiment_pipeline
from skrnn.networks.replicas import as_replicas

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("replicas.py")
N_PROCESSES = {"mirrored": 1, "multi_worker_mirrored": 2}


def imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CASES = imported(SCRIPT)


def free_ports(n: int) -> list[int]:
    sockets = [socket.socket() for _ in range(n)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture(scope="module", params=N_PROCESSES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Path:
    """What a strategy's processes left: three devices of one, or one of each of two."""
    strategy = request.param
    folder: Path = tmp_path_factory.mktemp(strategy)
    n = N_PROCESSES[strategy]
    workers = [f"127.0.0.1:{port}" for port in free_ports(n)]
    processes = []
    for index in range(n):
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
        if n > 1:
            task = {"type": "worker", "index": index}
            config = {"cluster": {"worker": workers}, "task": task}
            environment["TF_CONFIG"] = json.dumps(config)
        processes.append(
            subprocess.Popen(
                [sys.executable, SCRIPT, strategy, folder],
                env=environment,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    try:
        errors = [process.communicate(timeout=300)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0] * n, errors
    return folder


@pytest.mark.parametrize("name", CASES.CASES)
def test_learns_what_one_device_learns(folder: Path, name: str) -> None:
    alone = CASES.found(CASES.CASES[name]())
    parts = list(folder.glob(f"{name}-*.npz"))
    assert parts
    for part in parts:
        with np.load(part) as found:
            assert set(found) == set(alone)
            for each, expected in alone.items():
                np.testing.assert_allclose(found[each], expected, atol=2e-6)


def test_all_processes_end_with_the_same_bits(folder: Path) -> None:
    """Also without a seed, which they draw for themselves."""
    n = len(list(folder.glob("drawn-*.npz")))
    for name in (*CASES.CASES, "drawn"):
        found = [np.load(folder / f"{name}-{number}.npz") for number in range(n)]
        for each in found[0]:
            for other in found[1:]:
                np.testing.assert_array_equal(found[0][each], other[each])
        for each in found:
            each.close()


def test_workers_with_other_data_are_refused(folder: Path) -> None:
    refused = [path.read_text() for path in folder.glob("refused-*")]
    assert len(refused) == (2 if "multi_worker" in folder.name else 0)
    assert all("Each worker needs all of the data" in each for each in refused)


def test_a_worker_that_goes_is_missed(folder: Path) -> None:
    if "multi_worker" in folder.name:
        assert "has stopped" in (folder / "gone").read_text()
    else:
        assert not (folder / "gone").exists()


@pytest.fixture
def reviews() -> tuple[list[str], list[int]]:
    return ["a good film", "so bad"] * 10, [1, 0] * 10


@pytest.fixture
def mirrored() -> tf.distribute.Strategy:
    return tf.distribute.MirroredStrategy(["CPU:0"])


def test_an_object_is_a_parameter_as_any_other(
    mirrored: tf.distribute.Strategy, reviews: tuple[list[str], list[int]]
) -> None:
    model = make_sentiment_pipeline(
        None, maxlen=3, units=2, epochs=1, strategy=mirrored, random_state=0
    )
    search = GridSearchCV(model, {"clf__units": [2, 3]}, cv=2, error_score="raise")
    search.fit(*reviews)
    copied = clone(model).fit(*reviews)
    network = copied["clf"]._network
    assert network.replicas.name == "mirrored"
    assert network.replicas is as_replicas(mirrored)


@pytest.mark.parametrize("name", ["mirrored", None])
def test_files_keep_no_devices(
    name: str | None,
    mirrored: tf.distribute.Strategy,
    reviews: tuple[list[str], list[int]],
    tmp_path: Path,
) -> None:
    model = make_sentiment_pipeline(
        None, maxlen=3, units=2, epochs=1, strategy=name or mirrored, random_state=0
    ).fit(*reviews)
    expected = model.predict_proba(reviews[0])
    pickled = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(pickled.predict_proba(reviews[0]), expected)
    assert pickled["clf"].strategy == "mirrored"
    skrnn.save(model, tmp_path / "model.skrnn")
    loaded = skrnn.load(tmp_path / "model.skrnn")
    np.testing.assert_array_equal(loaded.predict_proba(reviews[0]), expected)
    assert loaded["clf"].strategy is None
    # What was pickled goes on as it was trained.
    pickled["clf"].partial_fit(pickled["seq"].transform(reviews[0]), reviews[1])
    assert pickled["clf"]._network.replicas.name == "mirrored"


def test_a_strategy_that_cannot_be_made_says_why(
    monkeypatch: pytest.MonkeyPatch, reviews: tuple[list[str], list[int]]
) -> None:
    rows = TextSequencer(maxlen=3).fit_transform(reviews[0])
    tf.zeros(1)  # too late for workers
    model = RNNSentimentClassifier(strategy="multi_worker_mirrored", epochs=1)
    worker = {"type": "worker", "index": 0}
    monkeypatch.setenv(
        "TF_CONFIG",
        json.dumps({"cluster": {"worker": ["127.0.0.1:1"] * 2}, "task": worker}),
    )
    with pytest.raises(ValueError, match="TF_CONFIG"):
        model.fit(rows, reviews[1])
    assert not hasattr(model, "model_")
    with pytest.raises(ValueError, match="strategy"):
        RNNSentimentClassifier(strategy="parameter_server").fit(rows, reviews[1])
