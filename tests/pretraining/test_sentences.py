"""The sentences that teach a network in examples/pretraining."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

POSITIVE, NEGATIVE = ["riveting", "wonderful"], ["tedious", "pathetic"]
FUNCTION_WORDS = str.split(
    "no not never nothing nobody neither nor hardly without cannot but although though "
    "however despite yet still even than less used now first then until is was have "
    "had has do does did would will could i it we you they this that the a of with"
)


@pytest.fixture(scope="module")
def sentences():
    """Return the module, which lies beside the script that imports it."""
    folder = str(Path(__file__).parents[2] / "examples" / "pretraining")
    sys.path.insert(0, folder)
    try:
        import sentences
    finally:
        sys.path.remove(folder)
    return sentences


def test_each_construction_is_balanced_and_distinct(sentences) -> None:
    for name in sentences.CONSTRUCTIONS:
        texts, labels = sentences.make_sentences(
            POSITIVE, NEGATIVE, 400, 0, constructions=[name]
        )
        assert labels.sum() == 200
        assert len(set(texts)) > 390
        assert all("{" not in text and "  " not in text for text in texts)
        assert all(3 <= len(text.split()) <= 40 for text in texts)


def test_equal_seeds_give_equal_sentences(sentences) -> None:
    one, same, other = (
        sentences.make_sentences(POSITIVE, NEGATIVE, 50, seed)[0] for seed in (0, 0, 1)
    )
    assert one == same != other


def test_the_words_of_the_reviews_are_used(sentences) -> None:
    texts, labels = sentences.make_sentences(["zappy"], ["zorky"], 2000, 0)
    plain, _ = sentences.make_sentences([], [], 2000, 0)
    counts = Counter(
        (word, label)
        for text, label in zip(texts, labels.tolist(), strict=True)
        for word in ("zappy", "zorky")
        if word in text.lower()
    )
    assert min(counts[word, label] for word in ("zappy", "zorky") for label in (0, 1))
    assert not any("zappy" in text.lower() for text in plain)


def test_no_cue_word_decides_a_construction(sentences) -> None:
    bag = make_pipeline(
        CountVectorizer(vocabulary=FUNCTION_WORDS, token_pattern=r"[a-z]+"),
        LogisticRegression(max_iter=300),
    )
    for name in sentences.CONSTRUCTIONS[:-1]:  # idioms are learned by heart
        texts, labels = sentences.make_sentences(
            POSITIVE, NEGATIVE, 800, 0, constructions=[name]
        )
        assert cross_val_score(bag, texts, labels, cv=3).mean() < 0.66, name


def test_contractions_leave_the_main_verb(sentences) -> None:
    texts, _ = sentences.make_sentences(POSITIVE, NEGATIVE, 4000, 0)
    joined = " ".join(texts).lower()
    assert "n't " in joined
    assert "not " in joined
    assert not any(wrong in joined for wrong in ("i've no ", "i'd not", "i've it "))


def test_polar_words_are_adjectives_of_one_kind_of_review(sentences) -> None:
    good = ["A very moving film.", "So moving, and the house is red.", "It was fun."]
    bad = ["A very boring film.", "So boring, and the house is red.", "It was long."]
    texts, labels = (good + bad) * 500, ([1] * 3 + [0] * 3) * 500
    assert sentences.polar_words(texts, labels) == (["moving"], ["boring"])
    assert sentences.polar_words(texts, labels, min_log_odds=99) == ([], [])


def test_segments_keep_the_label_that_the_teacher_confirms(sentences) -> None:
    reviews = [
        "I like this one.<br /><br />It came by mail today. I like it a lot.",
        "I hate this one. It came by mail today. Bad. I like only the box.",
    ]

    def teacher(texts):
        positive = np.array([0.9 * ("like" in t) + 0.05 for t in texts])
        return np.column_stack([1 - positive, positive])

    segments, labels = sentences.split_reviews(
        reviews, [1, 0], teacher, max_sentences=1, per_review=5
    )
    assert dict(zip(segments, labels.tolist(), strict=True)) == {
        "I like this one.": 1,
        "I like it a lot.": 1,
        "I hate this one.": 0,
        "It came by mail today.": 0,
    }
    few = sentences.split_reviews(
        reviews, [1, 0], teacher, max_sentences=1, per_review=1
    )
    assert few[1].tolist() == [1, 0]
    longer, _ = sentences.split_reviews(reviews * 10, [1, 0] * 10, teacher)
    assert any("today. " in segment for segment in longer)
