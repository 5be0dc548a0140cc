"""Bags of words are counted as scikit-learn's vectorizers count them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.feature_extraction.text import CountVectorizer

from skrnn.onnx.text_rules import write_bag_rules
from skrnn.serving.bags import BagRules

WORDS = st.lists(
    st.sampled_from(
        ["a", "The", "film", "élan", "İ", "don't", "\n", "  ", "!?", "👍🏽"]
    )
    | st.text(max_size=4),
    max_size=8,
)
TEXTS = st.lists(WORDS.map(" ".join), min_size=1, max_size=5)
PARAMS = st.fixed_dictionaries(
    {
        "analyzer": st.sampled_from(["word", "char", "char_wb"]),
        "ngram_range": st.sampled_from([(1, 1), (1, 3), (2, 2), (2, 6)]),
    },
    optional={
        "binary": st.booleans(),
        "lowercase": st.booleans(),
        "max_features": st.just(4),
        "preprocessor": st.just(str.upper),
        "stop_words": st.sampled_from([["the", "a"], "english"]),
        "strip_accents": st.sampled_from(["ascii", "unicode"]),
        "token_pattern": st.sampled_from([r"\w+|[^\w\s]", r"(\w)\w*"]),
        "tokenizer": st.just(str.split),
    },
)


def rules_of(vectorizer: CountVectorizer) -> dict:
    return write_bag_rules(vectorizer, sublinear_tf=False)


@pytest.mark.filterwarnings("ignore::UserWarning:sklearn")  # parameters not used
@settings(max_examples=300, deadline=None)
@given(PARAMS, TEXTS, TEXTS)
def test_counts_are_those_of_count_vectorizer(
    params: dict, texts: list[str], new: list[str]
) -> None:
    vectorizer = CountVectorizer(**params)
    try:
        vectorizer.fit(texts)
    except ValueError as error:
        assume("empty vocabulary" not in str(error))
        raise
    expected = vectorizer.transform(new).toarray()
    rows = BagRules(rules_of(vectorizer)).to_inputs(new)
    features, values = rows.take(np.arange(len(new)))
    found = np.zeros_like(expected)
    for row, (columns, counts) in enumerate(zip(features, values, strict=True)):
        np.add.at(found[row], columns, counts.astype(found.dtype))
    assert_array_equal(found, expected)
    assert_array_equal(rows.widths, (expected > 0).sum(axis=1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"more": 1}, "unknown: \\['more'\\]"),
        ({"vocabulary": {"a": 0}}, "vocabulary of a bag of words is invalid"),
        ({"analyzer": "words"}, "analyzer='words'"),
        ({"tokenizer": "word"}, "tokenizer='word'"),
        ({"tokenizer": {"function": "os.system"}}, "os.system"),
        ({"token_pattern": "("}, "token_pattern is invalid"),
    ],
)
def test_what_is_not_known_is_refused(change: dict, message: str) -> None:
    rules = rules_of(CountVectorizer().fit(["a film"]))
    with pytest.raises(ValueError, match=message):
        BagRules({**rules, **change})
