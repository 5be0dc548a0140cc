"""Tables of reviews: checks with helpful messages, and the arrays in them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def check_columns(
    source: object, found: list[Any], text_column: str, label_column: str | None
) -> None:
    """Raise ValueError if the table lacks a column."""
    for column in (text_column, label_column):
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
    columns: list[str],
    *,
    drop_missing: bool,
    first: int = 1,
    guessed: Sequence[str] = (),
) -> npt.NDArray[np.bool_]:
    """Return which rows have a text and a label; raise if others must not be dropped.

    ``first`` is the number of the first row, ``guessed`` are the guessed arguments.
    """
    missing = frame[columns].isna()
    is_missing = missing.any(axis=1).to_numpy()
    if is_missing.any() and not drop_missing:
        rows = is_missing.nonzero()[0] + first
        empty = [repr(column) for column in columns if missing[column].any()]
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


def as_texts(texts: pd.Series) -> npt.NDArray[np.object_]:
    """Return texts as an array of str; numbers, as spreadsheets hold them, too."""
    data: npt.NDArray[np.object_] = texts.map(
        lambda text: text if isinstance(text, str) else str(text)
    ).to_numpy(dtype=object)
    return data
