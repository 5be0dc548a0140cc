from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skrnn import LongTermDependencyDisplay

mpl.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")

TABLE = pd.DataFrame(
    {
        "model": ["plain RNN", "TF-IDF"] * 3,
        "distance": [16, 16, 0, 0, 4, 4],
        "accuracy": [0.5, 0.51, 1.0, 0.49, 0.8, 0.5],
        "gradient_norm": [0.001, np.nan, 2.0, np.nan, 0.1, np.nan],
    }
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_lines_hold_the_table() -> None:
    display = LongTermDependencyDisplay(TABLE)
    assert display.plot() is display
    accuracy, gradient = display.ax_
    assert display.figure_ is accuracy.figure
    assert [line.get_label() for line in display.lines_] == ["plain RNN", "TF-IDF"]
    np.testing.assert_array_equal(display.lines_[0].get_xdata(), [0, 1, 2])
    np.testing.assert_array_equal(display.lines_[0].get_ydata(), [1.0, 0.8, 0.5])
    labels = [tick.get_text() for tick in accuracy.get_xticklabels()]
    assert labels == ["0", "4", "16"]
    (norms,) = gradient.get_lines()
    np.testing.assert_array_equal(norms.get_ydata(), [2.0, 0.1, 0.001])
    assert gradient.get_yscale() == "log"
    assert norms.get_color() == display.lines_[0].get_color()


def test_lines_differ_without_color() -> None:
    lines = LongTermDependencyDisplay(TABLE).plot().lines_
    assert lines[0].get_marker() != lines[1].get_marker()
    assert lines[0].get_linestyle() != lines[1].get_linestyle()


def test_several_seeds_are_a_mean_with_a_bar() -> None:
    second = TABLE.assign(accuracy=TABLE["accuracy"] - 0.1, gradient_norm=4.0)
    display = LongTermDependencyDisplay(pd.concat([TABLE, second])).plot()
    means = display.lines_[0].get_ydata()
    np.testing.assert_allclose(means, [0.95, 0.75, 0.45])
    bars = display.ax_[0].collections[0].get_segments()
    ends = [sorted(bar[:, 1].tolist()) for bar in bars]
    np.testing.assert_allclose(ends, [[0.9, 1.0], [0.7, 0.8], [0.4, 0.5]])
    assert not LongTermDependencyDisplay(TABLE).plot().ax_[0].collections


def test_given_axes_are_drawn_on() -> None:
    figure, axes = plt.subplots(2, 1)
    display = LongTermDependencyDisplay(TABLE).plot(axes)
    assert display.figure_ is figure
    assert list(display.ax_) == list(axes)
    with pytest.raises(ValueError, match="needs 2 axes, got 3"):
        display.plot(plt.subplots(3, 1)[1])


def test_one_given_axes_shows_the_accuracy_alone() -> None:
    _, ax = plt.subplots()
    display = LongTermDependencyDisplay(TABLE).plot(ax)
    assert list(display.ax_) == [ax]
    np.testing.assert_array_equal(display.lines_[0].get_ydata(), [1.0, 0.8, 0.5])
    assert ax.get_ylabel() == "accuracy on new reviews"


def test_no_gradients_are_no_lines() -> None:
    bags = TABLE[TABLE["model"] == "TF-IDF"]
    display = LongTermDependencyDisplay(bags).plot()
    assert not display.ax_[1].get_lines()
    display.figure_.canvas.draw()


def test_from_estimators_measures_and_plots() -> None:
    tfidf = make_pipeline(TfidfVectorizer(), LogisticRegression())
    _, axes = plt.subplots(1, 2)
    display = LongTermDependencyDisplay.from_estimators(
        {"TF-IDF": tfidf}, distances=[0, 2], n_samples=40, n_test=20, random_state=0,
        ax=axes,
    )  # fmt: skip
    assert display.table["distance"].tolist() == [0, 2]
    assert display.ax_[0] is axes[0]


def test_another_table_is_refused() -> None:
    with pytest.raises(ValueError, match=r"got 6 rows and the columns model, dist"):
        LongTermDependencyDisplay(TABLE.drop(columns="accuracy"))
    with pytest.raises(ValueError, match="got 0 rows"):
        LongTermDependencyDisplay(TABLE[:0])
