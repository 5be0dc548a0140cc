"""The test suite on other versions than those that lie around.

    nox                  # the newest versions that pip finds
    nox -s oldest        # the oldest that pyproject.toml allows
    nox -s core          # the core tests, with no other packages than they need
    nox -s skore         # reports of skore on our pipelines
    nox -s peers         # libraries that explain, search, clean and calibrate

What comes after ``--`` goes to pytest: ``nox -s oldest -- tests/estimators``.
"""

import re
import tomllib
from pathlib import Path

import nox

nox.options.sessions = ["newest"]
PYTEST = ("python", "-m", "pytest", "-n", "2", "--dist", "worksteal")


@nox.session
def newest(session: nox.Session) -> None:
    """Run the tests on the newest versions."""
    session.install("--upgrade", ".[test-all]")
    session.run(*PYTEST, *session.posargs)


@nox.session(python="3.11")
def oldest(session: nox.Session) -> None:
    """Run the tests on the first releases that pyproject.toml allows."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["test"], *extras["test-all"]]
    wanted.remove("skrnn[test]")
    pinned = [re.sub(r">=([\d.]+)$", r"==\1.*", each) for each in wanted]
    session.install(*pinned)
    session.install("--no-deps", ".")
    # Old releases use what their own requirements, which are new ones, call deprecated.
    quiet = ("-W", "ignore::DeprecationWarning")
    session.run(*PYTEST, *quiet, *session.posargs)


@nox.session
def core(session: nox.Session) -> None:
    """Run the second command of the README."""
    session.install(".[test]")
    session.run("python", "-m", "pytest", "-m", "not slow", "-n", "2")


@nox.session
def skore(session: nox.Session) -> None:
    """Run the tests that need skore, which brings much along."""
    session.install(".[test-all]", "skore>=0.28")
    session.run("python", "-m", "pytest", "tests/test_skore.py", *session.posargs)


@nox.session
def peers(session: nox.Session) -> None:
    """Run the tests that need libraries which bring much along."""
    session.install(
        ".[test-all]",
        "cleanlab>=2.9",
        "lime>=0.2",
        "mapie>=1.6",
        "optuna>=4.0",
        "shap>=0.51",
        "tensorboard",
    )
    tests = "tests/peers", "tests/examples/test_gallery.py"
    session.run("python", "-m", "pytest", *tests, *session.posargs)
