"""The distribution skrnn-serving: copies of modules, and all that they need."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import skrnn

ROOT = Path(__file__).parents[2]
SKRNN = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def build(project: Path, target: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (built,) = folder.glob("skrnn_serving-*")
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT / "serving", "wheel", tmp_path_factory.mktemp("wheel"))


def metadata(wheel: Path) -> email.message.Message:
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(path))


def requirements(requires: list[str], extra: str = "") -> set[str]:
    """Return the names of distributions that are needed, and of those they need."""
    names: set[str] = set()
    for requirement in map(Requirement, requires):
        marker = requirement.marker
        if marker is None or marker.evaluate({"extra": extra}):
            needed = distribution(requirement.name).requires or []
            names |= {requirement.name, *requirements(needed)}
    return names


def install(wheel: Path, site: Path, extra: str = "") -> None:
    """Put the wheel and what it requires into a folder that has nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    for name in requirements(metadata(wheel).get_all("Requires-Dist") or [], extra):
        for file in distribution(name).files or []:
            path = site / file.parts[0]
            if file.parts[0] != ".." and not path.exists():
                path.symlink_to(distribution(name).locate_file(file.parts[0]))


def run_alone(site: Path) -> list[str]:
    """Run the script with the folder and the standard library as all that there is."""
    run = subprocess.run(
        [sys.executable, "-S", "-B", ROOT / "tests" / "serving" / "alone.py"],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def test_numpy_and_onnxruntime_are_enough(wheel: Path, tmp_path: Path) -> None:
    install(wheel, tmp_path)
    said = run_alone(tmp_path)
    assert "refused lstm_binary" in said  # it has a stemmer
    assert {"served gru_three_classes", "served hierarchical"} <= {*said}


def test_nltk_is_an_extra(wheel: Path, tmp_path: Path) -> None:
    install(wheel, tmp_path, "nltk")
    said = run_alone(tmp_path)
    assert "served lstm_binary" in said
    assert not any(line.startswith("refused") for line in said)


def test_it_shares_no_file_with_skrnn(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {
        "skrnn_serving",
        f"skrnn_serving-{skrnn.__version__}.dist-info",
    }


def test_versions_and_requirements_are_those_of_skrnn(wheel: Path) -> None:
    found = metadata(wheel)
    assert found["Version"] == skrnn.__version__
    assert found["Requires-Python"] == SKRNN["requires-python"]
    assert found["License-Expression"] == SKRNN["license"]
    given = [*SKRNN["dependencies"], *SKRNN["optional-dependencies"]["onnx"]]
    known = {(each.name, str(each.specifier)) for each in map(Requirement, given)}
    for requirement in map(Requirement, found.get_all("Requires-Dist") or []):
        assert (requirement.name, str(requirement.specifier)) in known
    assert (ROOT / "serving" / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_the_source_distribution_makes_the_same_wheel(
    wheel: Path, tmp_path: Path
) -> None:
    packed = build(ROOT / "serving", "sdist", tmp_path / "sdist")
    # Before Python 3.11.4 there are no filters.
    options = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path, **options)
    project = tmp_path / packed.name.removesuffix(".tar.gz")
    again = build(project, "wheel", tmp_path / "again")
    assert again.read_bytes() == wheel.read_bytes()
