"""LongTermDependencyDisplay: accuracy by the distance of a negation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd

from skrnn._matplotlib import axes_or_new
from skrnn.inspection.dependency import long_term_dependency
from skrnn.inspection.style import COLORS, MARKERS, legend_above

__all__ = ["LongTermDependencyDisplay"]

_COLUMNS = ("model", "distance", "accuracy", "gradient_norm")
_DASHES = ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), ":", (0, (8, 2)))
_LABELS = {
    "accuracy": "accuracy on new reviews",
    "gradient_norm": "gradient norm at the negation",
}


class LongTermDependencyDisplay:
    """Accuracy and gradient norm by the distance between a negation and its word.

    Two charts side by side: the distance at which a model falls to chance, and how much
    its score depends on the word vector of the negation. Several rows for a model and a
    distance, such as those of several seeds, are drawn as their mean, with a bar from
    minimum to maximum.

    Parameters
    ----------
    table : pandas.DataFrame
        A table of :func:`skrnn.long_term_dependency`: columns ``model``, ``distance``,
        ``accuracy`` and ``gradient_norm``.

    Attributes
    ----------
    ax_ : ndarray of shape (2,) or (1,), matplotlib.axes.Axes
        The axes after ``plot``: accuracy, and gradient norm if it is drawn.
    figure_ : matplotlib.figure.Figure
        Their figure.
    lines_ : list of matplotlib.lines.Line2D
        The accuracy of each model.

    Raises
    ------
    ValueError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> import pandas as pd
    >>> from skrnn import LongTermDependencyDisplay
    >>> table = pd.DataFrame({
    ...     "model": ["plain RNN", "plain RNN", "TF-IDF", "TF-IDF"],
    ...     "distance": [0, 8, 0, 8],
    ...     "accuracy": [1.0, 0.5, 0.5, 0.5],
    ...     "gradient_norm": [3.0, 0.01, float("nan"), float("nan")],
    ... })
    >>> display = LongTermDependencyDisplay(table)
    >>> display.table["model"].unique().tolist()
    ['plain RNN', 'TF-IDF']
    """

    def __init__(self, table: pd.DataFrame) -> None:
        missing = [name for name in _COLUMNS if name not in table]
        if missing or not len(table):
            raise ValueError(
                "table must come from long_term_dependency, with rows and the columns "
                f"{', '.join(_COLUMNS)}; got {len(table)} rows and the columns "
                f"{', '.join(map(str, table)) or '(none)'}."
            )
        self.table = table

    @classmethod
    def from_estimators(
        cls,
        estimators: Mapping[str, Any] | None = None,
        *,
        distances: Sequence[int] = (0, 4, 16, 32),
        n_samples: int = 6000,
        n_test: int = 500,
        random_state: Any = None,
        ax: Any = None,
    ) -> Self:
        """Call :func:`skrnn.long_term_dependency` and plot the table.

        Parameters
        ----------
        estimators : mapping of str to estimator, default=None
            Classifiers of raw strings by name; they are cloned. None means a plain RNN,
            an LSTM, a GRU, attention and TF-IDF.
        distances : sequence of int, default=(0, 4, 16, 32)
            Words between the negation and the word that it negates.
        n_samples, n_test : int, default=6000 and 500
            Training and test reviews at each distance.
        random_state : int, RandomState instance or None, default=None
            Controls all randomness.
        ax : matplotlib.axes.Axes or sequence of two of them, default=None
            Where to draw, see :meth:`plot`; a new figure if None.

        Returns
        -------
        display : LongTermDependencyDisplay
            The display, plotted.
        """
        table = long_term_dependency(
            estimators,
            distances=distances,
            n_samples=n_samples,
            n_test=n_test,
            random_state=random_state,
        )
        return cls(table).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw the accuracy and the gradient norm.

        Parameters
        ----------
        ax : matplotlib.axes.Axes or sequence of two of them, default=None
            Where to draw: one for the accuracy alone, or two. A new figure with both if
            None.

        Returns
        -------
        self : LongTermDependencyDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If ``ax`` has more than two axes.
        """
        axes = axes_or_new(
            "LongTermDependencyDisplay.plot",
            ax,
            size=(9.0, 4.0),
            n_columns=1 if hasattr(ax, "figure") else 2,
        )
        self.ax_ = np.array(axes, dtype=object)
        self.figure_ = self.ax_[0].figure
        distances = sorted(self.table["distance"].unique())
        # Evenly spaced: distances typically double, and 0 has no logarithm.
        places = {distance: place for place, distance in enumerate(distances)}
        self.lines_ = []
        for column, axes in zip(_COLUMNS[2:], self.ax_, strict=False):
            for number, (name, rows) in enumerate(
                self.table.groupby("model", sort=False)
            ):
                values = rows.dropna(subset=[column]).groupby("distance")[column]
                if not len(values):
                    continue
                color = COLORS[number % len(COLORS)]
                means = values.mean()
                at = means.index.map(places)
                (line,) = axes.plot(
                    at,
                    means,
                    label=str(name),
                    color=color,
                    marker=MARKERS[number % len(MARKERS)],
                    linestyle=_DASHES[number % len(_DASHES)],
                    # Decreasing sizes, so that markers at one point stay visible.
                    markersize=max(11 - 1.5 * number, 4),
                    linewidth=1.8,
                )
                if (values.size() > 1).any():
                    axes.vlines(at, values.min(), values.max(), color=color, lw=1.2)
                if column == "accuracy":
                    self.lines_.append(line)
            axes.set_xticks(range(len(distances)), [str(d) for d in distances])
            axes.set_xlabel("words between the negation and its word")
            axes.set_ylabel(_LABELS[column])
            axes.grid(alpha=0.25)
        accuracy, *gradient = self.ax_
        accuracy.axhline(0.5, color="#808080", linewidth=1, zorder=0)
        accuracy.annotate(
            "chance", (1, 0.5), (4, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize="small", color="#808080",
        )  # fmt: skip
        accuracy.set_ylim(min(0.4, self.table["accuracy"].min() - 0.05), 1.05)
        if gradient and (self.table["gradient_norm"] > 0).any():
            gradient[0].set_yscale("log")
        legend_above(accuracy)
        return self
