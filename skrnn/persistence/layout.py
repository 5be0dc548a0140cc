"""Which weights a network has, told from its specification alone.

So a file is checked before anything of the size that it claims is built.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.networks.builders import NetworkSpec
from skrnn.networks.pooling import POOLINGS
from skrnn.persistence.archive import DamagedFileError

__all__ = [
    "check_weights",
    "check_writable",
    "read_spec",
    "weight_shapes",
    "write_spec",
]

Weights = dict[str, npt.NDArray[np.float32]]

# Blocks of the kernels of a cell, each as wide as its state.
GATES = {"simple": 1, "lstm": 4, "gru": 3}


def write_spec(spec: NetworkSpec) -> dict[str, Any]:
    """Return a specification as what JSON can hold."""
    plain = dataclasses.asdict(spec)
    return {k: list(v) if isinstance(v, tuple) else v for k, v in plain.items()}


def read_spec(written: dict[str, Any]) -> NetworkSpec:
    """Return the specification that :func:`write_spec` wrote.

    Raises
    ------
    DamagedFileError
        If a field is unknown, missing, or of another type.
    """
    fields = {f.name: f for f in dataclasses.fields(NetworkSpec)}
    if strange := sorted(written.keys() - fields.keys()):
        raise DamagedFileError(f"the network has fields unknown here: {strange}.")
    values: dict[str, Any]
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in written.items()}
    try:
        spec = NetworkSpec(**values)
    except TypeError as error:
        raise DamagedFileError(f"the network lacks a field: {error}") from error
    for name, value in values.items():
        if not _is_of_type(value, str(fields[name].type)):
            raise DamagedFileError(f"the network has {name}={value!r}.")
    known = spec.cell in GATES and spec.pooling in POOLINGS and not spec.sentence_units
    if not known or spec.n_classes < 2:
        raise DamagedFileError(
            f"a network of cell={spec.cell!r}, pooling={spec.pooling!r} for "
            f"{spec.n_classes} classes is not known here."
        )
    return spec


def _is_of_type(value: object, kind: str) -> bool:
    """Tell whether a value is what a field is annotated with; sizes start at 1."""
    if kind == "tuple[int, ...]":
        return isinstance(value, tuple) and all(_is_of_type(v, "int") for v in value)
    if kind == "int | None":
        return value is None or _is_of_type(value, "int")
    if kind == "int":
        return type(value) is int and value > 0
    if kind == "float":
        return type(value) in (int, float) and 0 <= float(str(value)) < 1
    return type(value).__name__ == kind


def weight_shapes(spec: NetworkSpec) -> dict[str, tuple[int, ...]]:
    """Return the shape of every weight of a network by its name."""
    shapes: dict[str, tuple[int, ...]] = {
        "embedding/embeddings": (spec.n_embeddings, spec.embedding_dim)
    }
    directions = ("", "_backward") if spec.bidirectional else ("",)
    width = spec.embedding_dim
    for depth, units in enumerate(spec.units):
        for direction in directions:
            name = f"{spec.cell}_{depth}{direction}"
            wide = GATES[spec.cell] * units
            shapes[f"{name}/kernel"] = (width, wide)
            shapes[f"{name}/recurrent_kernel"] = (units, wide)
            shapes[f"{name}/bias"] = (wide,)
        width = units * len(directions)
    if spec.pooling == "attention":
        shapes["attention/kernel"] = (width, width)
        shapes["attention/bias"] = (width,)
        shapes["attention/context_kernel"] = (width, 1)
    if spec.pooling == "mean_max":
        width *= 2
    names = [*(f"dense_{depth}" for depth in range(len(spec.dense_units))), "output"]
    for name, units in zip(names, (*spec.dense_units, spec.n_outputs), strict=True):
        shapes[f"{name}/kernel"] = (width, units)
        shapes[f"{name}/bias"] = (units,)
        width = units
    return shapes


def check_writable(spec: NetworkSpec, name: str) -> None:
    """Refuse a network that no file can hold yet.

    Raises
    ------
    TypeError
        If the layers of ``spec`` are not among those that :func:`weight_shapes` knows.
    """
    if spec.cell not in GATES or spec.sentence_units:
        raise TypeError(
            f"Files cannot hold a {name} of {spec.cell!r} cells yet: use pickle or "
            "joblib, for what you trust."
        )


def check_weights(spec: NetworkSpec, weights: Weights) -> None:
    """Refuse weights that are not those of ``spec``, or not finite.

    Raises
    ------
    ValueError
        If a weight is missing, unknown, or has another shape or type.
    """
    expected = weight_shapes(spec)
    if strange := sorted(expected.keys() ^ weights.keys()):
        raise DamagedFileError(f"weights are missing or not known here: {strange}.")
    for name, shape in expected.items():
        weight = weights[name]
        if weight.shape != shape or weight.dtype != np.float32:
            raise DamagedFileError(
                f"the weight {name!r} should be float32 of shape {shape}, but is "
                f"{weight.dtype} of shape {weight.shape}."
            )
        if not np.isfinite(weight).all():
            raise ValueError(
                f"The weight {name!r} has values that are not finite, so that every "
                "prediction would be NaN. Fit with a smaller learning_rate or with "
                "clipnorm."
            )
