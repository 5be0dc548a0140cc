"""Linear algebra that gives the same bits on any number of threads.

A BLAS library splits sums among its threads, so the number of threads changes the last
bits of a product, and with them the result of an optimizer. The products here are
sparse or narrow: one thread is as fast as several, or faster.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

# The limit applies to the whole process. Two threads that set it at the same time would
# restore it in the wrong order.
_lock = threading.RLock()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread; only one Python thread at a time enters."""
    with _lock, threadpool_limits(1, user_api="blas"):
        yield
