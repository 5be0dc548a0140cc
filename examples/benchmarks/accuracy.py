"""Accuracy: candidates on validation reviews, recipes and baselines on the test split.

    python examples/benchmarks/accuracy.py validate            # select on IMDb
    python examples/benchmarks/accuracy.py test fast --seeds 3
    python examples/benchmarks/accuracy.py test accurate --seeds 3
    python examples/benchmarks/accuracy.py test semi_supervised --seeds 3
    python examples/benchmarks/accuracy.py test baselines
    python examples/benchmarks/accuracy.py time accurate       # or tfidf, nbsvm
    python examples/benchmarks/accuracy.py table               # summarize the log

``validate`` trains on 20,000 of the 25,000 labeled training reviews and never opens the
test split. ``test`` trains on all 25,000 and uses the test split once for each fit of a
recipe: alone, and blended with the two linear baselines at equal weights; then once for
the average of the seeds. ``time`` fits and predicts like ``test``, but does not score.
``semi_supervised`` also trains on the 50,000 unlabeled reviews. Seconds are measured
from raw text to score. Each fit adds a line to the log (``docs/accuracy/imdb.jsonl``);
results in the log are not computed again, so a run can be stopped and resumed.
"""

import argparse
import json
import time
from functools import cache
from itertools import chain, product
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline

from skrnn import make_sentiment_pipeline, save
from skrnn.baselines import make_baseline
from skrnn.datasets import fetch_imdb
from skrnn.ensemble import BlendedClassifier, DistilledClassifier

LOG = Path(__file__).parents[2] / "docs" / "accuracy" / "imdb.jsonl"
BASELINES = ("tfidf", "nbsvm")
TEACHER = ["tfidf", "nbsvm"]

# Sizes of hierarchical networks. Their candidates state all that the names in the log
# say, so that they stay the same when a recipe changes.
SMALL = {"units": 32, "sentence_units": 32, "maxlen": 430}
MEDIUM = {"units": 64, "sentence_units": 64, "maxlen": 430}
LARGE = {"units": 128, "sentence_units": 128, "maxlen": 430}

