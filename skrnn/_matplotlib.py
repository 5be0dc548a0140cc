"""The only module that imports matplotlib, which is optional, on use."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from html import escape
from io import StringIO
from typing import Any

from skrnn._messages import install_hint

__all__ = ["axes_or_new", "draw_svg"]

# Stand-ins for the colors of a page, which matplotlib cannot name.
_INK, _CARD = "#010203", "#040506"
_PAGE_COLORS = {_INK: "currentColor", _CARD: "var(--card)"}
_PAGE_STYLE = {
    **dict.fromkeys(
        ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color"), _INK
    ),
    "ytick.color": _INK,
    "axes.facecolor": _CARD,
    "figure.facecolor": "none",
    "font.size": 11,
    "svg.fonttype": "none",  # text in the font of the page
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def axes_or_new(
    caller: str, ax: Any, *, size: tuple[float, float], n_columns: int = 1
) -> Any:
    """Return ``ax`` as a list of axes, or new axes side by side if it is None.

    Parameters
    ----------
    caller : str
        The public method, for error messages.
    ax : matplotlib Axes, a sequence of them, or None
        Where to draw.
    size : (float, float)
        Width and height of a new figure in inches.
    n_columns : int, default=1
        The number of axes.

    Returns
    -------
    axes : list of matplotlib Axes
        ``n_columns`` of them.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If ``ax`` has another number of axes.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"{caller} draws with matplotlib, which is not installed: "
            f"{install_hint('plot')}."
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


def draw_svg(
    draw: Callable[[Any], object], *, size: tuple[float, float], label: str
) -> str:
    """Return what ``draw`` draws on new axes as an SVG element for an HTML page.

    Equal charts give equal bytes. Text and lines have the current color of the page,
    and the background its ``--card``. ``label`` is the text for screen readers.
    """
    try:
        import matplotlib.pyplot as plt
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            f"{label!r} is drawn with matplotlib, which is not installed: "
            f"{install_hint('report')}."
        ) from error
    # Identifiers are hashed with the salt: those of two charts on a page must differ.
    style = {**_PAGE_STYLE, "svg.hashsalt": label}
    buffer = StringIO()
    with plt.style.context(["default", style]), warnings.catch_warnings():
        # The page's fonts have them.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.subplots())
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    return _as_element(buffer.getvalue(), label)


def _as_element(document: str, label: str) -> str:
    """Return an SVG file as an element of HTML, without namespaces and styles."""
    box = re.search(r'viewBox="[^"]*"', document)
    body = document[document.index("<svg") :].partition(">")[2]
    body = re.sub(r"<style.*?</style>", "", body, flags=re.DOTALL)
    used = set(re.findall(r"#([\w-]+)", body))
    body = re.sub(
        r'(<\w+) id="([^"]*)"', lambda m: m[0] if m[2] in used else m[1], body
    )
    for stand_in, color in _PAGE_COLORS.items():
        body = body.replace(stand_in, color)
    return f'<svg {box and box[0]} role="img" aria-label="{escape(label)}">{body}'
