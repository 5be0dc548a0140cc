"""Stop words, and the negations that stay."""

from __future__ import annotations

import pickle
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from skrnn.text.stop_words import StopWords, is_negation
from skrnn.text.tokenizers import WordSplitter

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


# Of NLTK's lists, each its negations.
OF_LANGUAGES = {
    "arabic": "لا لم لن ليس غير بدون",
    "danish": "ikke",
    "dutch": "niet niets geen zonder",
    "english-extended": "no nor not never without can't",
    "finnish": "en et ei emme ette eivät",
    "french": "ne pas",
    "german": "nicht nichts kein keine keinem keinen keiner keines ohne",
    "hinglish": "not never nahi",
    "hungarian": "nem ne sem nincs semmi nélkül",
    "italian": "non",
    "norwegian": "ikke ikkje ingen ingi inkje uten",
    "portuguese": "não nem sem",
    "romanian": "nu nici nimeni nimic fără",
    "russian": "не нет ни ничего никогда нельзя без",
    "spanish": "no ni sin nada",
    "swedish": "inte icke ej ingen utan",
}


@pytest.mark.parametrize("language", OF_LANGUAGES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_language_keeps_its_negations(
    language: str, form: Any, nltk_lists: Callable[[str, list[str]], None]
) -> None:
    negations = OF_LANGUAGES[language].split()
    listed = [unicodedata.normalize(form, word) for word in [*negations, "xyz", "í"]]
    nltk_lists(language, listed)
    every = StopWords(language, keep_negations=False, normalize="NFC")
    assert every.words == {*negations, "xyz", "í"}
    assert every.punctuation
    kept = StopWords(language, keep_negations=True, normalize="NFC")
    assert kept.words == {"xyz", "í"}


def test_a_language_drops_what_negates_elsewhere(
    nltk_lists: Callable[[str, list[str]], None],
) -> None:
    nltk_lists("swedish", ["sin", "nu", "inte"])  # his own, now, not
    assert StopWords("swedish", keep_negations=True).words == {"sin", "nu"}


@pytest.mark.parametrize("word", ["nicht", "kein", "pas", "sin", "niet", "non", "не"])
def test_ones_own_list_keeps_the_negations_of_any_language(word: str) -> None:
    words = [word, "en", "et", "nu", "der", "la"]
    kept = StopWords(words, keep_negations=True)
    assert kept.words == {"en", "et", "nu", "der", "la"}
    assert StopWords(words, keep_negations=False).words == set(words)


@pytest.mark.real_data
@pytest.mark.parametrize("language", ["french", "german", "spanish"])
def test_nltks_own_lists(language: str) -> None:
    from nltk.corpus import stopwords

    words = set(stopwords.words(language))
    dropped = StopWords(language, keep_negations=True).words
    assert words - dropped == set(OF_LANGUAGES[language].split())
    # A copy of the list keeps the same.
    assert StopWords(list(words), keep_negations=True).words == dropped
    # The tokenizer leaves the words as the list has them.
    assert WordSplitter().expand(sorted(words)) == [(word,) for word in sorted(words)]


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
    with pytest.raises(TypeError, match=r"stop_words contains 3 \(type int\)"):
        StopWords(["the", 3], keep_negations=True)  # type: ignore[list-item]


def test_pickles_need_no_corpus(nltk_stop_words: list[str]) -> None:
    stored = pickle.dumps(StopWords("nltk", keep_negations=False))
    assert pickle.loads(stored).words == set(nltk_stop_words)
