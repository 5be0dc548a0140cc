"""Keras' optimizers and learning-rate schedules as plain data.

Keras' own deserialization imports whatever a configuration names. Here only the public
names of two modules are looked up, and a configuration holds plain values only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from skrnn.persistence.archive import DamagedFileError

__all__ = ["KerasPart", "keras_class", "name_keras_class", "to_keras_part"]

_MODULES = {
    "optimizers": (keras.optimizers, keras.optimizers.Optimizer),
    "schedules": (
        keras.optimizers.schedules,
        keras.optimizers.schedules.LearningRateSchedule,
    ),
}


@dataclass(frozen=True)
class KerasPart:
    """An optimizer or a schedule.

    Parameters
    ----------
    name : str
        For example ``"optimizers.Adam"``.
    config : dict
        Its configuration; a schedule in it is an object, not its configuration.
    """

    name: str
    config: dict[str, Any]

    def make(self) -> Any:
        """Return a new object."""
        return keras_class(self.name).from_config(self.config)


def name_keras_class(value: object) -> str | None:
    """Return the name of a public optimizer or schedule class, else None."""
    for prefix, (module, base) in _MODULES.items():
        if isinstance(value, type) and issubclass(value, base):
            name = f"{prefix}.{value.__name__}"
            return name if getattr(module, value.__name__, None) is value else None
    return None


def keras_class(name: str) -> Any:
    """Return the class of a name that :func:`name_keras_class` returned."""
    prefix, _, short = name.partition(".")
    module, base = _MODULES.get(prefix, (None, object))
    found = getattr(module, short, None)
    if not (isinstance(found, type) and issubclass(found, base)):
        raise DamagedFileError(f"Keras {keras.__version__} has no {name!r}.")
    return found


def to_keras_part(value: object) -> KerasPart | None:
    """Return a public optimizer or schedule as data, None for anything else."""
    name = name_keras_class(type(value))
    if name is None:
        return None
    config = dict(value.get_config())  # type: ignore[attr-defined]
    if isinstance(value, keras.optimizers.Optimizer) and isinstance(
        value._learning_rate, keras.optimizers.schedules.LearningRateSchedule
    ):
        config["learning_rate"] = value._learning_rate
    return KerasPart(name, config)
