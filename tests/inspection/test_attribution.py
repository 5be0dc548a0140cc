"""Explanations agree with what can be computed by hand."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skrnn import TextSequencer, explain, export_onnx, make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.datasets import load_reviews
from skrnn.ensemble import BlendedClassifier
from skrnn.inspection import (
    AttentionDisplay,
    SequenceLengthDisplay,
    TrainingHistoryDisplay,
    attention_weights,
)
from skrnn.serving import SentimentPredictor
from tests.helpers import KINDS, fitted_kind, small_pipeline
from tests.inspection.conftest import LABELS, REVIEWS

pytestmark = pytest.mark.slow

ARCHITECTURES = [
    {"cell": "simple"},
    {"cell": "lstm", "pooling": "max"},
    {"cell": "gru", "pooling": "mean", "dense_units": (4,)},
    {"cell": "lstm", "pooling": "mean_max", "bidirectional": True, "word_dropout": 0.1},
    {"cell": "gru", "pooling": "attention", "units": (4, 3), "bidirectional": True},
]
TEXT = "The CASE is really, these days, awful. My zebra likes him not"
WORDS = TEXT.replace(",", "").replace(".", "").split()


@pytest.mark.parametrize("params", ARCHITECTURES, ids=str)
def test_occlusion_is_removing_a_word_by_hand(fitted, params) -> None:
    model = fitted(**params)
    explanation = explain(model, TEXT, target="good")
    assert explanation.tokens == tuple(WORDS)
    whole = model.predict_proba([TEXT])[0, 1]
    without = [" ".join(WORDS[:i] + WORDS[i + 1 :]) for i in range(len(WORDS))]
    expected = whole - model.predict_proba(without)[:, 1]
    np.testing.assert_allclose(explanation.weights, expected, atol=1e-6)
    assert np.abs(expected).max() > 1e-3
    assert explanation.value == pytest.approx(whole)

    odds = explain(model, TEXT, target="good", score="log_odds")
    left = whole - expected
    by_hand = np.log(whole / (1 - whole)) - np.log(left / (1 - left))
    np.testing.assert_allclose(odds.weights, by_hand, atol=1e-3)


@pytest.mark.parametrize("score", ["probability", "log_odds"])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("params", ARCHITECTURES, ids=str)
def test_integrated_gradients_are_complete(fitted, params, n_classes, score) -> None:
    model = fitted(n_classes, **params)
    for target in ("bad", "good"):
        for text in (TEXT, *REVIEWS[:2]):
            explanation = explain(
                model, text, "integrated_gradients", target=target, score=score
            )
            gap = explanation.value - explanation.baseline
            assert explanation.weights.sum() == pytest.approx(gap, rel=0.02, abs=1e-5)
            proba = model.predict_proba([text])[0, ["bad", "good"].index(target)]
            if score == "log_odds":
                proba = np.log(proba / (1 - proba))
            assert explanation.value == pytest.approx(proba, abs=1e-3)


def test_integrated_gradients_are_the_mean_gradient_times_the_vectors(fitted) -> None:
    """A plain sum over a thousand points of the path, from Keras' own layers."""
    import keras
    import tensorflow as tf

    model = fitted(cell="gru", pooling="mean")
    explanation = explain(model, TEXT, "integrated_gradients", target="good")
    network = model[-1].model_
    embedding, lengths = map(network.get_layer, ("embedding", "lengths"))
    classify = keras.Model([embedding.output, lengths.output], network.output)
    ids = model[0].transform([TEXT])[0]
    vectors = embedding.embeddings.numpy()[ids[ids > 0]]
    unknown = embedding.embeddings.numpy()[1]
    places = (np.arange(1000) + 0.5)[:, None, None] / 1000
    path = tf.cast(unknown + places * (vectors - unknown), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(path)
        proba = classify([path, tf.fill([1000], len(vectors))])
    mean = tape.gradient(proba, path).numpy().mean(axis=0)
    expected = (mean * (vectors - unknown)).sum(axis=1)
    np.testing.assert_allclose(explanation.weights, expected, atol=2e-4)


def test_attention_sums_to_one_over_the_words_and_is_zero_on_padding(fitted) -> None:
    model = fitted(pooling="attention", maxlen=8)
    texts = [TEXT, "awful case", ""]
    weights = attention_weights(model, texts)
    rows = model[0].transform(texts)
    assert weights.shape == rows.shape
    assert (weights[rows == 0] == 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), [1, 1, 0], atol=1e-6)
    for text, row, ids in zip(texts, weights, rows, strict=True):
        explanation = explain(model, text, "attention")
        np.testing.assert_allclose(explanation.weights, row[ids > 0], atol=1e-6)


