"""Labels, probabilities and numbers from raw strings, by onnxruntime."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.serving.bags import BagRules
from skrnn.serving.combining import combine, decide, predicts
from skrnn.serving.format import METADATA_KEY, NETWORK, unseal
from skrnn.serving.old import upgrade
from skrnn.serving.rules import TextRules
from skrnn.text.batches import map_by_length

__all__ = ["SentimentPredictor"]

_MAX_LABEL_BYTES = 2**24
# In batches of 64 texts, onnxruntime takes 1.5 times as long per text.
_BATCH_SIZE = 16
_RULES: dict[str, type[BagRules] | type[TextRules]] = {
    "bag": BagRules,
    "ids": TextRules,
}


class SentimentPredictor:
    """Predict on raw strings with a model that :func:`skrnn.export_onnx` wrote.

    It needs onnxruntime and imports neither TensorFlow, Keras nor scikit-learn. Many
    threads may use it at once. A pickle of it holds the whole model, and does not need
    the file.

    Parameters
    ----------
    path : str or path-like
        The file that :func:`skrnn.export_onnx` wrote.
    n_threads : int, default=None
        The number of threads that share the batches of many texts; None means the
        number of processors. One text takes one thread.
    trusted : collection of str, default=()
        Import paths of functions, such as your own tokenizer, that the file may name
        besides those known to be harmless.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, with the dtype of the classifier's. A regressor has none.
    feature_names_in_ : ndarray of shape (n_columns,)
        The names of the columns of texts, if the model was fitted to a DataFrame.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If onnxruntime is not installed.
    ValueError
        If the file is damaged, has a later format version, or names a function that is
        not trusted.

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
    feature_names_in_: npt.NDArray[np.object_]

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
        self._n_threads, self._trusted = n_threads, frozenset(trusted)
        self._content = Path(path).read_bytes()
        try:
            self._open()
        except (ArithmeticError, LookupError, RecursionError, TypeError) as error:
            raise ValueError(
                f"{path} is not a valid skrnn ONNX file: {type(error).__name__}: "
                f"{error}."
            ) from error
        except ValueError as error:
            raise ValueError(f"{path} cannot be loaded: {error}.") from error

    def _open(self) -> None:
        """Open the content of the file, which is all of it that is pickled."""
        self._session = _open_session(unseal(self._content))
        entries = self._session.get_modelmeta().custom_metadata_map
        metadata = json.loads(entries[METADATA_KEY])
        upgrade(metadata)
        self._model = metadata.get("model", NETWORK)
        if predicts(self._model) != "numbers":
            self.classes_ = _read_classes(**metadata["classes"])
        texts = metadata.get("texts") or [
            {"kind": "ids", "inputs": ["ids"], "rules": metadata["text"]}
        ]
        self._texts = [
            (text["inputs"], _RULES[text["kind"]](text["rules"], self._trusted))
            for text in texts
        ]
        columns = self._texts[0][1].columns
        if None not in columns:
            self.feature_names_in_ = np.array(columns, dtype=object)
        self._outputs = [output.name for output in self._session.get_outputs()]
        self._check_graph()

    def _check_graph(self) -> None:
        """Check that the graph, the rules and the classes belong together."""
        try:
            columns = self._texts[0][1].columns
            outputs = self._run_graph(np.full((1, len(columns)), "", dtype=object))
        except Exception as error:  # from onnxruntime or a user's function
            raise ValueError(
                f"it does not run: {type(error).__name__}: {error}"
            ) from error
        decide(self._model, outputs)
        n_columns = len(getattr(self, "classes_", [None]))
        if combine(self._model, outputs).shape != (1, n_columns):
            raise ValueError("its outputs do not match its classes")

    def __getstate__(self) -> dict[str, Any]:
        opened = ("_session", "_texts")
        return {key: value for key, value in vars(self).items() if key not in opened}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._open()

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the probability of each class, or of each label.

        Parameters
        ----------
        X : iterable of str, or DataFrame or ndarray of shape (n_texts, n_columns)
            The texts, with as many columns as the pipeline was fitted to.

        Returns
        -------
        proba : ndarray of shape (n_texts, n_classes), float64
            Probabilities in the order of ``classes_``. Each row sums to one, unless a
            text has several labels.

        Raises
        ------
        TypeError
            If ``X`` holds something other than str, or the model is a regressor.
        ValueError
            If ``X`` is a single string, is empty, or has other columns.
        """
        if predicts(self._model) == "numbers":
            raise TypeError(
                "This model predicts numbers, not probabilities: use predict."
            )
        return combine(self._model, self._run_graph(X))

    def _run_graph(self, X: Any) -> dict[str, npt.NDArray[np.float64]]:
        """Return the outputs of the graph for texts."""
        if isinstance(X, Iterator):  # several text rules may read it
            X = list(X)
        names = list(chain.from_iterable(inputs for inputs, _ in self._texts))
        given = [rules.to_inputs(X) for _, rules in self._texts]
        widths = np.sum([inputs.widths for inputs in given], axis=0)

        def run(chosen: npt.NDArray[np.intp]) -> list[npt.NDArray[Any]]:
            arrays = chain.from_iterable(inputs.take(chosen) for inputs in given)
            fed = dict(zip(names, arrays, strict=True))
            found: list[npt.NDArray[Any]] = self._session.run(self._outputs, fed)
            return found

        n_threads = self._n_threads or os.cpu_count()
        parts = map_by_length(run, widths, _BATCH_SIZE, n_threads)
        outputs = {}
        for number, name in enumerate(self._outputs):
            n_columns = parts[0][1][number].shape[1]
            outputs[name] = np.empty((len(widths), n_columns))
            for chosen, found in parts:
                outputs[name][chosen] = found[number]
        return outputs

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict as the exported model does.

        It is the most probable class, the median of ordered classes, or the decision of
        a tuned threshold; an indicator matrix of the labels with a probability above
        0.5; or the number of a regressor.

        Parameters
        ----------
        X : iterable of str, or DataFrame or ndarray of shape (n_texts, n_columns)
            The texts, with as many columns as the pipeline was fitted to.

        Returns
        -------
        y : ndarray of shape (n_texts,) or (n_texts, n_labels)
            The predicted labels or numbers.
        """
        outputs, kind = self._run_graph(X), predicts(self._model)
        if kind == "numbers":
            return combine(self._model, outputs)[:, 0]
        if kind == "labels":
            return (combine(self._model, outputs) > 0.5).astype(np.int64)
        labels: npt.NDArray[Any] = self.classes_[decide(self._model, outputs)]
        return labels


def _read_classes(dtype: str, values: list[Any]) -> npt.NDArray[Any]:
    kind = np.dtype(dtype)
    if kind.kind not in "biufUO" or kind.itemsize * len(values) > _MAX_LABEL_BYTES:
        raise ValueError(f"the dtype {dtype} of its labels is invalid")
    return np.array(values, dtype=kind)


def _open_session(model: bytes) -> Any:
    try:
        runtime = import_module("onnxruntime")
    except ImportError as error:
        raise ImportError(
            "SentimentPredictor needs onnxruntime, which is not installed: "
            "pip install onnxruntime."
        ) from error
    options = runtime.SessionOptions()
    # Batches run in parallel; a single text is too little work for several threads.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # batches differ in shape
    options.log_severity_level = 3
    try:
        return runtime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime's errors have no other base class
        raise ValueError(f"onnxruntime cannot load it: {error}") from error
