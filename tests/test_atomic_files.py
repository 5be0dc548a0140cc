"""Files are whole or not there, and nothing is left behind, also after a kill."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from skrnn._files import write_atomically

SLOW = """
import sys, time
from skrnn._files import write_atomically
def write(file):
    file.write(b"half")
    print("writing", flush=True)
    time.sleep(60)
write_atomically(sys.argv[1], write)
"""
RESTLESS = """
import sys
from skrnn._files import write_atomically
while True:
    write_atomically(sys.argv[1], lambda file: [file.write(b"x") for _ in range(999)])
    print(flush=True)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def process(code: str, path: Path):
    """Run a process that has begun to write, and kill it."""
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        yield
        running.send_signal(signal.SIGKILL)


def write_atomically_word(path: Path) -> None:
    write_atomically(path, lambda file: file.write(b"whole"))
    assert path.read_bytes() == b"whole"


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "model"
    with process(SLOW, path):
        (part,) = names(tmp_path)
        assert part.startswith(".model.")
        write_atomically_word(path)
        assert names(tmp_path) == [part, "model"]  # its writer lives
    assert names(tmp_path) == [part, "model"]
    write_atomically_word(tmp_path / "other")
    assert names(tmp_path) == ["model", "other"]


def test_a_kill_at_any_time_leaves_a_whole_file(tmp_path: Path) -> None:
    path, rng = tmp_path / "model", random.Random(0)
    for _ in range(10):
        with process(RESTLESS, path):
            time.sleep(rng.uniform(0, 0.02))
        assert path.read_bytes() == b"x" * 999
    write_atomically_word(path)
    assert names(tmp_path) == ["model"]


def test_other_hidden_files_stay(tmp_path: Path) -> None:
    others = [".model.part", ".model.0123456789ab.part", "x.0123456789ab.skrnn-part"]
    for name in others:
        (tmp_path / name).touch()
    write_atomically_word(tmp_path / "model")
    assert names(tmp_path) == sorted([*others, "model"])


def test_a_part_that_is_taken_away_is_written_again(tmp_path, monkeypatch) -> None:
    fstat, seen = os.fstat, []

    def late(number: int) -> os.stat_result:
        if not seen:
            (part,) = tmp_path.iterdir()
            part.unlink()
            seen.append(part)
        return fstat(number)

    monkeypatch.setattr("os.fstat", late)
    write_atomically_word(tmp_path / "model")
    assert seen
    assert names(tmp_path) == ["model"]


@pytest.mark.parametrize("error", [OSError(28, "No space left"), KeyboardInterrupt()])
def test_a_failure_leaves_what_was_there(error: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_text("before")

    def write(file) -> None:
        file.write(b"half")
        raise error

    with pytest.raises(type(error)):
        write_atomically(path, write)
    assert names(tmp_path) == ["model"]
    assert path.read_text() == "before"
