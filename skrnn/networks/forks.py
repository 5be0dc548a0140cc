"""TensorFlow does not survive a fork: better a clear error than waiting for ever."""

from __future__ import annotations

import os

# The process in which networks have been computed, this one or one it was forked from.
_computing: int | None = None


def refuse_fork() -> None:
    """Note that this process computes, or refuse if a fork has taken its threads.

    A fork copies TensorFlow's locks and queues, but not the threads that serve them.

    Raises
    ------
    RuntimeError
        If this process was forked from one in which a network had been computed.
    """
    global _computing
    if _computing is None:
        _computing = os.getpid()
    elif _computing != os.getpid():
        raise RuntimeError(
            "This process was forked from one in which TensorFlow had computed, and "
            "would wait for threads that a fork does not copy. Start processes by "
            "joblib's 'loky' or multiprocessing.get_context('spawn') or 'forkserver', "
            "or fork before anything is fitted, loaded or predicted."
        )
