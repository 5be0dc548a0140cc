"""The recurrent regressor of rows of word ids."""

from __future__ import annotations

import skrnn._tensorflow  # isort: skip  # noqa: F401  before TensorFlow

import os
from collections.abc import Callable
from typing import Any, ClassVar, Self

import joblib
import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from sklearn.base import RegressorMixin
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import Tags, check_array

from skrnn._sklearn import StrOptions, fit_context
from skrnn.embeddings import WordVectors
from skrnn.estimators.base import BaseTextNetwork
from skrnn.estimators.scoring import LOSS
from skrnn.networks.heads import Targets, loss_names
from skrnn.networks.recurrent import Weights
from skrnn.networks.spec import OUTPUT_BIAS, OUTPUT_KERNEL
from skrnn.training.loop import predict

__all__ = ["RNNSentimentRegressor"]

_Floats = npt.NDArray[np.float64]


class RNNSentimentRegressor(RegressorMixin, BaseTextNetwork):
    """Recurrent neural network for predicting a number from a text, such as a rating.

    It has the network of :class:`RNNSentimentClassifier` with one linear output. The
    network is trained on standardized numbers, so that the learning rate does not
    depend on the scale of y.

    Parameters
    ----------
    loss : str or keras.losses.Loss, default="squared_error"
        The training loss: "squared_error", "absolute_error", another name of Keras
        ("huber", "log_cosh") or an instance. It compares standardized numbers, as do
        ``loss`` and ``val_loss`` in ``history_``: with "squared_error", 1 is as bad as
        predicting the mean. Subclasses of your own must be registered with
        :func:`keras.saving.register_keras_serializable` to be cloned and saved.
    pretrained : str, path-like, Pipeline, FrozenEstimator or None, default=None
        As in :class:`RNNSentimentClassifier`. The output layer of a regressor or of a
        classifier of two classes is scaled to fit y by least squares.
    validation_split : float in [0, 1), default=0.0
        Fraction of the training rows that is held out to compute ``val_loss`` after
        each epoch.
    **params : dict
        The other parameters of :class:`RNNSentimentClassifier`, except
        ``class_weight``.

    Attributes
    ----------
    y_mean_, y_scale_ : float
        Mean and standard deviation of y in ``fit`` or in the first ``partial_fit``,
        weighted by ``sample_weight``. The scale is 1 if all numbers are equal.
    model_ : keras.Model
        The Keras model. It maps int32 ids, shape (batch, time), to standardized
        numbers, shape (batch, 1).
    history_ : dict of str to list of float
        ``loss`` of each epoch; with validation rows also ``val_loss`` and, if
        ``scoring`` is not "loss", ``val_score``.
    **others
        The other attributes of :class:`RNNSentimentClassifier`, except ``classes_``.

    See Also
    --------
    RNNOrdinalClassifier : Predicts one of several ordered classes.
    TextSequencer : Transforms texts to rows of ids.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skrnn import RNNSentimentRegressor, TextSequencer
    >>> reviews = ["good, so good", "a good film", "a film", "a bad film"] * 25
    >>> stars = [5, 4, 3, 1] * 25
    >>> model = make_pipeline(
    ...     TextSequencer(maxlen=3),
    ...     RNNSentimentRegressor(
    ...         cell="gru", units=8, epochs=30, batch_size=10, learning_rate=0.01,
    ...         random_state=0,
    ...     ),
    ... ).fit(reviews, stars)
    >>> model.predict(["good, so good", "a film", "a bad film"]).round().tolist()
    [5.0, 3.0, 1.0]
    """

    y_mean_: float
    y_scale_: float

    _heads: ClassVar[tuple[str, ...]] = ("regression",)
    _output = "regression", 1

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseTextNetwork._parameter_constraints,
        "loss": [StrOptions(loss_names("regression")), keras.losses.Loss],
    }

    def __init__(
        self,
        *,
        cell: str = "lstm",
        units: int | tuple[int, ...] = 32,
        bidirectional: bool = False,
        pooling: str = "mean_max",
        embedding_dim: int = 32,
        embeddings: WordVectors | npt.ArrayLike | None = None,
        pretrained: str | os.PathLike[str] | Pipeline | FrozenEstimator | None = None,
        embeddings_trainable: bool = True,
        n_embeddings: int | None = None,
        periods: tuple[int, ...] = (1, 2, 4, 8),
        word_dropout: float = 0.0,
        spatial_dropout: float = 0.4,
        dropout: float = 0.4,
        recurrent_dropout: float = 0.0,
        dense_units: tuple[int, ...] = (),
        optimizer: Any = "rmsprop",
        learning_rate: Any = 0.001,
        weight_averaging: float = 0.0,
        loss: Any = "squared_error",
        epochs: int | str = "auto",
        batch_size: int | str = "auto",
        validation_split: float = 0.0,
        early_stopping: bool | int = False,
        scoring: str | Callable[..., float] | None = LOSS,
        callbacks: Any = None,
        memory: str | os.PathLike[str] | joblib.Memory | None = None,
        warm_start: bool = False,
        strategy: str | tf.distribute.Strategy | None = None,
        random_state: Any = None,
        verbose: int = 0,
        **routed: Any,
    ) -> None:
        self.cell = cell
        self.units = units
        self.bidirectional = bidirectional
        self.pooling = pooling
        self.embedding_dim = embedding_dim
        self.embeddings = embeddings
        self.pretrained = pretrained
        self.embeddings_trainable = embeddings_trainable
        self.n_embeddings = n_embeddings
        self.periods = periods
        self.word_dropout = word_dropout
        self.spatial_dropout = spatial_dropout
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.dense_units = dense_units
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_averaging = weight_averaging
        self.loss = loss
        self.epochs = epochs
        self.batch_size = batch_size
        self.validation_split = validation_split
        self.early_stopping = early_stopping
        self.scoring = scoring
        self.callbacks = callbacks
        self.memory = memory
        self.warm_start = warm_start
        self.strategy = strategy
        self.random_state = random_state
        self.verbose = verbose
        self.__dict__.update(routed)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train one epoch on a chunk of rows, continuing from the last call.

        The first call sets the mean and the scale of y and, unless ``n_embeddings`` is
        given, the number of word vectors from its largest id; larger ids in later calls
        are out of vocabulary.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids.
        y : array-like of shape (n_samples,)
            Numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights of the rows.

        Returns
        -------
        self : estimator
            The fitted regressor.
        """
        with self._transaction():
            self._train_on_chunk(X, y, sample_weight)
        return self

    # -- the targets

    def _forget_targets(self) -> None:
        self.__dict__.pop("y_scale_", None)

    def _check_targets(
        self, y: npt.NDArray[Any], weight: _Floats | None = None
    ) -> npt.NDArray[Any]:
        numbers: _Floats = check_array(
            y, dtype=np.float64, ensure_2d=False, input_name="y"
        )
        if not hasattr(self, "y_scale_"):
            self.y_mean_ = float(np.average(numbers, weights=weight))
            variance = np.average((numbers - self.y_mean_) ** 2, weights=weight)
            self.y_scale_ = float(np.sqrt(variance)) or 1.0
        return numbers

    def _encode(self, y: npt.NDArray[Any]) -> Targets:
        standardized = (y - self.y_mean_) / self.y_scale_
        return standardized.astype(np.float32)

    def _rescale(self, outputs: Any) -> Any:
        return self.y_mean_ + self.y_scale_ * outputs

    # -- predict

    def predict(self, X: Any) -> _Floats:
        """Predict a number for each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding.

        Returns
        -------
        y : ndarray of shape (n_samples,), float64
            The predicted numbers.
        """
        outputs = self._map_rows(predict, X)[:, 0].astype(np.float64)
        numbers: _Floats = self._rescale(outputs)
        return numbers

    def _weights_to_export(self) -> Weights:
        """Return weights with which the outputs are not standardized."""
        weights = super()._weights_to_export()
        kernel, bias = weights[OUTPUT_KERNEL], weights[OUTPUT_BIAS]
        mean, scale = np.float32(self.y_mean_), np.float32(self.y_scale_)
        return {
            **weights,
            OUTPUT_KERNEL: scale * kernel,
            OUTPUT_BIAS: scale * bias + mean,
        }

    def __sklearn_tags__(self) -> Tags:
        """Return the tags of the estimator; for ``poor_score`` see the classifiers."""
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags
