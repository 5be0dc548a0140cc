"""Stop words, and the negations that stay."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from skrnn.text.stop_words import StopWords, is_negation

NEGATIONS = str.split(
    "no not nor never none nobody nothing nowhere neither cannot without hardly n't "
    "don't can't won't don didn won ain aren couldn shan needn cant couldnt hasnt dont"
)


@pytest.mark.parametrize("word", NEGATIONS)
def test_negations(word: str) -> None:
    assert is_negation(word)


@pytest.mark.parametrize("word", ["", "the", "can", "knot", "note", "t", "nota", "ma"])
def test_other_words_do_not_negate(word: str) -> None:
    assert not is_negation(word)


def test_english_is_sklearns_list() -> None:
    everything = StopWords("english", keep_negations=False)
    assert everything.words == ENGLISH_STOP_WORDS
    kept = ENGLISH_STOP_WORDS - StopWords("english", keep_negations=True).words
    assert {"not", "no", "never", "cant", "couldnt", "hasnt", "without"} <= kept
    assert kept <= set(NEGATIONS)


def test_nltk_is_nltks_list(nltk_stop_words: list[str]) -> None:
    assert StopWords("nltk", keep_negations=False).words == set(nltk_stop_words)
    kept = set(nltk_stop_words) - StopWords("nltk", keep_negations=True).words
    assert kept == {"not", "no", "don", "don't", "won't"}


@pytest.mark.usefixtures("no_nltk_data")
def test_a_missing_corpus_is_told_how_to_get() -> None:
    with pytest.raises(LookupError, match=r"nltk\.download\('stopwords'\).*NLTK_DATA"):
        StopWords("nltk", keep_negations=True)


@pytest.mark.parametrize("token", [".", "...", "``", "''", "--", "!?"])
def test_named_lists_drop_punctuation(token: str) -> None:
    assert StopWords("english", keep_negations=True).without([token]) == []
    assert StopWords(["the"], keep_negations=True).without([token]) == [token]


@pytest.mark.parametrize("token", [".a", "3", "’", "🎬", "great"])
def test_named_lists_keep_everything_else(token: str) -> None:
    assert StopWords("english", keep_negations=True).without([token]) == [token]


@pytest.mark.parametrize("collection", [list, tuple, set, frozenset])
def test_ones_own_list_holds_what_it_holds(collection: Any) -> None:
    stop_words = StopWords(collection(["the", "not", "."]), keep_negations=True)
    assert stop_words.words == {"the", "."}


def test_stop_words_must_be_words() -> None:
    with pytest.raises(TypeError, match=r"stop_words holds 3 \(type int\)"):
        StopWords(["the", 3], keep_negations=True)  # type: ignore[list-item]


def test_pickles_need_no_corpus(nltk_stop_words: list[str]) -> None:
    stored = pickle.dumps(StopWords("nltk", keep_negations=False))
    assert pickle.loads(stored).words == set(nltk_stop_words)
