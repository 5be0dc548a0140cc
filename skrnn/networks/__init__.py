"""Keras networks for rows of word ids, with compiled loops and a pool of networks."""

from __future__ import annotations

import os


def _require_tensorflow_backend() -> None:
    """Refuse another backend of Keras, before its parts fail one by one."""
    message = (
        "skrnn needs Keras' TensorFlow backend, but {} is chosen. Set the environment "
        "variable KERAS_BACKEND=tensorflow before Keras is imported (the file "
        "~/.keras/keras.json may name a backend, too)."
    )
    try:
        import keras
    except ImportError as error:
        chosen = os.environ.get("KERAS_BACKEND", "tensorflow")
        if chosen == "tensorflow":
            raise
        raise ImportError(message.format(repr(chosen))) from error
    if keras.backend.backend() != "tensorflow":
        raise ImportError(message.format(repr(keras.backend.backend())))


_require_tensorflow_backend()
