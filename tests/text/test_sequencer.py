"""TextSequencer as an estimator."""

from __future__ import annotations

import inspect
import pickle
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import CategoricalNB
from sklearn.pipeline import Pipeline
from sklearn.utils import estimator_checks

from skrnn import TextSequencer
from skrnn.text import encoding, pad_sequences

TEXTS = [
    "A great, great film!<br /><br />Don't miss it.",
    "Not a great film, it's bad",
    "",
    "Très bon 😀 film",
]


# parametrize_with_checks only clones an estimator of texts, and warns about that;
# these are those of its checks that need no table of numbers.
@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_estimator_tags_renamed,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_mixin_order,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_set_params,
        estimator_checks.check_valid_tag_types,
    ],
)
def test_sklearn_checks(check: Callable[[str, BaseEstimator], None]) -> None:
    check("TextSequencer", TextSequencer())


def test_the_way_from_text_to_ids() -> None:
    sequencer = TextSequencer(maxlen=4)
    X = sequencer.fit_transform(TEXTS)
    vocabulary = sequencer.vocabulary_
    assert list(vocabulary)[:4] == ["film", "great", "a", "bad"]
    assert list(vocabulary.values()) == list(range(2, len(vocabulary) + 2))
    assert X.dtype == np.int32
    assert sequencer.document_lengths_.tolist() == [7, 6, 0, 4]
    assert sequencer.document_lengths_.dtype == np.int32
    assert sequencer.inverse_transform(X) == [
        ["film", "don't", "miss", "it"],
        ["great", "film", "it's", "bad"],
        [],
        ["très", "bon", "😀", "film"],
    ]
    assert sequencer.transform(["an unknown film"]).tolist() == [[0, 1, 1, 2]]


def test_the_vocabulary_is_sklearns() -> None:
    texts = TEXTS * 2 + ["another one, with more of the great words"]
    for min_df, max_df in product([1, 2, 0.3], [1.0, 4, 0.5]):
        ours = TextSequencer(min_df=min_df, max_df=max_df, strip_html=False).fit(texts)
        sklearns = CountVectorizer(
            token_pattern=r"😀|[^\W_]+(?:'[^\W_]+)*", min_df=min_df, max_df=max_df
        ).fit(texts)
        assert set(ours.vocabulary_) == set(sklearns.vocabulary_)


def test_max_features_counts_words() -> None:
    sequencer = TextSequencer(max_features=2).fit(TEXTS)
    assert sequencer.vocabulary_ == {"film": 2, "great": 3}
    assert len(TextSequencer(max_features=None).fit(TEXTS).vocabulary_) == 12


@pytest.mark.parametrize(
    ("padding", "truncating"), list(product(["pre", "post"], repeat=2))
)
def test_padding(padding: str, truncating: str) -> None:
    sequencer = TextSequencer(maxlen=5, padding=padding, truncating=truncating)
    X = sequencer.fit_transform(TEXTS)
    analyze = sequencer.build_analyzer()
    ids = [[sequencer.vocabulary_[token] for token in analyze(t)] for t in TEXTS]
    expected = pad_sequences(ids, maxlen=5, padding=padding, truncating=truncating)
    np.testing.assert_array_equal(X, expected)


@pytest.mark.parametrize(
    ("maxlen", "expected"),
    [
        (7, 7),
        (np.int64(7), 7),
        (1.0, 10),
        (0.7, 7),
        (0.71, 8),
        (0.05, 1),
        ("auto", 9),
        (1, 1),
    ],
)
def test_maxlen(maxlen: Any, expected: int) -> None:
    texts = ["a " * n for n in range(10, 0, -1)]
    sequencer = TextSequencer(maxlen=maxlen).fit(texts)
    assert sequencer.maxlen_ == expected
    assert type(sequencer.maxlen_) is int
    assert sequencer.transform(texts).shape == (10, expected)


