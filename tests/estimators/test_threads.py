"""Many threads and processes at one estimator."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews
from tests.helpers import Sequences, small

pytestmark = pytest.mark.slow


def test_many_threads_predict_what_one_does() -> None:
    reviews, labels = make_reviews(60, random_state=0)
    pipeline = make_sentiment_pipeline(maxlen=20, epochs=1, random_state=0)
    pipeline.fit(reviews, labels)
    pipeline = pickle.loads(pickle.dumps(pipeline))  # the network is built by one
    barrier = threading.Barrier(8)

    def ask(first: int) -> list[np.ndarray]:
        barrier.wait(60)
        return [pipeline.predict_proba(reviews[i : i + 3]) for i in range(first, 58, 8)]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(8)))
    for first, given in enumerate(answers):
        for i, proba in zip(range(first, 58, 8), given, strict=True):
            serial = pipeline.predict_proba(reviews[i : i + 3])
            np.testing.assert_array_equal(proba, serial)


def test_fits_side_by_side_are_those_one_after_the_other(sequences: Sequences) -> None:
    X, y = sequences
    params = {"dropout": 0.3, "optimizer": "adam", "epochs": 2, "batch_size": 20}
    serial = [small(**params, random_state=s).fit(X, y) for s in range(3)]
    with ThreadPoolExecutor(3) as threads:
        fits = [small(**params, random_state=s).fit for s in range(3)]
        found = list(threads.map(lambda fit: fit(X, y), fits))
    for one, other in zip(serial, found, strict=True):
        assert one.history_ == other.history_
        np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))


FORK = """
import os, sys
import numpy as np
from skrnn import RNNSentimentClassifier
X, y = np.array([[1, 2], [3, 2]] * 5), np.array([0, 1] * 5)
model = RNNSentimentClassifier(cell="simple", units=2, epochs=1, random_state=0)
{before}
child = os.fork()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
try:
    {inside}
except RuntimeError as error:
    assert "forked after TensorFlow was used" in str(error), error
    os._exit(7)
os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize(
    ("before", "inside", "code"),
    [
        ("model.fit(X, y)", "model.predict(X)", 7),
        ("model.fit(X, y)", "RNNSentimentClassifier(epochs=1).fit(X, y)", 7),
        ("", "model.fit(X, y).predict(X)", 0),
    ],
)
def test_a_fork_of_a_process_that_computes_is_refused(
    before: str, inside: str, code: int
) -> None:
    script = FORK.format(before=before, inside=inside)
    run = subprocess.run([sys.executable, "-c", script], timeout=300, check=False)
    assert run.returncode == code
