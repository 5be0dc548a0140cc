from __future__ import annotations

import errno
import os
import subprocess
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skrnn.training import loop
from skrnn.training.checkpoints import EpochCheckpoints, has_memory, save_atomically
from tests.helpers import Failing, Sequences, small

pytestmark = pytest.mark.slow


def test_states_are_kept_and_found(tmp_path: Path) -> None:
    states = [
        [np.full((2, 3), epoch, dtype=np.float32), np.array([epoch, 0], dtype="u4")]
        for epoch in (1, 2, 4)
    ]
    checkpoints = EpochCheckpoints(tmp_path, ("anything", 1), states[0])
    assert checkpoints.load_latest(5) is None
    for state in states:
        epoch = int(state[1][0])
        checkpoints.save(epoch, state, {"loss": [0.1] * epoch})
    for most, expected in ((1, 1), (2, 2), (3, 2), (4, 4), (9, 4)):
        epoch, state, history = checkpoints.load_latest(most)
        assert epoch == expected
        assert history == {"loss": [0.1] * expected}
        assert [a.dtype for a in state] == [np.float32, np.uint32]
        np.testing.assert_array_equal(state[0], expected)
    assert EpochCheckpoints(tmp_path, ("anything", 2), states[0]).load_latest(9) is None


STATE = [np.arange(6, dtype=np.float32).reshape(2, 3), np.array([1, 0], dtype="u4")]
LOSS = {"loss": [0.5]}


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let every attempt to save fail after a few bytes; count the attempts."""
    attempts = []

    def savez(file, *args, **kwargs) -> None:
        attempts.append(1)
        file.write(b"PK")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np, "savez", savez)
    return attempts


def test_half_written_files_do_not_stay(tmp_path: Path, full_disk: list[int]) -> None:
    with pytest.raises(OSError, match="No space"):
        save_atomically(tmp_path / "some" / "file.npz", np.zeros(2))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_full_disk_is_named_once_and_training_goes_on(
    sequences: Sequences, tmp_path: Path, full_disk: list[int]
) -> None:
    X, y = sequences
    model = small(epochs=3, memory=tmp_path)
    with pytest.warns(UserWarning, match=r"No space left.*memory=") as caught:
        model.fit(X, y)
    assert len(caught) == 1
    assert str(tmp_path) in str(caught[0].message)
    assert len(full_disk) == 3  # there may be space again
    alone = small(epochs=3).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), alone.predict_proba(X))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_vectors_are_learned_where_nothing_can_be_kept(
    sequences: Sequences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, y = sequences

    def mkdir(*args, **kwargs) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    model = small(embeddings="svd", embedding_dim=2, memory=tmp_path / "new")
    with monkeypatch.context() as patch:
        patch.setattr(os, "makedirs", mkdir)
        patch.setattr(os, "mkdir", mkdir)
        with pytest.warns(UserWarning, match="Read-only file system") as caught:
            model.fit(X, y)
    assert len(caught) == 2  # for the vectors and for the epochs
    alone = small(embeddings="svd", embedding_dim=2).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), alone.predict_proba(X))


@pytest.mark.parametrize("embeddings", [None, "svd"])
def test_a_file_is_no_memory(
    embeddings: str | None, sequences: Sequences, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    model = small(embeddings=embeddings, embedding_dim=2, memory=tmp_path / "file")
    with pytest.raises(ValueError, match="file' is a file; pass a folder"):
        model.fit(*sequences)


@pytest.mark.parametrize("damage", ["empty", "cut", "garbage", "others"])
def test_a_damaged_state_is_named_and_the_one_before_is_taken(
    damage: str, tmp_path: Path
) -> None:
    checkpoints = EpochCheckpoints(tmp_path, 1, STATE)
    checkpoints.save(1, STATE, LOSS)
    checkpoints.save(2, STATE, LOSS)
    path = checkpoints.folder / "epoch-00002.npz"
    whole = path.read_bytes()
    if damage == "others":
        np.savez(path, *STATE[:1], history=np.zeros(2))
    else:
        path.write_bytes(
            {"empty": b"", "cut": whole[:-30], "garbage": b"\x80\x04" * 50}[damage]
        )
    with pytest.warns(
        UserWarning, match=r"epoch-00002.npz.*was damaged .*has been removed"
    ):
        epoch, _, history = checkpoints.load_latest(3)
    assert (epoch, history) == (1, LOSS)
    assert not path.exists()
    checkpoints.save(2, STATE, LOSS)
    assert path.read_bytes() == whole


def test_no_flipped_byte_is_read_as_another_state(tmp_path: Path) -> None:
    checkpoints = EpochCheckpoints(tmp_path, 1, STATE)
    checkpoints.save(1, STATE, LOSS)
    (path,) = checkpoints.folder.iterdir()
    whole = path.read_bytes()
    noticed = 0
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(flipped)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = checkpoints.load(1)
        noticed += len(caught)
        assert bool(caught) == (found is None)
        if found is not None:  # of no meaning, as the time of a file
            assert [a.tobytes() for a in found[0]] == [a.tobytes() for a in STATE]
            assert found[1] == LOSS
    assert noticed > 0.6 * len(whole)  # a zip says some things twice


def test_a_fit_with_a_damaged_state_is_the_fit_from_scratch(
    sequences: Sequences, tmp_path: Path, epochs_run: list[int]
) -> None:
    X, y = sequences
    before = small(epochs=3, memory=tmp_path).fit(X, y).predict_proba(X)
    (path,) = tmp_path.rglob("epoch-00003.npz")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.warns(UserWarning, match="epoch-00003.npz"):
        model = small(epochs=3, memory=tmp_path).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert len(epochs_run) == 4
    small(epochs=3, memory=tmp_path).fit(X, y)
    assert len(epochs_run) == 4


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    checkpoints = EpochCheckpoints(tmp_path, 1, STATE)
    code = """
