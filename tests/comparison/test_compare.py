from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import LinearSVC

import skrnn
from skrnn.baselines import make_baseline
from skrnn.comparison import compare_models
from skrnn.datasets import make_reviews
from skrnn.ensemble import BlendedClassifier, DistilledClassifier
from tests.helpers import Sequences, small

pytestmark = pytest.mark.slow

X, Y = make_classification(n_samples=120, n_features=5, random_state=0)
DATA = (X[:80], Y[:80], X[80:], Y[80:])
REVIEWS, LABELS = make_reviews(120, reach=0, random_state=0)


class Broken(ClassifierMixin, BaseEstimator):
    """Fails where it should."""

    def __init__(self, where: str = "fit") -> None:
        self.where = where

    def fit(self, X, y):
        if self.where == "fit":
            raise RuntimeError("cannot <learn>")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        raise MemoryError


class Counting(LogisticRegression):
    """Counts its fits."""

    fits = 0

    def fit(self, X, y):
        type(self).fits += 1
        return super().fit(X, y)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> type[Counting]:
    monkeypatch.setattr(Counting, "fits", 0)
    return Counting


def test_networks_and_baselines_side_by_side(sequences: Sequences) -> None:
    X, y = sequences
    models = {"network": small(epochs=2), "bayes": GaussianNB(), "svm": LinearSVC()}
    comparison = compare_models(models, X[:150], y[:150], X[150:], y[150:], verbose=0)
    table = comparison.to_frame()
    for name, model in models.items():
        accuracy = model.fit(X[:150], y[:150]).score(X[150:], y[150:])
        assert table.loc[name, "accuracy"] == accuracy
    assert table.loc["network", "n_parameters"] == models["network"].n_parameters_
    assert len(comparison.results["network"].history["loss"]) == 2


def test_a_broken_model_does_not_lose_the_others(capsys) -> None:
    models = [
        ("fit", Broken("fit")),
        ("good", LogisticRegression()),
        ("predict", Broken("predict")),
        ("no model", None),
        ("class", LogisticRegression),
    ]
    comparison = compare_models(models, *DATA)
    table = comparison.to_frame()
    assert table.index.tolist() == [name for name, _ in models]
    assert table.loc["fit", "error"] == "RuntimeError: cannot <learn>"
    assert table.loc["predict", "error"] == "MemoryError"
    assert table["error"].isna().tolist() == [False, True, False, False, False]
    assert table["accuracy"].notna().tolist() == [False, True, False, False, False]
    assert comparison.best == "good"
    assert "Broken" in comparison.results["fit"].traceback or (
        "cannot <learn>" in comparison.results["fit"].traceback
    )
    output = capsys.readouterr().out
    assert "[1/5] fit: failed, RuntimeError: cannot <learn>" in output
    assert "[2/5] good: accuracy" in output
    assert output.count("\n") == 2 * len(models)


def test_an_interrupt_is_not_swallowed() -> None:
    class Interrupted(Broken):
        def fit(self, X, y):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_models([Interrupted()], *DATA, verbose=0)


def test_silence(capsys) -> None:
    compare_models([DummyClassifier()], *DATA, verbose=0)
    assert capsys.readouterr().out == ""


def test_names() -> None:
    models = [
        DummyClassifier(),
        make_pipeline(FunctionTransformer(), DummyClassifier()),
        DummyClassifier(),
        ("mine", DummyClassifier()),
    ]
    assert list(compare_models(models, *DATA, verbose=0).results) == [
        "DummyClassifier",
        "FunctionTransformer + DummyClassifier",
        "DummyClassifier (2)",
        "mine",
    ]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"models": {}}, ValueError, "models is empty"),
        ({"models": "nbsvm"}, TypeError, "dictionary of names and estimators"),
        ({"models": LogisticRegression()}, TypeError, "got LogisticRegression"),
        ({"models": [("a", 1), ("a", 2)]}, ValueError, r"\['a'\] more than once"),
        ({"X_train": "a review"}, ValueError, "got one string"),
        ({"y_train": [0, 1]}, ValueError, "inconsistent numbers of samples"),
        ({"y_test": [[0, 1], [1, 0]]}, ValueError, "1d array"),
        ({"y_test": np.linspace(0, 1, 40)}, ValueError, "Unknown label type"),
        ({"y_test": ["a", "b"] * 20}, ValueError, "Mix of label input types"),
        ({"X_test": [], "y_test": []}, ValueError, "y_test is empty"),
        ({"memory": "here", "return_estimator": True}, ValueError, "memory=None"),
    ],
    ids=str,
)
def test_bad_input(change: dict, error: type[Exception], message: str) -> None:
    names = ("X_train", "y_train", "X_test", "y_test")
    given = {"models": [DummyClassifier()], **dict(zip(names, DATA, strict=True))}
    with pytest.raises(error, match=message):
        compare_models(**{**given, **change})


