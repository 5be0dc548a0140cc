"""Accuracy and gradient norm by the distance of a negation, the full figure.

A plain RNN, an LSTM, a GRU, attention and TF-IDF on the same generated reviews. All
networks have the same size, epochs, optimizer and learning rate. The learning rate is
the best of three on average over the networks, on reviews of a seed that is used for
nothing else; it is chosen before the reviews of the figure are generated. Then all
models are fitted for each distance and each of three seeds.

The script writes the table and the figures for a light and a dark page. After a restart
it resumes where it was stopped.

python examples/benchmarks/long_term_dependencies.py --folder figures
"""

import argparse
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skrnn import (
    LongTermDependencyDisplay,
    long_term_dependency,
    make_sentiment_pipeline,
)

SHARED = {
    "maxlen": "auto",
    "units": 32,
    "embedding_dim": 16,
    "spatial_dropout": 0.0,
    "dropout": 0.0,
    "optimizer": "adam",
    "optimizer__clipnorm": 1.0,
    "batch_size": 32,
    "epochs": 20,
}
NETWORKS = {
    "plain RNN": {"cell": "simple"},
    "LSTM": {"cell": "lstm"},
    "GRU": {"cell": "gru"},
    "attention": {"cell": "simple", "pooling": "attention"},
}
LEARNING_RATES = (0.001, 0.003, 0.01)
VALIDATION_SEED = 1000
VALIDATION_DISTANCES = (4, 16)


def network(name, learning_rate, seed):
    params = {**SHARED, **NETWORKS[name], "learning_rate": learning_rate}
    return make_sentiment_pipeline(None, **params, random_state=seed)


def try_learning_rates():
    """Return the mean validation accuracy of each network and learning rate."""
    candidates = {
        f"{name}, {rate}": network(name, rate, VALIDATION_SEED)
        for name in NETWORKS
        for rate in LEARNING_RATES
    }
    table = pd.concat(
        long_term_dependency(
            candidates, distances=[distance], random_state=VALIDATION_SEED
        )
        for distance in VALIDATION_DISTANCES
    )
    table[["model", "rate"]] = table["model"].str.split(", ", expand=True)
    return table.pivot_table("accuracy", "model", "rate")


def measure(rate, seed, distance):
    models = {name: network(name, rate, seed) for name in NETWORKS}
    models["TF-IDF"] = make_pipeline(TfidfVectorizer(), LogisticRegression())
    # Each distance has its own reviews.
    source = 100 * seed + distance
    table = long_term_dependency(models, distances=[distance], random_state=source)
    return table.assign(seed=seed)


def cached(path, make):
    """Return the table in a file; if the file is missing, make it first."""
    if not path.exists():
        table = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(path)
        print(table.round(3).to_string(), end="\n\n", flush=True)
    return pd.read_csv(path, index_col=0)


parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
parser.add_argument("--folder", type=Path, default=Path("figures"))
parser.add_argument("--distances", type=int, nargs="+", default=[0, 4, 16, 32])
parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
args = parser.parse_args()

mpl.use("Agg")
tried = cached(args.folder / "learning_rates.csv", try_learning_rates)
rate = float(tried.mean().idxmax())
table = pd.concat(
    [
        cached(
            args.folder / f"distance_{distance}_seed_{seed}.csv",
            lambda seed=seed, distance=distance: measure(rate, seed, distance),
        )
        for seed in args.seeds
        for distance in args.distances
    ],
    ignore_index=True,
)
print(f"{tried.round(3).to_string()}\nlearning rate {rate}\n")
for column in ("accuracy", "gradient_norm"):
    figures = table.pivot_table(column, "model", "distance", ["mean", "min", "max"])
    print(f"{column}\n{figures.round(3).to_string()}\n")
for name, style in (("light", "default"), ("dark", "dark_background")):
    with plt.style.context(style):
        display = LongTermDependencyDisplay(table).plot()
        path = args.folder / f"long_term_dependencies_{name}.png"
        display.figure_.savefig(path, dpi=150)
