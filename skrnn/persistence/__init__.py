"""Saving and loading fitted pipelines without pickle."""

from skrnn.persistence.files import load, save

__all__ = ["load", "save"]