# -- rows without a label ---------------------------------------------


class Rows(ClassifierMixin, BaseEstimator):
    """Remembers the labels that it was given."""

    def fit(self, X, y):
        self.classes_ = np.unique(y[y != -1])
        self.seen_ = np.asarray(y).tolist()
        self.n_rows_ = len(X)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


class Greedy(Rows):
    """Uses unlabeled rows."""

    _uses_unlabeled = True


def test_rows_without_a_label_are_no_class() -> None:
    y = np.where(np.arange(80) % 2, DATA[1], -1)
    models = {
        "bag": LogisticRegression(),
        "own": Rows(),
        "greedy": Greedy(),
        "piped": make_pipeline(FunctionTransformer(), Greedy()),
        "propagation": LabelSpreading(),
        "distilled": DistilledClassifier(LogisticRegression(), GaussianNB()),
        "blend": BlendedClassifier(
            [("a", LabelSpreading()), ("b", GaussianNB())], random_state=0
        ),
    }
    comparison = compare_models(
        models, X[:80].tolist(), y.tolist(), *DATA[2:], verbose=0, return_estimator=True
    )
    table = comparison.to_frame()
    assert table["error"].isna().all()
    assert comparison.classes.tolist() == [0, 1]
    assert (comparison.n_train, comparison.n_unlabeled) == (40, 40)
    assert "fitted on 40 rows (some on 40 more" in comparison.to_html()
    assert "Classes: 0, 1." in comparison.to_html()
    fitted = comparison.estimators
    bag = LogisticRegression().fit(X[1:80:2], DATA[1][1::2])
    np.testing.assert_array_equal(fitted["bag"].coef_, bag.coef_)
    assert table.loc["bag", "accuracy"] == bag.score(*DATA[2:])
    assert fitted["own"].seen_ == DATA[1][1::2].tolist()
    assert fitted["greedy"].seen_ == fitted["piped"][-1].seen_ == y.tolist()
    spread = LabelSpreading().fit(X[:80], y)
    assert table.loc["propagation", "accuracy"] == spread.score(*DATA[2:])
    assert len(fitted["distilled"].transduction_) == 80
    assert len(fitted["blend"].named_estimators_["a"].transduction_) == 76


@pytest.mark.parametrize(
    ("train", "test"), [([-1, 1], [1, -1]), ([-1, 1], [1, 1]), ([-1, 0, 1], [0, -1])]
)
def test_minus_one_may_be_a_class(train: list[int], test: list[int]) -> None:
    y_train, y_test = np.resize(train, 80), np.resize(test, 40)
    comparison = compare_models(
        [Rows()], X[:80], y_train, X[80:], y_test, return_estimator=True, verbose=0
    )
    assert comparison.classes.tolist() == train
    assert comparison.estimators["Rows"].n_rows_ == 80
    assert comparison.n_unlabeled == 0


def test_no_label_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="All 80 rows are unlabeled"):
        compare_models([Rows()], X[:80], np.full(80, -1), *DATA[2:], verbose=0)


