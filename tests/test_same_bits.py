"""An int random_state gives the same bits for every number of threads and workers."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV, cross_val_predict
from threadpoolctl import threadpool_limits

from skrnn import WordVectors, get_recipe_names, make_sentiment_pipeline
from skrnn.comparison import BlendedClassifier, make_baseline
from skrnn.embeddings import METHODS

THREADS = (1, 2, 4)
BAGS = ("nbsvm", "tfidf", "blend")


def make_texts(n_texts: int = 160) -> tuple[list[str], np.ndarray]:
    """Make texts of so many words that BLAS and TensorFlow use several threads."""
    rng = np.random.default_rng(0)
    words = np.array([f"w{i}" for i in range(3000)])
    share = 1 / np.arange(1, 3001) ** 0.8
    drawn = rng.choice(words, (n_texts, 5, 32), p=share / share.sum())
    texts = [". ".join(map(" ".join, text)) for text in drawn]
    return texts, np.array([" w9 " in text for text in texts]).astype(int)


def make_bag(name: str) -> BaseEstimator:
    if name == "blend":
        parts = [(bag, make_baseline(bag)) for bag in ("nbsvm", "tfidf")]
        return BlendedClassifier(parts, validation_split=0.5, random_state=0)
    return make_baseline(name)


def make_recipe(name: str, **params: Any) -> BaseEstimator:
    return make_sentiment_pipeline(name, epochs=1, random_state=0, **params)


def bits_of_everything() -> dict[str, str]:
    """Fit every recipe, baseline and embedding method; return the bits by name."""
    texts, y = make_texts()
    some = np.where(np.arange(len(y)) % 3, y, -1)
    found = {}
    for name in get_recipe_names():
        model = make_recipe(name).fit(texts, some if name == "semi_supervised" else y)
        found[name] = model.predict_proba(texts)
    for name in BAGS:
        found[name] = make_bag(name).fit(texts, y).predict_proba(texts)
    for method in METHODS:
        vectors = WordVectors.train(texts, method=method, n_dimensions=50)
        found[f"WordVectors, {method}"] = vectors.vectors
    found["word2vec"] = (
        make_recipe("fast", embeddings="word2vec", units=8)
        .fit(texts, y)
        .predict_proba(texts)
    )
    return {k: hashlib.sha256(v.tobytes()).hexdigest() for k, v in found.items()}


def test_fresh_processes_on_any_number_of_threads(tmp_path: Path) -> None:
    """The first compiles the Numba kernels, the others load them from the cache."""
    found = []
    for n_threads in THREADS:
        variables = dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"),
            str(n_threads),
        )
        code = (
            "import json; from tests.test_same_bits import bits_of_everything; "
            "print(json.dumps(bits_of_everything()))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **variables, "NUMBA_CACHE_DIR": str(tmp_path)},
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
    assert found[1] == found[0]
    assert found[2] == found[0]


@pytest.mark.parametrize("name", ["svd", *BAGS])
def test_one_process_on_any_number_of_blas_threads(name: str) -> None:
    texts, y = make_texts()
    found = []
    for n_threads in THREADS:
        with threadpool_limits(n_threads):
            if name == "svd":
                found.append(WordVectors.train(texts, method="svd").vectors)
            else:
                found.append(make_bag(name).fit(texts, y).predict_proba(texts))
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])


@pytest.mark.parametrize("name", ["fast", "nbsvm", "tfidf"])
def test_workers_compute_the_bits_of_this_process(name: str) -> None:
    texts, y = make_texts()
    model = make_recipe(name, units=8) if name == "fast" else make_bag(name)
    here, there = (
        cross_val_predict(model, texts, y, cv=2, method="predict_proba", n_jobs=n_jobs)
        for n_jobs in (1, 2)
    )
    np.testing.assert_array_equal(here, there)


@pytest.mark.real_data
def test_a_search_on_two_workers_gives_the_scores_of_one(skrnn_data: Path) -> None:
    import pandas as pd

    rows = pd.read_csv(skrnn_data / "Amazon_reviews_train.csv").head(800)
    scores = [
        GridSearchCV(
            make_sentiment_pipeline(random_state=0, epochs=2),
            {"clf__units": [16, 32]},
            cv=3,
            scoring="neg_log_loss",
            n_jobs=n_jobs,
        )
        .fit(rows["review_text"], rows["label"])
        .cv_results_["mean_test_score"]
        for n_jobs in (1, 2)
    ]
    np.testing.assert_array_equal(*scores)
