"""Files that appear whole or not at all, however their writing ends.

A file is written beside its place, under a name of its own, and renamed. A process that
is killed leaves such a part behind, which the next one that writes into the folder
removes: who writes a part holds a lock on it, and the system drops the lock of a dead
process, so that a part without a lock is nobody's.
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

if sys.platform != "win32":  # which neither removes nor renames a file that is open
    import fcntl

__all__ = ["write_atomically"]

_ENDING = ".skrnn-part"
_PART = re.compile(rf"\..+\.[0-9a-f]{{12}}{re.escape(_ENDING)}", re.DOTALL)


def write_atomically(
    path: str | os.PathLike[str], write: Callable[[BinaryIO], object]
) -> None:
    """Write a file that appears whole or not at all.

    Parameters
    ----------
    path : str or path-like
        The file; one that is there is replaced.
    write : callable
        Writes the content into the binary file that it is given.

    Raises
    ------
    OSError
        If the folder is missing or cannot be written to, or the disk is full. A file
        that was there before is as it was.
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder; give the name of a file in it.")
    _remove_left(target.parent)
    file, part = _open_part(target)
    try:
        with file:
            write(file)
            file.flush()
            os.fsync(file.fileno())  # a crash of the machine must leave no empty file
            if sys.platform != "win32":
                part.replace(target)  # while it is locked
        if sys.platform == "win32":
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _open_part(target: Path) -> tuple[BinaryIO, Path]:
    """Return a new file in the folder of ``target``, locked, and its name."""
    while True:
        part = target.with_name(f".{target.name}.{secrets.token_hex(6)}{_ENDING}")
        file = part.open("xb")
        if sys.platform == "win32":
            return file, part
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = os.path.samestat(os.fstat(file.fileno()), part.stat())
        except (BlockingIOError, FileNotFoundError):
            ours = False  # removed by another process before it had its lock
        except OSError:
            ours = True  # a file system without locks, where no part is removed
        if ours:
            return file, part
        file.close()


def _remove_left(folder: Path) -> None:
    """Remove the parts that processes left which are no more."""
    with suppress(OSError):  # what a folder does not let us remove may stay
        names = os.listdir(folder)  # noqa: PTH208  quick where there are many
        for part in (folder / name for name in names if _PART.fullmatch(name)):
            with suppress(OSError):
                if sys.platform == "win32":
                    part.unlink()
                    continue
                with part.open("rb+") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    part.unlink()
