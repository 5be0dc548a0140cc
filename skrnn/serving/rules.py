"""From texts to ids, by the rules of a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.serving.format import ANALYZER_RULES, OPTIONAL_RULES, read_rule
from skrnn.text.analysis import Analyzer
from skrnn.text.encoding import count_columns, encode_here
from skrnn.text.padding import TRUNCATING, to_rows
from skrnn.text.stemmers import SNOWBALL_LANGUAGES
from skrnn.text.stop_words import StopWords
from skrnn.text.vocabulary import check_vocabulary

__all__ = ["GraphInputs", "TextRules", "check_columns"]

_OTHER_RULES = ("stop_words", "vocabulary", "maxlen", "truncating")
_MAX_COLUMNS = 2**24
_NLTK_NAMES = ("nltk", "porter", "snowball", *SNOWBALL_LANGUAGES)
# NLTK imports these where they are installed, for modules that are not used here.
_UNUSED_BY_NLTK = ("sklearn", "scipy", "pandas", "matplotlib")


@dataclass(frozen=True)
class GraphInputs:
    """Texts as inputs of a graph.

    Parameters
    ----------
    widths : ndarray of shape (n_texts,)
        How many columns each text takes.
    take : callable
        Takes numbers of texts and returns their inputs, as wide as the longest.
    """

    widths: npt.NDArray[np.int64]
    take: Callable[[npt.NDArray[np.intp]], list[npt.NDArray[Any]]]


class TextRules:
    """Turns texts into ids, as the exported TextSequencer does.

    Parameters
    ----------
    rules : dict
        The rules that :func:`skrnn.onnx.text_rules.write_text_rules` wrote.
    trusted : collection of str
        Import paths of functions that the rules may name besides the harmless ones.

    Raises
    ------
    ValueError
        If a rule is missing, unknown or invalid, or names a function that is not
        trusted.
    """

    def __init__(self, rules: dict[str, Any], trusted: Collection[str] = ()) -> None:
        rules = {**dict.fromkeys(OPTIONAL_RULES), **rules}
        expected = {*ANALYZER_RULES, *OPTIONAL_RULES, *_OTHER_RULES}
        if wrong := rules.keys() ^ expected:
            raise ValueError(f"text rules are missing or unknown: {sorted(wrong)}")
        self._vocabulary = check_vocabulary(rules["vocabulary"])
        self._maxlen, self._truncating = rules["maxlen"], rules["truncating"]
        self._sentence_length = rules["sentence_length"]
        self._oov_rate = rules["oov_rate"]
        if not _is_length(self._maxlen):
            raise ValueError(f"maxlen={self._maxlen!r} is not a length")
        if self._sentence_length is not None and not _is_length(self._sentence_length):
            raise ValueError(
                f"sentence_length={self._sentence_length!r} is not a length"
            )
        if self._oov_rate is not None and type(self._oov_rate) is not float:
            raise ValueError(f"oov_rate={self._oov_rate!r} is not a float")
        self.columns = [None] if rules["columns"] is None else list(rules["columns"])
        if not all(name is None or isinstance(name, str) for name in self.columns):
            raise ValueError(f"columns={self.columns!r} are not names")
        if self._truncating not in TRUNCATING:
            raise ValueError(f"truncating={self._truncating!r} is unknown")
        if max(self._vocabulary.values()) >= 2**31:
            raise ValueError("the vocabulary has an id that is too large")
        stop_words = rules["stop_words"]
        if stop_words is not None:
            stop_words = StopWords(
                stop_words["words"],
                keep_negations=False,
                punctuation=bool(stop_words["punctuation"]),
            )
        names = (_nltk_name(rules[name]) for name in ANALYZER_RULES)
        if needed := sorted(filter(None, names)):
            _import_nltk(needed)
        values: dict[str, Any] = {
            name: read_rule(name, rules[name], rule, trusted)
            for name, rule in ANALYZER_RULES.items()
        }
        self._analyzer = Analyzer(**values, stop_words=stop_words, keep_negations=False)

    def to_ids(self, texts: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """Return rows of ids, as wide as the longest, and the length of each row."""
        check_columns(texts, self.columns)
        return to_rows(
            encode_here(texts, self._analyzer),
            self._vocabulary,
            sentence_length=self._sentence_length,
            maxlen=self._maxlen,
            padding="post",
            truncating=self._truncating,
            oov_rate=self._oov_rate,
            pad_to_longest=True,
        )

    def to_inputs(self, texts: Any) -> GraphInputs:
        """Return the ids of texts as the one input of a network."""
        ids, lengths = self.to_ids(texts)

        def take(chosen: npt.NDArray[np.intp]) -> list[npt.NDArray[Any]]:
            longest = max(int(lengths[chosen].max()), 1)
            return [ids[chosen, :longest].astype(np.int64)]

        return GraphInputs(lengths, take)


def check_columns(texts: Any, columns: list[str | None]) -> None:
    """Raise a ValueError if texts are not in as many columns, of the same names."""
    n_columns = count_columns(texts) or 1
    if n_columns != len(columns):
        raise ValueError(
            f"The model takes texts in {len(columns)} column(s), got {n_columns}."
        )
    names = list(getattr(texts, "columns", columns))
    if None not in columns and names != columns:
        raise ValueError(
            f"The model takes the columns {columns}, in this order, got {names}."
        )


def _is_length(value: object) -> bool:
    return type(value) is int and 0 < value <= _MAX_COLUMNS


def _nltk_name(value: Any) -> str | None:
    """Return the name in a rule by which NLTK's code is meant, if any."""
    if isinstance(value, dict):
        named = value.get("function")
        value = named.get("method") if isinstance(named, dict) else named
        return value if str(value).startswith("nltk.") else None
    return value if isinstance(value, str) and value in _NLTK_NAMES else None


def _import_nltk(needed: Collection[str]) -> None:
    """Import NLTK without large packages that it uses elsewhere.

    Any submodule of NLTK imports all of it. With scikit-learn, SciPy and pandas that
    takes 1.65 s and 211 MB, without them 0.30 s and 53 MB (NLTK 3.10). NLTK works
    without them, and they can still be imported afterward.
    """
    hidden = []
    if "nltk" not in sys.modules:
        hidden = [name for name in _UNUSED_BY_NLTK if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        import_module("nltk")
    except ModuleNotFoundError as error:
        if error.name != "nltk":
            raise
        raise ImportError(
            f"The model's text rules ({', '.join(needed)}) need NLTK, which is not "
            "installed: pip install nltk."
        ) from error
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
