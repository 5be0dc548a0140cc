"""Output on the terminal: one-line errors, tables and explanations."""

from __future__ import annotations

import re
import sys
import warnings
from importlib import import_module
from typing import Any, TextIO

import click
import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from skrnn.comparison import ModelComparison
from skrnn.comparison.columns import COLUMNS, format_table
from skrnn.inspection import Explanation

INTERRUPTED = 130  # the shell convention after Ctrl-C

# A terminal with fewer characters a line shows fewer columns of the table.
_WIDE = 105
_MAX_CLASSES = 8  # of a confusion matrix
_MAX_WORDS = 12  # of an explanation

# Parameters in the messages of public functions, and the options for them.
_OPTIONS = {
    r"\btext_column=": "--text-column",
    r"\blabel_column=": "--label-column",
    r"\bencoding='([\w-]+)'": r"--encoding \1",
    r"\bsep=": "--sep",
    r"\bheader=False": "--no-header",
    r"\bheader=True": "--header",
    r"\bdrop_missing=True": "--drop-missing",
}


class Commands(click.Group):
    """A group of commands that prints an error as one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; exit with 1 after an error, with 130 after Ctrl-C."""
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            try:
                return super().invoke(ctx)
            except BrokenPipeError:  # as in `skrnn ... | head`
                raise
            except (ValueError, TypeError, OSError, ImportError) as error:
                if ctx.params.get("debug"):
                    raise
                raise click.ClickException(one_line(error)) from error
            except KeyboardInterrupt:
                click.echo("Interrupted.", err=True)
                ctx.exit(INTERRUPTED)


def one_line(error: BaseException) -> str:
    """Return the message of an error as one line, with options for parameters."""
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.filename}: {error.strerror}."
    message = " ".join(str(error).split()) or type(error).__name__
    for parameter, option in _OPTIONS.items():
        message = re.sub(parameter, option, message)
    return message


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    click.echo(f"Warning: {' '.join(str(message).split())}", err=True)


def show_comparison(comparison: ModelComparison) -> None:
    """Print the result to stdout, the best model first, and errors to stderr."""
    console = _stdout()
    headings = [
        column.heading
        for column in COLUMNS
        if column.heading and (column.is_narrow or console.width >= _WIDE)
    ]
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("model", overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, cells in format_table(_ranked(comparison)).items():
        style = "bold" if name == comparison.best else None
        table.add_row(
            escape(name), *(cells[heading] for heading in headings), style=style
        )
    console.print(table)
    if comparison.best is not None:
        _show_classes(console, comparison, comparison.best)
        console.print(
            describe_best(comparison), highlight=False, markup=False, soft_wrap=True
        )
    for name, result in comparison.results.items():
        if result.error is not None:
            click.echo(
                f"Error: {name} failed: {' '.join(result.error.split())}", err=True
            )


def _show_classes(console: Console, comparison: ModelComparison, name: str) -> None:
    """Print precision and recall of each class, and the confusion matrix."""
    y, predicted = comparison.y_test, comparison.results[name].predictions
    classes = comparison.classes
    scores = precision_recall_fscore_support(
        y, predicted, labels=classes, zero_division=0.0
    )
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=f"{escape(name)}, by class")
    table.title_justify, table.title_style = "left", "bold"
    for heading in ("class", "precision", "recall", "F1", "texts"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    is_small = len(classes) <= _MAX_CLASSES
    if is_small:
        for label in classes:
            table.add_column(f"→ {escape(str(label))}", justify="right")
    matrix = confusion_matrix(y, predicted, labels=classes)
    rows = zip(classes, *scores, matrix, strict=True)
    for label, precision, recall, f1, n_texts, counts in rows:
        cells = [escape(str(label)), f"{precision:.4f}", f"{recall:.4f}", f"{f1:.4f}"]
        cells += [f"{n:,}" for n in ([n_texts, *counts] if is_small else [n_texts])]
        table.add_row(*cells)
    console.print(table)
    if is_small:
        console.print(
            "Each column with an arrow counts the texts of the row's class that the "
            "model assigns to the column's class.",
            style="dim",
            soft_wrap=True,
        )


def describe_best(comparison: ModelComparison) -> str:
    """Say which model is best, and whether that may be chance."""
    table = _ranked(comparison)
    table = table[table["error"].isna()]
    best, n = table.iloc[0], len(comparison.y_test)
    right = f"{round(best['accuracy'] * n):,} of {n:,} texts"
    if len(table) == 1:
        low, high = 100 * best["accuracy_low"], 100 * best["accuracy_high"]
        return (
            f"{best.name} labels {right} correctly ({100 * best['accuracy']:.1f} %). "
            f"Its accuracy on texts like these is {low:.1f} % to {high:.1f} % "
            "(95 % confidence)."
        )
    second = table.iloc[1]
    n_more = round((best["accuracy"] - second["accuracy"]) * n)
    if not n_more:
        return (
            f"{best.name} and {second.name} are equally accurate: each labels {right} "
            "correctly."
        )
    p_value = second["mcnemar_p"]
    digits = 0 if p_value >= 0.1 else 1
    often = f"{100 * p_value:.{digits}f} %" if p_value >= 0.001 else "under 0.1 %"
    verdict = "may well be" if p_value >= 0.05 else "is unlikely to be"
    return (
        f"{best.name} is the most accurate: it labels {right} correctly, {n_more:,} "
        f"more than {second.name}. That {verdict} chance: of two equally good models, "
        f"one is at least this far ahead in {often} of such tests."
    )


def show_explanation(explanation: Explanation) -> None:
    """Print the text with its words tinted, and the weights, the largest first."""
    console = _stdout()
    frame = explanation.to_frame()
    full = max(frame["weight"].abs().max(), 1e-9) if len(frame) else 1.0
    label = f"{explanation.score} {explanation.value:.3f}"
    if explanation.target is not None:  # None for a regressor
        label = f"{explanation.target} ({label})"
    console.print(Text.assemble((label, "bold"), ": "), end="")
    words = Text()
    for token, weight, _ in frame.itertuples(index=False):
        is_strong = abs(weight) >= full / 4
        color = ("bright_blue" if weight >= 0 else "dark_orange") if is_strong else ""
        words.append(f"{token} ", style=f"bold {color}" if is_strong else "dim")
    console.print(words, soft_wrap=True)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("word")
    table.add_column("weight", justify="right")
    order = frame["weight"].abs().sort_values(ascending=False, kind="stable").index
    for token, weight, is_known in frame.loc[order[:_MAX_WORDS]].itertuples(
        index=False
    ):
        table.add_row(
            Text(token if is_known else f"{token} (unknown)"), f"{weight:+.4f}"
        )
    console.print(table)


def _ranked(comparison: ModelComparison) -> pd.DataFrame:
    """Return the table, the most accurate model first."""
    frame = comparison.to_frame()
    return frame.sort_values("accuracy", ascending=False, kind="stable")


def _stdout() -> Console:
    console = Console()
    # A file has no width: do not wrap.
    return console if console.is_terminal else Console(width=200)


def load_tensorflow() -> None:
    """Import TensorFlow, which takes seconds."""
    if "tensorflow" not in sys.modules:
        click.echo("Starting TensorFlow ...", err=True)
        import_module("skrnn._tensorflow")
