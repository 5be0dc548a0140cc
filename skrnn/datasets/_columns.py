"""Guess whether a table has a header, and which columns are texts and labels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from textwrap import shorten

import pandas as pd

_TEXT_NAMES = (
    "review_text", "text", "review", "reviews", "review_body", "reviewtext", "body",
    "comment", "content", "document", "sentence", "message", "tweet",
)  # fmt: skip
_LABEL_NAMES = (
    "label", "labels", "sentiment", "target", "class", "category", "polarity",
    "rating", "stars", "star_rating", "score", "overall", "y",
)  # fmt: skip
_MAX_LABELS = 20
_WORDS_OF_A_TEXT = 4


def has_header(frame: pd.DataFrame, wanted: Collection[str | None]) -> bool:
    """Return whether the names of the columns are names, rather than a first row.

    Raises ValueError if one looks like a review, and none is ``wanted``.
    """
    if any(name in frame for name in wanted):
        return True
    if _by_name(frame, _TEXT_NAMES + _LABEL_NAMES):
        return True
    if any(_is_number(name) or _is_label(name, frame[name]) for name in frame):
        return False
    for name in frame:
        if len(name.split()) >= _WORDS_OF_A_TEXT or name.endswith((".", "!")):
            raise ValueError(
                f"The first row has {shorten(name, 60)!r}, which may be a text or the "
                "name of a column. Pass header=False if it is a text, header=True if "
                "it is a name."
            )
    return True


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def _is_label(name: str, column: pd.Series) -> bool:
    """Return whether a name is one of the few values of its own column."""
    values = column.dropna().unique()
    return len(values) <= _MAX_LABELS and name in set(map(str, values))


def guess_text_column(frame: pd.DataFrame) -> str:
    """Return the column with a usual name, else the one with the longest texts."""
    lengths = {
        column: frame[column].dropna().astype(str).str.len().mean()
        for column in frame
        if not pd.api.types.is_numeric_dtype(frame[column].dtype)
    }
    if not lengths:
        raise ValueError(
            f"No column looks like texts: {', '.join(map(repr, frame))} hold only "
            "numbers. Name the column with text_column=."
        )
    named = _by_name(lengths, _TEXT_NAMES)
    return named or max(lengths, key=lambda column: lengths[column])


def guess_label_column(frame: pd.DataFrame, text_columns: Sequence[str]) -> str:
    """Return the column with a usual name, else the one with the fewest values."""
    others = [column for column in frame if column not in text_columns]
    named = _by_name(others, _LABEL_NAMES)
    if named:
        return named
    n_values = {column: frame[column].nunique() for column in others}
    # A label is neither the same in all rows nor different in each.
    most = min(_MAX_LABELS, len(frame) - 1)
    few = {column: n for column, n in n_values.items() if 2 <= n <= most}
    if not few:
        had = ", ".join(f"{column!r} has {n}" for column, n in n_values.items())
        raise ValueError(
            f"No column looks like labels, which have 2 to {_MAX_LABELS} different "
            f"values ({had or 'there is no other column'}). Name the column with "
            "label_column=."
        )
    return min(few, key=lambda column: few[column])


def _by_name(columns: Iterable[str], names: tuple[str, ...]) -> str | None:
    plain = {
        str(column).strip().lower().replace(" ", "_"): column for column in columns
    }
    return next((plain[name] for name in names if name in plain), None)
