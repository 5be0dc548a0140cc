"""Columns that are not the word ids of one text."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion

from skrnn import TextSequencer
from skrnn.datasets import make_reviews
from skrnn.text.columns import check_columns

BODIES = make_reviews(200, random_state=0)[0]
TITLES = [" ".join(body.split()[: i % 9]) for i, body in enumerate(BODIES)]
FRAME = pd.DataFrame(
    {"title": TITLES, "body": BODIES, "price": range(200), "new": [True, False] * 100}
)
TITLE = ("title", TextSequencer(maxlen=8), "title")
BODY = ("body", TextSequencer(maxlen=40), "body")


def columns(*parts, output: str = "pandas", **params):
    transformer = ColumnTransformer(list(parts), **params)
    return transformer.set_output(transform=output).fit_transform(FRAME)


def check(X) -> None:
    named = isinstance(X, pd.DataFrame)
    check_columns("RNN", np.asarray(X), list(X.columns) if named else None)


def test_one_sequencer_is_accepted_under_every_name() -> None:
    named_after = "{feature_name}__{transformer_name}"
    for X in (
        columns(BODY),
        columns(BODY, verbose_feature_names_out=False),
        columns(BODY, verbose_feature_names_out=named_after),
        columns(BODY).iloc[:, ::-2],
        TextSequencer().set_output(transform="pandas").fit_transform(TITLES),
        pd.DataFrame({"w1": [2, 3], "w2": [0, 4]}),
    ):
        check(X)


def test_two_sequencers_are_refused_by_their_names() -> None:
    with pytest.raises(
        ValueError,
        match=r"2 TextSequencers: 'title__position…' and 'body__position…'.*Pass all",
    ):
        check(columns(TITLE, BODY))
    union = FeatureUnion([("a", TextSequencer()), ("b", TextSequencer(maxlen=3))])
    union.set_output(transform="pandas")
    with pytest.raises(ValueError, match="'a__position…' and 'b__position…'"):
        check(union.fit_transform(TITLES))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["price"], "column 'price'"),
        (["price", "new"], "columns 'price', 'new'"),
    ],
)
def test_numbers_beside_words_are_refused_by_their_names(given, shown) -> None:
    X = columns(BODY, ("rest", "passthrough", given), verbose_feature_names_out=False)
    with pytest.raises(ValueError, match=f"{shown} beside them.*StackingClassifier"):
        check(X)


def test_booleans_are_no_ids() -> None:
    with pytest.raises(ValueError, match="integers, got booleans"):
        check(FRAME[["new"]].to_numpy())


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("others", [[], [("again", TextSequencer(maxlen=9), "title")]])
def test_padded_blocks_side_by_side_are_warned_about(padding: str, others) -> None:
    parts = [
        (name, clone(step).set_params(padding=padding), column)
        for name, step, column in (TITLE, BODY, *others)
    ]
    X = columns(*parts, output="default")
    with pytest.warns(UserWarning, match=r"blocks .* side by side.*Pass all columns"):
        check(X)


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "middle"])
@pytest.mark.parametrize("sentence_length", [None, 1, 3])
def test_one_text_never_gives_a_false_alarm(
    padding: str, truncating: str, sentence_length: int | None
) -> None:
    sequencer = TextSequencer(
        maxlen=30,
        padding=padding,
        truncating=truncating,
        sentence_splitter="rules",
        sentence_length=sentence_length,
        stop_words="english",  # sentences may be left without a word
    )
    X = sequencer.fit_transform([". ".join([body] * 2) for body in BODIES])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(X)
        check(X[:, :3])
        # Zeros within the rows are allowed.
        check(X * np.random.default_rng(0).integers(0, 2, X.shape, dtype=np.int32))
