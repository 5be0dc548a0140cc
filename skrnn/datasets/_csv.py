"""Labeled reviews from a CSV file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sklearn.utils import Bunch

from skrnn.datasets._columns import guess_label_column, guess_text_column
from skrnn.datasets._tables import (
    as_target,
    as_texts,
    check_cells,
    check_columns,
    check_filled,
    explain_csv_errors,
    read_csv,
)


def load_reviews(
    path: str | os.PathLike[str],
    *,
    text_column: str = "review_text",
    label_column: str | None = "label",
    encoding: str = "utf-8",
    return_X_y: bool = False,
) -> Any:
    r"""Load labeled reviews from a CSV file.

    Parameters
    ----------
    path : str or path-like
        The file. pandas decompresses it if its name ends in ``.gz``, ``.zip`` or
        similar.
    text_column : str, default="review_text"
        The column of the texts. ``"auto"`` selects the first with a usual name ("text",
        "review", ...), else the one with the longest texts.
    label_column : str or None, default="label"
        The column of the labels. ``"auto"`` selects the first with a usual name
        ("label", "sentiment", "stars", ...), else the one with the fewest values. None
        reads texts without labels.
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
            The columns of the texts and labels.
    (data, target) : tuple of ndarray
        If ``return_X_y`` is true.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is empty, has another encoding, is not a table or lacks a column;
        if a text or label is missing (an empty cell or one that pandas reads as
        missing, such as ``NA``); or if ``"auto"`` finds no column.

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
    with explain_csv_errors(path, encoding):
        frame = read_csv(path, encoding, text_column)
    check_cells(path, frame)
    if not len(frame):
        raise ValueError(f"{path} has column names but no rows.")
    guessed = []
    if text_column == "auto" and "auto" not in frame:
        text_column = guess_text_column(frame)
        guessed.append(f"text_column={text_column!r}")
    if label_column == "auto" and "auto" not in frame:
        label_column = guess_label_column(frame, text_column)
        guessed.append(f"label_column={label_column!r}")
    check_columns(path, list(frame), text_column, label_column)
    taken = [text_column] if label_column is None else [text_column, label_column]
    check_filled(path, frame, taken, guessed=guessed)
    data = as_texts(frame[text_column])
    target = None if label_column is None else as_target(frame[label_column])
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        frame=frame,
        text_column=text_column,
        label_column=label_column,
    )
