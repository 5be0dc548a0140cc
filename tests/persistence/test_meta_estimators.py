"""Models around ours and of scikit-learn are saved and exported like ours."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_extraction.text import (
    CountVectorizer,
    TfidfTransformer,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import fbeta_score, make_scorer
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

import skrnn
from skrnn import TextSequencer, make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.ensemble import BlendedClassifier
from skrnn.persistence.archive import (
    DamagedFileError,
    read_archive,
    write_archive,
)
from skrnn.serving import SentimentPredictor
from tests.helpers import LABELS, ODD, REVIEWS, fit_small

pytestmark = pytest.mark.slow

THREE = np.array(["bad", "good", "mixed"])[np.arange(len(LABELS)) % 3]
SMALL = {
    "maxlen": 14,
    "embedding_dim": 4,
    "units": 3,
    "epochs": 2,
    "max_features": 30,
    "learning_rate": 0.05,
    "random_state": 0,
}


def network() -> Pipeline:
    return make_sentiment_pipeline(None, **SMALL)


def bag(**params: Any) -> Pipeline:
    return make_baseline("tfidf", **{"vec__min_df": 1, **params})


def both() -> list[tuple[str, Any]]:
    return [("network", network()), ("bag", bag())]


def columns() -> Pipeline:
    counts = ColumnTransformer(
        [("text", TextSequencer(maxlen=9), "text")], remainder="drop"
    )
    return Pipeline([("columns", counts), ("clf", network()["clf"])])


ANY: dict[str, Callable[[], Any]] = {
    "calibrated": lambda: CalibratedClassifierCV(network(), cv=2),
    "calibrated, prefit": lambda: CalibratedClassifierCV(
        FrozenEstimator(fit_small()), method="isotonic", cv=2
    ),
    "calibrated within": lambda: Pipeline(
        [
            ("seq", network()["seq"]),
            ("clf", CalibratedClassifierCV(network()["clf"], cv=2)),
        ]
    ),
    "vote": lambda: VotingClassifier(
        [*both(), ("none", "drop")], voting="soft", weights=[1, 2, 3]
    ),
    "stack": lambda: StackingClassifier(both(), cv=2),
    "grid": lambda: GridSearchCV(
        network(), {"clf__units": [2, 3]}, cv=StratifiedKFold(2)
    ),
    "random": lambda: RandomizedSearchCV(
        CalibratedClassifierCV(bag(), cv=2),
        {"estimator__clf__C": stats.loguniform(0.1, 10)},
        n_iter=2,
        cv=2,
        scoring=["f1_macro", "accuracy"],
        refit="f1_macro",
        random_state=0,
    ),
    "halving": lambda: HalvingGridSearchCV(
        network(), {"clf__units": [2, 3]}, cv=2, min_resources=30
    ),
    "search among estimators": lambda: GridSearchCV(
        Pipeline([("model", bag())]), {"model": [bag(), make_baseline()]}, cv=2
    ),
    "blend": lambda: BlendedClassifier(both(), random_state=0),
    "blend of sentences": lambda: BlendedClassifier(
        [
            ("words", network()),
            ("sentences", make_sentiment_pipeline("accurate", **SMALL)),
            ("nbsvm", make_baseline(vec__min_df=1)),
        ],
        weights="equal",
    ),
    "nbsvm": lambda: make_baseline(vec__min_df=1),
    "tfidf": bag,
    "tfidf in two steps": lambda: make_pipeline(
        CountVectorizer(), TfidfTransformer(norm="l1"), LogisticRegression()
    ),
    "characters": lambda: bag(vec__analyzer="char", vec__norm=None),
    "characters of words": lambda: bag(
        vec__analyzer="char_wb", vec__ngram_range=(2, 9), vec__use_idf=False
    ),
    "tokenizer": lambda: make_baseline(
        vec__min_df=1,
        vec__tokenizer=str.split,
        vec__token_pattern=None,
        vec__stop_words=["a", "the"],
        vec__strip_accents="unicode",
        vec__ngram_range=(2, 3),
    ),
    "calibrated bag": lambda: CalibratedClassifierCV(bag(), cv=2),
}
TWO: dict[str, Callable[[], Any]] = {
    "tuned": lambda: TunedThresholdClassifierCV(
        network(), cv=2, scoring=make_scorer(fbeta_score, beta=2, pos_label=0)
    ),
    "tuned by log-odds": lambda: TunedThresholdClassifierCV(
        bag(), cv=2, response_method="decision_function", store_cv_results=True
    ),
    "fixed": lambda: FixedThresholdClassifier(network(), threshold=0.45),
    "fixed by log-odds": lambda: FixedThresholdClassifier(
        bag(), threshold=0.2, pos_label=0, response_method="decision_function"
    ),
}
EXPORTED = [
    *((make, labels) for make in ANY.values() for labels in (LABELS, THREE)),
    *((make, LABELS) for make in TWO.values()),
]
IDS = [*(f"{name}-{n}" for name in ANY for n in (2, 3)), *TWO]


def made(make: Callable[[], Any], labels: Any) -> Any:
    """Return a fitted model; one that is frozen knows two classes."""
    if make is ANY["calibrated, prefit"]:
        labels = LABELS
    return make().fit(REVIEWS, labels)


@pytest.mark.parametrize(("make", "labels"), EXPORTED, ids=IDS)
def test_what_is_loaded_and_what_is_served_answer_alike(
    make: Callable[[], Any], labels: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    for name in ("skops", "skops.io"):
        monkeypatch.setitem(sys.modules, name, None)  # as if it were not installed
    model = made(make, labels)
    skrnn.save(model, tmp_path / "model.skrnn")
    loaded = skrnn.load(tmp_path / "model.skrnn")
    assert_array_equal(loaded.predict_proba(ODD), model.predict_proba(ODD))
    assert_array_equal(loaded.predict(ODD), model.predict(ODD))
    assert_array_equal(loaded.classes_, model.classes_)
    skrnn.save(loaded, tmp_path / "again.skrnn")
    again, first = (tmp_path / f"{name}.skrnn" for name in ("again", "model"))
    assert again.read_bytes() == first.read_bytes()

    skrnn.export_onnx(model, tmp_path / "model.onnx")
    predictor = SentimentPredictor(tmp_path / "model.onnx")
    texts = [*ODD, *ODD, "<b>Très</b> bon film &amp; so on"]
    assert_allclose(
        predictor.predict_proba(texts), model.predict_proba(texts), atol=1e-5
    )
    assert_array_equal(predictor.predict(iter(texts)), model.predict(texts))


@pytest.mark.parametrize(
    "make",
    [
        columns,
        lambda: Pipeline(
            [
                ("text", FeatureUnion([("a", bag()["vec"]), ("b", CountVectorizer())])),
                ("clf", LogisticRegression()),
            ]
        ),
        lambda: Pipeline(
            [("seq", TextSequencer()), ("clf", OneVsRestClassifier(network()["clf"]))]
        ),
        lambda: Pipeline(
            [
                ("seq", TextSequencer()),
                ("clf", BaggingClassifier(network()["clf"], n_estimators=2)),
            ]
        ),
    ],
    ids=["ColumnTransformer", "FeatureUnion", "OneVsRest", "Bagging"],
)
def test_pipelines_with_others_around_ours_are_loaded(
    make: Callable[[], Any], tmp_path: Path
) -> None:
    rows: Any = list(REVIEWS)
    if make is columns:
        rows = pd.DataFrame({"text": REVIEWS, "stars": np.arange(len(REVIEWS))})
    model = make().fit(rows, LABELS)
    skrnn.save(model, tmp_path / "model.skrnn")
    loaded = skrnn.load(tmp_path / "model.skrnn")
    assert_array_equal(loaded.predict_proba(rows), model.predict_proba(rows))
    loaded.fit(rows, LABELS)


def test_a_loaded_search_has_its_results_and_goes_on(tmp_path: Path) -> None:
    search = ANY["grid"]().fit(REVIEWS, LABELS)
    skrnn.save(search, tmp_path / "model.skrnn")
    loaded = skrnn.load(tmp_path / "model.skrnn")
    assert loaded.best_params_ == search.best_params_
    assert loaded.best_score_ == search.best_score_
    pd.testing.assert_frame_equal(
        pd.DataFrame(loaded.cv_results_), pd.DataFrame(search.cv_results_)
    )
    assert loaded.score(REVIEWS, LABELS) == search.score(REVIEWS, LABELS)
    again = loaded.fit(REVIEWS, LABELS).cv_results_["mean_test_score"]
    assert_allclose(again, search.cv_results_["mean_test_score"], atol=1e-6)


def test_an_estimator_that_stands_twice_is_written_once(tmp_path: Path) -> None:
    vote = ANY["vote"]().fit(REVIEWS, LABELS)
    skrnn.save(vote, tmp_path / "model.skrnn")
    loaded = skrnn.load(tmp_path / "model.skrnn")
    assert loaded.named_estimators_.network is loaded.estimators_[0]
    assert loaded.named_estimators_.none == "drop"
    with zipfile.ZipFile(tmp_path / "model.skrnn") as archive:
        schema = json.loads(archive.read("schema.json"))["estimator"]
    first = schema["state"]["estimators_"][0]["estimator"][0]
    named = schema["state"]["named_estimators_"]["bunch"]["dict"]
    assert named["network"] == {"same": first}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"class": "sklearn.datasets.load_files"}, "unknown here"),
        ({"params": {"other": 1}}, "unexpected keyword argument 'other'"),
        ({"params": {"tokenizer": {"function": "os.system"}}}, "'os.system'"),
        ({"params": {"dtype": {"metric": "sys"}}}, "no metric"),
        ({"params": {"max_df": {"distribution": ["os", {}]}}}, "no distribution"),
        ({"params": {"max_df": {"same": 7}}}, "KeyError"),
        ({"params": {"dtype": {"type": "Popen"}}}, "KeyError"),
        ({"state": {"idf_": {"object": {"class": "os.system"}}}}, "unknown here"),
    ],
)
def test_a_file_names_only_what_is_in_the_register(
    change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.skrnn"
    skrnn.save(bag().fit(REVIEWS, LABELS), path)
    schema, members = read_archive(path)
    vectorizer = schema["estimator"]["steps"][0][1]
    vectorizer.update(change)
    write_archive(path, schema, members)
    with pytest.raises((DamagedFileError, ValueError), match=message):
        skrnn.load(path)


def test_a_bag_of_words_is_served_without_scikit_learn(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    model = make_baseline(vec__min_df=1).fit(REVIEWS, LABELS)
    skrnn.export_onnx(model, path)
    code = (
        "import sys; from skrnn.serving import SentimentPredictor\n"
        "print(SentimentPredictor(sys.argv[1]).predict_proba(['a good film']).tolist())"
        "\nheavy = ['tensorflow', 'keras', 'sklearn', 'pandas', 'scipy']\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    proba, heavy = run.stdout.split("\n")[:2]
    assert_allclose(json.loads(proba), model.predict_proba(["a good film"]), atol=1e-12)
    assert heavy == "[]"
