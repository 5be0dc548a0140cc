"""Kill a training with ``memory=`` repeatedly, and check its result.

A process that fits a small network on generated data and saves it gets SIGKILL at a
random time: every second process while it writes a checkpoint, and some while they save
the model. The next process resumes. After each kill, the script checks that at most the
unfinished epoch is lost, and that the saved model is complete or absent. At the end, it
checks that the weights and those of the saved model are bit-identical to those of an
undisturbed training, and that only checkpoints and the model are left on disk.

    python examples/benchmarks/kill_and_resume.py --kills 50
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

_TIMEOUT = 600.0  # seconds for one process
_KILLS_WHILE_SAVING = 5  # at most, per round


def fit(seed: int, epochs: int, memory: Path, log: Path) -> None:
    """Fit, save and log each step; runs in a separate process."""
    import skrnn
    from skrnn import RNNSentimentClassifier
    from skrnn.training.checkpoints import EpochCheckpoints

    def write_log(what: object) -> None:
        with log.open("a") as file:
            print(what, file=file)

    save, load_latest = EpochCheckpoints.save, EpochCheckpoints.load_latest

    def logged_save(self: EpochCheckpoints, epoch: int, *rest: object) -> None:
        write_log(epoch)
        save(self, epoch, *rest)

    def logged_load(self: EpochCheckpoints, most: int) -> object:
        write_log("begin")
        return load_latest(self, most)

    EpochCheckpoints.save, EpochCheckpoints.load_latest = logged_save, logged_load
    rng = np.random.default_rng(seed)
    # Many rare words make checkpoints of a megabyte, so that writing takes a while.
    X = rng.integers(1, 8000, size=(400, 30))
    X[:, :20] %= 50
    y = X[:, 0] % 2
    model = RNNSentimentClassifier(
        cell="gru", units=8, embedding_dim=16, batch_size=50, epochs=epochs,
        dropout=0.2, weight_averaging=0.9, memory=memory, random_state=seed,
    )  # fmt: skip
    model.fit(X, y)
    path = model_of(memory)
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        skrnn.load(path)  # complete, even if the process that saved it was killed
    skrnn.save(model, path)
    for each in (model, skrnn.load(path)):
        digest = hashlib.sha256()
        for weights in each.model_.get_weights():
            digest.update(weights.tobytes())
        digest.update(repr(each.history_).encode())
        write_log(digest.hexdigest())


def main() -> None:
    """Run rounds of one training each until there are enough kills."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    # Each process is a fork of one that has imported everything but computed nothing.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["skrnn.estimators.recurrent"])
    chance = random.Random(options.seed)
    kills = n_round = 0
    while kills < options.kills:
        n_round += 1
        with tempfile.TemporaryDirectory() as folder:
            left = options.kills - kills
            done = run_round(
                Path(folder), n_round, options.epochs, left, context, chance
            )
        kills += done
        print(
            f"round {n_round}: {done} kills, same bits, nothing left over", flush=True
        )
    print(f"{kills} kills in {n_round} trainings of {options.epochs} epochs: all well")


def run_round(
    folder: Path,
    seed: int,
    epochs: int,
    most_kills: int,
    context: multiprocessing.context.BaseContext,
    chance: random.Random,
) -> int:
    """Fit once undisturbed and once with kills; return the number of kills."""
    run(folder / "undisturbed.log", context, seed, epochs, folder / "undisturbed")
    expected, saved = lines(folder / "undisturbed.log")[-2:]
    if saved != expected:
        sys.exit(f"The saved weights differ: {saved}, expected {expected}")
    written = [path.stat().st_mtime for path in checkpoints(folder / "undisturbed")]
    pace = (written[-1] - written[0]) / (epochs - 1)

    memory, kills, killed_saving = folder / "memory", 0, 0
    most_saving = min(_KILLS_WHILE_SAVING, most_kills // 2)
    while True:
        before = len(checkpoints(memory))
        log = folder / f"log-{kills}"
        if kills == most_kills:
            run(log, context, seed, epochs, memory)
            break
        aim: tuple[Path, str] | None = None
        if before == epochs or kills >= most_kills - most_saving:
            aim = model_of(memory).parent, "*.skrnn-part"
            killed_saving += 1
        elif kills % 2 == 1:
            aim = memory, "*.part"
        if killed_saving > most_saving:
            run(log, context, seed, epochs, memory)
            break
        if not run(log, context, seed, epochs, memory, (chance, aim, pace)):
            break
        kills += 1
        check_kill(log, before, len(checkpoints(memory)))
    if (found := lines(log)[-2:]) != [expected] * 2:
        sys.exit(
            f"The weights differ after {kills} kills: {found}, expected {expected}"
        )
    files = {path for path in memory.rglob("*") if path.is_file()}
    files |= set(model_of(memory).parent.iterdir())
    wanted = {*checkpoints(memory), model_of(memory)}
    if files != wanted or len(files) != epochs + 1:
        sys.exit(f"Left over: {sorted(files - wanted)}")
    return kills


def run(
    log: Path,
    context: multiprocessing.context.BaseContext,
    seed: int,
    epochs: int,
    memory: Path,
    killing: tuple[random.Random, tuple[Path, str] | None, float] | None = None,
) -> bool:
    """Run a fit in a process; return whether it was killed."""
    process = context.Process(target=fit, args=(seed, epochs, memory, log))
    process.start()
    if killing is not None:
        chance, aim, pace = killing
        while process.is_alive() and not lines(log):
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 2 * pace))
        while aim and process.is_alive() and not list(aim[0].rglob(aim[1])):
            pass
        process.kill()
    process.join(_TIMEOUT)
    if process.is_alive():
        process.kill()
        sys.exit(f"A process did not end within {_TIMEOUT} s.")
    killed = process.exitcode == -9
    if process.exitcode and not (killed and killing):
        sys.exit(f"A process ended with exit code {process.exitcode}.")
    return killed


def check_kill(log: Path, before: int, after: int) -> None:
    """Check that a killed process resumed and lost at most its last epoch."""
    computed = [int(line) for line in lines(log) if line.isdigit()]
    if computed != list(range(before + 1, before + 1 + len(computed))):
        sys.exit(f"{before} epochs were stored, then it computed {computed}")
    last = before + len(computed)
    if after not in (last - 1, last) or after < before:
        sys.exit(f"{last} epochs were computed, but {after} stored")


def lines(log: Path) -> list[str]:
    """Return the lines that a process has logged so far."""
    return log.read_text().splitlines() if log.exists() else []


def model_of(memory: Path) -> Path:
    """Return the file of the saved model; its folder contains nothing else."""
    return memory.with_name(f"{memory.name}-saved") / "model.skrnn"


def checkpoints(memory: Path) -> list[Path]:
    """Return the checkpoint files of all epochs."""
    return sorted(memory.glob("skrnn/*/epoch-*.npz"))


if __name__ == "__main__":
    main()
