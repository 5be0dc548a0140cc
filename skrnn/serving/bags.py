"""From texts to bags of words, by the rules of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from skrnn.serving.format import BAG_RULES, read_rule
from skrnn.serving.rules import GraphInputs, check_columns
from skrnn.text.analysis import Row, strip_accents_ascii, strip_accents_unicode
from skrnn.text.encoding import encode_here

__all__ = ["BagRules"]

_OTHER_RULES = ("stop_words", "sublinear_tf", "vocabulary")
_ACCENTS = {"ascii": strip_accents_ascii, "unicode": strip_accents_unicode}
_SPACES = re.compile(r"\s\s+")


class BagRules:
    """Turns texts into counts, as the exported vectorizer of scikit-learn does.

    Parameters
    ----------
    rules : dict
        The rules that :func:`skrnn.onnx.text_rules.write_bag_rules` wrote.
    trusted : collection of str
        Import paths of functions that the rules may name besides the harmless ones.

    Raises
    ------
    ValueError
        If a rule is missing, unknown or invalid, or names a function that is not
        trusted.
    """

    columns: ClassVar[list[str | None]] = [None]

    def __init__(self, rules: dict[str, Any], trusted: Collection[str] = ()) -> None:
        if wrong := rules.keys() ^ {*BAG_RULES, *_OTHER_RULES}:
            raise ValueError(f"bag rules are missing or unknown: {sorted(wrong)}")
        words = rules["vocabulary"]
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            raise ValueError("the vocabulary of a bag of words is invalid")
        self._vocabulary = {word: number for number, word in enumerate(words)}
        self._sublinear = bool(rules["sublinear_tf"])
        self._stop_words = frozenset(rules["stop_words"] or ())
        self._shortest, self._longest = map(int, rules["ngram_range"])
        self._rules = {
            name: read_rule(name, rules[name], rule, trusted)
            for name, rule in BAG_RULES.items()
        }
        try:
            self._find = re.compile(rules["token_pattern"] or "").findall
        except re.error as error:
            raise ValueError(f"token_pattern is invalid: {error}") from error

    def to_inputs(self, texts: Any) -> GraphInputs:
        """Return the features of texts, int64, and their values, float64.

        Both are zero after the last feature of a row.
        """
        check_columns(texts, self.columns)
        counter: Any = self  # it has the two methods of an Analyzer that are needed
        encoded = encode_here(texts, counter)
        numbers = [self._vocabulary[token] for token in encoded.tokens]
        features = np.array(numbers, dtype=np.int64)[encoded.codes]
        owners = np.repeat(np.arange(len(encoded.lengths)), encoded.lengths)
        size = max(len(self._vocabulary), 1)
        cells, counts = np.unique(owners * size + features, return_counts=True)
        owners, features = np.divmod(cells, size)
        values = counts.astype(np.float64)
        if self._rules["binary"]:
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

        return GraphInputs(widths, take)

    def split_document(self, document: str | Row) -> list[list[str]]:
        """Return the features of a text that are in the vocabulary, as one sentence."""
        text = document if isinstance(document, str) else document[0]
        return [[each for each in self._analyze(text) if each in self._vocabulary]]

    @staticmethod
    def resolve(units: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the tokens of each unit: the unit itself, which is a feature."""
        return [(unit,) for unit in units]

    def _analyze(self, text: str) -> Iterable[str]:
        """Return the features of a text: words, characters, or n-grams of them."""
        analyzer = self._rules["analyzer"]
        if callable(analyzer):
            return analyzer(text)
        preprocess = self._rules["preprocessor"]
        text = preprocess(text) if callable(preprocess) else self._clean(text)
        if analyzer == "word":
            tokenize = self._rules["tokenizer"]
            tokens = tokenize(text) if callable(tokenize) else self._find(text)
            kept = [token for token in tokens if token not in self._stop_words]
            return self._join(kept, " ".join)
        text = _SPACES.sub(" ", text)
        if analyzer == "char":
            return self._join(text, str)
        words = (f" {word} " for word in text.split())
        return chain.from_iterable(map(self._within, words))

    def _clean(self, text: str) -> str:
        if self._rules["lowercase"]:
            text = text.lower()
        strip = self._rules["strip_accents"]
        strip = _ACCENTS.get(strip, strip)
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
