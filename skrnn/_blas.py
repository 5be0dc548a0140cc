"""Linear algebra that gives the same bits on any number of threads.

A BLAS library splits sums among its threads, so the number of threads decides the last
bits of a product, and an optimizer that starts from them ends elsewhere. The products
here are sparse or narrow: one thread computes them as fast as several, or faster.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

# Libraries keep one number of threads for the whole process. Two threads that limit it
# at the same time would each restore what they found, in the wrong order.
_lock = threading.RLock()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread; one Python thread is in the block at a time."""
    with _lock, threadpool_limits(1, user_api="blas"):
        yield
