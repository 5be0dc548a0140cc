"""Functions and methods by name: found again, or refused with the reason."""

from __future__ import annotations

import functools
import json
import re
import sys
from types import ModuleType
from typing import Any

import pytest
from nltk.stem import Cistem, PorterStemmer, SnowballStemmer, WordNetLemmatizer
from nltk.tokenize import (
    NLTKWordTokenizer,
    RegexpTokenizer,
    ToktokTokenizer,
    TreebankWordTokenizer,
    TweetTokenizer,
    WhitespaceTokenizer,
    WordPunctTokenizer,
)

from skrnn.text.callables import KNOWN, find_callable, name_callable

TEXT = "@you: die Häuser waren soooo GROSS :-) 3.5 isn't"


def there_and_back(function: Any, trusted: Any = ()) -> Any:
    return find_callable(json.loads(json.dumps(name_callable(function, "f"))), trusted)


@pytest.mark.parametrize("path", sorted(KNOWN))
def test_what_is_known_is_found_and_callable(path: str) -> None:
    assert callable(find_callable(path))


def test_names_lead_back() -> None:
    for function in (str.lower, re.escape, len, Split.letters):
        name = name_callable(function, "stemmer")
        assert find_callable(name, trusted=[name]) == function


class Split:
    """Cuts at marks, which it keeps under the name of its parameter."""

    def __init__(self, marks: Any, *, key: Any = str) -> None:
        self.marks = marks
        self._by = key

    def cut(self, text: str) -> list[str]:
        return re.split(f"[{self.marks}]", text)

    __call__ = cut

    @classmethod
    def letters(cls, text: str) -> list[str]:
        return list(text)


class Grown(Split):
    """Has more than its constructor gives it."""

    def __init__(self, marks: str) -> None:
        super().__init__(marks)
        self.words: list[str] = []

    def add(self, word: str) -> Grown:
        self.words.append(word)
        return self


class Forgetful:
    """Keeps its argument under another name."""

    def __init__(self, mark: str) -> None:
        self.sign = mark

    def cut(self, text: str) -> list[str]:
        return text.split(self.sign)


class Lemmas:
    """As in scikit-learn's guide: an object that is called, and holds another."""

    def __init__(self) -> None:
        self.lemmatizer = WordNetLemmatizer()

    def __call__(self, text: str) -> list[str]:
        return [word.rstrip("s") for word in text.split()]


@pytest.mark.parametrize(
    "method",
    [
        TweetTokenizer().tokenize,
        TweetTokenizer(preserve_case=False, reduce_len=True).tokenize,
        RegexpTokenizer(r"\w+|:-\)").tokenize,
        RegexpTokenizer(r"\s+", gaps=True, flags=re.ASCII).tokenize,
        WordPunctTokenizer().tokenize,
        WhitespaceTokenizer().tokenize,
        ToktokTokenizer().tokenize,
        TreebankWordTokenizer().tokenize,
        NLTKWordTokenizer().tokenize,
        re.compile(r"\w+").findall,
        re.compile(r"[a-zß-ü]+ # words", re.IGNORECASE | re.VERBOSE).findall,
        re.compile(r"\s+|(?=:)").split,
        SnowballStemmer("german").stem,
        SnowballStemmer("french").stem,
        SnowballStemmer("porter").stem,
        PorterStemmer(mode="ORIGINAL_ALGORITHM").stem,
        Cistem(case_insensitive=True).stem,
    ],
)
def test_methods_of_objects_lead_back_without_trust(method) -> None:
    again = there_and_back(method)
    assert again.__self__ is not method.__self__
    assert again(TEXT) == method(TEXT)
    # What the object filled on first use is no reason to refuse it.
    assert there_and_back(method)(TEXT) == method(TEXT)


def test_an_object_is_written_as_its_arguments() -> None:
    assert name_callable(TweetTokenizer(strip_handles=True).tokenize, "tokenizer") == {
        "method": "nltk.tokenize.casual.TweetTokenizer.tokenize",
        "arguments": {
            "preserve_case": True,
            "reduce_len": False,
            "strip_handles": True,
            "match_phone_numbers": True,
        },
    }
    assert name_callable(re.compile("a+", re.ASCII).findall, "tokenizer") == {
        "method": "re.Pattern.findall",
        "arguments": {"pattern": "a+", "flags": int(re.ASCII)},
    }


