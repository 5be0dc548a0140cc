"""What a comparison has found: as a table, a picture, and a page."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import fill
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from skrnn._matplotlib import axes_or_new
from skrnn._sklearn import take_rows
from skrnn.comparison.measure import ModelResult
from skrnn.comparison.report import format_cells, render_page, render_table
from skrnn.comparison.statistics import (
    f1,
    mcnemar_test,
    one_vs_rest_auc,
    wilson_interval,
)

__all__ = ["ModelComparison"]

# Okabe and Ito's colours, without yellow and black, and shapes to tell them apart.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
_SHAPES = "osD^vPX<>*"
_NAME_WIDTH = 26  # characters of a line of the legend


class ModelComparison:
    """Models compared on the same test rows; made by :func:`compare_models`.

    A notebook shows it as a table.

    Parameters
    ----------
    results : dict of str to ModelResult
        What is known of each model, by name.
    X_test : array-like of length n_test
        The rows that the models were compared on.
    y_test : ndarray of shape (n_test,)
        Their labels.
    classes : ndarray of shape (n_classes,)
        All labels of training and test rows, sorted. With two, the second is the
        positive one.
    n_train : int
        On how many rows with a label the models were fitted; 0 if they all were fitted
        before, so that there are no times of fits.
    n_unlabeled : int, default=0
        How many rows without one the models with a use for them had besides.
    estimators : dict of str to estimator, default=None
        The fitted models, if they were asked for.

    Attributes
    ----------
    best : str or None
        The model of the highest accuracy, the first of equals; None if all failed.
    ax_ : matplotlib Axes
        After :meth:`plot`.
    figure_ : matplotlib Figure
        After :meth:`plot`.

    Notes
    -----
    Accuracy has Wilson's 95 % interval. F1 is that of the second of two classes, or
    the mean of all (macro). ROC AUC is that of the second of two classes, or the mean
    of each against the rest; it needs ``predict_proba`` or ``decision_function``.
    McNemar's exact test compares each model with the best one; the p values are not
    corrected for the number of models, nor for the choice of the best.

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
        self._right = {
            name: result.predictions == y_test
            for name, result in results.items()
            if result.predictions is not None
        }

    @property
    def best(self) -> str | None:
        """The model of the highest accuracy."""
        return max(self._right, key=lambda name: self._right[name].sum(), default=None)

    def to_frame(self) -> pd.DataFrame:
        """Get the table.

        Returns
        -------
        table : DataFrame of shape (n_models, 10)
            A row for each model, in the order given: ``n_parameters`` (missing where
            they cannot be counted), ``fit_time`` and ``predict_time`` in seconds,
            ``accuracy``, ``accuracy_low`` and ``accuracy_high``, ``f1``, ``roc_auc``,
            ``mcnemar_p`` (missing for the best model), ``error`` (None if all is well).
        """
        rows = {name: self._row(name) for name in self.results}
        table = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
        table.index.name = "model"
        kinds = {"n_parameters": "Int64", "error": object}
        return table.astype({c: kinds.get(c, np.float64) for c in table.columns})

    def _row(self, name: str) -> dict[str, Any]:
        result, nan = self.results[name], float("nan")
        low = high = accuracy = score = area = p_value = nan
        if result.predictions is not None:
            right = self._right[name]
            accuracy = float(right.mean())
            low, high = wilson_interval(int(right.sum()), len(right))
            score = f1(self.y_test, result.predictions, self.classes)
            if result.scores is not None:
                area = one_vs_rest_auc(self.y_test, result.scores, self.classes)
            best = self.best
            if best is not None and name != best:
                p_value = mcnemar_test(right, self._right[best])
        return {
            "n_parameters": result.n_parameters,
            "fit_time": result.fit_time if self.n_train else nan,
            "predict_time": result.predict_time,
            "accuracy": accuracy,
            "accuracy_low": low,
            "accuracy_high": high,
            "f1": score,
            "roc_auc": area,
            "mcnemar_p": p_value,
            "error": result.error,
        }

    def predictions(self) -> pd.DataFrame:
        """Get what each model predicts.

        Returns
        -------
        predictions : DataFrame of shape (n_test, n_models)
            Labels, a column for each model that did not fail.
        """
        return pd.DataFrame(
            {name: self.results[name].predictions for name in self._right},
            index=pd.RangeIndex(len(self.y_test), name="row"),
        )

    def disagreements(self) -> pd.DataFrame:
        """Get the test rows that the models do not agree on, the most uneven ones last.

        Returns
        -------
        rows : DataFrame of shape (n_disagreements, 1 + n_models)
            The true label and what each model predicts, by the number of the row in
            ``X_test``. Rows that split the models evenly come first.
        """
        predictions = self.predictions()
        labels = predictions.to_numpy()
        votes = [(labels == label).sum(axis=1) for label in self.classes]
        against = predictions.shape[1] - np.max(votes, axis=0)
        order = np.argsort(-against, kind="stable")
        predictions.insert(0, "truth", self.y_test, allow_duplicates=True)
        return predictions.iloc[order[: np.count_nonzero(against)]]

    def plot(self, ax: Any = None) -> Self:
        """Draw accuracy, with its interval, against the time of the fit.

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
            If all models failed.
        """
        if not self._right:
            raise ValueError("All models failed, so there is nothing to draw.")
        if not self.n_train:
            raise ValueError(
                "The models were fitted before: there are no times to draw."
            )
        (ax,) = axes_or_new("ModelComparison.plot", ax, size=(8.0, 4.5))
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
                fmt=_SHAPES[i % len(_SHAPES)],
                color=_COLOURS[i % len(_COLOURS)],
                markersize=8,
                # A rim, so that models at one place are seen to be several.
                markeredgecolor=ax.get_facecolor(),
                capsize=3,
                linewidth=1.2,
                # A name is no formula, and one that begins with _ is shown as well.
                label="\u200b" + fill(str(name), _NAME_WIDTH).replace("$", r"\$"),
            )
        ax.set(
            xscale="log",
            xlabel="Time of the fit in seconds",
            ylabel="Test accuracy, 95 % interval",
        )
        ax.xaxis.set_major_formatter("{x:g}")
        ax.grid(visible=True, alpha=0.3, linewidth=0.6)
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def __repr__(self) -> str:
        """Show the table as text."""
        cells = pd.DataFrame(format_cells(self.to_frame(), self.best)).T
        errors = [
            f"{name} failed: {result.error}"
            for name, result in self.results.items()
            if result.error is not None
        ]
        return "\n".join([cells.to_string(), *errors])

    def _repr_html_(self) -> str:
        return render_table(self.to_frame(), self.best)

    def to_html(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        title: str = "Comparison of models",
        max_disagreements: int = 30,
    ) -> str | None:
        """Write one page that needs nothing else: no network, no script.

        It has the table, accuracy against time, training curves, confusion matrices,
        and the test rows that the models do not agree on.

        Parameters
        ----------
        path : str or path-like, default=None
            The file; if None, the page is returned.
        title : str, default="Comparison of models"
            Its heading.
        max_disagreements : int, default=30
            How many rows of :meth:`disagreements` are shown.

        Returns
        -------
        page : str or None
            The page, if there is no path.
        """
        shown = self.disagreements().head(max_disagreements)
        page = render_page(
            self, title=title, shown=shown, texts=self._texts(shown.index.to_numpy())
        )
        if path is None:
            return page
        # Halves of surrogate pairs, which no encoding has, come as references.
        Path(path).write_text(page, encoding="utf-8", errors="xmlcharrefreplace")
        return None

    def _texts(self, rows: npt.NDArray[np.intp]) -> list[str]:
        """Return test rows as text."""
        chosen = take_rows(self.X_test, rows)
        if hasattr(chosen, "toarray"):
            chosen = chosen.toarray()
        return [
            row if isinstance(row, str) else " ".join(str(np.asarray(row)).split())
            for row in (chosen.to_numpy() if hasattr(chosen, "iloc") else chosen)
        ]