def test_maxlen_of_empty_texts() -> None:
    sequencer = TextSequencer(maxlen="auto", vocabulary=["a"]).fit(["", ""])
    assert sequencer.maxlen_ == 1
    assert sequencer.transform(["", "a"]).tolist() == [[0], [2]]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"tokenizer": "nltk", "stop_words": "english", "stemmer": "porter"},
        {"tokenizer": str.split, "stemmer": str.upper, "strip_accents": "ascii"},
        {"vocabulary": ["great", "film"], "maxlen": "auto"},
        {"max_features": 3, "min_df": 2, "padding": "post", "truncating": "post"},
    ],
)
def test_invariants(settings: dict[str, Any]) -> None:
    sequencer = TextSequencer(**settings)
    X = sequencer.fit_transform(TEXTS)
    np.testing.assert_array_equal(sequencer.fit(TEXTS).transform(TEXTS), X)
    np.testing.assert_array_equal(sequencer.fit(iter(TEXTS)).transform(TEXTS), X)
    np.testing.assert_array_equal(clone(sequencer).fit_transform(TEXTS), X)
    np.testing.assert_array_equal(sequencer.transform(TEXTS[::-1]), X[::-1])
    for i, text in enumerate(TEXTS):
        np.testing.assert_array_equal(sequencer.transform([text]), X[[i]])
    stored = pickle.dumps(sequencer)
    np.testing.assert_array_equal(pickle.loads(stored).transform(TEXTS), X)
    with ThreadPoolExecutor(4) as threads:
        for result in threads.map(sequencer.transform, [TEXTS] * 20):
            np.testing.assert_array_equal(result, X)


@pytest.mark.filterwarnings("ignore:.* out of vocabulary")
@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=4), st.sampled_from(["word", "nltk"]))
def test_any_text_has_a_row(texts: list[str], tokenizer: str) -> None:
    sequencer = TextSequencer(tokenizer=tokenizer, maxlen=3).fit(TEXTS)
    X = sequencer.transform(texts)
    assert X.shape == (len(texts), 3)
    assert X.min() >= 0


@pytest.mark.parametrize("tokenizer", ["word", "nltk"])
@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("\ud800\udfff \x00 \x07", 0),
        ("x" * 1_000_000, 1),
        ("good " * 100_000, 100_000),
        ("<" * 100_000, None),
        ("'" * 100_000, None),
        ("." * 100_000, None),
        ("هذا فيلم رائع", 3),
    ],
)
def test_hostile_texts(tokenizer: str, text: str, length: int | None) -> None:
    sequencer = TextSequencer(tokenizer=tokenizer, maxlen=3).fit([text, "some words"])
    assert sequencer.transform([text]).shape == (1, 3)
    if length is not None and tokenizer == "word":
        assert sequencer.document_lengths_[0] == length


def test_pickles_are_small() -> None:
    texts = [f"words{i} {'x' * 50}{i}" for i in range(5_000)]
    sequencer = TextSequencer(max_features=10).fit(texts)
    before = len(pickle.dumps(sequencer))
    sequencer.transform(texts)
    assert len(pickle.dumps(sequencer)) == before < 5_000 * 4 + 5_000


def test_processes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_MIN_PER_PROCESS", 10)
    texts = [f"words{i % 5} more{i} film" for i in range(50)]
    alone = TextSequencer(max_features=20)
    together = TextSequencer(max_features=20, n_jobs=2)
    np.testing.assert_array_equal(
        together.fit_transform(texts), alone.fit_transform(texts)
    )
    assert together.vocabulary_ == alone.vocabulary_
    np.testing.assert_array_equal(together.transform(texts), alone.transform(texts))


def test_texts_are_analyzed_once() -> None:
    seen: list[str] = []

    def tokenize(text: str) -> list[str]:
        seen.append(text)
        return text.split()

    TextSequencer(tokenizer=tokenize).fit_transform(["a b", "c"])
    assert seen == ["a b", "c"]


def test_a_fixed_vocabulary_with_gaps() -> None:
    vocabulary = {"film": 7, "great": 90}
    sequencer = TextSequencer(
        vocabulary=vocabulary, maxlen=3, max_features=1, min_df=4, max_df=0.0
    ).fit(TEXTS)
    assert sequencer.vocabulary_ == vocabulary
    assert sequencer.vocabulary_ is not vocabulary
    assert sequencer.transform(["great new film"]).tolist() == [[90, 1, 7]]


