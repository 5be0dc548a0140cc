"""DriftDisplay finds what changed, and nothing else."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeRegressor

from skrnn import DriftDisplay, TextSequencer, make_sentiment_pipeline
from skrnn.datasets import make_reviews
from skrnn.inspection import TextMeasures
from tests.helpers import small_pipeline

REVIEWS, LABELS = make_reviews(300, random_state=0)
TRAINING, KEPT, NEW = REVIEWS[:100], REVIEWS[100:200], REVIEWS[200:]


@pytest.fixture(scope="module")
def model() -> Pipeline:
    return small_pipeline(maxlen=30).fit(TRAINING, LABELS[:100])


@pytest.fixture(scope="module")
def learned() -> Pipeline:
    """Return a model whose predictions differ."""
    texts, labels = ["good"] * 40 + ["bad"] * 40, [1] * 40 + [0] * 40
    return make_sentiment_pipeline(
        None, maxlen=3, units=4, epochs=10, learning_rate=0.05, random_state=0
    ).fit(texts, labels)


@pytest.mark.parametrize("reference", [None, "texts", "measures"])
def test_texts_of_the_same_kind_have_not_changed(model: Pipeline, reference) -> None:
    given = {
        None: None,
        "texts": KEPT,
        "measures": pickle.loads(
            pickle.dumps(TextMeasures.from_estimator(model, KEPT))
        ),
    }[reference]
    display = DriftDisplay.from_estimator(model, iter(NEW), reference=given)
    outputs = [] if reference is None else ["probability of 1"]
    assert display.table.index.tolist() == ["unknown words", "length", *outputs]
    assert len(display.ax_) == 2 + len(outputs)
    assert not display.table["changed"].any()
    assert display.verdict == "No change found."


@pytest.mark.parametrize("reference", [None, KEPT])
def test_unknown_words_are_found_and_named(model: Pipeline, reference) -> None:
    texts = [f"{review} Wifi wifi bluetooth battery" for review in NEW]
    display = DriftDisplay.from_estimator(model, texts, reference=reference)
    assert display.table.loc["unknown words", "changed"]
    known, n_new = model["seq"].vocabulary_, 4 * len(NEW)
    assert not {"wifi", "bluetooth", "battery"} & known.keys()
    share = n_new / display.new.lengths.sum()
    assert display.table.loc["unknown words", "new"] == pytest.approx(share)
    assert display.new.unknown_words == {"wifi": 200, "bluetooth": 100, "battery": 100}
    assert "% (wifi, bluetooth, battery)" in display.verdict


def test_one_odd_text_is_no_change(model: Pipeline) -> None:
    display = DriftDisplay.from_estimator(model, [*NEW, "wifi " * 900], reference=KEPT)
    assert display.table.loc["unknown words", "new"] > 0.15
    assert not display.table["changed"].any()


@pytest.mark.parametrize("reference", [None, KEPT])
def test_short_texts_are_found(model: Pipeline, reference) -> None:
    short = [" ".join(review.split()[:5]) for review in NEW]
    display = DriftDisplay.from_estimator(model, short, reference=reference)
    assert display.table.loc["length", "new"] == pytest.approx(5, abs=0.2)
    assert display.table["changed"].tolist()[:2] == [False, True]
    assert display.verdict.startswith("Changed: length from ")


def test_other_predictions_are_found(learned: Pipeline) -> None:
    display = DriftDisplay.from_estimator(
        learned, ["bad"] * 90 + ["good"] * 10, reference=["good", "bad"] * 50
    )
    assert display.table.loc["probability of 1", "distance"] == pytest.approx(0.4)
    assert display.table["changed"].tolist() == [False, False, True]


def test_measures_are_those_of_the_texts() -> None:
    sequencer = TextSequencer().fit(["a good film", "a bad film"])
    measures = TextMeasures.from_estimator(sequencer, ["x y film", "", "a a x"])
    assert measures.lengths.tolist() == [3, 0, 3]
    assert measures.n_unknown.tolist() == [2, 0, 1]
    assert measures.oov_rate == 0.5
    assert measures.unknown_words == {"x": 2, "y": 1}
    assert measures.outputs == {}
    empty = TextMeasures.from_estimator(sequencer, [""])
    assert (empty.oov_rate, empty.n_unknown.tolist()) == (0.0, [0])


def test_a_table_of_texts_and_several_classes() -> None:
    table = pd.DataFrame({"title": REVIEWS, "body": REVIEWS[::-1]})
    labels = np.array(["a", "b", "c"])[np.arange(300) % 3]
    model = small_pipeline(maxlen=30).fit(table[:200], labels[:200])
    display = DriftDisplay.from_estimator(model, table[200:], reference=table[100:200])
    names = [f"probability of {label!r}" for label in "abc"]
    assert display.table.index.tolist()[2:] == names
    ticks = [label.get_text() for label in display.ax_[2].get_xticklabels()]
    assert ticks == ["'a'", "'b'", "'c'"]


def test_the_numbers_of_a_regressor_are_compared() -> None:
    sequencer = TextSequencer(maxlen=5)
    model = Pipeline([("seq", sequencer), ("tree", DecisionTreeRegressor())])
    model.fit(KEPT, np.arange(100))
    display = DriftDisplay.from_estimator(model, NEW, reference=KEPT)
    assert display.table.index.tolist() == ["unknown words", "length", "prediction"]


def test_axes_of_ones_own(model: Pipeline) -> None:
    _, axes = plt.subplots(1, 3)
    display = DriftDisplay.from_estimator(model, NEW, reference=KEPT, ax=axes)
    assert display.ax_ == list(axes)
    with pytest.raises(ValueError, match="needs 3 axes, got 1"):
        display.plot(axes[0])
