"""The report of a comparison: an HTML page from the templates in ``templates/``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import confusion_matrix

from skrnn._messages import install_hint
from skrnn.inspection.style import TEXT_COLORS

__all__ = [
    "make_confusion_tables",
    "make_difference_table",
    "make_disagreements",
    "render_page",
]


@lru_cache
def _environment() -> Any:
    """Return the Jinja2 environment, which escapes every text."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise ImportError(
            "The HTML report needs Jinja2, which is not installed: "
            f"{install_hint('report')}."
        ) from error
    return Environment(
        loader=PackageLoader("skrnn.comparison"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_page(**context: Any) -> str:
    """Render the page, which has no scripts and loads nothing."""
    template = _environment().get_template("page.html")
    page: str = template.render(context, colors=TEXT_COLORS)
    return page


def make_confusion_tables(
    predictions: pd.DataFrame, y: npt.NDArray[Any], classes: npt.NDArray[Any]
) -> dict[str, list[tuple[Any, list[tuple[int, float]]]]]:
    """Return for each model and true class its counts and fractions by prediction."""
    tables = {}
    for name, predicted in predictions.items():
        counts = confusion_matrix(y, predicted, labels=classes)
        fractions = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        tables[str(name)] = [
            (label, list(zip(*rows, strict=True)))
            for label, *rows in zip(classes, counts, fractions, strict=True)
        ]
    return tables


def make_difference_table(
    predictions: pd.DataFrame, numbers: Mapping[str, int]
) -> list[tuple[int, tuple[str, list[float | None]]]]:
    """Return for each model its number, its title and how often it differs from each.

    The values are fractions of the rows; None for the model itself.
    """
    return [
        (
            numbers[name],
            (
                f"{numbers[name]}. {name}",
                [
                    None if name == other else float((own != predicted).mean())
                    for other, predicted in predictions.items()
                ],
            ),
        )
        for name, own in predictions.items()
    ]


def make_disagreements(
    disagreements: pd.DataFrame, texts: Sequence[str], classes: npt.NDArray[Any]
) -> list[tuple[int, str, Any, list[tuple[Any, list[str]]]]]:
    """Return for each row its number, text, true class and the models by class."""
    names = [str(name) for name in disagreements.columns[1:]]
    rows = []
    for row, (truth, *labels), text in zip(
        disagreements.index, disagreements.to_numpy(), texts, strict=True
    ):
        votes = [
            (each, [n for n, label in zip(names, labels, strict=True) if label == each])
            for each in classes
        ]
        rows.append((row, text, truth, [vote for vote in votes if vote[1]]))
    return rows
