"""ModelComparison: the result of compare_models as a table, a chart and a report."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path
from textwrap import fill
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from skrnn._matplotlib import axes_or_new, draw_svg
from skrnn._sklearn import take_rows
from skrnn.comparison.columns import COLUMNS, Evaluation, format_table, make_table
from skrnn.comparison.measure import ModelResult
from skrnn.comparison.report import (
    make_confusion_tables,
    make_difference_table,
    make_disagreements,
    render_page,
)
from skrnn.inspection.history_display import TrainingHistoryDisplay
from skrnn.inspection.style import COLORS, MARKERS

__all__ = ["ModelComparison"]

_NAME_WIDTH = 26  # characters of a line of the legend
# Charts of the report, in inches: 1 inch is 72 CSS pixels, so they fit a phone.
_SCATTER_SIZE, _LEGEND_LINE = (4.9, 3.4), 0.22
_CURVE_SIZE = 4.6, 3.2


class ModelComparison:
    """Models compared on the same test rows by :func:`~skrnn.compare_models`.

    Notebooks display it as a table.

    Parameters
    ----------
    results : dict of str to ModelResult
        The result of each model, by name.
    X_test : array-like of length n_test
        The test rows.
    y_test : ndarray of shape (n_test,)
        Their labels.
    classes : ndarray of shape (n_classes,)
        All labels of training and test rows, sorted. With two classes the second is the
        positive class.
    n_train : int
        Number of labeled training rows; 0 if the models were fitted before, so that no
        fit is timed.
    n_unlabeled : int, default=0
        Number of unlabeled training rows, for the models that use them.
    estimators : dict of str to estimator, default=None
        The fitted models, if ``return_estimator`` was set.

    Attributes
    ----------
    best : str or None
        Name of the most accurate model, the first one in case of a tie; None if all
        failed.
    ax_ : matplotlib Axes
        After :meth:`plot`.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    Notes
    -----
    Accuracy has Wilson's 95 % interval. F1 is that of the second of two classes, or
    the mean over all classes (macro). ROC AUC is that of the second of two classes, or
    the mean over all classes, each against the rest; it needs ``predict_proba`` or
    ``decision_function``. McNemar's exact test compares each model with the best one;
    the p-values are corrected neither for the number of models nor for the choice of
    the best.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from skrnn.baselines import make_baseline
    >>> from skrnn.comparison import compare_models
    >>> models = {
    ...     "tfidf": make_baseline("tfidf", vec__min_df=1),
    ...     "majority": DummyClassifier(),
    ...     "broken": make_baseline("tfidf", vec__min_df=100),
    ... }
    >>> comparison = compare_models(
    ...     models, ["good", "good", "bad"], [1, 1, 0], ["good", "bad"], [1, 0],
    ...     verbose=0,
    ... )
    >>> comparison.to_frame()["accuracy"]
    model
    tfidf       1.0
    majority    0.5
    broken      NaN
    Name: accuracy, dtype: float64
    >>> comparison.disagreements()
         truth  tfidf  majority
    row
    1        0      0         1
    """

    def __init__(
        self,
        results: dict[str, ModelResult],
        X_test: Any,
        y_test: npt.NDArray[Any],
        *,
        classes: npt.NDArray[Any],
        n_train: int,
        n_unlabeled: int = 0,
        estimators: dict[str, Any] | None = None,
    ) -> None:
        self.results = results
        self.X_test = X_test
        self.y_test = y_test
        self.classes = classes
        self.n_train = n_train
        self.n_unlabeled = n_unlabeled
        self.estimators = estimators
        self._correct = {
            name: result.predictions == y_test
            for name, result in results.items()
            if result.predictions is not None
        }

    @property
    def best(self) -> str | None:
        """Name of the most accurate model."""
        return max(
            self._correct, key=lambda name: self._correct[name].sum(), default=None
        )

    def to_frame(self) -> pd.DataFrame:
        """Get the metrics of all models.

        Returns
        -------
        table : DataFrame of shape (n_models, n_columns)
            A row for each model, in the given order: ``n_parameters`` (missing if they
            cannot be counted), ``fit_time`` and ``predict_time`` in seconds,
            ``accuracy``, ``accuracy_low``, ``accuracy_high``, ``f1``, ``roc_auc``,
            ``mcnemar_p`` (missing for the best model) and ``error`` (None if the model
            did not fail).
        """
        errors = {name: result.error for name, result in self.results.items()}
        return make_table({name: self._evaluate(name) for name in errors}, errors)

    def _evaluate(self, name: str) -> Evaluation | None:
        """Return what the columns are computed from; None if the model failed."""
        result = self.results[name]
        predictions = result.predictions
        if predictions is None:
            return None
        if not self.n_train:
            result = replace(result, fit_time=float("nan"))
        best = self.best
        return Evaluation(
            result,
            predictions,
            self.y_test,
            self.classes,
            correct=self._correct[name],
            best_correct=None if best in (None, name) else self._correct[best],
        )

    def predictions(self) -> pd.DataFrame:
        """Get what each model predicts.

        Returns
        -------
        predictions : DataFrame of shape (n_test, n_models)
            Predicted labels, a column for each model that did not fail.
        """
        return pd.DataFrame(
            {name: self.results[name].predictions for name in self._correct},
            index=pd.RangeIndex(len(self.y_test), name="row"),
        )

    def disagreements(self) -> pd.DataFrame:
        """Get the test rows on which the models disagree, even splits first.

        Returns
        -------
        rows : DataFrame of shape (n_disagreements, 1 + n_models)
            The true label (``truth``) and the prediction of each model; the index is
            the number of the row in ``X_test``.
        """
        predictions = self.predictions()
        labels = predictions.to_numpy()
        votes = [(labels == label).sum(axis=1) for label in self.classes]
        n_minority = predictions.shape[1] - np.max(votes, axis=0)
        order = np.argsort(-n_minority, kind="stable")
        predictions.insert(0, "truth", self.y_test, allow_duplicates=True)
        return predictions.iloc[order[: np.count_nonzero(n_minority)]]

    def plot(self, ax: Any = None) -> Self:
        """Draw accuracy, with its interval, against fit time.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        self : ModelComparison
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If all models failed, or were fitted before.
        """
        if not self._correct:
            raise ValueError("All models failed: there is nothing to draw.")
        if not self.n_train:
            raise ValueError(
                "The models were fitted before: there are no fit times to draw."
            )
        (ax,) = axes_or_new("ModelComparison.plot", ax, size=(8.0, 4.5))
        self._draw_scatter(ax)
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_scatter(self, ax: Any) -> None:
        """Draw the points and the axes, without a legend."""
        table = self.to_frame()
        table = table[table["error"].isna()].sort_values("accuracy", ascending=False)
        for i, (name, row) in enumerate(table.iterrows()):
            ax.errorbar(
                row["fit_time"],
                row["accuracy"],
                yerr=[
                    [row["accuracy"] - row["accuracy_low"]],
                    [row["accuracy_high"] - row["accuracy"]],
                ],
                fmt=MARKERS[i % len(MARKERS)],
                color=COLORS[i % len(COLORS)],
                markersize=8,
                # The edge separates points that overlap.
                markeredgecolor=ax.get_facecolor(),
                capsize=3,
                linewidth=1.2,
                label=_legend_entry(str(name)),
            )
        ax.set(
            xscale="log",
            xlabel="Fit time in seconds",
            ylabel="Test accuracy, 95 % interval",
        )
        # Few enough labels not to overlap: 1, 2, 5, 10, ...
        ax.xaxis.get_major_locator().set_params(subs=(1, 2, 5))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_minor_formatter("")
        ax.grid(visible=True, alpha=0.3, linewidth=0.6)

    def __repr__(self) -> str:
        """Show the table as text."""
        return "\n".join([self._cells().to_string(), *self._errors()])

    def _repr_html_(self) -> str:
        """Show the table in a notebook, as pandas does."""
        errors = [f"<p>{escape(error)}</p>" for error in self._errors()]
        return "\n".join([self._cells().to_html(), *errors])

    def _cells(self) -> pd.DataFrame:
        """Return the table as it is shown, all cells strings."""
        return pd.DataFrame(format_table(self.to_frame())).T

    def _errors(self) -> list[str]:
        """Return a line for each model that failed."""
        return [
            f"{name} failed: {result.error}"
            for name, result in self.results.items()
            if result.error is not None
        ]

    def to_html(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        title: str = "Comparison of models",
        max_disagreements: int = 30,
    ) -> str | None:
        """Write a report as a single HTML file without scripts or external resources.

        It has the table, accuracy against fit time, training curves, confusion
        matrices, and the test rows on which the models disagree.

        Parameters
        ----------
        path : str or path-like, default=None
            The file; if None, the page is returned.
        title : str, default="Comparison of models"
            Heading of the page.
        max_disagreements : int, default=30
            Maximum number of rows of :meth:`disagreements` to show.

        Returns
        -------
        page : str or None
            The page, if ``path`` is None.

        Raises
        ------
        ImportError
            If Jinja2 or matplotlib is not installed.
        """
        predictions, disagreements = self.predictions(), self.disagreements()
        shown = disagreements.head(max_disagreements)
        texts = self._texts(shown.index.to_numpy())
        numbers = {name: number for number, name in enumerate(self.results, start=1)}
        page = render_page(
            title=title,
            comparison=self,
            columns=[column for column in COLUMNS if column.heading is not None],
            cells=format_table(self.to_frame()),
            scatter=self._scatter_svg(),
            curves=self._curve_svgs(),
            confusions=make_confusion_tables(predictions, self.y_test, self.classes),
            differences=make_difference_table(predictions, numbers),
            rows=make_disagreements(shown, texts, self.classes),
            n_disagreements=len(disagreements),
        )
        if path is None:
            return page
        # Lone surrogates, which have no encoding, become character references.
        Path(path).write_text(page, encoding="utf-8", errors="xmlcharrefreplace")
        return None

    def _scatter_svg(self) -> str | None:
        """Return :meth:`plot` with the legend below, or None if there is no plot."""
        if not self._correct or not self.n_train:
            return None

        def draw(ax: Any) -> None:
            self._draw_scatter(ax)
            ax.figure.legend(loc="outside lower left", frameon=False)

        width, height = _SCATTER_SIZE
        n_lines = sum(_legend_entry(name).count("\n") + 1 for name in self._correct)
        size = (width, height + _LEGEND_LINE * n_lines)
        return draw_svg(draw, size=size, label="Accuracy against fit time")

    def _curve_svgs(self) -> dict[str, dict[str, str]]:
        """Return for each metric the curves of each model, all on the same y-axis."""
        svgs: dict[str, dict[str, str]] = {}
        for metric in ("accuracy", "loss"):
            names = metric, f"val_{metric}"
            curves = {
                name: TrainingHistoryDisplay(result.history)
                for name, result in self.results.items()
                if any(result.history.get(each) for each in names)
            }
            values = np.array(
                [
                    value
                    for display in curves.values()
                    for each in names
                    for value in display.history.get(each, [])
                ]
            )
            values = values[np.isfinite(values)]
            if not len(values):
                continue
            margin = 0.06 * max(np.ptp(values), 1e-3)
            limits = values.min() - margin, values.max() + margin
            svgs[metric] = {
                name: draw_svg(
                    partial(_draw_curves, display, metric, limits),
                    size=_CURVE_SIZE,
                    label=f"{metric.capitalize()} of {name} by epoch",
                )
                for name, display in curves.items()
            }
        return svgs

    def _texts(self, rows: npt.NDArray[np.intp]) -> list[str]:
        """Return test rows as text."""
        chosen = take_rows(self.X_test, rows)
        if hasattr(chosen, "toarray"):
            chosen = chosen.toarray()
        return [
            row if isinstance(row, str) else " ".join(str(np.asarray(row)).split())
            for row in (chosen.to_numpy() if hasattr(chosen, "iloc") else chosen)
        ]


def _draw_curves(
    display: TrainingHistoryDisplay,
    metric: str,
    limits: tuple[float, float],
    ax: Any,
) -> None:
    """Draw one metric of a model, with the limits of its axis."""
    display.plot(ax, metrics=[metric])
    ax.set_ylim(limits)


def _legend_entry(name: str) -> str:
    """Return the name of a model in lines, without what matplotlib would interpret."""
    # $ begins a formula, and a leading _ hides an entry.
    return "\u200b" + fill(name, _NAME_WIDTH).replace("$", r"\$")
