"""Checkpoints after each epoch, so that no epoch is computed twice.

Candidates of a grid that differ only in ``epochs`` share their checkpoints: a longer
fit resumes from the last one of a shorter fit, and a shorter fit loads one of a longer
fit. Both are bit-identical to a fit from scratch, since the seed and the number of an
epoch decide the order of its rows, and the state includes the dropout seeds.

A checkpoint never makes a fit fail: if one cannot be saved or is damaged, a warning
says so and the epochs are computed.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import joblib
import numpy as np
import numpy.typing as npt

from skrnn._files import write_atomically

State = list[npt.NDArray[Any]]
History = dict[str, list[float]]
Memory: TypeAlias = str | os.PathLike[str] | joblib.Memory


class EpochCheckpoints:
    """The checkpoints of one training run, one file per epoch.

    Parameters
    ----------
    memory : str, path-like or joblib.Memory
        The folder of all checkpoints; several processes may share it.
    identity : object
        Everything that decides the result except the number of epochs, which joblib
        hashes.
    like : list of ndarray
        A state of the run, for its shapes and dtypes.

    Raises
    ------
    ValueError
        If ``memory`` is a file.
    """

    def __init__(self, memory: Memory, identity: Any, like: State) -> None:
        self.folder = _location(memory) / "skrnn" / joblib.hash(identity)
        self._signature = _signature(like)
        self._has_warned = False

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

    def load_latest(self, max_epoch: int) -> tuple[int, State, History] | None:
        """Return the last epoch up to ``max_epoch``, its state and its history."""
        for epoch in range(max_epoch, 0, -1):
            if found := self.load(epoch):
                return epoch, *found
        return None

    def load(self, epoch: int) -> tuple[State, History] | None:
        """Return the state and the history after ``epoch`` epochs, or None.

        A damaged file is removed, with a warning.
        """
        path = self._path(epoch)
        try:
            # Opened here, because np.load leaves a damaged file open.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                # NumPy compares a checksum only if it reads the array to its end.
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
        # Damaged bytes may raise anything.
        except Exception as error:
            with suppress(OSError):
                path.unlink()
            reason = f"was damaged ({error}) and has been removed:"
        warnings.warn(
            f"{path}, the checkpoint after epoch {epoch}, {reason} the epoch is "
            "computed again.",
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
    """Save arrays to a file that appears complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not allow_pickle=False, which NumPy 2.0 saves as an array. Not sync=True, since
    # readers detect damage: 20 MB take 12 ms instead of 122.
    write_atomically(path, lambda file: np.savez(file, *arrays, **named), sync=False)  # type: ignore[arg-type]


def call_cached(
    memory: Memory,
    function: Callable[..., Any],
    *args: Any,
    ignore: Sequence[str] = (),
    **kwargs: Any,
) -> Any:
    """Call ``function``, or return the cached result of the same call.

    Calls are the same if all arguments but those in ``ignore`` are equal.
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
        f"Cannot save checkpoints in {folder}: {error}. Training continues without "
        "checkpoints; set memory= to a writable folder with free space.",
        stacklevel=3,
    )


def _location(memory: Memory) -> Path:
    location = memory.location if isinstance(memory, joblib.Memory) else memory
    if Path(location).is_file():
        raise ValueError(f"memory={str(location)!r} is a file; pass a folder.")
    return Path(location)


def has_memory(memory: Any) -> bool:
    """Return whether ``memory`` has a folder: a joblib.Memory may have none."""
    if isinstance(memory, joblib.Memory):
        return memory.location is not None
    return memory is not None


def as_memory(memory: Memory) -> joblib.Memory:
    """Return a joblib.Memory in the folder of ``memory``."""
    if isinstance(memory, joblib.Memory):
        return memory
    return joblib.Memory(memory, verbose=0)
