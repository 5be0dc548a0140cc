"""The state after each epoch on disk, so that no epoch is computed twice.

Candidates of a grid that differ only in ``epochs`` share one trajectory: a longer fit
goes on from the state that a shorter one left, and a shorter one reads what a longer
one passed through. Both equal the fit from scratch bit for bit, since the order of the
rows is drawn anew for every epoch from the seed and the epoch's number, and the dropout
seeds are part of the state.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt

State = list[npt.NDArray[Any]]
History = dict[str, list[float]]


class Trajectory:
    """The states of one training run, one file an epoch.

    Parameters
    ----------
    memory : str, path-like or joblib.Memory
        The folder that holds all trajectories.
    identity : object
        All that the run depends on but the number of epochs; hashed by joblib.
    """

    def __init__(
        self, memory: str | os.PathLike[str] | joblib.Memory, identity: Any
    ) -> None:
        location = memory.location if isinstance(memory, joblib.Memory) else memory
        self.folder = Path(location) / "skrnn" / joblib.hash(identity)

    def save(self, epoch: int, state: State, history: History) -> None:
        """Keep the state after ``epoch`` epochs."""
        path = self._path(epoch)
        if not path.exists():
            text = np.frombuffer(json.dumps(history).encode(), np.uint8)
            save_whole(path, *state, history=text)

    def load_latest(self, most: int) -> tuple[int, State, History] | None:
        """Return the last state of at most ``most`` epochs, or None.

        Returns
        -------
        found : tuple of (epoch, state, history) or None
            The number of epochs done, the state and the history up to there.
        """
        for epoch in range(most, 0, -1):
            path = self._path(epoch)
            if path.exists():
                with np.load(path, allow_pickle=False) as stored:
                    state = [stored[f"arr_{i}"] for i in range(len(stored.files) - 1)]
                    history = json.loads(stored["history"].tobytes())
                return epoch, state, history
        return None

    def _path(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch:05d}.npz"


def save_whole(
    path: Path, *arrays: npt.NDArray[Any], **named: npt.NDArray[Any]
) -> None:
    """Save arrays to a file that appears whole or not at all.

    It is written under another name first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        dir=path.parent, suffix=".part", delete=False
    ) as file:
        try:
            np.savez(file, *arrays, allow_pickle=False, **named)
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            file.close()
            Path(file.name).unlink(missing_ok=True)
            raise


def has_memory(memory: Any) -> bool:
    """Tell whether ``memory`` names a folder: a joblib.Memory may have none."""
    if isinstance(memory, joblib.Memory):
        return memory.location is not None
    return memory is not None


def as_memory(memory: str | os.PathLike[str] | joblib.Memory) -> joblib.Memory:
    """Return a joblib.Memory that keeps results in the folder of ``memory``."""
    if isinstance(memory, joblib.Memory):
        return memory
    return joblib.Memory(memory, verbose=0)