@pytest.mark.parametrize("method", ["occlusion", "integrated_gradients", "attention"])
def test_a_reloaded_pipeline_explains_the_same(fitted, method) -> None:
    model = fitted(pooling="attention")
    loaded = pickle.loads(pickle.dumps(model))
    first, second = (explain(m, TEXT, method) for m in (model, loaded))
    np.testing.assert_allclose(first.weights, second.weights, atol=1e-6)
    assert first.tokens == second.tokens


@pytest.mark.parametrize("method", ["occlusion", "integrated_gradients"])
def test_the_predicted_class_is_explained_unless_another_is_named(
    fitted, method
) -> None:
    model = fitted(3)
    best = model.predict([TEXT])[0]
    assert explain(model, TEXT, method).target == best
    parts = [explain(model, TEXT, method, target=c) for c in model.classes_]
    assert [part.target for part in parts] == ["bad", "good", "so-so"]
    # What one class wins the others lose.
    total = np.sum([part.weights for part in parts], axis=0)
    np.testing.assert_allclose(total, 0, atol=0.01)
    with pytest.raises(ValueError, match=r"target must be one of .* got 'great'"):
        explain(model, TEXT, method, target="great")


def test_words_that_were_cut_or_are_unknown(fitted) -> None:
    explanation = explain(fitted(maxlen=5), TEXT)
    assert explanation.tokens == ("My", "zebra", "likes", "him", "not")
    assert explanation.known.tolist() == [True, False, False, False, True]
    assert explanation.n_words == len(WORDS)


@pytest.mark.parametrize("score", ["probability", "log_odds"])
@pytest.mark.parametrize("method", ["occlusion", "integrated_gradients", "attention"])
def test_an_empty_text_has_a_score_and_no_words(fitted, method, score) -> None:
    explanation = explain(fitted(pooling="attention"), "", method, score=score)
    assert explanation.to_pairs() == []
    assert np.isfinite(explanation.value)
    assert "no words" in repr(explanation)


def test_one_word_is_all_that_a_text_has(fitted) -> None:
    model = fitted()
    explanation = explain(model, "awful", target="bad")
    alone, empty = model.predict_proba(["awful", ""])[:, 0]
    np.testing.assert_allclose(explanation.weights, [alone - empty], atol=1e-6)


def hand(model, text: str, spans: list[tuple[int, int]], column: int) -> np.ndarray:
    """Return what the probability loses where characters are deleted."""
    without = [text[:start] + text[end:] for start, end in spans]
    whole, *rest = model.predict_proba([text, *without])[:, column]
    return whole - np.array(rest)


OTHERS = {
    "baseline": lambda rnn: make_baseline("tfidf"),
    "nbsvm": lambda rnn: make_baseline("nbsvm"),
    "blend": lambda rnn: BlendedClassifier(
        [("rnn", rnn), ("bag", make_baseline("tfidf"))], random_state=0
    ),
    "vote": lambda rnn: VotingClassifier(
        [("rnn", rnn), ("bag", make_baseline("tfidf"))], voting="soft"
    ),
    "calibrated": lambda rnn: CalibratedClassifierCV(rnn, cv=2),
}


@pytest.mark.parametrize("name", OTHERS)
def test_every_classifier_of_strings_is_explained_by_deleting_words(name) -> None:
    model = OTHERS[name](small_pipeline()).fit(REVIEWS, LABELS)
    text = "The case, is (awful)!"
    explanation = explain(model, text, target=1)
    assert explanation.tokens == ("The", "case", "is", "awful")
    expected = hand(model, text, [(0, 3), (4, 8), (10, 12), (14, 19)], 1)
    np.testing.assert_allclose(explanation.weights, expected, atol=1e-6)
    assert explanation.text == text
    assert explain(model, text).target == model.predict([text])[0]
    for method in ("integrated_gradients", "attention"):
        with pytest.raises(TypeError, match="method='occlusion'"):
            explain(model, text, method)


def clean(texts) -> list[str]:
    return [text.replace("sooo", "so").upper() for text in texts]


