"""Kill a training with ``memory=`` again and again, and see what it ends with.

A process that fits a small network on generated data and saves it gets SIGKILL at a
random time, every second one while it writes the state of an epoch, and some while they
save the model. The next one goes on. Checked are, after each kill, that no epoch is
lost but the one under way, and that there is a whole model or none; in the end that the
weights, and those of the saved model, are bit for bit those of a training that nobody
disturbed, and that no file is left but the states of the epochs and the model.

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

_PATIENCE = 600.0  # seconds, after which a process that does nothing is a fault
_KILLED_SAVING = 5  # of the kills of a round


def fit(seed: int, epochs: int, memory: Path, log: Path) -> None:
    """Fit and save, and log what is done: in a process of its own."""
    import skrnn
    from skrnn import RNNSentimentClassifier
    from skrnn.training.checkpoints import EpochCheckpoints

    def say(what: object) -> None:
        with log.open("a") as file:
            print(what, file=file)

    save, look = EpochCheckpoints.save, EpochCheckpoints.load_latest

    def saying_save(self: EpochCheckpoints, epoch: int, *rest: object) -> None:
        say(epoch)
        save(self, epoch, *rest)

    def saying_look(self: EpochCheckpoints, most: int) -> object:
        say("begin")
        return look(self, most)

    EpochCheckpoints.save, EpochCheckpoints.load_latest = saying_save, saying_look
    rng = np.random.default_rng(seed)
    # Many rare words: states of a megabyte, so that writing takes its time.
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
        skrnn.load(path)  # whole, though a process may have been killed that wrote it
    skrnn.save(model, path)
    for each in (model, skrnn.load(path)):
        digest = hashlib.sha256()
        for weights in each.model_.get_weights():
            digest.update(weights.tobytes())
        digest.update(repr(each.history_).encode())
        say(digest.hexdigest())


def main() -> None:
    """Run rounds of one training each until there were enough kills."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    # Each process is a fork of one that has imported everything and computed nothing.
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
    """Fit once undisturbed and once with kills; return how many there were."""
    run(folder / "calm", context, seed, epochs, folder / "undisturbed")
    expected, saved = lines(folder / "calm")[-2:]
    if saved != expected:
        sys.exit(f"Saved are other weights: {saved}, expected {expected}")
    written = [path.stat().st_mtime for path in states(folder / "undisturbed")]
    pace = (written[-1] - written[0]) / (epochs - 1)

    memory, kills, killed_saving = folder / "memory", 0, 0
    most_saving = min(_KILLED_SAVING, most_kills // 2)
    while True:
        before = len(states(memory))
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
        check_kill(log, before, len(states(memory)))
    if (found := lines(log)[-2:]) != [expected] * 2:
        sys.exit(f"Other weights after {kills} kills: {found}, expected {expected}")
    files = {path for path in memory.rglob("*") if path.is_file()}
    files |= set(model_of(memory).parent.iterdir())
    wanted = {*states(memory), model_of(memory)}
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
    """Run a fit in a process; tell whether it was killed."""
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
    process.join(_PATIENCE)
    if process.is_alive():
        process.kill()
        sys.exit(f"A process did nothing for {_PATIENCE} s.")
    killed = process.exitcode == -9
    if process.exitcode and not (killed and killing):
        sys.exit(f"A process ended with {process.exitcode}.")
    return killed


def check_kill(log: Path, before: int, after: int) -> None:
    """Check what a killed process did: it went on, and lost its last epoch at most."""
    computed = [int(line) for line in lines(log) if line.isdigit()]
    if computed != list(range(before + 1, before + 1 + len(computed))):
        sys.exit(f"{before} epochs were kept, and then computed: {computed}")
    last = before + len(computed)
    if after not in (last - 1, last) or after < before:
        sys.exit(f"{last} epochs were computed, but {after} kept")


def lines(log: Path) -> list[str]:
    """Return what a process has said so far."""
    return log.read_text().splitlines() if log.exists() else []


def model_of(memory: Path) -> Path:
    """Return the file that a model is saved to, alone in its folder."""
    return memory.with_name(f"{memory.name}-saved") / "model.skrnn"


def states(memory: Path) -> list[Path]:
    """Return the files of all epochs."""
    return sorted(memory.glob("skrnn/*/epoch-*.npz"))


if __name__ == "__main__":
    main()
