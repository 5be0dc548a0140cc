"""The number of threads, as the environment of the process sets it.

A worker of a search is told its share of the processors by environment variables:
joblib sets ``NUMBA_NUM_THREADS`` and ``OMP_NUM_THREADS`` among others, Dask and Ray the
latter. Numba reads the former and TensorFlow none, so a grid search with two workers on
two processors would run on four threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numba
import tensorflow as tf


def limit_tensorflow() -> None:
    """Set TensorFlow's number of threads to ``OMP_NUM_THREADS``, if that is set.

    TensorFlow's own variables, and what was set or computed before, have precedence.
    """
    share = os.environ.get("OMP_NUM_THREADS", "")
    own = {"TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"}
    threading = tf.config.threading
    if not share.isdigit() or int(share) < 1 or own & set(os.environ):
        return
    if threading.get_intra_op_parallelism_threads():
        return
    try:
        threading.set_intra_op_parallelism_threads(int(share))
        threading.set_inter_op_parallelism_threads(int(share))
    except RuntimeError:  # it has computed already
        return


def n_threads() -> int:
    """Return how many threads may compute side by side.

    Returns
    -------
    n_threads : int
        Numba's number, or ``OMP_NUM_THREADS`` if that is less.
    """
    most: int = numba.config.NUMBA_NUM_THREADS
    share = os.environ.get("OMP_NUM_THREADS", "")
    return min(most, int(share)) if share.isdigit() and int(share) else most


def side_by_side(run: Callable[[int], None], n_parts: int) -> None:
    """Call ``run`` with the number of each part, in this thread and in helpers.

    Parameters
    ----------
    run : callable
        Takes the number of a part; must leave Python's lock to be of use.
    n_parts : int
        Number of parts.
    """
    parts = iter(range(n_parts))  # shared: a thread that is done takes the next part

    def work() -> None:
        for part in parts:
            run(part)

    n_helpers = min(n_threads(), n_parts) - 1
    helped = [_helpers(os.getpid()).submit(work) for _ in range(n_helpers)]
    work()
    for done in helped:
        done.result()


@cache
def _helpers(process: int) -> ThreadPoolExecutor:
    """Return the threads of this process; a fork has none of its parent's."""
    return ThreadPoolExecutor(n_threads(), "skrnn")
