"""What a fitted pipeline reads of a text: its words as typed, beside their ids."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skrnn.text.analysis import Analyzer
from skrnn.text.sequencer import TextSequencer
from skrnn.text.vocabulary import OOV, PAD

__all__ = ["Reading", "find_sequencer", "read_texts", "split_pipeline"]

_OPTIONS = tuple(inspect.signature(Analyzer).parameters)


@dataclass(frozen=True)
class Reading:
    """What is left of one text for the classifier.

    Parameters
    ----------
    row : ndarray of shape (maxlen,), int32
        The ids, 0 for padding.
    columns : ndarray of shape (n_tokens,), int64
        Where in the row the words stand.
    tokens : tuple of str
        The words as they were typed, where they can be told; else as they were looked
        up in the vocabulary.
    n_words : int
        Words of the text before it was cut to the length of the row.
    """

    row: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int64]
    tokens: tuple[str, ...]
    n_words: int

    @property
    def ids(self) -> npt.NDArray[np.int32]:
        """The ids of the words, shape (n_tokens,)."""
        return self.row[self.columns]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which words are in the vocabulary, shape (n_tokens,)."""
        known: npt.NDArray[np.bool_] = self.ids != OOV
        return known


def split_pipeline(pipeline: Any) -> tuple[TextSequencer, Any]:
    """Return the sequencer and the classifier of a fitted pipeline.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        A fitted one, of a TextSequencer and a classifier.

    Returns
    -------
    sequencer : TextSequencer
        The first step.
    classifier : estimator
        The last step.

    Raises
    ------
    NotFittedError
        If the pipeline is not fitted.
    TypeError
        If it is another estimator, or has other steps.
    """
    steps = [
        step
        for _, step in (pipeline.steps if isinstance(pipeline, Pipeline) else ())
        if step is not None and step != "passthrough"
    ]
    if len(steps) != 2 or not isinstance(steps[0], TextSequencer):
        what = type(pipeline).__name__
        if isinstance(pipeline, Pipeline):
            what += f" of {[type(step).__name__ for step in steps]}"
        hint = ""
        if hasattr(pipeline, "best_estimator_"):
            hint = " Pass its best_estimator_."
        raise TypeError(
            "Expected a Pipeline of a TextSequencer and a classifier, as "
            f"make_sentiment_pipeline() gives, got {what}.{hint}"
        )
    check_is_fitted(steps[1])
    return steps[0], steps[1]


def find_sequencer(estimator: Any) -> TextSequencer:
    """Return the sequencer that ``estimator`` is or begins with.

    Parameters
    ----------
    estimator : TextSequencer or sklearn.pipeline.Pipeline
        A fitted one.

    Returns
    -------
    sequencer : TextSequencer
        Itself, or the first step.

    Raises
    ------
    TypeError
        If there is none.
    """
    first = estimator.steps[0][1] if isinstance(estimator, Pipeline) else estimator
    if not isinstance(first, TextSequencer):
        raise TypeError(
            "Expected a fitted TextSequencer, or a Pipeline that begins with one, got "
            f"{type(estimator).__name__}."
        )
    return first


def read_texts(sequencer: TextSequencer, texts: Iterable[str]) -> list[Reading]:
    """Read texts as the classifier gets them.

    Parameters
    ----------
    sequencer : TextSequencer
        A fitted one.
    texts : iterable of str
        The texts.

    Returns
    -------
    readings : list of Reading
        One a text.

    Raises
    ------
    ValueError
        If the sequencer's parameters are no longer those of its fit, so that words and
        ids cannot be brought together.
    """
    texts = texts if isinstance(texts, str) else list(texts)
    rows = sequencer.transform(texts)
    analyze = _TypedAnalyzer(sequencer)
    return [
        _read(sequencer, row, *analyze(text))
        for text, row in zip(texts, rows, strict=True)
    ]


def _read(
    sequencer: TextSequencer,
    row: npt.NDArray[np.int32],
    typed: list[str],
    tokens: list[str],
) -> Reading:
    columns = np.flatnonzero(row != PAD)
    n_kept, n_words = len(columns), len(tokens)
    n_head = {
        "pre": 0,
        "post": n_kept,
        # The row is full, and its first half is the head.
        "middle": int(np.count_nonzero(row[: len(row) // 2])),
    }[sequencer.truncating]
    kept = [*range(n_head), *range(n_words - n_kept + n_head, n_words)]
    ids = [sequencer.vocabulary_.get(token, OOV) for token in tokens]
    if n_kept > n_words or [ids[i] for i in kept] != row[columns].tolist():
        raise ValueError(
            "The words of a text do not belong to the ids that the TextSequencer gives "
            "it. Were its parameters changed after it was fitted? Fit it again."
        )
    return Reading(row, columns, tuple(typed[i] for i in kept), len(tokens))


class _TypedAnalyzer:
    """The tokens of a text, and beside each what was typed.

    Stop words and stems are functions of one token, and so are, nearly always, case
    and accents; where a token cannot be traced back to what was typed, it stands for
    itself.
    """

    def __init__(self, sequencer: TextSequencer) -> None:
        options = {name: getattr(sequencer, name) for name in _OPTIONS}
        split_only = {**options, "stop_words": None, "stemmer": None}
        unchanged = {"preprocessor": None, "lowercase": False, "strip_accents": None}
        as_typed = {**split_only, **unchanged, "normalize": None}
        on_tokens = {
            "strip_html": False,
            "tokenizer": _whole,
            "sentence_splitter": None,
        }
        self._full = sequencer.build_analyzer()
        self._split = Analyzer(**split_only)
        self._split_typed = Analyzer(**as_typed)
        self._clean = Analyzer(**{**split_only, **on_tokens})
        self._finish = Analyzer(
            **{
                **options,
                **on_tokens,
                **unchanged,
                "stop_words": self._full.stop_words,
            }
        )

    def __call__(self, text: str) -> tuple[list[str], list[str]]:
        """Return what was typed and the tokens of the vocabulary, side by side."""
        tokens = self._full(text)
        parts = self._split(text)
        typed = self._split_typed(text)
        if len(typed) != len(parts):
            typed = parts
        shown = [
            word if self._clean(word) == [part] else part
            for word, part in zip(typed, parts, strict=True)
        ]
        pairs = [
            (word, final)
            for word, part in zip(shown, parts, strict=True)
            for final in self._finish(part)
        ]
        if [final for _, final in pairs] != tokens:
            return tokens, tokens
        return [word for word, _ in pairs], tokens


def _whole(text: str) -> list[str]:
    """Take a text as one token."""
    return [text]
