"""Estimators that skops writes and reads, with its list of trusted types."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from types import ModuleType
from typing import Any

from sklearn.base import BaseEstimator

from skrnn._messages import install_hint
from skrnn.persistence.archive import check_zip

__all__ = ["dump_with_skops", "load_with_skops"]


def dump_with_skops(estimator: Any, place: str) -> bytes:
    """Return an estimator as a skops file; ``place`` is its name for messages.

    Raises
    ------
    ImportError
        If skops is not installed.
    TypeError
        If it is or holds an estimator of skrnn, which skops does not trust.
    ValueError
        If skops cannot save it.
    """
    io = _skops("save")
    try:
        content: bytes = io.dumps(estimator)
        unknown = io.get_untrusted_types(data=content)
    except Exception as error:  # whatever the attributes of the estimator raise
        raise ValueError(
            f"{place or 'The estimator'}, a {type(estimator).__name__}, cannot be "
            f"saved by skops: {error}"
        ) from error
    if any(name.startswith("skrnn.") for name in unknown):
        raise TypeError(
            f"{place or 'The estimator'} is a {type(estimator).__name__}, a class that "
            "skrnn.save does not support, and is derived from estimators of skrnn or "
            f"holds some. {_advice(estimator)}, or use pickle for what you trust."
        )
    return content


def _advice(estimator: Any) -> str:
    """Return which fitted estimators can be saved instead."""
    parts = [
        name
        for name, value in vars(estimator).items()
        if name.endswith("_") and isinstance(value, BaseEstimator)
    ]
    if parts:
        return f"Save the fitted estimators in it ({', '.join(parts)}) instead"
    return "Save the fitted estimators in it one by one instead"


def load_with_skops(content: bytes, trusted: Collection[str]) -> Any:
    """Return the estimator of a skops file, with ``trusted`` types besides skops' own.

    Raises
    ------
    ImportError
        If skops is not installed.
    ValueError
        If the file is not a skops file, or holds a type that is not trusted.
    """
    io = _skops("load")
    check_zip(content)
    unknown = set(io.get_untrusted_types(data=content))
    if unknown - set(trusted):
        names = sorted(unknown - set(trusted))
        raise ValueError(
            f"The file holds types that skops does not trust: {names}. If you trust "
            f"them, pass trusted={names}."
        )
    return io.loads(content, trusted=sorted(unknown))


def _skops(verb: str) -> ModuleType:
    try:
        return import_module("skops.io")
    except ImportError as error:
        raise ImportError(
            f"To {verb} this pipeline, skrnn needs skops, which is not installed: "
            f"{install_hint('skops')}."
        ) from error
