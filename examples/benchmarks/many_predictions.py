"""32 threads that predict 200 times each, and the memory of 10,000 predictions.

A small pipeline on generated reviews. Each prediction must be bit-identical to that of
a single thread.

    python examples/benchmarks/many_predictions.py
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from timing import resident_megabytes

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--threads", type=int, default=32)
parser.add_argument("--each", type=int, default=200)
parser.add_argument("--predictions", type=int, default=10_000)
options = parser.parse_args()


reviews, labels = make_reviews(400, random_state=0)
model = make_sentiment_pipeline(maxlen=30, epochs=1, units=16, random_state=0)
model.fit(reviews, labels)
batches = [reviews[i : i + 1 + i % 3] for i in range(options.each)]
serial = [model.predict_proba(batch) for batch in batches]


def count_differences(thread: int) -> int:
    """Predict all batches, starting at another one in each thread."""
    order = np.roll(np.arange(options.each), thread)
    return sum(
        not np.array_equal(model.predict_proba(batches[i]), serial[i]) for i in order
    )


start = time.perf_counter()
with ThreadPoolExecutor(options.threads) as threads:
    wrong = sum(threads.map(count_differences, range(options.threads)))
seconds = time.perf_counter() - start
n_predictions = options.threads * options.each
print(f"{n_predictions} predictions by {options.threads} threads in {seconds:.1f} s: "
      f"{wrong} differ from those of one thread")  # fmt: skip

before = None
for number in range(1, options.predictions + 1):
    model.predict(batches[number % options.each])
    if number == options.predictions // 10:
        gc.collect()
        before = resident_megabytes()
gc.collect()
grown = resident_megabytes() - before
print(f"{options.predictions} predictions more, memory after the first tenth: "
      f"{grown:+.1f} MB")  # fmt: skip
sys.exit(wrong != 0 or grown > 20)
