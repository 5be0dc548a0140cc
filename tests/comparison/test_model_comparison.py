from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from skrnn.comparison import ModelComparison, ModelResult

mpl.use("Agg")

Y = np.array(["n", "p"] * 10)
FLIP = {"n": "p", "p": "n"}


def answers(*wrong: int) -> np.ndarray:
    return np.array([FLIP[y] if i in wrong else y for i, y in enumerate(Y)])


def result(predictions: np.ndarray, **known) -> ModelResult:
    return ModelResult(predictions=predictions, fit_time=2.0, predict_time=0.1, **known)


@pytest.fixture
def comparison() -> ModelComparison:
    results = {
        "good": result(answers(0), n_parameters=10),
        "worse": result(answers(1, 2, 3, 4, 5, 6)),
        "equal": result(answers(0)),
        "failed": ModelResult(error="ValueError: no", traceback="..."),
    }
    texts = np.array([f"text {i}" for i in range(len(Y))], dtype=object)
    return ModelComparison(results, texts, Y, classes=np.array(["n", "p"]), n_train=30)


def test_table(comparison: ModelComparison) -> None:
    table = comparison.to_frame()
    assert table.index.tolist() == ["good", "worse", "equal", "failed"]
    assert table["accuracy"].tolist()[:3] == [0.95, 0.7, 0.95]
    assert comparison.best == "good"
    # One row against six: 2 * (1 + 7) of 2^7.
    assert table.loc["worse", "mcnemar_p"] == pytest.approx(2 * 8 / 128)
    assert np.isnan(table.loc["good", "mcnemar_p"])
    assert table.loc["equal", "mcnemar_p"] == 1.0
    assert table["n_parameters"].dtype == "Int64"
    assert table.loc["good", "n_parameters"] == 10
    assert table.loc["worse", "n_parameters"] is pd.NA
    assert (table["accuracy_low"] < table["accuracy"])[:3].all()
    assert table.loc["failed"].drop("error").isna().all()
    assert table.loc["failed", "error"] == "ValueError: no"
    assert table["error"].tolist()[:3] == [None] * 3
    # Positives: 9 of 10 found, no false one but row 0, which is negative.
    assert table.loc["good", "f1"] == pytest.approx(2 * 10 / (2 * 10 + 1))


def test_disagreements_come_with_the_even_splits_first() -> None:
    predictions = [answers(4), answers(4, 7), answers(9), answers()]
    comparison = ModelComparison(
        {f"m{i}": result(labels) for i, labels in enumerate(predictions)},
        list(Y),
        Y,
        classes=np.array(["n", "p"]),
        n_train=1,
    )
    rows = comparison.disagreements()
    assert rows.index.tolist() == [4, 7, 9]
    assert rows.loc[4].tolist() == ["n", "p", "p", "n", "n"]
    assert rows.columns.tolist() == ["truth", "m0", "m1", "m2", "m3"]
    assert comparison.predictions().shape == (20, 4)


def test_one_model_agrees_with_itself() -> None:
    alone = ModelComparison(
        {"truth": result(answers(1))}, Y, Y, classes=np.array(["n", "p"]), n_train=1
    )
    assert alone.disagreements().empty
    assert alone.disagreements().columns.tolist() == ["truth", "truth"]
    assert "disagree" not in alone.to_html()


def test_plot(comparison: ModelComparison) -> None:
    assert comparison.plot() is comparison
    assert comparison.figure_ is comparison.ax_.figure
    texts = [text.get_text() for text in comparison.ax_.get_legend().get_texts()]
    assert [text.strip("\u200b") for text in texts] == ["good", "equal", "worse"]
    assert comparison.ax_.get_xscale() == "log"
    _, ax = plt.subplots()
    assert comparison.plot(ax).ax_ is ax
    plt.close("all")


def test_any_name_can_be_drawn() -> None:
    names = ("_hidden", "costs $5 and $6", "a_b^c", "ünïcode")
    comparison = ModelComparison(
        {name: result(answers(i)) for i, name in enumerate(names)},
        Y,
        Y,
        classes=np.array(["n", "p"]),
        n_train=1,
    )
    figure = comparison.plot().figure_
    figure.canvas.draw()
    assert len(comparison.ax_.get_legend().get_texts()) == len(names)
    plt.close("all")


def test_all_failed() -> None:
    failed = ModelComparison(
        {"a": ModelResult(error="ValueError: no")},
        Y,
        Y,
        classes=np.array(["n", "p"]),
        n_train=1,
    )
    assert failed.best is None
    assert failed.to_frame()["accuracy"].isna().all()
    assert failed.disagreements().empty
    assert "ValueError: no" in failed.to_html()
    assert "ValueError: no" in failed._repr_html_()
    assert "ValueError: no" in repr(failed)
    with pytest.raises(ValueError, match="nothing to draw"):
        failed.plot()


def test_without_matplotlib(comparison: ModelComparison, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install '\.\[plot\]'"):
        comparison.plot()


def test_text(comparison: ModelComparison) -> None:
    lines = repr(comparison).splitlines()
    assert "0.9500 [0.7639, 0.9911]" in lines[1]
    assert lines[1].endswith("best")
    assert lines[2].endswith("0.125")
