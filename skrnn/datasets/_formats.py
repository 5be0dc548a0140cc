"""Tables in files: delimited text, Excel, Parquet and JSON, told apart by content."""

from __future__ import annotations

import codecs
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from skrnn._messages import install_hint
from skrnn.datasets._columns import has_header

_COMPRESSIONS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}
_UNPACKING_ERRORS = (
    EOFError,
    OSError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BYTE_ORDER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_JSON_NAMES = re.compile(r"\.(jsonl|ndjson|json)(\.(gz|bz2|xz|zst|zip))?$", re.I)

_SEPARATORS = (";", "\t", "|")  # besides commas
_ROWS_TO_GUESS = 20
_ROWS_AT_ONCE = 10_000


class Source:
    """A file, or the content of a stream, that can be opened again and again."""

    def __init__(self, source: Any) -> None:
        if hasattr(source, "read"):
            self.name = str(getattr(source, "name", type(source).__name__))
            self._content: bytes | None = source.read()
            return
        self.name, self._content = str(source), None
        self._path = Path(source)
        if not self._path.exists():
            raise FileNotFoundError(f"There is no file {source}.")

    def open(self) -> Any:
        """Return what pandas can read from the start."""
        return self._path if self._content is None else io.BytesIO(self._content)

    def head(self, size: int = 4096) -> bytes:
        """Return the first bytes."""
        if self._content is not None:
            return self._content[:size]
        with self._path.open("rb") as file:
            return file.read(size)

    @cached_property
    def compression(self) -> str | None:
        """How it is compressed."""
        head = self.head(8)
        return next(
            (c for mark, c in _COMPRESSIONS.items() if head.startswith(mark)), None
        )


def read_table(
    source: Source,
    *,
    encoding: str,
    sep: str | None,
    header: bool | str,
    text_columns: list[str],
    label_column: str | None,
) -> pd.DataFrame:
    """Read a whole table; without a header, its columns are ``column_1`` and so on."""
    kind = _find_kind(source, encoding)
    if kind == "json":
        return _read_json(source, encoding).rename(columns=str)
    if kind == "parquet":
        return _read_parquet(source).rename(columns=str)

    def read(first: int | None) -> pd.DataFrame:
        if kind == "excel":
            return _read_excel(source, first).rename(columns=str)
        with explain_errors(source, encoding, sep):
            frame: pd.DataFrame = read_delimited(
                source,
                encoding,
                sep,
                header=first,
                dtype=dict.fromkeys(text_columns, object),
            )
        check_cells(source, frame)
        return frame

    frame = read(None if header is False else 0)
    if header == "auto":
        header = has_header(frame, {*text_columns, label_column})
        if not header:
            frame = read(None)
    if not header:
        frame.columns = [f"column_{n}" for n in range(1, frame.shape[1] + 1)]
    return frame


def _find_kind(source: Source, encoding: str) -> str:
    """Return the kind of a file by its first bytes; raise for what is no table."""
    head = source.head()
    if head.startswith(b"PAR1"):
        return "parquet"
    if source.compression == "zstd":
        _check_zstandard(source)
    if head.startswith(_OLD_EXCEL):
        raise ValueError(
            f"{source.name} is an Excel file in the format of 2003 and before. Save it "
            "as an Excel workbook (.xlsx) or as CSV."
        )
    if source.compression == "zip":
        names = _names_in_zip(source)
        if any(name.startswith("xl/") for name in names):
            return "excel"
        if len(names) != 1:
            raise ValueError(
                f"{source.name} is a ZIP archive of {len(names)} files. Unpack it and "
                "pass one of them. If it is a document of another office program, save "
                "it as .xlsx or CSV."
            )
    if _JSON_NAMES.search(source.name) or head.lstrip().startswith((b"{", b"[{")):
        return "json"
    if (
        b"\0" in head
        and source.compression is None
        and not head.startswith(_BYTE_ORDER_MARKS)
        and encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    ):
        raise ValueError(
            f"{source.name} is not a table: expected a text file with columns (CSV), "
            "an Excel workbook (.xlsx), Parquet or JSON lines."
        )
    return "delimited"


def _check_zstandard(source: Source) -> None:
    try:
        import zstandard  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"{source.name} is compressed with Zstandard, which needs the package "
            "zstandard: pip install zstandard. Or decompress the file first."
        ) from error


def _names_in_zip(source: Source) -> list[str]:
    try:
        with zipfile.ZipFile(source.open()) as archive:
            return [name for name in archive.namelist() if not name.endswith("/")]
    except zipfile.BadZipFile as error:
        raise ValueError(
            f"{source.name} is a damaged ZIP archive or Excel workbook: {error}."
        ) from error


def _read_json(source: Source, encoding: str) -> pd.DataFrame:
    """Read JSON lines, or one JSON value: a list of objects, or columns."""
    options: dict[str, Any] = {
        "encoding": encoding,
        "compression": source.compression,
        "dtype": False,
    }
    try:
        try:
            return pd.read_json(source.open(), lines=True, **options)
        except ValueError:
            return pd.read_json(source.open(), **options)
    except _UNPACKING_ERRORS as error:
        raise ValueError(_damaged(source, error)) from error
    except ValueError as error:
        raise ValueError(
            f"{source.name} is neither JSON lines (an object in each line) nor a list "
            f"of JSON objects: {str(error).rstrip('.')}."
        ) from error


