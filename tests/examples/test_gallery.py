"""Every example of the gallery runs, here after one epoch and so without its point."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from matplotlib import pyplot as plt

import skrnn

pytestmark = pytest.mark.slow

EXAMPLES = sorted(Path(__file__).parents[2].joinpath("examples").glob("plot_*.py"))


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    make_pipeline, measure = skrnn.make_sentiment_pipeline, skrnn.long_term_dependency

    def one_epoch(recipe: str | None = "fast", **params):
        return make_pipeline(recipe, **{**params, "epochs": 1})

    def few_reviews(*args, **params):
        return measure(*args, **{**params, "n_samples": 64, "n_test": 16})

    monkeypatch.setattr(skrnn, "make_sentiment_pipeline", one_epoch)
    monkeypatch.setattr(skrnn, "long_term_dependency", few_reviews)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(plt, "show", lambda: None)
    monkeypatch.delenv("SKRNN_DATA", raising=False)
    plt.switch_backend("Agg")
    yield
    plt.close("all")


# Those that need a library which the tests do not: nox -s peers has both.
_NEEDS = {"plot_label_issues": "cleanlab", "plot_uncertainty": "mapie"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_draws(path: Path) -> None:
    if path.stem in _NEEDS:
        pytest.importorskip(_NEEDS[path.stem], reason="comes with nox -s peers")
    if path.stem == "plot_search_curves":
        pytest.importorskip("sklearn.callback", reason="came with scikit-learn 1.9")
    runpy.run_path(str(path), run_name="__main__")
    assert plt.get_fignums()
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()


def test_the_examples_are_found() -> None:
    assert len(EXAMPLES) >= 6


def test_the_example_without_pictures_runs(capsys: pytest.CaptureFixture[str]) -> None:
    script = Path(__file__).parents[2] / "examples" / "train_from_files.py"
    runpy.run_path(str(script), run_name="__main__")
    assert "accuracy" in capsys.readouterr().out.splitlines()[-1]
