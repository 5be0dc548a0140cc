"""Fitting the same architecture again: SciKeras and skrnn; and 200 fits' memory.

3,000 rows of 60 ids, one epoch, LSTM of 32 units. Every fit is of a new estimator.

    python examples/benchmarks/refit.py
"""

import gc
import os
from pathlib import Path

import numpy as np
from peers import scikeras_classifier
from timing import show, take_turns

from skrnn import RNNSentimentClassifier

rng = np.random.default_rng(0)
X = rng.integers(1, 8000, size=(3000, 60))
X[0, 0] = 7999
y = rng.integers(0, 2, size=3000)


def resident_megabytes() -> float:
    """Return the memory of this process."""
    with Path("/proc/self/statm").open() as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def fit() -> None:
    RNNSentimentClassifier(epochs=1, random_state=0).fit(X, y)


show(
    "Refit, 3,000 x 60, 1 epoch",
    take_turns(
        {
            "SciKeras": lambda: scikeras_classifier(epochs=1).fit(X, y),
            "skrnn": fit,
        },
        repeats=5,
    ),
)
X, y = X[:300], y[:300]
for _ in range(10):
    fit()
gc.collect()
before = resident_megabytes()
for _ in range(200):
    fit()
gc.collect()
print(f"\n200 more fits: {resident_megabytes() - before:+.0f} MB")
