"""Reviews from files larger than memory, chunk by chunk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skrnn.datasets._formats import (
    Source,
    check_cells,
    check_pyarrow,
    explain_errors,
    read_delimited,
)
from skrnn.datasets._tables import (
    as_list,
    as_target,
    as_texts,
    check_columns,
    find_filled,
)

_CSV = tuple(
    kind + packed
    for kind in (".csv", ".tsv")
    for packed in ("", ".gz", ".bz2", ".xz", ".zip", ".zst")
)
_PARQUET = (".parquet", ".pq")
_BUFFER_SIZE = 2**20  # bytes of a Parquet file to read ahead, for each column

Chunk = tuple[Any, npt.NDArray[Any] | None]


class ReviewStream:
    r"""Labeled reviews from files, in chunks of a few thousand rows.

    Only one chunk is in memory at a time. Each iteration reads from the start: once for
    the vocabulary, once for each epoch.

    Parameters
    ----------
    source : str, path-like, iterable of them, or Dask DataFrame
        A CSV or Parquet file; a folder, of which all files ending in ``.csv`` or
        ``.tsv`` (also compressed, such as ``.csv.gz``), ``.parquet`` or ``.pq`` are
        read, including those in subfolders, in the order of their names; several files
        and folders; or a Dask DataFrame, of which one partition at a time is in memory.
        Parquet files need the extra ``parquet``.
    text_column : str or list of str, default="review_text"
        The column of the texts, or several of them, such as ``["title", "body"]``.
    label_column : str or None, default="label"
        The column of the labels. None reads texts only, for predictions.
    chunk_size : int, default=10_000
        The number of rows of a chunk; the last one may have fewer. A chunk may span
        several files.
    encoding : str, default="utf-8"
        The encoding of CSV files.
    sep : str, default=None
        The column separator of CSV files; None guesses it for each file, as
        :func:`load_reviews` does.
    drop_missing : bool, default=False
        Whether to drop rows without a text or label instead of raising an error. With
        several text columns, a row lacks a text if all of them are empty; a single
        empty cell is an empty text.

    Raises
    ------
    FileNotFoundError
        If a file does not exist, or a folder has no table.
    ImportError
        If a Parquet file needs pyarrow, which is not installed.
    TypeError
        If ``source`` is of an unsupported type.
    ValueError
        If ``chunk_size`` is below 1 or a file has an unknown extension. While reading:
        if a file lacks a column or is damaged, or if a text or label is missing and
        ``drop_missing`` is false.

    See Also
    --------
    load_reviews : One file, at once.
    skrnn.fit_stream : Fit a pipeline to a stream.

    Notes
    -----
    The rows keep the order of the files. If that order is by label, shuffle the rows
    before you write the files: a network that sees all positive reviews before the
    first negative one learns little.

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
        text_column: str | Sequence[str] = "review_text",
        label_column: str | None = "label",
        chunk_size: int = 10_000,
        encoding: str = "utf-8",
        sep: str | None = None,
        drop_missing: bool = False,
    ) -> None:
        self.text_column = text_column
        self.label_column = label_column
        self.chunk_size = _check_size(chunk_size)
        self.encoding = encoding
        self.sep = sep
        self.drop_missing = drop_missing
        self._frame = source if _is_dask_frame(source) else None
        self._files = [] if self._frame is not None else _find_files(source)

    def __iter__(self) -> Iterator[Chunk]:
        """Read chunks of texts and labels from the start.

        Yields
        ------
        texts : ndarray of shape (n_rows,), object
            The texts, str. A DataFrame of shape (n_rows, n_text_columns) if
            ``text_column`` is a list.
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
        """Read the texts one by one from the start.

        Yields
        ------
        text : str
            The next text.

        Raises
        ------
        TypeError
            If ``text_column`` is a list: pass the tables of the chunks to
            :meth:`TextSequencer.partial_fit <skrnn.TextSequencer.partial_fit>`.
        """
        if not isinstance(self.text_column, str):
            raise TypeError(
                "texts() reads one text column. For several, iterate over the chunks "
                "and pass their tables to TextSequencer.partial_fit."
            )
        for texts, _ in self:
            yield from texts

    @property
    def _columns(self) -> list[str]:
        texts = as_list(self.text_column)
        return texts if self.label_column is None else [*texts, self.label_column]

    def _chunk(self, parts: list[pd.DataFrame]) -> Chunk:
        frame = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
        texts = as_texts(frame, self.text_column)
        if self.label_column is None:
            return texts, None
        return texts, as_target(frame[self.label_column])

    def _frames(self) -> Iterator[pd.DataFrame]:
        """Read small tables of texts and labels, without rows that lack one."""
        if self._frame is not None:
            yield from self._read_dask(self._frame)
        for path in self._files:
            read = self._read_csv if _ends(path, _CSV) else self._read_parquet
            first = 1
            for frame in read(path):
                yield frame[self._find_filled(path, frame, first)]
                first += len(frame)

    def _find_filled(
        self, source: object, frame: pd.DataFrame, first: int = 1
    ) -> npt.NDArray[np.bool_]:
        return find_filled(
            source,
            frame,
            self.text_column,
            self.label_column,
            drop_missing=self.drop_missing,
            first=first,
        )

    def _read_csv(self, path: Path) -> Iterator[pd.DataFrame]:
        source = Source(path)
        with (
            explain_errors(source, self.encoding, self.sep),
            read_delimited(
                source,
                self.encoding,
                self.sep,
                dtype=dict.fromkeys(as_list(self.text_column), object),
                chunksize=self.chunk_size,
            ) as tables,
        ):
            for frame in tables:
                check_cells(source, frame)
                check_columns(path, list(frame), self.text_column, self.label_column)
                yield frame[self._columns]

    def _read_parquet(self, path: Path) -> Iterator[pd.DataFrame]:
        import pyarrow
        from pyarrow import parquet

        try:
            # The default reads a row group at once, which is often the whole file.
            with parquet.ParquetFile(
                path, buffer_size=_BUFFER_SIZE, pre_buffer=False
            ) as file:
                names = file.schema_arrow.names
                check_columns(path, names, self.text_column, self.label_column)
                for batch in file.iter_batches(self.chunk_size, columns=self._columns):
                    yield batch.to_pandas()
        except (pyarrow.ArrowException, OSError) as error:
            raise ValueError(f"{path} is not a Parquet file: {error}") from error

    def _read_dask(self, frame: Any) -> Iterator[pd.DataFrame]:
        names = list(frame.columns)
        check_columns("The DataFrame", names, self.text_column, self.label_column)
        for number in range(frame.npartitions):
            part = frame[self._columns].get_partition(number).compute()
            yield part[self._find_filled(f"Partition {number}", part)]


def _check_size(chunk_size: Any) -> int:
    if not isinstance(chunk_size, Integral) or chunk_size < 1:
        raise ValueError(
            f"chunk_size must be an integer of at least 1, got {chunk_size!r}."
        )
    return int(chunk_size)


def _is_dask_frame(source: object) -> bool:
    """Return whether it is a Dask DataFrame, without importing Dask."""
    return hasattr(source, "npartitions") and hasattr(source, "get_partition")


def _find_files(source: Any) -> list[Path]:
    """Return the files of paths to files and folders."""
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
                f"{path} has an unknown extension; it must be one of "
                f"{', '.join(_CSV + _PARQUET)}."
            )
    if any(_ends(path, _PARQUET) for path in files):
        check_pyarrow()
    return files


def _ends(path: Path, endings: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(endings)
