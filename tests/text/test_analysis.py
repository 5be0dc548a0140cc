"""One document to tokens."""

from __future__ import annotations

import inspect
import pickle
import string
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nltk.stem import PorterStemmer, SnowballStemmer
from nltk.tokenize import word_tokenize
from sklearn.feature_extraction.text import (
    ENGLISH_STOP_WORDS,
    CountVectorizer,
    strip_accents_ascii,
    strip_accents_unicode,
)

from skrnn.text import TextSequencer, analysis
from skrnn.text.analysis import SEPARATOR, Analyzer, strip_html

DEFAULTS: dict[str, Any] = {
    "lowercase": True,
    "strip_html": True,
    "strip_accents": None,
    "tokenizer": "word",
    "stop_words": None,
    "keep_negations": True,
    "stemmer": None,
}


def analyzer(**changes: Any) -> Analyzer:
    return Analyzer(**{**DEFAULTS, **changes})


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Good.<br /><br />Bad", "Good.  Bad"),
        ("<i>very</i> <B>good</B>", " very   good "),
        ('<a href="x.html" title=y>here</a>', " here "),
        ("<!-- a remark -->text", " text"),
        ("a < b and c > d", "a < b and c > d"),
        ("I <3 it, 1<2, <- this", "I <3 it, 1<2, <- this"),
        ("an open <b tag", "an open <b tag"),
        ("Rock &amp; roll &eacute;&#233;&#xe9; AT&T", "Rock & roll ééé AT&T"),
        ("&lt;b&gt; is a tag", "<b> is a tag"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";"),
        ("", ""),
    ],
)
def test_strip_html(text: str, clean: str) -> None:
    assert strip_html(text) == clean


@pytest.mark.parametrize("piece", ["<", "<a", "<!--", "&", "&#", "&#1", "<a &lt;"])
def test_strip_html_takes_linear_time(piece: str) -> None:
    start = time.process_time()
    strip_html(piece * 200_000)
    # Quadratic time would be hours.
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Don't stop!", ["don't", "stop"]),
        ("Don’t you, O’Neill", ["don't", "you", "o'neill"]),
        ("'quoted' dogs' ''twice''", ["quoted", "dogs", "twice"]),
        ("rock'n'roll", ["rock'n'roll"]),
        ("10 out of 10, 3.5 stars", ["10", "out", "of", "10", "3", "5", "stars"]),
        ("well-made_film/movie", ["well", "made", "film", "movie"]),
        ("Très café", ["très", "café"]),
        ("cafe\u0301 nai\u0308ve", ["cafe\u0301", "nai\u0308ve"]),
        ("यह फ़िल्म अच्छी है।", ["यह", "फ़िल्म", "अच्छी", "है"]),
        ("הסרט היה טוב", ["הסרט", "היה", "טוב"]),
        ("كان فيلمًا رائعًا، حقًا!", ["كان", "فيلمًا", "رائعًا", "حقًا"]),
        ("great🎬🎬 film👍🏽!", ["great", "🎬", "🎬", "film", "👍🏽"]),
        ("❤️ 👨‍👩‍👧 🇩🇪🇫🇷", ["❤️", "👨‍👩‍👧", "🇩🇪", "🇫🇷"]),
        ("a\x00b\tc\x1cd \ud800", ["a", "b", "c", "d"]),
        ("... !!! --- '", []),
        ("", []),
    ],
)
def test_words(text: str, tokens: list[str]) -> None:
    assert analyzer()(text) == tokens


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(max_codepoint=127, exclude_characters=":;=<^_")))
def test_words_of_ascii_text_are_those_of_a_pattern(text: str) -> None:
    pattern = r"[a-z0-9]+(?:'[a-z0-9]+)*"
    by_sklearn = CountVectorizer(token_pattern=pattern).build_analyzer()
    assert analyzer(strip_html=False)(text) == by_sklearn(text)


@settings(max_examples=300, deadline=None)
@given(st.text("ab é’'.-_<&;3\n\u0301🎬न"), st.text("ab ’'\n"))
def test_a_word_does_not_depend_on_the_rest_of_the_text(left: str, right: str) -> None:
    analyze = analyzer()
    together = analyze(left + " \n" + right)
    assert together == analyze(left) + analyze(right)


