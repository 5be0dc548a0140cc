"""What the pictures share: matplotlib on use, and colours for all eyes.

The colours are Okabe and Ito's (2008), which differ for the colour-blind too, and of
them those that stand out from white and from black.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = [
    "AGAINST",
    "ATTENDED",
    "FOR",
    "STRONGEST",
    "axes_or_new",
    "css",
    "legend_above",
    "tint",
]

FOR = "#0072b2"
AGAINST = "#d55e00"
ATTENDED = "#009e73"

# Opacity of the strongest tint behind a word: the word is still read on it, in black
# on white as in white on black.
STRONGEST = 0.6

_LONGEST_WORD = 24


def axes_or_new(
    caller: str, ax: Any, *, size: tuple[float, float], n_columns: int = 1
) -> Any:
    """Return ``ax`` as it is, or new axes if it is None.

    Parameters
    ----------
    caller : str
        Who asks, for the message.
    ax : matplotlib Axes, a sequence of them, or None
        Where to draw.
    size : (float, float)
        Width and height of a new figure in inches.
    n_columns : int, default=1
        How many axes, side by side.

    Returns
    -------
    axes : list of matplotlib Axes
        As many as asked for.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If another number of axes was given.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"{caller} draws with matplotlib, which is not installed: "
            "pip install 'skrnn[plot]'"
        ) from error
    if ax is None:
        _, axes = plt.subplots(
            1, n_columns, figsize=size, squeeze=False, layout="constrained"
        )
        return list(axes[0])
    given = [ax] if hasattr(ax, "figure") else list(getattr(ax, "flat", ax))
    if len(given) != n_columns:
        raise ValueError(
            f"{caller} needs {n_columns} axes, got {len(given)}. Pass as many, for "
            f"example of plt.subplots(1, {n_columns}), or None."
        )
    return given


def legend_above(ax: Any, title: str | None = None) -> None:
    """Put the legend of ``ax`` above it, where it hides nothing."""
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=3,
        frameon=False,
        fontsize="small",
        borderaxespad=0.2,
        borderpad=0.0,
        columnspacing=1.2,
        handlelength=1.6,
        title=title,
        title_fontsize="small",
        alignment="left",
    )


def shorten(token: str) -> str:
    """Return a word as a picture has room for it: a link may be long."""
    if len(token) <= _LONGEST_WORD:
        return token
    return token[: _LONGEST_WORD - 1] + "…"


def tint(colour: str, strength: float) -> tuple[float, float, float, float]:
    """Return a colour as red, green, blue and opacity, each from 0 to 1.

    Parameters
    ----------
    colour : str
        As ``"#rrggbb"``.
    strength : float
        From 0, transparent, to 1, the strongest tint behind a word.

    Returns
    -------
    rgba : tuple of float
        What matplotlib takes.
    """
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, STRONGEST * strength


def css(rgba: Sequence[float]) -> str:
    """Return a colour of :func:`tint` as CSS."""
    red, green, blue = (round(255 * part) for part in rgba[:3])
    return f"rgba({red},{green},{blue},{rgba[3]:.2f})"
