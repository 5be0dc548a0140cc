from __future__ import annotations

from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from skrnn.training import loop
from skrnn.training.memory import Trajectory, has_memory
from tests.classifiers.test_base import Failing, small
from tests.conftest import Sequences


def test_states_are_kept_and_found(tmp_path: Path) -> None:
    trajectory = Trajectory(tmp_path, ("anything", 1))
    assert trajectory.load_latest(5) is None
    states = [
        [np.full((2, 3), epoch, dtype=np.float32), np.array([epoch, 0], dtype="u4")]
        for epoch in (1, 2, 4)
    ]
    for state in states:
        epoch = int(state[1][0])
        trajectory.save(epoch, state, {"loss": [0.1] * epoch})
    for most, expected in ((1, 1), (2, 2), (3, 2), (4, 4), (9, 4)):
        epoch, state, history = trajectory.load_latest(most)
        assert epoch == expected
        assert history == {"loss": [0.1] * expected}
        assert [a.dtype for a in state] == [np.float32, np.uint32]
        np.testing.assert_array_equal(state[0], expected)
    assert Trajectory(tmp_path, ("anything", 2)).load_latest(9) is None


def test_half_written_files_do_not_stay(tmp_path: Path, monkeypatch) -> None:
    def full(*args, **kwargs) -> None:
        raise OSError("No space left on device")

    trajectory = Trajectory(tmp_path, 1)
    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        trajectory.save(1, [np.zeros(2)], {})
    assert list(trajectory.folder.iterdir()) == []


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
    save = Trajectory.save

    def fail_in_third(self, epoch, state, history) -> None:
        save(self, epoch, state, history)
        if epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Trajectory, "save", fail_in_third)
    with pytest.raises(KeyboardInterrupt):
        small(**PARAMS, epochs=4, memory=tmp_path).fit(X, y)
    monkeypatch.setattr(Trajectory, "save", save)
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