def test_words_are_plain_strings_whatever_gave_them() -> None:
    given = TextSequencer(vocabulary=np.array(["a", "film"])).fit(TEXTS)
    learned = TextSequencer(tokenizer=lambda text: np.array(text.split())).fit(TEXTS)
    for sequencer in (given, learned):
        assert {type(word) for word in sequencer.vocabulary_} == {str}


@pytest.mark.parametrize(
    ("params", "stray"),
    [
        ({"stop_words": ["The", "a"]}, ["the"]),
        ({"stop_words": ["für"], "strip_accents": "ascii"}, ["fur"]),
        (
            {"stop_words": ["c'est"], "tokenizer": re.compile(r"\w+").findall},
            ["c", "est"],
        ),
        ({"stop_words": ["it's"], "tokenizer": "nltk"}, ["'s", "it"]),
        ({"stop_words": ["the", "a"], "preprocessor": str.upper}, ["A", "THE"]),
    ],
)
def test_stop_words_that_never_come_are_warned_about_as_in_sklearn(
    params: dict[str, Any], stray: list[str]
) -> None:
    message = re.escape(f"stop words generated tokens {stray!r} not in stop_words")
    for fit in ("fit", "fit_transform", "partial_fit"):
        with pytest.warns(UserWarning, match=message):
            getattr(TextSequencer(**params), fit)(TEXTS)
    if params.get("tokenizer") != "nltk":
        pattern = None if "tokenizer" in params else r"[\w']+"
        with pytest.warns(UserWarning, match=message):
            CountVectorizer(token_pattern=pattern, **params).fit(TEXTS)


def test_stop_words_that_fit_are_not_warned_about() -> None:
    def fails_on_words(text: str) -> list[str]:
        return [text.split()[1]]

    for params in (
        {"stop_words": ["the", "a", "!", "not", "it's"]},
        {"stop_words": "english"},
        {"stop_words": "english", "tokenizer": "nltk", "keep_negations": False},
        {"stop_words": ["The"], "lowercase": False, "stemmer": "porter"},
        {"stop_words": ["The"], "tokenizer": fails_on_words},
    ):
        sequencer = TextSequencer(**params)
        sequencer.fit([text for text in TEXTS if text])  # warnings are errors
        sequencer.build_analyzer()


def test_capitals_in_a_vocabulary_are_warned_about_as_in_sklearn() -> None:
    vocabulary = ["film", "Great", "Dog"]
    with pytest.warns(UserWarning, match="Upper case characters found in vocabulary"):
        CountVectorizer(vocabulary=vocabulary).fit(TEXTS)
    with pytest.warns(
        UserWarning,
        match=r"Upper case characters found in vocabulary .* 2 of 3, such as 'Great'",
    ):
        TextSequencer(vocabulary=vocabulary).fit(TEXTS)
    for matched in (
        {"lowercase": False},
        {"preprocessor": str.title},
        {"stemmer": str.title},
    ):
        sequencer = TextSequencer(vocabulary=vocabulary, maxlen=1, **matched)
        assert sequencer.fit_transform(["Great"]).tolist() == [[3]]


def test_feature_names_and_set_output() -> None:
    frame = pd.DataFrame({"text": TEXTS, "n": [1, 2, 3, 4]}, index=list("wxyz"))
    sequencer = TextSequencer(maxlen=2)
    names = ["position0", "position1"]
    assert sequencer.fit(TEXTS).get_feature_names_out().tolist() == names
    assert sequencer.get_feature_names_out(["text"]).dtype == object
    X = sequencer.transform(TEXTS)
    sequencer.set_output(transform="pandas")
    for wrapped in (
        sequencer.transform(frame["text"]),
        sequencer.fit_transform(frame["text"]),
    ):
        assert list(wrapped.columns) == names
        assert (wrapped.dtypes == np.int32).all()
        np.testing.assert_array_equal(wrapped.to_numpy(), X)
    columns = ColumnTransformer([("seq", TextSequencer(maxlen=2), "text")])
    np.testing.assert_array_equal(columns.fit_transform(frame), X)
    assert columns.get_feature_names_out().tolist() == [f"seq__{n}" for n in names]


