"""What is saved is what is loaded, whatever the pipeline."""

from __future__ import annotations

import functools
import json
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
import joblib
import keras
import numpy as np
import pytest
from nltk.stem import SnowballStemmer
from nltk.tokenize import TweetTokenizer
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import VarianceThreshold
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skrnn
from skrnn import RNNSentimentClassifier, TextSequencer, WordVectors
from skrnn.baselines import NBSVMClassifier, make_baseline
from skrnn.ensemble import BlendedClassifier, DistilledClassifier
from skrnn.estimators.routing import make_optimizer
from skrnn.persistence import estimators
from skrnn.persistence.archive import read_archive, write_archive
from skrnn.persistence.old import FORMAT_VERSION
from skrnn.serving import SentimentPredictor
from tests.helpers import (
    KINDS,
    LABELS,
    ODD,
    REVIEWS,
    assert_predicts,
    fit_small,
    fitted_kind,
    targets_of,
)

pytestmark = pytest.mark.slow

DATA = Path(__file__).parent / "data"
EXPECTED = json.loads((DATA / "expected.json").read_text())
SEGMENTS = "parameters_0.1"  # its network reads texts in segments of 4 words
THREE = np.array(["bad", "good", "mixed"])[np.arange(len(LABELS)) % 3]


def there_and_back(model, folder: Path, **options):
    skrnn.save(model, folder / "model.skrnn")
    assert [p.name for p in folder.iterdir()] == ["model.skrnn"]
    return skrnn.load(folder / "model.skrnn", **options)


def assert_same_answers(loaded, model) -> None:
    assert_array_equal(loaded.predict_proba(ODD), model.predict_proba(ODD))
    assert_array_equal(loaded.predict(ODD), model.predict(ODD))
    assert loaded.classes_.dtype == model.classes_.dtype


@pytest.mark.parametrize(
    "params",
    [
        {"cell": "simple"},
        {"cell": "lstm", "bidirectional": True, "pooling": "mean_max"},
        {"cell": "gru", "units": (3, 2), "pooling": "attention", "dense_units": (4,)},
        {"bidirectional": True, "units": (2, 3), "pooling": "max"},
        {"weight_averaging": 0.9, "word_dropout": 0.1, "pooling": "mean"},
        {"stop_words": ["a", "the"], "stemmer": "porter", "maxlen": 0.9},
        {"tokenizer": str.split, "strip_accents": "ascii", "truncating": "middle"},
        {"vocabulary": {"film": 2, "the": 9}, "class_weight": {0: 1.0, 1: 2.5}},
        {"embeddings": "svd", "early_stopping": True, "epochs": 2},
        {"cell": "clockwork", "units": 6, "periods": (1, 3)},
        {"cell": "clockwork", "units": (4, 8), "bidirectional": True},
        {"sentences": True, "sentence_units": 3, "sentence_length": 3},
        {
            "sentences": True,
            "cell": "lstm",
            "sentence_units": (2, 3),
            "bidirectional": False,
            "sentence_splitter": str.splitlines,
        },
        {"sentence_splitter": "rules", "sentence_length": 4},
    ],
    ids=lambda params: "-".join(params),
)
def test_a_round_trip_changes_nothing(params, tmp_path: Path) -> None:
    model = fit_small(**params)
    loaded = there_and_back(model, tmp_path)
    assert_same_answers(loaded, model)
    before, after = model.get_params(), loaded.get_params()
    assert before.keys() == after.keys()
    for name in before:
        if name not in ("seq", "clf", "steps"):
            assert before[name] == after[name], name
    assert loaded["clf"].history_ == model["clf"].history_


@pytest.mark.parametrize(
    "labels",
    [THREE, THREE.astype(object), LABELS.astype(bool), LABELS * 1.0, LABELS - 1],
    ids=["strings", "objects", "bools", "floats", "negative"],
)
def test_labels_of_every_type(labels, tmp_path: Path) -> None:
    model = fit_small(labels)
    assert_same_answers(there_and_back(model, tmp_path), model)


