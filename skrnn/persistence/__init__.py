"""Saving and loading fitted pipelines without pickle."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skrnn.persistence.files import load, save

__all__ = ["load", "save"]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name in __all__:
        return getattr(import_module("skrnn.persistence.files"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
