"""Axes that are given, axes that are made, and no matplotlib at all."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from matplotlib import pyplot as plt

from skrnn._matplotlib import axes_or_new
from skrnn.inspection import SequenceLengthDisplay


@pytest.fixture(autouse=True)
def _no_window():
    plt.switch_backend("Agg")
    yield
    plt.close("all")


def test_new_axes_have_the_size_asked_for() -> None:
    axes = axes_or_new("Display.plot", None, size=(6.0, 2.0), n_columns=3)
    assert len(axes) == 3
    assert axes[0].figure.get_size_inches().tolist() == [6.0, 2.0]


def test_given_axes_are_drawn_on() -> None:
    _, grid = plt.subplots(2, 2)
    assert axes_or_new("Display.plot", grid[0, 0], size=(1, 1)) == [grid[0, 0]]
    for given in (grid, list(grid.flat)):
        axes = axes_or_new("Display.plot", given, size=(1, 1), n_columns=4)
        assert axes == list(np.ravel(grid))
    with pytest.raises(ValueError, match=r"Display.plot needs 3 axes, got 4"):
        axes_or_new("Display.plot", grid, size=(1, 1), n_columns=3)


def test_without_matplotlib_the_message_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    display = SequenceLengthDisplay.from_lengths([3])
    message = r"SequenceLengthDisplay.plot draws .*: pip install '\.\[plot\]'"
    with pytest.raises(ImportError, match=message):
        display.plot()
