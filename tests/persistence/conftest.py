"""Small fitted pipelines."""

from __future__ import annotations

import pytest
from sklearn.pipeline import Pipeline

from tests.helpers import fit_small


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """Return a small fitted pipeline, not to be changed."""
    return fit_small()
