"""Helpers of the commands: data, models, comparison and report."""

from __future__ import annotations

import ast
import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.model_selection import train_test_split

import skrnn
from skrnn._messages import did_you_mean, install_hint
from skrnn.baselines import BASELINES, make_baseline
from skrnn.cli.terminal import load_tensorflow, show_comparison
from skrnn.comparison import ModelComparison, compare_models
from skrnn.datasets import load_reviews
from skrnn.recipes import get_recipe_names

_STDIN = Path("-")


class Split(NamedTuple):
    """Training and test rows: texts, or tables of several columns of texts."""

    X_train: Any
    X_test: Any
    y_train: npt.NDArray[Any]
    y_test: npt.NDArray[Any]


def split_rows(X: Any, y: npt.NDArray[Any], test_size: float, seed: int) -> Split:
    """Hold out a fraction of the rows, stratified by class."""
    if not test_size:
        raise ValueError("--test-size 0 leaves no rows to test on.")
    labels, counts = np.unique(y, return_counts=True)
    if len(labels) < 2 or counts.min() < 2:
        raise ValueError(
            f"{_describe_labels(labels, counts)} At least two labels are needed, each "
            "in at least two rows. If the labels are in another column, name it with "
            "--label-column."
        )
    try:
        train, test = train_test_split(
            np.arange(len(y)), test_size=test_size, stratify=y, random_state=seed
        )
    except ValueError as error:
        raise ValueError(
            f"{len(y)} rows with {len(labels)} labels cannot be divided with "
            f"--test-size {test_size}: {str(error).rstrip('.')}. Change --test-size."
        ) from error
    return Split(_take(X, train), _take(X, test), y[train], y[test])


def _describe_labels(labels: npt.NDArray[Any], counts: npt.NDArray[np.intp]) -> str:
    """Say which labels are too few or too rare."""
    if len(labels) == 1:
        return f"Only one label was found: {labels.tolist()[0]!r}."
    rarest = labels.tolist()[counts.argmin()]
    return f"Only one row has the label {rarest!r}."


def settle_duplicates(split: Split, choice: str | None) -> Split:
    """Report texts that are in both parts; ``"drop"`` removes them from training."""
    trained, tested = _stripped(split.X_train), _stripped(split.X_test)
    repeated = set(trained) & set(tested)
    if not repeated:
        return split
    is_tested = np.array([row in repeated for row in trained])
    n_leaked = sum(row in repeated for row in tested)
    found = (
        f"{n_leaked:,} of {len(tested):,} test texts are also among the training texts"
    )
    if choice != "drop":
        advice = "; use --duplicates drop to remove them from the training texts"
        click.echo(
            f"Warning: {found}, so the models look better than they are"
            f"{'' if choice else advice}.",
            err=True,
        )
        return split
    if len(np.unique(split.y_train[~is_tested])) < len(np.unique(split.y_train)):
        raise ValueError(
            f"{found}; without these, a label has no training texts. Use "
            "--duplicates keep."
        )
    click.echo(f"{found} and were removed from the latter", err=True)
    return split._replace(
        X_train=_take(split.X_train, ~is_tested), y_train=split.y_train[~is_tested]
    )


def _take(X: Any, rows: npt.NDArray[Any]) -> Any:
    """Return rows of an array or a table."""
    return X.iloc[rows] if isinstance(X, pd.DataFrame) else X[rows]


def _stripped(X: Any) -> list[tuple[str, ...]]:
    """Return the texts of each row without spaces around them."""
    rows = pd.DataFrame(X).itertuples(index=False, name=None)
    return [tuple(text.strip() for text in row) for row in rows]


def one_or_several(names: Sequence[str]) -> str | list[str]:
    """Return the columns of a repeated option; "auto" if there are none."""
    return list(names) if len(names) > 1 else next(iter(names), "auto")


def text_columns(model: Any) -> list[str] | None:
    """Return the columns of a model of several texts a row, None for one text."""
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else list(names)


