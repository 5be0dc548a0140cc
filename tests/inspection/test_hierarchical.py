"""Explanations of networks that read sentences agree with sums by hand."""

from __future__ import annotations

import re
from itertools import groupby, product

import numpy as np
import pytest

from skrnn import AttentionDisplay, explain
from skrnn.inspection import attention_weights
from tests.inspection.conftest import REVIEWS

pytestmark = pytest.mark.slow

ARCHITECTURES = [
    {"sentence_units": 3},
    {"sentence_units": (3, 2), "cell": "lstm", "bidirectional": False},
    {"sentence_units": 3, "cell": "simple", "dense_units": (4,), "units": (4, 3)},
]
TEXT = "The CASE is really, these days, awful. Superb! My zebra? It's not great."
WORDS = re.findall(r"[\w']+", TEXT)


def sentences(row) -> list[list[int]]:
    """Return the ids of each sentence of a row."""
    runs = groupby(row.tolist(), key=bool)
    return [list(run) for is_words, run in runs if is_words]


def rows_without_each_word(row) -> np.ndarray:
    """Return rows of the same sentences, each without another word."""
    parts = sentences(row)
    rows = []
    for number, sentence in enumerate(parts):
        for word in range(len(sentence)):
            left = [*sentence[:word], *sentence[word + 1 :]]
            whole = [*parts[:number], left, *parts[number + 1 :]]
            ids = [i for part in whole if part for i in (0, *part)][1:]
            rows.append(ids + [0] * (len(row) - len(ids)))
    return np.array(rows, dtype=np.int32)


def assert_complete(explanation) -> None:
    gap = explanation.value - explanation.baseline
    assert abs(explanation.weights.sum() - gap) <= 0.02 * abs(gap) + 1e-5


@pytest.mark.parametrize("params", ARCHITECTURES, ids=str)
def test_occlusion_is_removing_a_word_by_hand(fitted, params) -> None:
    model = fitted(**params)
    (row,) = model[0].transform([TEXT])
    assert [len(sentence) for sentence in sentences(row)] == [7, 1, 2, 3]
    explanation = explain(model, TEXT, target="good")
    assert explanation.tokens == tuple(WORDS)
    whole = model.predict_proba([TEXT])[0, 1]
    assert explanation.value == pytest.approx(whole)
    from_rows = model[1].predict_proba(rows_without_each_word(row))[:, 1]
    np.testing.assert_allclose(explanation.weights, whole - from_rows, atol=1e-6)
    # From the text the word goes and the mark stays, which ends its sentence.
    places = [match.span() for match in re.finditer(r"[\w']+", TEXT)]
    texts = [TEXT[:first] + TEXT[end:] for first, end in places]
    from_texts = model.predict_proba(texts)[:, 1]
    np.testing.assert_allclose(explanation.weights, whole - from_texts, atol=1e-6)
    assert np.abs(explanation.weights).max() > 1e-4

    odds = explain(model, TEXT, target="good", score="log_odds")
    by_hand = np.log(whole / (1 - whole)) - np.log(from_rows / (1 - from_rows))
    np.testing.assert_allclose(odds.weights, by_hand, atol=1e-3)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("params", ARCHITECTURES, ids=str)
def test_integrated_gradients_are_complete(fitted, params, n_classes) -> None:
    model = fitted(n_classes, **params)
    for target, score in product(("bad", "good"), ("probability", "log_odds")):
        for text in (TEXT, REVIEWS[0], "Superb"):
            explanation = explain(
                model, text, "integrated_gradients", target=target, score=score
            )
            assert_complete(explanation)
            proba = model.predict_proba([text])[0, ["bad", "good"].index(target)]
            if score == "log_odds":
                proba = np.log(proba / (1 - proba))
            assert explanation.value == pytest.approx(proba, abs=1e-3)
            assert len(explanation.weights) == len(re.findall(r"[\w']+", text))


@pytest.mark.parametrize("params", ARCHITECTURES, ids=str)
def test_attention_sums_to_one_and_is_zero_on_all_zeros(fitted, params) -> None:
    model = fitted(**params)
    texts = [TEXT, "Superb", "", *REVIEWS[:3]]
    rows = model[0].transform(texts)
    weights = attention_weights(model, texts)
    assert weights.shape == rows.shape
    assert (weights[rows == 0] == 0).all()
    assert (weights[rows > 0] > 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), [1, 1, 0, 1, 1, 1], atol=1e-6)
    levels = model[1].attention_levels(rows)
    np.testing.assert_allclose(levels.sentences.sum(axis=1), weights.sum(axis=1))
    for number in range(4):
        of_sentence = levels.words[0, levels.numbers[0] == number]
        assert of_sentence.sum() == pytest.approx(1, abs=1e-6)
    shown = AttentionDisplay.from_estimator(model, texts)
    for text, drawn, row, ids in zip(texts, shown.weights, weights, rows, strict=True):
        explanation = explain(model, text, "attention")
        np.testing.assert_allclose(explanation.weights, row[ids > 0], atol=1e-6)
        np.testing.assert_allclose(drawn, row[ids > 0], atol=1e-6)


