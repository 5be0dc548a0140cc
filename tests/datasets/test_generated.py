from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from skrnn.datasets import make_reviews
from skrnn.datasets._generated import NEGATIVE, NEUTRAL, POSITIVE


def words(review: str) -> list[str]:
    return re.findall(r"[A-Za-z]+", review)


def verdict(review: str) -> int:
    """Apply the documented rule: the nearest turn before the opinion decides."""
    turn = None
    for word in words(review):
        if word in ("not", "really"):
            turn = word
        if word in POSITIVE or word in NEGATIVE:
            return int((word in POSITIVE) == (turn == "really"))
    raise AssertionError(f"no opinion in {review!r}")


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 60), st.integers(0, 40), st.integers(0, 2**31))
def test_the_rule_gives_the_label(n_samples: int, reach: int, seed: int) -> None:
    reviews, y = make_reviews(n_samples, reach=reach, random_state=seed)
    assert [verdict(review) for review in reviews] == y.tolist()
    assert abs(int(y.sum()) * 2 - n_samples) <= 1


@pytest.mark.parametrize("reach", [*range(16), 60])
def test_reach_counts_words(reach: int) -> None:
    for review in make_reviews(50, reach=reach, random_state=0)[0]:
        listed = words(review)
        turns = [i for i, word in enumerate(listed) if word in ("not", "really")]
        adjectives = [
            i for i, w in enumerate(listed) if w in (*POSITIVE, *NEGATIVE, *NEUTRAL)
        ]
        assert len(turns) == len(adjectives) == 2
        assert [a - t - 1 for t, a in zip(turns, adjectives, strict=True)] == [
            reach
        ] * 2


def test_exchanging_the_turns_keeps_the_words_and_turns_the_label() -> None:
    exchange = {"not": "really", "really": "not"}
    for review, label in zip(*make_reviews(100, random_state=0), strict=True):
        other = re.sub("not|really", lambda m: exchange[m.group()], review)
        assert Counter(words(other)) == Counter(words(review))
        assert verdict(other) == 1 - label


@pytest.mark.parametrize("n_gram", [1, 2])
@pytest.mark.parametrize("reach", [1, 2, 8, 20])
def test_bags_of_words_and_pairs_are_at_chance(n_gram: int, reach: int) -> None:
    reviews, y = make_reviews(2000, reach=reach, random_state=0)
    bag = make_pipeline(
        TfidfVectorizer(ngram_range=(1, n_gram)), LogisticRegression(C=10)
    )
    assert abs(cross_val_score(bag, reviews, y, cv=5).mean() - 0.5) < 0.05


def test_without_reach_pairs_suffice() -> None:
    reviews, y = make_reviews(1000, reach=0, random_state=0)
    bag = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10))
    assert cross_val_score(bag, reviews, y, cv=3).mean() > 0.95


def test_a_long_gap_is_one_clause_after_another() -> None:
    for review in make_reviews(50, reach=30, random_state=0)[0]:
        first, second = (s for s in review.split(". ") if "not" in s or "really" in s)
        for sentence in (first, second):
            clauses = sentence.split(" and that ")
            assert len(clauses) > 2
            assert len(set(clauses)) == len(clauses)


def test_seeds() -> None:
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    one, other = (make_reviews(30, random_state=seed) for seed in (3, 3))
    assert one[0].tolist() == other[0].tolist()
    assert one[1].tolist() == other[1].tolist()
    assert make_reviews(30, random_state=4)[0].tolist() != one[0].tolist()
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_types_and_vocabulary() -> None:
    reviews, y = make_reviews(3000, reach=10, random_state=0)
    assert (reviews.dtype, y.dtype) == (object, np.int64)
    assert len({word for review in reviews for word in words(review)}) < 250


@pytest.mark.parametrize(
    "params", [{"n_samples": 0}, {"n_samples": 2.5}, {"reach": -1}, {"reach": "far"}]
)
def test_bad_parameters(params: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(params))):
        make_reviews(**params)