def with_columns_of(model: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Return options with the text columns of a model, unless they are named."""
    names = text_columns(model)
    if names is None or options["text_column"] != "auto":
        return options
    return {**options, "text_column": names}


def as_input(model: Any, texts: Sequence[str]) -> list[str] | pd.DataFrame:
    """Return texts as the model takes them: a table, if it has several columns."""
    names = text_columns(model)
    if names is None:
        return list(texts)
    if len(texts) % len(names):
        raise click.UsageError(
            f"The model reads the text columns {', '.join(names)}: pass --text once "
            "for each of them, in this order."
        )
    return pd.DataFrame(np.reshape(texts, (-1, len(names))), columns=names)


def train_arguments(file: Path, **columns: Any) -> list[str]:
    """Return the arguments of ``skrnn train`` for the same texts and labels."""
    texts = columns["text_column"]
    several = texts if isinstance(texts, list) else [texts]
    named = [("--text-column", name) for name in several]
    named.append(("--label-column", columns["label_column"]))
    given = [argument for argument in named if argument[1] != "auto"]
    return [str(file), *chain.from_iterable(given)]


def read_reviews(
    file: Path, *, sep: str | None, header: bool | None, **options: Any
) -> Any:
    """Return the reviews of a file or of stdin, and print the guessed columns."""
    reviews = load_reviews(
        sys.stdin.buffer if file == _STDIN else file,
        sep="\t" if sep in ("tab", r"\t") else sep,
        header="auto" if header is None else header,
        **options,
    )
    if "auto" in (options["text_column"], options["label_column"]):
        texts, label = reviews.text_column, reviews.label_column
        found = f"column {texts!r}"
        if isinstance(texts, list):
            found = f"columns {', '.join(map(repr, texts))}"
        if label is not None:
            found += f", labels in {label!r}"
        click.echo(f"{name_of(file, whole=True)}: texts are in the {found}", err=True)
    n_dropped = len(reviews.frame) - len(reviews.rows)
    if n_dropped and reviews.target is not None:
        click.echo(
            f"{n_dropped:,} of {len(reviews.frame):,} rows lack a text or label and "
            "were dropped",
            err=True,
        )
    return reviews


def name_of(file: Path, *, whole: bool = False) -> str:
    """Return the name of a file without its extension."""
    if file == _STDIN:
        return "stdin"
    return str(file) if whole else file.stem


def make_model(
    name: str,
    params: Mapping[str, Any],
    epochs: int | None,
    seed: int,
    text_column: str | list[str],
) -> Any:
    """Return the unfitted baseline or recipe of this name.

    With several text columns, each has a bag of words of its own.
    """
    if name in BASELINES:
        model = make_baseline(name, **params)
    else:
        model = make_network(name, params, epochs, seed)
    if isinstance(text_column, str):
        return model
    bags = {
        name: make_column_transformer(*[(bag, column) for column in text_column])
        for name, bag in model.get_params().items()
        if name == "vec" or name.endswith("__vec")
    }
    return model.set_params(**bags)


def make_network(
    recipe: str | None, params: Mapping[str, Any], epochs: int | None, seed: int
) -> Any:
    """Return the pipeline of a recipe with other parameters."""
    load_tensorflow()
    overrides: dict[str, Any] = {"random_state": seed, **params}
    if epochs is not None:
        overrides["epochs"] = epochs
    return skrnn.make_sentiment_pipeline(recipe, **overrides)


def check_names(names: tuple[str, ...]) -> None:
    """Raise for unknown models before anything takes time."""
    known = [*BASELINES, *get_recipe_names()]
    for name in names:
        if name not in known:
            raise ValueError(
                f"There is no model {name!r}." + did_you_mean(name, known, "models")
            )


def check_output(path: Path) -> Path:
    """Raise for a path that cannot be written, before anything takes time."""
    if path.is_dir():
        raise ValueError(f"{path} is a folder. Pass the path of a file in it.")
    if not path.parent.is_dir():
        raise ValueError(
            f"There is no folder {path.parent}. Create it, or choose another."
        )
    if not os.access(path.parent, os.W_OK):
        raise ValueError(f"The folder {path.parent} is not writable.")
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
    """Return a saved or exported model, or the one that comes with skrnn."""
    if path is None:
        click.echo("Using the pretrained network for English reviews", err=True)
        load_tensorflow()
        return skrnn.load_pretrained()
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path}.")
    if path.suffix == ".onnx":
        return skrnn.serving.SentimentPredictor(path)
    load_tensorflow()
    return skrnn.load(path)


def predict_records(model: Any, texts: Any) -> list[dict[str, Any]]:
    """Return the prediction for each text, and its probability if the model has one.

    With several labels per text, they are the list of the predicted labels, and the
    probability of each label by its name.
    """
    predicted = model.predict(texts)
    classes: Any = getattr(model, "classes_", None)
    has_labels = predicted.ndim == 2
    predictions = predicted.tolist()
    if has_labels:
        predictions = [classes[row == 1].tolist() for row in predicted]
    # An exported regressor has the method predict_proba, but no classes.
    if classes is None or not hasattr(model, "predict_proba"):
        return [{"prediction": each} for each in predictions]
    proba = model.predict_proba(texts).round(4)
    if has_labels:
        names = [str(label) for label in classes]
        probabilities = [dict(zip(names, row, strict=True)) for row in proba.tolist()]
    else:
        # A model with a threshold does not always predict the most probable label.
        columns = pd.Index(classes).get_indexer(predicted)
        probabilities = proba[np.arange(len(columns)), columns].tolist()
    return [
        {"prediction": prediction, "probability": probability}
        for prediction, probability in zip(predictions, probabilities, strict=True)
    ]


def predict_table(model: Any, texts: Any) -> pd.DataFrame:
    """Return predictions as columns of a CSV file.

    Several labels are joined by spaces, and each has a column for its probability.
    """
    table = pd.DataFrame(predict_records(model, texts))
    if isinstance(table["prediction"].iloc[0], list):
        table["prediction"] = [" ".join(map(str, each)) for each in table["prediction"]]
        if "probability" in table:
            by_label = pd.DataFrame(table.pop("probability").tolist())
            table = table.join(by_label.add_prefix("probability_"))
    return table


def import_extra(module: str, extra: str, *packages: str) -> Any:
    """Import a module of an extra; say what to install if a package is missing."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in packages:
            raise
        raise ImportError(
            f"This command needs {package}, which is not installed: "
            f"{install_hint(extra)}."
        ) from error


def compare(
    models: dict[str, Any], split: Split, *, return_estimator: bool = False
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


def callback_params(model: Any) -> list[str]:
    """Return the parameters for callbacks of networks, also inside a blend."""
    return [each for each in model.get_params() if each.endswith("clf__callbacks")]


@contextmanager
def epochs_shown(models: dict[str, Any]) -> Iterator[None]:
    """Show the epochs of networks; without networks, Keras is not imported."""
    networks = {name: model for name, model in models.items() if callback_params(model)}
    if networks:
        with import_module("skrnn.cli.progress").show_epochs(networks):
            yield
    else:
        with redirect_stdout(sys.stderr):
            yield


def finish(
    comparison: ModelComparison, page: Path, title: str, train: Sequence[str] = ()
) -> None:
    """Show the result and write the report; exit with 1 if a model failed.

    ``train`` are the arguments of ``skrnn train`` for the same file.
    """
    show_comparison(comparison)
    comparison.to_html(page, title=title)
    click.echo(f"Wrote the report to {page}", err=True)
    if comparison.best is not None and train and train[0] != str(_STDIN):
        command = shlex.join(["train", *train, "--model", comparison.best])
        click.echo(f"To save the best model: skrnn {command}", err=True)
    if any(result.error is not None for result in comparison.results.values()):
        sys.exit(1)
