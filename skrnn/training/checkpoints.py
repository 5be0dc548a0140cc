"""Checkpoints of the state after each epoch, so that no epoch is computed twice.

Candidates of a grid that differ only in ``epochs`` share their checkpoints: a longer
fit resumes from the last one of a shorter fit, and a shorter fit reads one of a longer
fit. Both equal the fit from scratch bit for bit, since the order of the rows is drawn
for every epoch from the seed and the epoch's number, and the dropout seeds are part of
the state.

Checkpoints save time and are never worth a training: a warning names what cannot be
saved, and what was saved and is damaged, and the epochs are computed.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import joblib
import numpy as np
import numpy.typing as npt

State = list[npt.NDArray[Any]]
History = dict[str, list[float]]
Memory: TypeAlias = str | os.PathLike[str] | joblib.Memory

_PART = ".part"
_HOST = socket.gethostname()
# A number of a process is given again, to another one.
_THIS_RUN = secrets.token_hex(4)
# Longer than any file takes to be written, in seconds.
_LONG_AGO = 3600.0


class EpochCheckpoints:
    """The states of one training run, one file per epoch.

    Parameters
    ----------
    memory : str, path-like or joblib.Memory
        The folder of all checkpoints; several processes may share it.
    identity : object
        All that the run depends on except the number of epochs; hashed by joblib.
    like : list of ndarray
        A state of the run, for the shapes and dtypes.

    Raises
    ------
    ValueError
        If ``memory`` is a file.
    """

    def __init__(self, memory: Memory, identity: Any, like: State) -> None:
        self.folder = _location(memory) / "skrnn" / joblib.hash(identity)
        self._signature = _signature(like)
        self._has_warned = False
        remove_abandoned(self.folder.parent)

    def save(self, epoch: int, state: State, history: History) -> None:
        """Save the state after ``epoch`` epochs; warn once if that fails."""
        path = self._path(epoch)
        try:
            if not path.exists():
                text = np.frombuffer(json.dumps(history).encode(), np.uint8)
                save_atomically(path, *state, history=text)
        except OSError as error:
            if not self._has_warned:
                _warn_unsaved(self.folder, error)
            self._has_warned = True

    def load_latest(self, most: int) -> tuple[int, State, History] | None:
        """Return the last state of at most ``most`` epochs, or None.

        Returns
        -------
        found : tuple of (epoch, state, history) or None
            The number of epochs done, the state and the history up to there.
        """
        for epoch in range(most, 0, -1):
            if found := self.load(epoch):
                return epoch, *found
        return None

    def load(self, epoch: int) -> tuple[State, History] | None:
        """Return the state and the history after ``epoch`` epochs, or None.

        A damaged file is removed, with a warning.
        """
        path = self._path(epoch)
        try:
            # NumPy leaves a damaged file open if it opens it itself.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                # NumPy looks at a checksum only if it reads its array to the end.
                if (damaged := stored.zip.testzip()) is not None:
                    raise ValueError(f"the checksum of {damaged} is wrong")
                state = [stored[f"arr_{i}"] for i in range(len(stored.files) - 1)]
                if _signature(state) != self._signature:
                    raise ValueError("some arrays are missing")
                return state, json.loads(stored["history"].tobytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            reason = f"cannot be read ({error}):"
        except MemoryError:
            raise
        # There is no end to what damaged bytes may lead to.
        except Exception as error:
            with suppress(OSError):
                path.unlink()
            reason = f"was damaged ({error}) and is removed:"
        warnings.warn(
            f"{path}, the state after epoch {epoch}, {reason} the epoch is computed "
            "again.",
            stacklevel=2,
        )
        return None

    def _path(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch:05d}.npz"


def _signature(state: State) -> list[tuple[Any, ...]]:
    return [(array.shape, array.dtype) for array in state]


def save_atomically(
    path: Path, *arrays: npt.NDArray[Any], **named: npt.NDArray[Any]
) -> None:
    """Save arrays to a file that appears complete or not at all.

    It is written under another name first, in the folder above: what a process leaves
    there that is killed in the middle, :func:`remove_abandoned` finds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        dir=path.parent.parent,
        prefix=f"{os.getpid()}-{_THIS_RUN}-{_HOST}-",
        suffix=_PART,
        delete=False,
    ) as file:
        try:
            # To NumPy 2.0, allow_pickle=False would be one more array; all are numbers.
            np.savez(file, *arrays, **named)  # type: ignore[arg-type]
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            # A full disk fails again when the file is closed.
            with suppress(OSError):
                file.close()
            Path(file.name).unlink(missing_ok=True)
            raise


def remove_abandoned(folder: Path) -> None:
    """Remove what processes that are gone have left unfinished in ``folder``."""
    with suppress(OSError):
        for path in folder.glob(f"*{_PART}"):
            with suppress(OSError, ValueError):  # gone already, or not one of ours
                if _is_abandoned(path):
                    path.unlink()


def _is_abandoned(path: Path) -> bool:
    process, run, rest = path.name.split("-", 2)
    if rest.rpartition("-")[0] != _HOST or os.name != "posix":
        return time.time() - path.stat().st_mtime > _LONG_AGO
    if int(process) == os.getpid():
        return run != _THIS_RUN
    try:
        os.kill(int(process), 0)  # sends nothing
    except ProcessLookupError:
        return True
    except PermissionError:  # it is another user's
        pass
    return False


def call_cached(
    memory: Memory,
    function: Callable[..., Any],
    *args: Any,
    ignore: Sequence[str] = (),
    **kwargs: Any,
) -> Any:
    """Call ``function``, or return the cached result of an equal call.

    Arguments in ``ignore`` do not count.
    """
    _location(memory)
    try:
        cached = as_memory(memory).cache(function, ignore=list(ignore))
        return cached(*args, **kwargs)
    except OSError as error:
        _warn_unsaved(_location(memory), error)
        return function(*args, **kwargs)


def _warn_unsaved(folder: Path, error: OSError) -> None:
    warnings.warn(
        f"Nothing can be kept in {folder}: {error}. Training goes on without; give "
        "memory= a folder that can be written and has space.",
        stacklevel=3,
    )


def _location(memory: Memory) -> Path:
    location = memory.location if isinstance(memory, joblib.Memory) else memory
    if Path(location).is_file():
        raise ValueError(f"memory={str(location)!r} is a file; name a folder.")
    return Path(location)


def has_memory(memory: Any) -> bool:
    """Tell whether ``memory`` names a folder: a joblib.Memory may have none."""
    if isinstance(memory, joblib.Memory):
        return memory.location is not None
    return memory is not None


def as_memory(memory: Memory) -> joblib.Memory:
    """Return a joblib.Memory that keeps results in the folder of ``memory``."""
    if isinstance(memory, joblib.Memory):
        return memory
    return joblib.Memory(memory, verbose=0)
