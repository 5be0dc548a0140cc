"""Arrays whose memory is used again.

A training step needs arrays of some megabytes, the same ones in every step. Fresh
memory costs time, since the operating system clears each page of it.
"""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import numpy.typing as npt

_ALIGNMENT = 64  # bytes
# Unused memory at most: see the pool of networks for the limit of all that is kept.
_MAX_BYTES = 2**27
_free: defaultdict[int, list[npt.NDArray[np.uint8]]] = defaultdict(list)


class _Memory:
    """Memory that can be used again after the end of the last array in it."""

    def __init__(self, n_bytes: int) -> None:
        # Lengths of rows differ between batches: some sizes stand for all.
        unit = 2 ** max(n_bytes.bit_length() - 3, 0)
        size = -(-n_bytes // unit) * unit
        try:
            self.bytes = _free[size].pop()
        except IndexError:
            self.bytes = np.empty(size, np.uint8)
        self.__array_interface__ = self.bytes.__array_interface__

    def __del__(self) -> None:
        n_unused = sum(size * len(each) for size, each in [*_free.items()])
        if n_unused + len(self.bytes) <= _MAX_BYTES:
            _free[len(self.bytes)].append(self.bytes)


def empty(*shape: int) -> npt.NDArray[np.float32]:
    """Return an array aligned so that TensorFlow takes it over without a copy."""
    size = 4 * math.prod(shape)
    memory = np.asarray(_Memory(size + _ALIGNMENT))
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + size].view(np.float32).reshape(shape)
