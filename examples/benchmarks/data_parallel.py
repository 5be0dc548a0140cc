"""Data-parallel training: two worker processes of this machine against one process.

Each has one thread, like two machines with one processor each. The batches are the
same, so the weights are equal up to rounding; for that, there is no dropout.

    python examples/benchmarks/data_parallel.py --cell lstm --batch-size 128
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--cell", default="lstm")
parser.add_argument("--batch-size", type=int, default=128)
parser.add_argument("--epochs", type=int, default=4, help="the first one is not timed")
parser.add_argument("--rows", type=int, default=10_000)
parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
options = parser.parse_args()


def work(folder: Path) -> None:
    """Fit in this process, one of two or alone, and write the weights and times."""
    import keras

    from skrnn import RNNSentimentClassifier

    rng = np.random.default_rng(0)
    X = rng.integers(1, 8000, size=(options.rows, 200))
    y = np.isin(X, np.arange(1, 40)).any(axis=1).astype(int)
    ends: list[float] = []
    network = RNNSentimentClassifier(
        cell=options.cell,
        pooling="last",
        batch_size=options.batch_size,
        epochs=options.epochs,
        dropout=0.0,
        spatial_dropout=0.0,
        strategy="multi_worker_mirrored" if "TF_CONFIG" in os.environ else None,
        callbacks=keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter())
        ),
        random_state=0,
    ).fit(X, y)
    np.savez(
        folder / f"{os.getpid()}.npz", np.diff(ends), *network.model_.get_weights()
    )


def run(n_workers: int) -> tuple[float, list[np.ndarray]]:
    """Return the seconds of an epoch and the weights of one worker."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n_workers)]
    addresses = ["{}:{}".format(*each.getsockname()) for each in sockets]
    for each in sockets:
        each.close()
    one_thread = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        processes = []
        for index in range(n_workers):
            environment = {**os.environ, **one_thread, "TF_CPP_MIN_LOG_LEVEL": "2"}
            if n_workers > 1:
                task = {"type": "worker", "index": index}
                config = {"cluster": {"worker": addresses}, "task": task}
                environment["TF_CONFIG"] = json.dumps(config)
            command = [sys.executable, *sys.argv, "--worker", folder]
            processes.append(subprocess.Popen(command, env=environment))
        if any(process.wait() for process in processes):
            sys.exit("a worker failed")
        for path in Path(folder).iterdir():
            with np.load(path) as found:
                seconds, *weights = found.values()
    return float(np.median(seconds)), weights


def main() -> None:
    """Alternate one process and two workers, and compare."""
    ratios = []
    for _ in range(3):
        alone, expected = run(1)
        together, found = run(2)
        ratios.append(alone / together)
        print(f"an epoch: one process {alone:.2f} s, two workers {together:.2f} s")
    difference = max(
        float(np.abs(a - b).max()) for a, b in zip(expected, found, strict=True)
    )
    print(
        f"{options.cell}, batches of {options.batch_size}: two workers are "
        f"{statistics.median(ratios):.2f} times as fast; "
        f"largest difference of a weight {difference:.1e}"
    )


if __name__ == "__main__":
    if options.worker is not None:
        work(options.worker)
    else:
        main()
