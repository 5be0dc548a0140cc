from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from skrnn.comparison import ModelComparison, ModelResult, report

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
def test_page_is_complete_and_self_contained(n_classes: int, tmp_path: Path) -> None:
    compared = comparison(n_classes)
    path = tmp_path / "page.html"
    assert compared.to_html(path, title=EVIL) is None
    source = path.read_text("utf-8")
    page = Page(source)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not {"src", "href", "srcset", "onclick"} & {k for k, _ in page.attributes}
    assert not re.search(r"https?:|url\((?!#)|@import", source)
    assert page.text.count(EVIL) >= 5
    for heading in (
        "Metrics",
        "Accuracy and fit time",
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
        r"<figcaption>perfect</figcaption>\s*<div class=.wide.>(.*?)</table>",
        compared.to_html(),
        re.DOTALL,
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
    assert "Accuracy and fit time" not in page.text
    assert "nan" not in page.text
    with pytest.raises(ValueError, match="no fit times to draw"):
        before.plot()


def test_notebook_table() -> None:
    html = comparison()._repr_html_()
    page = Page(html)
    assert page.tags.count("tr") == 4
    assert EVIL in page.text
    assert "best" in page.text


def test_equal_comparisons_give_equal_pages() -> None:
    assert comparison().to_html() == comparison().to_html()


def test_charts_follow_the_colors_of_the_page() -> None:
    source = comparison().to_html()
    assert "fill: currentColor" in source
    assert "fill: var(--card)" in source
    assert not re.search("#010203|#040506", source)


def test_charts_have_labels_and_no_identifier_twice() -> None:
    page = Page(comparison().to_html())
    labels = [v for k, v in page.attributes if k == "aria-label"]
    assert labels == [
        "Accuracy against fit time",
        f"Accuracy of {EVIL} by epoch",
        f"Loss of {EVIL} by epoch",
    ]
    assert page.tags.count("svg") == len(labels)
    ids = [v for k, v in page.attributes if k == "id"]
    assert len(ids) == len(set(ids)) > 0


@pytest.mark.parametrize("curve", [[0.5], [0.5, 0.6], [], [float("nan")] * 2])
def test_short_curves(curve: list[float]) -> None:
    compared = comparison()
    compared.results["perfect"].history.update(loss=[0.4, 0.5], val_loss=curve)
    assert "Loss of perfect by epoch" in compared.to_html()


@pytest.mark.parametrize("name", ["costs $5 and $6", "模型", 'id="x"'])
def test_any_name_is_drawn_without_a_warning(name: str, tmp_path: Path) -> None:
    comparison(name=name).to_html(tmp_path / "page.html")
    assert Page((tmp_path / "page.html").read_text("utf-8")).tags.count("svg") == 3


@pytest.mark.parametrize("module", ["jinja2", "matplotlib.pyplot"])
def test_what_the_page_needs_is_named(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report._environment.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=r"pip install '\.\[report\]'"):
        comparison().to_html()
    assert "perfect" in comparison()._repr_html_()
