"""How the examples of the gallery draw: with the colors of the displays."""

from typing import Any


def use_palette(gallery_conf: dict[str, Any], fname: str) -> None:
    """Set matplotlib's colors; Sphinx-Gallery calls this before each example."""
    import matplotlib.pyplot as plt

    from skrnn.inspection.style import COLORS

    plt.rcParams["axes.prop_cycle"] = plt.cycler(color=COLORS)
