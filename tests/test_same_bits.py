"""An int random_state gives the same bits on any number of threads and processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import joblib
import numba
import numpy as np
import pytest
from scipy import sparse
from sklearn.model_selection import GridSearchCV, cross_val_predict
from threadpoolctl import threadpool_limits

from skrnn import get_recipe_names, make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.datasets import load_reviews
from skrnn.embeddings import learn_vectors
from skrnn.ensemble import BlendedClassifier

pytestmark = pytest.mark.slow

_SMALL: dict[str, Any] = {
    "units": 4,
    "embedding_dim": 40,
    "epochs": 1,
    "maxlen": 20,
    "random_state": 0,
}
_ROOT = Path(__file__).parents[1]


def _texts() -> tuple[list[str], np.ndarray]:
    """Return texts whose class is the parity of every eighth word."""
    rng = np.random.default_rng(0)
    shares = 1 / np.arange(3, 2003)
    y = np.arange(300) % 2
    numbers = rng.choice(2000, size=(300, 40), p=shares / shares.sum())
    numbers[:, ::8] = 2 * numbers[:, ::8] % 2000 + y[:, np.newaxis]
    return [". ".join(f"w{number}" for number in row) for row in numbers], y


TEXTS, Y = _texts()


def _models() -> dict[str, Any]:
    """Return a small model of each recipe, baseline, embedding method and blend."""
    recipes = {
        name: make_sentiment_pipeline(
            name, **{**_SMALL, "units": (4, 4)} if name == "chapter_stacked" else _SMALL
        )
        for name in get_recipe_names()
        if name != "semi_supervised"
    }
    network = make_sentiment_pipeline(**_SMALL)
    bags = [("nbsvm", make_baseline("nbsvm")), ("tfidf", make_baseline("tfidf"))]
    return {
        **recipes,
        "semi_supervised": make_sentiment_pipeline(
            "semi_supervised", sentence_units=4, **_SMALL
        ),
        "word2vec": make_sentiment_pipeline(**{**_SMALL, "embeddings": "word2vec"}),
        **dict(bags),
        "blend": BlendedClassifier([*bags, ("network", network)], random_state=0),
        "blend of three classes": BlendedClassifier(bags, random_state=0),
    }


MODELS = _models()


def _labels(name: str) -> np.ndarray:
    if name == "semi_supervised":
        return np.where(np.arange(len(Y)) < 200, Y, -1)
    return np.arange(len(Y)) % 3 if "three" in name else Y


def _answer(name: str) -> np.ndarray:
    """Return the probabilities of a model that is fitted here and now."""
    proba: np.ndarray = _models()[name].fit(TEXTS, _labels(name)).predict_proba(TEXTS)
    return proba


@contextmanager
def _threads(n_threads: int) -> Iterator[None]:
    """Let BLAS, OpenMP and Numba use ``n_threads`` threads, Numba at most its own."""
    before = numba.get_num_threads()
    numba.set_num_threads(min(n_threads, numba.config.NUMBA_NUM_THREADS))
    try:
        with threadpool_limits(n_threads):
            yield
    finally:
        numba.set_num_threads(before)


@cache
def _expected(name: str) -> np.ndarray:
    with _threads(1):
        return _answer(name)


@pytest.mark.parametrize("n_threads", [2, 4])
@pytest.mark.parametrize("name", MODELS)
def test_bits_are_those_of_one_thread(name: str, n_threads: int) -> None:
    with _threads(n_threads):
        found = _answer(name)
    np.testing.assert_array_equal(found, _expected(name))
    assert np.ptp(found[:, 0]) > 0


# OpenBLAS shares only large products: these two differ without one_blas_thread.


@pytest.mark.parametrize("n_threads", [2, 4])
def test_singular_vectors_are_those_of_one_thread(n_threads: int) -> None:
    with _threads(n_threads):
        found = _large_vectors()
    np.testing.assert_array_equal(found, _expected_large_vectors())


def _large_vectors() -> np.ndarray:
    shares = 1 / np.arange(3, 8003)
    drawn = np.random.default_rng(0).choice(
        8000, size=(600, 60), p=shares / shares.sum()
    )
    rows = list((drawn + 2).astype(np.int32))
    return learn_vectors(rows, n_ids=8002, n_dimensions=100, method="svd", seed=0)


@cache
def _expected_large_vectors() -> np.ndarray:
    with _threads(1):
        return _large_vectors()


@pytest.mark.parametrize("name", ["nbsvm", "tfidf"])
def test_weights_of_many_features_are_those_of_one_thread(name: str) -> None:
    classifier = make_baseline(name)["clf"]
    X = sparse.random(300, 20_000, density=0.003, random_state=0, format="csr")
    found = []
    for n_threads in (1, 2, 4):
        with _threads(n_threads):
            found.append(classifier.fit(X, np.arange(300) % 2).coef_)
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])


def test_bits_of_workers_are_those_of_the_parent() -> None:
    fitted = joblib.Parallel(n_jobs=2)(
        joblib.delayed(model.fit)(TEXTS, _labels(name))
        for name, model in _models().items()
    )
    for name, model in zip(MODELS, fitted, strict=True):
        found = model.predict_proba(TEXTS)
        np.testing.assert_array_equal(found, _expected(name), err_msg=name)


@pytest.mark.parametrize("name", ["fast", "blend"])
def test_cross_validation_does_not_depend_on_n_jobs(name: str) -> None:
    alone, shared = (
        cross_val_predict(
            _models()[name], TEXTS, Y, cv=2, n_jobs=n_jobs, method="predict_proba"
        )
        for n_jobs in (1, 2)
    )
    np.testing.assert_array_equal(alone, shared)


def save_answers(path: str) -> None:
    """Write the probabilities of each model: what a fresh process does below."""
    np.savez(path, **{name: _answer(name) for name in MODELS})


def test_bits_of_a_fresh_process_with_four_threads(tmp_path: Path) -> None:
    path = tmp_path / "answers.npz"
    script = (
        f"from tests.test_same_bits import save_answers; save_answers({str(path)!r})"
    )
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            **dict.fromkeys(names, "4"),
            "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)]),
        },
        timeout=300,
        check=True,
    )
    with np.load(path) as answers:
        for name in MODELS:
            np.testing.assert_array_equal(answers[name], _expected(name), err_msg=name)


@pytest.mark.real_data
def test_a_search_on_reviews_does_not_depend_on_n_jobs(skrnn_data: Path) -> None:
    reviews = load_reviews(skrnn_data / "Amazon_reviews_train.csv")
    texts, y = reviews.data[:800], reviews.target[:800]
    model = make_sentiment_pipeline("fast", random_state=0, epochs=2)
    alone, shared = (
        GridSearchCV(model, {"clf__units": [16, 32]}, cv=3, n_jobs=n_jobs)
        .fit(texts, y)
        .cv_results_
        for n_jobs in (1, 2)
    )
    for key in alone:
        if "score" in key and "time" not in key:
            np.testing.assert_array_equal(alone[key], shared[key], err_msg=key)


def test_attention_over_long_texts_on_any_number_of_tensorflow_threads() -> None:
    """TensorFlow shares a sum of many rows among its threads, and rounds it anew."""
    script = (
        "import hashlib, numpy as np; from skrnn import RNNSentimentClassifier; "
        "X = np.random.default_rng(0).integers(2, 500, (128, 200)); "
        "model = RNNSentimentClassifier(units=32, cell='simple', pooling='attention', "
        "epochs=2, random_state=0).fit(X, X[:, 0] % 2); "
        "print(hashlib.sha256(model.predict_proba(X).tobytes()).hexdigest())"
    )
    assert len({_printed(script, OMP_NUM_THREADS=n) for n in "124"}) == 1


def test_kernels_of_the_cache_give_the_bits_of_fresh_ones(tmp_path: Path) -> None:
    script = (
        "import hashlib, numpy as np, tensorflow as tf; "
        "from skrnn.kernels import gru, tf_ops; rng = np.random.default_rng(0); "
        "draw = lambda *n: tf.constant(rng.standard_normal(n) / 4, tf.float32); "
        "given = [draw(9, 40, 36), draw(36, 72), draw(24, 72), draw(72)]; "
        "tape = tf.GradientTape(); tape.__enter__(); tape.watch(given); "
        "found = tape.gradient(tf_ops.recurrent_layer(gru.GRU, *given), given); "
        "found = b''.join(gradient.numpy().tobytes() for gradient in found); "
        "print(hashlib.sha256(found).hexdigest())"
    )
    run = partial(_printed, script, NUMBA_CACHE_DIR=str(tmp_path))
    with ThreadPoolExecutor() as pool:  # both compile, and write the same files
        found = {future.result() for future in [pool.submit(run), pool.submit(run)]}
    assert any(tmp_path.rglob("*.nbi"))
    assert len({*found, run()}) == 1


def _printed(script: str, **variables: str) -> str:
    """Return the last line that a fresh process prints."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)]),
            **variables,
        },
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    return done.stdout.splitlines()[-1]
