"""The pretrained pipelines that the package ships."""

from __future__ import annotations

from pathlib import Path

import pytest

import skrnn
from skrnn.pretrained import files


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ValueError, match="Did you mean 'reviews-en'"):
        skrnn.load_pretrained("review-en")


def test_a_missing_file_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match="Install a release of skrnn"):
        skrnn.load_pretrained()


def test_each_call_loads_a_pipeline_of_its_own(
    path: Path, pretrained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_FOLDER", path.parent)
    model = skrnn.load_pretrained()
    assert model is not skrnn.load_pretrained("reviews-en")
    texts = ["so good", "a bad film"]
    assert model.predict(texts).tolist() == pretrained.predict(texts).tolist()


@pytest.mark.parametrize("verb", ["is", "was"])
@pytest.mark.parametrize("about", ["It", "The food", "The room", "This book"])
def test_it_reads_plain_statements(about: str, verb: str) -> None:
    """Most composed sentences with "was" go on: "but now it is good"."""
    model = skrnn.load_pretrained()
    praise = [f"{about} {verb} {word}." for word in ("good", "great", "excellent")]
    blame = [f"{about} {verb} {word}." for word in ("bad", "terrible", "awful")]
    assert model.predict(praise + blame).tolist() == [1] * 3 + [0] * 3
