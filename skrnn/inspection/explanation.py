"""The result of explain: a weight for each word, as data, HTML and plot."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from skrnn._matplotlib import axes_or_new
from skrnn.inspection.style import (
    AGAINST,
    ATTENDED,
    FOR,
    css,
    shorten,
    tint,
)

__all__ = ["Explanation"]

_METHODS = {
    "occlusion": "occlusion",
    "integrated_gradients": "integrated gradients",
    "attention": "attention",
}
_SCORES = {"probability": "probability", "log_odds": "log-odds"}
# The weights that have the full color.
_FULL_WEIGHTS = {"probability": 0.1, "log_odds": 1.0}
_MAX_WORDS_IN_REPR = 5
_BAR_HEIGHT = 0.24  # inches


@dataclass(eq=False, repr=False)
class Explanation:
    """The weight of each word in one prediction, as :func:`explain` returns it.

    In a notebook it shows the text with a background color for each word that the
    network read: blue for the class, orange against it. Other words are faded. The
    opacity of the color is proportional to the weight, on the same scale in every
    explanation: full from a change of the probability by 0.1, or of the log-odds by 1.
    Attention weights, which have no sign and sum to one, are green, and the largest
    weight of the text has the full color. The colors suit light and dark pages and
    color-blind readers.

    Parameters
    ----------
    tokens : tuple of str
        The words that the network read, as typed.
    weights : ndarray of shape (n_tokens,), float64
        The weights of the words.
    known : ndarray of shape (n_tokens,), bool
        Which words are in the vocabulary; all others have the same id.
    method : {"occlusion", "integrated_gradients", "attention"}
        How the weights were computed.
    target : label
        The explained class.
    score : {"probability", "log_odds"}
        The explained score of the class ``target``.
    value : float
        The score of the text.
    baseline : float or None
        The score of as many unknown words as the text has words; None except for
        integrated gradients, whose weights sum to ``value - baseline``.
    n_words : int
        The number of words in the text before truncation.
    text : str or None, default=None
        The text to show; only ``tokens`` are shown if None.
    spans : tuple of (int, int) or None, default=None
        The start and end of each word in ``text``. A word with an empty span, which is
        not in the text, is inserted there.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after :meth:`plot`.
    figure_ : matplotlib Figure
        The figure, after :meth:`plot`.

    See Also
    --------
    explain : Computes an explanation.

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
        """Return pairs of a word and its weight, in the order of the text.

        Returns
        -------
        pairs : list of (str, float)
            One pair for each word that the network read.
        """
        return list(zip(self.tokens, self.weights.tolist(), strict=True))

    def to_frame(self) -> pd.DataFrame:
        """Return the words and their weights as a DataFrame.

        Returns
        -------
        frame : pandas.DataFrame
            The columns ``token``, ``weight`` and ``known``, with one row for each word
            in the order of the text.
        """
        return pd.DataFrame(
            {"token": list(self.tokens), "weight": self.weights, "known": self.known}
        )

    def plot(self, ax: Any = None, *, max_words: int = 25) -> Self:
        """Draw the weights as horizontal bars, from the first word down.

        The axis extends at least to the weight of full color, so that small weights
        look small.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            The axes to draw on; a new figure if None.
        max_words : int, default=25
            The maximum number of words to show. For a longer text, those with the
            largest weights are shown, in the order of the text.

        Returns
        -------
        self : Explanation
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        largest = np.argsort(-np.abs(self.weights), kind="stable")[:max_words]
        shown = np.sort(largest)
        height = max(1.6, 0.9 + _BAR_HEIGHT * len(shown))
        (self.ax_,) = axes_or_new("Explanation.plot", ax, size=(6.0, height))
        self.figure_ = self.ax_.figure
        places = np.arange(len(shown))
        weights = self.weights[shown]
        self.ax_.barh(places, weights, color=[self._color(w) for w in weights])
        self.ax_.set_yticks(
            places, [_without_mathtext(shorten(self.tokens[i])) for i in shown]
        )
        self.ax_.tick_params(axis="y", length=0)
        self.ax_.set_ylim(len(shown) - 0.4, -0.6)
        if self.method == "attention":
            self.ax_.set_xlim(0, None)
        else:
            self.ax_.axvline(0, color=self.ax_.spines["left"].get_edgecolor(), lw=0.8)
            # Symmetric, and at least to the full color, so that small weights look
            # small.
            reach = 1.08 * max(
                float(np.abs(weights).max(initial=0.0)), self._full_weight
            )
            self.ax_.set_xlim(-reach, reach)
            # The tick labels are long.
            self.ax_.locator_params(axis="x", nbins=6)
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.ax_.set_xlabel(self._axis_label())
        self.ax_.set_title(
            _without_mathtext(self._headline()), fontsize="medium", loc="left"
        )
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
        order = np.argsort(-np.abs(self.weights), kind="stable")[:_MAX_WORDS_IN_REPR]
        words = [f"{self.tokens[i]} {self.weights[i]:+.3f}" for i in np.sort(order)]
        if len(self.tokens) > len(words):
            words.append("...")
        return (
            f"<Explanation of {self.target!r} "
            f"({_SCORES[self.score]} {self.value:.3f}) by {_METHODS[self.method]}: "
            f"{', '.join(words) or 'no words'}>"
        )

    @property
    def _full_weight(self) -> float:
        """The smallest weight that has the full color."""
        if self.method == "attention":
            return float(self.weights.max(initial=0.0)) or 1.0
        return _FULL_WEIGHTS[self.score]

    def _text_with_tints(self) -> str:
        strengths = np.minimum(np.abs(self.weights) / self._full_weight, 1.0)
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
            pieces += [_fade(self.text[end:start]), word]
            end = max(end, stop)
        return "".join([*pieces, _fade(self.text[end:])])

    def _headline(self) -> str:
        return (
            f"{self.target} · {_SCORES[self.score]} {self.value:.3f} · "
            f"{_METHODS[self.method]}"
        )

    def _axis_label(self) -> str:
        if self.method == "attention":
            return "weight"
        return f"against   ←   {_SCORES[self.score]}   →   for"

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
        kinds = {"for": FOR, "against": AGAINST}
        if self.method == "attention":
            kinds = {"attended to": ATTENDED}
        names = " ".join(
            f'<span style="background:{css(tint(color, 1.0))};padding:0 0.4em;'
            f'border-radius:0.25em">{name}</span>'
            for name, color in kinds.items()
        )
        if self.method == "attention":
            return f"{names} full color: the largest weight, {self._full_weight:.3f}"
        return f"{names} full color: a weight of {self._full_weight:g} or more"

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
                f"A weight is the decrease of the {_SCORES[self.score]} without the "
                "word."
            )
        else:
            notes.append("The weights sum to one.")
        if self.n_words > len(self.tokens):
            notes.append(
                f"The network reads {len(self.tokens)} of the {self.n_words} words; "
                "the others are beyond maxlen."
            )
        n_unknown = int((~self.known).sum())
        if n_unknown:
            notes.append(f"Dotted: out of vocabulary ({n_unknown}).")
        return " ".join(notes)


def _fade(text: str) -> str:
    """Return the HTML of text that is not read: punctuation, stop words, cut words."""
    if not text.strip():
        return html.escape(text)
    return f'<span style="opacity:0.6">{html.escape(text)}</span>'


def _without_mathtext(text: str) -> str:
    """Escape the dollars that matplotlib reads as mathtext."""
    return text.replace("$", r"\$")
