"""What the parameter ``pretrained`` takes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

import skrnn
from skrnn.networks import pool
from skrnn.pretrained import files
from skrnn.pretrained.parts import get_parts
from tests.helpers import fit_pretrained


def test_names_paths_and_pipelines_have_equal_parts(
    path: Path, pretrained: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_FOLDER", path.parent)
    expected = pretrained["clf"]._network.named_weights()
    frozen = FrozenEstimator(pretrained)
    for given in ("reviews-en", path, str(path), pretrained, frozen):
        parts = get_parts(given)
        assert parts.sequencer.vocabulary_ == pretrained["seq"].vocabulary_
        assert parts.spec == pretrained["clf"]._network.spec
        assert parts.weights.keys() == expected.keys()
        for name, weight in parts.weights.items():
            np.testing.assert_array_equal(weight, expected[name])


def test_a_file_is_read_once_until_it_changes(tmp_path: Path, pretrained) -> None:
    path = tmp_path / "a.skrnn"
    skrnn.save(pretrained, path)
    parts = get_parts(path)
    assert get_parts(str(path)) is parts
    skrnn.save(fit_pretrained(epochs=1), path)
    os.utime(path, ns=(1, 1))
    assert get_parts(path) is not parts


def test_reading_a_file_builds_no_network(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args, **kwargs) -> None:
        raise AssertionError("a network is built")

    monkeypatch.setattr(pool, "CompiledNetwork", fail)
    os.utime(path)
    assert get_parts(path).spec.cell == "gru"


def test_what_is_no_pretrained_pipeline_is_refused(pretrained, path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="Did you mean 'reviews-en'"):
        get_parts("reviews_en")
    with pytest.raises(ValueError, match=r"got Pipeline of \['TextSequencer'\]"):
        get_parts(pretrained[:1])
    with pytest.raises(ValueError, match="LogisticRegression"):
        get_parts(make_pipeline(skrnn.TextSequencer(), LogisticRegression()))
    with pytest.raises(NotFittedError, match="FrozenEstimator"):
        get_parts(clone(pretrained))
