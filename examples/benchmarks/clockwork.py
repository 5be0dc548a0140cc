"""The clockwork cell compared with the others: a long-memory task, and IMDb.

The long-memory task: the first word of a row decides its class, and up to ``length``
irrelevant words follow. All cells train on the same rows with the same settings. IMDb,
with the chapter's settings, follows if ``SKRNN_DATA`` names a folder with the reviews;
a tenth of the training reviews is held out and the best epoch on it is kept, as in
``examples/chapter_imdb.py``.

python examples/benchmarks/clockwork.py --seeds 5
"""

import argparse
import os
import time

import numpy as np
import pandas as pd

from skrnn import RNNSentimentClassifier, get_recipe, make_sentiment_pipeline
from skrnn.datasets import fetch_imdb

LENGTHS = (50, 100, 200)
CELLS = {
    "plain RNN": {"cell": "simple"},
    "clockwork, periods 1 to 8": {"cell": "clockwork"},
    "clockwork, periods 1 to 128": {
        "cell": "clockwork",
        "periods": tuple(2**k for k in range(8)),
    },
    "LSTM": {"cell": "lstm"},
    "GRU": {"cell": "gru"},
}


def first_word_decides(
    n_rows: int, length: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of ids, padded in front, and the parity of their first words."""
    rng = np.random.default_rng(seed)
    X = rng.integers(2, 12, size=(n_rows, length))
    starts = length - rng.integers(8 * length // 10, length + 1, size=n_rows)
    X[np.arange(length) < starts[:, np.newaxis]] = 0
    return X, X[np.arange(n_rows), starts] % 2


def long_memory(n_seeds: int) -> pd.DataFrame:
    """Return test accuracies over all seeds, a row for each cell and length."""
    table = {}
    for length in LENGTHS:
        for name, params in CELLS.items():
            accuracies = []
            start = time.perf_counter()
            for seed in range(n_seeds):
                model = RNNSentimentClassifier(
                    **params,
                    pooling="last",
                    embedding_dim=8,
                    spatial_dropout=0.0,
                    dropout=0.0,
                    optimizer="adam",
                    learning_rate=0.003,
                    optimizer__clipnorm=1.0,
                    batch_size=32,
                    epochs=10,
                    random_state=seed,
                ).fit(*first_word_decides(2000, length, seed))
                new_rows = first_word_decides(1000, length, 1000 + seed)
                accuracies.append(model.score(*new_rows))
            seconds = (time.perf_counter() - start) / n_seeds
            table[length, name] = {
                "parameters": model.n_parameters_,
                "mean": np.mean(accuracies),
                "least": min(accuracies),
                "most": max(accuracies),
                "s/fit": seconds,
            }
            print(f"{length} words, {name}: {np.round(accuracies, 3)}", flush=True)
    return pd.DataFrame(table).T.round(3)


def imdb(n_seeds: int) -> pd.DataFrame:
    """Return the test accuracies on IMDb of the plain and the clockwork cells."""
    reviews, labels = fetch_imdb(subset="train", return_X_y=True)
    new_reviews, new_labels = fetch_imdb(subset="test", return_X_y=True)
    table = {}
    for name, params in list(CELLS.items())[:3]:
        accuracies = []
        start = time.perf_counter()
        for seed in range(n_seeds):
            settings = {**get_recipe("chapter_simple"), **params}
            model = make_sentiment_pipeline(
                None,
                **settings,
                validation_split=0.1,
                early_stopping=settings["epochs"],
                random_state=seed,
            )
            model.fit(reviews, labels)
            accuracies.append(model.score(new_reviews, new_labels))
            print(f"IMDb, {name}: {accuracies[-1]:.4f}", flush=True)
        table[name] = {
            "parameters": model[-1].n_parameters_,
            "test accuracy": np.mean(accuracies),
            "s/fit": (time.perf_counter() - start) / n_seeds,
        }
    return pd.DataFrame(table).T.round(4)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=5, help="of the long-memory task")
    parser.add_argument("--imdb-seeds", type=int, default=1)
    args = parser.parse_args()
    print("\n" + long_memory(args.seeds).to_string(), flush=True)
    if "SKRNN_DATA" in os.environ:
        print("\n" + imdb(args.imdb_seeds).to_string())
