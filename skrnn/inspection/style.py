"""What the pictures share: colors for all eyes, tints and legends.

The colors are Okabe and Ito's (2008), which differ for the color-blind too, and of
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


def tint(color: str, strength: float) -> tuple[float, float, float, float]:
    """Return a color as red, green, blue and opacity, each from 0 to 1.

    Parameters
    ----------
    color : str
        As ``"#rrggbb"``.
    strength : float
        From 0, transparent, to 1, the strongest tint behind a word.

    Returns
    -------
    rgba : tuple of float
        What matplotlib takes.
    """
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, STRONGEST * strength


def css(rgba: Sequence[float]) -> str:
    """Return a color of :func:`tint` as CSS."""
    red, green, blue = (round(255 * part) for part in rgba[:3])
    return f"rgba({red},{green},{blue},{rgba[3]:.2f})"
