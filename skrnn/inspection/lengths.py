"""SequenceLengthDisplay: lengths of texts, and how many are truncated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import column_or_1d

from skrnn._matplotlib import axes_or_new
from skrnn.inspection.reading import take_apart
from skrnn.inspection.style import AGAINST, FOR, legend_above
from skrnn.text.encoding import Encoded, encode
from skrnn.text.rows import set_apart
from skrnn.text.sequencer import TextSequencer

__all__ = ["SequenceLengthDisplay"]

_BINS = 40
# A few very long texts would compress the histogram of all others.
_SHOWN_QUANTILE = 0.995


class SequenceLengthDisplay:
    """A histogram of the lengths of texts, with ``maxlen``.

    Use :meth:`from_estimator` or :meth:`from_lengths`.

    Parameters
    ----------
    lengths : ndarray of shape (n_texts,)
        Words of each text, before truncation.
    n_zeros : ndarray of shape (n_texts,) or None
        Zeros between the sentences of each text, which count toward ``maxlen``; None if
        sentences are not separated.
    maxlen : int or None
        Length of the rows.
    oov_rate : float or None
        Fraction of the words that are out of vocabulary.

    Attributes
    ----------
    lengths : ndarray of shape (n_texts,), int64
        The lengths.
    n_zeros : ndarray of shape (n_texts,), int64, or None
        The zeros.
    widths : ndarray of shape (n_texts,), int64
        Words and zeros of each text: the lengths that are drawn and truncated.
    maxlen, oov_rate : as given
        The parameters.
    truncated_share : float or None
        Fraction of the texts that are truncated to ``maxlen``.
    ax_ : matplotlib Axes
        The axes after :meth:`plot`.
    figure_ : matplotlib Figure
        Its figure.

    Examples
    --------
    >>> from skrnn import TextSequencer
    >>> from skrnn.inspection import SequenceLengthDisplay
    >>> sequencer = TextSequencer(maxlen=3).fit(["a good film", "a bad one"])
    >>> display = SequenceLengthDisplay.from_estimator(
    ...     sequencer, ["a good film", "good", "a really bad film"]
    ... )
    >>> display.lengths
    array([3, 1, 4])
    >>> display.truncated_share, display.oov_rate  # 1 of 3 texts, 1 of 8 words
    (0.3333333333333333, 0.125)
    >>> display.ax_.get_xlabel()
    'words in a text'

    With a sentence splitter, rows have a zero between two sentences:

    >>> sequencer.set_params(sentence_splitter="rules").fit(["A film"])
    TextSequencer(maxlen=3, sentence_splitter='rules')
    >>> display = SequenceLengthDisplay.from_estimator(sequencer, ["A film. Good!"])
    >>> display.lengths, display.widths, display.truncated_share
    (array([3]), array([4]), 1.0)
    """

    def __init__(
        self,
        lengths: npt.NDArray[np.int64],
        *,
        n_zeros: npt.NDArray[np.int64] | None = None,
        maxlen: int | None = None,
        oov_rate: float | None = None,
    ) -> None:
        self.lengths = lengths
        self.n_zeros = n_zeros
        self.maxlen = maxlen
        self.oov_rate = oov_rate

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Iterable[str], *, ax: Any = None
    ) -> Self:
        """Tokenize texts with a fitted sequencer and plot their lengths.

        Parameters
        ----------
        estimator : TextSequencer or sklearn.pipeline.Pipeline
            A fitted sequencer, or a pipeline with one, after any steps on raw strings;
            also a search, a threshold or a :class:`~skrnn.DistilledClassifier` around
            the pipeline.
        X : iterable of str
            The texts, of the training data or others.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : SequenceLengthDisplay
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the sequencer is not fitted.
        TypeError
            If there is no sequencer, or a text is not a str.
        """
        steps = take_apart(estimator, calibrated=True)
        sequencer = steps.sequencer
        documents = encode(
            steps.clean(X), sequencer.build_analyzer(), n_jobs=sequencer.n_jobs
        )
        known = np.array([t in sequencer.vocabulary_ for t in documents.tokens], bool)
        n_words = len(documents.codes)
        n_unknown = n_words - int(known[documents.codes].sum())
        return cls.from_lengths(
            documents.lengths,
            n_zeros=_zeros_between_sentences(sequencer, documents),
            maxlen=sequencer.maxlen_,
            oov_rate=n_unknown / n_words if n_words else 0.0,
        ).plot(ax)

    @classmethod
    def from_lengths(
        cls,
        lengths: npt.ArrayLike,
        *,
        n_zeros: npt.ArrayLike | None = None,
        maxlen: int | None = None,
        oov_rate: float | None = None,
    ) -> Self:
        """Make a display from lengths, such as ``document_lengths_`` of a sequencer.

        Parameters
        ----------
        lengths : array-like of shape (n_texts,)
            Words of each text, before truncation.
        n_zeros : array-like of shape (n_texts,), default=None
            Zeros between the sentences of each text; None if they are not separated.
        maxlen : int, default=None
            Length of the rows; None draws no line.
        oov_rate : float in [0, 1], default=None
            Fraction of the words that are out of vocabulary; None omits it.

        Returns
        -------
        display : SequenceLengthDisplay
            Not drawn yet; call :meth:`plot`.

        Raises
        ------
        ValueError
            If there are no lengths, they are not non-negative integers, or ``n_zeros``
            has another length.
        """
        lengths = _check_integers("lengths", lengths)
        zeros = None if n_zeros is None else _check_integers("n_zeros", n_zeros)
        if zeros is not None and len(zeros) != len(lengths):
            raise ValueError(
                f"n_zeros must have a value for each text, got {len(zeros)} for "
                f"{len(lengths)} lengths."
            )
        return cls(lengths, n_zeros=zeros, maxlen=maxlen, oov_rate=oov_rate)

    @property
    def widths(self) -> npt.NDArray[np.int64]:
        """Words and zeros of each text."""
        return self.lengths if self.n_zeros is None else self.lengths + self.n_zeros

    @property
    def truncated_share(self) -> float | None:
        """Fraction of the texts that are truncated; None without ``maxlen``."""
        if self.maxlen is None:
            return None
        return float((self.widths > self.maxlen).mean())

    def plot(self, ax: Any = None) -> Self:
        """Draw the histogram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        self : SequenceLengthDisplay
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        (self.ax_,) = axes_or_new("SequenceLengthDisplay.plot", ax, size=(6.4, 3.8))
        self.figure_ = self.ax_.figure
        edges, widths = self._edges(), self.widths
        truncated = widths > (np.inf if self.maxlen is None else self.maxlen)
        style = {"bins": edges, "rwidth": 0.9}
        label = None if self.maxlen is None else f"complete: {1 - truncated.mean():.1%}"
        self.ax_.hist(widths[~truncated], color=FOR, label=label, **style)
        if self.maxlen is not None:
            label = f"truncated: {truncated.mean():.1%}"
            self.ax_.hist(widths[truncated], color=AGAINST, label=label, **style)
            # The edges of the bins are halfway between integers, as is the line.
            line = self.maxlen + 0.5
            self.ax_.axvline(
                line, ls="--", color="0.5", label=f"maxlen = {self.maxlen}"
            )
        self.ax_.set_xlim(edges[0], edges[-1])
        beyond = float((widths > edges[-1]).mean())
        more = f" ({beyond:.1%} are longer than shown)" if beyond else ""
        what = "words in a text"
        if self.n_zeros is not None:
            what += " and zeros between its sentences"
        self.ax_.set(xlabel=what + more, ylabel="texts")
        self.ax_.spines[["top", "right"]].set_visible(False)
        title = None
        if self.oov_rate is not None:
            title = f"out of vocabulary: {self.oov_rate:.1%} of the words"
        if self.maxlen is not None or title:
            legend_above(self.ax_, title)
        return self

    def _edges(self) -> npt.NDArray[np.float64]:
        """Return bin edges halfway between integers, one of them after ``maxlen``."""
        last = int(np.quantile(self.widths, _SHOWN_QUANTILE, method="higher"))
        first, anchor = int(self.widths.min()), last
        if self.maxlen is not None:
            anchor = self.maxlen
            first, last = min(first, anchor), max(last, anchor + 1)
        width = max(-(-(last - first + 1) // _BINS), 1)
        start = anchor - width * -(-(anchor - first + 1) // width)
        n_bins = -(-(last - start) // width)
        return start + 0.5 + width * np.arange(n_bins + 1, dtype=np.float64)


def _check_integers(name: str, values: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return non-negative integers, (n_texts,), or raise."""
    column = column_or_1d(values)
    integers = column.astype(np.int64) if column.dtype.kind in "iuf" else None
    if integers is None or not len(column) or (integers != column).any():
        raise ValueError(
            f"{name} must have an integer for each text, got "
            f"{column[:5].tolist()!r} ({len(column)} in all, {column.dtype})."
        )
    if integers.min() < 0:
        raise ValueError(f"{name} must not be negative, got {integers.min()}.")
    return integers


def _zeros_between_sentences(
    sequencer: TextSequencer, documents: Encoded
) -> npt.NDArray[np.int64] | None:
    """Count the zeros between sentences; None if sentences are not separated."""
    if sequencer.sentence_splitter is None and sequencer.sentence_length is None:
        return None
    _, widths = set_apart(documents, sequencer.sentence_length)
    return (widths - documents.lengths).astype(np.int64)
