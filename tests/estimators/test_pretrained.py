"""Classifiers that start from a pretrained pipeline."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline

import skrnn
from skrnn import HierarchicalAttentionClassifier, RNNSentimentClassifier, TextSequencer
from skrnn.networks.spec import EMBEDDINGS
from skrnn.serving import SentimentPredictor
from tests.helpers import KNOWN, PRAISE, RANT, fit_pretrained, start_from

pytestmark = pytest.mark.slow

TEXTS = [*PRAISE[:6], *RANT[:6], "a good zebra", "a bad zebra"]
LABELS = [1] * 6 + [0] * 6 + [1, 0]
_ALL = [
    "embedding/embeddings",
    "gru_0/kernel",
    "gru_0/recurrent_kernel",
    "gru_0/bias",
    "output/kernel",
    "output/bias",
]


@pytest.fixture(scope="module")
def pretrained() -> Pipeline:
    """Return a small fitted pipeline, not to be changed."""
    return fit_pretrained()


@pytest.fixture(scope="module")
def path(pretrained: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return its file."""
    path = tmp_path_factory.mktemp("pretrained") / "model.skrnn"
    skrnn.save(pretrained, path)
    return str(path)


def weights(model: Pipeline) -> dict[str, np.ndarray]:
    return model["clf"]._network.named_weights()


def test_all_weights_are_copied_to_the_same_architecture(path, pretrained) -> None:
    model = start_from(path).fit(TEXTS, LABELS)
    assert model["clf"].pretrained_weights_ == _ALL
    for name, weight in weights(pretrained).items():
        np.testing.assert_allclose(
            weights(model)[name][: len(weight)], weight, atol=1e-3
        )
    assert model["seq"].vocabulary_ == {**pretrained["seq"].vocabulary_, "zebra": 7}
    assert model["clf"].n_embeddings_ == 8
    assert model.score(TEXTS, LABELS) == 1


def test_vectors_of_new_words_are_like_the_others(path, pretrained) -> None:
    words = " ".join(f"word{i}" for i in range(300))
    model = start_from(path, maxlen=400).fit([*TEXTS * 60, words], [*LABELS * 60, 1])
    known = weights(pretrained)[EMBEDDINGS]
    new = weights(model)[EMBEDDINGS][len(known) :]
    assert len(new) == 301
    error = 3 * known.std(axis=0) / np.sqrt(len(new))
    assert (np.abs(new.mean(axis=0) - known.mean(axis=0)) < error).all()
    np.testing.assert_allclose(new.std(axis=0), known.std(axis=0), rtol=0.15)


