"""Fixtures that all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from tests.helpers import Sequences

# A slow example on a busy machine is no failure.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")


@pytest.fixture
def skrnn_data() -> Path:
    """Return the folder of real reviews, which ``SKRNN_DATA`` names."""
    if "SKRNN_DATA" not in os.environ:
        pytest.skip("SKRNN_DATA does not name a folder of real reviews")
    return Path(os.environ["SKRNN_DATA"])


@pytest.fixture(scope="session")
def sequences() -> Sequences:
    """Return rows of ids that a small network learns in a few steps.

    The class is the parity of the first word; rows are padded before, as by default.
    """
    rng = np.random.default_rng(0)
    X = rng.integers(2, 20, size=(200, 8), dtype=np.int32)
    lengths = rng.integers(1, 9, size=200)
    X[np.arange(8) < 8 - lengths[:, np.newaxis]] = 0
    first = X[np.arange(200), 8 - lengths]
    return X, (first % 2).astype(np.int64)
