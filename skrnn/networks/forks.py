"""A clear error in forked processes, where TensorFlow would wait for ever."""

from __future__ import annotations

import os

# The process that has run networks: this one, or one that it was forked from.
_computing: int | None = None


def refuse_fork() -> None:
    """Raise RuntimeError if TensorFlow was used before this process was forked.

    A fork copies TensorFlow's locks and queues, but not the threads that serve them.

    Raises
    ------
    RuntimeError
        If this process was forked from one that had run a network.
    """
    global _computing
    if _computing is None:
        _computing = os.getpid()
    elif _computing != os.getpid():
        raise RuntimeError(
            "This process was forked after TensorFlow was used, and would wait for "
            "threads that a fork does not copy. Start processes with joblib's 'loky' "
            "or multiprocessing.get_context('spawn') or 'forkserver', or fork before "
            "anything is fitted, loaded or predicted."
        )