@pytest.mark.parametrize(
    ("function", "path"),
    [
        (Split("-/").cut, "Split.cut"),
        (Split("-/"), "Split.__call__"),
        (Lemmas(), "Lemmas.__call__"),
        (Split.letters, "Split.letters"),
    ],
)
def test_own_objects_lead_back_if_trusted(function, path: str) -> None:
    path = f"{__name__}.{path}"
    with pytest.raises(ValueError, match=re.escape(f"pass trusted=['{path}']")):
        there_and_back(function)
    again = there_and_back(function, trusted=[path])
    assert again("cats-a/b c") == function("cats-a/b c")


def test_a_method_that_a_module_exports_goes_by_that_name(monkeypatch) -> None:
    # As jieba does: lcut = dt.lcut, where dt is an object with a dictionary.
    package, inner = ModuleType("segmenter"), ModuleType("segmenter.inner")
    code = "class Segmenter:\n def __init__(self): self.words = {}\n"
    exec(code + " def lcut(self, text): return list(text)", vars(inner))
    package.dt = inner.Segmenter()  # type: ignore[attr-defined]
    package.dt.words["learned"] = 1
    package.lcut = package.dt.lcut  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "segmenter", package)
    monkeypatch.setitem(sys.modules, "segmenter.inner", inner)
    for method in (package.lcut, package.dt.lcut):
        assert name_callable(method, "tokenizer") == "segmenter.lcut"
    with pytest.raises(ValueError, match="known to be harmless"):
        find_callable("segmenter.lcut")
    assert find_callable("segmenter.lcut", ["segmenter.lcut"]) == package.lcut
    # Another object of the class is not what the package exports.
    assert name_callable(inner.Segmenter().lcut, "tokenizer") == {
        "method": "segmenter.inner.Segmenter.lcut",
        "arguments": {},
    }


def other(word: str) -> str:
    return word


other.__qualname__ = "escape"
other.__module__ = "re"


def local() -> Any:
    class Local:
        def cut(self, text: str) -> list[str]:
            return [text]

    return Local().cut


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda word: word, "a lambda"),
        (other, "not the object at the import path re.escape"),
        ("a b".split, "a method of an object that cannot be constructed again"),
        (re.compile(b"x").findall, "cannot be constructed again"),
        (
            functools.partial(str.split, sep=","),
            "an object that cannot be constructed again",
        ),
        (local(), "its class .*Local cannot be imported by this name"),
        (Forgetful("-").cut, "missing 1 required positional argument: 'mark'"),
        (Split({"-"}).cut, "missing 1 required positional argument: 'marks'"),
        (Split("-", key=len).cut, r"Split\(marks='-'\) would be different, since not"),
        (Grown("-").add("x").cut, r"Grown\(marks='-'\) would be different"),
        (Split(["a", ("b",)]).cut, "missing 1 required positional argument: 'marks'"),
    ],
)
def test_what_has_no_name_is_refused(function, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^stemmer=.*{reason}"):
        name_callable(function, "stemmer")


def test_a_function_of_the_main_program_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(test_names_lead_back, "__module__", "__main__")
    with pytest.raises(ValueError, match="main program"):
        name_callable(test_names_lead_back, "tokenizer")
    monkeypatch.setattr(Split, "__module__", "__main__")
    with pytest.raises(ValueError, match=r"its class __main__\.Split cannot"):
        name_callable(Split("-").cut, "tokenizer")


def test_nothing_is_imported_that_is_not_trusted() -> None:
    with pytest.raises(ValueError, match=r"pass trusted=\['antigravity.fly'\]"):
        find_callable("antigravity.fly")
    with pytest.raises(ValueError, match=r"pass trusted=\['subprocess.Popen.wait'\]"):
        find_callable({"method": "subprocess.Popen.wait", "arguments": {"args": "ls"}})
    with pytest.raises(ValueError, match="not installed here"):
        find_callable("no_such_package.cut", trusted=["no_such_package.cut"])
    with pytest.raises(ValueError, match="not installed here"):
        find_callable("re.I", trusted=["re.nothing", "re.I"])


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (
            {"method": "re.Pattern.findall", "arguments": {"pattern": "("}},
            "unterminated",
        ),
        ({"method": "re.Pattern.findall", "arguments": {}}, "missing 1 required"),
        (
            {
                "method": "nltk.tokenize.casual.TweetTokenizer.tokenize",
                "arguments": {"language": "x"},
            },
            r"TweetTokenizer\(language='x'\) fails here: TypeError",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused(named, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find_callable(named)
