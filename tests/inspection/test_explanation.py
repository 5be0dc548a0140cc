"""An explanation as pairs, a table, a line of HTML and bars."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from skrnn.inspection import Explanation
from skrnn.inspection.style import AGAINST, ATTENDED, FOR, STRONGEST, tint


def explanation(**changes) -> Explanation:
    parts = {
        "tokens": ("not", "<b>", "$5$", "zebra"),
        "weights": np.array([-0.4, 0.2, 0.0, 0.1]),
        "known": np.array([True, True, True, False]),
        "method": "occlusion",
        "target": "pos",
        "score": "probability",
        "value": 0.75,
        "baseline": None,
        "n_words": 6,
    }
    return Explanation(**{**parts, **changes})


class _Words(HTMLParser):
    """Collect spans with a title, and check that tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[dict[str, str]] = []
        self.words: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag, attributes) -> None:
        self.open.append({"tag": tag, **dict(attributes)})

    def handle_endtag(self, tag) -> None:
        assert self.open.pop()["tag"] == tag

    def handle_data(self, data) -> None:
        if self.open and "title" in self.open[-1]:
            self.words.append((data, self.open[-1]["title"], self.open[-1]["style"]))


def test_pairs_and_table() -> None:
    shown = explanation()
    assert shown.to_pairs()[0] == ("not", -0.4)
    frame = shown.to_frame()
    assert frame.columns.tolist() == ["token", "weight", "known"]
    assert frame["weight"].tolist() == [-0.4, 0.2, 0.0, 0.1]


def test_html_has_each_word_on_a_tint_of_its_weight() -> None:
    page = _Words()
    page.feed(explanation()._repr_html_())
    assert not page.open
    assert [word for word, _, _ in page.words] == ["not", "<b>", "$5$", "zebra"]
    assert [title for _, title, _ in page.words] == [
        "-0.4000", "+0.2000", "+0.0000", "+0.1000, out of vocabulary",
    ]  # fmt: skip
    tints = [re.search(r"rgba\((.*?)\)", style)[1] for _, _, style in page.words]
    assert tints == ["213,94,0,0.60", "0,114,178,0.60", "0,114,178,0.00",
                     "0,114,178,0.60"]  # fmt: skip
    assert ["dotted" in style for _, _, style in page.words] == [False] * 3 + [True]


@pytest.mark.parametrize(
    ("method", "score", "weights", "opacities", "legend"),
    [
        ("occlusion", "probability", [-0.002, 0.05], ["0.01", "0.30"], "0.1 or more"),
        ("occlusion", "log_odds", [-0.25, 3.0], ["0.15", "0.60"], "1 or more"),
        ("attention", "probability", [0.125, 0.25], ["0.30", "0.60"], "weight, 0.250"),
    ],
)
def test_a_tint_means_the_same_in_every_explanation(
    method, score, weights, opacities, legend
) -> None:
    page = explanation(
        tokens=("a", "b"),
        weights=np.array(weights),
        known=np.array([True, True]),
        method=method,
        score=score,
    )._repr_html_()
    words = _Words()
    words.feed(page)
    styles = [style for _, _, style in words.words]
    assert [re.search(r",([\d.]+)\)", style)[1] for style in styles] == opacities
    assert legend in page


def test_html_shows_the_text_with_its_punctuation() -> None:
    shown = explanation(
        tokens=("not", "good"),
        weights=np.array([-0.1, 0.1]),
        known=np.array([True, True]),
        text="Is (it) NOT <b>, good?!",
        spans=((8, 11), (17, 21)),
    )
    page = shown._repr_html_()
    body = page.split("<div")[3].partition(">")[2]
    text = re.sub(r"<[^>]*>", "", body).strip()
    assert text == "Is (it) NOT &lt;b&gt;, good?!"
    words = _Words()
    words.feed(page)
    assert [word for word, *_ in words.words] == ["NOT", "good"]


def test_html_shows_words_that_the_text_does_not_have_where_they_were_read() -> None:
    page = explanation(
        tokens=("so", "``", "good"),
        weights=np.zeros(3),
        known=np.array([True, True, True]),
        text='so "good"',
        spans=((0, 2), (2, 2), (4, 8)),
    )._repr_html_()
    text = re.sub(r"<[^>]*>", "", page.split("<div")[3].partition(">")[2]).strip()
    assert text == "so`` &quot;good&quot;"


def test_weak_evidence_has_short_bars() -> None:
    shown = explanation(weights=np.full(4, -0.002)).plot()
    assert shown.ax_.get_xlim() == pytest.approx((-0.108, 0.108))


def test_html_says_what_the_weights_are() -> None:
    text = explanation()._repr_html_()
    assert "drop in probability if the word is removed" in text
    assert "4 of the 6 words are used" in text
    text = explanation(method="integrated_gradients", baseline=0.85)._repr_html_()
    assert "sum to -0.100: probability 0.750 of the text minus 0.850" in text
    assert "as many unknown words" in text
    text = explanation(method="attention", weights=np.full(4, 0.25))._repr_html_()
    assert "sum to one" in text
    assert "attended to" in text
    assert "<script" not in text


def luminance(color: np.ndarray) -> float:
    linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("color", [FOR, AGAINST, ATTENDED])
@pytest.mark.parametrize(("page", "ink"), [(1.0, 0.13), (0.07, 0.88)])
def test_words_are_readable_on_the_strongest_tint(color, page, ink) -> None:
    """WCAG asks for a contrast of 4.5, for dark ink on white and light ink on black."""
    *parts, opacity = tint(color, 1.0)
    assert opacity == STRONGEST
    behind = luminance(opacity * np.array(parts) + (1 - opacity) * page)
    light, dark = sorted([behind, luminance(np.full(3, ink))], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_bars_are_the_weights_from_the_first_word_down() -> None:
    shown = explanation()
    assert shown.plot() is shown
    assert [bar.get_width() for bar in shown.ax_.patches] == [-0.4, 0.2, 0.0, 0.1]
    labels = [label.get_text() for label in shown.ax_.get_yticklabels()]
    assert labels == ["not", "<b>", r"\$5\$", "zebra"]
    bottom, top = shown.ax_.get_ylim()
    assert bottom > top
    assert shown.figure_ is shown.ax_.figure


def test_the_strongest_words_of_a_long_text_are_drawn() -> None:
    shown = explanation().plot(max_words=2)
    assert [bar.get_width() for bar in shown.ax_.patches] == [-0.4, 0.2]
    assert shown.ax_.get_ylabel() == "2 strongest of 4 words"


def test_nothing_to_draw_is_drawn() -> None:
    shown = explanation(tokens=(), weights=np.empty(0), known=np.empty(0, bool))
    assert not shown.plot().ax_.patches
    assert "no words" in shown._repr_html_()


def test_it_draws_where_it_is_told() -> None:
    from matplotlib import pyplot as plt

    _, (left, right) = plt.subplots(1, 2)
    assert explanation().plot(ax=right).ax_ is right
    assert not left.patches
