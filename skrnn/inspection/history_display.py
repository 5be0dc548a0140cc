"""TrainingHistoryDisplay: loss and accuracy by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skrnn._matplotlib import axes_or_new
from skrnn.inspection.steps import fitted_steps
from skrnn.inspection.style import AGAINST, FOR, legend_above

__all__ = ["TrainingHistoryDisplay"]

_HELD_OUT = "val_"
_PANEL = 4.2, 3.4  # inches


class TrainingHistoryDisplay:
    """Training curves: a panel for each metric.

    Use :meth:`from_estimator` or :meth:`from_history`. Curves on the training rows and
    on held-out rows share a panel. A line marks the best epoch, whose weights early
    stopping restores: the one with the highest held-out score or, without ``scoring``,
    the lowest held-out loss.

    Parameters
    ----------
    history : dict of str to list of float
        A value per epoch, by metric; metrics on held-out rows begin with ``"val_"``.

    Attributes
    ----------
    history : dict of str to list of float
        The values.
    best_epoch : int or None
        The epoch with the highest ``val_score`` or, without it, the lowest
        ``val_loss``, counted from 1; None without either.
    ax_ : matplotlib Axes or list of Axes
        The axes after :meth:`plot`: one Axes if there is one panel.
    figure_ : matplotlib Figure
        Their figure.
    lines_ : list of matplotlib Line2D
        The curves.

    Examples
    --------
    >>> from skrnn.inspection import TrainingHistoryDisplay
    >>> display = TrainingHistoryDisplay.from_history(
    ...     {"loss": [0.7, 0.5, 0.3], "val_loss": [0.7, 0.6, 0.65]}
    ... )
    >>> display.best_epoch
    2
    >>> display.plot().ax_.get_ylabel()
    'loss'
    """

    def __init__(self, history: Mapping[str, Sequence[float]]) -> None:
        self.history = {name: list(values) for name, values in history.items()}
        losses = self.history.get(_HELD_OUT + "loss", [])
        scores = self.history.get(_HELD_OUT + "score", np.negative(losses))
        is_known = bool(np.isfinite(scores).any())
        self.best_epoch = int(np.nanargmax(scores)) + 1 if is_known else None

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        ax: Any = None,
        metrics: Sequence[str] | None = None,
    ) -> Self:
        """Plot the history of a fitted classifier.

        Parameters
        ----------
        estimator : RNNSentimentClassifier or sklearn.pipeline.Pipeline
            The classifier, or a pipeline that ends in one; also a search, a threshold
            or a :class:`~skrnn.ensemble.DistilledClassifier` around either.
        ax : matplotlib Axes or sequence of Axes, default=None
            One per metric; a new figure if None.
        metrics : sequence of str, default=None
            Metrics to draw, such as ``["loss"]``; None draws all.

        Returns
        -------
        display : TrainingHistoryDisplay
            With ``ax_``, ``figure_`` and ``lines_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the classifier is not fitted.
        TypeError
            If the classifier has no ``history_``.

        Examples
        --------
        >>> from skrnn import make_sentiment_pipeline
        >>> from skrnn.inspection import TrainingHistoryDisplay
        >>> model = make_sentiment_pipeline(maxlen=3, units=4, epochs=2)
        >>> _ = model.fit(["so good", "so bad"] * 10, [1, 0] * 10)
        >>> len(TrainingHistoryDisplay.from_estimator(model).history["loss"])
        2
        """
        last = fitted_steps(estimator, inside_calibration=True).steps[-1]
        check_is_fitted(last)
        if not hasattr(last, "history_"):
            raise TypeError(
                f"{type(last).__name__} has no history_. Pass an "
                "RNNSentimentClassifier, or a Pipeline that ends in one."
            )
        return cls.from_history(last.history_).plot(ax, metrics=metrics)

    @classmethod
    def from_history(cls, history: Mapping[str, Sequence[float]]) -> Self:
        """Make a display from a history.

        Parameters
        ----------
        history : dict of str to list of float
            ``history_`` of a classifier, or the ``history`` that
            :meth:`keras.Model.fit` returns.

        Returns
        -------
        display : TrainingHistoryDisplay
            Not drawn yet; call :meth:`plot`.

        Raises
        ------
        ValueError
            If there is no metric, or the curves differ in length.
        """
        lengths = {name: len(values) for name, values in history.items()}
        if not lengths or not all(lengths.values()) or len(set(lengths.values())) > 1:
            raise ValueError(
                "history must have a value for each epoch and metric, got the lengths "
                f"{lengths}."
            )
        return cls(history)

    def plot(self, ax: Any = None, *, metrics: Sequence[str] | None = None) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes or sequence of Axes, default=None
            One per metric; a new figure if None.
        metrics : sequence of str, default=None
            Metrics to draw, such as ``["loss"]``; None draws all.

        Returns
        -------
        self : TrainingHistoryDisplay
            With ``ax_``, ``figure_`` and ``lines_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there is no metric of this name, or ``ax`` has another number of axes.
        """
        known = list(dict.fromkeys(n.removeprefix(_HELD_OUT) for n in self.history))
        names = known if metrics is None else list(metrics)
        for name in names:
            if name not in known:
                raise ValueError(f"There is no metric {name!r}, only {known}.")
        axes = axes_or_new(
            "TrainingHistoryDisplay.plot",
            ax,
            size=(_PANEL[0] * len(names), _PANEL[1]),
            n_columns=len(names),
        )
        self.lines_ = [
            line
            for panel, name in zip(axes, names, strict=True)
            for line in self._draw(panel, name)
        ]
        self.ax_ = axes[0] if len(axes) == 1 else axes
        self.figure_ = axes[0].figure
        return self

    def _draw(self, ax: Any, name: str) -> list[Any]:
        """Draw a metric and return its lines."""
        curves = {
            "training": (self.history.get(name), FOR, "o-"),
            "held out": (self.history.get(_HELD_OUT + name), AGAINST, "s--"),
        }
        lines, n_epochs = [], 1
        for label, (values, color, style) in curves.items():
            if values:
                n_epochs = len(values)
                epochs = np.arange(1, n_epochs + 1)
                lines += ax.plot(
                    epochs, values, style, color=color, label=label, markersize=4
                )
        if self.best_epoch is not None:
            # Gray is visible on white and on black.
            ax.axvline(
                self.best_epoch,
                color="0.5",
                ls=":",
                zorder=0,
                label=f"best: epoch {self.best_epoch}",
            )
        ax.set(xlabel="epoch", ylabel=name)
        ax.set_xlim(0.5, n_epochs + 0.5)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.spines[["top", "right"]].set_visible(False)
        legend_above(ax)
        return lines
