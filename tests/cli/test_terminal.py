from __future__ import annotations

import numpy as np
import pytest

from skrnn.cli.terminal import one_line, show_comparison
from skrnn.comparison import ModelComparison, ModelResult


def comparison() -> ModelComparison:
    y = np.array([0, 1, 1])
    results = {
        "good": ModelResult(predictions=y, fit_time=1.0, predict_time=0.1),
        "broken": ModelResult(error="ValueError: two\nlines"),
    }
    return ModelComparison(
        results, ["a", "b", "c"], y, classes=np.array([0, 1]), n_train=5
    )


def test_failures_are_printed_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    show_comparison(comparison())
    out, err = capsys.readouterr()
    assert len([line for line in out.splitlines() if line.strip()]) == 4
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
    lines = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert len(lines) == 4  # nothing is broken over lines
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