@pytest.mark.parametrize("method", ["occlusion", "integrated_gradients", "attention"])
def test_steps_before_and_searches_around_explain_what_the_network_read(method) -> None:
    inner = small_pipeline(pooling="attention")
    model = Pipeline([("clean", FunctionTransformer(clean)), *inner.steps])
    model.fit(REVIEWS, LABELS)
    text = "sooo awful, this case"
    found = explain(model, text, method)
    plain = explain(model[1:], clean([text])[0], method)
    assert found.tokens == ("SO", "AWFUL", "THIS", "CASE")
    np.testing.assert_array_equal(found.weights, plain.weights)

    search = GridSearchCV(model, {"clf__units": [3]}, cv=2).fit(REVIEWS, LABELS)
    best = explain(search.best_estimator_, text, method)
    assert explain(search, text, method).to_pairs() == best.to_pairs()
    rows = attention_weights(search, [text])
    np.testing.assert_array_equal(
        rows, attention_weights(search.best_estimator_, [text])
    )


def test_the_class_that_a_threshold_decides_is_explained() -> None:
    model = FixedThresholdClassifier(small_pipeline(), threshold=1.0)
    model.fit(REVIEWS, LABELS)
    assert explain(model, TEXT).target == model.predict([TEXT])[0] == 0


@pytest.mark.parametrize("name", ["baseline", "calibrated"])
def test_log_odds_of_every_classifier_of_strings(name) -> None:
    model = OTHERS[name](small_pipeline()).fit(REVIEWS, LABELS)
    text = "The case, is (awful)!"
    explanation = explain(model, text, target=1, score="log_odds")
    without = ["The case, is ()!", "The , is (awful)!"]
    p, *rest = model.predict_proba([text, *without])[:, 1]
    assert explanation.value == pytest.approx(np.log(p / (1 - p)))
    expected = explanation.value - np.log(rest) + np.log1p(-np.array(rest))
    np.testing.assert_allclose(explanation.weights[[3, 1]], expected, atol=1e-6)


@pytest.mark.parametrize("method", ["integrated_gradients", "attention"])
def test_the_network_within_a_calibrated_classifier_is_explained(method) -> None:
    inner = small_pipeline(pooling="attention").fit(REVIEWS, LABELS)
    ids = inner[0].transform(REVIEWS)
    models = [
        CalibratedClassifierCV(FrozenEstimator(inner)).fit(REVIEWS, LABELS),
        make_pipeline(
            inner[0], CalibratedClassifierCV(FrozenEstimator(inner[1])).fit(ids, LABELS)
        ),
    ]
    expected = explain(inner, TEXT, method, target=1).weights
    for model in models:
        found = explain(model, TEXT, method, target=1)
        np.testing.assert_array_equal(found.weights, expected)
        # Occlusion is of the calibrated probability.
        value = explain(model, TEXT, target=1).value
        assert value == pytest.approx(model.predict_proba([TEXT])[0, 1])
        assert TrainingHistoryDisplay.from_estimator(model).history == inner[1].history_
        lengths = SequenceLengthDisplay.from_estimator(model, [TEXT]).lengths
        assert lengths.tolist() == [len(WORDS)]


def test_words_are_deleted_whatever_the_shape_of_their_apostrophes() -> None:
    model = make_baseline("tfidf").fit(REVIEWS, LABELS)
    text = "I don’t like the ﬁne cafe\u0301!"
    explanation = explain(model, text)
    assert explanation.tokens == ("I", "don’t", "like", "the", "ﬁne", "cafe\u0301")
    spans = [(0, 1), (2, 7), (8, 12), (13, 16), (17, 20), (21, 26)]
    assert explanation.spans == tuple(spans)


def test_a_predictor_without_tensorflow_is_explained_too(tmp_path) -> None:
    pytest.importorskip("onnxruntime")
    model = small_pipeline().fit(REVIEWS, LABELS)
    export_onnx(model, tmp_path / "model.onnx")
    served = explain(SentimentPredictor(tmp_path / "model.onnx"), TEXT, target=1)
    here = explain(model, TEXT, target=1)
    assert served.tokens == here.tokens
    np.testing.assert_allclose(served.weights, here.weights, atol=1e-5)


def test_a_classifier_without_probabilities_is_told_where_they_are() -> None:
    bag = make_pipeline(CountVectorizer(), LinearSVC()).fit(REVIEWS, LABELS)
    with pytest.raises(TypeError, match="CalibratedClassifierCV"):
        explain(bag, TEXT)


