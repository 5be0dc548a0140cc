"""The commands of ``skrnn``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
from sklearn.frozen import FrozenEstimator

import skrnn
from skrnn.baselines import BASELINES, make_baseline
from skrnn.cli.command_helpers import (
    Split,
    check_names,
    check_output,
    compare,
    epochs_shown,
    finish,
    load_model,
    make_model,
    make_network,
    read_setting,
    split_rows,
)
from skrnn.cli.terminal import Commands, show_comparison
from skrnn.comparison import compare_models
from skrnn.datasets import load_reviews, make_reviews

_FILE = click.Path(path_type=Path)

Command = Callable[..., Any]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "--version", "-V", package_name="skrnn", prog_name="skrnn")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def commands(debug: bool) -> None:
    """Recurrent networks for text: from a CSV file of reviews to labels.

    A file has a column of texts and a column of labels. They are guessed unless you
    give --text-column and --label-column.

    \b
    Examples:
      skrnn demo
      skrnn compare reviews.csv
      skrnn train reviews.csv --output model.skrnn
      skrnn predict model.skrnn new.csv --output labeled.csv
      skrnn report labeled_by_hand.csv model.skrnn

    Errors are one line on stderr. Exit codes: 1 for errors in data or models, 2 for
    usage errors, 130 after Ctrl-C.
    """


def _file_options(command: Command) -> Command:
    for option in (
        click.option("--encoding", default="utf-8", show_default=True),
        click.option(
            "--label-column",
            default="auto",
            help="Column of the labels.",
            metavar="NAME",
        ),
        click.option(
            "--text-column", default="auto", help="Column of the texts.", metavar="NAME"
        ),
    ):
        command = option(command)
    return command


def _fit_options(test_size: float) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in (
            click.option("--seed", default=0, show_default=True, help="Random seed."),
            click.option(
                "--epochs",
                type=click.IntRange(1),
                help="Epochs.  [default: of the recipe]",
            ),
            click.option(
                "--test-size",
                default=test_size,
                show_default=True,
                type=click.FloatRange(0, 1, max_open=True),
                help="Fraction of the rows to test on, stratified by class.",
            ),
        ):
            command = option(command)
        return command

    return add


@commands.command()
@click.option(
    "--samples",
    default=4000,
    show_default=True,
    type=click.IntRange(40),
    help="How many reviews to generate.",
)
@click.option("--epochs", default=5, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=0, show_default=True, help="Random seed.")
@click.option(
    "--report",
    type=_FILE,
    default=Path("skrnn_demo.html"),
    show_default=True,
    help="HTML file of the report.",
)
def demo(samples: int, epochs: int, seed: int, report: Path) -> None:
    """Compare an LSTM with a bag of words on generated reviews.

    Whether a review is positive depends on a "not" some words before the opinion, so
    word order matters. Nothing is downloaded.

    \b
    Examples:
      skrnn demo
      skrnn demo --samples 2000 --epochs 8
    """
    check_output(report)
    X, y = make_reviews(samples, random_state=seed)
    click.echo(f"{samples} generated reviews, such as:\n\n  {X[0]}\n", err=True)
    split = split_rows(X, y, 0.25, seed)
    params = {
        "cell": "lstm",
        "pooling": "max",
        "maxlen": "auto",
        "optimizer": "adam",
        "learning_rate": 0.01,
        "batch_size": 32,
        "spatial_dropout": 0.0,
        "dropout": 0.2,
    }
    models = {
        "tfidf": make_baseline("tfidf"),
        "LSTM": make_network(None, params, epochs, seed),
    }
    finish(compare(models, split), report, "Word order matters: generated reviews")


@commands.command("compare")
@click.argument("csv", type=_FILE)
@_file_options
@_fit_options(test_size=0.25)
@click.option(
    "--test", type=_FILE, help="CSV file to test on, instead of a part of the rows."
)
@click.option(
    "--model",
    "names",
    multiple=True,
    default=(*BASELINES, "fast"),
    show_default=True,
    metavar="NAME",
    help=f"{', '.join(BASELINES)} or the name of a recipe; repeatable.",
)
@click.option(
    "--report",
    type=_FILE,
    help="HTML file of the report.  [default: NAME_comparison.html]",
)
def compare_command(
    csv: Path,
    text_column: str,
    label_column: str,
    encoding: str,
    test_size: float,
    epochs: int | None,
    seed: int,
    test: Path | None,
    names: tuple[str, ...],
    report: Path | None,
) -> None:
    """Compare networks and linear models on a CSV file of labeled texts.

    The models are fitted to one part of the rows and tested on the other. The result is
    a table and an HTML report with training curves, confusion matrices and the texts on
    which the models disagree.

    \b
    Examples:
      skrnn compare reviews.csv
      skrnn compare reviews.csv --text-column body --label-column stars
      skrnn compare train.csv --test test.csv --model nbsvm --model accurate
    """
    check_names(names)
    page = check_output(report or Path(f"{csv.stem}_comparison.html"))
    reviews = _load(csv, text_column, label_column, encoding)
    if test is None:
        split = split_rows(reviews.data, reviews.target, test_size, seed)
    else:
        others = _load(test, reviews.text_column, reviews.label_column, encoding)
        split = Split(reviews.data, others.data, reviews.target, others.target)
    models = {name: make_model(name, epochs, seed) for name in dict.fromkeys(names)}
    finish(compare(models, split), page, f"Comparison of models on {csv.name}")


@commands.command()
@click.argument("csv", type=_FILE)
@_file_options
@_fit_options(test_size=0.2)
@click.option(
    "--recipe", default="fast", show_default=True, help="Recipe of the model."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Override a parameter of the recipe, such as cell=gru or units=64.",
)
@click.option("--output", type=_FILE, help="File of the model.  [default: NAME.skrnn]")
def train(
    csv: Path,
    text_column: str,
    label_column: str,
    encoding: str,
    test_size: float,
    epochs: int | None,
    seed: int,
    recipe: str,
    settings: tuple[str, ...],
    output: Path | None,
) -> None:
    """Train a network on a CSV file of labeled texts and save it.

    Its accuracy is measured on a part of the rows that is held out; with --test-size 0
    it is fitted to all rows.

    \b
    Examples:
      skrnn train reviews.csv
      skrnn train reviews.csv --recipe accurate --test-size 0 --output model.skrnn
      skrnn train reviews.csv --set cell=gru --set units=32 --epochs 4
    """
    output = check_output(output or Path(f"{csv.stem}.skrnn"))
    check_names((recipe,))
    params = dict(read_setting(text) for text in settings)
    reviews = _load(csv, text_column, label_column, encoding)
    model = make_network(recipe, params, epochs, seed)
    if test_size:
        split = split_rows(reviews.data, reviews.target, test_size, seed)
        comparison = compare({recipe: model}, split, return_estimator=True)
        show_comparison(comparison)
        if comparison.estimators is None or recipe not in comparison.estimators:
            sys.exit(1)
        model = comparison.estimators[recipe]
    else:
        with epochs_shown({recipe: model}):
            model.fit(reviews.data, reviews.target)
    skrnn.save(model, output)
    click.echo(f"The model is in {output}", err=True)


@commands.command()
@click.argument("model", type=_FILE, required=False)
@click.argument("csv", type=_FILE, required=False)
@click.option(
    "--text", "texts", multiple=True, help="A text, instead of a file; repeatable."
)
@click.option(
    "--text-column", default="auto", metavar="NAME", help="Column of the texts."
)
@click.option("--encoding", default="utf-8", show_default=True)
@click.option("--output", type=_FILE, help="CSV file.  [default: stdout]")
def predict(
    model: Path | None,
    csv: Path | None,
    texts: tuple[str, ...],
    text_column: str,
    encoding: str,
    output: Path | None,
) -> None:
    """Predict labels of texts in a CSV file, or of --text.

    MODEL is a saved model; without one, the network that comes with skrnn labels
    English reviews. The columns "prediction" and "probability" are added to those of
    the file.

    \b
    Examples:
      skrnn predict new.csv
      skrnn predict --text "Not bad at all!"
      skrnn predict model.skrnn new.csv --output labeled.csv
      skrnn predict model.skrnn --text "Not bad at all!"
    """
    if model is not None and model.suffix != ".skrnn" and csv is None and not texts:
        model, csv = None, model
    if bool(texts) == (csv is not None):
        raise click.UsageError("Give either a CSV file or --text.")
    if output is not None:
        check_output(output)
    if csv is not None:
        reviews = _load(csv, text_column, None, encoding)
        table, data = reviews.frame.copy(), reviews.data
    else:
        table, data = pd.DataFrame({"text": texts}), list(texts)
    taken = [name for name in ("prediction", "probability") if name in table]
    if taken:
        raise ValueError(
            f"{csv} already has a column {taken[0]!r}, to which predictions would be "
            "written. Rename or drop it."
        )
    fitted = load_model(model)
    table["prediction"] = fitted.predict(data)
    if hasattr(fitted, "predict_proba"):  # a regressor has none
        probabilities = fitted.predict_proba(data)
        predicted = np.searchsorted(fitted.classes_, table["prediction"])
        of_predicted = probabilities[np.arange(len(table)), predicted]
        table["probability"] = of_predicted.round(4)
    table.to_csv(sys.stdout if output is None else output, index=False)
    if output is not None:
        click.echo(f"{len(table)} labeled texts are in {output}", err=True)


@commands.command()
@click.argument("csv", type=_FILE)
@click.argument("models", type=_FILE, nargs=-1, required=True)
@_file_options
@click.option(
    "--output",
    type=_FILE,
    help="HTML file of the report.  [default: NAME_report.html]",
)
def report(
    csv: Path,
    models: tuple[Path, ...],
    text_column: str,
    label_column: str,
    encoding: str,
    output: Path | None,
) -> None:
    """Test saved models on a CSV file of labeled texts they were not fitted to.

    \b
    Examples:
      skrnn report test.csv model.skrnn
      skrnn report test.csv small.skrnn large.skrnn --output report.html
    """
    page = check_output(output or Path(f"{csv.stem}_report.html"))
    reviews = _load(csv, text_column, label_column, encoding)
    fitted = [(str(path), FrozenEstimator(load_model(path))) for path in models]
    X, y = reviews.data, reviews.target
    comparison = compare_models(fitted, X[:0], y[:0], X, y, verbose=0)
    finish(comparison, page, f"Models tested on {csv.name}")


def _load(path: Path, text_column: str, label_column: str | None, encoding: str) -> Any:
    """Return the texts of a file, and print which columns were guessed."""
    reviews = load_reviews(
        path, text_column=text_column, label_column=label_column, encoding=encoding
    )
    if "auto" in (text_column, label_column):
        labels = f", labels {reviews.label_column!r}" if label_column else ""
        click.echo(
            f"{path}: texts are in the column {reviews.text_column!r}{labels}",
            err=True,
        )
    return reviews
