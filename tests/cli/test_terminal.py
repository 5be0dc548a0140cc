from __future__ import annotations

import numpy as np
import pytest

from skrnn.cli.terminal import describe_best, one_line, show_comparison
from skrnn.comparison import ModelComparison, ModelResult


def comparison() -> ModelComparison:
    y = np.array([0, 1, 1])
    results = {
        "poor": ModelResult(predictions=1 - y, fit_time=1.0, predict_time=0.1),
        "good": ModelResult(predictions=y, fit_time=1.0, predict_time=0.1),
        "broken": ModelResult(error="ValueError: two\nlines"),
    }
    return ModelComparison(
        results, ["a", "b", "c"], y, classes=np.array([0, 1]), n_train=5
    )


def test_failures_are_printed_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    show_comparison(comparison())
    out, err = capsys.readouterr()
    table = out.partition("good, by class")[0]
    lines = [line.split() for line in table.splitlines() if line.strip()]
    assert [line[0] for line in lines[2:]] == ["good", "poor", "broken"]
    assert "accuracy [95 %]" in out
    assert err == "Error: broken failed: ValueError: two lines\n"


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_a_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(width))
    show_comparison(comparison())
    table, _, classes = capsys.readouterr().out.partition("good, by class")
    lines = [line for line in table.splitlines() if line.strip()]
    assert len(lines) == 6  # nothing is broken over lines
    assert len([line for line in classes.splitlines() if line.strip()]) == 7
    assert ("F1" in lines[0]) == (width == 120)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("a\n b"), "a b"),
        (ValueError(), "ValueError"),
        (
            PermissionError(13, "Permission denied", "x.html"),
            "x.html: Permission denied.",
        ),
        (ValueError("use text_column="), "use --text-column"),
    ],
)
def test_an_error_is_one_line(error: Exception, line: str) -> None:
    assert one_line(error) == line


@pytest.mark.parametrize(
    ("n_right", "sentence"),
    [
        (
            [95],
            "a labels 95 of 100 texts correctly (95.0 %). Its accuracy on texts like "
            "these is 88.8 % to 97.8 % (95 % confidence).",
        ),
        (
            [95, 95],
            "a and b are equally accurate: each labels 95 of 100 texts correctly.",
        ),
        (
            [95, 96],
            "b is the most accurate: it labels 96 of 100 texts correctly, 1 more than "
            "a. That may well be chance: of two equally good models, one is at least "
            "this far ahead in 100 % of such tests.",
        ),
        (
            [90, 96, 1],
            "6 more than a. That is unlikely to be chance: of two equally good",
        ),
        ([90, 96, 1], "one is at least this far ahead in 3.1 % of such tests."),
        ([60, 96], "one is at least this far ahead in under 0.1 % of such tests."),
    ],
)
def test_a_sentence_says_who_won_and_whether_it_is_chance(
    n_right: list[int], sentence: str
) -> None:
    y = np.arange(100) % 2
    results = {
        name: ModelResult(predictions=np.where(np.arange(100) < n, y, 1 - y))
        for name, n in zip("abc", n_right, strict=False)
    }
    results["broken"] = ModelResult(error="ValueError: no")
    found = ModelComparison(results, list(y), y, classes=np.array([0, 1]), n_train=5)
    assert sentence in describe_best(found)