def test_unknown_words_weigh_nothing_in_integrated_gradients(fitted) -> None:
    explanation = explain(fitted(), TEXT, "integrated_gradients")
    assert not explanation.known.all()
    np.testing.assert_array_equal(explanation.weights[~explanation.known], 0.0)


@pytest.mark.real_data
@pytest.mark.parametrize("score", ["probability", "log_odds"])
def test_integrated_gradients_are_complete_on_reviews(skrnn_data, score) -> None:
    """A ConvergenceWarning would be an error."""
    train = load_reviews(skrnn_data / "Amazon_reviews_train.csv")
    test = load_reviews(skrnn_data / "Amazon_reviews_test.csv")
    model = make_sentiment_pipeline(
        "fast", epochs=6, batch_size=128, random_state=0
    ).fit(train.data, train.target)
    for review in test.data[:20]:
        explanation = explain(model, review, "integrated_gradients", score=score)
        gap = explanation.value - explanation.baseline
        assert explanation.weights.sum() == pytest.approx(gap, rel=0.02)


def test_other_classifiers_are_explained_by_occlusion() -> None:
    model = make_pipeline(TextSequencer(maxlen=2), DecisionTreeClassifier())
    model.fit(["so good", "so bad"], ["pos", "neg"])
    assert explain(model, "so good").to_pairs()[1] == ("good", 1.0)
    # A tree is sure, and log-odds are those of float64's eps.
    value = explain(model, "so good", score="log_odds").value
    assert value == pytest.approx(-np.log(np.finfo(float).eps))
    with pytest.raises(TypeError, match="not a network of skrnn"):
        explain(model, "so good", "integrated_gradients")
    with pytest.raises(ValueError, match="no attention weights"):
        explain(model, "so good", "attention")


class FirstWord(DecisionTreeClassifier):
    """A classifier with an attention of its own: to the first word."""

    def attention_weights(self, X):
        weights = np.zeros(X.shape)
        weights[np.arange(len(X)), (X > 0).argmax(axis=1)] = 1.0
        return weights


def test_a_classifier_may_bring_its_attention() -> None:
    model = make_pipeline(TextSequencer(maxlen=4), FirstWord())
    model.fit(["so good", "so bad"], ["pos", "neg"])
    assert explain(model, "very good", "attention").to_pairs() == [
        ("very", 1.0),
        ("good", 0.0),
    ]
    display = AttentionDisplay.from_estimator(model, ["a good film"])
    np.testing.assert_array_equal(display.weights[0], [1.0, 0.0, 0.0])


def test_errors_say_what_to_do(fitted) -> None:
    model = fitted()
    with pytest.raises(ValueError, match="method must be one of"):
        explain(model, TEXT, "lime")
    with pytest.raises(ValueError, match="score must be one of"):
        explain(model, TEXT, score="logit")
    with pytest.raises(TypeError, match=r"takes one text, a str, .* got list"):
        explain(model, [TEXT])
    with pytest.raises(ValueError, match="pooling='attention'"):
        explain(model, "", "attention")
    with pytest.raises(NotFittedError):
        explain(make_sentiment_pipeline(), TEXT)
    with pytest.raises(TypeError, match="got RNNSentimentClassifier"):
        explain(model[-1], TEXT)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_target_is_explained(kind: str) -> None:
    model, text = fitted_kind(kind), "My great lamp has a cable."
    predicted = model.predict([text])[0]
    for method in ("occlusion", "integrated_gradients"):
        found = explain(model, text, method)
        assert "<span" in found._repr_html_()
        if kind == "ratings":
            assert found.target is None
            assert found.value == pytest.approx(predicted, rel=1e-5)
            assert repr(found).startswith(f"<Explanation of prediction {predicted:.3f}")
        else:
            proba = model.predict_proba([text])[0]
            assert found.value == pytest.approx(proba.max(), rel=1e-4)
            assert found.target == model.classes_[proba.argmax()]
            other = explain(model, text, method, target=model.classes_[0])
            assert other.value == pytest.approx(proba[0], rel=1e-4)
        if method == "integrated_gradients":
            difference = found.value - found.baseline
            assert found.weights.sum() == pytest.approx(difference, rel=0.02)


@pytest.mark.parametrize("given", [{"target": 1}, {"score": "log_odds"}])
def test_numbers_have_no_classes_to_explain(given: dict) -> None:
    with pytest.raises(ValueError, match="predicts numbers, which have no classes"):
        explain(fitted_kind("ratings"), "a great lamp", **given)
