"""The columns of a comparison's table: one entry per metric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skrnn.comparison.measure import ModelResult
from skrnn.comparison.statistics import (
    f1,
    mcnemar_test,
    one_vs_rest_auc,
    wilson_interval,
)

__all__ = ["COLUMNS", "Column", "Evaluation", "format_table", "make_table"]

_MISSING = "–"


@dataclass(frozen=True)
class Evaluation:
    """The result of a model that did not fail, and what it is evaluated against."""

    result: ModelResult
    predictions: npt.NDArray[Any]
    y: npt.NDArray[Any]
    classes: npt.NDArray[Any]
    correct: npt.NDArray[np.bool_]  # which rows the model predicts correctly
    best_correct: npt.NDArray[np.bool_] | None  # the best model's; None for itself


@dataclass(frozen=True)
class Column:
    """A column of ``ModelComparison.to_frame``; with a heading, also of the report.

    ``format`` writes a cell from a row of the table, ``missing`` is the cell without a
    value, ``note`` explains the column below the report's table, and a narrow terminal
    shows the columns with ``is_narrow`` only.
    """

    name: str
    compute: Callable[[Evaluation], Any]
    dtype: Any = np.float64
    heading: str | None = None
    format: Callable[[pd.Series], str] = str
    missing: str = _MISSING
    note: str = ""
    is_narrow: bool = True


def _interval(evaluation: Evaluation) -> tuple[float, float]:
    correct = evaluation.correct
    return wilson_interval(int(correct.sum()), len(correct))


def _roc_auc(evaluation: Evaluation) -> float:
    scores = evaluation.result.scores
    if scores is None:
        return float("nan")
    return one_vs_rest_auc(evaluation.y, scores, evaluation.classes)


def _mcnemar_p(evaluation: Evaluation) -> float:
    if evaluation.best_correct is None:
        return float("nan")
    return mcnemar_test(evaluation.correct, evaluation.best_correct)


def _format_seconds(value: float) -> str:
    return f"{value:.3f} s" if value < 1 else f"{value:,.1f} s"


def _format_accuracy(row: pd.Series) -> str:
    low, high = row["accuracy_low"], row["accuracy_high"]
    return f"{row['accuracy']:.4f} [{low:.4f}, {high:.4f}]"


def _format_p_value(row: pd.Series) -> str:
    value = row["mcnemar_p"]
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


# The register of columns.
COLUMNS = (
    Column(
        "n_parameters",
        lambda evaluation: evaluation.result.n_parameters,
        dtype="Int64",
        heading="parameters",
        format=lambda row: f"{row['n_parameters']:,}",
        is_narrow=False,
    ),
    Column(
        "fit_time",
        lambda evaluation: evaluation.result.fit_time,
        heading="fit",
        format=lambda row: _format_seconds(row["fit_time"]),
    ),
    Column(
        "predict_time",
        lambda evaluation: evaluation.result.predict_time,
        heading="predict",
        format=lambda row: _format_seconds(row["predict_time"]),
        is_narrow=False,
    ),
    Column(
        "accuracy",
        lambda evaluation: float(evaluation.correct.mean()),
        heading="accuracy [95 %]",
        format=_format_accuracy,
        note="Accuracy with Wilson’s 95 % interval.",
    ),
    Column("accuracy_low", lambda evaluation: _interval(evaluation)[0]),
    Column("accuracy_high", lambda evaluation: _interval(evaluation)[1]),
    Column(
        "f1",
        lambda evaluation: f1(evaluation.y, evaluation.predictions, evaluation.classes),
        heading="F1",
        format=lambda row: f"{row['f1']:.4f}",
        note="F1 of the second of two classes, or the mean over all classes.",
        is_narrow=False,
    ),
    Column(
        "roc_auc",
        _roc_auc,
        heading="ROC AUC",
        format=lambda row: f"{row['roc_auc']:.4f}",
        note="ROC AUC of the second of two classes, or the mean over all classes, each "
        "against the rest.",
    ),
    Column(
        "mcnemar_p",
        _mcnemar_p,
        heading="p against best",
        format=_format_p_value,
        missing="best",
        note="p: McNemar’s exact test against the best model, not corrected for the "
        "number of models.",
    ),
)


def make_table(
    evaluations: dict[str, Evaluation | None], errors: dict[str, str | None]
) -> pd.DataFrame:
    """Return a row for each model, without values where the evaluation is None."""
    table = pd.DataFrame(
        [
            [None if each is None else column.compute(each) for column in COLUMNS]
            for each in evaluations.values()
        ],
        columns=[column.name for column in COLUMNS],
        index=pd.Index(evaluations, name="model"),
        dtype=object,
    ).astype({column.name: column.dtype for column in COLUMNS})
    return table.assign(error=pd.Series(errors, dtype=object))


def format_table(table: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the cells of each model by their headings, as text."""
    shown = [column for column in COLUMNS if column.heading is not None]
    cells: dict[str, dict[str, str]] = {}
    for name, row in table.iterrows():
        if row["error"] is None:
            cells[str(name)] = {
                str(column.heading): column.missing
                if pd.isna(row[column.name])
                else column.format(row)
                for column in shown
            }
        else:
            cells[str(name)] = {str(column.heading): _MISSING for column in shown}
            cells[str(name)][str(shown[-1].heading)] = "failed"
    return cells
