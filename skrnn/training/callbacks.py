"""The Keras callback that runs scikit-learn's callbacks."""

from __future__ import annotations

import keras

from skrnn._sklearn import FitTask
from skrnn.training.checkpoints import History


class EpochTasks(keras.callbacks.Callback):
    """Make each epoch a subtask of the fit, and stop if a callback requests it.

    Parameters
    ----------
    fit : FitTask
        The task of the whole fit.
    history : dict of str to list of float
        The history of previous epochs, if the fit continues one.
    """

    def __init__(self, fit: FitTask, history: History) -> None:
        super().__init__()
        self.fit = fit
        self.history = {name: list(values) for name, values in history.items()}

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start a subtask."""
        self._task = self.fit.start_subtask("epoch")

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """End the subtask, and stop if a callback requests it."""
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        if self._task.end(self._fitted_attributes):
            self.model.stop_training = True

    def _fitted_attributes(self) -> dict[str, History]:
        """Return the fitted attributes that a copy of the estimator lacks so far."""
        return {"history_": {k: list(values) for k, values in self.history.items()}}
