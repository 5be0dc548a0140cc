"""Accents are removed exactly as scikit-learn removes them."""

from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import strip_accents_ascii, strip_accents_unicode

from skrnn.text import accents


@given(st.text())
def test_equal_to_scikit_learn(text: str) -> None:
    assert accents.strip_accents_unicode(text) == strip_accents_unicode(text)
    assert accents.strip_accents_ascii(text) == strip_accents_ascii(text)


def test_half_characters_are_no_error() -> None:
    assert accents.strip_accents_unicode("é\ud800") == "e\ud800"
    assert accents.strip_accents_ascii("é\ud800") == "e"
