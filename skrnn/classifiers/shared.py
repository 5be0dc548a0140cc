"""What the classifiers share beyond fitting: most parameters, and word vectors."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import joblib
import keras
import numpy as np
import numpy.typing as npt

from skrnn._sklearn import Interval, StrOptions, fit_context
from skrnn.classifiers.sequences import MOST_EMBEDDINGS, BaseSequenceClassifier
from skrnn.embeddings import METHODS, WordVectors, learn_vectors
from skrnn.networks.objective import Objective
from skrnn.networks.replicas import STRATEGIES
from skrnn.text.vocabulary import FIRST_WORD, OOV, PAD
from skrnn.training.memory import call_kept, has_memory

_Vectors = npt.NDArray[np.float32] | None

_share = Interval(Real, 0.0, 1.0, closed="left")
positive_int = Interval(Integral, 1, None, closed="left")


class BaseTextClassifier(BaseSequenceClassifier):
    """Fit and partial_fit with checked parameters, and what most parameters do.

    A subclass has a constructor with all parameters of ``_parameter_constraints`` below
    and makes its network of :meth:`_shared_spec` and its own.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "units": [positive_int, "array-like"],
        "bidirectional": ["boolean"],
        "embedding_dim": [positive_int],
        "embeddings": [WordVectors, "array-like", StrOptions(set(METHODS)), None],
        "embeddings_trainable": ["boolean"],
        "n_embeddings": [
            Interval(Integral, FIRST_WORD, MOST_EMBEDDINGS, closed="both"),
            None,
        ],
        "word_dropout": [_share],
        "spatial_dropout": [_share],
        "dropout": [_share],
        "recurrent_dropout": [_share],
        "dense_units": ["array-like"],
        "optimizer": [str, keras.optimizers.Optimizer, type],
        "learning_rate": [
            Interval(Real, 0.0, None, closed="neither"),
            keras.optimizers.schedules.LearningRateSchedule,
        ],
        "weight_averaging": [_share],
        "label_smoothing": [_share],
        "adversarial": [Interval(Real, 0.0, None, closed="left")],
        "virtual_adversarial": [Interval(Real, 0.0, None, closed="left")],
        "clipnorm": [Interval(Real, 0.0, None, closed="neither"), None],
        "epochs": [positive_int],
        "batch_size": [positive_int],
        "validation_split": [_share],
        "early_stopping": ["boolean", positive_int],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "callbacks": [keras.callbacks.Callback, type, list, tuple, dict, None],
        "memory": [str, os.PathLike, joblib.Memory, None],
        "warm_start": ["boolean"],
        "strategy": [StrOptions(set(STRATEGIES)), *STRATEGIES.values(), None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
    ) -> Self:
        """Learn from rows of word ids and their labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, whole numbers from 0 on; 0 is padding, 1 out of vocabulary.
        y : array-like of shape (n_samples,)
            Labels: numbers, strings or booleans, of at least two classes. With
            ``virtual_adversarial``, -1 for rows without a label.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, at least 0.
        X_val : array-like of shape (n_validation_samples, n_features), default=None
            Rows to measure ``val_loss`` and ``val_accuracy`` on after each epoch, and
            what ``early_stopping`` looks at, instead of a share of X.
        y_val : array-like of shape (n_validation_samples,), default=None
            Their labels, which are all among those of ``y``.

        Returns
        -------
        self : estimator
            The fitted classifier.

        Raises
        ------
        ValueError
            If X or y are not as above, only one of ``X_val`` and ``y_val`` is given, or
            both are and ``validation_split`` is above 0.
        """
        return self._fit_sequences(X, y, sample_weight, X_val, y_val)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> Self:
        """Learn one epoch from a chunk of rows, going on from the last call.

        The first call decides the classes and, unless ``n_embeddings`` says it, by its
        largest id the number of word vectors; later ids beyond are out of vocabulary.
        Word vectors that are learnt from rows (``embeddings="svd"``) are learnt from
        those of the first call.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids.
        y : array-like of shape (n_samples,)
            Labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come; needed on the first call unless its ``y``
            has them all.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, at least 0.

        Returns
        -------
        self : estimator
            The fitted classifier.
        """
        return self._partial_fit_sequences(X, y, classes, sample_weight)

    def _shared_spec(
        self, n_embeddings: int, n_classes: int, vectors: _Vectors
    ) -> dict[str, Any]:
        """Return what all networks need of a NetworkSpec, checked."""
        return {
            "n_embeddings": n_embeddings,
            "n_classes": n_classes,
            "cell": self.cell,
            "units": layer_sizes("units", self.units, at_least=1),
            "bidirectional": bool(self.bidirectional),
            "embedding_dim": (
                int(self.embedding_dim) if vectors is None else vectors.shape[1]
            ),
            "embeddings_trainable": bool(self.embeddings_trainable),
            "word_dropout": float(self.word_dropout),
            "spatial_dropout": float(self.spatial_dropout),
            "dropout": float(self.dropout),
            "recurrent_dropout": float(self.recurrent_dropout),
            "dense_units": layer_sizes("dense_units", self.dense_units, at_least=0),
        }

    def _make_objective(self) -> Objective:
        return Objective(
            label_smoothing=float(self.label_smoothing),
            adversarial=float(self.adversarial),
            virtual_adversarial=float(self.virtual_adversarial),
            weight_averaging=float(self.weight_averaging),
        )

    def _given_embeddings(self) -> _Vectors:
        if self.embeddings is None or isinstance(self.embeddings, str):
            return None
        if isinstance(self.embeddings, WordVectors):
            return self.embeddings.to_matrix()
        matrix = np.asarray(self.embeddings, dtype=np.float32)
        if matrix.ndim != 2 or len(matrix) <= FIRST_WORD or not matrix.shape[1]:
            raise ValueError(
                "embeddings must have a row for each id (0 is padding, 1 is out of "
                f"vocabulary, words follow), got an array of shape {matrix.shape}."
            )
        if not np.isfinite(matrix).all():
            raise ValueError("embeddings has values that are not finite.")
        return matrix

    def _learnt_embeddings(
        self, ids: list[npt.NDArray[np.int32]], seed: int
    ) -> _Vectors:
        if not isinstance(self.embeddings, str):
            return None
        learn: Callable[..., _Vectors] = _learn_from_rows
        if has_memory(self.memory):
            learn = partial(call_kept, self.memory, _learn_from_rows)
        n_ids = self.n_embeddings_
        return learn(
            [np.where(part < n_ids, part, OOV) for part in ids],
            n_ids=n_ids,
            n_dimensions=int(self.embedding_dim),
            method=self.embeddings,
            seed=seed,
        )


def _learn_from_rows(ids: list[npt.NDArray[np.int32]], **params: Any) -> _Vectors:
    """Learn word vectors from padded rows.

    joblib writes down the arguments of what it keeps: of some large arrays that takes
    no time, of a list of many small ones half a minute.
    """
    return learn_vectors([row[row != PAD] for part in ids for row in part], **params)


def layer_sizes(name: str, value: Any, *, at_least: int) -> tuple[int, ...]:
    """Return layer sizes as a tuple of ints."""
    sizes = (value,) if isinstance(value, Integral) else tuple(value)
    if len(sizes) < at_least or not all(
        isinstance(size, Integral) and int(size) > 0 for size in sizes
    ):
        raise ValueError(
            f"{name}={value!r} must hold at least {at_least} sizes of layers, each a "
            "whole number from 1 on."
        )
    return tuple(int(size) for size in sizes)