def test_words_of_the_pretrained_pipeline_keep_their_vectors(path, pretrained) -> None:
    """Also where the training texts lack them, as a test text may have them."""
    model = start_from(path).fit(["so good", "so bad"], [1, 0])
    assert model["clf"].n_embeddings_ == pretrained["clf"].n_embeddings_
    assert model.predict(["a good film", "a bad film"]).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("params", "copied", "reason"),
    [
        ({"embedding_dim": 5}, [], "embedding_dim=5 instead of 4"),
        ({"units": 2}, _ALL[:1], r"units=\(2,\) instead of \(3,\)"),
        ({"cell": "lstm"}, _ALL[:1], "cell='lstm' instead of 'gru'"),
        ({"units": (3, 3)}, _ALL[:4], "The layers gru_1, output do not fit"),
        ({"pooling": "mean"}, _ALL[:4], "pooling='mean' instead of 'max'"),
        ({"dense_units": (3,)}, _ALL[:4], "The layers dense_0, output do not fit"),
        ({"bidirectional": True}, _ALL[:4], "The layers gru_0_backward, output do not"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_said(path, params, copied, reason) -> None:
    with pytest.warns(UserWarning, match=reason):
        model = start_from(path, **params).fit(TEXTS, LABELS)
    assert model["clf"].pretrained_weights_ == copied


def test_another_number_of_classes_leaves_the_output_layer_only(path) -> None:
    labels = ["a", "b", "c"] * 4 + ["a", "b"]
    model = start_from(path).fit(TEXTS, labels)
    assert model["clf"].pretrained_weights_ == _ALL[:4]


@pytest.mark.parametrize(
    "labels", [["complaint", "praise"], ["praise", "rant"]], ids=str
)
def test_labels_may_be_in_either_order(path, labels) -> None:
    second = np.array(LABELS) == (labels[1] == "praise")
    y = np.array(labels)[second.astype(int)]
    model = start_from(path).fit(TEXTS, y)
    assert model.score(TEXTS, y) == 1


def test_a_class_without_rows_leaves_the_output_as_it_is(path) -> None:
    model = start_from(path)
    rows = model["seq"].fit_transform(RANT[:4])
    model["clf"].partial_fit(rows, [0] * 4, classes=[0, 1])
    assert model["clf"].predict(rows).tolist() == [0] * 4


def test_the_hierarchical_classifier_starts_too(tmp_path: Path) -> None:
    params = {
        "classifier": "HierarchicalAttentionClassifier",
        "sentence_splitter": "rules",
        "sentence_units": 3,
    }
    settings = {k: v for k, v in KNOWN.items() if k != "pooling"}
    pretrained = skrnn.make_sentiment_pipeline(
        None, **settings, **params, maxlen=5, epochs=1, random_state=0
    ).fit(TEXTS, LABELS)
    model = Pipeline(
        [
            ("seq", clone(pretrained["seq"]).set_params(pretrained=pretrained)),
            ("clf", clone(pretrained["clf"]).set_params(pretrained=pretrained)),
        ]
    ).fit(TEXTS, LABELS)
    assert model["clf"].pretrained_weights_ == list(
        pretrained["clf"]._network.spec.weight_shapes
    )


def test_texts_of_another_language_start_from_nothing(path, capsys) -> None:
    texts = ["ein guter Film", "ein schlechter Film"] * 6
    model = start_from(path, verbose=1, embeddings="svd").fit(texts, [1, 0] * 6)
    assert model["clf"].pretrained_weights_ == []
    assert "not start from the pretrained network, which knows 33%" in (
        capsys.readouterr().out
    )


def test_other_targets_than_those_of_the_pretrained_network(path, capsys) -> None:
    """Praise and rant are known, whom the texts are about is not."""
    texts = [f"{about} {text}" for text in [*PRAISE[:6], *RANT[:6]] for about in "xy"]
    model = start_from(path, verbose=1, embeddings="svd")
    for y, copied in (([1] * 12 + [0] * 12, _ALL), (["x", "y"] * 12, [])):
        model.fit(texts, y)
        assert model["clf"].pretrained_weights_ == copied
    assert "y explains 0% of the variance of its output" in capsys.readouterr().out
    assert model["clf"].n_embeddings_ == len(model["seq"].vocabulary_) + 2


@pytest.mark.parametrize(
    ("params", "n_rows", "factor"),
    [
        ({}, 24, 0.1),
        ({}, 400, 0.2),
        ({"batch_size": 128}, 12_000, 1),
        ({"dense_units": (3,)}, 24, 0.1),
        ({"units": 2}, 24, 1),
    ],
)
@pytest.mark.filterwarnings("ignore:The architecture of this RNNSentimentClassifier")
def test_a_copied_network_learns_at_a_rate_that_follows_the_rows(
    path, params, n_rows, factor
) -> None:
    rows = np.arange(n_rows) % len(TEXTS)
    model = start_from(path, learning_rate=0.01, **params)
    model.fit(np.take(TEXTS, rows), np.take(LABELS, rows))
    rate = float(model["clf"].model_.optimizer.learning_rate.numpy())
    assert rate == pytest.approx(0.01 * factor)


def test_vectors_and_pretrained_are_refused_together(path) -> None:
    for classifier in (RNNSentimentClassifier, HierarchicalAttentionClassifier):
        model = classifier(pretrained=path, embeddings=np.ones((8, 4)))
        with pytest.raises(ValueError, match="both embeddings and pretrained"):
            model.fit([[2, 3], [3, 2]], [0, 1])


def test_ids_of_another_vocabulary_are_noticed(tmp_path: Path) -> None:
    words = [f"word{i}" for i in range(400)]
    texts = [" ".join(words[i : i + 4]) for i in range(0, 400, 4)]
    pretrained = fit_small_words(texts)
    rows = TextSequencer(maxlen=4).fit_transform(texts[:40])
    model = RNNSentimentClassifier(**KNOWN, pretrained=pretrained, epochs=1)
    with pytest.warns(UserWarning, match="Give the TextSequencer the same value"):
        model.fit(rows, [0, 1] * 20)


def fit_small_words(texts: list[str]) -> Pipeline:
    labels = [0, 1] * (len(texts) // 2)
    return fit_pretrained().set_params(clf__epochs=1).fit(texts, labels)


# -- what parameters of scikit-learn survive


def test_a_failed_fit_changes_nothing(path) -> None:
    model = start_from(path).fit(TEXTS, LABELS)
    before = model.predict_proba(TEXTS)
    model.set_params(clf__embeddings=np.ones((8, 4)))
    with pytest.raises(ValueError, match="both embeddings and pretrained"):
        model["clf"].fit([[2, 3], [3, 2]], [0, 1])
    np.testing.assert_array_equal(model.predict_proba(TEXTS), before)
    assert model["clf"].pretrained_weights_ == _ALL


def test_a_fitted_pipeline_survives_cloning(pretrained) -> None:
    model = clone(start_from(pretrained))
    assert model["clf"].pretrained is model["seq"].pretrained is pretrained
    assert model["clf"].get_params()["pretrained"] is pretrained
    assert model.fit(TEXTS, LABELS).score(TEXTS, LABELS) == 1
    assert clone(model)["clf"].pretrained is pretrained
    routed = RNNSentimentClassifier(pretrained=pretrained, optimizer__rho=0.5)
    assert clone(routed).get_params()["optimizer__rho"] == 0.5


def test_a_grid_chooses_whether_to_start(path, pretrained, tmp_path: Path) -> None:
    values = [None, path, FrozenEstimator(pretrained)]
    grid = [
        {"seq__pretrained": [value], "clf__pretrained": [value]} for value in values
    ]
    search = GridSearchCV(start_from(None), grid, cv=2).fit(TEXTS, LABELS)
    none, of_path, frozen = search.cv_results_["mean_test_score"]
    assert none < of_path == frozen == 1
    search = GridSearchCV(start_from(None), grid[:2], cv=2).fit(TEXTS, LABELS)
    assert search.best_params_["clf__pretrained"] == path
    skrnn.save(search, tmp_path / "search.skrnn")
    loaded = skrnn.load(tmp_path / "search.skrnn")
    assert loaded.predict(TEXTS).tolist() == LABELS
    assert loaded.best_params_ == search.best_params_


def test_folds_never_see_test_rows(path) -> None:
    """A word of test texts only is unknown, and each fold starts afresh."""
    texts = [f"{text} only{i}" for i, text in enumerate(TEXTS[:12])]
    found = cross_validate(
        start_from(path), texts, LABELS[:12], cv=3, return_estimator=True,
        return_indices=True,
    )  # fmt: skip
    for model, test in zip(found["estimator"], found["indices"]["test"], strict=True):
        words = model["seq"].vocabulary_
        assert {f"only{i}" for i in range(12)} - words.keys() == {
            f"only{i}" for i in test
        }
        train = np.setdiff1d(np.arange(12), test)
        again = start_from(path).fit(
            [texts[i] for i in train], [LABELS[i] for i in train]
        )
        for name, weight in weights(again).items():
            np.testing.assert_array_equal(weight, weights(model)[name])


def test_pickles_hold_the_start_and_the_fit(pretrained) -> None:
    model = start_from(pretrained).fit(TEXTS, LABELS)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(
        again.predict_proba(TEXTS), model.predict_proba(TEXTS)
    )
    assert again["clf"].pretrained_weights_ == _ALL
    assert again.fit(TEXTS, LABELS).score(TEXTS, LABELS) == 1


@pytest.mark.parametrize("kind", ["str", "path", "pipeline"])
def test_a_file_holds_a_path_and_no_pipeline(path, pretrained, kind, tmp_path) -> None:
    given = {"str": path, "path": Path(path), "pipeline": pretrained}[kind]
    model = start_from(given).fit(TEXTS, LABELS)
    skrnn.save(model, tmp_path / "model.skrnn")
    loaded = skrnn.load(tmp_path / "model.skrnn")
    expected = None if kind == "pipeline" else path
    assert loaded["clf"].pretrained == loaded["seq"].pretrained == expected
    assert loaded["clf"].pretrained_weights_ == _ALL
    np.testing.assert_array_equal(
        loaded.predict_proba(TEXTS), model.predict_proba(TEXTS)
    )


def test_it_is_exported_and_explained(path, tmp_path: Path) -> None:
    model = start_from(path).fit(TEXTS, LABELS)
    skrnn.export_onnx(model, tmp_path / "model.onnx")
    served = SentimentPredictor(tmp_path / "model.onnx").predict_proba(TEXTS)
    np.testing.assert_allclose(served, model.predict_proba(TEXTS), atol=1e-5)
    explanation = skrnn.explain(model, "a good zebra")
    assert list(explanation.tokens) == ["a", "good", "zebra"]
    assert np.isfinite(explanation.weights).all()


def test_warm_start_and_partial_fit_start_once(path) -> None:
    model = start_from(path, warm_start=True, learning_rate=0.01)
    rows = model["seq"].fit_transform(TEXTS)
    classifier = model["clf"].fit(rows, LABELS)
    classifier.fit(rows, LABELS)
    assert len(classifier.history_["loss"]) == 2
    chunks = clone(classifier).partial_fit(rows, LABELS).partial_fit(rows, LABELS)
    assert chunks.pretrained_weights_ == _ALL
    for first, second in zip(
        classifier.model_.get_weights(), chunks.model_.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(first, second)


def test_checkpoints_tell_starts_apart(path, tmp_path: Path) -> None:
    params = {"memory": str(tmp_path), "learning_rate": 0.01}
    first = start_from(path, **params).fit(TEXTS, LABELS)
    more = start_from(path, **params, epochs=2).fit(TEXTS, LABELS)
    plain = start_from(path, learning_rate=0.01, epochs=2).fit(TEXTS, LABELS)
    none = start_from(path, **params, clf__pretrained=None).fit(TEXTS, LABELS)
    assert more["clf"].history_["loss"][0] == first["clf"].history_["loss"][0]
    assert none["clf"].history_["loss"] != first["clf"].history_["loss"]
    assert none["clf"].pretrained_weights_ == []
    for name, weight in weights(plain).items():
        np.testing.assert_array_equal(weight, weights(more)[name])
