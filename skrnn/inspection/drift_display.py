"""DriftDisplay: how new texts differ from those that a model knows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from skrnn._matplotlib import axes_or_new
from skrnn.inspection.drift import (
    PROBABILITY,
    UNKNOWN_WORDS,
    TextMeasures,
    compare_measures,
)
from skrnn.inspection.steps import fitted_steps
from skrnn.inspection.style import AGAINST, FOR, legend_above, tint

__all__ = ["DriftDisplay"]

_PANEL = 3.4, 3.0  # inches
_BINS = 20
# A few very long texts would compress the histogram of all others.
_SHOWN_QUANTILE = 0.99
_SHOWN_WORDS = 5
_LEAST_UNKNOWN = 0.05  # the axis goes that far, so that small shares look small


class DriftDisplay:
    """Compare new texts with the texts that a model was trained on.

    On texts that differ from the training texts, a network still predicts, without an
    error, but is wrong more often. Without any labels, this display shows three signs
    of it: the share of words out of vocabulary, the lengths of texts, and the
    predictions. Use :meth:`from_estimator`.

    Parameters
    ----------
    reference : TextMeasures
        The measures of training texts or held-out texts.
    new : TextMeasures
        The measures of new texts.

    Attributes
    ----------
    reference, new : TextMeasures
        The parameters.
    table : pandas.DataFrame
        A row for each measure: its mean for the ``reference`` and the ``new`` texts,
        their ``distance``, its ``p_value``, and whether it ``changed``. The distance is
        the Kolmogorov-Smirnov distance [1]_ of the two distributions, and for the share
        of unknown words the difference. A measure has changed if the p-value is below
        0.01 and the distance is at least 0.1, or 0.05 for unknown words.
    verdict : str
        The changes in a sentence.
    ax_ : list of matplotlib Axes
        The axes after :meth:`plot`.
    figure_ : matplotlib Figure
        Their figure.

    See Also
    --------
    skrnn.inspection.TextMeasures : Measures of texts, to keep instead of the texts.
    SequenceLengthDisplay : Lengths of texts and what ``maxlen`` truncates.

    Notes
    -----
    If nothing has changed, the model may still be wrong: only labels can show that.
    Predictions may change because the world has changed, not because the model is
    wrong.

    References
    ----------
    .. [1] Rabanser, Günnemann, Lipton (2019). Failing loudly: an empirical study of
       methods for detecting dataset shift. NeurIPS.

    Examples
    --------
    >>> from skrnn import DriftDisplay, TextSequencer
    >>> sequencer = TextSequencer().fit(["a good film", "a bad film"] * 10)
    >>> display = DriftDisplay.from_estimator(sequencer, ["ein guter Film"] * 10)
    >>> display.table.round(2)
                   reference   new  distance  p_value  changed
    unknown words        0.0  0.67      0.67      0.0     True
    length               3.0  3.00      0.00      1.0    False
    >>> print(display.verdict)
    Changed: unknown words from 0.0% to 66.7% (ein, guter).
    """

    def __init__(self, reference: TextMeasures, new: TextMeasures) -> None:
        self.reference = reference
        self.new = new
        self.table = compare_measures(reference, new)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, reference: Any = None, ax: Any = None
    ) -> Self:
        """Measure texts with a fitted model, and plot how they differ.

        Parameters
        ----------
        estimator : estimator
            A fitted Pipeline with a :class:`~skrnn.TextSequencer`, after any steps on
            raw strings; also a search, a threshold or a calibrated classifier around
            it, or a TextSequencer alone.
        X : iterable of str, or DataFrame or ndarray of shape (n_texts, n_columns)
            The new texts.
        reference : iterable of str, table or TextMeasures, default=None
            The texts to compare with, or their measures: best those of held-out texts,
            since predictions for training texts are too certain. None compares with the
            training texts, of which the TextSequencer keeps the lengths and the share
            of unknown words; predictions are not compared.
        ax : sequence of matplotlib Axes, default=None
            Two, or three if predictions are compared; a new figure if None.

        Returns
        -------
        display : DriftDisplay
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If there is no TextSequencer, or a text is not a str.
        """
        if reference is None:
            steps = fitted_steps(estimator, inside_calibration=True)
            reference = TextMeasures.of_training(steps.sequencer)
        elif not isinstance(reference, TextMeasures):
            reference = TextMeasures.from_estimator(estimator, reference)
        return cls(reference, TextMeasures.from_estimator(estimator, X)).plot(ax)

    @property
    def verdict(self) -> str:
        """The changes in a sentence."""
        changed = self.table[self.table["changed"]]
        if changed.empty:
            return "No change found."
        found = []
        for name, row in changed.iterrows():
            if name == UNKNOWN_WORDS:
                words = ", ".join(list(self.new.unknown_words)[:_SHOWN_WORDS])
                found.append(
                    f"{name} from {row['reference']:.1%} to {row['new']:.1%} ({words})"
                )
            else:
                found.append(f"{name} from {row['reference']:.3g} to {row['new']:.3g}")
        return f"Changed: {'; '.join(found)}."

    def plot(self, ax: Any = None) -> Self:
        """Draw a panel for unknown words, one for lengths, and one for predictions.

        Parameters
        ----------
        ax : sequence of matplotlib Axes, default=None
            One for each panel; a new figure if None.

        Returns
        -------
        self : DriftDisplay
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If ``ax`` has another number of axes.
        """
        outputs = [name for name in self.table.index if name in self.new.outputs]
        n_panels = 2 + bool(outputs)
        axes = axes_or_new(
            "DriftDisplay.plot",
            ax,
            size=(_PANEL[0] * n_panels, _PANEL[1]),
            n_columns=n_panels,
        )
        self._draw_bars(axes[0], [UNKNOWN_WORDS])
        axes[0].set(ylabel="share of words")
        axes[0].set_ylim(0, max(axes[0].get_ylim()[1], _LEAST_UNKNOWN))
        self._draw_histogram(
            axes[1], "length", self.reference.lengths, self.new.lengths, step=1
        )
        axes[1].set(xlabel="words in a text", ylabel="share of texts")
        if len(outputs) == 1:
            (name,) = outputs
            self._draw_histogram(
                axes[2], name, self.reference.outputs[name], self.new.outputs[name]
            )
            axes[2].set(xlabel=name, ylabel="share of texts")
        elif outputs:
            self._draw_bars(axes[2], outputs)
            axes[2].set(ylabel="mean probability")
        for panel in axes:
            panel.spines[["top", "right"]].set_visible(False)
        self.ax_, self.figure_ = axes, axes[0].figure
        return self

    def _draw_bars(self, ax: Any, names: list[str]) -> None:
        """Draw the two means of some measures side by side."""
        places, rows = np.arange(len(names)), self.table.loc[names]
        for column, color, shift in (
            ("reference", FOR, -0.2),
            ("new", AGAINST, 0.2),
        ):
            ax.bar(places + shift, rows[column], 0.36, color=color, label=column)
        ax.set_xticks(places, [name.removeprefix(PROBABILITY) for name in names])
        ax.set_xlim(-0.7, len(names) - 0.3)
        legend_above(ax)

    def _draw_histogram(
        self, ax: Any, name: str, reference: Any, new: Any, step: float = 0.0
    ) -> None:
        """Draw the two distributions of a measure, whose values are ``step`` apart."""
        both = np.concatenate([reference, new])
        first = float(both.min())
        last = float(np.quantile(both, _SHOWN_QUANTILE, method="higher"))
        width = max((last - first) / _BINS, 1e-6)
        if step:
            first, width = first - step / 2, step * np.ceil(width / step)
        n_bins = max(int(np.ceil((last - first) / width)), 1)
        edges = first + width * np.arange(n_bins + 1)
        for values, label, color in (
            (reference, "reference", FOR),
            (new, "new", AGAINST),
        ):
            ax.hist(
                values,
                edges,
                weights=np.full(len(values), 1 / len(values)),
                histtype="stepfilled",
                facecolor=tint(color, 0.4),
                edgecolor=color,
                linewidth=1.5,
                label=label,
            )
        legend_above(ax, f"distance {self.table.loc[name, 'distance']:.2f}")
