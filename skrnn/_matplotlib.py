"""The one place that imports matplotlib, which is optional, on use."""

from __future__ import annotations

from typing import Any

__all__ = ["axes_or_new"]


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
