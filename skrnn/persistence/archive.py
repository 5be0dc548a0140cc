"""Named bytes in one zip: written atomically, read with suspicion.

Nothing in the archive is compressed, so that reading never takes more memory than the
file is long (the first header of a zip bomb is refused). Nothing is extracted to disk.
The schema holds the SHA-256 of every member, and a member of its own that of the
schema. Checksums detect damage; they do not authenticate the author.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from skrnn._files import write_atomically

__all__ = ["DamagedFileError", "check_zip", "read_archive", "write_archive"]

SCHEMA = "schema.json"
SCHEMA_CHECKSUM = "schema.sha256"
MEMBERS = "members"

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # fixed, so that equal models give equal files
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    OverflowError,
    ValueError,
    struct.error,
)


class DamagedFileError(ValueError):
    """A file is damaged, or not a valid model file."""


def write_archive(
    path: str | os.PathLike[str],
    schema: dict[str, Any],
    members: Mapping[str, bytes],
) -> None:
    """Write a schema, which JSON can represent, and members by name, atomically.

    The schema gets the checksums of the members.

    Raises
    ------
    OSError
        If the folder is missing or cannot be written to, or the disk is full. An
        existing file stays as it was.
    """
    with_checksums = {
        **schema,
        MEMBERS: {name: _digest(content) for name, content in members.items()},
    }
    text = json.dumps(with_checksums, indent=1, allow_nan=False).encode("ascii")
    checksum = _digest(text).encode("ascii")
    contents = {SCHEMA: text, SCHEMA_CHECKSUM: checksum, **members}

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, content in contents.items():
                archive.writestr(zipfile.ZipInfo(name, _TIMESTAMP), content)

    write_atomically(path, write)


def read_archive(
    path: str | os.PathLike[str],
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the schema and the members that :func:`write_archive` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DamagedFileError
        If the file is not such an archive, its members are not those of the schema, or
        a checksum is wrong.
    """
    with Path(path).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        try:
            with zipfile.ZipFile(file) as archive:
                _check_headers(archive.infolist(), size)
                found = {info.filename: archive.read(info) for info in archive.filelist}
            return _verify(found)
        except DamagedFileError as error:
            raise DamagedFileError(f"{path}: {error}") from error
        except (*_ZIP_ERRORS, MemoryError, RecursionError) as error:
            raise DamagedFileError(
                f"{path} is not a skrnn model file, or is damaged: {error}"
            ) from error


def check_zip(content: bytes) -> None:
    """Check a zip that is a member, as the archive itself is checked.

    Raises
    ------
    DamagedFileError
        If it is not a zip, is compressed, or has invalid or repeated names.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_headers(archive.infolist(), len(content))
    except _ZIP_ERRORS as error:
        raise DamagedFileError(f"a member is not a valid zip: {error}") from error


def _check_headers(infos: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse names, sizes and methods that no model file has, before reading."""
    names = [info.filename for info in infos]
    for info in infos:
        # orig_filename is the name before zipfile cuts it at a NUL.
        if not _NAME.fullmatch(info.orig_filename) or info.is_dir():
            raise DamagedFileError(f"invalid name in the archive: {info.filename!r}.")
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise DamagedFileError(
                f"{info.filename!r} is compressed or encrypted; no member of a model "
                "file is."
            )
        if info.compress_size != info.file_size:
            raise DamagedFileError(
                f"the sizes of {info.filename!r} contradict each other."
            )
    if len(set(names)) != len(names):
        raise DamagedFileError("a name occurs more than once in the archive.")
    if sum(info.file_size for info in infos) > size:
        raise DamagedFileError("its members claim to be larger than the file.")


def _verify(found: dict[str, bytes]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the schema and the members after checking their checksums."""
    if SCHEMA not in found or SCHEMA_CHECKSUM not in found:
        raise DamagedFileError(
            f"not a skrnn model file, or damaged: {SCHEMA} or {SCHEMA_CHECKSUM} is "
            "missing."
        )
    text, checksum = found.pop(SCHEMA), found.pop(SCHEMA_CHECKSUM)
    if _digest(text).encode("ascii") != checksum:
        raise DamagedFileError(f"the checksum of {SCHEMA} is wrong: it was changed.")
    schema = json.loads(text, parse_constant=_refuse_constant)
    sums = schema.pop(MEMBERS, None) if isinstance(schema, dict) else None
    if not isinstance(sums, dict) or sums.keys() != found.keys():
        raise DamagedFileError(f"the members are not those that {SCHEMA} lists.")
    for name, content in found.items():
        if _digest(content) != sums[name]:
            raise DamagedFileError(f"the checksum of {name!r} is wrong: it is damaged.")
    return schema, found


def _refuse_constant(name: str) -> None:
    raise DamagedFileError(f"{SCHEMA} holds {name}, which is not JSON.")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
