"""The recurrent classifier of ordered classes, such as stars."""

from __future__ import annotations

import skrnn._tensorflow  # isort: skip  # noqa: F401  before TensorFlow

from typing import Any, ClassVar

import keras
import numpy as np
import numpy.typing as npt
from sklearn.utils import Tags

from skrnn._sklearn import StrOptions
from skrnn.estimators.recurrent import RNNSentimentClassifier
from skrnn.networks.heads import loss_names

__all__ = ["RNNOrdinalClassifier"]


class RNNOrdinalClassifier(RNNSentimentClassifier):
    """Recurrent neural network for ordered classes, such as 1 to 5 stars.

    It has the network and the parameters of :class:`RNNSentimentClassifier`, but knows
    that the classes are ordered: its output units give the probability of a class above
    the first, above the second given one above the first, and so on (CORN) [1]_. The
    products of these are the probabilities that the rating exceeds each class, which
    never increase from one class to the next. A review of 5 stars therefore also
    teaches the network about 4 stars, and large errors are rare.

    ``predict`` gives the median class, as in the paper: the first that is not exceeded
    with a probability above one half. Of all classes it has the smallest expected
    distance. The most probable class, ``classes_[predict_proba(X).argmax(axis=1)]``,
    can differ for a review that is likely to have either very many stars or very few.

    Parameters
    ----------
    loss : str or keras.losses.Loss, default="crossentropy"
        The training loss. "crossentropy" is that of the classes, which is the loss of
        the paper. Other names are Keras' of losses for several classes, such as
        "categorical_focal_crossentropy".
    **params : dict
        The other parameters of :class:`RNNSentimentClassifier`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes in their order: the sorted labels of ``fit``. Labels that are
        strings are in alphabetical order.
    **others
        The other attributes of :class:`RNNSentimentClassifier`.

    See Also
    --------
    RNNSentimentRegressor : Predicts numbers.
    RNNSentimentClassifier : Ignores the order of the classes.

    References
    ----------
    .. [1] Shi, Cao, Raschka (2023). Deep neural networks for rank-consistent ordinal
       regression based on conditional probabilities. Pattern Analysis and Applications.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skrnn import RNNOrdinalClassifier, TextSequencer
    >>> reviews = ["good, so good", "a good film", "a film", "a bad film"] * 25
    >>> stars = [5, 4, 3, 1] * 25
    >>> model = make_pipeline(
    ...     TextSequencer(maxlen=3),
    ...     RNNOrdinalClassifier(
    ...         cell="gru", units=8, epochs=30, batch_size=10, learning_rate=0.01,
    ...         random_state=0,
    ...     ),
    ... ).fit(reviews, stars)
    >>> model.predict(["so good", "a bad film"])
    array([5, 1])
    >>> rows = model[:-1].transform(["so good", "a film", "a bad film"])
    >>> model[-1].predict_expected(rows).round().tolist()
    [5.0, 3.0, 1.0]
    """

    _heads: ClassVar[tuple[str, ...]] = ("ordinal",)
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **RNNSentimentClassifier._parameter_constraints,
        "loss": [StrOptions(loss_names("ordinal")), keras.losses.Loss],
    }

    def _choose_output(self, y: npt.NDArray[Any]) -> tuple[str, int]:
        return "ordinal", len(self.classes_)

    def predict_expected(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the mean of the classes, weighted by their probabilities.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding.

        Returns
        -------
        expected : ndarray of shape (n_samples,), float64
            The expected rating, between the first and the last class.

        Raises
        ------
        ValueError
            If the classes are not numbers.
        """
        if self.classes_.dtype.kind not in "biuf":
            raise ValueError(
                "predict_expected needs classes that are numbers, such as stars, got "
                f"{self.classes_.tolist()!r}."
            )
        expected: npt.NDArray[np.float64] = self.predict_proba(X) @ self.classes_
        return expected

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = False
        return tags
