"""Helpers of the commands: data, models, comparison and report."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import numpy.typing as npt
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline

import skrnn
from skrnn.baselines import BASELINES, make_baseline
from skrnn.cli.terminal import load_tensorflow, show_comparison
from skrnn.comparison import ModelComparison, compare_models


class Split(NamedTuple):
    """Training and test rows."""

    X_train: npt.NDArray[Any]
    X_test: npt.NDArray[Any]
    y_train: npt.NDArray[Any]
    y_test: npt.NDArray[Any]


def split_rows(
    X: npt.NDArray[Any], y: npt.NDArray[Any], test_size: float, seed: int
) -> Split:
    """Hold out a fraction of the rows, stratified by class."""
    if not test_size:
        raise ValueError("--test-size 0 leaves no rows to test on.")
    labels, counts = np.unique(y, return_counts=True)
    if len(labels) < 2 or counts.min() < 2:
        rarest = labels.tolist()[counts.argmin()]
        raise ValueError(
            f"There are {len(labels)} different labels in {len(y)} rows, and "
            f"{rarest!r} is in {counts.min()} of them. At least two labels are needed, "
            "each in at least two rows. Name their column with --label-column."
        )
    try:
        train, test = train_test_split(
            np.arange(len(y)), test_size=test_size, stratify=y, random_state=seed
        )
    except ValueError as error:
        raise ValueError(
            f"A fraction of {test_size} of {len(y)} rows cannot be held out with "
            f"{len(labels)} different labels: {str(error).rstrip('.')}. "
            "Change --test-size."
        ) from error
    return Split(X[train], X[test], y[train], y[test])


def make_model(name: str, epochs: int | None, seed: int) -> Pipeline:
    """Return the unfitted baseline or recipe of this name."""
    if name in BASELINES:
        return make_baseline(name)
    return make_network(name, {}, epochs, seed)


def make_network(
    recipe: str | None, params: Mapping[str, Any], epochs: int | None, seed: int
) -> Pipeline:
    """Return the Pipeline of a recipe with other parameters."""
    load_tensorflow()
    overrides: dict[str, Any] = {"random_state": seed, **params}
    if epochs is not None:
        overrides["epochs"] = epochs
    return skrnn.make_sentiment_pipeline(recipe, **overrides)


def check_names(names: tuple[str, ...]) -> None:
    """Raise for unknown models before anything takes time."""
    for name in names:
        if name not in BASELINES:
            skrnn.get_recipe(name)


def check_output(path: Path) -> Path:
    """Raise for a path that cannot be written, before anything takes time."""
    if path.is_dir():
        raise ValueError(f"{path} is a folder. Name a file in it.")
    if not path.parent.is_dir():
        raise ValueError(f"There is no folder {path.parent}. Make it, or name another.")
    if not os.access(path.parent, os.W_OK):
        raise ValueError(f"The folder {path.parent} cannot be written.")
    return path


def read_setting(text: str) -> tuple[str, Any]:
    """Parse ``NAME=VALUE``; a value that is not a Python literal is a string."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise ValueError(f"--set {text}: expected NAME=VALUE, such as units=64.")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def load_model(path: Path | None) -> Any:
    """Return a saved model, or the one that comes with skrnn."""
    if path is None:
        click.echo("The model is skrnn's own for English reviews", err=True)
        load_tensorflow()
        return skrnn.load_pretrained()
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path}.")
    load_tensorflow()
    return skrnn.load(path)


def compare(
    models: dict[str, Pipeline], split: Split, *, return_estimator: bool = False
) -> ModelComparison:
    """Compare the models, with progress on stderr."""
    X_train, X_test, y_train, y_test = split
    click.echo(
        f"{len(y_train):,} training texts, {len(y_test):,} test texts",
        err=True,
    )
    with epochs_shown(models):
        return compare_models(
            models, X_train, y_train, X_test, y_test, return_estimator=return_estimator
        )


@contextmanager
def epochs_shown(models: dict[str, Pipeline]) -> Iterator[None]:
    """Show progress bars of networks; without networks, Keras is not imported."""
    networks = {k: m for k, m in models.items() if "clf__callbacks" in m.get_params()}
    if networks:
        with import_module("skrnn.cli.progress").show_epochs(networks):
            yield
    else:
        with redirect_stdout(sys.stderr):
            yield


def finish(comparison: ModelComparison, page: Path, title: str) -> None:
    """Show the table and write the report; exit with 1 if a model failed."""
    show_comparison(comparison)
    comparison.to_html(page, title=title)
    click.echo(f"The report is in {page}", err=True)
    if any(result.error is not None for result in comparison.results.values()):
        sys.exit(1)
