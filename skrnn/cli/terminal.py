"""Output on the terminal: one-line errors and the table."""

from __future__ import annotations

import re
import sys
import warnings
from importlib import import_module
from typing import Any, TextIO

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from skrnn.comparison import ModelComparison
from skrnn.comparison.columns import COLUMNS, format_table

INTERRUPTED = 130  # the shell convention after Ctrl-C

# A terminal with fewer characters a line shows fewer columns of the table.
_WIDE = 105

# Parameters in the messages of public functions, and the options for them.
_OPTIONS = {
    r"\btext_column=": "--text-column",
    r"\blabel_column=": "--label-column",
    r"\bencoding='([\w-]+)'": r"--encoding \1",
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
    """Print the table to stdout and errors to stderr."""
    console = Console()
    if not console.is_terminal:  # a file has no width: do not wrap
        console = Console(width=200)
    headings = [
        column.heading
        for column in COLUMNS
        if column.heading and (column.is_narrow or console.width >= _WIDE)
    ]
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("model", overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, cells in format_table(comparison.to_frame()).items():
        style = "bold" if name == comparison.best else None
        table.add_row(name, *(cells[heading] for heading in headings), style=style)
    console.print(table)
    for name, result in comparison.results.items():
        if result.error is not None:
            click.echo(
                f"Error: {name} failed: {' '.join(result.error.split())}", err=True
            )


def load_tensorflow() -> None:
    """Import TensorFlow, which takes seconds."""
    if "tensorflow" not in sys.modules:
        click.echo("Starting TensorFlow ...", err=True)
        import_module("skrnn._tensorflow")
