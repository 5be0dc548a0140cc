"""Charts of the page as SVG, coloured by its style sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

__all__ = ["draw_curves", "draw_scatter", "nice_ticks"]

# number, name, seconds, accuracy, low, high, whether it is the best
Point = tuple[int, str, float, float, float, float, bool]


def nice_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Choose round numbers between two.

    Parameters
    ----------
    low, high : float
        The range.
    most : int, default=5
        About how many.

    Returns
    -------
    ticks : list of float
        Multiples of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> from skrnn.comparison.charts import nice_ticks
    >>> nice_ticks(0.83, 0.92)
    [0.84, 0.86, 0.88, 0.9, 0.92]
    """
    raw = max((high - low) / most, 1e-12)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, -math.floor(math.log10(step)))
    return [round(i * step, digits) for i in range(first, last + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    """Choose round numbers for a logarithmic axis."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = [round(m * 10.0**p, 12) for p in powers for m in factors]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) <= 6:
            return ticks
    return ticks[:: math.ceil(len(ticks) / 6)]


def draw_scatter(points: Sequence[Point]) -> str:
    """Draw accuracy, with its interval, against the seconds of the fit.

    Parameters
    ----------
    points : sequence of tuple
        Number, name, seconds, accuracy, ends of its interval, and whether the model is
        the best.

    Returns
    -------
    svg : str
        Numbered points; 420 units wide.
    """
    width, height, left, right, top, bottom = 420, 290, 46, 14, 10, 40
    seconds = [max(point[2], 1e-4) for point in points]
    earliest, latest = min(seconds) / 1.6, max(seconds) * 1.6
    low, high = min(p[4] for p in points), max(p[5] for p in points)
    # Room for numbers above and below the points.
    margin = max(high - low, 1e-3) * 0.12
    low, high = low - margin, high + margin

    def x(value: float) -> float:
        share = math.log(max(value, 1e-4) / earliest) / math.log(latest / earliest)
        return left + share * (width - left - right)

    def y(value: float) -> float:
        return top + (high - value) / (high - low) * (height - top - bottom)

    parts = _horizontal(nice_ticks(low, high), y, left, width - right)
    for tick in _log_ticks(earliest, latest):
        parts.append(
            f'<text x="{x(tick):.1f}" y="{height - bottom + 16}" '
            f'text-anchor="middle">{tick:g}</text>'
        )
    parts.append(
        f'<text x="{(left + width - right) / 2}" y="{height - 6}" '
        'text-anchor="middle">seconds of the fit, logarithmic</text>'
    )
    for _, name, time, accuracy, least, most, best in points:
        across, kind = x(time), "point best" if best else "point"
        parts.append(
            f'<g class="{kind}"><title>{escape(name)}: {accuracy:.4f}, {time:.3g} s'
            f'</title><line x1="{across:.1f}" x2="{across:.1f}" y1="{y(least):.1f}" '
            f'y2="{y(most):.1f}"/><circle cx="{across:.1f}" cy="{y(accuracy):.1f}" '
            'r="4.5"/></g>'
        )
    # A short interval lies within its dot.
    bars = [
        (x(p[2]), min(y(p[5]), y(p[3]) - 5), max(y(p[4]), y(p[3]) + 5)) for p in points
    ]
    for point, (across, down) in zip(points, _label_places(bars), strict=True):
        parts.append(
            f'<text class="number" x="{across:.1f}" y="{down:.1f}" '
            f'text-anchor="middle">{point[0]}</text>'
        )
    return _svg(width, height, "Accuracy against seconds of the fit", parts)


def _label_places(
    bars: Sequence[tuple[float, float, float]],
) -> list[tuple[float, float]]:
    """Return where the number of each bar stands, clear of bars and other numbers.

    A bar is its place across, its upper and its lower end.
    """
    places: list[tuple[float, float]] = []
    for across, upper, lower in bars:
        middle = (upper + lower) / 2
        candidates = [
            place
            for step in (0, 15, 30, 45)
            for place in (
                (across, upper - 9 - step),
                (across, lower + 9 + step),
                (across + 12 + step, middle),
                (across - 12 - step, middle),
            )
        ]
        free = [
            (right, down)
            for right, down in candidates
            if all(math.dist((right, down), other) >= 14 for other in places)
            and not any(
                abs(right - x) < 8 and top - 6 < down < bottom + 6
                for x, top, bottom in bars
            )
        ]
        places.append((free or candidates)[0])
    # Text stands on its base line.
    return [(across, down + 4) for across, down in places]


def draw_curves(
    learnt: Sequence[float],
    held_out: Sequence[float],
    low: float,
    high: float,
    what: str,
) -> str:
    """Draw a figure by epoch, on training rows and on those held out.

    Parameters
    ----------
    learnt, held_out : sequence of float
        The figure after each epoch; may be empty.
    low, high : float
        Range of the axis, the same for all models so that they can be compared.
    what : str
        Name of the figure.

    Returns
    -------
    svg : str
        260 units wide.
    """
    width, height, left, right, top, bottom = 260, 160, 38, 10, 8, 34
    margin = max(high - low, 1e-3) * 0.06
    low, high = low - margin, high + margin
    n_epochs = max(len(learnt), len(held_out))

    def x(epoch: float) -> float:
        share = (epoch - 1) / (n_epochs - 1) if n_epochs > 1 else 0.5
        return left + 6 + share * (width - left - right - 12)

    def y(value: float) -> float:
        return top + (high - value) / (high - low) * (height - top - bottom)

    parts = _horizontal(nice_ticks(low, high, 4), y, left, width - right)
    for tick in nice_ticks(1, n_epochs) if n_epochs > 1 else [1]:
        if tick == int(tick):
            parts.append(
                f'<text x="{x(tick):.1f}" y="{height - bottom + 15}" '
                f'text-anchor="middle">{tick:g}</text>'
            )
    parts.append(
        f'<text x="{(left + width - right) / 2}" y="{height - 4}" '
        'text-anchor="middle">epoch</text>'
    )
    for kind, curve in (("learnt", learnt), ("held", held_out)):
        finite = [(x(i), y(v)) for i, v in enumerate(curve, 1) if math.isfinite(v)]
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in finite)
        parts.append(f'<polyline class="{kind}" points="{path}"/>')
        parts += [
            f'<circle class="{kind}" cx="{across:.1f}" cy="{down:.1f}" r="2.5"/>'
            for across, down in finite
        ]
    return _svg(width, height, f"{what} by epoch", parts)


def _horizontal(
    ticks: Sequence[float], y: Callable[[float], float], left: float, right: float
) -> list[str]:
    """Return lines across, with their figures."""
    digits = max((len(f"{tick:.10g}".partition(".")[2]) for tick in ticks), default=0)
    return [
        f'<line class="grid" x1="{left}" x2="{right}" y1="{y(tick):.1f}" '
        f'y2="{y(tick):.1f}"/><text x="{left - 5}" y="{y(tick) + 4:.1f}" '
        f'text-anchor="end">{tick:.{digits}f}</text>'
        for tick in ticks
    ]


def _svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )
