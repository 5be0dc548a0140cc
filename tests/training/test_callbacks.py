"""scikit-learn's callbacks over networks, Pipelines and searches."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest
import sklearn
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline

import skrnn
from skrnn import TextSequencer
from skrnn.datasets import make_reviews
from skrnn.inspection import epoch_scores
from tests.helpers import Sequences, small, small_hierarchical

callback = pytest.importorskip(
    "sklearn.callback", reason="callbacks came with scikit-learn 1.9"
)

pytestmark = pytest.mark.slow


class Diary:
    """A third party's callback: records the calls it gets."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.lines: list[tuple] = []
        self.stop_after = stop_after

    def setup(self, estimator, context) -> None:
        self.lines.append(("setup", context.task_name))

    def teardown(self, estimator, context) -> None:
        self.lines.append(("teardown", context.task_name))

    def on_fit_task_begin(self, estimator, context) -> None:
        self.lines.append(("begin", context.task_name, context.task_id))

    def on_fit_task_end(self, estimator, context) -> bool:
        self.lines.append(("end", context.task_name, context.task_id))
        return context.task_name == "epoch" and context.task_id + 1 == self.stop_after


class Everywhere(Diary):
    """The same, handed down by scikit-learn from a search to its steps."""

    max_propagation_depth = None

    def on_fit_task_end(self, estimator, context) -> None:
        self.lines.append((type(estimator).__name__, context.task_name))


class Copies(Diary):
    """Keeps the estimators as they are after each task."""

    def __init__(self) -> None:
        self.kept: list = []

    def setup(self, estimator, context) -> None:
        pass

    teardown = on_fit_task_begin = setup

    def on_fit_task_end(
        self, estimator, context, *, X, y, metadata, fitted_estimator
    ) -> None:
        self.kept.append((context.task_name, X, y, metadata, fitted_estimator))


@pytest.mark.parametrize("make", [small, small_hierarchical])
def test_every_epoch_is_a_task(make, sequences: Sequences) -> None:
    diary = Diary()
    make(epochs=2).set_callbacks(diary).fit(*sequences)
    assert diary.lines == [
        ("setup", "fit"),
        ("begin", "fit", 0),
        *(("begin", "epoch", 0), ("end", "epoch", 0)),
        *(("begin", "epoch", 1), ("end", "epoch", 1)),
        ("end", "fit", 0),
        ("teardown", "fit"),
    ]


@pytest.mark.parametrize("make", [small, small_hierarchical])
def test_the_hook_stops_the_training(make, sequences: Sequences) -> None:
    X, y = sequences
    model = make(epochs=9).set_callbacks(Diary(stop_after=2)).fit(X, y)
    assert len(model.history_["loss"]) == 2
    short = make(epochs=2).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), short.predict_proba(X))


def test_warm_start_has_the_epochs_that_it_adds(sequences: Sequences) -> None:
    diary, copies = Diary(), Copies()
    model = small(epochs=2, warm_start=True).fit(*sequences)
    model.set_callbacks(diary, copies).fit(*sequences)
    assert diary.lines.count(("end", "epoch", 1)) == 1
    assert len(diary.lines) == 8
    lengths = [len(kept[-1].history_["loss"]) for kept in copies.kept]
    assert lengths == [3, 4, 4]


def test_hooks_get_the_data_and_an_estimator_that_predicts(
    sequences: Sequences,
) -> None:
    X, y = sequences
    copies = Copies()
    weight = np.linspace(0.5, 1.5, len(y))
    model = small(epochs=2).set_callbacks(copies).fit(X, y, sample_weight=weight)
    assert [kept[0] for kept in copies.kept] == ["epoch", "epoch", "fit"]
    for n_epochs, (_, X_seen, y_seen, metadata, fitted) in zip(
        (1, 2, 2), copies.kept, strict=True
    ):
        assert X_seen is X
        assert y_seen is y
        assert metadata["sample_weight"] is weight
        # It stays as it was, however the training went on.
        alone = small(epochs=n_epochs).fit(X, y, sample_weight=weight)
        np.testing.assert_array_equal(fitted.predict_proba(X), alone.predict_proba(X))
        assert fitted.history_ == alone.history_
        assert fitted is not model
    stored = pickle.loads(pickle.dumps(copies.kept[0][-1].set_callbacks()))
    assert stored.history_ == copies.kept[0][-1].history_


def test_a_failed_fit_tears_down_and_leaves_the_last_fit(sequences: Sequences) -> None:
    X, y = sequences
    diary = Diary()
    model = small().fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="1 class"):
        model.set_callbacks(diary).fit(X, np.zeros(len(y)))
    assert [line[0] for line in diary.lines] == ["setup", "begin", "teardown"]
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert not [name for name in vars(model) if "callback_fit" in name]


def test_listening_changes_nothing(sequences: Sequences, tmp_path: Path) -> None:
    X, y = sequences
    kept = tmp_path / "states"
    heard = small(epochs=2, memory=kept).set_callbacks(Copies()).fit(X, y)
    assert not kept.exists()  # as with Keras callbacks, no epoch is skipped
    plain = small(epochs=2, memory=kept).fit(X, y)
    np.testing.assert_array_equal(heard.predict_proba(X), plain.predict_proba(X))
    assert heard.history_ == plain.history_
    skrnn.save(heard, tmp_path / "model.skrnn")
    loaded = skrnn.load(tmp_path / "model.skrnn")
    np.testing.assert_array_equal(loaded.predict_proba(X), plain.predict_proba(X))


