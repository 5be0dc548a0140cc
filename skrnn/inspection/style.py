"""Colors, markers, tints and legends of all charts.

The colors are those of Okabe and Ito (2008) with enough contrast on white and on black;
color-blind people can distinguish them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = [
    "AGAINST",
    "ATTENDED",
    "COLORS",
    "FOR",
    "MARKERS",
    "STRONGEST",
    "TEXT_COLORS",
    "css",
    "legend_above",
    "tint",
]

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#808080", "#e69f00")
FOR, AGAINST, ATTENDED = COLORS[:3]
# Blue and orange for texts on a light and on a dark page, which need more contrast.
TEXT_COLORS = {
    "light": {"blue": "#0072b2", "orange": "#c04e00"},
    "dark": {"blue": "#6db8ea", "orange": "#f29a4e"},
}
# One more than colors, so that 42 curves differ.
MARKERS = ("o", "s", "^", "D", "X", "v", "P")

# Opacity of the strongest tint behind a word, which stays legible in black on white and
# in white on black.
STRONGEST = 0.6

_LONGEST_WORD = 24


def legend_above(ax: Any, title: str | None = None) -> None:
    """Put the legend above ``ax``, where it covers nothing."""
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
    """Return a word, truncated if it is as long as a link."""
    if len(token) <= _LONGEST_WORD:
        return token
    return token[: _LONGEST_WORD - 1] + "…"


def tint(color: str, strength: float) -> tuple[float, float, float, float]:
    """Return a color ``"#rrggbb"`` as RGBA from 0 to 1.

    A strength of 0 is transparent, and 1 is the strongest tint behind a word.
    """
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, STRONGEST * strength


def css(rgba: Sequence[float]) -> str:
    """Return a color of :func:`tint` as CSS."""
    red, green, blue = (round(255 * part) for part in rgba[:3])
    return f"rgba({red},{green},{blue},{rgba[3]:.2f})"
