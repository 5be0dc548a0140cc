"""The fast path gives NLTK's tokens, whatever the text."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nltk.tokenize import NLTKWordTokenizer, word_tokenize

from skrnn.text import treebank
from skrnn.text.tokenizers import CallableSplitter
from skrnn.text.treebank import TreebankSplitter, treebank_splitter

MARKS = list("\"'`.,:;?!()[]{}<>-—–’‘“”«»/_%$&*@#+ \n\t\r\v\x1c\x85\xa0\u2003")
WORDS = str.split(
    "a b re s t ve 3 can not cannot gimme gonna wanna wan na 'tis 'twas d'ye more'n "
    "n't 's 'S 'll 're don't it's 3,5 1.5 e.g. ... -- `` '' é \u0301 ſ İ \ue000 \x00 "
    "\ud800 🎬"
)
adversarial = st.lists(st.sampled_from(MARKS + WORDS), max_size=30).map("".join)
# Of these most chunks are plain, which is where NLTK is not asked.
plain = st.lists(
    st.sampled_from(
        [
            *"abn13.,:;?!()[]<>*\"'$-/_ \n",
            *("..", "--", "---", "cannot", "gonna", "n't", "'s", "'ll", "'S", "s", "t"),
        ]
    ),
    max_size=30,
).map("".join)


def by_nltk(text: str) -> list[str]:
    return word_tokenize(text, preserve_line=True)


def fast(text: str) -> list[str]:
    splitter = TreebankSplitter()
    tokens = splitter.expand(splitter.split(text))
    return [token for unit in tokens for token in unit]


@settings(max_examples=1000, deadline=None)
@given(adversarial | plain | st.text(max_size=40))
@example('""a')
@example("''a")
@example("''")
@example("'''re here")
@example("\"''\"")
@example("a. )\n")
@example("a.\n)")
@example("It ends.' \n")
@example("It ends, ")
@example("It ends:")
@example("so .")
@example("wait...")
@example("a' ' 'b")
@example('a\n"b"')
@example("a.--b")
@example("a,b 3,5 a,3 3,a ,3 a,,3 ,,a ,,,a :) a:b")
@example("isn't (n't) 's it's' dogs' 'dogs' dogs'\"")
@example("b.\x1c")
@example("")
@example(" ")
@example("\ue000 a\ue000b, \ue000")
def test_tokens_are_nltks(text: str) -> None:
    assert fast(text) == by_nltk(text)


@given(st.lists(adversarial, max_size=5))
@settings(max_examples=200, deadline=None)
def test_texts_in_one_batch_do_not_disturb_each_other(texts: list[str]) -> None:
    splitter = TreebankSplitter()
    split = [splitter.split(text) for text in texts]
    units = list(dict.fromkeys(unit for units in split for unit in units))
    tokens = dict(zip(units, splitter.expand(units), strict=True))
    for text, units in zip(texts, split, strict=True):
        assert [t for unit in units for t in tokens[unit]] == by_nltk(text)


def test_more_chunks_than_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(treebank, "_BATCH", 3)
    text = " ".join(f"it{i}'s" for i in range(10))
    assert fast(text) == by_nltk(text)


def test_most_chunks_need_no_nltk(monkeypatch: pytest.MonkeyPatch) -> None:
    splitter = TreebankSplitter()
    asked: list[str] = []
    monkeypatch.setattr(splitter, "_tokenize", lambda text: asked.append(text) or [])
    text = "A \"well-made\" film (really!), 9/10, isn't it? It's 3,000:1, all in all..."
    splitter.expand(splitter.split(text))
    assert asked == []


def test_the_rules_of_the_installed_nltk_are_known() -> None:
    assert isinstance(treebank_splitter(), TreebankSplitter)


def test_other_rules_fall_back_to_nltk_on_whole_texts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        NLTKWordTokenizer, "PUNCTUATION", NLTKWordTokenizer.PUNCTUATION[1:]
    )
    splitter = treebank_splitter()
    assert isinstance(splitter, CallableSplitter)
    assert splitter.split("It is. So.") == by_nltk("It is. So.")
    assert pickle.loads(pickle.dumps(splitter)).split("a, b") == ["a", ",", "b"]


@pytest.mark.real_data
def test_imdb_tokens_are_nltks(imdb_reviews: list[str]) -> None:
    for review in imdb_reviews[::5]:
        assert fast(review) == by_nltk(review)


@pytest.mark.real_data
def test_amazon_tokens_are_nltks(amazon_reviews: list[str]) -> None:
    for review in amazon_reviews[::5]:
        assert fast(review) == by_nltk(review)
