"""What CountVectorizer documents holds for TextSequencer, on random corpora.

The order of the vocabulary differs (the most frequent word comes first), and so does
what a word is by default; here both have the same tokenizer. What CountVectorizer does
not do is switched off: HTML stays in, and negations go where the stop words hold them.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from skrnn import TextSequencer

AS_SKLEARN: dict[str, Any] = {
    "strip_html": False,
    "normalize": None,
    "keep_negations": False,
    "max_features": None,
    "maxlen": 60,  # more than any text here has
}


def without_digits(text: str) -> str:
    return re.sub("[0-9]", "", text)


words = st.text("aAbBzZéÉñßİ'0-", min_size=1, max_size=3)
texts = st.lists(words, max_size=8).map(" ".join)
corpora = st.lists(texts, min_size=1, max_size=10)
limits = st.integers(1, 4) | st.floats(0, 1)
tokenizers = st.sampled_from([str.split, re.compile(r"(?u)\b\w+\b").findall])
cleaning = {
    "lowercase": st.booleans(),
    "strip_accents": st.sampled_from(["ascii", "unicode", str.swapcase, None]),
}
vocabularies = st.one_of(
    st.lists(words, max_size=6),
    st.sets(words, max_size=6),
    st.lists(words, max_size=6, unique=True).map(lambda found: np.array(found, str)),
)


def vectorizer(**params: Any) -> CountVectorizer:
    return CountVectorizer(token_pattern=None, **params)


def sequencer(**params: Any) -> TextSequencer:
    return TextSequencer(**{**AS_SKLEARN, **params})


def outcome(fit: Callable[[], Any]) -> tuple[Any, str | None, list[str]]:
    """Return what a fit gives, its error, and the first words of its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            fitted, error = fit(), None
        except ValueError as raised:
            fitted, error = None, str(raised)
    # Ours go on with what to do.
    said = [re.split(" not in| while", str(w.message))[0] for w in caught]
    return fitted, error, sorted(said)


def assert_same_errors_and_warnings(ours: Any, theirs: Any) -> None:
    assert (ours[1] or "").startswith(theirs[1] or "")
    assert (ours[1] is None) == (theirs[1] is None)
    assert ours[2] == theirs[2]


def assert_same_counts(
    ours: TextSequencer, theirs: CountVectorizer, corpus: list[str]
) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*of these texts are out of vocabulary")
        rows = ours.inverse_transform(ours.transform(corpus))
    table = theirs.transform(corpus).toarray()
    for row, counts in zip(rows, table, strict=True):
        assert Counter(w for w in row if w != "[UNK]") == Counter(
            {w: int(counts[j]) for w, j in theirs.vocabulary_.items() if counts[j]}
        )


@settings(max_examples=300, deadline=None)
@given(
    corpora,
    corpora,
    st.fixed_dictionaries(
        {"tokenizer": tokenizers},
        optional={
            **cleaning,
            "preprocessor": st.sampled_from([str.upper, without_digits, None]),
            "stop_words": st.lists(words, max_size=5) | st.none(),
            "min_df": limits,
            "max_df": limits,
        },
    ),
)
def test_vocabulary_counts_errors_and_warnings_are_the_same(
    train: list[str], test: list[str], params: dict[str, Any]
) -> None:
    ours = outcome(lambda: sequencer(**params).fit(train))
    theirs = outcome(lambda: vectorizer(**params).fit(train))
    assert_same_errors_and_warnings(ours, theirs)
    if theirs[0] is None:
        return
    assert set(ours[0].vocabulary_) == set(theirs[0].vocabulary_)
    for corpus in (train, test):
        assert_same_counts(ours[0], theirs[0], corpus)


@settings(max_examples=200, deadline=None)
@given(
    corpora,
    vocabularies,
    st.fixed_dictionaries({"tokenizer": tokenizers}, optional=cleaning),
)
def test_a_given_vocabulary_is_read_the_same(
    corpus: list[str], vocabulary: Any, params: dict[str, Any]
) -> None:
    params["vocabulary"] = vocabulary
    ours = outcome(lambda: sequencer(**params).fit(corpus))
    theirs = outcome(lambda: vectorizer(**params).fit(corpus))
    assert_same_errors_and_warnings(ours, theirs)
    if theirs[0] is None:
        return
    # In the order given, from 2 on.
    assert list(ours[0].vocabulary_) == list(theirs[0].vocabulary_)
    assert [*ours[0].vocabulary_.values()] == [
        number + 2 for number in theirs[0].vocabulary_.values()
    ]
    assert_same_counts(ours[0], theirs[0], corpus)


@settings(max_examples=200, deadline=None)
@given(corpora, st.integers(1, 6), limits, limits)
def test_max_features_keeps_words_that_are_as_frequent(
    corpus: list[str], max_features: int, min_df: float, max_df: float
) -> None:
    # Among words of the same count each chooses by another rule.
    params = {
        "tokenizer": str.split,
        "max_features": max_features,
        "min_df": min_df,
        "max_df": max_df,
    }
    ours = outcome(lambda: sequencer(**params).fit(corpus))
    theirs = outcome(lambda: vectorizer(**params).fit(corpus))
    assert_same_errors_and_warnings(ours, theirs)
    if theirs[0] is None:
        return
    total = Counter(" ".join(corpus).lower().split())
    kept, expected = (
        sorted(total[word] for word in fitted.vocabulary_)
        for fitted in (ours[0], theirs[0])
    )
    assert kept == expected


def test_a_language_without_stop_words_is_invalid() -> None:
    for estimator in (TextSequencer(), CountVectorizer()):
        with pytest.raises(ValueError, match="stop_words"):
            estimator.set_params(stop_words="klingon").fit(["a film"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lowercase", "yes"),
        ("strip_accents", "all"),
        ("preprocessor", "lower"),
        ("tokenizer", 3),
        ("stop_words", 3),
        ("max_features", 0),
        ("max_features", 1.5),
        ("min_df", -1),
        ("min_df", 1.5),
        ("max_df", 0),
        ("max_df", "all"),
        ("vocabulary", 3),
    ],
)
def test_the_same_values_are_invalid(name: str, value: Any) -> None:
    for estimator in (TextSequencer(), CountVectorizer()):
        estimator.set_params(**{name: value})
        with pytest.raises(ValueError, match=f"The '{name}' parameter of "):
            estimator.fit(["a film"])


@pytest.mark.parametrize("X", ["one text", [], [None], [["a", "b"]], [3]])
def test_what_is_no_corpus_is_refused_by_both(X: Any) -> None:
    for estimator in (TextSequencer(), CountVectorizer()):
        with pytest.raises((AttributeError, TypeError, ValueError)):
            estimator.fit(X)
