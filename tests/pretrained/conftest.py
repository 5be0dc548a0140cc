"""A small pretrained pipeline and its file."""

from __future__ import annotations

from pathlib import Path

import pytest
from sklearn.pipeline import Pipeline

import skrnn
from tests.helpers import fit_pretrained


@pytest.fixture(scope="module")
def pretrained() -> Pipeline:
    """Return a small fitted pipeline, not to be changed."""
    return fit_pretrained()


@pytest.fixture(scope="module")
def path(pretrained: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return its file."""
    path = tmp_path_factory.mktemp("pretrained") / "reviews-en.skrnn"
    skrnn.save(pretrained, path)
    return path
