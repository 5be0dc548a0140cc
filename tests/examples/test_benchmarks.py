"""The two benchmarks whose tables are in the model card, on a few rows."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).parents[2] / "examples" / "benchmarks"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module


def test_accuracy_by_capability(load, capsys: pytest.CaptureFixture[str]) -> None:
    behavior = load("behavior")
    sentences = pd.read_csv(behavior.SENTENCES)
    always = np.ones(len(sentences), int)
    predicted = {"always": always, "right": sentences.label.to_numpy()}
    behavior.print_table(behavior.score(sentences, predicted))
    behavior.print_errors(sentences.head(60), {"always": always[:60]})
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "| capability | sentences | always | right |"
    assert all(line.endswith("| 50.0% | 100.0% |") for line in printed[2:13])
    wrong = sum(sentences.label.head(60) == 0)
    assert printed[14] == f"always: {wrong} of 60 are wrong"
    assert len(printed) == 15 + wrong


@pytest.mark.real_data
def test_learning_curves_resume(load, tmp_path: Path, capsys) -> None:
    few_labels = load("few_labels")
    out = tmp_path / "runs.jsonl"
    few_labels.run("kitchen", ["TF-IDF"], [50, 100], 1, None, out)
    few_labels.run("kitchen", ["TF-IDF"], [50, 100], 2, None, out)
    runs = pd.DataFrame(few_labels.read(out))
    assert not runs.duplicated(["set", "model", "n", "draw"]).any()
    assert len(runs) == 4
    few_labels.print_table("kitchen", runs)
    assert "| 50 | 0." in capsys.readouterr().out
    few_labels.plot(runs, tmp_path / "curves.svg")
