"""The chapter's five networks on IMDb, and their comparison table.

The chapter's settings: 8,000 ids (padding and out-of-vocabulary included), the last 200
words, 32-dimensional word vectors, 32 units, both dropout rates 0.4, RMSprop, batches
of 128, the chapter's epochs. A tenth of the training reviews is held out, and the
weights of the best epoch on it are kept, since the last epoch of a plain RNN may be a
bad one. The test reviews are used once for each fit.

    python examples/chapter_imdb.py                        # one seed, about 8 minutes
    python examples/chapter_imdb.py --seeds 3 --variants   # the table in the guide
"""

import argparse
import time

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from skrnn import RNNSentimentClassifier, TextSequencer
from skrnn.datasets import fetch_imdb

N_IDS = 8000
CHAPTER = {
    "plain RNN": {"cell": "simple", "epochs": 10},
    "LSTM": {"cell": "lstm", "epochs": 5},
    "GRU": {"cell": "gru", "epochs": 4},
    "bidirectional LSTM": {"cell": "lstm", "bidirectional": True, "epochs": 4},
    "stacked LSTM": {"cell": "lstm", "units": (32, 32), "epochs": 4},
}
VARIANTS = {
    "LSTM, attention": {"cell": "lstm", "pooling": "attention", "epochs": 4},
    "LSTM, max pooling": {"cell": "lstm", "pooling": "max", "epochs": 4},
    "LSTM, mean pooling": {"cell": "lstm", "pooling": "mean", "epochs": 4},
    "bidirectional GRU, mean and max": {
        "cell": "gru",
        "bidirectional": True,
        "pooling": "mean_max",
        "epochs": 4,
    },
}
UNSEEN = [
    "An excellent movie!",
    "Don't watch this movie - poor acting, poor script, bad direction.",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=1, help="fits of each network")
    parser.add_argument(
        "--variants", action="store_true", help="add the pooled networks"
    )
    parser.add_argument(
        "--all-rows",
        action="store_true",
        help="train on all 25,000 rows and keep the last epoch",
    )
    parser.add_argument("--only", help="fit only networks whose name contains this")
    args = parser.parse_args()

    train_reviews, train_labels = fetch_imdb(subset="train", return_X_y=True)
    test_reviews, test_labels = fetch_imdb(subset="test", return_X_y=True)

    sequencer = TextSequencer(max_features=N_IDS - 2, maxlen=200)
    X_train = sequencer.fit_transform(train_reviews)
    X_test = sequencer.transform(test_reviews)

    keep_best = {} if args.all_rows else {"validation_split": 0.1}
    networks = {**CHAPTER, **VARIANTS} if args.variants else CHAPTER
    if args.only:
        networks = {k: v for k, v in networks.items() if args.only in k}
    table = {}
    for name, params in networks.items():
        accuracies, seconds = [], []
        for seed in range(args.seeds):
            network = RNNSentimentClassifier(
                **{"pooling": "last", **params},
                batch_size=128,
                **keep_best,
                # With this patience all epochs run, and the best one is kept.
                early_stopping=params["epochs"] if keep_best else False,
                random_state=seed,
            )
            start = time.perf_counter()
            network.fit(X_train, train_labels)
            seconds.append((time.perf_counter() - start) / network.epochs)
            accuracies.append(network.score(X_test, test_labels))
            print(f"{name}, seed {seed}: {accuracies[-1]:.4f}", flush=True)
            if name == "LSTM" and seed == 0:
                lstm = network
        table[name] = {
            "parameters": f"{network.n_parameters_:,}",
            "epochs": network.epochs,
            "s/epoch": f"{np.median(seconds):.1f}",
            "test accuracy": f"{np.mean(accuracies):.4f}",
            "of each seed": " ".join(f"{a:.4f}" for a in accuracies),
        }

    baseline = make_pipeline(TfidfVectorizer(), LogisticRegression())
    accuracy = baseline.fit(train_reviews, train_labels).score(
        test_reviews, test_labels
    )
    table["TF-IDF + LogisticRegression"] = {
        "parameters": f"{baseline[-1].coef_.size + 1:,}",
        "epochs": "",
        "s/epoch": "",
        "test accuracy": f"{accuracy:.4f}",
        "of each seed": "",
    }
    print("\n" + pd.DataFrame(table).T.to_string())

    if "LSTM" in table:
        # The fitted steps form a Pipeline from raw strings to labels.
        pipeline = Pipeline([("seq", sequencer), ("clf", lstm)])
        for review, proba in zip(UNSEEN, pipeline.predict_proba(UNSEEN), strict=True):
            verdict = "positive" if proba[1] > 0.5 else "negative"
            print(f"{verdict} ({proba.max():.2f}): {review}")


if __name__ == "__main__":
    main()