def test_a_display_begins_each_sentence_with_its_weight(fitted) -> None:
    model = fitted(sentence_units=3)
    display = AttentionDisplay.from_estimator(model, [TEXT, ""])
    levels = model[1].attention_levels(model[0].transform([TEXT]))
    assert [np.bincount(of_words).tolist() for of_words in display.sentences] == [
        [7, 1, 2, 3], []
    ]  # fmt: skip
    drawn = {text.get_text(): text.get_position() for text in display.ax_.texts}
    firsts = ["The", "Superb", "My", "It's"]
    lines = [drawn[word][1] for word in firsts]
    assert lines == sorted(set(lines))
    numbers = [text for text in display.ax_.texts if text.get_position()[0] == 0]
    shown = {text.get_position()[1]: text.get_text() for text in numbers}
    weights = levels.sentences[0]
    assert [shown[line] for line in lines] == [f"{weight:.2f}" for weight in weights]
    bars = [np.ptp(patch.get_xy()[:, 0]) for patch in display.ax_.patches]
    lengths = [bar for bar, patch in zip(bars, display.ax_.patches, strict=True)
               if patch.get_xy()[:, 0].min() == 5]  # fmt: skip
    np.testing.assert_allclose(np.divide(lengths, sum(lengths)), weights, atol=1e-5)


@pytest.mark.parametrize(
    ("padding", "truncating"), [("pre", "pre"), ("post", "post"), ("post", "middle")]
)
def test_texts_longer_than_maxlen(fitted, padding, truncating) -> None:
    maxlen = 7
    model = fitted(
        sentence_units=3, maxlen=maxlen, padding=padding, truncating=truncating
    )
    # Beginnings and ends of the text are cut in and between its sentences.
    places = [match.span() for match in re.finditer(r"[\w']+", TEXT)]
    ends = [TEXT[first:] for first, _ in places[::2]]
    beginnings = [TEXT[:end] for _, end in places[::2]]
    n_zeros = 0
    for text in (*ends, *beginnings):
        (row,) = model[0].transform([text])
        n_zeros += np.count_nonzero(row[[0, -1]] == 0)
        explanation = explain(model, text, target="good")
        words = re.findall(r"[\w']+", text)
        n_kept = np.count_nonzero(row)
        head = {"pre": 0, "post": n_kept, "middle": np.count_nonzero(row[:3])}
        first = head[truncating]
        kept = [*words[:first], *words[len(words) - n_kept + first :]]
        assert explanation.tokens == tuple(kept)
        assert explanation.n_words == len(words)
        whole = model.predict_proba([text])[0, 1]
        left = model[1].predict_proba(rows_without_each_word(row))[:, 1]
        np.testing.assert_allclose(explanation.weights, whole - left, atol=1e-6)
        attention = explain(model, text, "attention").weights
        assert attention.sum() == pytest.approx(1, abs=1e-6)
    assert n_zeros
    assert_complete(explain(model, TEXT, "integrated_gradients"))


def test_sentences_that_were_broken_stay_broken(fitted) -> None:
    model = fitted(sentence_units=3, sentence_length=3)
    (row,) = model[0].transform([TEXT])
    assert [len(sentence) for sentence in sentences(row)] == [3, 3, 1, 1, 2, 3]
    explanation = explain(model, TEXT, target="good")
    left = model[1].predict_proba(rows_without_each_word(row))[:, 1]
    expected = model.predict_proba([TEXT])[0, 1] - left
    np.testing.assert_allclose(explanation.weights, expected, atol=1e-6)


def test_an_empty_text_has_a_score_and_no_words(fitted) -> None:
    model = fitted(sentence_units=3)
    for method in ("occlusion", "integrated_gradients", "attention"):
        for score in ("probability", "log_odds"):
            explanation = explain(model, "", method, score=score)
            assert explanation.to_pairs() == []
            assert np.isfinite(explanation.value)
