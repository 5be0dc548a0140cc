from __future__ import annotations

import numpy as np
import pytest

from skrnn.kernels import memory


@pytest.fixture(autouse=True)
def _no_memory_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory._Memory, "free", memory.defaultdict(list))


def unused_bytes() -> int:
    return sum(size * len(each) for size, each in memory._Memory.free.items())


@pytest.mark.parametrize("shape", [(), (3,), (2, 0, 4), (5, 7, 11)])
def test_arrays_are_aligned_float32_of_the_shape(shape: tuple[int, ...]) -> None:
    array = memory.empty(*shape)
    assert (array.shape, array.dtype) == (shape, np.float32)
    assert array.flags.c_contiguous
    assert array.flags.writeable
    assert array.ctypes.data % 64 == 0


def test_memory_is_used_again_after_the_last_view() -> None:
    array = memory.empty(1000)
    address, view = array.ctypes.data, array[10:].reshape(-1, 10).T
    view[:] = 3.0
    del array
    other = memory.empty(1000)
    other[:] = 0.0
    assert other.ctypes.data != address
    np.testing.assert_array_equal(view, 3.0)
    del view
    assert memory.empty(990).ctypes.data == address  # about as large


def test_unused_memory_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory._Memory, "max_bytes", 20_000)
    arrays = [memory.empty(1000) for _ in range(10)]
    assert unused_bytes() == 0
    arrays.clear()
    assert 4_000 <= unused_bytes() <= 20_000
