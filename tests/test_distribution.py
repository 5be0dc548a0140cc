"""What the wheel and the source distribution hold."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def distributions(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


def test_the_wheel_holds_the_package_and_nothing_else(distributions) -> None:
    (wheel,) = distributions.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    held = {name for name in names if name.startswith("skrnn/")}
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "skrnn").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == ours
    assert {"skrnn/py.typed", "skrnn/comparison/templates/page.html"} <= held
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"skrnn"}
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_metadata_is_complete(distributions) -> None:
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(path))
        assert any(n.endswith("licenses/LICENSE") for n in archive.namelist())
    assert metadata["Name"] == "skrnn"
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload().startswith("# skrnn")
    classifiers = metadata.get_all("Classifier")
    for minor in (11, 12, 13):
        assert f"Programming Language :: Python :: 3.{minor}" in classifiers
    assert "Typing :: Typed" in classifiers
    assert {"docs", "onnx", "plot", "test"} <= set(metadata.get_all("Provides-Extra"))
    version = metadata["Version"]
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text()


def test_the_source_distribution_can_be_tested(distributions) -> None:
    (sdist,) = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in (
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "pyproject.toml",
        "docs/conf.py",
        "docs/guide.md",
        "examples/quickstart.py",
        "serving/hatch_build.py",
        "skrnn/py.typed",
        "tests/conftest.py",
    ):
        assert name in names
    assert not any("__pycache__" in n or n.startswith("docs/_build") for n in names)


def test_the_first_example_of_the_readme_runs_from_the_wheel(
    distributions, tmp_path
) -> None:
    (wheel,) = distributions.glob("*.whl")
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    install = ["pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run(
        [sys.executable, "-m", *install, "--target", site, wheel], check=True
    )
    code = (
        "import doctest, sys, skrnn\n"
        "found = doctest.testfile(sys.argv[1], module_relative=False)\n"
        "print(found.failed, found.attempted, skrnn.__file__)"
    )
    reviews = ROOT / "examples" / "reviews.csv"
    (empty / "examples").mkdir()
    (empty / "examples" / "reviews.csv").write_bytes(reviews.read_bytes())
    run = subprocess.run(
        [sys.executable, "-c", code, ROOT / "README.md"],
        cwd=empty,
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert run.stdout == f"0 5 {site / 'skrnn' / '__init__.py'}\n"
    assert {path.name for path in empty.rglob("*")} == {"examples", "reviews.csv"}
