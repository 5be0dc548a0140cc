"""Words as typed stand beside the ids that the classifier gets."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skrnn import TextSequencer
from skrnn.inspection.alignment import locate, tokenize_as_typed, tokenize_texts

TEXT = "I've <b>NEVER</b> Liked these MOVIES, Zoë's café &amp; U.S. \"Endings\"!"


def tokens(text: str, **params) -> tuple[str, ...]:
    sequencer = TextSequencer(**params).fit(["never liked these movies"])
    (tokenized,) = tokenize_texts(sequencer, [text])
    return tokenized.tokens


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
    (tokenized,) = tokenize_texts(sequencer, ["So good, Mr. Hall/GREAT! Yes, a 1/2"])
    assert tokenized.tokens == ("So good", "Mr. Hall", "GREAT! Yes", "a 1", "2")
    assert tokenized.row.tolist() == [0, 0, 2, 1, 0, 1, 1, 0, 1]


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
    long, short, empty = tokenize_texts(sequencer, ["a b c d e", "e x", ""])
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
        tokenize_texts(sequencer, ["good movies"])


@pytest.mark.parametrize(
    ("text", "shown", "options"),
    [
        ("Not all, a <i>GOOD</i> one!", ["Not", "a", "GOOD", "one"],
         {"stop_words": ["all"]}),
        ("ＢＡＤ &amp; don&#39;t...", ["ＢＡＤ", "don't"], {}),
        ("It's so-so :)", ["It's", "so", "so", ":)"], {"stemmer": "porter"}),
        ("one two three", ["two", "three"], {"maxlen": 2}),
        ("an un\xadknown one", ["an", "un\xadknown", "one"], {}),
        ("I don’t, Zoe\u0308’s ﬁne", ["I", "don’t", "Zoe\u0308’s", "ﬁne"], {}),
        ('He "didn\'t".', ["He", '"', "did", "n't", '"', "."], {"tokenizer": "nltk"}),
        ("so good", ["", "so", "good"], {"tokenizer": lambda t: ["#", *t.split()]}),
    ],
)  # fmt: skip
def test_words_are_found_in_the_text(text: str, shown: list, options: dict) -> None:
    sequencer = TextSequencer(**options).fit(["a good one"])
    (tokenized,) = tokenize_texts(sequencer, [text])
    assert [tokenized.text[start:stop] for start, stop in tokenized.spans] == shown


_PLAIN = str.maketrans({"’": "'", "‘": "'", "\xad": ""})


@example("㎩A")
@example("㎩p")
@given(st.text(st.characters() | st.sampled_from("’‘\xad'aBe\u0301ﬁßİ½ ")))
def test_every_word_of_any_text_is_located(written: str) -> None:
    words = tokenize_as_typed(written)
    spans = locate(written, words)
    assert all(start < end for start, end in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    for word, (start, end) in zip(words, spans, strict=True):
        plain = written[start:end].translate(_PLAIN)
        assert plain.startswith(word)
        assert all(unicodedata.combining(mark) for mark in plain[len(word) :])
