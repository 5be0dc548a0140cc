"""From texts to bags of words, as scikit-learn's vectorizers count them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.serving.rules import Rows
from skrnn.text.accents import strip_accents_ascii, strip_accents_unicode
from skrnn.text.callables import find_callable, name_callable
from skrnn.text.encoding import encode_here

__all__ = ["BagRules", "write_bag_rules"]

# Rules that may be functions, and the names that may stand there instead.
_FUNCTIONS: dict[str, tuple[str | None, ...]] = {
    "analyzer": ("word", "char", "char_wb"),
    "preprocessor": (None,),
    "strip_accents": (None, "ascii", "unicode"),
    "tokenizer": (None,),
}
_PLAIN = ("binary", "lowercase", "ngram_range", "token_pattern")
_OTHERS = ("stop_words", "sublinear_tf", "vocabulary")
_ACCENTS = {"ascii": strip_accents_ascii, "unicode": strip_accents_unicode}
_SPACES = re.compile(r"\s\s+")


def write_bag_rules(
    *,
    params: dict[str, Any],
    stop_words: Collection[str] | None,
    vocabulary: dict[str, int],
    sublinear_tf: bool,
) -> dict[str, Any]:
    """Return the rules of a fitted vectorizer as what JSON can hold.

    Parameters
    ----------
    params : dict
        The parameters of the CountVectorizer or TfidfVectorizer.
    stop_words : collection of str or None
        Its stop words, all of them.
    vocabulary : dict of str to int
        Its vocabulary.
    sublinear_tf : bool
        Whether a count becomes one and its logarithm.

    Raises
    ------
    ValueError
        If a function cannot be named.
    """
    rules: dict[str, Any] = {name: params[name] for name in _PLAIN}
    for name in _FUNCTIONS:
        value = params[name]
        rules[name] = (
            {"function": name_callable(value, name)} if callable(value) else value
        )
    return {
        **rules,
        "ngram_range": [int(n) for n in params["ngram_range"]],
        "stop_words": None if stop_words is None else sorted(stop_words),
        "sublinear_tf": bool(sublinear_tf),
        "vocabulary": sorted(vocabulary, key=vocabulary.__getitem__),
    }


class BagRules:
    """From texts to counts, as a fitted vectorizer of scikit-learn goes it.

    Parameters
    ----------
    rules : dict
        As from :func:`write_bag_rules`.
    trusted : collection of str
        Import paths of functions that the rules may name.

    Raises
    ------
    ValueError
        If the rules are not known here, or name a function that is not trusted.
    """

    def __init__(self, rules: dict[str, Any], trusted: Collection[str] = ()) -> None:
        if strange := rules.keys() ^ {*_FUNCTIONS, *_PLAIN, *_OTHERS}:
            raise ValueError(f"bag rules are missing or not known: {sorted(strange)}")
        words = rules["vocabulary"]
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            raise ValueError("the vocabulary of a bag of words is none")
        self._vocabulary = {word: number for number, word in enumerate(words)}
        self._binary = bool(rules["binary"])
        self._sublinear = bool(rules["sublinear_tf"])
        self._stop_words = frozenset(rules["stop_words"] or ())
        self._shortest, self._longest = map(int, rules["ngram_range"])
        self._functions = {
            name: _function(name, rules[name], trusted) for name in _FUNCTIONS
        }
        self._lowercase = bool(rules["lowercase"])
        try:
            self._find = re.compile(rules["token_pattern"] or "").findall
        except re.error as error:
            raise ValueError(f"token_pattern is no pattern: {error}") from error

    def rows(self, texts: Any) -> Rows:
        """Return the features of texts and their values.

        Parameters
        ----------
        texts : iterable of str
            The texts.

        Returns
        -------
        rows : Rows
            Gives features, int64, and values, float64, both of shape (n_texts,
            n_columns); zeros after the end of a row.
        """
        counter: Any = self  # it has the two methods of an Analyzer that are needed
        encoded = encode_here(texts, counter)
        numbers = [self._vocabulary[token] for token in encoded.tokens]
        features = np.array(numbers, dtype=np.int64)[encoded.codes]
        owners = np.repeat(np.arange(len(encoded.lengths)), encoded.lengths)
        size = max(len(self._vocabulary), 1)
        cells, counts = np.unique(owners * size + features, return_counts=True)
        owners, features = np.divmod(cells, size)
        values = counts.astype(np.float64)
        if self._binary:
            values = np.ones_like(values)
        if self._sublinear:
            values = np.log(values) + 1
        widths = np.bincount(owners, minlength=len(encoded.lengths))
        ends = np.cumsum(widths)

        def take(chosen: npt.NDArray[np.intp]) -> list[npt.NDArray[Any]]:
            wide = widths[chosen]
            filled = np.arange(max(wide.max(), 1)) < wide[:, None]
            positions = np.concatenate(
                [np.arange(ends[row] - widths[row], ends[row]) for row in chosen]
            )
            taken = np.zeros(filled.shape, np.int64), np.zeros(filled.shape)
            for target, source in zip(taken, (features, values), strict=True):
                target[filled] = source[positions]
            return list(taken)

        return Rows(widths, take)

    def split_sentences(self, text: str) -> list[list[str]]:
        """Return the features of a text that are known, as one sentence."""
        known = self._vocabulary
        return [[feature for feature in self._analyze(text) if feature in known]]

    @staticmethod
    def resolve(units: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the tokens of each unit, which is a feature already."""
        return [(unit,) for unit in units]

    def _analyze(self, text: str) -> Iterable[str]:
        """Return the features of a text: words, characters, or n-grams of them."""
        analyzer = self._functions["analyzer"]
        if callable(analyzer):
            return analyzer(text)
        preprocess = self._functions["preprocessor"]
        text = preprocess(text) if callable(preprocess) else self._clean(text)
        if analyzer == "word":
            tokenize = self._functions["tokenizer"]
            tokens = tokenize(text) if callable(tokenize) else self._find(text)
            kept = [token for token in tokens if token not in self._stop_words]
            return self._join(kept, " ".join)
        text = _SPACES.sub(" ", text)
        if analyzer == "char":
            return self._join(text, str)
        words = (f" {word} " for word in text.split())
        return chain.from_iterable(map(self._within, words))

    def _clean(self, text: str) -> str:
        if self._lowercase:
            text = text.lower()
        strip = self._functions["strip_accents"]
        strip = _ACCENTS.get(strip, strip)  # type: ignore[arg-type]
        return strip(text) if callable(strip) else text

    def _join(self, parts: Sequence[str], join: Callable[[Any], str]) -> list[str]:
        """Return all n-grams of tokens, or of the characters of a text."""
        longest = min(self._longest, len(parts))
        return [
            join(parts[start : start + n])
            for n in range(self._shortest, longest + 1)
            for start in range(len(parts) - n + 1)
        ]

    def _within(self, word: str) -> Iterable[str]:
        """Yield the n-grams of a word; one that is longer than the word once."""
        for n in range(self._shortest, self._longest + 1):
            yield from (word[i : i + n] for i in range(max(len(word) - n, 0) + 1))
            if n >= len(word):
                return


def _function(
    name: str, value: Any, trusted: Collection[str]
) -> str | Callable[..., Any] | None:
    if isinstance(value, dict):
        return find_callable(value["function"], trusted)
    if value not in _FUNCTIONS[name]:
        raise ValueError(f"the rule {name}={value!r} of a bag of words is not known")
    known: str | None = value
    return known
