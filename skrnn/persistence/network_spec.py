"""The specification of a network as JSON, and back."""

from __future__ import annotations

import dataclasses
from typing import Any

from skrnn.networks.spec import NetworkSpec
from skrnn.persistence.archive import DamagedFileError

__all__ = ["read_spec", "write_spec"]


def write_spec(spec: NetworkSpec) -> dict[str, Any]:
    """Return a specification as a JSON object."""
    plain = dataclasses.asdict(spec)
    return {k: list(v) if isinstance(v, tuple) else v for k, v in plain.items()}


def read_spec(written: dict[str, Any]) -> NetworkSpec:
    """Return the specification that :func:`write_spec` wrote.

    Raises
    ------
    DamagedFileError
        If a field is unknown, missing, or of another type, or if there is no such
        network.
    """
    fields = {f.name: f for f in dataclasses.fields(NetworkSpec)}
    if unknown := sorted(written.keys() - fields.keys()):
        raise DamagedFileError(f"the network has unknown fields: {unknown}.")
    values: dict[str, Any]
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in written.items()}
    for name, value in values.items():
        if not _is_of_type(value, str(fields[name].type)):
            raise DamagedFileError(f"the network has {name}={value!r}.")
    try:
        return NetworkSpec(**values)
    except TypeError as error:
        raise DamagedFileError(f"the network lacks a field: {error}") from error
    except ValueError as error:
        raise DamagedFileError(f"the network is unknown: {error}") from error


def _is_of_type(value: object, annotation: str) -> bool:
    """Return whether a value is of the annotated type; sizes start at 1."""
    if annotation == "tuple[int, ...]":
        return isinstance(value, tuple) and all(_is_of_type(v, "int") for v in value)
    if annotation == "int":
        return type(value) is int and value > 0
    if annotation == "float":
        return type(value) in (int, float) and 0 <= float(str(value)) < 1
    return type(value).__name__ == annotation
