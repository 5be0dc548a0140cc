"""Which weights a network has, told from its specification alone.

So a file is checked before anything of the size that it claims is built.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.networks.builders import NetworkSpec
from skrnn.networks.cells import check_periods
from skrnn.networks.pooling import POOLINGS
from skrnn.persistence.archive import DamagedFileError

__all__ = ["check_weights", "levels", "read_spec", "weight_shapes", "write_spec"]

Weights = dict[str, npt.NDArray[np.float32]]

# Blocks of the kernels of a cell, each as wide as its state.
GATES = {"simple": 1, "lstm": 4, "gru": 3, "clockwork": 1}


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
    if not _is_known(spec):
        raise DamagedFileError(
            f"a network of cell={spec.cell!r}, periods={spec.periods!r}, units="
            f"{spec.units!r}, sentence_units={spec.sentence_units!r}, pooling="
            f"{spec.pooling!r} for {spec.n_classes} classes is not known here."
        )
    return spec


def _is_known(spec: NetworkSpec) -> bool:
    """Tell whether a network is one that our classifiers make."""
    if spec.cell == "clockwork":
        try:
            for units in spec.units:
                check_periods(spec.periods, units)
        except ValueError:
            return False
    elif spec.cell not in GATES or spec.periods:
        return False
    if spec.sentence_units and (
        spec.cell == "clockwork"
        or spec.pooling != "attention"
        or spec.segment_length is not None
    ):
        return False
    return spec.pooling in POOLINGS and bool(spec.units) and spec.n_classes >= 2


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


def levels(spec: NetworkSpec) -> list[tuple[str, tuple[int, ...]]]:
    """Return what recurrent layers read, as the beginning of their names, and sizes.

    One level without a name, or words and sentences.
    """
    if not spec.sentence_units:
        return [("", spec.units)]
    return [("word_", spec.units), ("sentence_", spec.sentence_units)]


def weight_shapes(spec: NetworkSpec) -> dict[str, tuple[int, ...]]:
    """Return the shape of every weight of a network by its name."""
    shapes: dict[str, tuple[int, ...]] = {
        "embedding/embeddings": (spec.n_embeddings, spec.embedding_dim)
    }
    directions = ("", "_backward") if spec.bidirectional else ("",)
    width = spec.embedding_dim
    for level, sizes in levels(spec):
        for depth, units in enumerate(sizes):
            for direction in directions:
                name = f"{level}{spec.cell}_{depth}{direction}"
                wide = GATES[spec.cell] * units
                shapes[f"{name}/kernel"] = (width, wide)
                for part, shape in _recurrent_shapes(spec, units).items():
                    shapes[f"{name}/{part}"] = shape
                shapes[f"{name}/bias"] = (wide,)
            width = units * len(directions)
        if spec.pooling == "attention":
            shapes[f"{level}attention/kernel"] = (width, width)
            shapes[f"{level}attention/bias"] = (width,)
            shapes[f"{level}attention/context_kernel"] = (width, 1)
    if spec.pooling == "mean_max":
        width *= 2
    names = [*(f"dense_{depth}" for depth in range(len(spec.dense_units))), "output"]
    for name, units in zip(names, (*spec.dense_units, spec.n_outputs), strict=True):
        shapes[f"{name}/kernel"] = (width, units)
        shapes[f"{name}/bias"] = (units,)
        width = units
    return shapes


def _recurrent_shapes(spec: NetworkSpec, units: int) -> dict[str, tuple[int, ...]]:
    """Return the recurrent kernels of a layer: one, or one for each clockwork group."""
    if spec.cell != "clockwork":
        return {"recurrent_kernel": (units, GATES[spec.cell] * units)}
    size = units // len(spec.periods)
    return {  # a group hears itself and those that come after it
        f"recurrent_kernel_{group}": (units - group * size, size)
        for group in range(len(spec.periods))
    }


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
