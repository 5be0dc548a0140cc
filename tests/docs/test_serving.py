"""The FastAPI app of the guide runs as it is printed."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import pytest
import uvicorn

import skrnn
from skrnn.baselines import make_baseline

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "serving.md"


def test_the_app_of_the_guide_predicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, labels = ["so good", "so bad"] * 6, ["pos", "neg"] * 6
    skrnn.export_onnx(
        make_baseline("nbsvm").fit(texts, labels), tmp_path / "model.onnx"
    )
    monkeypatch.chdir(tmp_path)
    code = re.search(
        r"^```python\n(from fastapi .+?)^```$", PAGE.read_text("utf-8"), re.M | re.S
    )
    assert code
    module: dict[str, Any] = {}
    exec(code[1], module)

    server = uvicorn.Server(uvicorn.Config(module["app"], log_level="warning"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            for given, expected in (
                (["good", "bad"], ["pos", "neg"]),
                ([], []),
            ):
                request = Request(
                    f"http://127.0.0.1:{listener.getsockname()[1]}/predict",
                    json.dumps({"texts": given}).encode(),
                    {"Content-Type": "application/json"},
                )
                with urlopen(request, timeout=30) as answer:
                    found = json.load(answer)
                assert found["labels"] == expected
                assert [round(sum(row), 6) for row in found["probabilities"]] == [
                    1.0
                ] * len(given)
        finally:
            server.should_exit = True
            thread.join()