@pytest.mark.parametrize(
    "make",
    [list, lambda X: pd.Series(X, index=np.arange(len(X)) + 7), np.asarray],
    ids=["list", "series", "array"],
)
def test_kinds_of_text(make) -> None:
    comparison = compare_models(
        [make_baseline("tfidf")],
        make(REVIEWS[:80]),
        make(np.array(["no", "yes"])[LABELS[:80]]),
        make(REVIEWS[80:]),
        make(np.array(["no", "yes"])[LABELS[80:]]),
        verbose=0,
    )
    assert comparison.to_frame()["error"].isna().all()
    assert comparison.classes.tolist() == ["no", "yes"]


def test_sparse_rows() -> None:
    comparison = compare_models(
        [LogisticRegression(), DummyClassifier()],
        sparse.csr_matrix(DATA[0]),
        DATA[1],
        sparse.csr_matrix(DATA[2]),
        DATA[3],
        verbose=0,
    )
    assert comparison.to_frame()["error"].isna().all()
    assert "[" in comparison.to_html()


def test_fitted_models_are_kept_when_asked_for() -> None:
    models = {"good": LogisticRegression(), "bad": Broken()}
    assert compare_models(models, *DATA, verbose=0).estimators is None
    comparison = compare_models(models, *DATA, return_estimator=True, verbose=0)
    assert list(comparison.estimators) == ["good"]
    np.testing.assert_array_equal(
        comparison.estimators["good"].predict(DATA[2]),
        comparison.results["good"].predictions,
    )


def test_a_fitted_model_is_compared_as_it_is(counting: type[Counting]) -> None:
    fitted = counting().fit(DATA[0], DATA[1])
    result = compare_models([FrozenEstimator(fitted)], *DATA, verbose=0)
    assert counting.fits == 1
    found = result.results["FrozenEstimator"]
    np.testing.assert_array_equal(found.predictions, fitted.predict(DATA[2]))
    assert found.n_parameters == 6


@pytest.mark.parametrize("kind", [Path, str, lambda p: joblib.Memory(p, verbose=0)])
def test_what_is_known_is_not_fitted_again(
    kind, tmp_path: Path, counting: type[Counting]
) -> None:
    memory = kind(tmp_path)
    first = compare_models({"a": counting()}, *DATA, memory=memory, verbose=0)
    again = compare_models(
        {"other name": counting(verbose=0, n_jobs=None), "new": counting(C=2.0)},
        *DATA,
        memory=memory,
        verbose=0,
    )
    assert counting.fits == 2
    before, after = first.results["a"], again.results["other name"]
    np.testing.assert_array_equal(before.predictions, after.predictions)
    np.testing.assert_array_equal(before.scores, after.scores)
    assert before.fit_time == after.fit_time
    assert before.n_parameters == after.n_parameters
    assert before.score_method == after.score_method
    assert before.predictions.dtype == after.predictions.dtype


def test_labels_and_curves_come_back(sequences: Sequences, tmp_path: Path) -> None:
    X, y = sequences
    y = np.array(["even", "odd"], dtype=object)[y]
    tables, results = [], []
    for _ in range(2):
        comparison = compare_models(
            {"n": small(), "d": LinearSVC()}, X, y, X, y, memory=tmp_path, verbose=0
        )
        tables.append(comparison.to_frame())
        results.append(comparison.results)
    pd.testing.assert_frame_equal(*tables)
    assert results[0]["n"].history == results[1]["n"].history
    assert results[1]["n"].predictions.tolist() == results[0]["n"].predictions.tolist()


@pytest.mark.parametrize("number", range(4), ids=["X", "y", "X test", "y test"])
def test_other_data_are_fitted_anew(
    number: int, tmp_path: Path, counting: type[Counting]
) -> None:
    compare_models([counting()], *DATA, memory=tmp_path, verbose=0)
    data = [array.copy() for array in DATA]
    data[number][0] = 1 - data[number][0]
    compare_models([counting()], *data, memory=tmp_path, verbose=0)
    assert counting.fits == 2


def test_failures_are_tried_again(tmp_path: Path) -> None:
    compare_models([Broken()], *DATA, memory=tmp_path, verbose=0)
    assert not list(tmp_path.rglob("output.pkl"))


