"""Reviews from more files than fit in memory, chunk by chunk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skrnn.datasets._tables import (
    as_target,
    as_texts,
    check_cells,
    check_columns,
    check_filled,
    plain_csv_errors,
    read_csv,
)

_CSV = (".csv", ".csv.gz", ".csv.bz2", ".csv.xz", ".csv.zip", ".csv.zst")
_PARQUET = (".parquet", ".pq")
_BUFFER = 2**20  # bytes of a Parquet file that are read ahead, for each column

Texts = npt.NDArray[np.object_]
Chunk = tuple[Texts, npt.NDArray[Any] | None]


class ReviewStream:
    r"""Labelled reviews from files, in chunks of a few thousand rows.

    Only one chunk is in memory at a time. The stream can be read again and again, each
    time from the start: once for the vocabulary, once for each epoch.

    Parameters
    ----------
    source : str, path-like, iterable of them, or Dask DataFrame
        A CSV or Parquet file; a folder, of which all files ending in ``.csv`` (also
        packed, such as ``.csv.gz``), ``.parquet`` or ``.pq`` are read, those in its
        folders included, in the order of their names; several of both; or a Dask
        DataFrame, of which a partition is in memory at a time. Parquet files need
        pyarrow (``pip install 'skrnn[parquet]'``).
    text_column : str, default="review_text"
        The column of the texts.
    label_column : str or None, default="label"
        The column of the labels. None reads texts only, to predict on.
    chunk_size : int, default=10_000
        Rows of a chunk; the last one may have fewer. Where one file ends and the next
        begins makes no difference.
    encoding : str, default="utf-8"
        The encoding of CSV files.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or no table in a folder.
    ImportError
        If a Parquet file is to be read without pyarrow.
    TypeError
        If ``source`` is something else.
    ValueError
        If ``chunk_size`` is below 1 or a file has another ending. When it is read: if a
        file lacks a column, is damaged, or has rows without text or label; the message
        says which.

    See Also
    --------
    load_reviews : One CSV file, at once.
    skrnn.fit_stream : Fit a pipeline to a stream.

    Notes
    -----
    The rows come in the order of the files. If that order is by label, shuffle them
    when you write the files: a network that reads all good reviews before the first bad
    one learns little.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skrnn.datasets import ReviewStream
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "1.csv").write_text("review_text,label\nA good film,1\nBad,0\n")
    >>> _ = (folder / "2.csv").write_text("review_text,label\nNot bad,1\n")
    >>> stream = ReviewStream(folder, chunk_size=2)
    >>> for texts, labels in stream:
    ...     print(texts.tolist(), labels.tolist())
    ['A good film', 'Bad'] [1, 0]
    ['Not bad'] [1]
    >>> from skrnn import TextSequencer
    >>> TextSequencer().fit(stream.texts()).vocabulary_
    {'bad': 2, 'a': 3, 'film': 4, 'good': 5, 'not': 6}
    """

    def __init__(
        self,
        source: Any,
        *,
        text_column: str = "review_text",
        label_column: str | None = "label",
        chunk_size: int = 10_000,
        encoding: str = "utf-8",
    ) -> None:
        self.text_column = text_column
        self.label_column = label_column
        self.chunk_size = _checked_size(chunk_size)
        self.encoding = encoding
        self._frame = source if _is_dask_frame(source) else None
        self._files = [] if self._frame is not None else _find_files(source)

    def __iter__(self) -> Iterator[Chunk]:
        """Read from the start, a pair of texts and labels at a time.

        Yields
        ------
        texts : ndarray of shape (n_rows,), object
            The texts, str.
        labels : ndarray of shape (n_rows,), or None
            The labels as they are in the files; None without a ``label_column``.
        """
        held: list[pd.DataFrame] = []
        n_held = 0
        for frame in filter(len, self._frames()):
            start = 0
            while start < len(frame):
                held.append(frame.iloc[start : start + self.chunk_size - n_held])
                start += len(held[-1])
                n_held += len(held[-1])
                if n_held == self.chunk_size:
                    yield self._chunk(held)
                    held, n_held = [], 0
        if held:
            yield self._chunk(held)

    def texts(self) -> Iterator[str]:
        """Read the texts one by one, from the start.

        Yields
        ------
        text : str
            A text.
        """
        for texts, _ in self:
            yield from texts

    @property
    def _columns(self) -> list[str]:
        if self.label_column is None:
            return [self.text_column]
        return [self.text_column, self.label_column]

    def _chunk(self, parts: list[pd.DataFrame]) -> Chunk:
        frame = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
        texts = as_texts(frame[self.text_column])
        if self.label_column is None:
            return texts, None
        return texts, as_target(frame[self.label_column])

    def _frames(self) -> Iterator[pd.DataFrame]:
        """Read tables of the wanted columns, none of them large and all complete."""
        if self._frame is not None:
            yield from self._of_dask(self._frame)
        for path in self._files:
            of_one = self._of_csv if _ends(path, _CSV) else self._of_parquet
            first = 1
            for frame in of_one(path):
                check_filled(path, frame, self._columns, first=first)
                first += len(frame)
                yield frame

    def _of_csv(self, path: Path) -> Iterator[pd.DataFrame]:
        with (
            plain_csv_errors(path, self.encoding),
            read_csv(
                path, self.encoding, self.text_column, chunksize=self.chunk_size
            ) as tables,
        ):
            for frame in tables:
                check_cells(path, frame)
                check_columns(path, list(frame), self.text_column, self.label_column)
                yield frame[self._columns]

    def _of_parquet(self, path: Path) -> Iterator[pd.DataFrame]:
        import pyarrow
        from pyarrow import parquet

        try:
            # By default all of a group of rows is read at once, often the whole file.
            with parquet.ParquetFile(
                path, buffer_size=_BUFFER, pre_buffer=False
            ) as file:
                names = file.schema_arrow.names
                check_columns(path, names, self.text_column, self.label_column)
                for batch in file.iter_batches(self.chunk_size, columns=self._columns):
                    yield batch.to_pandas()
        except (pyarrow.ArrowException, OSError) as error:
            raise ValueError(f"{path} is not a Parquet file: {error}") from error

    def _of_dask(self, frame: Any) -> Iterator[pd.DataFrame]:
        names = list(frame.columns)
        check_columns("The DataFrame", names, self.text_column, self.label_column)
        for number in range(frame.npartitions):
            part = frame[self._columns].get_partition(number).compute()
            check_filled(f"Partition {number}", part, self._columns)
            yield part


def _checked_size(chunk_size: Any) -> int:
    if not isinstance(chunk_size, Integral) or chunk_size < 1:
        raise ValueError(
            f"chunk_size must be a whole number from 1 on, got {chunk_size!r}."
        )
    return int(chunk_size)


def _is_dask_frame(source: object) -> bool:
    """Tell without importing Dask, which need not be installed."""
    return hasattr(source, "npartitions") and hasattr(source, "get_partition")


def _find_files(source: Any) -> list[Path]:
    """Return the files behind paths of files and folders."""
    if isinstance(source, (str, os.PathLike)):
        source = [source]
    if not isinstance(source, Iterable):
        raise TypeError(
            "source must be the path of a file or a folder, several of them, or a Dask "
            f"DataFrame, got {type(source).__name__}."
        )
    files: list[Path] = []
    for path in map(Path, source):
        if path.is_dir():
            inside = sorted(
                file
                for file in path.rglob("*")
                if _ends(file, _CSV + _PARQUET) and file.name[0] not in "._"
            )
            if not inside:
                raise FileNotFoundError(
                    f"The folder {path} holds no file that ends in "
                    f"{', '.join(_CSV + _PARQUET)}."
                )
            files += inside
        elif not path.exists():
            raise FileNotFoundError(f"There is no file {path}.")
        elif _ends(path, _CSV + _PARQUET):
            files.append(path)
        else:
            raise ValueError(
                f"{path} must end in one of {', '.join(_CSV + _PARQUET)}, so that it "
                "is known how to read it."
            )
    if any(_ends(path, _PARQUET) for path in files):
        _need_pyarrow()
    return files


def _ends(path: Path, endings: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(endings)


def _need_pyarrow() -> None:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "Parquet files are read by pyarrow, which is not installed: "
            "pip install 'skrnn[parquet]'."
        ) from error
