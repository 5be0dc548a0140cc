"""Networks use float32, whatever Keras' dtype policy is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import keras

_lock = threading.RLock()


@contextmanager
def float32_policy() -> Iterator[None]:
    """Set Keras' dtype policy and ``floatx`` to float32 within the context."""
    policy, floatx = keras.config.dtype_policy(), keras.config.floatx()
    if (policy.name, floatx) == ("float32", "float32"):
        yield
        return
    with _lock:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
        try:
            yield
        finally:
            keras.config.set_floatx(floatx)
            keras.config.set_dtype_policy(policy)
