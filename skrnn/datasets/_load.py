"""Labeled reviews from a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from sklearn.utils import Bunch

from skrnn.datasets._columns import guess_label_column, guess_text_column
from skrnn.datasets._formats import Source, read_table
from skrnn.datasets._tables import (
    as_list,
    as_target,
    as_texts,
    check_columns,
    find_filled,
)


def load_reviews(
    path: Any,
    *,
    text_column: str | Sequence[str] = "auto",
    label_column: str | None = "auto",
    sep: str | None = None,
    header: bool | Literal["auto"] = "auto",
    drop_missing: bool = False,
    encoding: str = "utf-8",
    return_X_y: bool = False,
) -> Any:
    r"""Load labeled reviews from a file.

    Parameters
    ----------
    path : str, path-like or binary file
        A table: text with separated columns (CSV), an Excel workbook (``.xlsx``, whose
        first sheet is read; needs the extra ``excel``), Parquet (extra ``parquet``),
        JSON lines or a JSON list of objects. The format is detected from the content,
        so it may also be a stream such as ``sys.stdin.buffer``. Compressed text and
        JSON are decompressed.
    text_column : str or list of str, default="auto"
        The column of the texts, or several of them, such as ``["title", "body"]``.
        ``"auto"`` selects the first with a usual name ("text", "review", ...),
        otherwise the one with the longest texts.
    label_column : str or None, default="auto"
        The column of the labels. ``"auto"`` selects the first with a usual name
        ("label", "sentiment", "stars", ...), otherwise the one with the fewest
        different values. None reads texts without labels.
    sep : str, default=None
        The column separator of a text file. None chooses the one of ``,``, ``;``, tab
        and ``|`` that divides the first rows into the same number of cells each.
    header : bool or "auto", default="auto"
        Whether the first row has the column names. Without them, the columns are called
        ``column_1``, ``column_2`` and so on. ``"auto"`` takes the first row for names
        unless one of its cells is a number or a label of its column.
    drop_missing : bool, default=False
        Whether to drop the rows without a text or label: with an empty cell, or one
        that pandas reads as missing, such as ``NA``. With several text columns, a row
        lacks a text if all of them are empty; a single empty cell is an empty text.
    encoding : str, default="utf-8"
        The encoding of a text file.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` only.

    Returns
    -------
    reviews : :class:`~sklearn.utils.Bunch`
        With the entries

        data : ndarray of shape (n_samples,), object
            The texts, str. A DataFrame of shape (n_samples, n_text_columns) if
            ``text_column`` is a list.
        target : ndarray of shape (n_samples,) or None
            The labels as they are in the file: numbers or str.
        frame : DataFrame of shape (n_rows, n_columns)
            The whole table, including the rows that ``drop_missing`` dropped.
        rows : ndarray of shape (n_samples,), int
            The numbers of the rows of ``frame`` that are in ``data`` and ``target``.
        text_column, label_column : str or list of str, str or None
            The columns of the texts and labels.
    (data, target) : tuple
        If ``return_X_y`` is true.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If a package that reads the format is not installed.
    ValueError
        If the file is empty, has another encoding, is not a table or lacks a column; if
        a text or label is missing and ``drop_missing`` is false; if ``text_column`` is
        empty or names a column twice; if ``"auto"`` finds no column, or cannot tell
        whether the first row is a text or a header.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skrnn.datasets import load_reviews
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "reviews.csv"
    >>> _ = path.write_text("id;stars;body\n7;5;A good film\n8;1;Bad\n9;5;\n")
    >>> reviews = load_reviews(path, drop_missing=True)
    >>> reviews.data.tolist(), reviews.target.tolist()
    (['A good film', 'Bad'], [5, 1])
    >>> reviews.text_column, reviews.label_column
    ('body', 'stars')
    """
    if not isinstance(header, bool) and header != "auto":
        raise ValueError(f'header must be True, False or "auto", got {header!r}.')
    source = Source(path)
    frame = read_table(
        source,
        encoding=encoding,
        sep=sep,
        header=header,
        text_columns=as_list(text_column),
        label_column=label_column,
    )
    if not len(frame):
        raise ValueError(f"{source.name} has column names but no rows.")
    guessed = []
    if text_column == "auto" and "auto" not in frame:
        text_column = guess_text_column(frame)
        guessed.append(f"text_column={text_column!r}")
    if label_column == "auto" and "auto" not in frame:
        label_column = guess_label_column(frame, as_list(text_column))
        guessed.append(f"label_column={label_column!r}")
    check_columns(source.name, list(frame), text_column, label_column)
    filled = find_filled(
        source.name,
        frame,
        text_column,
        label_column,
        drop_missing=drop_missing,
        guessed=guessed,
    )
    if not filled.any():
        raise ValueError(f"All rows of {source.name} lack a text or a label.")
    kept = frame[filled].reset_index(drop=True)
    data = as_texts(kept, text_column)
    target = None if label_column is None else as_target(kept[label_column])
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        frame=frame,
        rows=np.flatnonzero(filled),
        text_column=text_column,
        label_column=label_column,
    )
