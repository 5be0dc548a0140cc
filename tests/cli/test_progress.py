from __future__ import annotations

import io

from rich.console import Console
from rich.progress import Progress
from sklearn.base import clone

from skrnn.cli.progress import EpochBar, show_epochs
from skrnn.pipeline import make_sentiment_pipeline
from tests.helpers import Sequences, small


def test_a_bar_counts_batches_and_epochs(sequences: Sequences) -> None:
    seen = []

    class Kept(Progress):
        def update(self, task_id, **fields) -> None:
            super().update(task_id, **fields)
            task = next(t for t in self.tasks if t.id == task_id)
            seen.append((task.description, task.completed, task.total))

    progress = Kept(console=Console(file=io.StringIO()), disable=True)
    model = small(epochs=2, batch_size=100, callbacks=[EpochBar(progress, "it")])
    clone(model).fit(*sequences)
    first, second = "it: epoch 1/2", "it: epoch 2/2"
    assert seen == [
        *((first, done, 4) for done in (0, 1, 2)),
        *((second, done, 4) for done in (2, 3, 4)),
    ]
    assert not progress.tasks


def test_what_is_printed_while_bars_are_shown_goes_to_stderr(capsys) -> None:
    with show_epochs({"a": make_sentiment_pipeline()}):
        print("a line")
    out, err = capsys.readouterr()
    assert (out, err) == ("", "a line\n")
