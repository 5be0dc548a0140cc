"""SequenceLengthDisplay: how long texts are, and what is cut off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skrnn.inspection.reading import find_sequencer
from skrnn.inspection.style import AGAINST, FOR, axes_or_new, legend_above
from skrnn.text.encoding import encode

__all__ = ["SequenceLengthDisplay"]

_BINS = 40
# The few longest texts would squeeze all others into a corner.
_SHOWN_QUANTILE = 0.995


class SequenceLengthDisplay:
    """A histogram of the lengths of texts, with the length of the rows in it.

    Use :meth:`from_estimator` or :meth:`from_lengths`.

    Parameters
    ----------
    lengths : ndarray of shape (n_texts,)
        Words of each text, before it is cut.
    maxlen : int or None
        Length of the rows.
    oov_rate : float or None
        Share of the words that are out of vocabulary.

    Attributes
    ----------
    lengths : ndarray of shape (n_texts,), int64
        The lengths.
    maxlen, oov_rate : as given
        The parameters.
    truncated_share : float or None
        Share of the texts that are longer than ``maxlen``.
    ax_ : matplotlib Axes
        Where :meth:`plot` drew.
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
    >>> display.plot().ax_.get_xlabel()
    'words in a text'
    """

    def __init__(
        self,
        lengths: npt.NDArray[np.int64],
        *,
        maxlen: int | None = None,
        oov_rate: float | None = None,
    ) -> None:
        self.lengths = lengths
        self.maxlen = maxlen
        self.oov_rate = oov_rate

    @classmethod
    def from_estimator(cls, estimator: Any, X: Iterable[str]) -> Self:
        """Measure texts as a fitted sequencer reads them.

        Parameters
        ----------
        estimator : TextSequencer or sklearn.pipeline.Pipeline
            A fitted sequencer, or a pipeline that begins with one.
        X : iterable of str
            The texts; those of training, or others.

        Returns
        -------
        display : SequenceLengthDisplay
            Not drawn yet; call :meth:`plot`.

        Raises
        ------
        NotFittedError
            If the sequencer is not fitted.
        TypeError
            If there is no sequencer, or a text is no str.
        """
        sequencer = find_sequencer(estimator)
        check_is_fitted(sequencer)
        documents = encode(X, sequencer.build_analyzer(), n_jobs=sequencer.n_jobs)
        known = np.array([t in sequencer.vocabulary_ for t in documents.tokens], bool)
        n_words = len(documents.codes)
        n_unknown = n_words - int(known[documents.codes].sum())
        return cls.from_lengths(
            documents.lengths,
            maxlen=sequencer.maxlen_,
            oov_rate=n_unknown / n_words if n_words else 0.0,
        )

    @classmethod
    def from_lengths(
        cls,
        lengths: npt.ArrayLike,
        *,
        maxlen: int | None = None,
        oov_rate: float | None = None,
    ) -> Self:
        """Take lengths that are known, such as ``document_lengths_`` of a sequencer.

        Parameters
        ----------
        lengths : array-like of shape (n_texts,)
            Words of each text, before it is cut.
        maxlen : int, default=None
            Length of the rows; None draws no line.
        oov_rate : float in [0, 1], default=None
            Share of the words that are out of vocabulary; None does not tell it.

        Returns
        -------
        display : SequenceLengthDisplay
            Not drawn yet; call :meth:`plot`.

        Raises
        ------
        ValueError
            If there are no lengths, or they are not whole numbers from 0 on.
        """
        column = column_or_1d(lengths)
        whole = column.astype(np.int64) if column.dtype.kind in "iuf" else None
        if whole is None or not len(column) or (whole != column).any():
            raise ValueError(
                "lengths must hold a whole number for each text, got "
                f"{column[:5].tolist()!r} ({len(column)} in all, {column.dtype})."
            )
        if whole.min() < 0:
            raise ValueError(f"lengths must not be negative, got {whole.min()}.")
        return cls(whole, maxlen=maxlen, oov_rate=oov_rate)

    @property
    def truncated_share(self) -> float | None:
        """Share of the texts that are longer than ``maxlen``; None without it."""
        if self.maxlen is None:
            return None
        return float((self.lengths > self.maxlen).mean())

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
        edges = self._edges()
        cut = self.lengths > (np.inf if self.maxlen is None else self.maxlen)
        style = {"bins": edges, "rwidth": 0.9}
        whole_label = (
            None if self.maxlen is None else f"read whole: {1 - cut.mean():.1%}"
        )
        self.ax_.hist(self.lengths[~cut], color=FOR, label=whole_label, **style)
        if self.maxlen is not None:
            cut_label = f"cut: {cut.mean():.1%}"
            self.ax_.hist(self.lengths[cut], color=AGAINST, label=cut_label, **style)
            # Whole lengths lie in the middle between edges, and so does the line.
            line = self.maxlen + 0.5
            self.ax_.axvline(
                line, ls="--", color="0.5", label=f"maxlen = {self.maxlen}"
            )
        self.ax_.set_xlim(edges[0], edges[-1])
        beyond = float((self.lengths > edges[-1]).mean())
        more = f" ({beyond:.1%} are longer than shown)" if beyond else ""
        self.ax_.set(xlabel=f"words in a text{more}", ylabel="texts")
        self.ax_.spines[["top", "right"]].set_visible(False)
        title = None
        if self.oov_rate is not None:
            title = f"out of vocabulary: {self.oov_rate:.1%} of the words"
        if self.maxlen is not None or title:
            legend_above(self.ax_, title)
        return self

    def _edges(self) -> npt.NDArray[np.float64]:
        """Return edges between whole lengths, one of them right after ``maxlen``."""
        last = int(np.quantile(self.lengths, _SHOWN_QUANTILE, method="higher"))
        first, anchor = int(self.lengths.min()), last
        if self.maxlen is not None:
            anchor = self.maxlen
            first, last = min(first, anchor), max(last, anchor + 1)
        width = max(-(-(last - first + 1) // _BINS), 1)
        start = anchor - width * -(-(anchor - first + 1) // width)
        n_bins = -(-(last - start) // width)
        return start + 0.5 + width * np.arange(n_bins + 1, dtype=np.float64)
