"""From raw strings to labels and probabilities, by onnxruntime."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.serving.bundle import FORMAT_VERSION, METADATA_KEY, unseal
from skrnn.serving.rules import TextRules, upgrade_rules

__all__ = ["SentimentPredictor"]

_MOST_BYTES = 2**24  # of all labels
# Texts of like length that go through the network together: onnxruntime takes half as
# long again for each of 64.
_BATCH = 16


class SentimentPredictor:
    """A model of :func:`skrnn.export_onnx`: raw strings in, labels out.

    It needs onnxruntime and imports neither TensorFlow, Keras nor scikit-learn. It may
    be used from many threads at once.

    Parameters
    ----------
    path : str or path-like
        The file that :func:`skrnn.export_onnx` wrote.
    n_threads : int, default=None
        How many threads share the batches of many texts; as many as there are
        processors if None. One text takes one thread.
    trusted : collection of str, default=()
        Import paths of functions, such as a tokenizer of one's own, that the file may
        name besides those known to be harmless.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, of the type that the classifier was given.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If onnxruntime is not installed.
    ValueError
        If the file is damaged, was written by a later version, or names a function that
        is not trusted.

    See Also
    --------
    skrnn.export_onnx : Writes the file.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import skrnn
    >>> from skrnn.datasets import make_reviews
    >>> from skrnn.serving import SentimentPredictor
    >>> reviews, labels = make_reviews(50, random_state=0)
    >>> model = skrnn.make_sentiment_pipeline(
    ...     None, maxlen=30, units=4, epochs=1, random_state=0
    ... ).fit(reviews, labels)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "model.onnx"
    ...     skrnn.export_onnx(model, path)
    ...     predictor = SentimentPredictor(path)
    >>> bool((predictor.predict(reviews) == model.predict(reviews)).all())
    True
    """

    classes_: npt.NDArray[Any]

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        n_threads: int | None = None,
        trusted: Collection[str] = (),
    ) -> None:
        if n_threads is not None and n_threads < 1:
            raise ValueError(f"n_threads={n_threads!r} must be at least 1, or None.")
        if isinstance(trusted, str):
            raise TypeError(f"trusted must be a list of names, got {trusted!r}.")
        self._n_threads = n_threads or os.cpu_count() or 1
        content = Path(path).read_bytes()
        try:
            self._session = _open_session(unseal(content))
            described = self._session.get_modelmeta().custom_metadata_map
            model = json.loads(described[METADATA_KEY])
            version, rules = model["format_version"], model["text"]
            if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
                raise ValueError(
                    f"it has version {version!r} of the format, this skrnn reads "
                    f"versions up to {FORMAT_VERSION}: upgrade skrnn"
                )
            self.classes_ = _read_classes(**model["classes"])
            if version == 1:
                rules = upgrade_rules(rules)
            self._rules = TextRules(rules, frozenset(trusted))
        except (ArithmeticError, LookupError, RecursionError, TypeError) as error:
            raise ValueError(
                f"{path} is not as skrnn.export_onnx writes it: "
                f"{type(error).__name__}: {error}."
            ) from error
        except ValueError as error:
            raise ValueError(f"{path} cannot be loaded: {error}.") from error

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the probability of each class.

        Parameters
        ----------
        X : iterable of str
            The texts.

        Returns
        -------
        proba : ndarray of shape (n_texts, n_classes), float64
            Probabilities in the order of ``classes_``; each row sums to one.

        Raises
        ------
        TypeError
            If ``X`` holds something other than str.
        ValueError
            If ``X`` is a bare string or holds nothing.
        """
        proba = self._predict_ids(*self._rules(X)).astype(np.float64)
        normalized: npt.NDArray[np.float64] = proba / proba.sum(axis=1, keepdims=True)
        return normalized

    def _predict_ids(
        self, ids: npt.NDArray[np.int32], lengths: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Return the outputs for rows of ids, words first."""
        if len(ids) <= _BATCH:
            return self._run(ids)
        # The longest come first, so that no thread is left with them at last.
        order = np.argsort(-lengths, kind="stable")
        batches = [order[i : i + _BATCH] for i in range(0, len(order), _BATCH)]
        proba = np.empty((len(ids), len(self.classes_)), dtype=np.float32)

        def fill(chosen: npt.NDArray[np.intp]) -> None:
            longest = max(int(lengths[chosen].max()), 1)
            proba[chosen] = self._run(ids[chosen, :longest])

        with ThreadPoolExecutor(self._n_threads) as threads:
            list(threads.map(fill, batches))
        return proba

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict the most probable class.

        Parameters
        ----------
        X : iterable of str
            The texts.

        Returns
        -------
        y : ndarray of shape (n_texts,)
            Labels.
        """
        labels: npt.NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return labels

    def _run(self, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        proba: npt.NDArray[np.float32] = self._session.run(
            None, {"ids": ids.astype(np.int64)}
        )[0]
        return proba


def _read_classes(dtype: str, values: list[Any]) -> npt.NDArray[Any]:
    kind = np.dtype(dtype)
    if kind.kind not in "biufUO" or kind.itemsize * len(values) > _MOST_BYTES:
        raise ValueError(f"its labels are of dtype {dtype}")
    return np.array(values, dtype=kind)


def _open_session(model: bytes) -> Any:
    try:
        runtime = import_module("onnxruntime")
    except ImportError as error:
        raise ImportError(
            "SentimentPredictor needs onnxruntime, which is not installed: "
            "pip install 'skrnn[onnx]'."
        ) from error
    options = runtime.SessionOptions()
    # Batches run side by side; a single text is too little work to be shared.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # every batch has a shape of its own
    options.log_severity_level = 3
    try:
        return runtime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its errors have no common class but this
        raise ValueError(f"onnxruntime does not take it: {error}") from error
