"""Imports TensorFlow and Keras, without TensorFlow's start-up messages.

Import this module before TensorFlow: ``import skrnn._tensorflow  # isort: skip``.

TensorFlow writes to the file descriptor of stderr while it is imported, some of it
before it reads ``TF_CPP_MIN_LOG_LEVEL``. What it has to say about CUDA, oneDNN and the
processor is dropped; everything else is shown when the import is over. With
``TF_CPP_MIN_LOG_LEVEL`` set to 0 or 1, everything is shown.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"

# Information (I) and warnings (W) of TensorFlow's C++ code, in either of its formats,
# and its errors (E) where a library of CUDA is missing or registered twice.
_CHATTER = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog\(\) is called"
    rb"|To enable the following instructions: .* rebuild TensorFlow"
    rb"|[IW]\d{4} [\d:. ]+ \S+:\d+\] "
    rb"|E\d{4} [\d:. ]+ (\S*/)?(cu|gpu)\w*\.cc:\d+\] "
    rb"|[\d-]{10} [\d:.]+: [IW] \S+:\d+\] "
    rb"|[\d-]{10} [\d:.]+: E (\S*/)?(cu|gpu)\w*\.cc:\d+\] "
)


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold back what is written to stderr, and show what is not chatter afterward."""
    try:
        stderr = os.dup(2)
    except OSError:  # closed, as in a daemon
        yield
        return
    with tempfile.TemporaryFile() as held:
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            if sys.stderr is not None:
                sys.stderr.flush()
            os.dup2(stderr, 2)
            held.seek(0)
            for line in held:
                if not _CHATTER.match(line):
                    os.write(stderr, line)
            os.close(stderr)


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


def _import_quietly() -> None:
    """Import Keras and TensorFlow, and look for devices."""
    is_set = _LEVEL in os.environ
    # TensorFlow reads the level once. With 2, it shows its errors from now on.
    os.environ.setdefault(_LEVEL, "2")
    try:
        with _without_chatter():
            _require_tensorflow_backend()
            import tensorflow as tf

            # The first look for a GPU logs an error if there is no driver. With a
            # driver, the user may still choose which devices TensorFlow sees.
            if not any(Path("/dev").glob("nvidia*")):
                tf.config.list_physical_devices()
    finally:
        if not is_set:
            del os.environ[_LEVEL]


if "tensorflow" in sys.modules or os.environ.get(_LEVEL) in ("0", "1"):
    _require_tensorflow_backend()
else:
    _import_quietly()
