"""The commands of ``skrnn``."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pandas as pd
from sklearn.base import is_regressor
from sklearn.frozen import FrozenEstimator

import skrnn
from skrnn.baselines import BASELINES, make_baseline
from skrnn.cli.command_helpers import (
    Split,
    as_input,
    check_names,
    check_output,
    compare,
    epochs_shown,
    finish,
    import_extra,
    load_model,
    make_model,
    make_network,
    name_of,
    one_or_several,
    predict_table,
    read_reviews,
    read_setting,
    settle_duplicates,
    split_rows,
    train_arguments,
    with_columns_of,
)
from skrnn.cli.terminal import Commands, show_comparison, show_explanation
from skrnn.comparison import compare_models
from skrnn.datasets import make_reviews
from skrnn.recipes import get_recipe_names

_FILE = click.Path(path_type=Path, allow_dash=True)
_MODEL_FILES = (".skrnn", ".onnx")
_NAMES = ", ".join([*BASELINES, *get_recipe_names()])

Command = Callable[..., Any]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(skrnn.__version__, "--version", "-V", prog_name="skrnn")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def commands(debug: bool) -> None:
    """Classify texts with recurrent networks: from a file of reviews to a service.

    FILE is a table with a column of texts and, for training, a column of labels: CSV
    with any separator, Excel (.xlsx), Parquet or JSON lines. Use - for stdin. The
    columns are guessed unless you name them.

    \b
    Examples:
      skrnn demo
      skrnn compare reviews.csv
      skrnn train reviews.csv --model best --output model.skrnn
      skrnn predict model.skrnn new.csv --output labeled.csv
      skrnn explain model.skrnn --text "Not bad at all!"
      skrnn report more_labeled.csv model.skrnn
      skrnn serve model.skrnn

    Results go to stdout, progress and errors to stderr. Exit codes: 1 for errors in
    data or models, 2 for usage errors, 130 after Ctrl-C.
    """


_TEXT_OPTIONS = (
    click.option(
        "--text-column",
        multiple=True,
        callback=lambda _context, _option, names: one_or_several(names),
        metavar="NAME",
        help="Column of the texts. May be repeated, such as for title and body.  "
        "[default: guessed, or those of the model]",
    ),
    click.option(
        "--sep",
        metavar="CHARACTER",
        help="Column separator, such as ';' or tab.  [default: guessed]",
    ),
    click.option(
        "--header/--no-header",
        default=None,
        help="Whether the first row has the column names.  [default: guessed]",
    ),
    click.option(
        "--encoding",
        default="utf-8",
        show_default=True,
        help="Encoding of text files.",
    ),
)
_LABEL_OPTIONS = (
    click.option(
        "--label-column",
        default="auto",
        metavar="NAME",
        help="Column of the labels.  [default: guessed]",
    ),
    click.option(
        "--drop-missing",
        is_flag=True,
        help="Drop rows without a text or label.",
    ),
)


def _options(*options: Command) -> Callable[[Command], Command]:
    """Add options to a command, in this order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _fit_options(test_size: float) -> tuple[Command, ...]:
    return (
        click.option(
            "--test-size",
            default=test_size,
            show_default=True,
            type=click.FloatRange(0, 1, max_open=True),
            help="Fraction of the rows to hold out for testing, stratified by label.",
        ),
        click.option(
            "--duplicates",
            type=click.Choice(["drop", "keep"]),
            help="What to do with training texts that are also test texts.  "
            "[default: keep, with a warning]",
        ),
        click.option(
            "--epochs",
            type=click.IntRange(1),
            help="Number of epochs (overrides the model's).",
        ),
        click.option("--seed", default=0, show_default=True, help="Random seed."),
    )


