"""The sentences of the behavior suite: examples/benchmarks/behavior.py scores them."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from skrnn.datasets import make_reviews


@pytest.fixture(scope="module")
def sentences() -> pd.DataFrame:
    return pd.read_csv(Path(__file__).parent / "sentences.csv")


def normalized(texts: pd.Series) -> pd.Series:
    """Return the words alone, in lower case."""
    return texts.str.lower().str.replace(r"\W+", " ", regex=True).str.strip()


def test_every_capability_has_both_labels_equally_often(sentences) -> None:
    assert list(sentences) == ["capability", "text", "label"]
    assert not sentences.isna().any(axis=None)
    counts = pd.crosstab(sentences.capability, sentences.label)
    assert list(counts) == [0, 1]
    assert (counts[0] == counts[1]).all()
    assert counts.sum(axis=1).min() >= 30
    assert 8 <= len(counts) <= 10
    assert len(sentences) >= 400


def test_no_sentence_comes_twice(sentences) -> None:
    repeated = sentences.text[normalized(sentences.text).duplicated()]
    assert repeated.empty, repeated.tolist()


def test_sentences_have_the_lengths_that_customers_write(sentences) -> None:
    lengths = sentences.text.map(lambda text: len(re.findall(r"\w+(?:'\w+)*", text)))
    assert lengths.between(3, 40).all()
    assert lengths.nunique() > 20


def test_a_label_does_not_show_in_the_length(sentences) -> None:
    means = sentences.text.str.len().groupby(sentences.label).mean()
    assert abs(means[0] - means[1]) < 5


def test_none_is_a_generated_review(sentences) -> None:
    reviews, _ = make_reviews(1000, random_state=0)
    whole = normalized(pd.Series(reviews))
    parts = normalized(pd.Series(reviews).str.split(r"[.!?]+\s*", regex=True).explode())
    assert not normalized(sentences.text).isin([*whole, *parts]).any()
