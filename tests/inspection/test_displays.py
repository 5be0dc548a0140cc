"""Displays hold what they draw, and draw what they hold."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib import pyplot as plt
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier

from skrnn import (
    AttentionDisplay,
    SequenceLengthDisplay,
    TextSequencer,
    TrainingHistoryDisplay,
    make_sentiment_pipeline,
)
from skrnn.datasets import make_reviews
from tests.helpers import Sequences, small

HISTORY = {
    "loss": [0.7, 0.5, 0.3, 0.2],
    "accuracy": [0.5, 0.7, 0.8, 0.9],
    "val_loss": [0.7, 0.6, 0.55, 0.6],
    "val_accuracy": [0.5, 0.6, 0.7, 0.7],
}


@pytest.mark.parametrize("where", ["new figure", "axes"])
def test_from_estimator_draws_once_and_where_it_is_told(fitted, where) -> None:
    model = fitted(pooling="attention")
    calls = {
        SequenceLengthDisplay: (model, ["a good film"]),
        AttentionDisplay: (model, ["a good film"]),
        TrainingHistoryDisplay: (model,),
    }
    for cls, given in calls.items():
        options = {"metrics": ["loss"]} if cls is TrainingHistoryDisplay else {}
        plt.close("all")
        if where == "axes":
            options["ax"] = plt.subplots()[1]
        display = cls.from_estimator(*given, **options)
        assert plt.get_fignums() == [display.figure_.number]
        assert display.ax_.has_data() or display.ax_.texts
        if where == "axes":
            assert display.ax_ is options["ax"]


# -- TrainingHistoryDisplay ---------------------------------------------


def test_history_has_a_panel_for_each_metric_and_a_curve_for_each_part() -> None:
    display = TrainingHistoryDisplay.from_history(HISTORY).plot()
    assert [ax.get_ylabel() for ax in display.ax_] == ["loss", "accuracy"]
    curves = {
        (ax.get_ylabel(), line.get_label()): (
            line.get_xdata().tolist(),
            line.get_ydata().tolist(),
        )
        for ax in display.ax_
        for line in display.lines_
        if line in ax.lines
    }
    epochs = [1, 2, 3, 4]
    assert curves == {
        ("loss", "training"): (epochs, HISTORY["loss"]),
        ("loss", "held out"): (epochs, HISTORY["val_loss"]),
        ("accuracy", "training"): (epochs, HISTORY["accuracy"]),
        ("accuracy", "held out"): (epochs, HISTORY["val_accuracy"]),
    }
    assert display.best_epoch == 3


def test_history_of_one_metric_takes_one_axes() -> None:
    _, ax = plt.subplots()
    display = TrainingHistoryDisplay.from_history(HISTORY)
    assert display.plot(ax=ax, metrics=["loss"]).ax_ is ax
    with pytest.raises(ValueError, match="needs 2 axes, got 1"):
        display.plot(ax=ax)
    with pytest.raises(ValueError, match="no metric 'f1'"):
        display.plot(metrics=["f1"])
    _, axes = plt.subplots(2, 1)
    assert display.plot(ax=axes).ax_ == list(axes)


def test_history_of_a_classifier(sequences: Sequences) -> None:
    model = small(epochs=2).fit(*sequences)
    display = TrainingHistoryDisplay.from_estimator(model)
    assert display.history == model.history_
    assert display.best_epoch is None
    ticks = display.plot().ax_[0].get_xticks()
    assert all(tick == int(tick) for tick in ticks)
    piped = TrainingHistoryDisplay.from_estimator(make_pipeline("passthrough", model))
    assert piped.history == model.history_


def test_history_of_what_has_none() -> None:
    with pytest.raises(NotFittedError):
        TrainingHistoryDisplay.from_estimator(small())
    tree = DecisionTreeClassifier().fit([[0], [1]], [0, 1])
    with pytest.raises(TypeError, match="DecisionTreeClassifier has no history_"):
        TrainingHistoryDisplay.from_estimator(tree)
    for history in ({}, {"loss": []}, {"loss": [1.0], "accuracy": [1.0, 2.0]}):
        with pytest.raises(ValueError, match="history must have"):
            TrainingHistoryDisplay.from_history(history)


# -- SequenceLengthDisplay ---------------------------------------------


def test_lengths_are_those_before_cutting_and_stop_words_do_not_count() -> None:
    texts = ["the good film", "the bad film", "a good one, a good one"]
    sequencer = TextSequencer(maxlen=3, stop_words=["the"], max_features=3).fit(texts)
    assert sorted(sequencer.vocabulary_) == ["a", "film", "good"]
    display = SequenceLengthDisplay.from_estimator(sequencer, texts)
    assert display.lengths.tolist() == [2, 2, 6]
    np.testing.assert_array_equal(display.lengths, sequencer.document_lengths_)
    assert display.maxlen == 3
    assert display.truncated_share == pytest.approx(1 / 3)
    assert display.oov_rate == pytest.approx(3 / 10)  # bad, one, one


def test_lengths_of_a_pipeline_and_of_new_texts() -> None:
    model = make_sentiment_pipeline(maxlen=2, units=2, epochs=1)
    model.fit(["so good", "so bad"] * 4, [1, 0] * 4)
    display = SequenceLengthDisplay.from_estimator(model, ["", "so very good", ""])
    assert display.lengths.tolist() == [0, 3, 0]
    assert display.oov_rate == pytest.approx(1 / 3)
    assert SequenceLengthDisplay.from_estimator(model, [""]).oov_rate == 0.0


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"sentence_splitter": "rules"},
        {"sentence_length": 4},
        {"sentence_splitter": "rules", "sentence_length": 3},
        {"sentence_splitter": "rules", "stop_words": ["the", "is", "it"]},
    ],
    ids=str,
)
def test_what_is_cut_is_what_transform_cuts(params: dict) -> None:
    texts = ["", "The end", "It is. It is! It is?", *make_reviews(40, reach=1)[0]]
    whole = TextSequencer(maxlen=99, **params).fit_transform(texts)
    widths = np.where(whole.any(axis=1), 99 - (whole > 0).argmax(axis=1), 0)
    for maxlen in (1, 3, 5, int(np.median(widths)), int(widths.max())):
        sequencer = TextSequencer(maxlen=maxlen, **params).fit(texts)
        rows = sequencer.transform(texts)
        np.testing.assert_array_equal(rows, whole[:, -maxlen:])
        display = SequenceLengthDisplay.from_estimator(sequencer, texts)
        np.testing.assert_array_equal(display.widths, widths)
        np.testing.assert_array_equal(display.lengths, (whole > 0).sum(axis=1))
        assert display.truncated_share == whole[:, :-maxlen].any(axis=1).mean()
    label = display.plot().ax_.get_xlabel()
    assert ("zeros between its sentences" in label) == bool(
        params.keys() & {"sentence_splitter", "sentence_length"}
    )


@pytest.mark.parametrize("maxlen", [1, 2, 7, 40, 200, 5000])
def test_bars_count_every_text_and_part_at_maxlen(maxlen: int) -> None:
    lengths = np.random.default_rng(0).integers(0, 200, size=400)
    display = SequenceLengthDisplay.from_lengths(lengths, maxlen=maxlen).plot()
    whole, cut = (
        sum(bar.get_height() for bar in bars) for bars in display.ax_.containers
    )
    # The longest may be beyond the picture, which its label then says.
    beyond = 400 - whole - cut
    assert beyond <= 2
    assert ("longer than shown" in display.ax_.get_xlabel()) == (beyond > 0)
    assert whole == (lengths <= maxlen).sum()
    line = display.ax_.lines[0].get_xdata()[0]
    assert line == maxlen + 0.5
    for bars, side in zip(display.ax_.containers, (-1, 1), strict=True):
        for bar in bars:
            if bar.get_height():
                middle = bar.get_x() + bar.get_width() / 2
                assert (middle - line) * side > 0


def test_lengths_alone_have_no_legend() -> None:
    display = SequenceLengthDisplay.from_lengths([3, 3, 3]).plot()
    assert display.truncated_share is None
    assert display.ax_.get_legend() is None


def test_the_legend_tells_the_shares() -> None:
    display = SequenceLengthDisplay.from_lengths([1, 2, 3, 4], maxlen=3, oov_rate=0.125)
    legend = display.plot().ax_.get_legend()
    texts = [text.get_text() for text in legend.get_texts()]
    assert sorted(texts) == ["complete: 75.0%", "maxlen = 3", "truncated: 25.0%"]
    assert legend.get_title().get_text() == "out of vocabulary: 12.5% of the words"


def test_lengths_that_are_none() -> None:
    for lengths in ([], [1.5], ["a"]):
        with pytest.raises(ValueError, match="an integer for each text"):
            SequenceLengthDisplay.from_lengths(lengths)
    with pytest.raises(ValueError, match="must not be negative"):
        SequenceLengthDisplay.from_lengths([3, -1])
    with pytest.raises(ValueError, match="got 1 for 2 lengths"):
        SequenceLengthDisplay.from_lengths([3, 1], n_zeros=[1])
    with pytest.raises(NotFittedError):
        SequenceLengthDisplay.from_estimator(TextSequencer(), ["good"])


def test_lengths_are_those_after_the_steps_before_the_sequencer() -> None:
    texts = ["so-so good", "bad"]
    clean = FunctionTransformer(lambda X: [text.replace("so", "") for text in X])
    model = make_pipeline(clean, TextSequencer(), DecisionTreeClassifier())
    model.fit(texts, [1, 0])
    display = SequenceLengthDisplay.from_estimator(model, texts)
    assert display.lengths.tolist() == [1, 1]


# -- AttentionDisplay ---------------------------------------------


def test_attention_is_drawn_word_by_word(fitted) -> None:
    model = fitted(pooling="attention")
    texts = ["The case is awful. " * 8, "Really!", ""]
    display = AttentionDisplay.from_estimator(model, texts)
    drawn = [text.get_text() for text in display.ax_.texts]
    words = ["The", "case", "is", "awful"] * 8
    assert [word for word in drawn if word in words] == words
    assert "Really" in drawn
    assert display.weights[2].size == 0
    labels = model.predict(texts)
    assert [title.split()[0] for title in display.titles] == labels.tolist()
    opacity = [patch.get_facecolor()[3] for patch in display.ax_.patches]
    expected = 0.6 * display.weights[0] / display.weights[0].max()
    np.testing.assert_allclose(opacity[:32], expected, atol=1e-6)


@pytest.mark.parametrize("width", [4.0, 7.0, 12.0])
def test_words_do_not_overlap_and_stay_inside(width: float) -> None:
    rng = np.random.default_rng(0)
    tokens = ["w" * n for n in rng.integers(1, 14, size=80)] + ["x" * 300]
    figure, ax = plt.subplots(figsize=(width, 6), layout="constrained")
    AttentionDisplay([tokens], [rng.random(81)], ["a title"]).plot(ax=ax)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts[2:]]
    tints = [patch.get_window_extent() for patch in ax.patches]
    for box, tinted in zip(boxes, tints, strict=True):
        assert box.width <= tinted.width * 1.03
        assert tinted.x1 <= figure.bbox.width + 1
    for first, second in pairwise(tints):
        same_line = abs(first.y0 - second.y0) < 1
        assert not same_line or first.x1 <= second.x0 + 0.5
