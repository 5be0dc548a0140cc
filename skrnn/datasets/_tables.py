"""Tables of reviews: checks with helpful messages, and the arrays in them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def as_list(text_column: str | Sequence[str]) -> list[str]:
    """Return the names of the columns of texts."""
    return [text_column] if isinstance(text_column, str) else list(text_column)


def check_columns(
    source: object,
    found: list[Any],
    text_column: str | Sequence[str],
    label_column: str | None,
) -> None:
    """Raise ValueError if the table lacks a column, or there is no text column."""
    texts = as_list(text_column)
    if not texts or len(set(texts)) < len(texts):
        raise ValueError(
            f"text_column must name at least one column, each once, got {texts}."
        )
    for column in (*texts, label_column):
        if column is not None and column not in found:
            near = difflib.get_close_matches(column, list(map(str, found)), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ValueError(
                f"{source} has no column {column!r}.{hint} It has "
                f"{', '.join(map(repr, found))}; name the columns with text_column= "
                "and label_column=."
            )


def find_filled(
    source: object,
    frame: pd.DataFrame,
    text_column: str | Sequence[str],
    label_column: str | None,
    *,
    drop_missing: bool,
    first: int = 1,
    guessed: Sequence[str] = (),
) -> npt.NDArray[np.bool_]:
    """Return which rows have a text and a label; raise if others must not be dropped.

    With several columns of texts, one of them is enough. ``first`` is the number of the
    first row, ``guessed`` are the guessed arguments.
    """
    texts = as_list(text_column)
    columns = texts if label_column is None else [*texts, label_column]
    missing = frame[columns].isna()
    is_missing = missing[texts].all(axis=1).to_numpy()
    if label_column is not None:
        is_missing = is_missing | missing[label_column].to_numpy()
    if is_missing.any() and not drop_missing:
        rows = is_missing.nonzero()[0] + first
        empty = [repr(name) for name in columns if missing[name][is_missing].any()]
        hint = f" (The columns were guessed: {', '.join(guessed)}.)" if guessed else ""
        raise ValueError(
            f"{source} has empty cells in {' and '.join(empty)}, in {len(rows)} of "
            f"{len(frame)} rows, the first in row {', '.join(map(str, rows[:5]))} of "
            f"the data. Fill them in, or drop these rows with drop_missing=True.{hint}"
        )
    return ~is_missing


def as_target(labels: pd.Series) -> npt.NDArray[Any]:
    """Return labels unchanged: numbers, or str in an array of objects."""
    is_text = not pd.api.types.is_numeric_dtype(labels.dtype)
    target: npt.NDArray[Any] = labels.to_numpy(dtype=object if is_text else None)
    return target


def as_texts(
    frame: pd.DataFrame, text_column: str | Sequence[str]
) -> npt.NDArray[np.object_] | pd.DataFrame:
    """Return an array of str, or, for a list of columns, a table.

    Numbers, as spreadsheets hold them, become str, and empty cells empty texts.
    """
    columns = {
        name: frame[name]
        .map(lambda text: text if isinstance(text, str) else str(text))
        .where(frame[name].notna(), "")
        .to_numpy(dtype=object)
        for name in as_list(text_column)
    }
    if isinstance(text_column, str):
        return columns[text_column]
    return pd.DataFrame(columns, dtype=object)
