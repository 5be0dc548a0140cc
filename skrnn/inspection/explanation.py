"""The result of explain, and its views."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from skrnn._matplotlib import axes_or_new
from skrnn.inspection.style import AGAINST, ATTENDED, FOR, css, shorten, tint

__all__ = ["Explanation"]

_METHODS = {
    "occlusion": "occlusion",
    "integrated_gradients": "integrated gradients",
    "attention": "attention",
}
_SCORES = {
    "probability": "probability",
    "log_odds": "log-odds",
    "prediction": "prediction",
}
# Weights from this on have the full color.
_FULL_COLOR = {"probability": 0.1, "log_odds": 1.0}
_SHOWN_IN_REPR = 5
_BAR = 0.24  # inches


@dataclass(eq=False, repr=False)
class Explanation:
    """The weights of the words of a text, as :func:`~skrnn.explain` returns them.

    In a notebook, it shows the text with a background color for each word that the
    classifier used: blue words raise the score of the class, orange words lower it, and
    the rest of the text is faint. Colors have the same scale in every explanation: full
    color is a change of the probability by 0.1 or more, or of the log-odds by 1 or
    more, and half of that has half the opacity. For a regressor, whose unit may be
    anything, and for attention, the largest weight of the text has full color.
    Attention weights, which have no sign and sum to one, are green. The colors are
    translucent, so that they suit light and dark pages, and differ for color-blind
    readers.

    Parameters
    ----------
    tokens : tuple of str
        The words in the input of the classifier, as typed.
    weights : ndarray of shape (n_tokens,), dtype float64
        The weights of the words.
    known : ndarray of shape (n_tokens,), dtype bool
        Which words are in the vocabulary. All others have the same id.
    method : {"occlusion", "integrated_gradients", "attention"}
        The method that computed the weights.
    target : label or None
        The class or label that is explained; None for a regressor.
    score : {"probability", "log_odds", "prediction"}
        The score of ``target`` that is explained, or the prediction of a regressor.
    value : float
        The score of the text.
    baseline : float or None
        For integrated gradients, the score of as many unknown words as the text has
        words: weights sum to ``value - baseline``. Otherwise None.
    n_words : int
        The number of words of the text before it was truncated.
    text : str or None, default=None
        The text to show. None shows only the words.
    spans : tuple of (int, int) or None, default=None
        Where each word begins and ends in ``text``. An empty span is the place to show
        a word that is not in the text.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes of the last :meth:`plot`.
    figure_ : matplotlib Figure
        The figure of the last :meth:`plot`.

    See Also
    --------
    explain : Computes explanations.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.inspection import Explanation
    >>> explanation = Explanation(
    ...     tokens=("not", "good"), weights=np.array([0.5, -0.25]),
    ...     known=np.array([True, True]), method="occlusion", target="neg",
    ...     score="probability", value=0.75, baseline=None, n_words=2,
    ... )
    >>> explanation
    <Explanation of 'neg' (probability 0.750) by occlusion: not +0.500, good -0.250>
    >>> explanation.to_pairs()
    [('not', 0.5), ('good', -0.25)]
    """

    tokens: tuple[str, ...]
    weights: npt.NDArray[np.float64]
    known: npt.NDArray[np.bool_]
    method: str
    target: Any
    score: str
    value: float
    baseline: float | None
    n_words: int
    text: str | None = None
    spans: tuple[tuple[int, int], ...] | None = None

    def to_pairs(self) -> list[tuple[str, float]]:
        """Return the words and their weights, in the order of the text.

        Returns
        -------
        pairs : list of (str, float)
            Each word with its weight.
        """
        return list(zip(self.tokens, self.weights.tolist(), strict=True))

    def to_frame(self) -> pd.DataFrame:
        """Return the words and their weights as a DataFrame.

        Returns
        -------
        frame : pandas.DataFrame
            One row per word, in the order of the text, with the columns ``token``,
            ``weight`` and ``known``.
        """
        return pd.DataFrame(
            {"token": list(self.tokens), "weight": self.weights, "known": self.known}
        )

    def plot(self, ax: Any = None, *, max_words: int = 25) -> Self:
        """Plot the weights as bars, with the first word at the top.

        The axis includes at least the weight of full color, so that small weights look
        small.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            The axes to plot on. None creates a new figure.
        max_words : int, default=25
            The maximum number of words. Of a longer text, those with the largest
            weights are shown, in the order of the text.

        Returns
        -------
        self : Explanation
            The explanation, with ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        largest = np.argsort(-np.abs(self.weights), kind="stable")[:max_words]
        shown = np.sort(largest)
        height = max(1.6, 0.9 + _BAR * len(shown))
        (self.ax_,) = axes_or_new("Explanation.plot", ax, size=(6.0, height))
        self.figure_ = self.ax_.figure
        places = np.arange(len(shown))
        weights = self.weights[shown]
        self.ax_.barh(places, weights, color=[self._color(w) for w in weights])
        self.ax_.set_yticks(places, [_no_maths(shorten(self.tokens[i])) for i in shown])
        self.ax_.tick_params(axis="y", length=0)
        self.ax_.set_ylim(len(shown) - 0.4, -0.6)
        if self.method == "attention":
            self.ax_.set_xlim(0, None)
        else:
            self.ax_.axvline(0, color=self.ax_.spines["left"].get_edgecolor(), lw=0.8)
            # Symmetric, and at least the full color, so that small weights look small.
            limit = 1.08 * max(float(np.abs(weights).max(initial=0.0)), self._full)
            self.ax_.set_xlim(-limit, limit)
            # Labels with signs and small numbers are long.
            self.ax_.locator_params(axis="x", nbins=6)
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.ax_.set_xlabel(self._axis_label())
        self.ax_.set_title(_no_maths(self._headline()), fontsize="medium", loc="left")
        if len(shown) < len(self.tokens):
            self.ax_.set_ylabel(f"{len(shown)} strongest of {len(self.tokens)} words")
        return self

    def _repr_html_(self) -> str:
        words = self._text_with_tints()
        small = "font-size:0.85em;opacity:0.85"
        return (
            '<div style="max-width:60em;line-height:1.4">'
            f'<div style="{small}">{html.escape(self._headline())} &ensp;'
            f"{self._legend()}</div>"
            '<div style="margin:0.4em 0;line-height:1.9;overflow-wrap:anywhere">'
            f"{words or '<em>no words</em>'}</div>"
            f'<div style="{small}">{html.escape(self._footnote())}</div></div>'
        )

    def __repr__(self) -> str:
        order = np.argsort(-np.abs(self.weights), kind="stable")[:_SHOWN_IN_REPR]
        words = [f"{self.tokens[i]} {self.weights[i]:+.3f}" for i in np.sort(order)]
        if len(self.tokens) > len(words):
            words.append("...")
        explained = f"{_SCORES[self.score]} {self.value:.3f}"
        if self.target is not None:
            explained = f"{self.target!r} ({explained})"
        return (
            f"<Explanation of {explained} by {_METHODS[self.method]}: "
            f"{', '.join(words) or 'no words'}>"
        )

    @property
    def _full(self) -> float:
        """The weight of full color."""
        if self._is_relative:
            return float(np.abs(self.weights).max(initial=0.0)) or 1.0
        return _FULL_COLOR[self.score]

    @property
    def _is_relative(self) -> bool:
        """Whether colors are relative to the largest weight."""
        return self.method == "attention" or self.score == "prediction"

    def _text_with_tints(self) -> str:
        strengths = np.minimum(np.abs(self.weights) / self._full, 1.0)
        shown = self.tokens
        if self.text is not None and self.spans is not None:
            shown = tuple(
                self.text[start:stop] or token
                for token, (start, stop) in zip(self.tokens, self.spans, strict=True)
            )
        words = list(map(self._word, shown, self.weights, self.known, strengths))
        if self.text is None or self.spans is None:
            return " ".join(words)
        pieces, end = [], 0
        for word, (start, stop) in zip(words, self.spans, strict=True):
            pieces += [_faint(self.text[end:start]), word]
            end = max(end, stop)
        return "".join([*pieces, _faint(self.text[end:])])

    def _headline(self) -> str:
        target = "" if self.target is None else f"{self.target} · "
        score = f"{_SCORES[self.score]} {self.value:.3f}"
        return f"{target}{score} · {_METHODS[self.method]}"

    def _axis_label(self) -> str:
        if self.method == "attention":
            return "weight"
        against, in_favor = self._signs
        return f"{against}   ←   {_SCORES[self.score]}   →   {in_favor}"

    @property
    def _signs(self) -> tuple[str, str]:
        """What negative and positive weights stand for."""
        return ("lower", "higher") if self.target is None else ("against", "for")

    def _color(self, weight: float) -> str:
        if self.method == "attention":
            return ATTENDED
        return FOR if weight >= 0 else AGAINST

    def _word(self, token: str, weight: float, known: bool, strength: float) -> str:
        style = (
            f"background:{css(tint(self._color(weight), strength))};"
            "padding:0.15em 0;border-radius:0.25em"
        )
        note = f"{weight:+.4f}"
        if not known:
            style += ";text-decoration:underline dotted;text-underline-offset:0.2em"
            note += ", out of vocabulary"
        return f'<span style="{style}" title="{note}">{html.escape(token)}</span>'

    def _legend(self) -> str:
        against, in_favor = self._signs
        kinds = {in_favor: FOR, against: AGAINST}
        if self.method == "attention":
            kinds = {"attended to": ATTENDED}
        names = " ".join(
            f'<span style="background:{css(tint(color, 1.0))};padding:0 0.4em;'
            f'border-radius:0.25em">{name}</span>'
            for name, color in kinds.items()
        )
        if self._is_relative:
            return f"{names} full color: the largest weight, {self._full:.3f}"
        return f"{names} full color: a weight of {self._full:g} or more"

    def _footnote(self) -> str:
        total = self.weights.sum()
        notes = []
        if self.baseline is not None:
            notes.append(
                f"The weights sum to {total:+.3f}: {_SCORES[self.score]} "
                f"{self.value:.3f} of the text minus {self.baseline:.3f} of as many "
                "unknown words."
            )
        elif self.method == "occlusion":
            notes.append(
                f"A weight is the drop in {_SCORES[self.score]} if the word is removed."
            )
        else:
            notes.append("The weights sum to one.")
        if self.n_words > len(self.tokens):
            notes.append(
                f"{len(self.tokens)} of the {self.n_words} words are used; the others "
                "are beyond maxlen."
            )
        n_unknown = int((~self.known).sum())
        if n_unknown:
            notes.append(f"Dotted: out of vocabulary ({n_unknown}).")
        return " ".join(notes)


def _faint(text: str) -> str:
    """Return the HTML of text that the classifier did not use."""
    if not text.strip():
        return html.escape(text)
    return f'<span style="opacity:0.6">{html.escape(text)}</span>'


def _no_maths(text: str) -> str:
    """Escape dollar signs, which matplotlib would parse as formulas."""
    return text.replace("$", r"\$")
