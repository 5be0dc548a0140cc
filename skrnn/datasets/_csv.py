"""Labelled reviews from a CSV file."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.utils import Bunch

from skrnn.datasets._columns import guess_label_column, guess_text_column


def load_reviews(
    path: str | os.PathLike[str],
    *,
    text_column: str = "review_text",
    label_column: str | None = "label",
    encoding: str = "utf-8",
    return_X_y: bool = False,
) -> Any:
    r"""Load labelled reviews from a CSV file.

    Parameters
    ----------
    path : str or path-like
        The file; pandas unpacks it if its name ends in ``.gz``, ``.zip`` and the like.
    text_column : str, default="review_text"
        The column of the texts. ``"auto"`` takes the first with a usual name ("text",
        "review", ...), or else the one with the longest texts.
    label_column : str or None, default="label"
        The column of the labels. ``"auto"`` takes the first with a usual name
        ("label", "sentiment", "stars", ...), or else the one with the fewest values.
        None reads texts without labels.
    encoding : str, default="utf-8"
        The encoding of the file.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` only.

    Returns
    -------
    reviews : :class:`~sklearn.utils.Bunch`
        With the entries

        data : ndarray of shape (n_samples,), object
            The texts, str.
        target : ndarray of shape (n_samples,) or None
            The labels as they are in the file: numbers or str.
        frame : DataFrame of shape (n_samples, n_columns)
            All columns of the file.
        text_column, label_column : str, str or None
            The columns that were taken.
    (data, target) : tuple of ndarray
        If ``return_X_y`` is true.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is empty, not in this encoding, not a table, lacks a column, or has
        rows without text or label (empty, or what pandas reads as missing, such as
        ``NA``), the message says where; or if ``"auto"`` finds no column.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skrnn.datasets import load_reviews
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "reviews.csv"
    >>> _ = path.write_text("review_text,label\nA good film,1\nBad,0\n")
    >>> reviews = load_reviews(path)
    >>> reviews.data.tolist(), reviews.target.tolist()
    (['A good film', 'Bad'], [1, 0])
    >>> _ = path.write_text("id,stars,body\n7,5,A good film\n8,1,Bad\n9,5,Fine\n")
    >>> found = load_reviews(path, text_column="auto", label_column="auto")
    >>> found.text_column, found.label_column
    ('body', 'stars')
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path}.")
    frame = _read(path, encoding, text_column)
    if text_column == "auto" and "auto" not in frame:
        text_column = guess_text_column(frame)
    if label_column == "auto" and "auto" not in frame:
        label_column = guess_label_column(frame, text_column)
    taken = [text_column] if label_column is None else [text_column, label_column]
    for column in taken:
        if column not in frame:
            near = difflib.get_close_matches(column, list(map(str, frame)), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ValueError(
                f"{path} has no column {column!r}.{hint} It has "
                f"{', '.join(map(repr, frame))}; name the columns with text_column= "
                "and label_column=."
            )
    missing = frame[taken].isna().any(axis=1).to_numpy()
    if missing.any():
        rows = missing.nonzero()[0] + 1
        what = "text" if label_column is None else "text or the label"
        raise ValueError(
            f"{path} lacks the {what} in {len(rows)} of {len(frame)} rows, "
            f"the first in row {', '.join(map(str, rows[:5]))} below the header. Fill "
            "or drop them."
        )
    data = frame[text_column].to_numpy(dtype=object)
    target = None
    if label_column is not None:
        labels = frame[label_column]
        is_text = not pd.api.types.is_numeric_dtype(labels.dtype)
        target = labels.to_numpy(dtype=object if is_text else None)
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        frame=frame,
        text_column=text_column,
        label_column=label_column,
    )


def _read(path: Path, encoding: str, text_column: str) -> pd.DataFrame:
    """Return the table of a file; refuse what is none."""
    try:
        frame = pd.read_csv(
            path, encoding=encoding, dtype={text_column: object}, low_memory=False
        )
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not in {encoding}: {_undecodable(path, encoding)}. Pass its "
            "encoding, for example encoding='latin-1'."
        ) from error
    except pd.errors.EmptyDataError as error:
        raise ValueError(f"{path} is empty.") from error
    except pd.errors.ParserError as error:
        raise ValueError(f"{path} is not a CSV table: {error}.") from error
    # pandas takes the first of too many cells for a row name and shifts the others.
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError(
            f"{path} has more cells in its rows than the {frame.shape[1]} names in its "
            "header. Put texts that contain commas between double quotes."
        )
    if not len(frame):
        raise ValueError(f"{path} has column names and no rows.")
    return frame


def _undecodable(path: Path, encoding: str) -> str:
    """Say where the first byte is that is not in the encoding."""
    try:
        table = pd.read_csv(
            path,
            encoding=encoding,
            encoding_errors="surrogateescape",
            header=None,
            dtype=object,
        )
    except ValueError:  # it is no table in this encoding, or one with its own rules
        return "it cannot be decoded"
    for row, cells in enumerate(table.itertuples(index=False)):
        if byte := re.search("[\udc80-\udcff]", " ".join(map(str, cells))):
            where = f"row {row} below the header" if row else "the header"
            return f"byte 0x{ord(byte[0]) - 0xDC00:02x} in {where} cannot be decoded"
    return "it cannot be decoded"
