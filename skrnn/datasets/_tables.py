"""Tables of reviews: checks with helpful messages, and the arrays in them."""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

_ROWS_AT_ONCE = 10_000


@contextmanager
def explain_csv_errors(path: Path, encoding: str) -> Iterator[None]:
    """Raise errors that explain those of pandas for a CSV file."""
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise ValueError(
            f"There is no encoding {encoding!r}. Python's encodings are 'utf-8', "
            "'latin-1', 'cp1252' and others."
        ) from error
    try:
        yield
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not in {encoding}: {_undecodable(path, encoding)}. Pass its "
            f"encoding, for example encoding={_likely_encoding(path)!r}."
        ) from error
    except pd.errors.EmptyDataError as error:
        raise ValueError(f"{path} is empty.") from error
    except pd.errors.ParserError as error:
        raise ValueError(f"{path} is not a CSV table: {error}.") from error


def check_cells(path: Path, frame: pd.DataFrame) -> None:
    """Raise ValueError if rows have more cells than the header."""
    # pandas makes the first of too many cells the index and shifts the others.
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError(
            f"{path} has more cells in its rows than the {frame.shape[1]} names in its "
            "header. Put texts that contain commas between double quotes."
        )


def read_csv(path: Path, encoding: str, text_column: str, **options: Any) -> Any:
    """Read a CSV file, or its chunks, by pandas, after a check of the separator."""
    _check_separator(path, encoding, text_column)
    return pd.read_csv(
        path,
        encoding=encoding,
        dtype={text_column: object},
        low_memory=False,
        **options,
    )


def _check_separator(path: Path, encoding: str, text_column: str) -> None:
    """Raise ValueError if the header has another separator than commas."""
    names = list(pd.read_csv(path, encoding=encoding, nrows=0))
    header = names[0]
    marks = [mark for mark in (";", "\t", "|") if mark in header]
    if len(names) == 1 and marks and header != text_column:
        raise ValueError(
            f"{path} has no commas between its columns, but {marks[0]!r}: {header!r}. "
            "Save it with commas, or change it by pandas: "
            f"pandas.read_csv(path, sep={marks[0]!r}).to_csv(path, index=False)."
        )


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


def check_filled(
    source: object,
    frame: pd.DataFrame,
    columns: list[str],
    *,
    first: int = 1,
    guessed: Sequence[str] = (),
) -> None:
    """Raise ValueError if a text or label is missing.

    ``first`` is the number of the first row, ``guessed`` are the guessed arguments.
    """
    missing = frame[columns].isna()
    if missing.to_numpy().any():
        rows = missing.any(axis=1).to_numpy().nonzero()[0] + first
        empty = [repr(column) for column in columns if missing[column].any()]
        hint = f" (The columns were guessed: {', '.join(guessed)}.)" if guessed else ""
        raise ValueError(
            f"{source} has empty cells in {' and '.join(empty)}, in {len(rows)} of "
            f"{len(frame)} rows, the first in row {', '.join(map(str, rows[:5]))} of "
            f"the data. Fill or drop them.{hint}"
        )


def as_target(labels: pd.Series) -> npt.NDArray[Any]:
    """Return labels unchanged: numbers, or str in an array of objects."""
    is_text = not pd.api.types.is_numeric_dtype(labels.dtype)
    target: npt.NDArray[Any] = labels.to_numpy(dtype=object if is_text else None)
    return target


def as_texts(texts: pd.Series) -> npt.NDArray[np.object_]:
    """Return texts as an array of str."""
    data: npt.NDArray[np.object_] = texts.to_numpy(dtype=object)
    return data


def _likely_encoding(path: Path) -> str:
    """Return an encoding to try on a file that is not in the given one."""
    with path.open("rb") as file:
        mark = file.read(2)
    return "utf-16" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "latin-1"


def _undecodable(path: Path, encoding: str) -> str:
    """Return a description of the first byte that is not in the encoding."""
    try:
        tables = pd.read_csv(
            path,
            encoding=encoding,
            encoding_errors="surrogateescape",
            header=None,
            dtype=object,
            chunksize=_ROWS_AT_ONCE,
        )
        with tables:
            for table in tables:
                for row, *cells in table.itertuples():
                    byte = re.search("[\udc80-\udcff]", " ".join(map(str, cells)))
                    if byte:
                        where = f"row {row} below the header" if row else "the header"
                        number = ord(byte[0]) - 0xDC00
                        return f"byte 0x{number:02x} in {where} cannot be decoded"
    except ValueError:  # it is no table in this encoding, or one with its own rules
        pass
    return "it cannot be decoded"
