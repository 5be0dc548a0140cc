"""A training that is killed, in processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "examples" / "benchmarks" / "kill_and_resume.py"


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
def test_a_training_that_is_killed_ends_with_the_same_bits() -> None:
    run = subprocess.run(
        [sys.executable, SCRIPT, "--kills", "3", "--epochs", "6"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "3 kills in" in run.stdout
