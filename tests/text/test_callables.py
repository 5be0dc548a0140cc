"""Functions by name: found again, or refused with the reason."""

from __future__ import annotations

import re

import pytest

from skrnn.text.callables import KNOWN, find_callable, name_callable


@pytest.mark.parametrize("path", sorted(KNOWN))
def test_what_is_known_is_found_and_callable(path: str) -> None:
    assert callable(find_callable(path))


def test_names_lead_back() -> None:
    for function in (str.lower, re.escape, len):
        name = name_callable(function, "stemmer")
        assert find_callable(name, trusted=[name]) is function


def other(word: str) -> str:
    return word


other.__qualname__ = "escape"
other.__module__ = "re"


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda word: word, "a lambda"),
        ("a b".split, "a method of an object"),
        (re.compile("x").findall, "a method of an object"),
        (other, "not what the name re.escape stands for"),
    ],
)
def test_what_has_no_name_is_refused(function, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^stemmer=.*{reason}"):
        name_callable(function, "stemmer")


def test_a_function_of_the_main_program_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(test_names_lead_back, "__module__", "__main__")
    with pytest.raises(ValueError, match="main program"):
        name_callable(test_names_lead_back, "tokenizer")


def test_nothing_is_imported_that_is_not_trusted() -> None:
    with pytest.raises(ValueError, match=r"pass trusted=\['antigravity.fly'\]"):
        find_callable("antigravity.fly")
    with pytest.raises(ValueError, match="not installed here"):
        find_callable("no_such_package.cut", trusted=["no_such_package.cut"])
    with pytest.raises(ValueError, match="not installed here"):
        find_callable("re.I", trusted=["re.nothing", "re.I"])
