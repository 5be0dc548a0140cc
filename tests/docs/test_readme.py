"""What the README shows a newcomer works as it is printed there."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REVIEWS = ROOT / "examples" / "reviews.csv"
# As on a newcomer's machine, where TensorFlow says what it likes.
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}


def section(title: str) -> str:
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def commands(title: str) -> list[str]:
    """Return the lines of the shell in a section, without comments."""
    blocks = re.findall(r"```sh\n(.+?)```", section(title), flags=re.DOTALL)
    return [re.sub(r" +# .*", "", line) for line in "".join(blocks).splitlines()]


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**ENVIRONMENT, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.slow
def test_the_first_command_ends_with_a_comparison_and_no_noise() -> None:
    *install, command = commands("Two commands")[0].split(" && ")
    assert install == ["python3 -m venv .venv", ".venv/bin/pip install ."]
    run = shell(command.replace(".venv/bin/python", sys.executable), ROOT)
    assert run.stderr == ""
    table = run.stdout.partition("accuracy\n")[2]
    found = dict(re.findall(r"^ +(\S.+?) +(0\.\d\d)$", table, flags=re.MULTILINE))
    network = float(found["the same, trained on these labels"])
    assert network > float(found["TF-IDF + LogisticRegression"]) + 0.1


def test_the_second_command_runs_the_core_tests() -> None:
    _, command = commands("Two commands")
    assert command.startswith(
        "python3 -m venv .venv && .venv/bin/pip install '.[test]'"
    )
    tests = command.rpartition(" && ")[2].replace(".venv/bin/", "")
    assert f"\n{tests} " in (ROOT / ".ci" / "run").read_text()


@pytest.mark.slow
def test_five_commands_lead_to_a_served_prediction(tmp_path: Path) -> None:
    shutil.copy(REVIEWS, tmp_path / "reviews.csv")
    install, *others = commands("Your own CSV, served")
    assert install == "python3 -m venv .venv && .venv/bin/pip install '.[serve]'"
    skrnn = f"{sys.executable} -m skrnn"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    compare, train, serve, curl = (
        each.replace(".venv/bin/skrnn", skrnn).replace(":8000", f":{port}")
        for each in others
    )
    assert "nbsvm" in shell(compare, tmp_path).stdout
    assert (tmp_path / "reviews_comparison.html").exists()
    shell(train, tmp_path)
    with subprocess.Popen(
        ["bash", "-c", f"exec {serve} --port {port}"],
        cwd=tmp_path,
        env={**ENVIRONMENT, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stderr is not None
            assert any("Serving at" in line for line in server.stderr)
            if shutil.which("curl") is None:
                pytest.skip("curl is not installed")
            (answer,) = json.loads(shell(curl, tmp_path).stdout)["predictions"]
        finally:
            server.terminate()
    assert answer["prediction"] == "positive"
    assert 0.5 < answer["probability"] <= 1


def test_figures_of_the_readme_are_those_of_the_tables() -> None:
    pages = ("docs/guide/pretrained.md", "docs/choosing.md")
    tables = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in pages)
    figures = set(re.findall(r"\b0\.\d{3}\b", section("Three numbers")))
    assert len(figures) >= 5
    assert not {figure for figure in figures if figure not in tables}
