"""Arrays whose memory is reused.

Every training step needs arrays of the same sizes, several megabytes each. New memory
costs time, since the operating system clears each page of it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import ClassVar

import numpy as np
import numpy.typing as npt

_ALIGNMENT = 64  # bytes


class _Memory:
    """Memory that is reused when the last array in it is gone."""

    # Attributes, since names of the module may be gone when the interpreter exits.
    free: ClassVar[defaultdict[int, list[npt.NDArray[np.uint8]]]] = defaultdict(list)
    max_bytes: ClassVar[int] = 2**27  # of unused memory that is kept

    def __init__(self, n_bytes: int) -> None:
        # Row lengths differ between batches, so sizes are rounded up to fewer ones.
        unit = 2 ** max(n_bytes.bit_length() - 3, 0)
        size = -(-n_bytes // unit) * unit
        try:
            self.bytes = self.free[size].pop()
        except IndexError:
            self.bytes = np.empty(size, np.uint8)
        self.__array_interface__ = self.bytes.__array_interface__

    def __del__(self) -> None:
        n_unused = sum(size * len(each) for size, each in [*self.free.items()])
        if n_unused + len(self.bytes) <= self.max_bytes:
            self.free[len(self.bytes)].append(self.bytes)


def empty(*shape: int) -> npt.NDArray[np.float32]:
    """Return an array aligned so that TensorFlow takes it over without a copy."""
    memory = np.asarray(_Memory(4 * math.prod(shape) + _ALIGNMENT))
    start = -memory.ctypes.data % _ALIGNMENT
    return np.ndarray(shape, np.float32, memory, offset=start)