def test_another_process_loads_it(pipeline: Pipeline, tmp_path: Path) -> None:
    skrnn.save(pipeline, tmp_path / "model.skrnn")
    code = (
        "import sys, skrnn; p = skrnn.load(sys.argv[1]).predict_proba(['a film']);"
        "print(p.tolist())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "model.skrnn")],
        check=True,
        capture_output=True,
        text=True,
    )
    expected = pipeline.predict_proba(["a film"])
    np.testing.assert_allclose(json.loads(run.stdout), expected, atol=1e-7)


def test_weights_that_half_precision_holds_take_half_the_space(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    classifier = clone(pipeline["clf"]).fit([[2, 3], [3, 2]], [0, 1])
    skrnn.save(classifier, tmp_path / "single.skrnn")
    model = classifier.model_
    model.set_weights([w.astype(np.float16) for w in model.get_weights()])
    skrnn.save(classifier, tmp_path / "half.skrnn")
    single, half = (
        (tmp_path / f"{name}.skrnn").stat().st_size for name in ("single", "half")
    )
    assert half < single
    loaded = skrnn.load(tmp_path / "half.skrnn").model_.get_weights()
    for weight, expected in zip(loaded, model.get_weights(), strict=True):
        assert weight.dtype == np.float32
        np.testing.assert_array_equal(weight, expected)


def test_equal_models_give_equal_files(pipeline: Pipeline, tmp_path: Path) -> None:
    skrnn.save(pipeline, tmp_path / "a")
    skrnn.save(skrnn.load(tmp_path / "a"), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_schema_can_be_read(pipeline: Pipeline, tmp_path: Path) -> None:
    skrnn.save(pipeline, tmp_path / "model.skrnn")
    with zipfile.ZipFile(tmp_path / "model.skrnn") as archive:
        schema = json.loads(archive.read("schema.json"))
    (_, words), (_, network) = schema["estimator"]["steps"]
    assert schema["format_version"] == FORMAT_VERSION
    assert schema["versions"]["keras"] == keras.__version__
    assert words["fitted"]["vocabulary_"]["dict"] == pipeline["seq"].vocabulary_
    assert network["params"]["cell"] == "lstm"
    assert network["fitted"]["classes_"] == {"array": "clf__classes_"}


def test_single_estimators_and_word_vectors(tmp_path: Path) -> None:
    vectors = WordVectors(["film", "good"], [[1.0, 2.0], [3.0, -1.0]])
    model = fit_small(embeddings=vectors, vocabulary=vectors.vocabulary)
    sequencer, classifier = model["seq"], model["clf"]
    loaded = there_and_back(sequencer, tmp_path)
    ids = loaded.transform(ODD)
    assert_array_equal(ids, sequencer.transform(ODD))
    loaded = there_and_back(classifier, tmp_path)
    assert_array_equal(loaded.predict_proba(ids), classifier.predict_proba(ids))
    assert_array_equal(loaded.embeddings.vectors, vectors.vectors)


def test_optimizers_and_schedules(tmp_path: Path) -> None:
    schedule = keras.optimizers.schedules.CosineDecay(0.01, 10)
    for params in (
        {"optimizer": keras.optimizers.Adam(schedule, beta_1=0.8)},
        {"optimizer": keras.optimizers.SGD, "optimizer__momentum": 0.9},
        {"learning_rate": schedule, "random_state": np.random.RandomState(0)},
    ):
        model = fit_small(**params)
        loaded = there_and_back(model, tmp_path)
        assert_same_answers(loaded, model)
        clones = [make_optimizer(m["clf"]) for m in (model, loaded)]
        configs = [{**c.get_config(), "name": ""} for c in clones]
        assert configs[0] == configs[1]
        loaded.fit(REVIEWS, LABELS)


@pytest.mark.parametrize(
    "loss",
    [
        "binary_focal_crossentropy",
        keras.losses.BinaryCrossentropy(label_smoothing=0.1),
        keras.losses.CategoricalFocalCrossentropy(alpha=[0.2, 0.8]),
    ],
    ids=["name", "binary", "categorical"],
)
def test_losses(loss, tmp_path: Path) -> None:
    model = fit_small(loss=loss)
    loaded = there_and_back(model, tmp_path)
    assert_same_answers(loaded, model)
    kept = loaded["clf"].loss
    if isinstance(loss, str):
        assert kept == loss
    else:
        assert type(kept) is type(loss)
        assert kept.get_config() == loss.get_config()
    loaded.fit(REVIEWS, LABELS)
    assert_same_answers(loaded, model)


class OwnLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.losses.mean_squared_error(y_true, y_pred)


def test_own_losses_must_be_registered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = fit_small(loss=OwnLoss())
    with pytest.raises(ValueError, match=r"clf__loss=.*register_keras_serializable"):
        skrnn.save(model, tmp_path / "model.skrnn")
    keras.saving.register_keras_serializable(package="tests")(OwnLoss)
    loaded = there_and_back(model, tmp_path)
    assert type(loaded["clf"].loss) is OwnLoss
    monkeypatch.setattr(keras.saving, "get_registered_object", lambda name: None)
    with pytest.raises(ValueError, match=r"'tests>OwnLoss'.*not registered"):
        skrnn.load(tmp_path / "model.skrnn")


def rewrite_params(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Make a file of version 2 of a saved pipeline, with other parameters."""
    schema, members = read_archive(path)
    schema["format_version"] = 2
    classifier = schema["estimator"]["steps"][1][1]
    change(classifier["params"])
    network = classifier["network"]
    head, n_outputs = network.pop("head"), network.pop("n_outputs")
    network["n_classes"] = 2 if head == "binary" else n_outputs
    write_archive(path, schema, members)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_removed_parameters_of_old_files_become_what_replaces_them(
    n_classes: int, tmp_path: Path
) -> None:
    labels = np.arange(len(REVIEWS)) % n_classes
    cls = getattr(
        keras.losses, f"{'Binary' if n_classes == 2 else 'Categorical'}Crossentropy"
    )
    model = fit_small(labels, loss=cls(label_smoothing=0.1), optimizer__clipnorm=0.01)
    path = tmp_path / "model.skrnn"
    skrnn.save(model, path)

    def make_old(params: dict[str, Any]) -> None:
        del params["loss"], params["optimizer__clipnorm"]
        params |= {"label_smoothing": 0.1, "clipnorm": 0.01}

    rewrite_params(path, make_old)
    loaded = skrnn.load(path)
    assert_same_answers(loaded, model)
    assert_same_answers(loaded.fit(REVIEWS, labels), model)


def test_clipnorm_of_an_old_file_goes_to_its_optimizer(tmp_path: Path) -> None:
    model = fit_small(optimizer=keras.optimizers.Adam(0.01))
    path = tmp_path / "model.skrnn"
    skrnn.save(model, path)
    rewrite_params(path, lambda params: params.update(clipnorm=0.5, label_smoothing=0))
    classifier = skrnn.load(path)["clf"]
    assert classifier.optimizer.clipnorm == 0.5
    assert classifier.loss == "crossentropy"


def test_what_belongs_to_a_machine_is_not_kept(tmp_path: Path) -> None:
    callback = keras.callbacks.TerminateOnNaN()
    model = fit_small(memory=str(tmp_path / "memory"), callbacks=[callback])
    (tmp_path / "out").mkdir()
    loaded = there_and_back(model, tmp_path / "out")
    assert loaded["clf"].memory is None
    assert loaded["clf"].callbacks is None
    assert_same_answers(loaded, model)


def test_a_loaded_classifier_learns_on(pipeline: Pipeline, tmp_path: Path) -> None:
    loaded = there_and_back(pipeline, tmp_path)
    rows = loaded["seq"].transform(REVIEWS)
    loaded["clf"].partial_fit(rows, LABELS)
    assert len(loaded["clf"].history_["loss"]) == 2


def test_other_steps_of_scikit_learn_go_through_skops(tmp_path: Path) -> None:
    words, network = fit_small().steps
    model = Pipeline(
        [words, ("none", "passthrough"), ("varying", VarianceThreshold()), network]
    ).fit(REVIEWS, LABELS)
    assert_same_answers(there_and_back(model, tmp_path), model)
    with zipfile.ZipFile(tmp_path / "model.skrnn") as archive:
        assert "skops/0.skops" in archive.namelist()


def upper(texts):
    return [text.upper() for text in texts]


def stem(word: str) -> str:
    return word[:4]


def halves(text: str) -> list[str]:
    return [text[: len(text) // 2], text[len(text) // 2 :]]


def test_own_functions_are_named_and_must_be_trusted(tmp_path: Path) -> None:
    for params in ({"stemmer": stem}, {"sentence_splitter": halves}):
        model = fit_small(**params)
        name = f"{__name__}.{next(iter(params.values())).__name__}"
        with pytest.raises(ValueError, match=re.escape(f"trusted=['{name}']")):
            there_and_back(model, tmp_path)
        assert_same_answers(there_and_back(model, tmp_path, trusted=[name]), model)

    model = Pipeline([("up", FunctionTransformer(upper)), *fit_small().steps])
    model.fit(REVIEWS, LABELS)
    name = f"{__name__}.upper"
    with pytest.raises(ValueError, match=re.escape(f"trusted=['{name}']")):
        there_and_back(model, tmp_path)
    assert_same_answers(there_and_back(model, tmp_path, trusted=[name]), model)
    with pytest.raises(TypeError, match="list of names"):
        skrnn.load(tmp_path / "model.skrnn", trusted=name)


class Stems:
    """Keeps what it was made with under another name."""

    def __init__(self, length: int) -> None:
        self.n = length

    def stem(self, word: str) -> str:
        return word[: self.n]


def shout(text: str) -> str:
    return text.upper().replace("FILM", "movie")


@pytest.mark.parametrize(
    "params",
    [
        {"tokenizer": TweetTokenizer(preserve_case=False, reduce_len=True).tokenize},
        {"tokenizer": re.compile(r"\w+|[!?]").findall},
        {"stemmer": SnowballStemmer("german").stem},
        {"preprocessor": str.casefold, "strip_html": False},
    ],
)
def test_methods_and_preprocessors_give_the_same_tokens(params, tmp_path) -> None:
    model = fit_small(**params)
    loaded = there_and_back(model, tmp_path)
    for text in ODD:
        analyze, analyze_loaded = (m["seq"].build_analyzer() for m in (model, loaded))
        assert analyze_loaded(text) == analyze(text)
    assert_same_answers(loaded, model)
    skrnn.export_onnx(model, tmp_path / "model.onnx")
    served = SentimentPredictor(tmp_path / "model.onnx").predict_proba(ODD)
    np.testing.assert_allclose(served, model.predict_proba(ODD), atol=1e-5)


def test_a_preprocessor_of_ones_own_must_be_trusted(tmp_path: Path) -> None:
    model = fit_small(preprocessor=shout)
    name = f"{__name__}.shout"
    with pytest.raises(ValueError, match=re.escape(f"trusted=['{name}']")):
        there_and_back(model, tmp_path)
    assert_same_answers(there_and_back(model, tmp_path, trusted=[name]), model)
    skrnn.export_onnx(model, tmp_path / "model.onnx")
    with pytest.raises(ValueError, match=re.escape(f"trusted=['{name}']")):
        SentimentPredictor(tmp_path / "model.onnx")
    served = SentimentPredictor(tmp_path / "model.onnx", trusted=[name])
    np.testing.assert_allclose(
        served.predict_proba(ODD), model.predict_proba(ODD), atol=1e-5
    )


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda word: word, "a lambda"),
        (Stems(2).stem, "a method of an object that cannot be constructed again"),
        (functools.partial(str.lower), "an object that cannot be constructed again"),
    ],
)
def test_functions_that_cannot_be_named_are_refused(function, reason, tmp_path) -> None:
    sequencer = TextSequencer(strip_accents=function)
    sequencer.set_params(vocabulary=["a"]).fit(["a"])
    with pytest.raises(ValueError, match=f"strip_accents=.*{reason}"):
        skrnn.save(sequencer, tmp_path / "model.skrnn")
    assert not list(tmp_path.iterdir())


def test_what_was_fitted_is_kept_whatever_is_set_later(tmp_path: Path) -> None:
    model = fit_small(stemmer="porter", stop_words=["the"], sentence_length=3)
    before = model["seq"].transform(ODD)
    model.set_params(
        seq__stemmer=None, seq__tokenizer=str.split, seq__sentence_splitter="rules"
    )
    assert_array_equal(model["seq"].transform(ODD), before)
    loaded = there_and_back(model, tmp_path)
    assert_same_answers(loaded, model)
    assert_array_equal(loaded["seq"].transform(ODD), before)
    assert loaded["seq"].stemmer == "porter"
    assert loaded["seq"].sentence_splitter is None
    # What transform goes by at once is kept as it is.
    model.set_params(seq__truncating="post", seq__sentence_length=None)
    loaded = there_and_back(model, tmp_path)
    assert_array_equal(loaded["seq"].transform(ODD), model["seq"].transform(ODD))
    assert (loaded["seq"].transform(ODD) != before).any()


def test_blend_and_baselines(tmp_path: Path) -> None:
    for labels, weights in ((LABELS, "stacked"), (LABELS, "equal"), (THREE, "stacked")):
        blend = BlendedClassifier(
            [("network", fit_small()), ("bag", make_baseline(vec__min_df=1))],
            weights=weights,
            random_state=0,
        ).fit(REVIEWS, labels)
        loaded = there_and_back(blend, tmp_path)
        assert_same_answers(loaded, blend)
        assert isinstance(loaded.named_estimators_["bag"]["clf"], NBSVMClassifier)
    loaded.fit(REVIEWS, THREE)  # its estimators can be cloned and fitted


def test_a_blend_with_a_dropped_member(tmp_path: Path) -> None:
    members = [("left", make_baseline(vec__min_df=1)), ("out", "drop")]
    blend = BlendedClassifier(members, random_state=0).fit(REVIEWS, LABELS)
    loaded = there_and_back(blend, tmp_path)
    assert_same_answers(loaded, blend)
    assert loaded.named_estimators_["out"] == "drop"
    assert loaded.named_estimators_["left"] is loaded.estimators_[0]
    loaded.fit(REVIEWS, LABELS)


HALF_LABELED = np.where(np.arange(len(LABELS)) < 30, LABELS, -1)


def distilled(network: Pipeline) -> DistilledClassifier:
    teacher = make_baseline(vec__min_df=1).fit(REVIEWS[:40], LABELS[:40])
    return DistilledClassifier(network, teacher).fit(REVIEWS, HALF_LABELED)


def test_a_student_is_kept_without_its_teacher(tmp_path: Path) -> None:
    model = distilled(fit_small(cell="gru"))
    loaded = there_and_back(model, tmp_path)
    assert_same_answers(loaded, model)
    left = {"teacher_", "transduction_", "certainty_"}
    assert vars(model).keys() - vars(loaded).keys() == left
    with zipfile.ZipFile(tmp_path / "model.skrnn") as archive:
        written = json.loads(archive.read("schema.json"))["estimator"]
    # What was given is kept to be cloned, not fitted although it was.
    assert "fitted" not in dict(written["templates"])["estimator"]["steps"][0][1]
    loaded.fit(REVIEWS, HALF_LABELED)
    assert hasattr(loaded, "teacher_")


def test_the_recipe_with_teachers(tmp_path: Path) -> None:
    model = skrnn.make_sentiment_pipeline(
        "semi_supervised", maxlen=20, epochs=1, units=3, sentence_units=3
    ).fit(REVIEWS, HALF_LABELED)
    loaded = there_and_back(model, tmp_path)
    assert_same_answers(loaded, model)
    assert str(loaded) == str(model)


def test_blends_of_every_kind_of_classifier(tmp_path: Path) -> None:
    reads = {"sentences": True, "sentence_units": 3}
    tfidf = make_pipeline(TfidfVectorizer(), LogisticRegression())
    blend = BlendedClassifier(
        [
            ("student", distilled(fit_small())),
            ("sentences", fit_small(**reads)),
            ("tfidf", tfidf),
        ],
        random_state=0,
    ).fit(REVIEWS, HALF_LABELED)
    loaded = there_and_back(blend, tmp_path)
    assert_same_answers(loaded, blend)
    assert_same_answers(there_and_back(loaded, tmp_path), blend)


class Wrapper(ClassifierMixin, BaseEstimator):
    def __init__(self, estimator=None):
        self.estimator = estimator

    def fit(self, X, y):
        self.estimator_ = self.estimator.fit(X, y)
        return self


def test_what_cannot_be_saved_is_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    path = tmp_path / "model.skrnn"
    with pytest.raises(NotFittedError, match="not fitted yet"):
        skrnn.save(skrnn.make_sentiment_pipeline(), path)
    with pytest.raises(TypeError, match="got an object of type dict"):
        skrnn.save({}, path)
    with pytest.raises(
        TypeError, match=r"Wrapper.*does not support.*\(estimator_\) inst"
    ):
        skrnn.save(Wrapper(fit_small()).fit(REVIEWS, LABELS), path)
    search = GridSearchCV(
        pipeline, {"clf__units": [2]}, cv=2, scoring=lambda model, X, y: 1.0
    ).fit(REVIEWS, LABELS)
    with pytest.raises(ValueError, match=r"scoring=.*a lambda"):
        skrnn.save(search, path)
    broken = pickle.loads(pickle.dumps(pipeline))
    weights = broken["clf"].model_.get_weights()
    weights[0][0] = np.nan
    broken["clf"].model_.set_weights(weights)
    with pytest.raises(ValueError, match="not finite"):
        skrnn.save(broken, path)
    strange = pickle.loads(pickle.dumps(pipeline))
    strange.set_params(clf__random_state=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"clf__random_state=.*use an int"):
        skrnn.save(strange, path)
    assert not list(tmp_path.iterdir())


def test_a_file_that_was_there_survives(pipeline: Pipeline, tmp_path: Path) -> None:
    path = tmp_path / "model.skrnn"
    path.write_text("before")
    with pytest.raises(NotFittedError):
        skrnn.save(TextSequencer(), path)
    assert path.read_text() == "before"
    with pytest.raises(FileNotFoundError):
        skrnn.save(pipeline, tmp_path / "missing" / "model.skrnn")
    with pytest.raises(IsADirectoryError, match="is a folder"):
        skrnn.save(pipeline, tmp_path)


@pytest.mark.parametrize("package", [pickle, joblib, cloudpickle])
def test_pickles_carry_no_training_state(package, tmp_path: Path) -> None:
    classifier = RNNSentimentClassifier(
        units=8, optimizer="adam", weight_averaging=0.9, epochs=1, random_state=0
    )
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2000, (50, 10))
    classifier.fit(X, X[:, 0] % 2)
    with (tmp_path / "model").open("wb") as file:
        package.dump(classifier, file)
    with (tmp_path / "model").open("rb") as file:
        loaded = package.load(file)
    assert_array_equal(loaded.predict_proba(X), classifier.predict_proba(X))
    # Adam alone would hold two more copies of the weights, the average a third.
    assert (tmp_path / "model").stat().st_size < 4 * classifier.n_parameters_ + 5000


def test_callbacks_do_not_drag_the_model_into_a_pickle() -> None:
    stopping = keras.callbacks.EarlyStopping("loss", restore_best_weights=True)
    plain, watched = fit_small(), fit_small(callbacks=[stopping])
    assert len(pickle.dumps(watched)) < len(pickle.dumps(plain)) + 2000
    loaded = pickle.loads(pickle.dumps(watched))
    assert isinstance(loaded["clf"].callbacks[0], keras.callbacks.EarlyStopping)
    assert_same_answers(loaded, watched)
    assert stopping.model is not None  # the user's own is as it was
    loaded.fit(REVIEWS, LABELS)
    named = fit_small(callbacks={"stop": stopping})
    assert len(pickle.dumps(named)) < len(pickle.dumps(plain)) + 2000


# Steps of scikit-learn say so where they were made by another version of it.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
@pytest.mark.parametrize("name", [name for name in EXPECTED if name != SEGMENTS])
def test_golden_files(name: str) -> None:
    if name == "blend" and hasattr(LogisticRegression(), "multi_class"):
        pytest.skip("made by a later scikit-learn, whose LogisticRegression lacks it")
    expected = EXPECTED[name]
    assert_predicts(skrnn.load(DATA / f"{name}.skrnn"), expected)


def test_a_network_that_reads_texts_in_segments_is_refused(tmp_path: Path) -> None:
    golden = DATA / f"{SEGMENTS}.skrnn"
    with pytest.raises(ValueError, match=r"segments \(segment_length=4\)"):
        skrnn.load(golden)
    # With segment_length=None, the rest of the file loads. Texts that fit into one
    # segment get the same probabilities as before.
    schema, members = read_archive(golden)
    classifier = schema["estimator"]["steps"][1][1]
    classifier["params"]["segment_length"] = None
    classifier["network"]["segment_length"] = None
    path = tmp_path / "model.skrnn"
    write_archive(path, schema, members)
    loaded = skrnn.load(path)
    texts, proba = map(
        np.array, (EXPECTED[SEGMENTS]["texts"], EXPECTED[SEGMENTS]["proba"])
    )
    short = [len(text.split()) <= 4 for text in texts]
    np.testing.assert_allclose(
        loaded.predict_proba(texts[short]), proba[short], atol=1e-6
    )
    assert loaded["clf"].loss.get_config()["label_smoothing"] > 0
    assert loaded["clf"].get_params()["optimizer__clipnorm"] > 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_target_is_saved(kind: str, tmp_path: Path) -> None:
    model = fitted_kind(kind)
    loaded = there_and_back(model, tmp_path)
    assert_array_equal(loaded.predict(ODD), model.predict(ODD))
    assert repr(loaded) == repr(model)
    rows = loaded[:-1].transform(REVIEWS)
    targets = targets_of(kind)
    assert loaded[-1].partial_fit(rows, targets).predict(rows).shape == targets.shape


@pytest.mark.parametrize(
    "change",
    [
        {"head": "ordinal", "n_outputs": 4},  # of another estimator
        {"head": "other"},
    ],
)
def test_a_head_that_does_not_belong_to_the_estimator_is_refused(
    change: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = estimators.write_spec
    monkeypatch.setattr(
        estimators, "write_spec", lambda spec: {**write(spec), **change}
    )
    skrnn.save(fitted_kind("labels"), tmp_path / "model.skrnn")
    with pytest.raises(
        ValueError, match=r"do not belong to the network|There is no hea"
    ):
        skrnn.load(tmp_path / "model.skrnn")


def test_a_model_of_the_first_format_keeps_its_words(tmp_path: Path) -> None:
    texts = EXPECTED["words_0.1"]["texts"]
    loaded = skrnn.load(DATA / "words_0.1.skrnn")  # skrnn 0.1 wrote it
    sequencer = loaded["seq"]
    assert sequencer.tokenizer == "word-0.1"
    assert sequencer.normalize is None
    # It knew English negations only, and dropped "nicht".
    assert sequencer.stop_words == ["der", "nicht"]
    assert not sequencer.keep_negations
    refitted = clone(sequencer).fit(texts)
    skrnn.save(loaded, tmp_path / "again.skrnn")
    again = skrnn.load(tmp_path / "again.skrnn")
    assert again.get_params(deep=False).keys() == loaded.get_params(deep=False).keys()
    assert_array_equal(again.predict_proba(texts), loaded.predict_proba(texts))
    for same in (loaded, again, clone(loaded)):
        analyze = same["seq"].build_analyzer()
        assert analyze("这部电影很好 :) ﬁne") == ["这部电影很好", "ﬁne"]
        assert analyze("cafe\u0301 der Film <3 nicht") == ["cafe\u0301", "film", "3"]
    assert {"这部电影很好", "ﬁne", "nai\u0308ve"} <= refitted.vocabulary_.keys()
    assert "nicht" not in refitted.vocabulary_
