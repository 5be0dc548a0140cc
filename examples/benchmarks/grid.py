"""A grid of 36 fits: SciKeras, and skrnn plain, with memory, and with two workers.

Cells simple, lstm, gru; 16 or 32 units; 2 or 4 epochs; 3 folds; 3,000 rows of 60 ids.
The scores must not depend on how the work was saved.

    python examples/benchmarks/grid.py
"""

import tempfile
import time

import numpy as np
from peers import scikeras_classifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from skrnn import RNNSentimentClassifier

rng = np.random.default_rng(0)
X = rng.integers(1, 8000, size=(3000, 60))
y = (np.isin(X, np.arange(1, 60)).any(axis=1)).astype(int)
folds = StratifiedKFold(3)
cells, units, epochs = ["simple", "lstm", "gru"], [16, 32], [2, 4]

with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
    ours = {"cell": cells, "units": units, "epochs": epochs}
    searches = {
        "SciKeras, n_jobs=1": GridSearchCV(
            scikeras_classifier(),
            {"model__cell": cells, "model__units": units, "epochs": epochs},
            cv=folds,
        ),
        "skrnn, n_jobs=1": GridSearchCV(
            RNNSentimentClassifier(random_state=0), ours, cv=folds
        ),
        "skrnn, memory, n_jobs=1": GridSearchCV(
            RNNSentimentClassifier(random_state=0, memory=one), ours, cv=folds
        ),
        "skrnn, memory, n_jobs=2": GridSearchCV(
            RNNSentimentClassifier(random_state=0, memory=two),
            ours,
            cv=folds,
            n_jobs=2,
        ),
    }
    print(f"{'':<28}{'s':>8}{'SciKeras / this':>18}   best")
    scores, slowest = {}, None
    for name, search in searches.items():
        start = time.perf_counter()
        search.fit(X, y)
        seconds = time.perf_counter() - start
        slowest = slowest or seconds
        scores[name] = search.cv_results_["mean_test_score"]
        print(
            f"{name:<28}{seconds:>8.1f}{slowest / seconds:>17.1f}x   "
            f"{search.best_score_:.4f} {search.best_params_}",
            flush=True,
        )
plain, *others = [s for name, s in scores.items() if name.startswith("skrnn")]
print(
    "skrnn's scores are the same bits:", all(np.array_equal(plain, s) for s in others)
)