def test_in_a_grid_search() -> None:
    pipeline = Pipeline(
        [("seq", TextSequencer()), ("clf", CategoricalNB(min_categories=9))]
    )
    grid = {"seq__maxlen": [1, 2], "seq__max_features": [2, 5]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise")
    search.fit(np.array(["good film", "bad film"] * 6), [1, 0] * 6)
    assert search.best_score_ == 1
    assert search.best_estimator_["seq"].maxlen_ == 2


def test_inverse_transform_refuses_other_arrays() -> None:
    sequencer = TextSequencer(maxlen=2).fit(TEXTS)
    assert sequencer.inverse_transform([[0.0, 2.0]]) == [["film"]]
    assert sequencer.inverse_transform([[999, -1]]) == [["[UNK]", "[UNK]"]]
    with pytest.raises(ValueError, match=r"maxlen_=2 ids, got .* shape \(1, 3\)"):
        sequencer.inverse_transform([[1, 2, 3]])
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        sequencer.inverse_transform([1, 2])
    with pytest.raises(ValueError, match="rows of different lengths"):
        sequencer.inverse_transform([[1, 2], [3]])
    for wrong in ([[0.5, 1]], [["a", "b"]], [[np.nan, 1]]):
        with pytest.raises(ValueError, match="Expected word ids, which are integers"):
            sequencer.inverse_transform(wrong)


@pytest.mark.parametrize(
    "method", ["transform", "inverse_transform", "get_feature_names_out"]
)
@pytest.mark.parametrize("vocabulary", [None, ["a"]])
def test_not_fitted(method: str, vocabulary: list[str] | None) -> None:
    with pytest.raises(NotFittedError, match="Call 'fit'"):
        getattr(TextSequencer(vocabulary=vocabulary), method)(["a"])


@pytest.mark.parametrize(
    ("settings", "X", "error"),
    [
        ({}, "a text", ValueError),
        ({}, ["a", None], ValueError),
        ({"min_df": 5}, TEXTS, ValueError),
        ({"vocabulary": {"a": 0}}, TEXTS, ValueError),
        ({"stop_words": [1]}, TEXTS, TypeError),
        ({"maxlen": 0}, TEXTS, ValueError),
    ],
)
def test_failed_fits_leave_nothing_behind(
    settings: dict[str, Any], X: Any, error: type[Exception]
) -> None:
    sequencer = TextSequencer(**settings)
    before = set(vars(sequencer))
    for method in (sequencer.fit, sequencer.fit_transform):
        with pytest.raises(error):
            method(X)
        assert set(vars(sequencer)) == before
    fitted = TextSequencer(maxlen=3).fit(TEXTS)
    rows = fitted.transform(TEXTS)
    with pytest.raises(error):
        fitted.set_params(**settings).fit(X)
    np.testing.assert_array_equal(fitted.transform(TEXTS), rows)


@pytest.mark.parametrize("X", ["a text", ["a", None], [], pd.DataFrame({"t": [None]})])
def test_transform_refuses_what_fit_refuses(X: Any) -> None:
    with pytest.raises(ValueError, match=r"[Dd]ocument"):
        TextSequencer().fit(TEXTS).transform(X)


@pytest.mark.usefixtures("no_nltk_data")
def test_a_missing_corpus_is_reported_by_fit() -> None:
    sequencer = TextSequencer(stop_words="nltk")
    with pytest.raises(LookupError, match="NLTK_DATA"):
        sequencer.fit(TEXTS)
    assert not hasattr(sequencer, "vocabulary_")


@pytest.mark.usefixtures("nltk_stop_words")
def test_a_list_that_nltk_does_not_have_is_refused() -> None:
    sequencer = TextSequencer(stop_words="klingon")
    with pytest.raises(ValueError, match=r"'klingon' is not a list .* english, german"):
        sequencer.fit(TEXTS)
    with pytest.raises(ValueError, match="Pass one of these, 'english'"):
        sequencer.build_analyzer()


COMPOSED = "Très bien, ein schöner Film. 한국 영화"


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_composed_and_decomposed_text_are_the_same_words(form: str) -> None:
    sequencer = TextSequencer(maxlen=8).fit([COMPOSED])
    other = unicodedata.normalize(form, COMPOSED)
    X = sequencer.transform([other])
    np.testing.assert_array_equal(X, sequencer.transform([COMPOSED]))
    assert 1 not in X
    analyze = TextSequencer(normalize=form).build_analyzer()
    assert analyze("Schön")[0] == unicodedata.normalize(form, "schön")
    assert analyze(COMPOSED) == analyze(other)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("ｇｒｅａｔ　ｆｉｌｍ！", "great film!"),
        ("ﬁne eﬀects", "fine effects"),
        ("don’t, don‘t", "don't, don't"),
        ("ｶﾒﾗ", "カメラ"),
        ("won\xadder\xadful", "wonderful"),
        ("e&#769;te&#769;", "été"),
        ("great\u00a0film", "great film"),
    ],
)
def test_typographic_variants_are_plain_words(typed: str, plain: str) -> None:
    analyze = TextSequencer().build_analyzer()
    assert analyze(typed) == analyze(plain) == plain.replace(",", "").strip("!").split()


