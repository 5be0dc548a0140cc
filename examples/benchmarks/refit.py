"""Refitting the same architecture with SciKeras and skrnn; the memory of many fits.

3,000 rows of 60 ids, one epoch, an LSTM of 32 units. Every fit uses a new estimator.
The memory is measured over 200 fits of one architecture and over one fit each of 100
architectures, on 300 rows.

    python examples/benchmarks/refit.py
"""

import gc
from collections.abc import Iterable
from typing import Any

import numpy as np
from peers import scikeras_classifier
from timing import resident_megabytes, show, take_turns

from skrnn import RNNSentimentClassifier

rng = np.random.default_rng(0)
X = rng.integers(1, 8000, size=(3000, 60))
X[0, 0] = 7999
y = rng.integers(0, 2, size=3000)


def fit(**params: Any) -> None:
    RNNSentimentClassifier(
        pooling="last", epochs=1, batch_size=128, random_state=0, **params
    ).fit(X, y)


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


def growth(fits: Iterable[dict[str, Any]]) -> float:
    """Return by how many megabytes the process grows in some fits."""
    gc.collect()
    before = resident_megabytes()
    for params in fits:
        fit(**params)
    gc.collect()
    return resident_megabytes() - before


X, y = X[:300], y[:300]
growth([{"dense_units": (k,)} for k in range(1, 21)])  # fills the pool
print(f"\n200 more fits: {growth([{}] * 200):+.0f} MB")
others = [{"dense_units": (k,)} for k in range(21, 121)]
print(f"100 fits of other architectures: {growth(others) / 100:+.1f} MB each")
