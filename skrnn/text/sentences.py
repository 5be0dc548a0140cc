"""Where sentences end: plain rules, and sentences of bounded length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from skrnn._messages import describe

__all__ = ["break_long_sentences", "load_sentence_splitter", "split_sentences"]

_CLOSING = "[\"'”’»)\\]]*"
# A run of marks begins where no mark stands before it, so that each is read once.
_END = re.compile(
    rf"(?<![.!?…])(?P<marks>[.!?…]+){_CLOSING}(?=\s)"
    "|[。！？]+[”’」』）]*"
    r"|(?=\n[^\S\n]*\n)"
)
_NEXT = re.compile(r"\S")
_LAST_WORD = re.compile(r"[^\W_][\w.'’]*\Z")
_LONGEST_ABBREVIATION = 12

# What is always followed by the rest of its sentence, and what may end one.
_INNER = re.compile(
    "mr|mrs|ms|messrs|dr|prof|rev|hon|st|gen|col|lt|sgt|capt|cmdr|gov|sen|rep|pres|mt|"
    r"ft|fig|vol|vs|cf|approx|e\.g|eg|i\.e|ie|viz|dept"
)
_EITHER = re.compile(
    r"etc|al|jr|sr|inc|ltd|co|corp|bros|no|a\.m|p\.m|am|pm|u\.s|u\.k|u\.s\.a|d\.c|"
    r"l\.a|ph\.d|b\.a|m\.d|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
)


def split_sentences(text: str) -> list[str]:
    """Cut a text into sentences by plain rules, without any downloaded data.

    A sentence ends

    - at a full stop, an exclamation or a question mark, or several of them, with the
      quotation marks and brackets that close after them, before white space;
    - at an empty line;
    - at a full-width mark (``。``).

    It goes on after dots before a lower-case word (``"well ... no"``), after titles and
    the like (``"Mr. Smith"``, ``"e.g. this"``), after initials (``"J. R. Smith"``), and
    after other abbreviations before a lower-case word (``"at 5 p.m. sharp"``).

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    sentences : list of str
        The sentences in order, without white space around them; none is empty.

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
        if marks and set(marks) <= {".", "…"} and _goes_on(text, match):
            continue
        sentences.append(text[start : match.end()].strip())
        start = match.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _goes_on(text: str, match: re.Match[str]) -> bool:
    """Tell whether dots stand within a sentence."""
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
    """Return the function behind the parameter ``sentence_splitter``.

    Parameters
    ----------
    splitter : {"rules"}, callable or None
        :func:`split_sentences`, a user's function, whose sentences are checked, or
        None.

    Returns
    -------
    split : callable or None
        Takes a text and returns its sentences.
    """
    if splitter is None:
        return None
    return split_sentences if splitter == "rules" else CheckedSentences(splitter)  # type: ignore[arg-type]


class CheckedSentences:
    """A user's function that cuts a text into sentences.

    Parameters
    ----------
    split : callable
        Takes a text and returns an iterable of str.
    """

    def __init__(self, split: Callable[[str], Iterable[str]]) -> None:
        self.split = split

    def __call__(self, text: str) -> list[str]:
        """Return the sentences, or say why they are none."""
        sentences = self.split(text)
        if isinstance(sentences, str) or not isinstance(sentences, Iterable):
            raise TypeError(
                f"The sentence_splitter returned {describe(sentences)}; it must return "
                "an iterable of str, such as a list of sentences."
            )
        sentences = list(sentences)
        for sentence in sentences:
            if not isinstance(sentence, str):
                raise TypeError(
                    f"The sentence_splitter returned {describe(sentence)} among its "
                    "sentences; all of them must be str."
                )
        return sentences


def break_long_sentences(
    breaks: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.int32],
    longest: int,
) -> npt.NDArray[np.int64]:
    """Break sentences that are too long into as many as are needed.

    Parameters
    ----------
    breaks : ndarray of shape (n_breaks,), dtype int64
        Numbers of the words, counted through all documents, at which a sentence other
        than the first of its document begins.
    lengths : ndarray of shape (n_documents,)
        Words of each document.
    longest : int
        Words that a sentence may have.

    Returns
    -------
    breaks : ndarray of shape (n_more_breaks,), dtype int64
        The old breaks and the new ones, sorted.
    """
    n_words = int(lengths.sum())
    starts = np.union1d(np.cumsum(lengths) - lengths, breaks)
    starts = starts[starts < n_words]
    within = np.arange(n_words) - np.repeat(starts, np.diff(starts, append=n_words))
    new = np.flatnonzero((within > 0) & (within % longest == 0))
    return np.union1d(breaks, new)
