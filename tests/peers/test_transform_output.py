"""Every estimator under every ``transform_output`` of scikit-learn: the same numbers.

A step before the last one then hands a DataFrame on; warnings are errors here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingClassifier
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from skrnn import (
    HierarchicalAttentionClassifier,
    RNNSentimentClassifier,
    TextSequencer,
    attention_weights,
    explain,
    load,
    save,
)
from skrnn.baselines import make_baseline
from skrnn.datasets import make_reviews
from skrnn.ensemble import BlendedClassifier, DistilledClassifier
from tests.helpers import expected_failures, small_pipeline

pytestmark = pytest.mark.slow

TEXTS, LABELS = make_reviews(40, random_state=0)
PARTLY = np.where(np.arange(40) % 2, LABELS, -1)
OUTPUTS = ["default", "pandas", "polars"]


def hierarchical() -> Pipeline:
    classifier = HierarchicalAttentionClassifier(
        cell="simple",
        units=4,
        sentence_units=4,
        embedding_dim=4,
        epochs=1,
        random_state=0,
    )
    sequencer = TextSequencer(maxlen=16, sentence_splitter="rules")
    return Pipeline([("seq", sequencer), ("clf", classifier)])


MODELS: dict[str, Any] = {
    "recurrent": small_pipeline(),
    "attention": small_pipeline(pooling="attention"),
    "validated": small_pipeline(validation_split=0.2, early_stopping=True, epochs=2),
    "svd": small_pipeline(embeddings="svd"),
    "hierarchical": hierarchical(),
    "tfidf": make_baseline("tfidf"),
    "nbsvm": make_baseline("nbsvm"),
    "blended": BlendedClassifier(
        [("rnn", small_pipeline()), ("bag", make_baseline("tfidf"))], random_state=0
    ),
    "distilled": DistilledClassifier(small_pipeline(), make_baseline("nbsvm")),
    "voting": VotingClassifier(
        [("rnn", small_pipeline()), ("bag", make_baseline("tfidf"))], voting="soft"
    ),
}


def labels_of(name: str) -> np.ndarray:
    return PARTLY if name == "distilled" else LABELS


@pytest.fixture(params=OUTPUTS)
def output(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "polars":
        pytest.importorskip("polars")
    with sklearn.config_context(transform_output=request.param):
        yield request.param


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """Return what each model predicts where transformers give arrays."""
    fitted = {
        name: clone(model).fit(TEXTS, labels_of(name)) for name, model in MODELS.items()
    }
    return {
        name: (model.predict(TEXTS), model.predict_proba(TEXTS))
        for name, model in fitted.items()
    }


def frame_name(frame: Any) -> str:
    """Return the library that ``frame`` belongs to."""
    name = type(frame).__module__.partition(".")[0]
    return "default" if name == "numpy" else name


def test_the_sequencer_gives_what_is_asked_for(output: str) -> None:
    ids = TextSequencer(maxlen=4).fit_transform(TEXTS)
    assert frame_name(ids) == output
    plain = np.asarray(ids)
    assert plain.dtype == np.int32
    with sklearn.config_context(transform_output="default"):
        np.testing.assert_array_equal(
            plain, TextSequencer(maxlen=4).fit_transform(TEXTS)
        )


@pytest.mark.parametrize("name", MODELS)
def test_the_same_predictions(name: str, output: str, expected: dict) -> None:
    labels, proba = expected[name]
    model = clone(MODELS[name]).fit(TEXTS, labels_of(name))
    np.testing.assert_array_equal(model.predict_proba(TEXTS), proba)
    np.testing.assert_array_equal(model.predict(TEXTS), labels)
    assert type(model.predict(TEXTS)) is np.ndarray
    assert model.score(TEXTS, LABELS) == np.mean(labels == LABELS)


@pytest.mark.parametrize("name", ["recurrent", "hierarchical"])
def test_partial_fit_takes_the_frames(name: str, output: str) -> None:
    sequencer, classifier = (clone(step) for _, step in MODELS[name].steps)
    ids = sequencer.fit_transform(TEXTS)
    for _ in range(2):
        classifier.partial_fit(ids, LABELS)
    plain = clone(classifier)
    for _ in range(2):
        plain.partial_fit(np.asarray(ids), LABELS)
    np.testing.assert_array_equal(
        classifier.predict_proba(ids), plain.predict_proba(np.asarray(ids))
    )


def test_validation_rows_may_be_frames(output: str) -> None:
    sequencer, classifier = (clone(step) for _, step in MODELS["recurrent"].steps)
    ids = sequencer.fit_transform(TEXTS)
    model = clone(classifier).fit(ids, LABELS, X_val=ids, y_val=LABELS)
    rows = np.asarray(ids)
    plain = clone(classifier).fit(rows, LABELS, X_val=rows, y_val=LABELS)
    assert model.history_ == plain.history_


def test_frames_have_names_that_are_checked(output: str) -> None:
    sequencer, classifier = (clone(step) for _, step in MODELS["recurrent"].steps)
    ids = sequencer.fit_transform(TEXTS)
    classifier.fit(ids, LABELS)
    if output == "default":
        assert not hasattr(classifier, "feature_names_in_")
        return
    names = sequencer.get_feature_names_out()
    np.testing.assert_array_equal(classifier.feature_names_in_, names)
    with pytest.raises(ValueError, match="feature names"):
        classifier.predict(ids[list(names[::-1])])


@pytest.mark.parametrize("name", ["recurrent", "hierarchical"])
@pytest.mark.parametrize("method", ["occlusion", "integrated_gradients"])
def test_the_same_explanation(name: str, method: str, output: str) -> None:
    found = explain(clone(MODELS[name]).fit(TEXTS, LABELS), TEXTS[0], method)
    with sklearn.config_context(transform_output="default"):
        plain = explain(clone(MODELS[name]).fit(TEXTS, LABELS), TEXTS[0], method)
    assert found.tokens == plain.tokens
    np.testing.assert_array_equal(found.weights, plain.weights)


@pytest.mark.parametrize("name", ["attention", "hierarchical"])
def test_the_same_attention(name: str, output: str) -> None:
    found = attention_weights(clone(MODELS[name]).fit(TEXTS, LABELS), TEXTS[:3])
    with sklearn.config_context(transform_output="default"):
        plain = attention_weights(clone(MODELS[name]).fit(TEXTS, LABELS), TEXTS[:3])
    np.testing.assert_array_equal(found, plain)


def test_the_same_search(output: str) -> None:
    def search() -> GridSearchCV:
        grid = {"clf__units": [3, 4], "seq__maxlen": [6]}
        return GridSearchCV(
            small_pipeline(), grid, cv=2, error_score="raise", refit=False
        ).fit(TEXTS, LABELS)

    found = search().cv_results_["mean_test_score"]
    with sklearn.config_context(transform_output="default"):
        plain = search().cv_results_["mean_test_score"]
    np.testing.assert_array_equal(found, plain)


def test_the_same_scores_in_worker_processes() -> None:
    def scores() -> np.ndarray:
        return cross_validate(
            small_pipeline(), TEXTS, LABELS, cv=2, n_jobs=2, error_score="raise"
        )["test_score"]

    plain = scores()
    with sklearn.config_context(transform_output="pandas"):
        np.testing.assert_array_equal(scores(), plain)


def test_a_saved_model_is_the_same(output: str, tmp_path, expected: dict) -> None:
    save(clone(MODELS["recurrent"]).fit(TEXTS, LABELS), tmp_path / "model.skrnn")
    found = load(tmp_path / "model.skrnn").predict_proba(TEXTS)
    np.testing.assert_array_equal(found, expected["recurrent"][1])


@pytest.mark.parametrize("transform", OUTPUTS)
def test_set_output_of_one_pipeline(transform: str, expected: dict) -> None:
    if transform == "polars":
        pytest.importorskip("polars")
    model = small_pipeline().set_output(transform=transform).fit(TEXTS, LABELS)
    np.testing.assert_array_equal(model.predict_proba(TEXTS), expected["recurrent"][1])
    assert frame_name(model[:-1].transform(TEXTS)) == transform


def test_text_may_be_a_column_of_a_table(output: str, expected: dict) -> None:
    import pandas as pd

    table = pd.DataFrame({"id": np.arange(40), "review": TEXTS})
    sequencer = TextSequencer(maxlen=12)
    classifier = clone(MODELS["recurrent"]["clf"])
    columns = ColumnTransformer([("text", sequencer, "review")])
    model = make_pipeline(columns, classifier).fit(table, LABELS)
    np.testing.assert_array_equal(model.predict_proba(table), expected["recurrent"][1])


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_ids_may_be_a_frame_of_either_library(kind: str) -> None:
    frames = pytest.importorskip(kind)
    ids = TextSequencer(maxlen=4).fit_transform(TEXTS)
    frame = frames.DataFrame({f"word{i}": ids[:, i] for i in range(4)})
    classifier = RNNSentimentClassifier(
        cell="simple", units=4, embedding_dim=4, epochs=1, random_state=0
    )
    plain = clone(classifier).fit(ids, LABELS).predict_proba(ids)
    np.testing.assert_array_equal(
        classifier.fit(frame, LABELS).predict_proba(frame), plain
    )


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_texts_and_labels_may_be_series_of_either_library(
    kind: str, expected: dict
) -> None:
    frames = pytest.importorskip(kind)
    texts, labels = frames.Series(list(TEXTS)), frames.Series(list(LABELS))
    model = small_pipeline().fit(texts, labels)
    np.testing.assert_array_equal(model.predict_proba(texts), expected["recurrent"][1])


def expected_under_pandas(estimator: BaseEstimator) -> dict[str, str]:
    asks_for_list = "the check asks the DataFrame for tolist()"
    return {
        **expected_failures(estimator),
        "check_classifiers_train": asks_for_list,
        "check_transformer_general": asks_for_list,
        "check_transformer_general(readonly_memmap=True)": asks_for_list,
        "check_transformer_data_not_an_array": "the check indexes like an array",
    }


@parametrize_with_checks(
    [MODELS["recurrent"]["clf"]], expected_failed_checks=expected_under_pandas
)
def test_the_checks_of_scikit_learn_under_pandas(
    estimator: BaseEstimator, check: Callable[[BaseEstimator], None]
) -> None:
    with sklearn.config_context(transform_output="pandas"):
        check(estimator)
