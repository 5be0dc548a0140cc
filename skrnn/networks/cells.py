"""The recurrent layers by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import keras

# reset_after=False is the GRU of Cho et al. (2014), and the chapter's.
CELLS: dict[str, Callable[..., keras.layers.Layer]] = {
    "simple": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": partial(keras.layers.GRU, reset_after=False),
}


def recurrent_layer(
    cell: str, units: int, *, recurrent_dropout: float, seed: int, name: str
) -> keras.layers.Layer:
    """Return an unbuilt layer that maps a sequence to the sequence of its states.

    Parameters
    ----------
    cell : str
        A key of :data:`CELLS`.
    units : int
        Size of the state.
    recurrent_dropout : float
        Share of the recurrent state dropped in training.
    seed : int
        Seed of the initial weights and of the recurrent dropout.
    name : str
        Name of the layer.

    Returns
    -------
    layer : keras.layers.Layer
        Takes (batch, time, features), gives (batch, time, units).
    """
    options: dict[str, Any] = {
        "kernel_initializer": keras.initializers.GlorotUniform(seed=seed),
        "recurrent_initializer": keras.initializers.Orthogonal(seed=seed),
    }
    return CELLS[cell](
        units,
        return_sequences=True,
        recurrent_dropout=recurrent_dropout,
        seed=seed,
        name=name,
        **options,
    )
