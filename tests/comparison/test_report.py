from __future__ import annotations

import math
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from skrnn.comparison import ModelComparison, ModelResult
from skrnn.comparison.charts import draw_curves, draw_scatter, nice_ticks

EVIL = "<script>alert(\"x\")</script> & 'more'"
_VOID = {"meta", "br"}


class Page(HTMLParser):
    """Checks that what is opened is closed, and collects text and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.text += data


def comparison(n_classes: int = 2, name: str = EVIL) -> ModelComparison:
    rng = np.random.default_rng(0)
    classes = np.array([f"class <{i}>" for i in range(n_classes)])
    y = classes[rng.integers(0, n_classes, size=50)]
    history = {
        "loss": [0.7, float("nan"), 0.3],
        "val_loss": [0.8, 0.7, 0.6],
        "accuracy": [0.5, 0.6, 0.7],
    }
    results = {
        name: ModelResult(
            predictions=classes[rng.integers(0, n_classes, size=50)],
            n_parameters=1234,
            fit_time=12.0,
            predict_time=0.5,
            history=history,
        ),
        "perfect": ModelResult(predictions=y, fit_time=0.0, predict_time=0.0),
        "failed": ModelResult(error=f"ValueError: {EVIL}"),
    }
    texts = [EVIL, "half a pair \ud800", "long " * 500, *["text"] * 47]
    return ModelComparison(results, texts, y, classes=classes, n_train=10)


@pytest.mark.parametrize("n_classes", [2, 3, 15])
def test_page_is_whole_and_stands_alone(n_classes: int, tmp_path: Path) -> None:
    compared = comparison(n_classes)
    path = tmp_path / "page.html"
    assert compared.to_html(path, title=EVIL) is None
    source = path.read_text("utf-8")
    page = Page(source)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not {"src", "href", "srcset", "onclick"} & {k for k, _ in page.attributes}
    assert not re.search(r"https?:|url\(|@import", source)
    assert page.text.count(EVIL) >= 5
    for heading in (
        "Figures",
        "Accuracy against time",
        "Training curves",
        "Confusion matrices",
        "Where the models disagree",
        "Rows on which they disagree",
    ):
        assert heading in page.text
    assert "prefers-color-scheme: dark" in source
    assert "1,234" in page.text


def test_page_has_no_nan() -> None:
    page = Page(comparison().to_html())
    assert not [v for _, v in page.attributes if v and "nan" in v.lower()]
    assert "nan" not in page.text.replace("dominant", "")


def test_number_of_disagreements_shown() -> None:
    compared = comparison()
    n_all = len(compared.disagreements())
    assert Page(compared.to_html()).tags.count("article") == min(n_all, 30)
    assert Page(compared.to_html(max_disagreements=3)).tags.count("article") == 3
    assert f"3 of {n_all} rows" in compared.to_html(max_disagreements=3)
    assert "article" not in Page(compared.to_html(max_disagreements=0)).tags


def test_confusion_matrices_count() -> None:
    compared = comparison()
    (counts,) = re.findall(
        r"<figcaption>perfect</figcaption><div class=.wide.>(.*?)</table>",
        compared.to_html(),
    )
    numbers = [int(n) for n in re.findall(r">(\d+)<small>", counts)]
    n_first = int((compared.y_test == compared.classes[0]).sum())
    assert numbers == [n_first, 0, 0, 50 - n_first]


def test_without_curves_there_is_no_section_of_them() -> None:
    compared = comparison()
    name = next(iter(compared.results))
    compared.results[name].history.clear()
    assert "Training curves" not in compared.to_html()


def test_models_that_were_fitted_before_have_no_times() -> None:
    y = np.array([0, 1, 1])
    result = ModelResult(predictions=y, fit_time=0.001, predict_time=0.1)
    before = ModelComparison(
        {"old": result}, ["a", "b", "c"], y, classes=np.array([0, 1]), n_train=0
    )
    assert before.to_frame()["fit_time"].isna().all()
    page = Page(before.to_html())
    assert "1 model, fitted before, compared on 3 rows." in page.text
    assert "Accuracy against time" not in page.text
    assert "nan" not in page.text
    with pytest.raises(ValueError, match="no times to draw"):
        before.plot()


def test_notebook_table() -> None:
    html = comparison()._repr_html_()
    page = Page(html)
    assert page.tags.count("tr") == 4
    assert EVIL in page.text
    assert "best" in page.text


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.83, 0.92, [0.84, 0.86, 0.88, 0.9, 0.92]),
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (1, 10, [2, 4, 6, 8, 10]),
    ],
)
def test_ticks(low: float, high: float, expected: list[float]) -> None:
    assert nice_ticks(low, high) == pytest.approx(expected)


def test_points_of_the_same_place_have_numbers_apart() -> None:
    points = [(i, f"m{i}", 3.0, 0.9, 0.89, 0.91, i == 1) for i in range(1, 9)]
    svg = draw_scatter(points)
    places = [
        (float(x), float(y))
        for x, y in re.findall(r'class="number" x="([\d.]+)" y="([\d.]+)"', svg)
    ]
    assert len(places) == len(points)
    gaps = [math.dist(a, b) for i, a in enumerate(places) for b in places[:i]]
    assert min(gaps) > 13


@pytest.mark.parametrize("curve", [[0.5], [0.5, 0.6], [], [float("nan")] * 2])
def test_short_curves(curve: list[float]) -> None:
    assert "nan" not in draw_curves([0.4, 0.5], curve, 0.4, 0.6, "loss")
    assert Page(draw_curves(curve, curve, 0.5, 0.5, "loss")).tags[0] == "svg"
