"""A bridge from the epochs of a fit to scikit-learn's callbacks."""

from __future__ import annotations

import keras

from skrnn._sklearn import FitTask
from skrnn.training.checkpoints import History


class EpochTasks(keras.callbacks.Callback):
    """Make each epoch a task of the fit; stop when one of its callbacks asks for it.

    Parameters
    ----------
    fit : FitTask
        The fit.
    history : dict of str to list of float
        Of the epochs before, if the fit goes on.
    """

    def __init__(self, fit: FitTask, history: History) -> None:
        super().__init__()
        self.fit = fit
        self.history = {name: list(values) for name, values in history.items()}

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Open a task."""
        self._task = self.fit.start_subtask("epoch")

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Close the task, and stop if that is wanted."""
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        if self._task.end(self._reached):
            self.model.stop_training = True

    def _reached(self) -> dict[str, History]:
        """Return what an estimator that is copied here lacks."""
        return {"history_": {k: list(values) for k, values in self.history.items()}}