@commands.command()
@click.option(
    "--samples",
    default=4000,
    show_default=True,
    type=click.IntRange(40),
    help="Number of reviews to generate.",
)
@click.option(
    "--epochs",
    default=5,
    show_default=True,
    type=click.IntRange(1),
    help="Number of epochs of the LSTM.",
)
@click.option("--seed", default=0, show_default=True, help="Random seed.")
@click.option(
    "--report",
    type=_FILE,
    default=Path("skrnn_demo.html"),
    show_default=True,
    help="HTML file for the report.",
)
def demo(samples: int, epochs: int, seed: int, report: Path) -> None:
    """Compare an LSTM with a bag of words on generated reviews.

    In these reviews, a "not" some words before an opinion reverses it, so the word
    order decides the class. Nothing is downloaded.

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
@click.argument("file", type=_FILE)
@click.option(
    "--model",
    "names",
    multiple=True,
    default=(*BASELINES, "pretrained"),
    show_default=True,
    metavar="NAME",
    help=f"Model to compare: {_NAMES}. May be repeated.",
)
@_options(*_TEXT_OPTIONS, *_LABEL_OPTIONS, *_fit_options(test_size=0.25))
@click.option("--test", type=_FILE, help="Test file, instead of held-out rows.")
@click.option(
    "--report",
    type=_FILE,
    help="HTML file for the report.  [default: NAME_comparison.html]",
)
def compare_command(
    file: Path,
    names: tuple[str, ...],
    test_size: float,
    duplicates: str | None,
    epochs: int | None,
    seed: int,
    test: Path | None,
    report: Path | None,
    **columns: Any,
) -> None:
    """Compare networks and linear models on a file of labeled texts.

    The models are trained on one part of the rows and tested on the rest. The result is
    a table with the best model first, and an HTML report with training curves,
    confusion matrices and the texts on which the models disagree.

    \b
    Examples:
      skrnn compare reviews.csv
      skrnn compare reviews.xlsx --text-column body --label-column stars
      skrnn compare train.csv --test test.csv --model nbsvm --model best
      skrnn compare reviews.csv --text-column title --text-column body
    """
    check_names(names)
    page = check_output(report or Path(f"{name_of(file)}_comparison.html"))
    reviews = read_reviews(file, **columns)
    if test is None:
        split = split_rows(reviews.data, reviews.target, test_size, seed)
    else:
        found = {
            "text_column": reviews.text_column,
            "label_column": reviews.label_column,
        }
        others = read_reviews(test, **{**columns, **found})
        split = Split(reviews.data, others.data, reviews.target, others.target)
    split = settle_duplicates(split, duplicates)
    models = {
        name: make_model(name, {}, epochs, seed, reviews.text_column)
        for name in dict.fromkeys(names)
    }
    finish(
        compare(models, split),
        page,
        f"Comparison of models on {name_of(file, whole=True)}",
        train=train_arguments(file, **columns),
    )


@commands.command()
@click.argument("file", type=_FILE)
@click.option(
    "--model",
    "--recipe",
    "name",
    default="pretrained",
    show_default=True,
    metavar="NAME",
    help=f"Model to train: {_NAMES}.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Parameter of the model, such as cell=gru or units=64. May be repeated.",
)
@_options(*_TEXT_OPTIONS, *_LABEL_OPTIONS, *_fit_options(test_size=0.2))
@click.option(
    "--output", type=_FILE, help="File of the saved model.  [default: NAME.skrnn]"
)
def train(
    file: Path,
    name: str,
    settings: tuple[str, ...],
    test_size: float,
    duplicates: str | None,
    epochs: int | None,
    seed: int,
    output: Path | None,
    **columns: Any,
) -> None:
    """Train a model on a file of labeled texts and save it.

    Part of the rows is held out to measure the accuracy of the model. With
    --test-size 0, the model is trained on all rows.

    \b
    Examples:
      skrnn train reviews.csv
      skrnn train reviews.csv --model best --test-size 0 --output model.skrnn
      skrnn train reviews.csv --model fast --set cell=gru --set units=32 --epochs 4
    """
    check_names((name,))
    output = check_output(output or Path(f"{name_of(file)}.skrnn"))
    params = dict(read_setting(text) for text in settings)
    reviews = read_reviews(file, **columns)
    model = make_model(name, params, epochs, seed, reviews.text_column)
    if test_size:
        split = split_rows(reviews.data, reviews.target, test_size, seed)
        split = settle_duplicates(split, duplicates)
        comparison = compare({name: model}, split, return_estimator=True)
        show_comparison(comparison)
        if not comparison.estimators:
            sys.exit(1)
        model = comparison.estimators[name]
    else:
        with epochs_shown({name: model}):
            model.fit(reviews.data, reviews.target)
    skrnn.save(model, output)
    click.echo(f"Saved the model to {output}", err=True)


@commands.command()
@click.argument("model", type=_FILE, required=False)
@click.argument("file", type=_FILE, required=False)
@click.option(
    "--text",
    "texts",
    multiple=True,
    help="Text to label, instead of a file. May be repeated; with a model of several "
    "text columns, once for each of them.",
)
@_options(*_TEXT_OPTIONS)
@click.option("--output", type=_FILE, help="CSV file to write.  [default: stdout]")
def predict(
    model: Path | None,
    file: Path | None,
    texts: tuple[str, ...],
    output: Path | None,
    **columns: Any,
) -> None:
    """Predict the labels of the texts in a file, or of --text.

    MODEL is a file from "skrnn train" or skrnn.export_onnx. Without MODEL, the
    pretrained network for English reviews is used. The output is the file with two more
    columns, "prediction" and "probability", which are empty in rows without a text. A
    model with several labels per text writes the predicted labels, separated by spaces,
    and a column with the probability of each label: "probability_0" and so on.

    \b
    Examples:
      skrnn predict new.csv
      skrnn predict --text "Not bad at all!"
      skrnn predict model.skrnn new.csv --output labeled.csv
      cat new.csv | skrnn predict model.skrnn -
    """
    if (
        model is not None
        and model.suffix not in _MODEL_FILES
        and file is None
        and not texts
    ):
        model, file = None, model
    if bool(texts) == (file is not None):
        raise click.UsageError("Pass either a file or --text.")
    if output is not None:
        check_output(output)
    fitted = load_model(model)
    if file is None:
        data = as_input(fitted, texts)
        table = pd.DataFrame({"text": data} if isinstance(data, list) else data)
        rows = table.index.to_numpy()
    else:
        columns = with_columns_of(fitted, columns)
        reviews = read_reviews(file, label_column=None, drop_missing=True, **columns)
        table, data, rows = reviews.frame.copy(), reviews.data, reviews.rows
        if len(rows) < len(table):
            click.echo(
                f"{len(table) - len(rows):,} of {len(table):,} rows have no text and "
                "thus no prediction",
                err=True,
            )
    ours = re.compile(r"prediction|probability(_\d+)?")
    taken = [name for name in map(str, table) if ours.fullmatch(name)]
    if taken:
        raise ValueError(
            f"{file} already has a column {taken[0]!r}. Rename or delete it: "
            "predictions are written to a column of this name."
        )
    answers = predict_table(fitted, data).set_index(rows)
    table = table.reset_index(drop=True).join(answers)
    table.to_csv(sys.stdout if output is None else output, index=False)
    if output is not None:
        click.echo(f"Wrote {len(rows):,} predictions to {output}", err=True)


@commands.command()
@click.argument("model", type=_FILE, required=False)
@click.option(
    "--text",
    "texts",
    multiple=True,
    required=True,
    help="Text to explain. May be repeated; with a model of several text columns, once "
    "for each of them.",
)
@click.option(
    "--method",
    type=click.Choice(["occlusion", "integrated_gradients", "attention"]),
    default="occlusion",
    show_default=True,
    help="How to compute the weights of the words.",
)
@click.option(
    "--target",
    metavar="LABEL",
    help="Label to explain.  [default: the predicted one]",
)
@click.option(
    "--output", type=_FILE, help="HTML file to write, with the texts in color."
)
def explain(
    model: Path | None,
    texts: tuple[str, ...],
    method: str,
    target: str | None,
    output: Path | None,
) -> None:
    """Show which words decide the label of a text.

    Words with a positive weight support the label, words with a negative weight oppose
    it. Without MODEL, the pretrained network for English reviews is explained.

    \b
    Examples:
      skrnn explain --text "Not bad at all!"
      skrnn explain model.skrnn --text "Not bad at all!" --output why.html
      skrnn explain model.skrnn --text "Dull." --method integrated_gradients
    """
    if output is not None:
        check_output(output)
    fitted = load_model(model)
    label = None
    if target is not None:
        if is_regressor(fitted):
            raise ValueError("A regressor has no labels: leave out --target.")
        known = {str(each): each for each in fitted.classes_}
        if target not in known:
            raise ValueError(
                f"The model has no label {target!r}. Its labels are "
                f"{', '.join(map(repr, known))}."
            )
        label = known[target]
    data = as_input(fitted, texts)
    rows = data if isinstance(data, list) else [row for _, row in data.iterrows()]
    found = [skrnn.explain(fitted, row, method, target=label) for row in rows]
    for explanation in found:
        show_explanation(explanation)
    if output is not None:
        title = html.escape(name_of(model) if model else "skrnn")
        parts = "\n<hr>\n".join(each._repr_html_() for each in found)
        output.write_text(
            f'<!DOCTYPE html>\n<html lang="en"><meta charset="utf-8">\n'
            f"<title>{title}: explanations</title>\n"
            f'<body style="font-family:sans-serif;margin:2em">\n{parts}\n',
            encoding="utf-8",
            errors="xmlcharrefreplace",
        )
        click.echo(f"Wrote the explanations to {output}", err=True)


@commands.command()
@click.argument("file", type=_FILE)
@click.argument("models", type=_FILE, nargs=-1, required=True)
@_options(*_TEXT_OPTIONS, *_LABEL_OPTIONS)
@click.option(
    "--output",
    type=_FILE,
    help="HTML file for the report.  [default: NAME_report.html]",
)
def report(
    file: Path, models: tuple[Path, ...], output: Path | None, **columns: Any
) -> None:
    """Test saved models on a file of labeled texts.

    Use texts that the models were not trained on.

    \b
    Examples:
      skrnn report test.csv model.skrnn
      skrnn report test.csv small.skrnn large.skrnn --output report.html
    """
    page = check_output(output or Path(f"{name_of(file)}_report.html"))
    fitted = [(str(path), FrozenEstimator(load_model(path))) for path in models]
    reviews = read_reviews(file, **with_columns_of(fitted[0][1], columns))
    X, y = reviews.data, reviews.target
    comparison = compare_models(fitted, X[:0], y[:0], X, y, verbose=0)
    finish(comparison, page, f"Models tested on {file.name}")


@commands.command()
@click.argument("model", type=_FILE, required=False)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 accepts requests from other machines.",
)
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 chooses a free one.",
)
def serve(model: Path | None, host: str, port: int) -> None:
    """Serve a model over HTTP.

    POST {"texts": ["..."]} to /predict for labels and probabilities. /docs describes
    the service and lets you try it, and /health responds when it is ready. Without
    MODEL, the pretrained network for English reviews is served.

    \b
    Examples:
      skrnn serve model.skrnn
      skrnn serve model.onnx --host 0.0.0.0 --port 80
      curl 127.0.0.1:8000/predict --json '{"texts": ["Not bad at all!"]}'
    """
    server = import_extra("skrnn.cli.server", "serve", "fastapi", "uvicorn", "pydantic")
    server.run(load_model(model), host=host, port=port)
