"""The progress of each network in training: a line per epoch, and a bar."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import (
    AbstractContextManager,
    contextmanager,
    nullcontext,
    redirect_stdout,
)
from typing import Any, Self

import keras
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from sklearn.base import BaseEstimator

from skrnn.cli.command_helpers import callback_params


class EpochBar(keras.callbacks.Callback):
    """Advances a bar with every batch, and prints the metrics of every epoch."""

    def __init__(self, progress: Progress, name: str) -> None:
        super().__init__()
        self.progress, self.name = progress, name

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself: clones of a model share its bar."""
        return self

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Add an empty bar."""
        total = self.params["epochs"] * self.params["steps"]
        self._bar = self.progress.add_task(self.name, total=total, logs="")

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Show the number of the epoch."""
        self.progress.update(
            self._bar,
            completed=epoch * self.params["steps"],
            description=f"{self.name}: epoch {epoch + 1}/{self.params['epochs']}",
        )

    def on_train_batch_end(
        self, batch: int, logs: dict[str, float] | None = None
    ) -> None:
        """Advance the bar by one step."""
        shown = " ".join(f"{k} {v:.3f}" for k, v in (logs or {}).items())
        self.progress.update(self._bar, advance=1, logs=shown)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Print a line about the epoch, which stays."""
        shown = ", ".join(f"{k} {v:.3f}" for k, v in (logs or {}).items())
        title = f"{self.name}: epoch {epoch + 1}/{self.params['epochs']}"
        self.progress.console.print(
            f"{title}, {shown}", highlight=False, markup=False, soft_wrap=True
        )

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Remove the bar; the result is printed elsewhere."""
        self.progress.remove_task(self._bar)


@contextmanager
def show_epochs(models: dict[str, BaseEstimator]) -> Iterator[None]:
    """Print a line to stderr for each epoch of a network; on a terminal, show a bar.

    Other output is redirected to stderr as well, since stdout is for results.
    """
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[logs]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    for name, model in models.items():
        bar = EpochBar(progress, name)
        model.set_params(**{each: [bar] for each in callback_params(model)})
    drawn: AbstractContextManager[Any] = (
        progress if console.is_terminal else nullcontext()
    )
    with redirect_stdout(sys.stderr), drawn:
        yield
