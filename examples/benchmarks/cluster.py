"""The grid of 36 fits of grid.py on Dask and Ray: same scores, and how much faster.

One worker process with one thread, then two; then two of which one is killed half-way.
The workers import TensorFlow and compile before the clock starts. Needs
``pip install 'skrnn[dask,ray]'``; Ray is left out if it is not installed.

    python examples/benchmarks/cluster.py
"""

import os
import signal
import threading
import time

import joblib
import numpy as np
from dask.distributed import Client, LocalCluster
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from skrnn import RNNSentimentClassifier

GRID = {"cell": ["simple", "lstm", "gru"], "units": [16, 32], "epochs": [2, 4]}
RNG = np.random.default_rng(0)
X = RNG.integers(1, 8000, size=(3000, 60))
Y = (np.isin(X, np.arange(1, 60)).any(axis=1)).astype(int)


def search(n_jobs: int | None = None, n_rows: int = len(X)) -> np.ndarray:
    """Return the scores of all fits."""
    model = RNNSentimentClassifier(random_state=0)
    found = GridSearchCV(model, GRID, cv=StratifiedKFold(3), n_jobs=n_jobs)
    found.fit(X[:n_rows], Y[:n_rows])
    return np.array([found.cv_results_[f"split{k}_test_score"] for k in range(3)])


def warm_up() -> None:
    """Import and compile in a worker."""
    search(n_rows=60)


def timed(name: str, n_jobs: int | None) -> tuple[float, np.ndarray]:
    """Search and print how long it took."""
    start = time.perf_counter()
    scores = search(n_jobs)
    seconds = time.perf_counter() - start
    print(f"{name:<36}{seconds:>9.1f} s", flush=True)
    return seconds, scores


def on_dask(n_workers: int, kill_after: float | None = None) -> tuple[float, object]:
    """Search on a cluster of this machine, one of whose workers may be killed."""
    with (
        LocalCluster(
            n_workers=n_workers, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        client.run(warm_up)
        name = f"Dask, {n_workers} worker(s)"
        if kill_after is not None:
            name += ", one killed"
            pid = next(iter(client.run(os.getpid).values()))
            threading.Timer(kill_after, os.kill, (pid, signal.SIGKILL)).start()
        with joblib.parallel_config(backend="dask", scatter=[X, Y]):
            return timed(name, -1)


def on_ray(n_workers: int) -> tuple[float, object] | None:
    """Search on Ray, if it is installed."""
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError:
        print("Ray is not installed")
        return None
    ray.init(num_cpus=n_workers, include_dashboard=False, log_to_driver=False)
    register_ray()
    try:
        with joblib.parallel_config(backend="ray"):
            return timed(f"Ray, {n_workers} worker(s), starting", n_workers)
    finally:
        ray.shutdown()


def main() -> None:
    warm_up()
    _, expected = timed("n_jobs=1", None)
    one, scores_of_one = on_dask(1)
    two, scores_of_two = on_dask(2)
    _, after_kill = on_dask(2, kill_after=two / 2)
    found = [scores_of_one, scores_of_two, after_kill]
    if (ray := on_ray(2)) is not None:
        found.append(ray[1])
    print(f"two workers are {one / two:.2f} times as fast as one")
    same = all(np.array_equal(expected, scores) for scores in found)
    print("the scores are the same bits:", same)


if __name__ == "__main__":
    main()
