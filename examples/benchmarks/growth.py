"""How time and memory grow: one size is doubled at a time, and a slope is fitted.

Each point is the median of three runs, each in a separate process, so that each has its
own memory peak. The slope is that of a line through the logarithms: 1 is linear, less
than 1 is sublinear. Time excludes imports; memory is the peak of the process minus its
memory after the imports.

    python examples/benchmarks/growth.py --out growth.json --plot growth.png
    python examples/benchmarks/growth.py --only grid --points 3 --repeats 1
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
from many_reviews import peak_megabytes, reset_peak, reviews

# What is doubled: the first point, the number of points, and the label.
SIZES = {
    "reviews": (8_000, 8, "reviews in a stream, from 8,000"),
    "vocabulary": (5_000, 5, "words in the vocabulary, from 5,000"),
    "length": (25, 5, "words per review, from 25"),
    "units": (8, 5, "multiplications per word, from 8 units"),
    "grid": (1, 5, "candidates in a grid, from 1"),
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
    """Plot time and memory over the size, both as multiples of the first point."""
    import matplotlib.pyplot as plt

    from skrnn.inspection.style import COLORS, MARKERS

    figure, axes = plt.subplots(
        1, 2, figsize=(7.6, 4.4), sharex=True, sharey=True, layout="constrained"
    )
    for ax, name in zip(axes, ("seconds", "megabytes"), strict=True):
        for size, color, marker in zip(points, COLORS, MARKERS, strict=False):
            x = np.array([point["work"] for point in points[size]])
            y = np.array([point[name] for point in points[size]])
            style = {"color": color, "marker": marker, "markersize": 5}
            ax.loglog(x / x[0], y / y[0], label=SIZES[size][2], **style)
        ends = np.array(ax.get_xlim())
        ax.loglog(ends, ends, ":", color=COLORS[4], zorder=0, label="linear growth")
        ticks = [1, 4, 16, 64]
        ax.set(xticks=ticks, xticklabels=ticks, yticks=ticks, yticklabels=ticks)
        ax.minorticks_off()
        ax.set(title=name, xlabel="times the first size", xlim=ends)
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("times the first value")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    figure.savefig(path, dpi=100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, help="number of points for every size")
    parser.add_argument("--repeats", type=int, default=3, help="runs per point")
    parser.add_argument("--only", choices=SIZES, nargs="+", default=list(SIZES))
    parser.add_argument("--out", type=Path, help="write the points to a JSON file")
    parser.add_argument("--plot", type=Path, help="draw the points")
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
        options.out.write_text(json.dumps(points, indent=1), encoding="utf-8")
    if options.plot:
        plot(points, options.plot)


if __name__ == "__main__":
    main()
