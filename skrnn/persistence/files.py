"""Save and load fitted pipelines without pickle."""

from __future__ import annotations

import os
import platform
from collections.abc import Collection
from importlib.metadata import version
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from skrnn.persistence.archive import DamagedFileError, read_archive, write_archive
from skrnn.persistence.estimators import read_estimator, write_estimator
from skrnn.persistence.json_codec import Reader, Writer
from skrnn.persistence.old import FORMAT_VERSION, upgrade

__all__ = ["load", "save"]

_FORMAT = "skrnn"
_ARRAYS = "weights.safetensors"
_PACKAGES = ("skrnn", "scikit-learn", "keras", "tensorflow", "numpy", "safetensors")


def save(pipeline: Any, path: str | os.PathLike[str]) -> None:
    """Save a fitted pipeline or estimator in one file, without pickle.

    The file is a zip of a readable ``schema.json`` (versions, parameters, vocabulary,
    classes) and the weights in ``weights.safetensors`` [1]_. It holds no code. The
    write is atomic: a crash never leaves half a model. Identical models give identical
    files.

    Parameters
    ----------
    pipeline : estimator
        A fitted :class:`~skrnn.TextSequencer`, :class:`~skrnn.RNNSentimentClassifier`,
        :class:`~skrnn.HierarchicalAttentionClassifier`,
        :class:`~skrnn.baselines.NBSVMClassifier`,
        :class:`~skrnn.ensemble.BlendedClassifier` or
        :class:`~skrnn.ensemble.DistilledClassifier`; scikit-learn's vectorizers of
        text, linear models for it, and meta-estimators (searches, calibration,
        thresholds, votes, stacks, bagging, ``ColumnTransformer``, ``FeatureUnion``,
        one-vs-rest); Pipelines of them. skops writes other estimators of scikit-learn
        (extra ``skops``), which cannot hold estimators of skrnn.
    path : str or path-like
        The file, usually with the extension ``.skrnn``. An existing file is replaced.

    Raises
    ------
    NotFittedError
        If the pipeline is not fitted.
    OSError
        If the file cannot be written.
    TypeError
        If the pipeline, or an estimator inside it, cannot be saved.
    ValueError
        If a parameter cannot be saved, such as a lambda as the tokenizer, or a weight
        is not finite.

    See Also
    --------
    load : Reads the file.
    export_onnx : For serving without TensorFlow.

    Notes
    -----
    ``memory``, ``callbacks`` and ``strategy`` belong to a machine and to one fit: they
    are not saved. Neither are a Pipeline as ``pretrained``, the state of the optimizer
    and metadata requests. Functions are saved by name. A search is saved with its best
    estimator and its results.

    References
    ----------
    .. [1] https://huggingface.co/docs/safetensors

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import skrnn
    >>> from skrnn.datasets import make_reviews
    >>> reviews, labels = make_reviews(50, random_state=0)
    >>> model = skrnn.make_sentiment_pipeline(
    ...     None, maxlen=30, units=4, epochs=1, random_state=0
    ... ).fit(reviews, labels)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "model.skrnn"
    ...     skrnn.save(model, path)
    ...     loaded = skrnn.load(path)
    >>> bool((loaded.predict(reviews) == model.predict(reviews)).all())
    True
    """
    writer = Writer(write_estimator)
    estimator = write_estimator(writer, pipeline, fitted=True)
    versions = {name: version(name) for name in _PACKAGES}
    versions["python"] = platform.python_version()
    if writer.files:
        versions["skops"] = version("skops")
    schema = {
        "format": _FORMAT,
        "format_version": FORMAT_VERSION,
        "versions": versions,
        "estimator": estimator,
    }
    members = {_ARRAYS: save_arrays(writer.arrays), **writer.files}
    write_archive(path, schema, members)


def load(path: str | os.PathLike[str], *, trusted: Collection[str] = ()) -> Any:
    """Load a file that :func:`~skrnn.save` wrote.

    No code of the file is executed. Unknown classes, damaged files and malicious
    archives are refused.

    Parameters
    ----------
    path : str or path-like
        The file.
    trusted : collection of str, default=()
        Names of functions and types that the file may use besides those that are known
        to be harmless. The error that refuses the file names them.

    Returns
    -------
    pipeline : estimator
        The fitted pipeline or estimator, which predicts as the saved one did.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If skops wrote some of the estimators and is not installed.
    ValueError
        If the file is not a skrnn model file, is damaged, has a later format version,
        or needs a function or a type that is not trusted.

    See Also
    --------
    save : Writes the file.

    Examples
    --------
    >>> import tempfile, pathlib, skrnn
    >>> sequencer = skrnn.TextSequencer(maxlen=3).fit(["a good film"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     skrnn.save(sequencer, pathlib.Path(folder) / "words.skrnn")
    ...     loaded = skrnn.load(pathlib.Path(folder) / "words.skrnn")
    >>> loaded.transform(["good"])
    array([[0, 0, 4]], dtype=int32)
    """
    if isinstance(trusted, str):
        raise TypeError(f"trusted must be a list of names, got the string {trusted!r}.")
    schema, members = read_archive(path)
    try:
        version_of_file = _read_version(schema)
        upgrade(schema["estimator"], version_of_file)
        arrays = load_arrays(members.pop(_ARRAYS))
        reader = Reader(read_estimator, arrays, members, frozenset(trusted))
        return read_estimator(reader, schema["estimator"])
    except DamagedFileError as error:
        raise DamagedFileError(
            f"{path} cannot be loaded: {error}{_origin(schema)}"
        ) from error
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        RecursionError,
        SafetensorError,
        TypeError,
    ) as error:
        raise DamagedFileError(
            f"{path} is not a valid skrnn model file: {type(error).__name__}: {error}"
            f"{_origin(schema)}"
        ) from error


def _read_version(schema: dict[str, Any]) -> int:
    """Return the version of the format if this skrnn reads it."""
    if schema.get("format") != _FORMAT:
        raise DamagedFileError("it is not a skrnn model file.")
    number = schema.get("format_version")
    if type(number) is not int or not 1 <= number <= FORMAT_VERSION:
        raise DamagedFileError(
            f"it has format version {number!r}, and this skrnn reads versions up to "
            f"{FORMAT_VERSION}. Upgrade skrnn."
        )
    return number


def _origin(schema: dict[str, Any]) -> str:
    """Return which version wrote a file, if it differs from the one that reads it."""
    versions = schema.get("versions")
    written = versions.get("skrnn") if isinstance(versions, dict) else None
    here = version("skrnn")
    if written == here or not isinstance(written, str):
        return ""
    return f" (written by skrnn {written[:20]}, this is skrnn {here})"
