"""What a fitted estimator reads of a text: its words as typed, beside their ids."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skrnn.text.analysis import TEXT_RULES, Analyzer, strip_html
from skrnn.text.sequencer import TextSequencer
from skrnn.text.vocabulary import OOV, PAD

__all__ = [
    "FittedSteps",
    "Reading",
    "locate",
    "name_columns",
    "read_texts",
    "take_apart",
    "type_tokens",
]

_NLTK_QUOTES = ("``", "''")  # what it makes of straight ones


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
        The words as they were typed, where that is known; else as they were looked
        up in the vocabulary.
    n_words : int
        Words of the text before it was cut to the length of the row.
    text : str
        The text without markup, if the sequencer strips it.
    spans : tuple of (int, int)
        Where in ``text`` the words begin and end; an empty span where a word is not
        found in it.
    """

    row: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int64]
    tokens: tuple[str, ...]
    n_words: int
    text: str
    spans: tuple[tuple[int, int], ...]

    @property
    def ids(self) -> npt.NDArray[np.int32]:
        """The ids of the words, shape (n_tokens,)."""
        return self.row[self.columns]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which words are in the vocabulary, shape (n_tokens,)."""
        known: npt.NDArray[np.bool_] = self.ids != OOV
        return known


@dataclass(frozen=True)
class FittedSteps:
    """The fitted steps within an estimator of raw strings.

    Parameters
    ----------
    given : estimator
        What was taken apart.
    steps : tuple of estimator
        The steps of its pipeline, the last one included.
    """

    given: Any
    steps: tuple[Any, ...]

    @property
    def has_sequencer_last(self) -> bool:
        """Whether a TextSequencer comes right before the one classifier."""
        return len(self.steps) > 1 and isinstance(self.steps[-2], TextSequencer)

    @property
    def sequencer(self) -> TextSequencer:
        """The TextSequencer, or a TypeError."""
        for step in self.steps:
            if isinstance(step, TextSequencer):
                check_is_fitted(step)
                return step
        raise TypeError(
            "Expected a fitted TextSequencer, or a Pipeline with one, got "
            f"{self._describe()}."
        )

    @property
    def classifier(self) -> Any:
        """The classifier that gets the ids, or a TypeError."""
        if not self.has_sequencer_last:
            check_is_fitted(self.given)
            raise TypeError(
                "Expected a Pipeline of a TextSequencer and a classifier, as "
                "make_sentiment_pipeline() gives, or a search, a threshold or a "
                f"DistilledClassifier around one, got {self._describe()}. Where "
                "several models or another kind of model predict together, "
                "explain(..., method='occlusion') explains them as they are."
            )
        check_is_fitted(self.steps[-1])
        return self.steps[-1]

    def clean(self, texts: Iterable[str]) -> Sequence[str]:
        """Apply the steps before the TextSequencer to raw strings."""
        n_before = self.steps.index(self.sequencer)
        cleaned: Any = texts
        for step in self.steps[:n_before]:
            cleaned = step.transform(cleaned)
        if not n_before:
            return cleaned if isinstance(cleaned, str) else list(cleaned)
        # set_output makes a table of one column.
        column: Sequence[str] = np.asarray(cleaned, dtype=object).ravel().tolist()
        return column

    def _describe(self) -> str:
        name = type(self.given).__name__
        kinds = [type(step).__name__ for step in self.steps]
        if kinds == [name]:
            return name
        return f"{name} of {kinds}"


def take_apart(estimator: Any, *, calibrated: bool = False) -> FittedSteps:
    """Return the fitted steps within an estimator of raw strings.

    Nested pipelines are flattened. What predicts by one fitted estimator within is
    replaced by that: searches, thresholds, distilled and frozen classifiers.

    Parameters
    ----------
    estimator : estimator
        A transformer, a classifier or a Pipeline.
    calibrated : bool, default=False
        Whether to open what calibrates one fitted estimator too, although its
        probabilities are others.

    Returns
    -------
    steps : FittedSteps
        Its steps.

    Raises
    ------
    TypeError
        If it is a search without a refitted estimator.
    """
    return FittedSteps(estimator, tuple(_steps(estimator, calibrated)))


def _steps(estimator: Any, calibrated: bool) -> list[Any]:
    if isinstance(estimator, Pipeline):
        # A resampler, as imbalanced-learn has them, only acts in fit.
        steps = [
            step
            for _, step in estimator.steps[:-1]
            if step not in (None, "passthrough") and hasattr(step, "transform")
        ]
        steps.append(estimator.steps[-1][1])
        return [each for step in steps for each in _steps(step, calibrated)]
    if isinstance(estimator, FrozenEstimator):
        return _steps(estimator.estimator, calibrated)
    if hasattr(estimator, "cv_results_") and not hasattr(estimator, "best_estimator_"):
        raise TypeError(
            f"This {type(estimator).__name__} has no best_estimator_. Set refit=True "
            "and fit it again, or pass a fitted Pipeline."
        )
    if not hasattr(estimator, "predict"):  # a transformer may hold a model too
        return [estimator]
    if hasattr(estimator, "best_estimator_"):
        return _steps(estimator.best_estimator_, calibrated)
    # An ensemble has estimator_ too: a template, which is not fitted.
    if hasattr(estimator, "estimator_") and not hasattr(estimator, "estimators_"):
        return _steps(estimator.estimator_, calibrated)
    if calibrated and len(getattr(estimator, "calibrated_classifiers_", ())) == 1:
        return _steps(estimator.calibrated_classifiers_[0].estimator, calibrated)
    return [estimator]


def locate(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Find words in a text, one after the other.

    Letters are compared without case, accents, apostrophes' shapes and typographic
    variants, all of which may have changed on the way from the text to its words.

    Parameters
    ----------
    text : str
        The text.
    words : sequence of str
        Its words in order.

    Returns
    -------
    spans : list of (int, int)
        Where each word begins and ends; an empty span after the word before it if it
        is not found.
    """
    folded, origins = _fold(text)
    origins.append(len(text))
    spans, end, place = [], 0, 0
    for word in words:
        form, _ = _fold(word)
        if form in _NLTK_QUOTES and form not in folded:
            form = '"'
        found = folded.find(form, place) if form else -1
        start = end
        if found >= 0:
            place = found + len(form)
            start = origins[found]
            # Marks after the last letter belong to it.
            end = max(origins[place], origins[place - 1] + 1)
        spans.append((start, end))
    return spans


