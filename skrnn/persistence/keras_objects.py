"""Keras' optimizers, learning-rate schedules and losses as plain data.

Keras' own deserialization imports what a configuration names. Here only public classes
of three modules are looked up, and classes that the reader has registered with
:mod:`keras.saving`, and their configuration holds plain values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from skrnn._messages import describe
from skrnn.persistence.archive import DamagedFileError

__all__ = ["KerasPart", "keras_class", "name_keras_class", "to_keras_part"]

_MODULES = {
    "optimizers": (keras.optimizers, keras.optimizers.Optimizer),
    "schedules": (
        keras.optimizers.schedules,
        keras.optimizers.schedules.LearningRateSchedule,
    ),
    "losses": (keras.losses, keras.losses.Loss),
}
_BASES = tuple(base for _, base in _MODULES.values())
_REGISTERED = "registered"


@dataclass(frozen=True)
class KerasPart:
    """An optimizer, a schedule or a loss.

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
    """Return the name of a public or registered class, None for anything else.

    A registered class is named after its registration, "registered.package>name".
    """
    if not (isinstance(value, type) and issubclass(value, _BASES)):
        return None
    for prefix, (module, base) in _MODULES.items():
        if issubclass(value, base) and vars(module).get(value.__name__) is value:
            return f"{prefix}.{value.__name__}"
    registered = keras.saving.get_registered_name(value)
    if keras.saving.get_registered_object(registered) is value:
        return f"{_REGISTERED}.{registered}"
    return None


def keras_class(name: str) -> Any:
    """Return the class of a name that :func:`name_keras_class` returned."""
    prefix, _, short = name.partition(".")
    if prefix == _REGISTERED:
        found, base = keras.saving.get_registered_object(short), _BASES
        if found is None:
            raise DamagedFileError(
                f"it holds an object of the class {short!r}, which is not registered. "
                "Import the module that registers it with keras.saving first."
            )
    else:
        module, base = _MODULES.get(prefix, (None, object))
        found = getattr(module, short, None)
    if not (isinstance(found, type) and issubclass(found, base)):
        raise DamagedFileError(f"Keras {keras.__version__} has no {name!r}.")
    return found


def to_keras_part(value: object, place: str) -> KerasPart | None:
    """Return an optimizer, a schedule or a loss as data, None for anything else.

    Raises
    ------
    ValueError
        If its class is neither Keras' nor registered.
    """
    if not isinstance(value, _BASES):
        return None
    name = name_keras_class(type(value))
    if name is None:
        raise ValueError(
            f"{place}={describe(value)} cannot be saved in a model file: its class is "
            "not Keras'. Register it with keras.saving.register_keras_serializable."
        )
    config = dict(value.get_config())
    if isinstance(value, keras.optimizers.Optimizer) and isinstance(
        value._learning_rate, keras.optimizers.schedules.LearningRateSchedule
    ):
        config["learning_rate"] = value._learning_rate
    return KerasPart(name, config)
