"""Sentence boundaries: rules, a user's splitter, and a maximum sentence length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import numpy.typing as npt

from skrnn.text.tokenizers import list_of_str

__all__ = ["break_long_sentences", "load_sentence_splitter", "split_sentences"]

_CLOSING = "[\"'”’»)\\]]*"
# The look-behind makes a run of marks match only from its start: linear time.
_END = re.compile(
    rf"(?<![.!?…])(?P<marks>[.!?…]+){_CLOSING}(?=\s)"
    "|[。！？]+[”’」』）]*"
    r"|(?=\n[^\S\n]*\n)"
)
_NEXT = re.compile(r"\S")
_LAST_WORD = re.compile(r"[^\W_][\w.'’]*\Z")
_LONGEST_ABBREVIATION = 12

# Abbreviations that never end a sentence, and those that may.
_INNER = re.compile(
    "mr|mrs|ms|messrs|dr|prof|rev|hon|st|gen|col|lt|sgt|capt|cmdr|gov|sen|rep|pres|mt|"
    r"ft|fig|vol|vs|cf|approx|e\.g|eg|i\.e|ie|viz|dept"
)
_EITHER = re.compile(
    r"etc|al|jr|sr|inc|ltd|co|corp|bros|no|a\.m|p\.m|am|pm|u\.s|u\.k|u\.s\.a|d\.c|"
    r"l\.a|ph\.d|b\.a|m\.d|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
)


def split_sentences(text: str) -> list[str]:
    """Split a text into sentences by rules, without downloaded data.

    A sentence ends

    - at one or more periods, exclamation or question marks that white space follows;
      closing quotation marks and brackets in between belong to the sentence;
    - at an empty line;
    - at a full-width mark (``。``).

    It does not end at an ellipsis before a lowercase word (``"well ... no"``), after
    titles and similar abbreviations (``"Mr. Smith"``, ``"e.g. this"``), after initials
    (``"J. R. Smith"``), or after other abbreviations before a lowercase word (``"at 5
    p.m. sharp"``).

    Parameters
    ----------
    text : str
        A text without markup.

    Returns
    -------
    sentences : list of str
        The sentences in order, stripped of surrounding white space; none is empty.

    See Also
    --------
    skrnn.TextSequencer : Uses it with ``sentence_splitter="rules"``.

    Examples
    --------
    >>> from skrnn.text import split_sentences
    >>> split_sentences('Mr. Hall said: "Never!" Well ... it was 3.5 stars. loved it')
    ['Mr. Hall said: "Never!"', 'Well ... it was 3.5 stars.', 'loved it']
    """
    sentences = []
    start = 0
    for match in _END.finditer(text):
        marks = match["marks"]
        if marks and set(marks) <= {".", "…"} and _is_within(text, match):
            continue
        sentences.append(text[start : match.end()].strip())
        start = match.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _is_within(text: str, match: re.Match[str]) -> bool:
    """Return whether periods are inside a sentence rather than at its end."""
    follows = _NEXT.search(text, match.end())
    lower = follows is not None and follows[0].islower()
    if match["marks"] != ".":
        return lower
    before = match.start()
    found = _LAST_WORD.search(text, max(before - _LONGEST_ABBREVIATION, 0), before)
    if found is None:
        return False
    word = found[0]
    if len(word) == 1 and word.isupper():
        return word != "I"
    name = word.lower()
    return bool(_INNER.fullmatch(name) or (lower and _EITHER.fullmatch(name)))


def load_sentence_splitter(
    splitter: str | Callable[[str], Iterable[str]] | None,
) -> Callable[[str], Iterable[str]] | None:
    """Return the function for the parameter ``sentence_splitter``, or None."""
    if splitter is None:
        return None
    if splitter == "rules":
        return split_sentences
    return partial(_split_and_check, splitter)  # type: ignore[arg-type]


def _split_and_check(split: Callable[[str], Iterable[str]], text: str) -> list[str]:
    """Return the sentences from a user's function, after a check of their types."""
    return list_of_str(split(text), "sentence_splitter", "sentences")


def break_long_sentences(
    breaks: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.int32],
    longest: int,
) -> npt.NDArray[np.int64]:
    """Add breaks so that no sentence has more than ``longest`` tokens; sorted.

    ``breaks`` and ``lengths`` are those of :class:`~skrnn.text.encoding.Encoded`.
    """
    n_words = int(lengths.sum())
    starts = np.union1d(np.cumsum(lengths) - lengths, breaks)
    starts = starts[starts < n_words]
    within = np.arange(n_words) - np.repeat(starts, np.diff(starts, append=n_words))
    new = np.flatnonzero((within > 0) & (within % longest == 0))
    return np.union1d(breaks, new)
