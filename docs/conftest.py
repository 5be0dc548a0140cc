"""What the examples of the documentation find: a folder with two files of reviews."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from skrnn.datasets import make_reviews

collect_ignore_glob = [
    "conf.py",
    "api_links.py",
    "_build/*",
    "auto_examples/*",
    "generated/*",
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the working directory a new one, with generated reviews and ours."""
    (tmp_path / "examples").mkdir()
    shutil.copy(
        Path(__file__).parents[1] / "examples" / "reviews.csv", tmp_path / "examples"
    )
    reviews, labels = make_reviews(60, reach=2, random_state=0)
    table = pd.DataFrame({"review": reviews, "label": labels})
    table.to_csv(tmp_path / "reviews.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the pages as slow."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("slow")
