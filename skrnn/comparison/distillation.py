"""Learning from texts without labels: a teacher labels them, a student reads them."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.pipeline import Pipeline
from sklearn.utils import Tags, column_or_1d
from sklearn.utils.validation import check_is_fitted

from skrnn._sklearn import HasMethods, SuggestParameters, fit_context, take_rows
from skrnn.estimators.validation import has_label

__all__ = ["DistilledClassifier"]


class DistilledClassifier(SuggestParameters, ClassifierMixin, BaseEstimator):
    """A classifier that also learns from rows that another one has labelled.

    The teacher learns from the rows with a label and labels the others (``y = -1``, as
    in :mod:`sklearn.semi_supervised`). The estimator then learns from all: from a
    labelled row with weight 1, from another with the certainty of the teacher, 0 where
    all classes are equally likely to it and 1 where one is certain. A teacher that
    sees what the estimator does not, as a bag of words beside a network [1]_, passes it
    on [2]_ [3]_; prediction needs the estimator alone.

    Parameters
    ----------
    estimator : estimator
        The classifier that predicts; its ``fit`` takes ``sample_weight``. A Pipeline
        hands it to its last step.
    teacher : estimator
        A classifier with ``predict_proba``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    estimator_ : estimator
        The fitted classifier.
    teacher_ : estimator
        The fitted teacher.
    transduction_ : ndarray of shape (n_samples,)
        The labels that the estimator learnt from: those given, and the teacher's.
    certainty_ : ndarray of shape (n_samples,), float64
        Their weights.

    Raises
    ------
    ValueError
        From ``fit``: if no row has a label, or X and y differ in length.

    Warns
    -----
    UserWarning
        From ``fit``: if every row has a label, so that the teacher has nothing to do.

    See Also
    --------
    sklearn.semi_supervised.SelfTrainingClassifier : A classifier as its own teacher.
    BlendedClassifier : Several classifiers that predict together.

    References
    ----------
    .. [1] Blum, Mitchell (1998). Combining labeled and unlabeled data with
       co-training. COLT.
    .. [2] Hinton, Vinyals, Dean (2015). Distilling the knowledge in a neural network.
       arXiv:1503.02531.
    .. [3] Lee (2013). Pseudo-label: the simple and efficient semi-supervised learning
       method for deep neural networks. ICML workshop.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import make_sentiment_pipeline
    >>> from skrnn.comparison import DistilledClassifier, make_baseline
    >>> from skrnn.datasets import make_reviews
    >>> reviews, labels = make_reviews(200, random_state=0)
    >>> y = np.array(labels)
    >>> y[100:] = -1
    >>> network = make_sentiment_pipeline(maxlen=30, units=4, epochs=1, random_state=0)
    >>> model = DistilledClassifier(network, make_baseline("nbsvm")).fit(reviews, y)
    >>> model.predict(reviews[:3]).shape
    (3,)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "estimator": [HasMethods(["fit", "predict_proba"])],
        "teacher": [HasMethods(["fit", "predict_proba"])],
    }
    _uses_unlabelled = True

    def __init__(self, estimator: BaseEstimator, teacher: BaseEstimator) -> None:
        self.estimator = estimator
        self.teacher = teacher

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any) -> Self:
        """Fit the teacher, let it label what has no label, fit the estimator.

        Parameters
        ----------
        X : array-like of length n_samples
            What both classifiers take, such as raw strings.
        y : array-like of shape (n_samples,)
            Labels; -1 for none.

        Returns
        -------
        self : DistilledClassifier
            The fitted classifier.
        """
        y = column_or_1d(y)
        if len(X) != len(y):
            raise ValueError(f"X has {len(X)} rows and y has {len(y)} labels.")
        labelled = has_label(y)
        if labelled is None:
            warnings.warn(
                "Every row has a label, so there is nothing for the teacher to do. "
                "Rows without a label have y = -1.",
                UserWarning,
                stacklevel=2,
            )
            labelled = np.ones(len(y), dtype=bool)
        teacher = clone(self.teacher).fit(take_rows(X, labelled), y[labelled])
        targets, certainty = y.copy(), np.ones(len(y))
        if not labelled.all():
            proba = teacher.predict_proba(take_rows(X, ~labelled))
            targets[~labelled] = teacher.classes_[proba.argmax(axis=1)]
            n_classes = proba.shape[1]
            certainty[~labelled] = (n_classes * proba.max(axis=1) - 1) / (n_classes - 1)
        weights = {_weights_of(self.estimator): certainty}
        self.estimator_ = clone(self.estimator).fit(X, targets, **weights)
        self.teacher_ = teacher
        self.transduction_, self.certainty_ = targets, certainty
        self.classes_ = np.unique(targets)
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like of length n_samples
            What the estimator takes.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of ``classes_``.
        """
        check_is_fitted(self)
        proba: npt.NDArray[np.float64] = self.estimator_.predict_proba(X)
        return proba

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict the most probable class.

        Parameters
        ----------
        X : array-like of length n_samples
            What the estimator takes.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        check_is_fitted(self)
        labels: npt.NDArray[Any] = self.estimator_.predict(X)
        return labels

    def __sklearn_tags__(self) -> Tags:
        """Describe the estimator to scikit-learn: it eats what its classifiers eat."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags


def _weights_of(estimator: BaseEstimator) -> str:
    """Return the name by which ``fit`` takes weights of rows.

    Where metadata is routed, a Pipeline takes them by their own name.
    """
    if isinstance(estimator, Pipeline) and not get_config()["enable_metadata_routing"]:
        return f"{estimator.steps[-1][0]}__sample_weight"
    return "sample_weight"