def _fold(text: str) -> tuple[str, list[int]]:
    """Return the letters that are compared, and which character each comes from."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    letters, origins = [], []
    for number, character in enumerate(text):
        for letter in unicodedata.normalize("NFKD", character).casefold():
            if not unicodedata.combining(letter):
                letters.append("'" if letter in "‘’" else letter)
                origins.append(number)
    return "".join(letters), origins


def name_columns(classifier: Any, rows: npt.NDArray[np.int32]) -> Any:
    """Return rows with the column names that a classifier was fitted with, if any."""
    if not hasattr(classifier, "feature_names_in_"):
        return rows
    return pd.DataFrame(rows, columns=classifier.feature_names_in_)


def type_tokens(text: str) -> list[str]:
    """Return the words of a text as typed, by the default tokenization."""
    analyzer = TextSequencer(
        lowercase=False, strip_html=False, normalize=None
    ).build_analyzer()
    return analyzer(text)


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
    rows = np.asarray(sequencer.transform(texts))
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
    spans: list[tuple[int, int]],
    text: str,
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
    return Reading(
        row,
        columns,
        tokens=tuple(typed[i] for i in kept),
        n_words=len(tokens),
        text=text,
        spans=tuple(spans[i] for i in kept),
    )


class _TypedAnalyzer:
    """The tokens of a text, and beside each what was typed.

    Stop words and stems are functions of one token, and so are, nearly always, case
    and accents; where a token cannot be traced back to what was typed, it stands for
    itself.
    """

    def __init__(self, sequencer: TextSequencer) -> None:
        options = {name: getattr(sequencer, name) for name in TEXT_RULES}
        split_only = {**options, "stop_words": None, "stemmer": None}
        unchanged = {"preprocessor": None, "lowercase": False, "strip_accents": None}
        as_typed = {**split_only, **unchanged, "normalize": None}
        on_tokens = {
            "strip_html": False,
            "tokenizer": _whole,
            "sentence_splitter": None,
        }
        self._strips_html = sequencer.strip_html
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

    def __call__(
        self, text: str
    ) -> tuple[list[str], list[str], list[tuple[int, int]], str]:
        """Return what was typed, the tokens, where they stand, and in which text."""
        whole = strip_html(text) if self._strips_html else text
        tokens = self._full(text)
        parts = self._split(text)
        typed = self._split_typed(text)
        if len(typed) != len(parts):
            typed = parts
        shown = [
            word if self._clean(word) == [part] else part
            for word, part in zip(typed, parts, strict=True)
        ]
        final = [self._finish(part) for part in parts]
        if [token for each in final for token in each] != tokens:
            return tokens, tokens, locate(whole, tokens), whole
        numbers = [i for i, each in enumerate(final) for _ in each]
        # All are looked for, so that a word is not found within one that is left out.
        spans = locate(whole, typed)
        return (
            [shown[i] for i in numbers],
            tokens,
            [spans[i] for i in numbers],
            whole,
        )


def _whole(text: str) -> list[str]:
    """Take a text as one token."""
    return [text]
