"""A grid of 36 fits: SciKeras, and skrnn alone, with memory and with two workers.

Cells simple, lstm, gru; 16 or 32 units; 2 or 4 epochs; 3 folds; 3,000 rows of 60 ids.
The scores must be equal for all variants of skrnn. joblib's workers stay alive between
searches, so only the first search with two workers waits for TensorFlow's import.

    python examples/benchmarks/grid.py --repeats 3
"""

import argparse
import tempfile
import time
from statistics import median

import numpy as np
from joblib.externals.loky import get_reusable_executor
from peers import scikeras_classifier
from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from skrnn import RNNSentimentClassifier

CELLS, UNITS, EPOCHS = ["simple", "lstm", "gru"], [16, 32], [2, 4]
OURS = {"cell": CELLS, "units": UNITS, "epochs": EPOCHS}
THEIRS = {"model__cell": CELLS, "model__units": UNITS, "epochs": EPOCHS}
CHAPTER = {"pooling": "last", "batch_size": 128, "random_state": 0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    rng = np.random.default_rng(0)
    X = rng.integers(1, 8000, size=(3000, 60))
    y = (np.isin(X, np.arange(1, 60)).any(axis=1)).astype(int)
    seconds: dict[str, list[float]] = {}
    scores: dict[str, list[np.ndarray]] = {}

    def search(
        name: str, model: BaseEstimator, grid: dict, n_jobs: int | None = None
    ) -> None:
        start = time.perf_counter()
        found = GridSearchCV(model, grid, cv=StratifiedKFold(3), n_jobs=n_jobs)
        found.fit(X, y)
        seconds.setdefault(name, []).append(time.perf_counter() - start)
        scores.setdefault(name, []).append(found.cv_results_["mean_test_score"])

    for turn in range(repeats):
        search("SciKeras, n_jobs=1", scikeras_classifier(), THEIRS)
        search("skrnn, n_jobs=1", RNNSentimentClassifier(**CHAPTER), OURS)
        get_reusable_executor().shutdown(wait=True)
        for name, n_jobs in (
            ("memory, n_jobs=1", None),
            ("memory, n_jobs=2, workers starting", 2),
            ("memory, n_jobs=2, workers running", 2),
        ):
            with tempfile.TemporaryDirectory() as folder:
                model = RNNSentimentClassifier(**CHAPTER, memory=folder)
                search(f"skrnn, {name}", model, OURS, n_jobs)
        print(f"turn {turn + 1} of {repeats} done", flush=True)
    slowest = median(seconds["SciKeras, n_jobs=1"])
    print(f"{'':<42}{'s':>8}{'SciKeras / this':>18}")
    for name, values in seconds.items():
        print(f"{name:<42}{median(values):>8.1f}{slowest / median(values):>17.1f}x")
    ours = [row for name in seconds if name.startswith("skrnn") for row in scores[name]]
    same = all(np.array_equal(ours[0], row) for row in ours)
    print("skrnn's scores are bit-identical:", same)


if __name__ == "__main__":
    main()
