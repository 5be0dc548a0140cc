"""The grid of 36 fits of grid.py on Dask and Ray: equal scores, and the speedup.

One worker process with one thread alternates with two; then one of two workers is
killed halfway. The workers import TensorFlow and compile before the clock starts. Needs
``pip install '.[dask,ray]'``; without Ray, only Dask is measured.

    python examples/benchmarks/cluster.py --repeats 5
    N_ROWS=12000 python examples/benchmarks/cluster.py    # fits four times as long
"""

import argparse
import os
import signal
import statistics
import threading
import time
from collections.abc import Callable

import dask
import joblib
import numpy as np
import psutil
from dask.distributed import Client, LocalCluster
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from skrnn import RNNSentimentClassifier

GRID = {"cell": ["simple", "lstm", "gru"], "units": [16, 32], "epochs": [2, 4]}
N_WORDS = 8000
N_ROWS = int(os.environ.get("N_ROWS", "3000"))
RNG = np.random.default_rng(0)
X = RNG.integers(1, N_WORDS, size=(N_ROWS, 60))
Y = (np.isin(X, np.arange(1, 60)).any(axis=1)).astype(int)
# joblib stores long arrays on one worker; lists are sent with each fit, so no fold is
# lost if that worker dies.
FOLDS = [
    (train.tolist(), held_out.tolist())
    for train, held_out in StratifiedKFold(3).split(X, Y)
]


def search(n_jobs: int | None = None, n_rows: int | None = None) -> np.ndarray:
    """Return the scores of all fits; ``n_rows`` limits the rows for the warm-up."""
    model = RNNSentimentClassifier(
        n_embeddings=N_WORDS, pooling="last", batch_size=128, random_state=0
    )
    folds = 3 if n_rows else FOLDS
    found = GridSearchCV(model, GRID, cv=folds, n_jobs=n_jobs, refit=False)
    found.fit(*((X[:n_rows], Y[:n_rows]) if n_rows else (X, Y)))
    return np.array([found.cv_results_[f"split{k}_test_score"] for k in range(3)])


def warm_up() -> None:
    """Import and compile in a worker."""
    search(n_rows=60)


def timed(name: str, run: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Run a search and print its time."""
    start = time.perf_counter()
    scores = run()
    seconds = time.perf_counter() - start
    print(f"{name:<40}{seconds:>7.1f} s", flush=True)
    return seconds, scores


def compare(
    name: str,
    one: Callable[[], np.ndarray],
    two: Callable[[], np.ndarray],
    kill: Callable[[], None],
    repeats: int,
) -> list[np.ndarray]:
    """Time one worker and two in turn, kill one of two, return all scores."""
    ratios, found = [], []
    for _ in range(repeats):
        slow, scores = timed(f"{name}, one worker", one)
        fast, same = timed(f"{name}, two workers", two)
        ratios.append(slow / fast)
        found += [scores, same]
    print(
        f"{name}: two workers are {statistics.median(ratios):.2f} times as fast "
        f"({min(ratios):.2f} to {max(ratios):.2f})"
    )
    threading.Timer(fast / 2, kill).start()
    found.append(timed(f"{name}, one of two is killed", two)[1])
    return found


def on_dask(repeats: int) -> list[np.ndarray]:
    """Search on clusters of this machine.

    Dask sets the allocator of its workers to return memory to the system immediately,
    which doubles the training time. The environment here leaves that setting out.
    """
    environment = {"OMP_NUM_THREADS": "1"}
    options = {"threads_per_worker": 1, "dashboard_address": ":0"}
    with (
        dask.config.set({"distributed.nanny.pre-spawn-environ": environment}),
        LocalCluster(n_workers=1, **options) as one_worker,
        Client(one_worker, set_as_default=False) as one,
        LocalCluster(n_workers=2, **options) as two_workers,
        Client(two_workers, set_as_default=False) as two,
    ):
        one.run(warm_up)
        two.run(warm_up)

        def on_two() -> np.ndarray:
            with joblib.parallel_config("dask", client=two, scatter=[X, Y]):
                return search(-1)

        def on_one() -> np.ndarray:
            return one.submit(search, pure=False).result()

        pid = next(iter(two.run(os.getpid).values()))

        def kill() -> None:
            os.kill(pid, signal.SIGKILL)

        return compare("Dask", on_one, on_two, kill, repeats)


def on_ray(repeats: int) -> list[np.ndarray]:
    """Search on Ray, if it is installed.

    joblib starts new workers for each search, so the measured time includes imports and
    compilation; the same holds for the single worker.
    """
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError:
        print("Ray is not installed")
        return []
    os.environ["OMP_NUM_THREADS"] = "1"
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    register_ray()
    # A worker that died is restarted, and so are its fits.
    restarts = {"max_restarts": 1, "max_task_retries": 1}

    def on_one() -> np.ndarray:
        fresh = ray.remote(max_calls=1)(search)  # a process for one call
        return ray.get(fresh.remote())

    def on_two() -> np.ndarray:
        with joblib.parallel_config("ray", ray_remote_args=restarts):
            return search(2)

    def kill() -> None:
        alive = psutil.process_iter(["cmdline"])
        commands = ((p, " ".join(p.info["cmdline"] or [])) for p in alive)
        next(p for p, command in commands if "PoolActor" in command).kill()

    try:
        return compare("Ray", on_one, on_two, kill, repeats)
    finally:
        ray.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", choices=["dask", "ray"])
    options = parser.parse_args()
    warm_up()
    expected = timed("n_jobs=None, in this process", search)[1]
    found = []
    if options.only != "ray":
        found += on_dask(options.repeats)
    if options.only != "dask":
        found += on_ray(options.repeats)
    same = all(np.array_equal(expected, scores) for scores in found)
    print("the scores are bit-identical:", same)


if __name__ == "__main__":
    main()
