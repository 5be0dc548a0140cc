"""Accuracy on the Amazon reviews, on settings that were found on IMDb.

    python examples/benchmarks/accuracy_amazon.py            # choose, then test once

``SKRNN_DATA`` names the folder with ``Amazon_reviews_train.csv`` and
``Amazon_reviews_test.csv`` and the IMDb reviews. Every candidate is cross-validated
on the 2,944 training reviews; the best of the recipes and the best of the linear
baselines are then fitted on all of them and scored on the test reviews, once for each
seed. The networks are the recipe "fast" with batches and epochs for fewer reviews, with
word vectors of their own, and with those of the IMDb reviews, read without labels.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import StratifiedKFold, cross_val_score

from skrnn import WordVectors, make_sentiment_pipeline
from skrnn.comparison import BlendedClassifier, make_baseline
from skrnn.datasets import fetch_imdb, load_reviews

BASELINES = ("tfidf", "nbsvm")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="fits on the test reviews")
    args = parser.parse_args()
    folder = Path(os.environ.get("SKRNN_DATA", "."))
    reviews, labels = load_reviews(folder / "Amazon_reviews_train.csv", return_X_y=True)
    films = np.concatenate(
        [fetch_imdb(subset=part, return_X_y=True)[0] for part in ("train", "unsup")]
    )
    vectors = WordVectors.train([*films, *reviews], n_dimensions=100, random_state=0)

    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    chosen: dict[str, tuple[float, str]] = {}
    for name, kind, model in make_candidates(vectors, seed=0):
        start = time.perf_counter()
        accuracy = cross_val_score(model, reviews, labels, cv=folds).mean()
        seconds = time.perf_counter() - start
        print(f"{name:<42} {accuracy:.4f}  {seconds:4.0f} s", flush=True)
        chosen[kind] = max(chosen.get(kind, (0.0, "")), (accuracy, name))

    new_reviews, new_labels = load_reviews(
        folder / "Amazon_reviews_test.csv", return_X_y=True
    )
    print("\ntest reviews")
    for _, best in chosen.values():
        scores = []
        for seed in range(args.seeds):
            models = {n: m for n, _, m in make_candidates(vectors, seed)}
            fitted = models[best].fit(reviews, labels)
            scores.append(fitted.score(new_reviews, new_labels))
        half = 1.96 * np.sqrt(np.mean(scores) * (1 - np.mean(scores)) / len(new_labels))
        print(f"{best:<42} {np.mean(scores):.4f} +- {half:.4f}  {np.round(scores, 4)}")


def make_candidates(
    vectors: WordVectors, seed: int
) -> list[tuple[str, str, BaseEstimator]]:
    """Return names, kinds and models that are not fitted."""
    few = {"batch_size": 32, "epochs": 10, "random_state": seed}
    known = {"vocabulary": vectors.vocabulary, "embeddings": vectors, **few}
    networks = {
        "fast": make_sentiment_pipeline(**few),
        "fast, vectors of IMDb": make_sentiment_pipeline(**known),
        "fast, frozen vectors of IMDb": make_sentiment_pipeline(
            **known, embeddings_trainable=False
        ),
    }
    bags = [(name, make_baseline(name)) for name in BASELINES]
    blends = {
        f"{name}, blended ({weights} weights)": BlendedClassifier(
            [("network", network), *bags], weights=weights, random_state=seed
        )
        for name, network in networks.items()
        for weights in ("equal", "learnt")
    }
    return [
        *((name, "baseline", model) for name, model in bags),
        *((name, "network", model) for name, model in networks.items()),
        *((name, "blend", model) for name, model in blends.items()),
    ]


if __name__ == "__main__":
    main()
