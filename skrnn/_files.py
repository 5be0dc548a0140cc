"""Atomic writes: a file appears complete or not at all.

The content goes to a temporary file in the same folder, which is then renamed. A killed
process leaves its temporary file behind; the next write into the folder removes it. The
writer of a temporary file holds a lock on it, and the system releases the locks of a
dead process, so a temporary file without a lock has no writer.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":  # Windows neither removes nor renames an open file
    import fcntl

__all__ = ["write_atomically"]

_SUFFIX = ".skrnn-part"
_TEMPORARY = re.compile(rf"\..+\.[0-9a-f]{{12}}{re.escape(_SUFFIX)}", re.DOTALL)


def write_atomically(
    path: str | os.PathLike[str],
    write: Callable[[BinaryIO], object],
    *,
    sync: bool = True,
) -> None:
    """Write a file that appears complete or not at all, replacing an existing one.

    Parameters
    ----------
    path : str or path-like
        The file.
    write : callable
        Takes a binary file and writes the content into it.
    sync : bool, default=True
        Whether the content must be on the disk before the file appears. Without, a
        crash of the machine, not of the process, may leave a damaged file.

    Raises
    ------
    OSError
        If the folder is missing or cannot be written to, or the disk is full. An
        existing file stays as it was.
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder. Pass the path of a file in it.")
    _remove_abandoned(target.parent)
    file, temporary = _open_temporary(target)
    try:
        with file:
            write(file)
            file.flush()
            if sync:
                os.fsync(file.fileno())
            if sys.platform != "win32":
                temporary.replace(target)  # while it is locked
        if sys.platform == "win32":
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _open_temporary(target: Path) -> tuple[BinaryIO, Path]:
    """Return a new, locked file in the folder of ``target``, and its path."""
    while True:
        path = target.with_name(f".{target.name}.{secrets.token_hex(6)}{_SUFFIX}")
        file = path.open("xb")
        if sys.platform == "win32":
            return file, path
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_locked = os.path.samestat(os.fstat(file.fileno()), path.stat())
        except (BlockingIOError, FileNotFoundError):
            is_locked = False  # another process removed it before the lock
        except OSError:
            is_locked = True  # no locks on this file system: nothing is removed
        if is_locked:
            return file, path
        file.close()


def _remove_abandoned(folder: Path) -> None:
    """Remove temporary files whose writer is dead, as far as permissions allow."""
    with suppress(OSError):
        names = os.listdir(folder)  # noqa: PTH208  fast where there are many
        for path in (folder / name for name in names if _TEMPORARY.fullmatch(name)):
            with suppress(OSError):
                if sys.platform == "win32":
                    path.unlink()
                    continue
                with path.open("rb+") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()
