"""The comparison as HTML: a table for notebooks, and a page of its own."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix

from skrnn.comparison.charts import draw_curves, draw_scatter

if TYPE_CHECKING:
    from skrnn.comparison.model_comparison import ModelComparison

__all__ = ["format_cells", "render_page", "render_table"]

# Characters of a text that are shown before it is folded.
_SHORT = 320

# Nothing is loaded and nothing runs, whatever the texts hold.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<header><h1>{title}</h1><p>{summary}</p></header>
<main>
{sections}
</main>
</body>
</html>
"""

# In a notebook the colours are the notebook's own.
_TABLE_STYLE = """<style>
.skrnn-comparison { overflow-x: auto }
.skrnn-comparison table { border-collapse: collapse; color: inherit; background: none }
.skrnn-comparison th, .skrnn-comparison td {
  padding: .35em .8em; text-align: right; white-space: nowrap;
  border-bottom: 1px solid rgba(128, 128, 128, .35); background: none; color: inherit }
.skrnn-comparison th:first-child, .skrnn-comparison td.error { text-align: left }
.skrnn-comparison td.error { white-space: normal }
.skrnn-comparison tr.best { font-weight: bold }
</style>"""


def format_cells(table: pd.DataFrame, best: str | None) -> dict[str, dict[str, str]]:
    """Write the figures of a table for people.

    Parameters
    ----------
    table : DataFrame
        What ``ModelComparison.to_frame`` gives.
    best : str or None
        The model of the highest accuracy.

    Returns
    -------
    cells : dict of str to dict of str to str
        The cells of each model by their headings; a dash where there is no figure.
    """
    cells = {}
    for name, row in table.iterrows():
        if row["error"] is not None:
            figures = ["–"] * 6 + ["failed"]
        else:
            count = row["n_parameters"]
            interval = f"[{row['accuracy_low']:.4f}, {row['accuracy_high']:.4f}]"
            figures = [
                "–" if pd.isna(count) else f"{count:,}",
                "–" if pd.isna(row["fit_time"]) else _seconds(row["fit_time"]),
                _seconds(row["predict_time"]),
                f"{row['accuracy']:.4f} {interval}",
                f"{row['f1']:.4f}",
                "–" if pd.isna(row["roc_auc"]) else f"{row['roc_auc']:.4f}",
                "best" if name == best else _p_value(row["mcnemar_p"]),
            ]
        cells[str(name)] = dict(zip(_HEADINGS, figures, strict=True))
    return cells


_HEADINGS = (
    "parameters",
    "fit",
    "predict",
    "accuracy [95 %]",
    "F1",
    "ROC AUC",
    "p against best",
)


def _seconds(value: float) -> str:
    return f"{value:.3f} s" if value < 1 else f"{value:,.1f} s"


def _p_value(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def render_table(table: pd.DataFrame, best: str | None) -> str:
    """Render the table for a notebook.

    Parameters
    ----------
    table : DataFrame
        What ``ModelComparison.to_frame`` gives.
    best : str or None
        The model of the highest accuracy.

    Returns
    -------
    html : str
        A fragment with a style of its own.
    """
    return (
        f'{_TABLE_STYLE}\n<div class="skrnn-comparison">\n{_table(table, best)}\n</div>'
    )


def _table(table: pd.DataFrame, best: str | None) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in _HEADINGS)
    rows = []
    for number, (name, cells) in enumerate(format_cells(table, best).items(), 1):
        title = f'<th scope="row">{number}. {escape(name)}</th>'
        if table["error"].loc[name] is not None:
            message = escape(f"failed: {table['error'].loc[name]}")
            body = f'<td class="error" colspan="{len(_HEADINGS)}">{message}</td>'
        else:
            body = "".join(
                f'<td data-label="{escape(heading)}">{escape(cell)}</td>'
                for heading, cell in cells.items()
            )
        kind = ' class="best"' if name == best else ""
        rows.append(f"<tr{kind}>{title}{body}</tr>")
    return (
        f'<table class="models">\n<thead><tr><th scope="col">model</th>{head}</tr>'
        "</thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>\n</table>"
    )


def render_page(
    comparison: ModelComparison, *, title: str, shown: pd.DataFrame, texts: list[str]
) -> str:
    """Render the whole page.

    Parameters
    ----------
    comparison : ModelComparison
        What is shown.
    title : str
        Its heading.
    shown : DataFrame
        The disagreements to show.
    texts : list of str
        The test rows of these.

    Returns
    -------
    html : str
        A page without scripts, which loads nothing.
    """
    table = comparison.to_frame()
    sections = [_section("Figures", f"{_table(table, comparison.best)}\n{_NOTES}")]
    if comparison.best is not None:
        sections += [
            _section("Accuracy against time", _scatter(table, comparison.best))
            if comparison.n_train
            else "",
            _section("Training curves", _curves(comparison)),
            _section("Confusion matrices", _confusions(comparison)),
            _section("Where the models disagree", _differences(comparison)),
            _section("Rows on which they disagree", _rows(comparison, shown, texts)),
        ]
    names = ", ".join(escape(str(label)) for label in comparison.classes[:12])
    if len(comparison.classes) > 12:
        names += ", …"
    learnt = f"{comparison.n_train:,} rows"
    if comparison.n_unlabeled:
        learnt += f" (some on {comparison.n_unlabeled:,} more without a label)"
    models = "1 model" if len(table) == 1 else f"{len(table)} models"
    measured = f"{len(comparison.y_test):,}"
    if comparison.n_train:
        done = f"fitted on {learnt} and compared on {measured} others"
    else:
        done = f"fitted before, compared on {measured} rows"
    summary = f"{models}, {done}. Classes: {names}."
    return _PAGE.format(
        policy=_POLICY,
        title=escape(title),
        style=files("skrnn.comparison").joinpath("page.css").read_text("utf-8"),
        summary=summary,
        sections="\n".join(filter(None, sections)),
    )


