"""The way from a text to ids as plain data, and the way itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.text.analysis import Analyzer
from skrnn.text.callables import find_callable, name_callable
from skrnn.text.encoding import encode_here
from skrnn.text.padding import pad_flat
from skrnn.text.rows import flat_ids, set_apart, warn_if_unknown
from skrnn.text.stemmers import SNOWBALL_LANGUAGES
from skrnn.text.stop_words import StopWords
from skrnn.text.tokenizers import LEGACY_WORD
from skrnn.text.vocabulary import check_vocabulary

__all__ = ["Rows", "TextRules", "upgrade_rules", "write_rules"]

# Rules that may be functions, and by which names they may go instead.
_FUNCTIONS: dict[str, tuple[str | None, ...]] = {
    "strip_accents": (None, "ascii", "unicode"),
    "preprocessor": (None,),
    "tokenizer": ("word", "nltk", LEGACY_WORD),
    "stemmer": (None, "porter", "snowball", *SNOWBALL_LANGUAGES),
    "sentence_splitter": (None, "rules"),
}
_SWITCHES = ("lowercase", "strip_html")
_OTHERS = ("normalize", "stop_words", "vocabulary", "maxlen", "truncating")
# Written where they are used only, so that other files stay as they were.
_OPTIONAL = ("preprocessor", "sentence_splitter", "sentence_length", "oov_rate")
_MOST_COLUMNS = 2**24
_BY_NLTK = {"nltk", "porter", "snowball", *SNOWBALL_LANGUAGES}
# NLTK imports these where they are installed, for parts that are not used here.
_NOT_NEEDED = ("sklearn", "scipy", "pandas", "matplotlib")

_Ids = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Rows:
    """Texts as inputs of a graph.

    Parameters
    ----------
    widths : ndarray of shape (n_texts,)
        How many columns each text takes.
    take : callable
        From numbers of texts to their inputs, no wider than the longest of them.
    """

    widths: npt.NDArray[np.int64]
    take: Callable[[npt.NDArray[np.intp]], list[npt.NDArray[Any]]]


def write_rules(
    *,
    params: dict[str, Any],
    stop_words: StopWords | None,
    vocabulary: dict[str, int],
    maxlen: int,
    oov_rate: float | None,
) -> dict[str, Any]:
    """Return the rules of a fitted sequencer as what JSON can hold.

    Parameters
    ----------
    params : dict
        Its parameters.
    stop_words : StopWords or None
        Its stop words; the words are written, so that no corpus is needed later.
    vocabulary : dict of str to int
        Its vocabulary.
    maxlen : int
        The length of its rows.
    oov_rate : float or None
        The share of its training texts' tokens that are out of vocabulary, if known.

    Raises
    ------
    ValueError
        If a function cannot be named.
    """
    rules: dict[str, Any] = {name: bool(params[name]) for name in _SWITCHES}
    for name in _FUNCTIONS:
        value = params[name]
        rules[name] = (
            {"function": name_callable(value, name)} if callable(value) else value
        )
    rules["sentence_length"] = params["sentence_length"]
    rules["oov_rate"] = oov_rate
    return {
        **{k: v for k, v in rules.items() if k not in _OPTIONAL or v is not None},
        "normalize": params["normalize"],
        "stop_words": stop_words
        and {"words": sorted(stop_words.words), "punctuation": stop_words.punctuation},
        "vocabulary": vocabulary,
        "maxlen": int(maxlen),
        "truncating": params["truncating"],
    }


def upgrade_rules(rules: dict[str, Any]) -> dict[str, Any]:
    """Return the rules of a file of version 1 as :func:`write_rules` writes them now.

    Parameters
    ----------
    rules : dict
        What the file holds, which stays as it is.

    Returns
    -------
    rules : dict
        Rules that give the same tokens.
    """
    word = rules["tokenizer"] == "word"
    tokenizer = LEGACY_WORD if word else rules["tokenizer"]
    return {**rules, "tokenizer": tokenizer, "normalize": None}


class TextRules:
    """From texts to ids, as a fitted :class:`~skrnn.TextSequencer` goes it.

    Parameters
    ----------
    rules : dict
        As from :func:`write_rules`.
    trusted : collection of str
        Import paths of functions that the rules may name.

    Raises
    ------
    ValueError
        If the rules are not known here, or name a function that is not trusted.
    """

    def __init__(self, rules: dict[str, Any], trusted: Collection[str] = ()) -> None:
        rules = {**dict.fromkeys(_OPTIONAL), **rules}
        strange = rules.keys() ^ {*_SWITCHES, *_FUNCTIONS, *_OTHERS, *_OPTIONAL}
        if strange:
            raise ValueError(f"text rules are missing or not known: {sorted(strange)}")
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
            raise ValueError(f"oov_rate={self._oov_rate!r} is not a share")
        if rules["normalize"] not in (None, "NFC", "NFD", "NFKC", "NFKD"):
            raise ValueError(f"normalize={rules['normalize']!r} is not known")
        if self._truncating not in ("pre", "post", "middle"):
            raise ValueError(f"truncating={self._truncating!r} is not known")
        if max(self._vocabulary.values()) >= 2**31:
            raise ValueError("the vocabulary has an id that is too large")
        stop_words = rules["stop_words"]
        if stop_words is not None:
            stop_words = StopWords(
                stop_words["words"],
                keep_negations=False,
                punctuation=bool(stop_words["punctuation"]),
            )
        functions: dict[str, Any]
        functions = {name: _function(name, rules[name], trusted) for name in _FUNCTIONS}
        with _nltk_alone(_BY_NLTK & {v for v in functions.values() if type(v) is str}):
            self._analyzer = Analyzer(
                lowercase=bool(rules["lowercase"]),
                strip_html=bool(rules["strip_html"]),
                normalize=rules["normalize"],
                **functions,
                stop_words=stop_words,
                keep_negations=False,
            )

    def __call__(self, texts: Any) -> tuple[_Ids, npt.NDArray[np.int64]]:
        """Return ids, words first, and how many columns each text takes.

        Parameters
        ----------
        texts : iterable of str
            The texts.

        Returns
        -------
        ids : ndarray of shape (n_texts, n_columns), dtype int32
            As wide as the longest text.
        lengths : ndarray of shape (n_texts,), dtype int64
            Words of each row, and zeros between its sentences.
        """
        encoded = encode_here(texts, self._analyzer)
        breaks, widths = set_apart(encoded, self._sentence_length)
        lengths = np.minimum(widths, self._maxlen).astype(np.int64)
        flat = flat_ids(encoded, self._vocabulary, breaks)
        warn_if_unknown(encoded, self._vocabulary, flat, self._oov_rate)
        rows = pad_flat(
            flat,
            widths,
            maxlen=max(int(lengths.max()), 1),
            padding="post",
            truncating=self._truncating,
        )
        return rows, lengths

    def rows(self, texts: Any) -> Rows:
        """Return the ids of texts as the input of a graph."""
        ids, lengths = self(texts)

        def take(chosen: npt.NDArray[np.intp]) -> list[npt.NDArray[Any]]:
            longest = max(int(lengths[chosen].max()), 1)
            return [ids[chosen, :longest].astype(np.int64)]

        return Rows(lengths, take)


def _is_length(value: object) -> bool:
    return type(value) is int and 0 < value <= _MOST_COLUMNS


def _function(
    name: str, value: Any, trusted: Collection[str]
) -> str | Callable[..., Any] | None:
    if value is None or isinstance(value, str):
        if value in _FUNCTIONS[name]:
            return value
        raise ValueError(f"the text rule {name}={value!r} is not known")
    named = value["function"]
    path = named if isinstance(named, str) else named["method"]
    with _nltk_alone(["nltk"] if str(path).startswith("nltk.") else []):
        return find_callable(named, trusted)


@contextmanager
def _nltk_alone(needed: Collection[str]) -> Iterator[None]:
    """Let NLTK be imported without the packages that it only has a use for elsewhere.

    They take a second and hundreds of megabytes. NLTK finds out by itself what is not
    there; afterwards they can be imported as ever.
    """
    hidden = []
    if needed and "nltk" not in sys.modules:
        hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "nltk":
            raise
        raise ImportError(
            f"The model's text rules ({', '.join(sorted(needed))}) need NLTK, which is "
            "not installed: pip install nltk."
        ) from error
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
