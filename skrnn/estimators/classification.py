"""The base of the classifiers of rows of word ids."""

from __future__ import annotations

import skrnn._tensorflow  # isort: skip  # noqa: F401  before TensorFlow

from typing import Any, ClassVar, Self

import keras
import numpy as np
import numpy.typing as npt
from sklearn.base import ClassifierMixin
from sklearn.utils import Tags, column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets

from skrnn._sklearn import StrOptions, fit_context
from skrnn.estimators.base import BaseTextNetwork
from skrnn.estimators.validation import (
    as_indicators,
    has_columns,
    refuse_one_weighted_class,
    refuse_other_labels,
)
from skrnn.networks.heads import Targets, loss_names
from skrnn.training.loop import predict

__all__ = ["BaseTextClassifier"]

_Floats = npt.NDArray[np.float64]


class BaseTextClassifier(ClassifierMixin, BaseTextNetwork):
    """Base of the classifiers: targets are labels, or an indicator matrix of them."""

    classes_: npt.NDArray[Any]

    _heads: ClassVar[tuple[str, ...]] = ("binary", "multiclass", "multilabel")
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseTextNetwork._parameter_constraints,
        "loss": [
            StrOptions(loss_names(*_heads)),
            keras.losses.Loss,
        ],
        "class_weight": [dict, list, StrOptions({"balanced"}), None],
    }

    _removed_parameters: ClassVar[dict[str, str]] = {
        "clipnorm": "optimizer__clipnorm=...",
        "label_smoothing": (
            "loss=keras.losses.BinaryCrossentropy(label_smoothing=...), or "
            "CategoricalCrossentropy for more than two classes"
        ),
    }

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> Self:
        """Train one epoch on a chunk of rows, continuing from the last call.

        The first call sets the classes and, unless ``n_embeddings`` is given, the
        number of word vectors from its largest id; larger ids in later calls are out of
        vocabulary. Word vectors that are learned from rows (``embeddings="svd"``) are
        learned from the rows of the first call.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Labels, or an indicator matrix of labels.
        classes : array-like of shape (n_classes,), default=None
            The labels of all calls; required in the first call unless its ``y`` has
            all of them, as an indicator matrix has.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights of the rows.

        Returns
        -------
        self : estimator
            The fitted classifier.
        """
        with self._transaction():
            self._check_classes(classes)
            self._train_on_chunk(X, y, sample_weight)
        return self

    def _check_classes(self, classes: Any) -> None:
        """Set the classes in the first ``partial_fit``, and compare them later."""
        if classes is None:
            return
        classes = np.unique(classes)
        if not self.__sklearn_is_fitted__():
            self.classes_ = classes
        elif not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"classes={classes.tolist()!r} is not the same as on the first call "
                f"of partial_fit: {self.classes_.tolist()!r}."
            )

    # -- the targets

    def _forget_targets(self) -> None:
        for name in ("classes_", "_output"):
            self.__dict__.pop(name, None)

    def _refuse_targets(self, y: Any, sample_weight: Any) -> None:
        refuse_other_labels(y)
        refuse_one_weighted_class(y, sample_weight)

    def _check_targets(
        self, y: npt.NDArray[Any], weight: _Floats | None = None
    ) -> npt.NDArray[Any]:
        check_classification_targets(y)
        y = as_indicators(y) if has_columns(y) else column_or_1d(y)
        labels = np.unique(y) if y.ndim == 1 else np.arange(y.shape[1])
        if not hasattr(self, "_output"):
            self._set_classes(labels, y)
        argument = "y_val" if weight is None else "y"
        if self._head.has_target_columns != (y.ndim == 2):
            expected = "an indicator matrix" if y.ndim == 1 else "labels"
            raise ValueError(
                f"{argument} has the shape {y.shape}, but this {type(self).__name__} "
                f"is fitted to {expected}."
            )
        unknown = {*labels.tolist()} - {*self.classes_.tolist()}
        if unknown or (y.ndim == 2 and len(labels) != len(self.classes_)):
            raise ValueError(
                f"{argument} has labels {sorted(unknown, key=str)!r} that are not "
                f"among the classes {self.classes_.tolist()!r} of this "
                f"{type(self).__name__}. Name all classes in the first partial_fit "
                "(classes=), or fit without warm_start."
            )
        return y

    def _set_classes(self, labels: npt.NDArray[Any], y: npt.NDArray[Any]) -> None:
        """Set the classes, unless ``partial_fit`` was told them, and the output."""
        if not hasattr(self, "classes_"):
            self.classes_ = labels
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} needs samples of at least 2 classes, got 1 "
                f"class: {y.tolist()[0]!r}."
            )
        self._output = self._choose_output(y)

    def _choose_output(self, y: npt.NDArray[Any]) -> tuple[str, int]:
        """Return the name of the head for these targets, and its number of outputs."""
        n_classes = len(self.classes_)
        if y.ndim == 2:
            return "multilabel", n_classes
        return ("binary", 1) if n_classes == 2 else ("multiclass", n_classes)

    def _encode(self, y: npt.NDArray[Any]) -> Targets:
        return self._head.encode(y, self.classes_)

    def _weigh_targets(self, y: npt.NDArray[Any], weight: _Floats) -> _Floats:
        """Multiply the weights by those of classes.

        With several labels, each column has its own weights, and the weight of a row
        is divided by the number of labels: the loss is the mean over labels.
        """
        if y.ndim == 1:
            if self.class_weight is None:
                return weight
            return weight * compute_sample_weight(self.class_weight, y)
        n_labels = y.shape[1]
        given = self.class_weight
        if not isinstance(given, list):
            given = [given] * n_labels
        if isinstance(self.class_weight, dict) or len(given) != n_labels:
            raise ValueError(
                f"class_weight={self.class_weight!r} must be 'balanced' or a list of "
                f"{n_labels} dicts {{0: weight, 1: weight}}, one for each label."
            )
        columns = [
            compute_sample_weight(each, column)
            for each, column in zip(given, y.T, strict=True)
        ]
        return weight[:, np.newaxis] * np.column_stack(columns) / n_labels

    # -- predict

    def predict_proba(self, X: Any) -> _Floats:
        """Predict the probability of each class, or of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes), float64
            Probabilities in the order of ``classes_``. Each row sums to one, unless the
            classifier was fitted to several labels per row.
        """
        outputs = self._map_rows(predict, X).astype(np.float64)
        return self._head.to_proba(outputs)

    def predict_log_proba(self, X: Any) -> _Floats:
        """Predict the logarithm of the probability of each class, or of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding.

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes), float64
            ``log(predict_proba(X))``; minus infinity where a probability is 0.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict the most probable class, or the labels with a probability above 0.5.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Predicted labels, of the same type as in ``fit``, or an indicator matrix.
        """
        proba = self.predict_proba(X)
        return self._head.decode(proba, self.classes_)

    def __sklearn_tags__(self) -> Tags:
        """Return the tags of the estimator: it takes several labels per row.

        ``poor_score`` is set, as for scikit-learn's ``CategoricalNB``, because a
        default fit on numbers that are no word ids scores badly.
        """
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        tags.classifier_tags.multi_label = True
        return tags