@pytest.mark.parametrize("accents", [None, "ascii", "unicode", str.swapcase])
@pytest.mark.parametrize("lowercase", [True, False])
def test_case_and_accents_as_in_sklearn(accents: Any, lowercase: bool) -> None:
    by_sklearn = CountVectorizer(
        strip_accents=accents, lowercase=lowercase
    ).build_preprocessor()
    tokens = analyzer(strip_accents=accents, lowercase=lowercase, tokenizer=str.split)(
        "Un CAFÉ crème, ﬁn"
    )
    assert tokens == by_sklearn("Un CAFÉ crème, ﬁn").split()


@pytest.mark.parametrize("preprocessor", [None, str.swapcase, str.strip])
def test_a_preprocessor_replaces_case_and_accents_as_in_sklearn(preprocessor) -> None:
    params: dict[str, Any] = {"strip_accents": "ascii", "preprocessor": preprocessor}
    by_sklearn = CountVectorizer(**params).build_preprocessor()
    text = "Un CAFÉ crème"
    tokens = analyzer(tokenizer=str.split, **params)(text)
    assert tokens == by_sklearn(text).split()


def test_a_preprocessor_sees_the_whole_text_without_markup() -> None:
    seen: list[str] = []

    def preprocess(text: str) -> str:
        seen.append(text)
        return text.replace("www.x.org. ", "").lower()

    rules = {"preprocessor": preprocess, "sentence_splitter": "rules"}
    text = "Good. See www.x.org. <b>GOOD</b>&amp;bad."
    sentences = analyzer(**rules).split_sentences(text)
    assert seen == ["Good. See www.x.org.  GOOD &bad."]
    assert sentences == [["good"], ["see", "good", "bad"]]
    analyzer(strip_html=False, **rules).split_sentences(text)
    assert seen[1] == text


@pytest.mark.parametrize("answer", [None, ["a"], b"a"])
def test_a_preprocessor_must_return_a_text(answer: Any) -> None:
    with pytest.raises(TypeError, match=r"preprocessor returned .* must return a str"):
        analyzer(preprocessor=lambda text: answer)("a b")


