"""Ratings of IMDb, 1 to 10: a regressor and ordered classes beside Ridge on TF-IDF.

    python examples/benchmarks/ratings.py --seeds 3                  # the test split
    python examples/benchmarks/ratings.py --rows 4000 --validate     # settings, quickly

Trains on the 25,000 labeled training reviews and measures on the 25,000 test reviews:
the mean absolute error, and the quadratic weighted kappa of the predictions rounded to
whole stars. ``--validate`` trains on other training reviews than it measures on, and
never opens the test split; the network then starts from nothing, because the pretrained
one has read the labels of all training reviews.

Each run is a line of ``--out``; runs that it has are not repeated, so that a command
that was stopped goes on, and ``--seeds 0`` shows what is there. The strength of Ridge's
penalty is chosen by cross-validation on the training rows.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.metrics import cohen_kappa_score, mean_absolute_error
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skrnn import make_sentiment_pipeline
from skrnn.datasets import fetch_imdb

STARS = range(1, 11)
N_VALIDATION = 5000
MODELS: dict[str, dict[str, Any]] = {
    "Ridge on TF-IDF of words and pairs": {},
    "regressor": {"classifier": "RNNSentimentRegressor"},
    "regressor, absolute error": {
        "classifier": "RNNSentimentRegressor",
        "loss": "absolute_error",
    },
    "ordinal": {"classifier": "RNNOrdinalClassifier"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=25_000, help="training reviews")
    parser.add_argument("--validate", action="store_true", help="see above")
    parser.add_argument("--out", type=Path, default=Path("ratings.jsonl"))
    args = parser.parse_args()
    setting = {"rows": args.rows, "validate": args.validate}
    if args.seeds:
        run(args.models, args.seeds, setting, args.out)
    runs = pd.DataFrame(read(args.out))
    for (rows, validate), some in runs.groupby(["rows", "validate"]):
        split = "other training reviews" if validate else "the test reviews"
        print(f"\n{rows:,} reviews, measured on {split}: mean (range) over seeds")
        print(table(some).to_string())


def run(models: list[str], seeds: int, setting: dict[str, Any], out: Path) -> None:
    """Run what ``out`` lacks, and append each run to it."""
    finished = [{k: r[k] for k in ("model", "seed", *setting)} for r in read(out)]
    X, y = fetch_imdb(target="rating", return_X_y=True)
    if setting["validate"]:
        X, X_test, y, y_test = (
            part for a in (X, y) for part in (a[:-N_VALIDATION], a[-N_VALIDATION:])
        )
    else:
        X_test, y_test = fetch_imdb(target="rating", subset="test", return_X_y=True)
    for model in models:
        for seed in range(seeds if MODELS[model] else 1):
            key = {"model": model, "seed": seed, **setting}
            if key in finished:
                continue
            chosen = np.random.default_rng(seed).permutation(len(y))[: setting["rows"]]
            start = time.perf_counter()
            fitted = make(model, seed, setting).fit(X[chosen], y[chosen])
            seconds = round(time.perf_counter() - start, 1)
            line = {**key, **measure(fitted, X_test, y_test), "seconds": seconds}
            print(line, flush=True)
            with out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def make(model: str, seed: int, setting: dict[str, Any]) -> Any:
    """Return an unfitted model of raw strings."""
    if MODELS[model]:
        recipe = "fast" if setting["validate"] else "pretrained"
        return make_sentiment_pipeline(recipe, random_state=seed, **MODELS[model])
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    penalties = {"alpha": [0.3, 1.0, 3.0, 10.0]}
    error = "neg_mean_absolute_error"
    return make_pipeline(words, GridSearchCV(Ridge(), penalties, cv=3, scoring=error))


def measure(fitted: Any, X: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Return the errors of predicted numbers, or of the most probable class."""
    predicted = np.clip(fitted.predict(X), STARS[0], STARS[-1])
    stars = np.rint(predicted).astype(int)
    kappa = cohen_kappa_score(y, stars, weights="quadratic", labels=STARS)
    return {
        "mean absolute error": round(float(mean_absolute_error(y, predicted)), 4),
        "kappa": round(float(kappa), 4),
    }


def read(out: Path) -> list[dict[str, Any]]:
    lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    return [json.loads(line) for line in lines]


def table(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the mean and the range of each measure, by model."""
    columns = ["mean absolute error", "kappa", "seconds"]
    found = runs.groupby("model", sort=False)[columns].agg(["mean", "min", "max"])
    return pd.DataFrame(
        {
            name: [f"{m:.3f} ({a:.3f} to {b:.3f})" for m, a, b in found[name].values]
            for name in columns
        },
        index=found.index,
    )


if __name__ == "__main__":
    main()