_NOTES = """<p class="note">Accuracy with Wilson’s 95 % interval. F1 and ROC AUC are
those of the second class of two, or the mean over all classes. p: McNemar’s exact test
against the best model, not corrected for the number of models.</p>"""


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{body}\n</section>" if body else ""


def _scatter(table: pd.DataFrame, best: str) -> str:
    numbers = range(1, len(table) + 1)
    columns = ["fit_time", "accuracy", "accuracy_low", "accuracy_high"]
    points = [
        (number, str(name), *row[columns], name == best)
        for number, (name, row) in zip(numbers, table.iterrows(), strict=True)
        if row["error"] is None
    ]
    key = "".join(
        f'<li value="{number}">{escape(name)}</li>' for number, name, *_ in points
    )
    return f'<div class="scatter">{draw_scatter(points)}<ol>{key}</ol></div>'


def _curves(comparison: ModelComparison) -> str:
    cards = []
    for kind in ("accuracy", "loss"):
        pairs = {
            name: (result.history.get(kind, []), result.history.get(f"val_{kind}", []))
            for name, result in comparison.results.items()
        }
        pairs = {name: pair for name, pair in pairs.items() if any(pair)}
        values = [v for pair in pairs.values() for curve in pair for v in curve]
        values = [value for value in values if np.isfinite(value)]
        if not values:
            continue
        charts = "".join(
            f"<figure><figcaption>{escape(name)}</figcaption>"
            f"{draw_curves(*pair, min(values), max(values), kind)}</figure>"
            for name, pair in pairs.items()
        )
        cards.append(
            f'<h3>{kind.capitalize()} by epoch</h3><div class="cards">{charts}</div>'
        )
    if not cards:
        return ""
    key = (
        '<p class="key"><span class="line learnt"></span> training rows '
        '<span class="line held"></span> held-out rows, where a model has them</p>'
    )
    return key + "\n".join(cards)


def _confusions(comparison: ModelComparison) -> str:
    labels = [escape(str(label)) for label in comparison.classes]
    head = "".join(f'<th scope="col">{label}</th>' for label in labels)
    cards = []
    for name, predicted in comparison.predictions().items():
        counts = confusion_matrix(
            comparison.y_test, predicted, labels=comparison.classes
        )
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        rows = "".join(
            f'<tr><th scope="row">{label}</th>'
            + "".join(
                f'<td style="--share:{share:.3f}">{count:,}<small>{share:.0%}</small>'
                "</td>"
                for count, share in zip(*pair, strict=True)
            )
            + "</tr>"
            for label, *pair in zip(labels, counts, shares, strict=True)
        )
        cards.append(
            f"<figure><figcaption>{escape(str(name))}</figcaption>"
            f'<div class="wide"><table class="confusion"><thead><tr><td></td>{head}'
            f"</tr></thead><tbody>{rows}</tbody></table></div></figure>"
        )
    width = max(15.5, 5 + 3 * len(labels))
    return (
        '<p class="note">Rows: true class. Columns: predicted class. Shares are of the '
        f'true class.</p><div class="cards" style="--card-width:{width:.1f}rem">'
        f"{''.join(cards)}</div>"
    )


def _differences(comparison: ModelComparison) -> str:
    """Return on which share of the rows each two models differ."""
    predictions = comparison.predictions()
    if predictions.shape[1] < 2:
        return ""
    numbers = {name: i for i, name in enumerate(comparison.results, start=1)}
    columns = list(predictions.items())
    head = "".join(f'<th scope="col">{numbers[name]}</th>' for name, _ in columns)
    rows = []
    for name, own in columns:
        cells = []
        for other_name, other in columns:
            share = float((own != other).mean())
            cells.append(
                "<td></td>"
                if name == other_name
                else f'<td style="--share:{share:.3f}">{share:.1%}</td>'
            )
        title = f"{numbers[name]}. {escape(str(name))}"
        rows.append(f'<tr><th scope="row">{title}</th>{"".join(cells)}</tr>')
    return (
        '<p class="note">Share of the test rows on which two models give different '
        'answers.</p><div class="wide"><table class="confusion pairs"><thead><tr>'
        "<td></td>"
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _rows(comparison: ModelComparison, shown: pd.DataFrame, texts: list[str]) -> str:
    if shown.empty:
        return ""
    names = [str(name) for name in shown.columns[1:]]
    cards = []
    for row, labels, text in zip(shown.index, shown.to_numpy(), texts, strict=True):
        truth, answers = labels[0], labels[1:]
        verdicts = []
        for label in comparison.classes:
            who = [names[i] for i in np.flatnonzero(answers == label)]
            if who:
                kind, mark = ("right", "✓") if label == truth else ("wrong", "✗")
                verdicts.append(
                    f'<dt class="{kind}">{mark} {escape(str(label))}</dt>'
                    f"<dd>{escape(' · '.join(who))}</dd>"  # names may have commas
                )
        cards.append(
            f"<article><h3>Row {row}: {escape(str(truth))}</h3>{_text(text)}"
            f"<dl>{''.join(verdicts)}</dl></article>"
        )
    n_all = len(comparison.disagreements())
    return (
        f'<p class="note">{len(shown):,} of {n_all:,} rows, those that split the '
        "models most evenly first. ✓ marks the true class.</p>" + "\n".join(cards)
    )


def _text(text: Any) -> str:
    if len(text) <= _SHORT:
        return f"<blockquote>{escape(text)}</blockquote>"
    return (
        f"<details><summary>{escape(text[:_SHORT])}…</summary>"
        f"<blockquote>{escape(text)}</blockquote></details>"
    )