def test_a_damaged_file_is_computed_again(
    tmp_path: Path, counting: type[Counting], caplog: pytest.LogCaptureFixture
) -> None:
    compare_models([counting()], *DATA, memory=tmp_path, verbose=0)
    (file,) = tmp_path.rglob("output.pkl")
    for damage in (b"", file.read_bytes()[:100], b"nonsense"):
        file.write_bytes(damage)
        comparison = compare_models([counting()], *DATA, memory=tmp_path, verbose=0)
        assert "Exception while loading results" in caplog.messages[-1]
        assert comparison.to_frame()["error"].isna().all()
    assert counting.fits == 4


def test_without_memory_nothing_is_kept(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    compare_models([DummyClassifier()], *DATA, memory=joblib.Memory(None), verbose=0)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_kept_is_still_compared(tmp_path: Path, monkeypatch) -> None:
    nameless = make_pipeline(FunctionTransformer(lambda X: X), DummyClassifier())
    with pytest.warns(UserWarning, match="Pipeline cannot be cached"):
        comparison = compare_models([nameless], *DATA, memory=tmp_path, verbose=0)
    assert comparison.to_frame()["error"].isna().all()

    def mkdir(*args, **kwargs) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "makedirs", mkdir)
    with pytest.warns(UserWarning, match="Read-only file system"):
        comparison = compare_models(
            [DummyClassifier()], *DATA, memory=tmp_path / "new", verbose=0
        )
    assert comparison.to_frame()["error"].isna().all()


def test_an_oserror_of_a_model_is_its_failure(tmp_path: Path) -> None:
    class NoFile(Broken):
        def fit(self, X, y):
            raise FileNotFoundError("no vectors.txt")

    comparison = compare_models([NoFile()], *DATA, memory=tmp_path, verbose=0)
    assert comparison.to_frame()["error"].tolist() == [
        "FileNotFoundError: no vectors.txt"
    ]


KILLED = """
import sys, time
from pathlib import Path
from sklearn.linear_model import LogisticRegression
from skrnn import compare_models, make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.datasets import make_reviews

folder, slow = Path(sys.argv[1]), sys.argv[2] == "slow"

class Slow(LogisticRegression):
    def fit(self, X, y):
        (folder / "slow").touch()
        if slow:
            time.sleep(600)
        return super().fit([[len(x)] for x in X], y)
    def predict(self, X):
        return super().predict([[len(x)] for x in X])
    def predict_proba(self, X):
        return super().predict_proba([[len(x)] for x in X])

reviews, y = make_reviews(60, reach=0, random_state=0)
models = {
    "network": make_sentiment_pipeline(
        None, cell="simple", units=4, maxlen=20, epochs=1, random_state=0
    ),
    "tfidf": make_baseline("tfidf"),
    "slow": Slow(),
}
comparison = compare_models(
    models, reviews[:40], y[:40], reviews[40:], y[40:], memory=folder / "memory"
)
print("error:", comparison.to_frame()["error"].notna().any())
"""


def test_a_killed_comparison_goes_on(tmp_path: Path) -> None:
    script = tmp_path / "compare.py"
    script.write_text(KILLED)
    environment = {**os.environ, "PYTHONPATH": str(Path(skrnn.__file__).parents[1])}
    command = [sys.executable, str(script), str(tmp_path)]
    with subprocess.Popen(
        [*command, "slow"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 300
        while not (tmp_path / "slow").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
    kept = sorted((tmp_path / "memory").rglob("output.pkl"))
    assert len(kept) == 2
    again = subprocess.run(
        [*command, "quick"], env=environment, capture_output=True, text=True, check=True
    )
    lines = again.stdout.splitlines()
    assert [line for line in lines if "accuracy" not in line] == [
        "[1/3] network: found in memory",
        "[2/3] tfidf: found in memory",
        "[3/3] slow: fitting",
        "error: False",
    ]
    assert len(list((tmp_path / "memory").rglob("output.pkl"))) == 3


def test_warnings_of_models_reach_the_user() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compare_models([LogisticRegression(max_iter=1)], *DATA, verbose=0)
    assert any("converge" in str(w.message) for w in caught)