# Candidates, as changes to the recipe "fast" or to the named recipe.
CANDIDATES: dict[str, dict] = {
    "fast": {},
    "less dropout": {"spatial_dropout": 0.2, "word_dropout": 0.1, "epochs": 5},
    "7 epochs": {"epochs": 7},
    "no word dropout": {"word_dropout": 0.0},
    "no averaged weights": {"weight_averaging": 0.0},
    "200 dimensions": {"embedding_dim": 200},
    "bidirectional GRU": {"cell": "gru", "bidirectional": True},
    "800 words, vocabulary 30,000": {"maxlen": 800, "max_features": 30000},
    "label smoothing 0.1": {
        "loss": keras.losses.BinaryCrossentropy(label_smoothing=0.1)
    },
    "NLTK tokens, 800 words, vocabulary 30,000": {
        "maxlen": 800,
        "max_features": 30000,
        "tokenizer": "nltk",
    },
    "learning rate 0.001, 800 words, vocabulary 30,000, 8 epochs": {
        "maxlen": 800,
        "max_features": 30000,
        "learning_rate": 0.001,
        "epochs": 8,
    },
    "distilled, 8 epochs": {"teacher": TEACHER, "epochs": 8},
    "distilled, 800 words, vocabulary 30,000, 8 epochs": {
        "teacher": TEACHER,
        "maxlen": 800,
        "max_features": 30_000,
        "epochs": 8,
    },
    "hierarchical": {
        "recipe": "accurate",
        **SMALL,
        "epochs": 5,
    },
    "hierarchical, 7 epochs": {
        "recipe": "accurate",
        **SMALL,
        "epochs": 7,
    },
    "hierarchical, 64 units, 8 epochs": {
        "recipe": "accurate",
        **MEDIUM,
        "epochs": 8,
    },
    "hierarchical, 64 units, 8 epochs, 900 words": {
        "recipe": "accurate",
        **MEDIUM,
        "maxlen": 970,
        "epochs": 8,
    },
    "hierarchical, 64 units, 8 epochs, 900 words, 300 dimensions": {
        "recipe": "accurate",
        **MEDIUM,
        "maxlen": 970,
        "embedding_dim": 300,
        "epochs": 8,
    },
    "hierarchical, 128 units, 7 epochs": {
        "recipe": "accurate",
        **LARGE,
        "epochs": 7,
    },
    "hierarchical, 128 units, 7 epochs, 900 words": {
        "recipe": "accurate",
        **LARGE,
        "maxlen": 970,
        "epochs": 7,
    },
    "hierarchical, 128 units, 10 epochs, 900 words": {
        "recipe": "accurate",
        **LARGE,
        "maxlen": 970,
        "epochs": 10,
    },
    "hierarchical, distilled, 5 epochs": {
        "recipe": "semi_supervised",
        **SMALL,
        "epochs": 5,
    },
    "hierarchical, distilled, 7 epochs": {
        "recipe": "semi_supervised",
        **SMALL,
        "epochs": 7,
    },
    "hierarchical, distilled, 9 epochs": {
        "recipe": "semi_supervised",
        **SMALL,
        "epochs": 9,
    },
    "hierarchical, distilled, 128 units, 5 epochs": {
        "recipe": "semi_supervised",
        **LARGE,
        "epochs": 5,
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    validate = commands.add_parser("validate")
    validate.add_argument("--only", help="only candidates whose name contains this")
    validate.add_argument(
        "--memory", help="folder for shared epochs; makes the seconds meaningless"
    )
    validate.add_argument("--seeds", type=int, default=1)
    test = commands.add_parser("test")
    test.add_argument("name", help="a recipe, or 'baselines'")
    test.add_argument("--seeds", type=int, default=1)
    timed = commands.add_parser("time")
    timed.add_argument("name", help="a recipe or a baseline")
    commands.add_parser("table")
    args = parser.parse_args()
    if args.command == "table":
        return show_table()
    if args.command == "validate":
        return run_candidates(args.only or "", args.seeds, args.memory)
    if args.command == "time":
        is_baseline = args.name in BASELINES
        make = make_baseline if is_baseline else make_sentiment_pipeline
        seed = {} if is_baseline else {"random_state": 0}
        measure("time", args.name, 0, make(args.name, **seed))
        return None
    if args.name == "baselines":
        for name in BASELINES:
            measure("test", name, 0, make_baseline(name))
        return None
    fitted = []
    for seed in range(args.seeds):
        model = make_sentiment_pipeline(args.name, random_state=seed)
        if measure("test", args.name, seed, model):
            fitted.append((f"seed{seed}", FrozenEstimator(model)))
    if len(fitted) > 1:
        name = f"{args.name}, {len(fitted)} seeds averaged"
        measure("test", name, 0, BlendedClassifier(fitted, weights="equal"))
    return None


def run_candidates(only: str, seeds: int, memory: str | None) -> None:
    for name in BASELINES:
        if only in name:
            measure("validation", name, 0, make_baseline(name))
    for (name, changes), seed in product(CANDIDATES.items(), range(seeds)):
        if only in name:
            params = {"recipe": "fast", **changes, "random_state": seed}
            model = make_sentiment_pipeline(**params, clf__memory=memory)
            measure("validation", name, seed, model, changes)


def measure(
    stage: str, name: str, seed: int, model: BaseEstimator, changes: dict | None = None
) -> bool:
    """Fit and score ``model`` and its blend; return False if they are in the log."""
    for line in read_log():
        if (line["stage"], line["name"], line["seed"]) == (stage, name, seed):
            print(f"{stage}: {name}, seed {seed}: in the log", flush=True)
            return False
    reviews, labels, new_reviews, new_labels = load(stage)
    if isinstance(model, DistilledClassifier):
        unlabeled, _ = fetch_imdb(subset="unsup", return_X_y=True)
        reviews = np.concatenate([reviews, unlabeled])
        labels = np.concatenate([labels, np.full(len(unlabeled), -1)])

    def write(name: str, model: BaseEstimator, start: float) -> float:
        predicting = time.perf_counter()
        hits = model.predict(new_reviews) == new_labels
        predicted = time.perf_counter()
        seconds = predicted - start
        line = {
            "stage": stage,
            "name": name,
            "seed": seed,
            "accuracy": None if stage == "time" else round(hits.mean(), 5),
            "rows": len(new_labels),
            "seconds": round(seconds),
            "predict_seconds": round(predicted - predicting, 1),
            "megabytes": round(measure_size(model), 1),
            "parameters": count_parameters(model),
            "changes": changes and {k: str(v) for k, v in changes.items()},
        }
        LOG.parent.mkdir(exist_ok=True)
        with LOG.open("a") as file:
            file.write(json.dumps(line) + "\n")
        print(f"{stage}: {name}, seed {seed}: {line['accuracy']}, {seconds:.0f} s")
        return seconds

    start = time.perf_counter()
    model.fit(reviews, labels)
    seconds = write(name, model, start)
    if name in BASELINES:
        return True
    parts = [("network", FrozenEstimator(model))]
    for baseline in BASELINES:
        fitted, spent = fitted_baseline(stage, baseline)
        parts.append((baseline, FrozenEstimator(fitted)))
        seconds += spent
    start = time.perf_counter() - seconds
    blend = BlendedClassifier(parts, weights="equal").fit(reviews, labels)
    write(f"{name}, blended", blend, start)
    return True


@cache
def load(stage: str) -> tuple[np.ndarray, ...]:
    """Return the training reviews and labels, then those to score on."""
    reviews, labels = fetch_imdb(subset="train", return_X_y=True)
    if stage in ("test", "time"):
        return (reviews, labels, *fetch_imdb(subset="test", return_X_y=True))
    reviews, new_reviews, labels, new_labels = train_test_split(
        reviews, labels, test_size=5000, stratify=labels, random_state=1234
    )
    return reviews, labels, new_reviews, new_labels


@cache
def fitted_baseline(stage: str, name: str) -> tuple[BaseEstimator, float]:
    """Return a fitted baseline and its fit time; it does not depend on the seed."""
    start = time.perf_counter()
    reviews, labels = load(stage)[:2]
    return make_baseline(name).fit(reviews, labels), time.perf_counter() - start


def pipelines_of(model: BaseEstimator) -> list[Pipeline]:
    """Return the pipelines that a prediction needs."""
    if isinstance(model, BlendedClassifier):
        parts = [pipelines_of(part.estimator) for part in model.estimators_]
        return list(chain.from_iterable(parts))
    return [model.estimator_ if isinstance(model, DistilledClassifier) else model]


def count_parameters(model: BaseEstimator) -> int:
    """Count the weights of a network, a linear model or a blend."""
    total = 0
    for last in (pipeline[-1] for pipeline in pipelines_of(model)):
        if hasattr(last, "n_parameters_"):
            total += last.n_parameters_
        else:
            total += last.coef_.size + last.intercept_.size
    return total


def measure_size(model: BaseEstimator) -> float:
    """Return the size in megabytes of the saved pipelines."""
    size = 0
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.skrnn"
        for pipeline in pipelines_of(model):
            save(pipeline, path)
            size += path.stat().st_size
    return size / 1e6


def read_log() -> list[dict]:
    return [json.loads(x) for x in LOG.read_text().splitlines()] if LOG.exists() else []


def show_table() -> None:
    log = pd.DataFrame(read_log())
    for stage, lines in log.groupby("stage"):
        table = lines.groupby("name").agg(
            parameters=("parameters", "last"),
            seconds=("seconds", "median"),
            predict_seconds=("predict_seconds", "median"),
            megabytes=("megabytes", "median"),
            seeds=("seed", "count"),
            rows=("rows", "last"),
            accuracy=("accuracy", "mean"),
        )
        # Normal approximation, with the test rows as a sample.
        share = table["accuracy"]
        table["+-"] = 1.96 * np.sqrt(share * (1 - share) / table.pop("rows"))
        print(f"\n{stage}\n{table.sort_values('accuracy').to_string()}")


if __name__ == "__main__":
    main()
