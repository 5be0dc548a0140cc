"""SciKeras' routed parameters, and the optimizers and callbacks made from them.

The only module that imports SciKeras. A routed parameter begins with its destination:
``optimizer__beta_1=0.8``, ``callbacks__patience=2``, ``fit__shuffle=False``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import keras

# Importing SciKeras changes how keras.Model is pickled; the change is undone below.
_PATCHED = {"__reduce__", "__deepcopy__"} - set(vars(keras.Model))

from scikeras._utils import (  # noqa: E402
    get_optimizer_class,
    route_params,
    try_to_convert_strings_to_classes,
    unflatten_params,
)

from skrnn.training.sizes import AUTO, auto_batch_size, auto_epochs  # noqa: E402

for _name in _PATCHED & set(vars(keras.Model)):
    delattr(keras.Model, _name)

__all__ = [
    "TrainingOptions",
    "is_routed",
    "make_callbacks",
    "make_optimizer",
    "routed_params",
    "training_options",
]

# The names allowed after each destination; None allows all.
_DESTINATIONS: dict[str, set[str] | None] = {
    "optimizer": None,
    "callbacks": None,
    "fit": {
        "batch_size",
        "callbacks",
        "epochs",
        "shuffle",
        "validation_split",
        "verbose",
    },
    "predict": {"batch_size"},
}


@dataclass(frozen=True)
class TrainingOptions:
    """The arguments of Keras' ``fit``, routed ones (``fit__epochs``) included."""

    epochs: int
    batch_size: int
    validation_split: float
    shuffle: bool
    verbose: int


def is_routed(name: str) -> bool:
    """Return whether ``name`` is a routed parameter."""
    prefix, separator, rest = name.partition("__")
    if not separator or prefix not in _DESTINATIONS:
        return False
    allowed = _DESTINATIONS[prefix]
    return bool(rest) and (allowed is None or rest.partition("__")[0] in allowed)


def routed_params(estimator: Any) -> dict[str, Any]:
    """Return the routed parameters of an estimator."""
    return {name: value for name, value in vars(estimator).items() if is_routed(name)}


def training_options(estimator: Any, n_rows: int) -> TrainingOptions:
    """Return the options of an estimator for a fit to ``n_rows`` rows.

    Routed values override plain parameters, and ``"auto"`` becomes a number.
    """
    routed = route_params(
        routed_params(estimator), destination="fit", pass_filter=set()
    )

    def option(name: str) -> Any:
        return routed.get(name, getattr(estimator, name))

    batch_size, epochs = option("batch_size"), option("epochs")
    if batch_size == AUTO:
        batch_size = auto_batch_size(n_rows)
    if epochs == AUTO:
        epochs = auto_epochs(n_rows)
    return TrainingOptions(
        epochs=int(epochs),
        batch_size=int(batch_size),
        validation_split=float(option("validation_split")),
        shuffle=bool(routed.get("shuffle", True)),
        verbose=option("verbose"),
    )


def make_optimizer(estimator: Any) -> keras.optimizers.Optimizer:
    """Return a new optimizer as set by an estimator's parameters."""
    optimizer = estimator.optimizer
    routed = route_params(
        routed_params(estimator), destination="optimizer", pass_filter=set()
    )
    if isinstance(optimizer, keras.optimizers.Optimizer):
        # An optimizer belongs to one model, so every fit gets its own copy.
        unflatten_params(optimizer, routed)  # refuses routed parameters
        return type(optimizer).from_config(optimizer.get_config())
    try:
        cls = try_to_convert_strings_to_classes(optimizer, get_optimizer_class)
    except ValueError as error:
        raise ValueError(
            f"optimizer={optimizer!r} is not known to Keras. Use a name such as "
            "'rmsprop', 'adam' or 'sgd', a class or an instance."
        ) from error
    return unflatten_params(cls, {"learning_rate": estimator.learning_rate, **routed})


def make_callbacks(estimator: Any) -> list[keras.callbacks.Callback]:
    """Return the callbacks as set by an estimator's parameters.

    Raises
    ------
    TypeError
        If something is neither a callback nor a class of callbacks.
    """
    params = {"callbacks": estimator.callbacks, **routed_params(estimator)}
    made: list[keras.callbacks.Callback] = []
    for destination in ("callbacks", "fit__callbacks"):
        if params.get(destination) is None:
            continue
        routed = route_params(params, destination=destination, pass_filter=set())
        try:
            compiled = unflatten_params(params[destination], routed)
            named = isinstance(compiled, Mapping)
            made += _flatten(list(compiled.values()) if named else compiled)
        except TypeError as error:
            raise TypeError(
                "callbacks must be a keras.callbacks.Callback, a list, tuple or dict "
                f"of them, or classes of them with routed parameters: {error}"
            ) from error
    return made


def _flatten(callbacks: Any) -> Iterable[keras.callbacks.Callback]:
    """Yield the callbacks of nested lists and tuples."""
    if isinstance(callbacks, keras.callbacks.Callback):
        yield callbacks
    elif isinstance(callbacks, list | tuple):
        for each in callbacks:
            yield from _flatten(each)
    else:
        raise TypeError(f"got {callbacks!r}")
