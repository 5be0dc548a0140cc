"""Saving fitted pipelines without pickle, and exporting them to ONNX."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skrnn.persistence.export import export_onnx
    from skrnn.persistence.files import load, save

__all__ = ["export_onnx", "load", "save"]

_HOMES = {"export_onnx": "export", "load": "files", "save": "files"}


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name in _HOMES:
        return getattr(import_module(f"skrnn.persistence.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
