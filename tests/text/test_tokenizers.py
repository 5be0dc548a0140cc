"""The default tokenizer: every script, emoticons, and what it was before."""

from __future__ import annotations

import string
import sys
import unicodedata
from itertools import chain

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.tokenize.casual import EMOTICON_RE

from skrnn import TextSequencer
from skrnn.text import tokenizers
from skrnn.text.tokenizers import LegacyWordSplitter, WordSplitter

# Letters, marks and digits of scripts in use, by the blocks of Unicode.
SCRIPTS = {
    "Latin": (0x41, 0x24F),
    "Greek": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x52F),
    "Armenian": (0x531, 0x556),
    "Hebrew": (0x591, 0x5EA),
    "Arabic": (0x620, 0x669),
    "Syriac": (0x710, 0x74A),
    "Devanagari": (0x900, 0x97F),
    "Bengali": (0x980, 0x9FF),
    "Tamil": (0xB80, 0xBFF),
    "Malayalam": (0xD00, 0xD7F),
    "Sinhala": (0xD81, 0xDF3),
    "Thai": (0xE01, 0xE5B),
    "Lao": (0xE81, 0xEDF),
    "Tibetan": (0xF00, 0xFBC),
    "Burmese": (0x1000, 0x109F),
    "Georgian": (0x10A0, 0x10FF),
    "Hangul": (0xAC00, 0xD7A3),
    "Ethiopic": (0x1200, 0x135F),
    "Khmer": (0x1780, 0x17E9),
    "Mongolian": (0x1810, 0x18AA),
    "Balinese": (0x1B00, 0x1B59),
    "Hiragana": (0x3041, 0x309A),
    "Katakana": (0x30A1, 0x30FA),
    "Han": (0x4E00, 0x9FFF),
    "Javanese": (0xA980, 0xA9D9),
    "Adlam": (0x1E900, 0x1E959),
    "Han, extended": (0x20000, 0x2A6DF),
}


def characters(first: int, last: int) -> st.SearchStrategy[str]:
    """Return the letters, marks and digits of a block that both sides know."""
    return st.sampled_from(
        [
            char
            for char in map(chr, range(first, last + 1))
            if unicodedata.category(char) in ("Lu", "Ll", "Lo", "Lm", "Mn", "Mc", "Nd")
        ]
    )


def words(text: str) -> list[str]:
    splitter = WordSplitter()
    return list(chain.from_iterable(splitter.expand(splitter.split(text))))


def words_by_uax_29(text: str) -> list[str]:
    """Cut at Unicode's word boundaries; a word has a letter or a digit."""
    parts = regex.split(r"\b", text, flags=regex.WORD | regex.VERSION1)
    return [part for part in parts if any(map(str.isalnum, part))]


@pytest.mark.parametrize("script", SCRIPTS)
def test_words_of_a_script_are_those_of_uax_29(script: str) -> None:
    char = characters(*SCRIPTS[script])

    @settings(max_examples=100, deadline=None)
    @given(st.lists(char | st.just(" "), max_size=20).map("".join))
    def check(text: str) -> None:
        # A mark without a letter before it is no word here.
        text = regex.sub(r"(?<![\w])[\p{M}]+", "", text)
        assert words(text) == words_by_uax_29(text)

    check()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("这部电影很好看。", "这 部 电 影 很 好 看"),
        ("このカメラはすごい！", "こ の カメラ は す ご い"),
        ("人々ABC中文", "人 々 ABC 中 文"),
        ("หนังดีมาก", "ห นั ง ดี ม า ก"),
        ("ໜັງດີ", "ໜັ ງ ດີ"),
        ("រឿងល្អ", "រឿ ង ល្ អ"),
        ("ကောင်းတယ်", "ကေ ာင်း တ ယ်".replace("ကေ ာင်း", "ကော င်း")),
        ("이 영화는 좋아요", "이 영화는 좋아요"),
        ("यह फ़िल्म अच्छी है।", "यह फ़िल्म अच्छी है"),
        ("col·lecció צה״ל", "col·lecció צה״ל"),
    ],
)
def test_sensible_units_in_every_script(text: str, tokens: str) -> None:
    assert words(text) == tokens.split()


def test_marks_are_all_that_unicode_has() -> None:
    pattern = regex.compile(f"[{tokenizers._marks()}]")
    for code in range(sys.maxunicode):
        char = chr(code)
        if unicodedata.category(char).startswith("M"):
            assert pattern.fullmatch(char), hex(code)


