"""Accuracy on the Amazon reviews, with recipes that were developed on IMDb.

    python examples/benchmarks/accuracy_amazon.py            # select, then test once
    python examples/benchmarks/accuracy_amazon.py --only "128 units" --seeds 0

``SKRNN_DATA`` names the folder with ``Amazon_reviews_train.csv`` and
``Amazon_reviews_test.csv`` and the IMDb reviews. Every candidate is cross-validated
on the 2,944 training reviews; the best network, the best linear baseline and the best
blend are then fitted on all of them and scored on the test reviews, once for each
seed. The networks are the recipes "fast" and "accurate" with smaller batches and more
epochs, with word vectors learned from their own training reviews and with word vectors
that were also trained on the IMDb reviews, without labels.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from skrnn import WordVectors, make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.datasets import fetch_imdb, load_reviews
from skrnn.ensemble import BlendedClassifier

BASELINES = ("tfidf", "nbsvm")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="fits on the test reviews")
    parser.add_argument("--only", default="", help="networks whose name contains this")
    args = parser.parse_args()
    folder = Path(os.environ.get("SKRNN_DATA", "."))
    reviews, labels = load_reviews(folder / "Amazon_reviews_train.csv", return_X_y=True)
    vectors = train_vectors(reviews)

    chosen = choose(reviews, np.asarray(labels), vectors, args.only)
    if not args.seeds:
        return
    new_reviews, new_labels = load_reviews(
        folder / "Amazon_reviews_test.csv", return_X_y=True
    )
    print("\ntest reviews", flush=True)
    for best in chosen:
        scores = []
        for seed in range(args.seeds):
            models = make_candidates(vectors, seed)
            model = models[best[0]]
            if len(best) > 1:
                parts = [(name, models[name]) for name in best]
                model = BlendedClassifier(parts, weights="equal")
            scores.append(model.fit(reviews, labels).score(new_reviews, new_labels))
        half = 1.96 * np.sqrt(np.mean(scores) * (1 - np.mean(scores)) / len(new_labels))
        spread = np.round(scores, 4)
        print(f"{' + '.join(best):<48} {np.mean(scores):.4f} +- {half:.4f}  {spread}")


def choose(
    reviews: list[str], labels: np.ndarray, vectors: WordVectors, only: str
) -> list[tuple[str, ...]]:
    """Return the member names of the best network, baseline and blend."""
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    odds = {}
    accuracy: dict[tuple[str, ...], float] = {}

    def note(parts: tuple[str, ...], seconds: float) -> None:
        # Equal weights average the log-odds; nothing needs to be refitted.
        hits = (sum(odds[part] for part in parts) > 0) == (labels == labels.max())
        accuracy[parts] = hits.mean()
        shown = f"{' + '.join(parts):<48} {accuracy[parts]:.4f}"
        print(f"{shown}  {seconds:4.0f} s", flush=True)

    for name, model in make_candidates(vectors, seed=0).items():
        if name not in BASELINES and only not in name:
            continue
        start = time.perf_counter()
        proba = cross_val_predict(
            model, reviews, labels, cv=folds, method="predict_proba"
        )
        odds[name] = np.diff(np.log(np.clip(proba, 1e-6, 1)))[:, 0]
        note((name,), time.perf_counter() - start)
    networks = [name for name in odds if name not in BASELINES]
    for name in networks:
        note((name, *BASELINES), 0)
    groups = (
        [(name,) for name in networks],
        [(name,) for name in BASELINES],
        [parts for parts in accuracy if len(parts) > 1],
    )
    return [max(group, key=accuracy.__getitem__) for group in groups]


def make_candidates(vectors: WordVectors, seed: int) -> dict[str, BaseEstimator]:
    """Return unfitted models by name."""
    few = {"batch_size": 32, "epochs": 10, "random_state": seed}
    # "accurate" before it had 128 units and read 900 words.
    small = {"units": 32, "sentence_units": 32, "maxlen": 430}
    medium = {"units": 64, "sentence_units": 64, "maxlen": 430}
    known = {"vocabulary": vectors.vocabulary, "embeddings": vectors, **few}
    return {
        **{name: make_baseline(name) for name in BASELINES},
        "fast": make_sentiment_pipeline("fast", **few),
        "fast, vectors of IMDb": make_sentiment_pipeline("fast", **known),
        "accurate, 32 units": make_sentiment_pipeline("accurate", **few, **small),
        "accurate, 32 units, vectors of IMDb": make_sentiment_pipeline(
            "accurate", **known, **small
        ),
        "accurate, 64 units, vectors of IMDb": make_sentiment_pipeline(
            "accurate", **known, **medium
        ),
        "accurate, 128 units, vectors of IMDb": make_sentiment_pipeline(
            "accurate", **known
        ),
    }


def train_vectors(reviews: list[str]) -> WordVectors:
    """Train word vectors on these reviews and on those of IMDb."""
    films = np.concatenate(
        [fetch_imdb(subset=part, return_X_y=True)[0] for part in ("train", "unsup")]
    )
    return WordVectors.train([*films, *reviews], n_dimensions=100, random_state=0)


if __name__ == "__main__":
    main()