def test_a_fraction_is_one_token() -> None:
    assert TextSequencer().build_analyzer()("3½ stars, ¾") == ["31⁄2", "stars", "3⁄4"]


def test_texts_stay_as_they_are_without_normalization() -> None:
    analyze = TextSequencer(normalize=None).build_analyzer()
    assert analyze("ﬁne cafe\u0301") == ["ﬁne", "cafe\u0301"]


CHINESE = ["这部电影很好看", "我很喜欢这个故事", "演员演得很好"]


def test_words_of_an_unknown_language_are_warned_about_once_a_call() -> None:
    sequencer = TextSequencer().fit(TEXTS)
    assert sequencer.oov_rate_ == 0
    with pytest.warns(UserWarning, match="100% of the tokens of these texts") as caught:
        sequencer.transform(CHINESE)
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("settings", "texts"),
    [
        ({}, ["unknown words in a short text are no reason"]),
        ({}, ["a great film not seen before"] * 5),
        ({"max_features": 2}, TEXTS * 3),
        ({"vocabulary": ["film"]}, TEXTS * 3),
    ],
    ids=["few words", "less than half", "as in training", "as in training, fixed"],
)
def test_other_unknown_words_are_not_warned_about(
    settings: dict[str, Any], texts: list[str]
) -> None:
    TextSequencer(**settings).fit(TEXTS).transform(texts)


def test_the_share_of_unknown_words_in_training() -> None:
    texts = ["a a a b", "a c"]  # 6 tokens, of which 4 are "a"
    assert TextSequencer(max_features=1).fit(texts).oov_rate_ == 1 / 3
    assert TextSequencer(vocabulary=["a"]).fit(texts).oov_rate_ == 1 / 3
    partly = TextSequencer(max_features=1).partial_fit(texts[:1])
    assert partly.partial_fit(texts[1:]).oov_rate_ == 1 / 3
    assert TextSequencer(vocabulary=["a"]).fit([""]).oov_rate_ == 0


@pytest.mark.usefixtures("nltk_stop_words")
def test_german_stop_words_and_stems() -> None:
    sequencer = TextSequencer(stop_words="german", stemmer="german")
    analyze = sequencer.build_analyzer()
    assert analyze("Der Film ist nicht schlecht, keine Längen") == [
        "film",
        "nicht",
        "schlecht",
        "kein",
        "lang",
    ]


@pytest.mark.usefixtures("nltk_stop_words")
def test_a_fitted_sequencer_needs_the_corpus_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sequencer = TextSequencer(stop_words="nltk", maxlen=3).fit(["the film was not it"])
    assert set(sequencer.vocabulary_) == {"film", "not", "it"}
    stored = pickle.dumps(sequencer)
    monkeypatch.setattr("nltk.data.path", [])
    assert pickle.loads(stored).transform(["the film"]).tolist() == [[0, 0, 2]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tokenizer", "spacy"),
        ("stemmer", "lancaster"),
        ("normalize", "NFKC_Casefold"),
        ("max_features", 0),
        ("min_df", -1),
        ("max_df", 1.5),
        ("maxlen", 1.5),
        ("maxlen", 0.0),
        ("maxlen", "longest"),
        ("padding", "left"),
        ("truncating", None),
        ("strip_accents", "all"),
        ("lowercase", "yes"),
        ("vocabulary", 3),
        ("n_jobs", 1.5),
    ],
)
def test_wrong_parameters(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"The '{name}' parameter of TextSequencer"):
        TextSequencer(**{name: value}).fit(TEXTS)


