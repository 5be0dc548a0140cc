"""Results on disk, so that a comparison that was killed fits no model twice."""

from __future__ import annotations

import json
import os
import warnings
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from skrnn.comparison.measure import ModelResult
from skrnn.training.checkpoints import (
    as_memory,
    has_memory,
    save_atomically,
)

__all__ = ["ResultStore"]

# A file that was written otherwise is not read.
_FORMAT = 1
# What a model predicts does not hang on these.
_INDIFFERENT = {"memory", "n_jobs", "verbose"}
_FIGURES = ("score_method", "n_parameters", "fit_time", "predict_time", "history")


class ResultStore:
    """The results of models on the same data, one file a model.

    Parameters
    ----------
    memory : str, path-like, joblib.Memory or None
        The folder; nothing is kept if there is none.
    data : object
        The training and test data; hashed by joblib.
    classes : ndarray of shape (n_classes,)
        All labels, sorted.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from sklearn.dummy import DummyClassifier
    >>> from skrnn.comparison.measure import ModelResult
    >>> from skrnn.comparison.store import ResultStore
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = ResultStore(folder, ["some", "data"], np.array([0, 1]))
    ...     store.keep(DummyClassifier(), ModelResult(np.array([1, 0, 1])))
    ...     store.find(DummyClassifier()).predictions
    array([1, 0, 1])
    """

    def __init__(
        self,
        memory: str | os.PathLike[str] | joblib.Memory | None,
        data: Any,
        classes: npt.NDArray[Any],
    ) -> None:
        self.classes = classes
        self.folder: Path | None = None
        if memory is not None and has_memory(memory):
            self.folder = Path(as_memory(memory).location) / "skrnn" / "comparison"
            self._data_key = joblib.hash((data, _FORMAT, version("skrnn")))

    def find(self, estimator: Any) -> ModelResult | None:
        """Return the result of a model like ``estimator``, or None."""
        path = self._path(estimator)
        if path is None or not path.exists():
            return None
        try:
            # NumPy leaves a damaged file open if it opens it itself.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                figures = json.loads(stored["figures"].tobytes())
                return ModelResult(
                    predictions=self.classes[stored["codes"]],
                    scores=stored.get("scores"),
                    **figures,
                )
        # A damaged disk: the model is fitted again.
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def keep(self, estimator: Any, result: ModelResult) -> None:
        """Keep the result of a model that did not fail.

        The file appears whole or not at all.
        """
        if self.folder is None or result.predictions is None:
            return
        path = self._path(estimator)
        if path is None:
            warnings.warn(
                f"The result of {type(estimator).__name__} cannot be kept, since it "
                "cannot be pickled: name its functions at the top of a module.",
                stacklevel=2,
            )
            return
        arrays: dict[str, npt.NDArray[Any]] = {
            "codes": np.searchsorted(self.classes, result.predictions)
        }
        if result.scores is not None:
            arrays["scores"] = result.scores
        figures = {name: getattr(result, name) for name in _FIGURES}
        arrays["figures"] = np.frombuffer(json.dumps(figures).encode(), np.uint8)
        try:
            save_atomically(path, **arrays)
        except OSError as error:
            warnings.warn(f"A result cannot be kept: {error}", stacklevel=2)

    def _path(self, estimator: Any) -> Path | None:
        """Return the file of a model, or None if it has none."""
        if self.folder is None:
            return None
        try:
            model = clone(estimator)
            indifferent = [
                name
                for name in model.get_params()
                if name.rpartition("__")[2] in _INDIFFERENT
            ]
            model.set_params(**dict.fromkeys(indifferent))
            key = joblib.hash((self._data_key, model))
        # Nothing can be known of what cannot be cloned or pickled. A model that is
        # broken says so when it is fitted.
        except Exception:
            return None
        return self.folder / f"{key}.npz"
