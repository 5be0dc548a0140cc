"""Words as typed stand beside the ids that the classifier gets."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier

from skrnn import TextSequencer
from skrnn.baselines import make_baseline
from skrnn.ensemble import DistilledClassifier
from skrnn.inspection.reading import locate, read_texts, take_apart, type_tokens

TEXT = "I've <b>NEVER</b> Liked these MOVIES, Zoë's café &amp; U.S. \"Endings\"!"


def tokens(text: str, **params) -> tuple[str, ...]:
    sequencer = TextSequencer(**params).fit(["never liked these movies"])
    (reading,) = read_texts(sequencer, [text])
    return reading.tokens


def test_words_are_shown_as_typed() -> None:
    assert tokens(TEXT) == (
        "I've", "NEVER", "Liked", "these", "MOVIES", "Zoë's", "café", "U", "S",
        "Endings",
    )  # fmt: skip


def test_stems_and_accents_are_shown_as_typed_and_stop_words_left_out() -> None:
    shown = tokens(
        TEXT, stemmer="porter", stop_words="english", strip_accents="unicode"
    )
    assert shown == (
        "I've", "NEVER", "Liked", "MOVIES", "Zoë's", "café", "U", "S", "Endings",
    )  # fmt: skip


def test_emoticons_and_typographic_letters_are_shown_as_typed() -> None:
    assert tokens("The ﬁne film :D ＢＡＤ", stop_words="english") == (
        "ﬁne", "film", ":D", "ＢＡＤ",
    )  # fmt: skip


@pytest.mark.parametrize("preprocessor", [str.lower, str.swapcase])
def test_words_are_shown_as_they_were_before_a_preprocessor(preprocessor) -> None:
    shown = tokens("I Liked <i>MOVIES</i>", preprocessor=preprocessor)
    assert shown == ("I", "Liked", "MOVIES")


def test_tokens_of_nltk_are_those_of_nltk() -> None:
    assert tokens("Didn't like U.S. movies.", tokenizer="nltk") == (
        "Did", "n't", "like", "U.S.", "movies", ".",
    )  # fmt: skip


def test_a_token_that_was_not_typed_stands_for_itself() -> None:
    # The capital sharp s and the dotted I change their length in lower case.
    assert tokens("İyi film", tokenizer=str.split) == ("İyi", "film")

    def shouts(text: str) -> list[str]:
        return ["shout", *text.split()] if text.isupper() else text.split()

    assert tokens("LOUD", tokenizer=shouts) == ("loud",)


def test_sentences_are_cut_before_tokens_and_not_within() -> None:
    def phrases(text: str) -> list[str]:
        return text.split(", ")

    sequencer = TextSequencer(
        tokenizer=phrases, sentence_splitter=lambda text: text.split("/"), maxlen=9
    ).fit(["so good"])
    (reading,) = read_texts(sequencer, ["So good, Mr. Hall/GREAT! Yes, a 1/2"])
    assert reading.tokens == ("So good", "Mr. Hall", "GREAT! Yes", "a 1", "2")
    assert reading.row.tolist() == [0, 0, 2, 1, 0, 1, 1, 0, 1]


@pytest.mark.parametrize(
    ("truncating", "left"),
    [("pre", ("c", "d", "e")), ("post", ("a", "b", "c")), ("middle", ("a", "d", "e"))],
)
@pytest.mark.parametrize("padding", ["pre", "post"])
def test_words_are_cut_as_the_ids_are(
    truncating: str, left: tuple[str, ...], padding: str
) -> None:
    sequencer = TextSequencer(
        maxlen=3, truncating=truncating, padding=padding, tokenizer=str.split
    ).fit(["a b c d e"])
    long, short, empty = read_texts(sequencer, ["a b c d e", "e x", ""])
    assert (long.tokens, long.n_words) == (left, 5)
    assert [sequencer.vocabulary_[t] for t in left] == long.ids.tolist()
    assert short.tokens == ("e", "x")
    assert short.known.tolist() == [True, False]
    assert short.columns.tolist() == ([1, 2] if padding == "pre" else [0, 1])
    assert (empty.tokens, empty.n_words) == ((), 0)


def test_a_sequencer_that_was_changed_after_its_fit_is_refused() -> None:
    sequencer = TextSequencer(maxlen=3).fit(["good movies"])
    sequencer.set_params(stemmer="porter")
    with pytest.raises(ValueError, match="Fit it again"):
        read_texts(sequencer, ["good movies"])


def test_other_estimators_are_refused_by_name() -> None:
    tree = DecisionTreeClassifier().fit([[0], [1]], [0, 1])
    with pytest.raises(TypeError, match="got DecisionTreeClassifier"):
        _ = take_apart(tree).classifier
    with pytest.raises(TypeError, match=r"Pipeline of \['DecisionTreeClassifier'\]"):
        _ = take_apart(make_pipeline(tree)).classifier
    with pytest.raises(TypeError, match="Expected a fitted TextSequencer"):
        _ = take_apart(tree).sequencer


def tree(maxlen: int = 2) -> Pipeline:
    return make_pipeline(TextSequencer(maxlen=maxlen), DecisionTreeClassifier())


TEXTS, LABELS = ["so good", "so bad"] * 8, [1, 0] * 8
AROUND = {
    "search": lambda: GridSearchCV(tree(), {"textsequencer__maxlen": [1, 2]}, cv=2),
    "distilled": lambda: DistilledClassifier(tree(), make_baseline("nbsvm")),
    "threshold": lambda: FixedThresholdClassifier(tree(), threshold=0.4),
    "tuned": lambda: TunedThresholdClassifierCV(tree(), cv=2),
    "frozen": lambda: FrozenEstimator(tree().fit(TEXTS, LABELS)),
    "nested": lambda: make_pipeline("passthrough", tree()),
    "on ids": lambda: make_pipeline(
        TextSequencer(maxlen=2),
        FixedThresholdClassifier(DecisionTreeClassifier(), threshold=0.4),
    ),
}


@pytest.mark.parametrize("around", AROUND)
def test_the_pipeline_within_is_found(around: str) -> None:
    labels = [*LABELS[:-1], -1] if around == "distilled" else LABELS
    model = AROUND[around]().fit(TEXTS, labels)
    steps = take_apart(model)
    ids = steps.sequencer.transform(TEXTS)
    assert type(steps.classifier) is DecisionTreeClassifier
    np.testing.assert_array_equal(
        steps.classifier.predict_proba(ids), model.predict_proba(TEXTS)
    )


def test_an_ensemble_is_not_its_template() -> None:
    model = make_pipeline(TextSequencer(maxlen=2), BaggingClassifier(random_state=0))
    model.fit(TEXTS, LABELS)
    assert take_apart(model).classifier is model[-1]


def test_a_search_that_kept_no_estimator_is_told_to_refit() -> None:
    search = AROUND["search"]().set_params(refit=False).fit(TEXTS, LABELS)
    with pytest.raises(TypeError, match="Set refit=True"):
        take_apart(search)
    with pytest.raises(NotFittedError):
        _ = take_apart(AROUND["search"]()).classifier


def lower(texts) -> list[str]:
    return [text.replace("!", " not ").lower() for text in texts]


@pytest.mark.parametrize("output", ["default", "pandas", "polars"])
def test_steps_before_the_sequencer_are_applied(output: str) -> None:
    if output == "polars":
        pytest.importorskip("polars")
    clean = FunctionTransformer(lower)
    model = make_pipeline(clean, *(step for _, step in tree(4).steps))
    model.fit(TEXTS, LABELS)
    model[1].set_output(transform=output)
    steps = take_apart(model)
    (reading,) = read_texts(steps.sequencer, steps.clean(["SO good!"]))
    assert reading.tokens == ("so", "good", "not")
    assert reading.text == "so good not "
    ids = np.asarray(model[:-1].transform(["SO good!"]))
    assert reading.row.tolist() == ids[0].tolist()


@pytest.mark.parametrize(
    ("text", "shown", "options"),
    [
        ("Not all, a <i>GOOD</i> one!", ["Not", "a", "GOOD", "one"],
         {"stop_words": ["all"]}),
        ("ＢＡＤ &amp; don&#39;t...", ["ＢＡＤ", "don't"], {}),
        ("It's so-so :)", ["It's", "so", "so", ":)"], {"stemmer": "porter"}),
        ("one two three", ["two", "three"], {"maxlen": 2}),
        ("I don’t, Zoe\u0308’s ﬁne", ["I", "don’t", "Zoe\u0308’s", "ﬁne"], {}),
        ('He "didn\'t".', ["He", '"', "did", "n't", '"', "."], {"tokenizer": "nltk"}),
        ("so good", ["", "so", "good"], {"tokenizer": lambda t: ["#", *t.split()]}),
    ],
)  # fmt: skip
def test_words_are_found_in_the_text(text: str, shown: list, options: dict) -> None:
    sequencer = TextSequencer(**options).fit(["a good one"])
    (reading,) = read_texts(sequencer, [text])
    assert [reading.text[start:stop] for start, stop in reading.spans] == shown


@given(st.text(st.characters() | st.sampled_from("’‘'aBe\u0301ﬁßİ½ ")))
def test_every_word_of_any_text_is_located(written: str) -> None:
    words = type_tokens(written)
    spans = locate(written, words)
    assert all(start < end for start, end in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    for word, (start, end) in zip(words, spans, strict=True):
        plain = written[start:end].replace("’", "'").replace("‘", "'")
        assert plain.startswith(word)
        assert all(unicodedata.combining(mark) for mark in plain[len(word) :])
