from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from skrnn.kernels.threads import n_threads, side_by_side

SHOW = (
    "import tensorflow as tf\n"
    "{first}\n"
    "import skrnn.kernels.tf_ops\n"
    "t = tf.config.threading\n"
    "print(t.get_intra_op_parallelism_threads(),"
    " t.get_inter_op_parallelism_threads())"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "first", "expected"),
    [
        ({}, "", "0 0"),
        ({"OMP_NUM_THREADS": "1"}, "", "1 1"),
        ({"OMP_NUM_THREADS": "many"}, "", "0 0"),
        ({"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "2"}, "", "0 0"),
        (
            {"OMP_NUM_THREADS": "1"},
            "tf.config.threading.set_intra_op_parallelism_threads(3)",
            "3 0",
        ),
        ({"OMP_NUM_THREADS": "1"}, "tf.zeros(1)", "0 0"),
    ],
    ids=["nothing", "share", "no number", "its own", "set before", "too late"],
)
def test_tensorflow_gets_its_share(
    variables: dict[str, str], first: str, expected: str
) -> None:
    ours = {"OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"}
    kept = {k: v for k, v in os.environ.items() if k not in ours}
    done = subprocess.run(
        [sys.executable, "-c", SHOW.format(first=first)],
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == expected


@pytest.mark.parametrize(
    ("share", "expected"), [(None, 4), ("2", 2), ("8", 4), ("0", 4), ("many", 4)]
)
def test_the_lesser_number_of_threads_holds(
    share: str | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skrnn.kernels.threads.numba.config.NUMBA_NUM_THREADS", 4)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if share is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", share)
    assert n_threads() == expected


def test_every_part_runs_once() -> None:
    lock, seen = threading.Lock(), []

    def run(part: int) -> None:
        with lock:
            seen.append(part)

    side_by_side(run, 7)
    assert sorted(seen) == list(range(7))


def test_what_a_helper_raises_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skrnn.kernels.threads.n_threads", lambda: 2)

    def run(part: int) -> None:
        if part == 1:
            raise ValueError("part 1")

    with pytest.raises(ValueError, match="part 1"):
        side_by_side(run, 2)
