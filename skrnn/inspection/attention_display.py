"""AttentionDisplay: attention weights, word by word."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from skrnn._matplotlib import axes_or_new
from skrnn.inspection.alignment import tokenize_texts, with_feature_names
from skrnn.inspection.attention import attention_of_rows
from skrnn.inspection.steps import fitted_steps
from skrnn.inspection.style import ATTENDED, FOR, shorten, tint

__all__ = ["AttentionDisplay"]

_LINE_WIDTH = 72  # characters of a line of words
# Width of DejaVu Sans Mono in font sizes, with a margin for rounding to pixels.
_CHARACTER = 0.602 * 1.04
_POINTS_PER_INCH = 72
_LINE_HEIGHT = 0.25  # inches
_WIDTH = 7.2
_BAR = 8  # characters of the bar of a sentence with all of the weight
_MARGIN = 15  # characters before the words of a sentence: its weight and its bar


class AttentionDisplay:
    """Texts as heat maps of words: the larger a weight, the stronger the tint.

    Use :meth:`from_estimator`. Any classifier with a method ``attention_weights`` can
    be drawn, see :func:`attention_weights`. For a
    :class:`~skrnn.HierarchicalAttentionClassifier` each sentence has a line of its own,
    which begins with its weight.

    Parameters
    ----------
    tokens : sequence of sequence of str
        The words of each text.
    weights : sequence of ndarray of shape (n_tokens,)
        The non-negative attention weights of the words.
    titles : sequence of str, default=None
        Titles of the texts.
    sentences : sequence of ndarray of shape (n_tokens,), default=None
        The number of each word's sentence. The weight of a sentence is the sum of the
        weights of its words. None draws no sentences.

    Attributes
    ----------
    tokens, weights, titles, sentences : as given
        The parameters.
    ax_ : matplotlib Axes
        The axes after :meth:`plot`.
    figure_ : matplotlib Figure
        Its figure.

    See Also
    --------
    attention_weights : The weights as an array.

    References
    ----------
    Yang, Yang, Dyer, He, Smola, Hovy (2016). Hierarchical attention networks for
    document classification. NAACL.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.inspection import AttentionDisplay
    >>> display = AttentionDisplay(
    ...     [["not", "good"], ["bad"]], [np.array([0.25, 0.75]), np.array([1.0])]
    ... )
    >>> [text.get_text() for text in display.plot().ax_.texts]
    ['strongest: 0.750', 'not', 'good', 'strongest: 1.000', 'bad']

    With sentences:

    >>> display = AttentionDisplay(
    ...     [["We", "ate", "Superb"]],
    ...     [np.array([0.04, 0.06, 0.9])],
    ...     sentences=[np.array([0, 0, 1])],
    ... )
    >>> [text.get_text() for text in display.plot().ax_.texts]
    ['strongest: 0.900', '0.10', '0.90', 'We', 'ate', 'Superb']
    """

    def __init__(
        self,
        tokens: Sequence[Sequence[str]],
        weights: Sequence[npt.NDArray[np.float64]],
        titles: Sequence[str] | None = None,
        sentences: Sequence[npt.NDArray[np.int64]] | None = None,
    ) -> None:
        self.tokens = tokens
        self.weights = weights
        self.titles = titles
        self.sentences = sentences

    @classmethod
    def from_estimator(
        cls, pipeline: Any, texts: Iterable[str], *, ax: Any = None
    ) -> Self:
        """Plot the attention of a fitted pipeline to the words of texts.

        Parameters
        ----------
        pipeline : sklearn.pipeline.Pipeline
            Fitted, with a :class:`~skrnn.TextSequencer` and a classifier with
            attention, see :func:`attention_weights`.
        texts : iterable of str
            A few texts.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure of the necessary height if None.

        Returns
        -------
        display : AttentionDisplay
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the pipeline is not fitted.
        TypeError
            If ``pipeline`` has other steps, or a text is not a str.
        ValueError
            If the classifier has no attention.

        Examples
        --------
        >>> from skrnn import make_sentiment_pipeline
        >>> from skrnn.inspection import AttentionDisplay
        >>> model = make_sentiment_pipeline(
        ...     None, pooling="attention", maxlen=5, units=4, epochs=1, random_state=0
        ... ).fit(["so good", "so bad"] * 10, ["pos", "neg"] * 10)
        >>> display = AttentionDisplay.from_estimator(model, ["A really GOOD film"])
        >>> display.tokens[0]
        ('A', 'really', 'GOOD', 'film')
        >>> round(float(display.weights[0].sum()), 6)
        1.0
        """
        steps = fitted_steps(pipeline, inside_calibration=True)
        classifier = steps.classifier
        tokenized = tokenize_texts(steps.sequencer, steps.clean(texts))
        rows = np.stack([each.row for each in tokenized])
        X = with_feature_names(classifier, rows)

        def of_tokens(values: Any) -> list[Any]:
            pairs = zip(values, tokenized, strict=True)
            return [row[each.columns] for row, each in pairs]

        sentences = None
        if hasattr(classifier, "attention_levels"):
            sentences = of_tokens(classifier.attention_levels(X).numbers)
        return cls(
            [each.tokens for each in tokenized],
            of_tokens(attention_of_rows(classifier, rows)),
            _titles(classifier, X),
            sentences,
        ).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw the texts, one below the other.

        Tints are relative to the largest weight of each text, so that long texts, whose
        weights are all small, are not paler than short ones. The length of the bar of a
        sentence is its weight.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure of the necessary height if None.

        Returns
        -------
        self : AttentionDisplay
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        places, captions, n_lines = self._arrange()
        size = (_WIDTH, _LINE_HEIGHT * n_lines + 0.5)
        (self.ax_,) = axes_or_new("AttentionDisplay.plot", ax, size=size)
        self.figure_ = self.ax_.figure
        self.ax_.set_axis_off()
        self.ax_.set_xlim(-0.5, _LINE_WIDTH + 0.5)
        self.ax_.set_ylim(n_lines, 0)
        self.figure_.draw_without_rendering()  # computes the final position of the axes
        inches = self.ax_.get_position().width * self.figure_.get_figwidth()
        font_size = inches * _POINTS_PER_INCH / ((_LINE_WIDTH + 1) * _CHARACTER)
        for number, (words, weights) in enumerate(
            zip(self.tokens, self.weights, strict=True)
        ):
            strongest = float(np.max(weights, initial=0.0))
            self._draw_caption(captions[number], number, strongest, font_size)
            self._draw_sentences(number, places[number], font_size)
            for word, weight, place in zip(words, weights, places[number], strict=True):
                strength = weight / strongest if strongest else 0.0
                self._draw_word(shorten(word), strength, *place, font_size)
        return self

    def _draw_caption(
        self, line: int, number: int, strongest: float, font_size: float
    ) -> None:
        """Draw the title of a text and its largest weight."""
        style = {"size": font_size, "va": "center", "parse_math": False}
        if self.titles is not None:
            title = self.titles[number]
            self.ax_.text(0, line + 0.5, title, weight="bold", **style)
        self.ax_.text(
            _LINE_WIDTH, line + 0.5, f"strongest: {strongest:.3f}", ha="right", **style
        )

    def _draw_sentences(
        self, number: int, places: list[tuple[int, int]], font_size: float
    ) -> None:
        """Draw the weight of each sentence before its first word."""
        if self.sentences is None:
            return
        of_words, weights = self.sentences[number], self.weights[number]
        for sentence in dict.fromkeys(of_words.tolist()):
            in_sentence = of_words == sentence
            line, _ = places[int(np.argmax(in_sentence))]
            weight = float(weights[in_sentence].sum())
            self.ax_.text(
                0, line + 0.5, f"{weight:.2f}", size=font_size, family="monospace",
                va="center_baseline",
            )  # fmt: skip
            self._fill(FOR, line, 5, 5 + _BAR * weight)

    def _fill(self, color: Any, line: int, first: float, last: float) -> None:
        """Fill a part of a line."""
        columns, top, bottom = [first, last, last, first], line + 0.06, line + 0.94
        self.ax_.fill(columns, [top, top, bottom, bottom], color=color, lw=0)

    def _draw_word(
        self, token: str, strength: float, line: int, column: int, font_size: float
    ) -> None:
        """Draw a word on its tint."""
        width = _columns(token)
        self._fill(tint(ATTENDED, strength), line, column - 0.4, column + width + 0.4)
        self.ax_.text(
            column + width / 2, line + 0.5, token, size=font_size,
            family="monospace", ha="center", va="center_baseline", parse_math=False,
        )  # fmt: skip

    def _arrange(self) -> tuple[list[list[tuple[int, int]]], list[int], int]:
        """Return line and column of words, the lines of captions, and the last line."""
        line = 0
        places, captions = [], []
        margin = 0 if self.sentences is None else _MARGIN
        for number, tokens in enumerate(self.tokens):
            captions.append(line)
            line, column = line + 1, margin
            positions: list[tuple[int, int]] = []
            for i, token in enumerate(tokens):
                width = _columns(shorten(token))
                is_full = column > margin and column + width > _LINE_WIDTH
                if is_full or self._begins_sentence(number, i):
                    line, column = line + 1, margin
                positions.append((line, column))
                column += width + 1
            places.append(positions)
            line += 2  # an empty line between texts
        return places, captions, max(line - 1, 1)

    def _begins_sentence(self, number: int, i: int) -> bool:
        """Whether the word is the first of a sentence other than the first."""
        if self.sentences is None or not i:
            return False
        of_words = self.sentences[number]
        return bool(of_words[i] != of_words[i - 1])


def _titles(classifier: Any, X: Any) -> list[str]:
    """Return the most probable label and its probability, or the predicted number."""
    if not hasattr(classifier, "classes_"):
        return [f"{number:.2f}" for number in classifier.predict(X)]
    proba = classifier.predict_proba(X)
    labels = classifier.classes_[proba.argmax(axis=1)]
    return [
        f"{label} ({probability:.2f})"
        for label, probability in zip(labels, proba.max(axis=1), strict=True)
    ]


def _columns(token: str) -> int:
    """Return the width of a word in columns of a monospaced font."""
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in token
    )