@pytest.mark.parametrize("method", ["fit", "build_analyzer"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("stop_words", 3), ("tokenizer", "spacy"), ("preprocessor", "lower")],
)
def test_an_analyzer_is_built_of_valid_parameters_only(method, name, value) -> None:
    sequencer = TextSequencer(**{name: value})
    with pytest.raises(ValueError, match=f"The '{name}' parameter of TextSequencer"):
        getattr(sequencer, method)(*([TEXTS] if method == "fit" else []))


def test_mistyped_parameters() -> None:
    with pytest.raises(TypeError, match="Did you mean 'maxlen'"):
        TextSequencer(max_len=3)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="Did you mean 'stemmer'"):
        TextSequencer().set_params(stemer="porter")


def test_the_signature_is_the_designed_one() -> None:
    signature = inspect.signature(TextSequencer.__init__)
    parameters = list(signature.parameters.values())[1:]
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters)
    assert {p.name: p.default for p in parameters} == {
        "lowercase": True,
        "strip_html": True,
        "normalize": "NFKC",
        "strip_accents": None,
        "preprocessor": None,
        "tokenizer": "word",
        "stop_words": None,
        "keep_negations": True,
        "stemmer": None,
        "max_features": 20000,
        "min_df": 1,
        "max_df": 1.0,
        "vocabulary": None,
        "pretrained": None,
        "sentence_splitter": None,
        "sentence_length": None,
        "maxlen": 200,
        "padding": "pre",
        "truncating": "pre",
        "n_jobs": None,
    }


def test_tags() -> None:
    tags = TextSequencer().__sklearn_tags__()
    assert tags.input_tags.string
    assert not tags.input_tags.two_d_array
    assert tags.requires_fit


def test_no_tensorflow_is_loaded() -> None:
    code = (
        "import sys, skrnn, skrnn.text\n"
        "s = skrnn.TextSequencer(tokenizer='nltk', stop_words='english')\n"
        "s.set_params(stemmer='porter').fit_transform(['a great film'])\n"
        "print([m for m in ('tensorflow', 'keras', 'scikeras') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.real_data
def test_the_chapters_activity_on_imdb(imdb_reviews: list[str]) -> None:
    from collections import Counter
    from string import punctuation

    from nltk.corpus import stopwords
    from nltk.stem import PorterStemmer
    from nltk.tokenize import word_tokenize

    reviews = imdb_reviews[:500]
    stop_list = [*stopwords.words("english"), *punctuation]
    stem = PorterStemmer().stem
    tokens = [
        [
            stem(token)
            for token in word_tokenize(review.lower(), preserve_line=True)
            if token not in stop_list
        ]
        for review in reviews
    ]
    counts = Counter(token for review in tokens for token in review)
    ranked = sorted(counts, key=lambda token: (-counts[token], token))[:1000]
    ids = {token: number for number, token in enumerate(ranked, start=2)}
    expected = pad_sequences(
        [[ids.get(token, 1) for token in review] for review in tokens], maxlen=100
    )
    sequencer = TextSequencer(
        normalize=None,
        tokenizer="nltk",
        stop_words=stop_list,
        keep_negations=False,
        stemmer="porter",
        strip_html=False,
        max_features=1000,
        maxlen=100,
    )
    # NLTK cuts "it's" in two, of which the list holds one.
    with pytest.warns(UserWarning, match=r"generated tokens .*\"'s\".* not in stop"):
        rows = sequencer.fit_transform(reviews)
    np.testing.assert_array_equal(rows, expected)
    assert sequencer.vocabulary_ == ids
    assert sequencer.document_lengths_.tolist() == list(map(len, tokens))