def longest_match(text: str) -> list[str]:
    """Cut by a dictionary, as jieba and MeCab do."""
    dictionary, found = {"电影", "这部", "好看"}, []
    while text:
        size = next((n for n in (2,) if text[:n] in dictionary), 1)
        found.append(text[:size])
        text = text[size:]
    return found


def test_a_dictionary_plugs_in() -> None:
    sequencer = TextSequencer(tokenizer=longest_match).fit(["这部电影很好看"])
    assert list(sequencer.vocabulary_) == ["好看", "很", "电影", "这部"]


EMOTICONS = str.split(
    ":) :( :-) :-( ;) ;-) :D :-D :d ;D =) =( =D :P :-P :p =p :'( :'-( :/ :-/ :\\ :-\\ "
    ":| :] :[ :} :{ :@ :o) :*) <3 </3 (: (-: )-: "
)


@pytest.mark.parametrize("emoticon", EMOTICONS)
@pytest.mark.parametrize(
    "context", ["{}", "good {} film", "Good. {}", "é {}!", "很好{}"]
)
def test_emoticons_are_tokens(emoticon: str, context: str) -> None:
    if context == "很好{}" and not (emoticon[-1] in "()" and emoticon[0] in ":;="):
        return  # others stand apart from words
    assert emoticon in words(context.format(emoticon))
    analyze = TextSequencer(stop_words="english").build_analyzer()
    assert emoticon.lower() in analyze(f"<p>{context.format(emoticon)}</p>")


# NLTK's pattern has no crying face with a nose.
@pytest.mark.parametrize("emoticon", [e for e in EMOTICONS if e not in (":'-(",)])
def test_emoticons_are_nltks(emoticon: str) -> None:
    assert EMOTICON_RE.fullmatch(emoticon) or set("'") & set(emoticon)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Great:) Bad:( really", "Great :) Bad :( really"),
        (":))) :(((", ":) :("),
        (">:( ^^ ^_^ -_- xD", ":( ^^ ^_^ -_- xD"),
        (":D, :P. (nice :))", ":D :P nice :)"),
    ],
)
def test_emoticons_beside_other_characters(text: str, tokens: str) -> None:
    assert words(text) == tokens.split()


@pytest.mark.parametrize(
    "text",
    [
        "(see item 8)",
        "16:9 10:00 3:1",
        "http://x.org https://y",
        "std::pair a::b",
        "C:\\x",
        "Note:(a) and (b)",
        "(2005): yes",
        "rated: good; bad",
        "x=(a+b) y=[1] a[1:] d={}",
        "1<3 <30 <3.5 <3%",
        "Director:Dan cc:Paul",
        "snake_case __init__ --_",
        "(= a note)",
    ],
)
def test_other_punctuation_is_no_emoticon(text: str) -> None:
    assert words(text) == regex.findall(r"[^\W_]+", text)


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from(string.printable)))
def test_ascii_text_is_read_alike_in_both_ways(text: str) -> None:
    # A letter beyond ASCII sends a text the other way.
    assert [*words(text), "é"] == words(f"{text} é")


@pytest.mark.parametrize(
    "piece", [":", ":-", "(:", "<", "<3", "-_", "^", "中", "あ", "'"]
)
def test_tokens_take_linear_time(piece: str) -> None:
    words(piece * 200_000)  # quadratic time would be hours
    words(piece * 200_000 + "é")


# What skrnn 0.1 gave.
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (":) good :( <3", ["good", "3"]),
        ("这部电影 很好", ["这部电影", "很好"]),
        ("とてもよかった", ["とてもよかった"]),
        ("หนังดีมาก", ["หนังดีมาก"]),
        ("don’t ｇｏｏｄ ﬁne", ["don't", "ｇｏｏｄ", "ﬁne"]),
        ("don‘t won\xadder col·lecció", ["don", "t", "won", "der", "col", "lecció"]),
        ("cafe\u0301 ½ 3½", ["cafe\u0301", "½", "3½"]),
        ("👨‍👩‍👧 🇩🇪🇫🇷 ❤️", ["👨‍👩‍👧", "🇩🇪", "🇫🇷", "❤️"]),
    ],
)
def test_the_old_tokenizer_is_what_it_was(text: str, tokens: list[str]) -> None:
    old = TextSequencer(tokenizer="word-0.1", normalize=None).build_analyzer()
    assert old(text) == tokens
    assert isinstance(old._splitter, LegacyWordSplitter)
