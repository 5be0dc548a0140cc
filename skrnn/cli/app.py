"""The commands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
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

    A file has a column of texts and a column of labels. Which ones they are is
    guessed; --text-column and --label-column name them.

    \b
    Examples:
      skrnn demo
      skrnn compare reviews.csv
      skrnn train reviews.csv --output model.skrnn
      skrnn predict model.skrnn new.csv --output labeled.csv
      skrnn report labelled_by_hand.csv model.skrnn

    An error is one line on stderr, and the exit code is not 0: 1 for data and models,
    2 for a mistyped command, 130 after Ctrl-C.
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
            click.option("--seed", default=0, show_default=True, help="Of all chance."),
            click.option(
                "--epochs", type=click.IntRange(1), help="Instead of the recipe's."
            ),
            click.option(
                "--test-size",
                default=test_size,
                show_default=True,
                type=click.FloatRange(0, 1, max_open=True),
                help="Share of rows to measure on, as many of each class.",
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
@click.option("--seed", default=0, show_default=True, help="Of all chance.")
@click.option(
    "--report",
    type=_FILE,
    default=Path("skrnn_demo.html"),
    show_default=True,
    help="Where the page goes.",
)
def demo(samples: int, epochs: int, seed: int, report: Path) -> None:
    """Show on generated reviews what a bag of words cannot see.

    Whether a review is positive hangs on a "not" some words before the opinion, so word
    order decides. Nothing is downloaded.

    \b
    Examples:
      skrnn demo
      skrnn demo --samples 2000 --epochs 8
    """
    check_output(report)
    X, y = make_reviews(samples, random_state=seed)
    click.echo(f"{samples} generated reviews, such as:\n\n  {X[0]}\n", err=True)
    split = split_rows(X, y, 0.25, seed)
    given = {
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
        "LSTM": make_network(None, given, epochs, seed),
    }
    finish(compare(models, split), report, "Word order decides: generated reviews")


@commands.command("compare")
@click.argument("csv", type=_FILE)
@_file_options
@_fit_options(test_size=0.25)
@click.option(
    "--test", type=_FILE, help="CSV file to measure on, instead of a share of rows."
)
@click.option(
    "--model",
    "names",
    multiple=True,
    default=(*BASELINES, "fast"),
    show_default=True,
    metavar="NAME",
    help=f"{' or '.join(BASELINES)}, or the name of a recipe; give it several times.",
)
@click.option(
    "--report", type=_FILE, help="Where the page goes.  [default: NAME_comparison.html]"
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

    They learn from one part of the rows and are measured on the other. You get a table
    here and a page with curves, confusion matrices and the texts on which they differ.

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
    "--recipe", default="fast", show_default=True, help="What to train, see --set."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of make_sentiment_pipeline, such as cell=gru or units=64.",
)
@click.option(
    "--output", type=_FILE, help="The file of the model.  [default: NAME.skrnn]"
)
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

    Its accuracy is measured on a share of the rows that it does not learn from;
    --test-size 0 learns from all.

    \b
    Examples:
      skrnn train reviews.csv
      skrnn train reviews.csv --recipe accurate --test-size 0 --output model.skrnn
      skrnn train reviews.csv --set cell=gru --set units=32 --epochs 4
    """
    output = check_output(output or Path(f"{csv.stem}.skrnn"))
    check_names((recipe,))
    given = dict(read_setting(text) for text in settings)
    reviews = _load(csv, text_column, label_column, encoding)
    model = make_network(recipe, given, epochs, seed)
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
@click.argument("model", type=_FILE)
@click.argument("csv", type=_FILE, required=False)
@click.option("--text", "texts", multiple=True, help="A text instead of a file.")
@click.option("--text-column", default="auto", metavar="NAME", help="Of the texts.")
@click.option("--encoding", default="utf-8", show_default=True)
@click.option("--output", type=_FILE, help="A CSV file.  [default: stdout]")
def predict(
    model: Path,
    csv: Path | None,
    texts: tuple[str, ...],
    text_column: str,
    encoding: str,
    output: Path | None,
) -> None:
    """Label the texts of a CSV file, or those of --text, by a saved model.

    The columns "prediction" and "probability" are added to those of the file.

    \b
    Examples:
      skrnn predict model.skrnn new.csv --output labeled.csv
      skrnn predict model.skrnn --text "Not bad at all!"
    """
    if bool(texts) == (csv is not None):
        raise click.UsageError("Give a CSV file or --text, one of the two.")
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
            f"{csv} has a column {taken[0]!r} already, which is where the answers go. "
            "Rename or drop it."
        )
    fitted = load_model(model)
    probabilities = fitted.predict_proba(data)
    table["prediction"] = fitted.classes_[probabilities.argmax(axis=1)]
    table["probability"] = probabilities.max(axis=1).round(4)
    table.to_csv(sys.stdout if output is None else output, index=False)
    if output is not None:
        click.echo(f"{len(table)} labeled texts are in {output}", err=True)


@commands.command()
@click.argument("csv", type=_FILE)
@click.argument("models", type=_FILE, nargs=-1, required=True)
@_file_options
@click.option(
    "--output", type=_FILE, help="Where the page goes.  [default: NAME_report.html]"
)
def report(
    csv: Path,
    models: tuple[Path, ...],
    text_column: str,
    label_column: str,
    encoding: str,
    output: Path | None,
) -> None:
    """Measure saved models on a CSV file of labeled texts that they have not seen.

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
    finish(comparison, page, f"Models measured on {csv.name}")


def _load(path: Path, text_column: str, label_column: str | None, encoding: str) -> Any:
    """Return the texts of a file; say which columns were guessed."""
    reviews = load_reviews(
        path, text_column=text_column, label_column=label_column, encoding=encoding
    )
    if "auto" in (text_column, label_column):
        of_labels = f", labels {reviews.label_column!r}" if label_column else ""
        click.echo(
            f"{path}: texts are in the column {reviews.text_column!r}{of_labels}",
            err=True,
        )
    return reviews