import sys, time
from pathlib import Path
import numpy as np
from skrnn.training.checkpoints import save_atomically
np.savez = lambda *_: print(flush=True) or time.sleep(60)
save_atomically(Path(sys.argv[1]))
"""
    path = checkpoints.folder / "epoch-00001.npz"
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        killed.stdout.readline()
        (left,) = checkpoints.folder.iterdir()
        checkpoints.save(1, STATE, LOSS)
        assert sorted(checkpoints.folder.iterdir()) == sorted([left, path])
        killed.kill()
    checkpoints.save(2, STATE, LOSS)
    names = {file.name for file in checkpoints.folder.iterdir()}
    assert names == {"epoch-00001.npz", "epoch-00002.npz"}


def test_two_processes_share_a_memory(sequences: Sequences, tmp_path: Path) -> None:
    X, y = sequences
    model = small(epochs=3, memory=tmp_path)
    fitted = Parallel(n_jobs=2)(delayed(clone(model).fit)(X, y) for _ in range(2))
    alone = small(epochs=3).fit(X, y)
    for one in fitted:
        np.testing.assert_array_equal(one.predict_proba(X), alone.predict_proba(X))
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 3


def test_early_stopping_uses_memory(
    sequences: Sequences, tmp_path: Path, epochs_run: list[int]
) -> None:
    X, y = sequences
    params = {"early_stopping": 1, "learning_rate": 0.05, "batch_size": 20}
    alone = small(**params, epochs=30).fit(X, y)
    n_epochs = len(epochs_run)
    assert 2 < n_epochs < 30
    small(**params, memory=tmp_path, epochs=2).fit(X, y)
    models = [small(**params, memory=tmp_path, epochs=30).fit(X, y) for _ in range(2)]
    assert len(epochs_run) == 2 * n_epochs
    for model in models:
        np.testing.assert_array_equal(model.predict_proba(X), alone.predict_proba(X))
        assert model.history_ == alone.history_


def test_what_counts_as_memory(tmp_path: Path) -> None:
    assert has_memory(tmp_path)
    assert has_memory(joblib.Memory(tmp_path, verbose=0))
    assert not has_memory(None)
    assert not has_memory(joblib.Memory(None))


@pytest.fixture
def epochs_run(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the epochs that are really computed."""
    run = []
    batches = loop.shuffled_batches
    monkeypatch.setattr(
        loop, "shuffled_batches", lambda *args: run.append(1) or batches(*args)
    )
    return run


PARAMS = {"cell": "gru", "dropout": 0.3, "optimizer": "adam", "validation_split": 0.2}