def test_the_epochs_of_auto_are_announced(sequences: Sequences) -> None:
    class Announced(Diary):
        def on_fit_task_begin(self, estimator, context) -> None:
            self.lines.append((context.task_name, context.max_subtasks))

    announced = Announced()
    small(epochs="auto").set_callbacks(announced).fit(*sequences)
    assert announced.lines[:2] == [("setup", "fit"), ("fit", 20)]
    assert announced.lines.count(("epoch", 0)) == 20


def test_partial_fit_has_no_tasks(sequences: Sequences) -> None:
    diary = Diary()
    small().set_callbacks(diary).partial_fit(*sequences)
    assert diary.lines == []


def make_search(classifier, *, n_jobs: int | None = None) -> GridSearchCV:
    return GridSearchCV(
        Pipeline([("seq", TextSequencer(maxlen=30)), ("clf", classifier)]),
        {"clf__units": [2, 3]},
        cv=StratifiedKFold(2),
        error_score="raise",
        n_jobs=n_jobs,
    )


def test_a_callback_is_handed_down_to_the_epochs() -> None:
    texts, y = make_reviews(60, random_state=0)
    everywhere = Everywhere()
    make_search(small(epochs=2)).set_callbacks(everywhere).fit(texts, y)
    ends = everywhere.lines
    assert ends.count(("RNNSentimentClassifier", "epoch")) == 2 * (2 * 2 + 1)
    assert ends.count(("TextSequencer", "fit")) == 2 * 2 + 1
    assert ends[0] == ("setup", "fit")
    assert ends[-1] == ("teardown", "fit")


def test_a_progress_bar_over_a_search(capsys) -> None:
    texts, y = make_reviews(60, random_state=0)
    bar = callback.ProgressBar(max_propagation_depth=None)
    search = make_search(small(epochs=2)).set_callbacks(bar).fit(texts, y)
    assert search.best_score_ >= 0
    out = capsys.readouterr().out
    assert "GridSearchCV" in out
    assert "RNNSentimentClassifier" in out


class StopAll(Everywhere):
    """Ends every training after a number of epochs, wherever it is."""

    on_fit_task_end = Diary.on_fit_task_end


def test_three_callbacks_at_once_over_a_search_and_one_stops_it(capsys) -> None:
    texts, y = make_reviews(60, random_state=0)
    monitor = callback.ScoringMonitor(scoring=epoch_scores)
    bar = callback.ProgressBar(max_propagation_depth=None)
    stop = StopAll(stop_after=2)
    search = make_search(small(epochs=9, validation_split=0.2).set_callbacks(monitor))
    search.set_callbacks(bar, stop).fit(texts, y)
    log = monitor.get_logs().data_as_pandas
    epochs = log[log["task_name"] == "epoch"].groupby("parent_task_id_path").size()
    assert epochs.tolist() == [2] * (2 * 2 + 1)
    assert log["val_accuracy"].notna().all()
    assert len(search.best_estimator_["clf"].history_["val_loss"]) == 2
    assert "RNNSentimentClassifier" in capsys.readouterr().out


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_validation_curves_of_all_candidates_and_folds(n_jobs: int | None) -> None:
    texts, y = make_reviews(100, random_state=0)
    monitor = callback.ScoringMonitor(scoring=epoch_scores)
    with sklearn.config_context(enable_metadata_routing=True):
        classifier = small(epochs=2).set_fit_request(X_val=True, y_val=True)
        search = make_search(classifier.set_callbacks(monitor), n_jobs=n_jobs)
        search.set_params(estimator__transform_input=["X_val"])
        search.fit(texts[:60], y[:60], X_val=texts[60:], y_val=y[60:])
    log = monitor.get_logs().data_as_pandas
    epochs = log[log["task_name"] == "epoch"]
    curves = epochs.groupby("parent_task_id_path")["val_loss"].apply(list)
    assert len(curves) == 2 * 2 + 1
    # The last one is that of the model which was fitted again on all rows.
    best = search.best_estimator_["clf"]
    assert curves.iloc[-1] == best.history_["val_loss"]


def test_a_monitor_scores_each_epoch(sequences: Sequences) -> None:
    X, y = sequences
    monitor = callback.ScoringMonitor(scoring="accuracy")
    small(epochs=3).set_callbacks(monitor).fit(X, y)
    log = monitor.get_logs().data_as_pandas
    scores = log.loc[log["task_name"] == "epoch", "accuracy"].tolist()
    assert scores == [
        accuracy_score(y, small(epochs=n).fit(X, y).predict(X)) for n in (1, 2, 3)
    ]


def test_a_copy_of_a_listening_estimator_predicts(sequences: Sequences) -> None:
    model = small().set_callbacks(Diary()).fit(*sequences)
    assert copy.copy(model).predict(sequences[0]).tolist() == (
        model.predict(sequences[0]).tolist()
    )
