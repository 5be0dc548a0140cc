"""The shortcut before Porter's rules changes no stem."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.stem import PorterStemmer, SnowballStemmer

from skrnn.text.stemmers import SNOWBALL_LANGUAGES, load_stemmer

by_nltk = PorterStemmer().stem
stem_all = load_stemmer("porter")


def fast(word: str) -> str:
    return stem_all([word])[0]


@settings(max_examples=2000, deadline=None)
@given(st.text("aeiouytslnigdmcrbfzTEY'.3", max_size=10) | st.text(max_size=6))
def test_stems_are_nltks(word: str) -> None:
    assert fast(word) == by_nltk(word)


@settings(max_examples=1000, deadline=None)
@given(
    st.text("abelmnorstuvy", max_size=7),
    st.sampled_from(
        str.split(
            "s sses ies ss eed ed ied ing at bl iz y ational tional enci anci izer "
            "bli alli entli eli ousli ization ation ator alism iveness fulness "
            "ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful "
            "ness al ance ence er ic able ible ant ement ment ent ion sion tion ou "
            "ism ate iti ous ive ize e ll"
        )
    ),
)
def test_stems_of_every_rule_are_nltks(stem: str, suffix: str) -> None:
    assert fast(stem + suffix) == by_nltk(stem + suffix)


def test_irregular_forms() -> None:
    words = str.split("sky skies dying lying news innings outing howe proceed exceed")
    assert [fast(word) for word in words] == [by_nltk(word) for word in words]


OF_LANGUAGES = str.split(
    "filme schöner Längen películas aburridas ennuyeuse continuellement bellissimo "
    "verhalen смотрела фильмы filmerna elokuvassa könyvekben filmele كتابة والأفلام"
)


@pytest.mark.parametrize("language", SNOWBALL_LANGUAGES)
def test_snowball_stems_are_nltks(language: str) -> None:
    expected = [SnowballStemmer(language).stem(word) for word in OF_LANGUAGES]
    assert load_stemmer(language)(OF_LANGUAGES) == expected
    # In any order: NLTK's Arabic stemmer does not forget the word before.
    assert load_stemmer(language)(OF_LANGUAGES[::-1]) == expected[::-1]


def test_all_of_nltks_languages_are_known() -> None:
    assert {*SNOWBALL_LANGUAGES, "porter"} == set(SnowballStemmer.languages)


def test_snowball_is_the_english_one() -> None:
    words = ["generously", "skies", "fairly"]
    assert load_stemmer("snowball")(words) == load_stemmer("english")(words)