@pytest.mark.parametrize("order", [(1, 3), (3, 1), (2, 2)])
def test_fits_share_epochs_and_equal_those_from_scratch(
    order: tuple[int, int], sequences: Sequences, tmp_path: Path, epochs_run: list[int]
) -> None:
    X, y = sequences
    found = [
        small(**PARAMS, epochs=epochs, memory=tmp_path).fit(X, y) for epochs in order
    ]
    assert len(epochs_run) == max(order)
    for epochs, model in zip(order, found, strict=True):
        alone = small(**PARAMS, epochs=epochs).fit(X, y)
        np.testing.assert_array_equal(model.predict_proba(X), alone.predict_proba(X))
        assert model.history_ == alone.history_
        # What follows is the same as well: optimizer and dropout were kept.
        model.set_params(memory=None).partial_fit(X, y)
        alone.partial_fit(X, y)
        np.testing.assert_array_equal(model.predict_proba(X), alone.predict_proba(X))


@pytest.mark.parametrize(
    "changes",
    [
        {"random_state": 1},
        {"batch_size": 50},
        {"units": 3},
        {"learning_rate": 0.002},
        {"class_weight": {0: 2.0, 1: 1.0}},
        {"fit__shuffle": False},
        {"validation_split": 0.3},
    ],
    ids=str,
)
def test_other_parameters_share_nothing(
    changes: dict, sequences: Sequences, tmp_path: Path
) -> None:
    X, y = sequences
    small(**PARAMS, memory=tmp_path).fit(X, y)
    params = {**PARAMS, **changes}
    kept = small(**params, memory=tmp_path).fit(X, y)
    np.testing.assert_array_equal(
        kept.predict_proba(X), small(**params).fit(X, y).predict_proba(X)
    )
    assert len(list((tmp_path / "skrnn").iterdir())) == 2


def test_other_data_share_nothing(sequences: Sequences, tmp_path: Path) -> None:
    X, y = sequences
    small(memory=tmp_path).fit(X, y)
    small(memory=tmp_path).fit(X[::-1], y[::-1])
    small(memory=tmp_path).fit(X, 1 - y)
    assert len(list((tmp_path / "skrnn").iterdir())) == 3


def test_an_interrupted_fit_goes_on(
    sequences: Sequences, tmp_path: Path, epochs_run: list[int], monkeypatch
) -> None:
    X, y = sequences
    save = EpochCheckpoints.save

    def fail_in_third(self, epoch, state, history) -> None:
        save(self, epoch, state, history)
        if epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(EpochCheckpoints, "save", fail_in_third)
    with pytest.warns(UserWarning, match="after epoch 2 are kept"):
        small(**PARAMS, epochs=4, memory=tmp_path).fit(X, y)
    monkeypatch.setattr(EpochCheckpoints, "save", save)
    model = small(**PARAMS, epochs=4, memory=tmp_path).fit(X, y)
    assert len(epochs_run) == 4
    alone = small(**PARAMS, epochs=4).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), alone.predict_proba(X))


def test_callbacks_see_every_epoch(sequences: Sequences, tmp_path: Path) -> None:
    X, y = sequences
    small(memory=tmp_path, batch_size=20).fit(X, y)
    with pytest.raises(RuntimeError, match="stop here"):
        small(memory=tmp_path, batch_size=20, callbacks=[Failing()]).fit(X, y)


def test_a_grid_with_memory_gives_the_scores_of_one_without(
    sequences: Sequences, tmp_path: Path, epochs_run: list[int]
) -> None:
    X, y = sequences
    grid = {"epochs": [1, 3], "units": [2, 3]}
    scores = [
        GridSearchCV(small(memory=memory), grid, cv=2, refit=False, n_jobs=n_jobs)
        .fit(X, y)
        .cv_results_["mean_test_score"]
        for memory, n_jobs in (
            (None, 1),
            (tmp_path / "serial", 1),
            (joblib.Memory(tmp_path / "parallel", verbose=0), 2),
        )
    ]
    assert len(epochs_run) == 2 * 2 * (1 + 3) + 2 * 2 * 3
    np.testing.assert_array_equal(scores[0], scores[1])
    np.testing.assert_array_equal(scores[0], scores[2])
