from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from skrnn._blas import one_blas_thread


def n_blas_threads() -> set[int]:
    libraries = threadpool_info()
    return {lib["num_threads"] for lib in libraries if lib["user_api"] == "blas"}


def test_the_caller_gets_its_threads_back_also_after_an_error() -> None:
    def fail() -> None:
        with one_blas_thread():
            assert n_blas_threads() == {1}
            raise KeyError

    with threadpool_limits(2, user_api="blas"):
        with pytest.raises(KeyError):
            fail()
        assert n_blas_threads() == {2}


def test_fits_side_by_side_leave_the_number_of_threads_as_it_was() -> None:
    barrier = threading.Barrier(4)

    def fit(_: int) -> set[int]:
        barrier.wait(60)
        with one_blas_thread():
            return n_blas_threads()

    before = n_blas_threads()
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(fit, range(4))) == [{1}] * 4
    assert n_blas_threads() == before
