"""Serving: the first prediction of a new process, one text, and batches against Keras.

python examples/benchmarks/serving.py [cell]
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from peers import keras_model
from timing import show, take_turns

import skrnn
from skrnn.datasets import fetch_imdb
from skrnn.serving import SentimentPredictor

FIRST_PREDICTION = """
import sys, time
start = time.perf_counter()
from skrnn.serving import SentimentPredictor
SentimentPredictor(sys.argv[1]).predict_proba(["a good film"])
print(time.perf_counter() - start)
assert not {"tensorflow", "keras", "sklearn"} & sys.modules.keys()
"""

cell = sys.argv[1] if len(sys.argv) > 1 else "lstm"
reviews, y = fetch_imdb(return_X_y=True)
text = " ".join(reviews[0].split()[:20])
model = skrnn.make_sentiment_pipeline(f"chapter_{cell}", epochs=1, random_state=0).fit(
    reviews[:2000], y[:2000]
)

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "model.onnx"
    skrnn.export_onnx(model, path)
    command = [sys.executable, "-c", FIRST_PREDICTION, str(path)]
    inside, outside = [], []
    for _ in range(5):
        start = time.perf_counter()
        run = subprocess.run(command, check=True, capture_output=True, text=True)
        outside.append(time.perf_counter() - start)
        inside.append(float(run.stdout))
    print(f"First answer of a new process: {statistics.median(inside):.2f} s")
    print(f"  with the start of Python: {statistics.median(outside):.2f} s")
    predictor = SentimentPredictor(path)

seconds = []
for _ in range(2000):
    start = time.perf_counter()
    predictor.predict_proba([text])
    seconds.append(time.perf_counter() - start)
p50, p99 = np.quantile(seconds, [0.5, 0.99]) * 1e3
print(f"One text of 20 words: p50 {p50:.3f} ms, p99 {p99:.3f} ms")

# The networks alone: rows of ids, unchanged for Keras, left-aligned for the runtime.
X = model["seq"].transform(reviews)
lengths = np.count_nonzero(X, axis=1)
aligned = np.zeros_like(X)
aligned[np.arange(X.shape[1]) < lengths[:, np.newaxis]] = X[X != 0]
peer = keras_model(cell)
show(
    f"25,000 rows of 200, {cell}",
    take_turns(
        {
            "Keras Model.predict (batches of 32)": lambda: peer.predict(X, verbose=0),
            "Keras Model.predict (batches of 256)": lambda: peer.predict(
                X, batch_size=256, verbose=0
            ),
            "SentimentPredictor": lambda: predictor._predict_ids(aligned, lengths),
        }
    ),
)
show(
    f"25,000 reviews from text, {cell}",
    take_turns(
        {
            "TextSequencer, Keras Model.predict": lambda: peer.predict(
                model["seq"].transform(reviews), batch_size=256, verbose=0
            ),
            "SentimentPredictor": lambda: predictor.predict_proba(reviews),
        }
    ),
)
difference = np.abs(predictor.predict_proba(reviews) - model.predict_proba(reviews))
print(f"\nLargest difference from the pipeline: {difference.max():.1e}")
