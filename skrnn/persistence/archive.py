"""Named bytes in one zip: written whole or not at all, read with suspicion.

Nothing in the archive is compressed, so that what is read is never larger than the file
(a zip bomb is refused by its first header); nothing is ever extracted to the disk; and
every member has its SHA-256 in the schema, the schema in a member of its own, so that a
damaged file is noticed. Checksums tell damage, not the author.
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
SEAL = "schema.sha256"
MEMBERS = "members"

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # equal models give equal files
_NOT_A_ZIP = (
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
    """A file is damaged, or not what it should be."""


def write_archive(
    path: str | os.PathLike[str],
    schema: dict[str, Any],
    members: Mapping[str, bytes],
) -> None:
    """Write a schema and members.

    Parameters
    ----------
    path : str or path-like
        The file; it appears whole or not at all, and replaces one that is there.
    schema : dict
        What JSON can hold; the checksums of the members are added.
    members : mapping of str to bytes
        The members by name.

    Raises
    ------
    OSError
        If the folder is missing or cannot be written to, or the disk is full. A file
        that was there before is as it was.
    """
    sealed = {**schema, MEMBERS: {name: _digest(members[name]) for name in members}}
    text = json.dumps(sealed, indent=1, allow_nan=False).encode("ascii")
    everything = {SCHEMA: text, SEAL: _digest(text).encode("ascii"), **members}

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, content in everything.items():
                archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content)

    write_atomically(path, write)


def read_archive(
    path: str | os.PathLike[str],
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Read what :func:`write_archive` wrote.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    schema : dict
        The schema.
    members : dict of str to bytes
        The members by name.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DamagedFileError
        If the file is no such archive, holds what its schema does not name, or a
        checksum is wrong.
    """
    with Path(path).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        try:
            with zipfile.ZipFile(file) as archive:
                _check_headers(archive.infolist(), size)
                found = {info.filename: archive.read(info) for info in archive.filelist}
            return _unseal(found)
        except DamagedFileError as error:
            raise DamagedFileError(f"{path}: {error}") from error
        except (*_NOT_A_ZIP, MemoryError, RecursionError) as error:
            raise DamagedFileError(
                f"{path} is not a model file of skrnn.save, or is damaged: {error}"
            ) from error


def check_zip(content: bytes) -> None:
    """Refuse a zip within a member that has what a member never has.

    Parameters
    ----------
    content : bytes
        The zip.

    Raises
    ------
    DamagedFileError
        If it is no zip, is compressed, or has strange or repeated names.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_headers(archive.infolist(), len(content))
    except _NOT_A_ZIP as error:
        raise DamagedFileError(f"a member is no sound zip: {error}") from error


def _check_headers(infos: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse what a model file never has, before anything is read."""
    names = [info.filename for info in infos]
    for info in infos:
        # orig_filename is the name before zipfile cuts it at a NUL.
        if not _NAME.fullmatch(info.orig_filename) or info.is_dir():
            raise DamagedFileError(f"strange name in the archive: {info.filename!r}.")
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise DamagedFileError(
                f"{info.filename!r} is compressed or encrypted, which nothing in a "
                "model file is."
            )
        if info.compress_size != info.file_size:
            raise DamagedFileError(f"the sizes of {info.filename!r} contradict.")
    if len(set(names)) != len(names):
        raise DamagedFileError("a name comes more than once in the archive.")
    if sum(info.file_size for info in infos) > size:
        raise DamagedFileError("its members claim to be larger than the file.")


def _unseal(found: dict[str, bytes]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Check the checksums and read the schema."""
    if SCHEMA not in found or SEAL not in found:
        raise DamagedFileError(
            f"no model file of skrnn.save, or damaged: it has no {SCHEMA} or no {SEAL}."
        )
    text, seal = found.pop(SCHEMA), found.pop(SEAL)
    if _digest(text).encode("ascii") != seal:
        raise DamagedFileError(f"{SCHEMA} does not have its checksum: it was changed.")
    schema = json.loads(text, parse_constant=_refuse_constant)
    sums = schema.pop(MEMBERS, None) if isinstance(schema, dict) else None
    if not isinstance(sums, dict) or sums.keys() != found.keys():
        raise DamagedFileError(f"the members are not those that {SCHEMA} names.")
    for name, content in found.items():
        if _digest(content) != sums[name]:
            raise DamagedFileError(f"{name!r} does not have its checksum: damaged.")
    return schema, found


def _refuse_constant(name: str) -> None:
    raise DamagedFileError(f"{SCHEMA} holds {name}.")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
