"""A search on a cluster: Dask or Ray, with processes that share only a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
)

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews

distributed = pytest.importorskip("distributed", reason="comes with the extra test-all")
pytestmark = pytest.mark.slow

REVIEWS, LABELS = make_reviews(60, random_state=0)
GRID = {"clf__cell": ["simple", "gru"], "clf__epochs": [1, 2]}
_LIMITS = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Two worker processes, as many threads as Dask gives them without our doing."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _LIMITS:
            patch.delenv(name, raising=False)
        with (
            distributed.LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client


def search(n_jobs: int | None = None, **params: Any) -> GridSearchCV:
    """Return a search of eight small fits."""
    model = make_sentiment_pipeline(
        None, maxlen=20, units=4, embedding_dim=4, random_state=0, **params
    )
    return GridSearchCV(
        model, GRID, cv=2, n_jobs=n_jobs, error_score="raise", scoring="neg_log_loss"
    )


@pytest.fixture(scope="module")
def scores() -> Any:
    """Return the scores of a search in this process."""
    return all_scores(search().fit(REVIEWS, LABELS))


def all_scores(found: Any) -> Any:
    """Return the score of every fit."""
    return np.array([found.cv_results_[f"split{k}_test_score"] for k in range(2)])


def _limits() -> tuple[int, int, int]:
    import tensorflow as tf

    from skrnn.kernels.threads import limit_tensorflow, n_threads

    limit_tensorflow()
    threading = tf.config.threading
    return (
        n_threads(),
        threading.get_intra_op_parallelism_threads(),
        threading.get_inter_op_parallelism_threads(),
    )


def test_same_scores_and_one_thread_a_worker(
    client: Any, scores: Any, tmp_path: Path
) -> None:
    with joblib.parallel_config(backend="dask"):
        found = search(n_jobs=-1, memory=tmp_path).fit(REVIEWS, LABELS)
    np.testing.assert_array_equal(all_scores(found), scores)
    assert any(tmp_path.rglob("*.npz"))  # the folder was used by the workers
    assert set(client.run(_limits).values()) == {(1, 1, 1)}


@pytest.mark.parametrize(
    "kind",
    [
        partial(RandomizedSearchCV, n_iter=2, random_state=0),
        partial(HalvingGridSearchCV, min_resources=30, factor=2, random_state=0),
    ],
)
def test_other_searches(client: Any, kind: Callable[..., Any]) -> None:
    estimator = search().estimator
    options = {"cv": 2, "error_score": "raise", "scoring": "neg_log_loss"}
    alone = kind(estimator, GRID, **options).fit(REVIEWS, LABELS)
    with joblib.parallel_config(backend="dask"):
        found = kind(estimator, GRID, n_jobs=-1, **options).fit(REVIEWS, LABELS)
    np.testing.assert_array_equal(all_scores(found), all_scores(alone))
    assert found.best_params_ == alone.best_params_


class Killer:
    """A tokenizer that kills its process once, and notes each text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, text: str) -> list[str]:
        with (self.folder / f"{os.getpid()}").open("a") as seen:
            n_seen = seen.write("1") and seen.tell()
        # In its second fit: each fit reads 30 texts and scores on 30.
        if n_seen == 75 and not (self.folder / "killed").exists():
            (self.folder / "killed").write_text(str(os.getpid()))
            os._exit(1)
        return text.split()


@pytest.mark.filterwarnings("ignore::UserWarning:distributed")
def test_a_killed_worker_loses_its_own_fits_only(client: Any, tmp_path: Path) -> None:
    from distributed.client import FutureCancelledError

    for attempt in range(3):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        killer = search(n_jobs=-1, tokenizer=Killer(folder))
        try:
            with joblib.parallel_config(backend="dask", scatter=[REVIEWS, LABELS]):
                found = killer.fit(REVIEWS, LABELS)
        except FutureCancelledError:
            # On a busy machine, dask sometimes loses a future together with its worker.
            if attempt == 2:
                raise
        else:
            break
    killed = int((folder / "killed").read_text())
    alone = search(tokenizer=str.split).fit(REVIEWS, LABELS)
    np.testing.assert_array_equal(all_scores(found), all_scores(alone))
    texts = {
        int(file.name): file.stat().st_size
        for file in folder.iterdir()
        if file.name != "killed"
    }
    # In this process the best candidate is fitted again.
    assert texts.pop(os.getpid()) == 60
    assert texts.pop(killed) == 75
    # What the killed worker had finished and not yet handed over is fitted again too,
    # by the other worker or, if it is back in time, by the one that replaces it.
    assert len(texts) in {1, 2}
    assert sum(texts.values()) <= 60 * 8


def test_ray(scores: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ray = pytest.importorskip("ray", reason="has no wheel for this Python")
    from ray.util.joblib import register_ray

    for name in _LIMITS:
        monkeypatch.delenv(name, raising=False)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        register_ray()
        with joblib.parallel_config(backend="ray"):
            found = search(n_jobs=2).fit(REVIEWS, LABELS)
            limits = joblib.Parallel(n_jobs=2)([joblib.delayed(_limits)()] * 2)
    finally:
        ray.shutdown()
    np.testing.assert_array_equal(all_scores(found), scores)
    assert set(limits) == {(1, 1, 1)}