def _damaged(source: Source, error: BaseException) -> str:
    reason = str(error).rstrip(".")
    return f"{source.name} is damaged and cannot be unpacked: {reason}."


def _read_parquet(source: Source) -> pd.DataFrame:
    check_pyarrow()
    try:
        return pd.read_parquet(source.open(), engine="pyarrow").reset_index(drop=True)
    except (ValueError, OSError) as error:
        raise ValueError(f"{source.name} is not a Parquet file: {error}") from error


def _read_excel(source: Source, header: int | None) -> pd.DataFrame:
    """Read the first sheet of a workbook."""
    try:
        import openpyxl  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "Excel workbooks need openpyxl, which is not installed: "
            f"{install_hint('excel')}. Or save the table as CSV."
        ) from error
    try:
        return pd.read_excel(source.open(), header=header, engine="openpyxl")
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise ValueError(
            f"{source.name} cannot be read as an Excel workbook: {error}. Save the "
            "table as CSV."
        ) from error


def check_pyarrow() -> None:
    """Raise ImportError if Parquet files cannot be read."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "Parquet files need pyarrow, which is not installed: "
            f"{install_hint('parquet')}."
        ) from error


# -- delimited text


def read_delimited(
    source: Source, encoding: str, sep: str | None, **options: Any
) -> Any:
    """Read a table of delimited text, or its chunks; None guesses the separator."""
    return pd.read_csv(
        source.open(),
        sep=_guess_separator(source, encoding) if sep is None else sep,
        encoding=encoding,
        compression=source.compression,
        low_memory=False,
        **options,
    )


def _guess_separator(source: Source, encoding: str) -> str:
    """Return the one separator that divides all of the first rows alike.

    A comma, unless only another does so, or the first row has no comma but another.
    """
    if _fits(source, encoding, ","):
        return ","
    fitting = [sep for sep in _SEPARATORS if _fits(source, encoding, sep)]
    if fitting:
        return fitting[0] if len(fitting) == 1 else ","
    first = pd.read_csv(
        source.open(),
        sep=",",
        encoding=encoding,
        encoding_errors="replace",
        compression=source.compression,
        nrows=0,
    )
    inside = [sep for sep in _SEPARATORS if sep in first.columns[0]]
    return inside[0] if len(first.columns) == 1 and len(inside) == 1 else ","


def _fits(source: Source, encoding: str, sep: str) -> bool:
    """Return whether the first rows have the same number of cells, at least two."""
    try:
        head = pd.read_csv(
            source.open(),
            sep=sep,
            encoding=encoding,
            encoding_errors="replace",
            compression=source.compression,
            header=None,
            nrows=_ROWS_TO_GUESS,
            dtype=str,
            keep_default_na=False,
        )
    except pd.errors.ParserError:  # a row has more cells than the first
        return False
    # An empty cell is an empty string; a cell that is not there is missing.
    return head.shape[1] > 1 and bool(head.notna().all(axis=None))


@contextmanager
def explain_errors(source: Source, encoding: str, sep: str | None) -> Iterator[None]:
    """Raise errors that explain those of pandas for delimited text."""
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise ValueError(
            f"There is no encoding {encoding!r}. Examples are 'utf-8', 'latin-1' and "
            "'cp1252'."
        ) from error
    if sep is not None and len(sep) != 1:
        raise ValueError(f"sep must be one character, such as ';', got {sep!r}.")
    try:
        yield
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{source.name} is not in {encoding}: {_undecodable(source, encoding)}. "
            f"Pass its encoding, for example encoding={_likely_encoding(source)!r}."
        ) from error
    except _UNPACKING_ERRORS as error:
        raise ValueError(_damaged(source, error)) from error
    except pd.errors.EmptyDataError as error:
        raise ValueError(f"{source.name} is empty.") from error
    except pd.errors.ParserError as error:
        # "Error tokenizing data. C error: Expected 2 fields in line 4, saw 3"
        reason = str(error).removeprefix("Error tokenizing data. C error: ").strip()
        raise ValueError(
            f"{source.name} cannot be divided into columns: {reason.rstrip('.')}. Put "
            'texts that contain the separator in double quotes ("), or name '
            "another separator with sep=."
        ) from error


def check_cells(source: Source, frame: pd.DataFrame) -> None:
    """Raise ValueError if rows have more cells than the header."""
    # pandas makes the first of too many cells the index and shifts the others.
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError(
            f"{source.name} has more cells in its rows than the {frame.shape[1]} names "
            "in its header. Put texts that contain the separator between double "
            'quotes ("), or name another separator with sep=.'
        )


def _likely_encoding(source: Source) -> str:
    """Return an encoding to try on a file that is not in the given one."""
    return "utf-16" if source.head(2) in _BYTE_ORDER_MARKS else "latin-1"


def _undecodable(source: Source, encoding: str) -> str:
    """Return a description of the first byte that is not in the encoding."""
    try:
        tables = read_delimited(
            source,
            encoding,
            None,
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