@pytest.mark.parametrize("stemmer", [None, str.lower])
def test_a_tokenizer_of_ones_own_sees_the_cleaned_text(stemmer: Any) -> None:
    analyze = analyzer(tokenizer=lambda text: iter(text.split("|")), stemmer=stemmer)
    assert analyze("A b||C<br>d|") == ["a b", "c d"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("a b", r"returned 'a b' \(type str\); it must return an iterable of str"),
        (None, "it must return an iterable of str"),
        ([b"a"], r"returned b'a' \(type bytes\) among its tokens"),
        ([["a"]], "among its tokens"),
    ],
)
def test_a_tokenizer_must_return_words(answer: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        analyzer(tokenizer=lambda text: answer)("some text")


@pytest.mark.parametrize(
    ("stemmer", "by_hand"),
    [
        ("porter", PorterStemmer().stem),
        ("snowball", SnowballStemmer("english").stem),
        (str.upper, str.upper),
    ],
)
def test_stemmers(stemmer: Any, by_hand: Any) -> None:
    words = str.split("these movies were generously dying skies Happy caresses")
    tokens = analyzer(stemmer=stemmer, tokenizer=str.split, lowercase=False)(
        " ".join(words)
    )
    assert tokens == [by_hand(word) for word in words]


def test_a_word_without_a_stem_is_dropped() -> None:
    assert analyzer(stemmer=lambda word: word.strip("x"))("xx ax") == ["a"]


def test_a_stemmer_must_return_a_word() -> None:
    with pytest.raises(TypeError, match=r"stemmer returned None .* for 'word'"):
        analyzer(stemmer=lambda word: None)("word")


def test_each_distinct_word_is_stemmed_once() -> None:
    asked: list[str] = []

    def stem(word: str) -> str:
        asked.append(word)
        return word

    analyze = analyzer(stemmer=stem)
    analyze("a b a, (b) a! a")
    analyze("b c")
    assert sorted(asked) == ["a", "b", "c"]


def test_stop_words_are_compared_before_stemming() -> None:
    analyze = analyzer(stop_words=["having", "movi"], stemmer="porter")
    assert analyze("Having movies") == ["movi"]


words = st.text("abeiouystnlg'.-", max_size=8)
review = st.lists(
    words
    | st.sampled_from(
        str.split(
            "the The not don't won't is... movies, (movies) \"the\" -- `` amazing! <br "
            "😀 é cannot I'm 's"
        )
    ),
    max_size=25,
).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(review)
@example("She's the 'best' -- isn't she?")
def test_the_chapters_steps_with_its_list(text: str) -> None:
    stop_list = ["i", "the", "is", "not", "don", "'s", *string.punctuation]
    stem = PorterStemmer().stem
    by_hand = [
        stem(token)
        for token in word_tokenize(text.lower(), preserve_line=True)
        if token not in stop_list
    ]
    analyze = analyzer(
        tokenizer="nltk",
        stop_words=stop_list,
        keep_negations=False,
        stemmer="porter",
        strip_html=False,
    )
    assert analyze(text) == by_hand


@settings(max_examples=300, deadline=None)
@given(review)
def test_the_chapters_steps_with_a_named_list(text: str) -> None:
    stem = PorterStemmer().stem
    by_hand = [
        stem(token)
        for token in word_tokenize(text.lower(), preserve_line=True)
        if token not in ENGLISH_STOP_WORDS and not set(token) <= set(string.punctuation)
    ]
    analyze = analyzer(
        tokenizer="nltk",
        stop_words="english",
        keep_negations=False,
        stemmer="porter",
        strip_html=False,
    )
    assert analyze(text) == by_hand


@pytest.mark.real_data
def test_the_chapters_steps_on_amazon_reviews(amazon_reviews: list[str]) -> None:
    stop_list = [*ENGLISH_STOP_WORDS, *string.punctuation]
    stem = PorterStemmer().stem
    analyze = analyzer(
        tokenizer="nltk",
        stop_words=stop_list,
        keep_negations=False,
        stemmer="porter",
        strip_html=False,
    )
    for text in amazon_reviews[::20]:
        assert analyze(text) == [
            stem(token)
            for token in word_tokenize(text.lower(), preserve_line=True)
            if token not in stop_list
        ]


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_CACHE_SIZE", 10)
    analyze = analyzer(stemmer="porter")
    for start in range(0, 100, 4):
        text = " ".join(f"words{i}" for i in range(start, start + 4))
        assert analyze(text) == text.split()
        assert len(analyze._cache.keys() - {SEPARATOR}) <= 10
    many = " ".join(f"words{i}" for i in range(50))
    assert analyze(many) == many.split()
    assert len(analyze._cache.keys() - {SEPARATOR}) <= 10


def test_long_words_are_not_remembered() -> None:
    analyze = analyzer()
    assert analyze("a" * 1_000_000 + " b") == ["a" * 1_000_000, "b"]
    assert set(analyze._cache) == {SEPARATOR, "b"}


def test_pickles_hold_no_words() -> None:
    analyze = analyzer(tokenizer="nltk", stop_words="english", stemmer="snowball")
    before = len(pickle.dumps(analyze))
    tokens = analyze("The movies weren't remembered")
    stored = pickle.dumps(analyze)
    assert len(stored) == before
    assert pickle.loads(stored)("The movies weren't remembered") == tokens


def test_threads_share_an_analyzer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_CACHE_SIZE", 20)
    analyze = analyzer(stemmer="porter")
    texts = [f"words{i} words{i + 1} watching films" for i in range(300)]
    expected = [analyze(text) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(analyze, texts)) == expected


def test_the_table_of_text_rules_has_the_parameters() -> None:
    assert set(analysis.TEXT_RULES) == {*inspect.signature(Analyzer).parameters}
    assert set(analysis.TEXT_RULES) <= {*TextSequencer().get_params()}


@given(st.text())
def test_accents_are_removed_as_in_scikit_learn(text: str) -> None:
    assert analysis.strip_accents_unicode(text) == strip_accents_unicode(text)
    assert analysis.strip_accents_ascii(text) == strip_accents_ascii(text)


def test_lone_surrogates_are_no_error() -> None:
    assert analysis.strip_accents_unicode("é\ud800") == "e\ud800"
    assert analysis.strip_accents_ascii("é\ud800") == "e"
