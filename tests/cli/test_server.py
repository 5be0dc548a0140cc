"""The service, as a client of a running server sees it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import skrnn
from skrnn.baselines import make_baseline
from skrnn.cli.app import commands
from tests.helpers import (
    REVIEWS,
    TOPIC_TEXTS,
    fit_topics,
    fitted_kind,
    small_pipeline,
)

TEXTS, LABELS = ["so good", "so bad", "good", "bad"] * 3, ["pos", "neg"] * 6


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    skrnn.export_onnx(make_baseline("nbsvm").fit(TEXTS, LABELS), path)
    return path


@contextmanager
def serving(model_file: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a server on a free port; give its process and its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "skrnn", "serve", str(model_file), "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.match(r"Serving at (http://127\.0\.0\.1:\d+) \(", line)
        assert found, line
        yield process, found[1]
        process.kill()


@pytest.fixture(scope="module")
def server(model_file: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with serving(model_file) as started:
        yield started


def ask(url: str, question: Any = None) -> Any:
    """Return the JSON that a server answers."""
    data = None if question is None else json.dumps(question).encode()
    request = Request(url, data, {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_the_server_predicts(
    server: tuple[subprocess.Popen[str], str], model_file: Path
) -> None:
    url = server[1]
    assert ask(f"{url}/health") == {"status": "ok", "labels": ["neg", "pos"]}
    texts = ["good", "so bad", ""]
    found = ask(f"{url}/predict", {"texts": texts})["predictions"]
    predictor = skrnn.serving.SentimentPredictor(model_file)
    assert [each["prediction"] for each in found] == list(predictor.predict(texts))
    np.testing.assert_allclose(
        [each["probability"] for each in found],
        predictor.predict_proba(texts).max(axis=1),
        atol=1e-4,
    )


def test_all_labels_of_a_text_are_served(tmp_path: Path) -> None:
    model = fit_topics()
    skrnn.export_onnx(model, tmp_path / "topics.onnx")
    with serving(tmp_path / "topics.onnx") as (_, url):
        assert ask(f"{url}/health")["labels"] == [0, 1, 2]
        found = ask(f"{url}/predict", {"texts": TOPIC_TEXTS})["predictions"]
    predictions = [each["prediction"] for each in found]
    assert predictions == [[], [1], [0, 1], [0, 1, 2]]
    proba = [[each["probability"][label] for label in "012"] for each in found]
    np.testing.assert_allclose(proba, model.predict_proba(TOPIC_TEXTS), atol=1e-4)


def test_the_numbers_of_a_regressor_are_served(tmp_path: Path) -> None:
    model = fitted_kind("ratings")
    skrnn.export_onnx(model, tmp_path / "ratings.onnx")
    with serving(tmp_path / "ratings.onnx") as (_, url):
        found = ask(f"{url}/predict", {"texts": list(REVIEWS[:3])})["predictions"]
    numbers = [each["prediction"] for each in found]
    np.testing.assert_allclose(numbers, model.predict(REVIEWS[:3]), rtol=1e-4)


def test_rows_of_several_text_columns_are_served(tmp_path: Path) -> None:
    columns = ["title", "the text"]
    X = pd.DataFrame([["a", text] for text in TEXTS], columns=columns)
    model = small_pipeline(epochs=1).fit(X, LABELS)
    skrnn.export_onnx(model, tmp_path / "table.onnx")
    with serving(tmp_path / "table.onnx") as (_, url):
        rows = X[:3].to_dict("records")
        found = ask(f"{url}/predict", {"texts": rows})["predictions"]
        proba = model.predict_proba(X[:3]).max(axis=1)
        np.testing.assert_allclose(
            [each["probability"] for each in found], proba, atol=1e-4
        )
        for wrong in (["good"], [{"title": "a"}]):
            with pytest.raises(HTTPError, match="422") as raised:
                ask(f"{url}/predict", {"texts": wrong})
            raised.value.close()


@pytest.mark.parametrize("question", [{"texts": "good"}, {"texts": []}, {}, [1]])
def test_a_wrong_question_is_answered_with_what_is_expected(
    question: Any, server: tuple[subprocess.Popen[str], str]
) -> None:
    with pytest.raises(HTTPError, match="422") as raised:
        ask(f"{server[1]}/predict", question)
    assert "type" in json.load(raised.value)["detail"][0]
    raised.value.close()


def test_the_server_describes_itself(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    with urlopen(server[1], timeout=30) as page:
        assert page.url.endswith("/docs")
        assert "swagger" in page.read().decode()
    paths = ask(f"{server[1]}/openapi.json")["paths"]
    assert set(paths) == {"/health", "/predict"}


def test_a_port_in_use_is_reported(model_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(
            commands, ["serve", str(model_file), "--port", port]
        )
    assert result.exit_code == 1
    assert f"Error: Port {port} of 127.0.0.1 cannot be used" in result.stderr
    assert "Choose another with --port." in result.stderr


def test_a_missing_package_is_named(
    model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fastapi", None)
    monkeypatch.delitem(sys.modules, "skrnn.cli.server", raising=False)
    result = CliRunner().invoke(commands, ["serve", str(model_file)])
    assert result.exit_code == 1
    assert "needs fastapi, which is not installed: pip install '.[serve]'" in (
        result.stderr
    )


def test_ctrl_c_stops_the_server(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    process = server[0]
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert process.stderr is not None
    assert process.stderr.read() == "Stopped\n"
