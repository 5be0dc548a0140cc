"""Metadata of earlier versions of the ONNX format.

A file holds the number ``format_version``. This skrnn reads every version up to
:data:`~skrnn.serving.format.FORMAT_VERSION` and refuses later ones. The docstring of
:mod:`skrnn.onnx` says when to raise the number and how.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skrnn.serving.format import FORMAT_VERSION
from skrnn.text.tokenizers import LEGACY_WORD

__all__ = ["upgrade"]


def upgrade(metadata: dict[str, Any]) -> None:
    """Bring the metadata of a file up to date, in place.

    Raises
    ------
    ValueError
        If this skrnn does not read its version.
    """
    version = metadata["format_version"]
    if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
        raise ValueError(
            f"it has format version {version!r}, and this skrnn reads versions up to "
            f"{FORMAT_VERSION}: upgrade skrnn"
        )
    for each in range(version, FORMAT_VERSION):
        _UPGRADES[each](metadata)


def _from_version_1(metadata: dict[str, Any]) -> None:
    """Set the rules that give the tokens that version 1 gave."""
    rules = metadata["text"]
    if rules["tokenizer"] == "word":
        rules["tokenizer"] = LEGACY_WORD
    rules["normalize"] = None


# By version: the function that turns its metadata into that of the next version.
_UPGRADES: dict[int, Callable[[dict[str, Any]], None]] = {1: _from_version_1}
