"""Batches of rows of like length, so that little of a batch is padding."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["batches_by_length", "cut", "map_by_length"]

Chosen = npt.NDArray[np.intp]
Result = TypeVar("Result")


def cut(order: Chosen, size: int) -> list[Chosen]:
    """Return ``order`` in batches of ``size``; the last one may be smaller."""
    if size < 1:
        raise ValueError(f"A batch must have at least 1 row, got batch_size={size}.")
    return [order[start : start + size] for start in range(0, len(order), size)]


def batches_by_length(lengths: npt.NDArray[Any], batch_size: int) -> list[Chosen]:
    """Return the numbers of the rows in batches, from the shortest to the longest."""
    return cut(np.argsort(lengths, kind="stable"), batch_size)


def map_by_length(
    function: Callable[[Chosen], Result],
    lengths: npt.NDArray[Any],
    batch_size: int,
    n_threads: int | None,
) -> list[tuple[Chosen, Result]]:
    """Return row numbers, in batches of like length, with what ``function`` returns.

    Several batches run in ``n_threads`` threads.
    """
    batches = batches_by_length(lengths, batch_size)
    if len(batches) == 1:
        return [(batches[0], function(batches[0]))]
    batches.reverse()  # a long batch at the end would keep one thread busy alone
    with ThreadPoolExecutor(n_threads) as threads:
        return list(zip(batches, threads.map(function, batches), strict=True))
