"""How time and memory grow: one size is doubled at a time, and a slope is fitted.

Each point is the median of three runs, each in a separate process, so that each has its
own memory peak. The slope is that of a line through the logarithms: 1 is linear, less
than 1 is sublinear. Time excludes imports; memory is the peak of the process minus its
memory after the imports.

    python examples/benchmarks/growth.py --out growth.png     # to a million reviews
    python examples/benchmarks/growth.py --only grid --points 3 --repeats 1
"""

import argparse
import json
import statistics
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
from many_reviews import peak_megabytes, reset_peak, reviews

# What is doubled: the first point, the number of points, and the axis label.
SIZES = {
    "reviews": (8_000, 8, "reviews, generated and counted for a vocabulary"),
    "vocabulary": (5_000, 5, "words in the vocabulary"),
    "length": (25, 5, "words per review"),
    "units": (8, 5, "multiplications per word, relative to 8 units"),
    "grid": (1, 5, "candidates in a grid"),
}
N_ROWS, EMBEDDING_DIM = 20_000, 32


def prepare(size: str, value: int) -> Callable[[], object]:
    """Return the function to measure, after preparing its data and imports."""
    if size == "reviews":
        from skrnn import TextSequencer

        stream = reviews(value)
        first = next(stream)  # generates the sentences that all reviews consist of
        texts = (text for some, _ in chain([first], stream) for text in some)
        return lambda: TextSequencer().fit(texts)
    from sklearn.model_selection import GridSearchCV

    from skrnn import RNNSentimentClassifier

    length = value if size == "length" else 50
    n_words = value if size == "vocabulary" else 5_000
    rng = np.random.default_rng(0)
    X = rng.integers(2, n_words, size=(N_ROWS, length), dtype=np.int32)
    y = rng.integers(2, size=N_ROWS)
    network = RNNSentimentClassifier(
        units=value if size == "units" else 16,
        embedding_dim=EMBEDDING_DIM,
        n_embeddings=n_words,
        pooling="last",
        epochs=1,
        batch_size=128,
        random_state=0,
    )
    network.fit(X[:200], y[:200])  # compiles, traces
    if size == "grid":
        grid = {"learning_rate": [0.001 * (k + 1) for k in range(value)]}
        search = GridSearchCV(network, grid, cv=2, refit=False)
        search.fit(X[:200], y[:200])
        return lambda: search.fit(X, y)
    return lambda: network.fit(X, y)


def measure(size: str, value: int) -> dict[str, float]:
    """Return seconds and megabytes of one point, in this process."""
    run = prepare(size, value)
    reset_peak()
    before = peak_megabytes()
    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    # Below a megabyte there is only noise, whose logarithm would be an outlier.
    return {"seconds": seconds, "megabytes": max(peak_megabytes() - before, 1.0)}


def measured(size: str, value: int, repeats: int) -> dict[str, float]:
    """Return the medians of a point, measured in separate processes."""
    command = [sys.executable, __file__, "--point", size, str(value)]
    found = []
    for _ in range(repeats):
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return {name: statistics.median(each[name] for each in found) for name in found[0]}


def work(size: str, value: int) -> float:
    """Return the amount of work at a point, which is the x-axis of the plot."""
    if size == "units":
        first = SIZES[size][0]
        return value * (value + EMBEDDING_DIM) / (first * (first + EMBEDDING_DIM))
    return value


def slope(x: list[float], y: list[float]) -> float:
    """Return the exponent with which y grows with x."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def plot(points: dict[str, list[dict[str, float]]], path: Path) -> None:
    """Plot time and memory over each size, with their slopes."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator, NullLocator

    figure, axes = plt.subplots(
        2, len(points), figsize=(3.4 * len(points), 6.4), layout="constrained"
    )
    axes = axes.reshape(2, -1)
    styles = (("seconds", "#0072b2"), ("megabytes", "#d55e00"))
    for column, (size, measured) in enumerate(points.items()):
        x = [point["work"] for point in measured]
        for ax, (name, color) in zip(axes[:, column], styles, strict=True):
            y = [point[name] for point in measured]
            grown = slope(x, y)
            ax.loglog(x, y, "o", color=color)
            line = np.exp(np.mean(np.log(y)))
            middle = np.exp(np.mean(np.log(x)))
            ax.loglog(x, line * (np.array(x) / middle) ** grown, color=color)
            ax.loglog(x, y[0] * np.array(x) / x[0], ":", color="0.5")
            ax.set_title(f"{size}: slope {round(grown, 2) + 0.0:.2f}")
            ax.set_ylabel(name if not column else "")
            ax.grid(alpha=0.3)
            named = x[::-2][::-1] if len(x) > 6 else x
            ax.set_xticks(named, [_short(value) for value in named])
            ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            for axis in (ax.xaxis, ax.yaxis):
                axis.set_minor_locator(NullLocator())
        axes[1, column].set_xlabel(textwrap.fill(SIZES[size][2], 34))
    figure.suptitle("Dotted: linear growth from the first point")
    figure.savefig(path, dpi=110)


def _short(value: float) -> str:
    if value < 1000:
        return f"{value:.3g}"
    return f"{value / 1e6:.3g}M" if value >= 1e6 else f"{value / 1e3:.3g}k"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, help="number of points for every size")
    parser.add_argument("--repeats", type=int, default=3, help="runs per point")
    parser.add_argument("--only", choices=SIZES, nargs="+", default=list(SIZES))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--point", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.point:
        print(json.dumps(measure(options.point[0], int(options.point[1]))))
        return
    points: dict[str, list[dict[str, float]]] = {}
    for size in options.only:
        print(f"\n{size:<14}{'s':>10}{'MB':>10}")
        first, n_points, _ = SIZES[size]
        for number in range(options.points or n_points):
            value = first * 2**number
            point = measured(size, value, options.repeats)
            points.setdefault(size, []).append({**point, "work": work(size, value)})
            print(
                f"{value:<14,}{point['seconds']:>10.2f}{point['megabytes']:>10.0f}",
                flush=True,
            )
        x = [point["work"] for point in points[size]]
        for name in ("seconds", "megabytes"):
            y = [point[name] for point in points[size]]
            print(f"slope of {name}: {slope(x, y):.2f}")
    if options.out:
        plot(points, options.out)


if __name__ == "__main__":
    main()
