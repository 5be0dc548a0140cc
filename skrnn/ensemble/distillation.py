"""DistilledClassifier: a classifier that learns from labels of a teacher."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils import Tags, column_or_1d, get_tags, indexable
from sklearn.utils.metadata_routing import MetadataRouter
from sklearn.utils.validation import check_is_fitted

from skrnn._sklearn import (
    HasMethods,
    SuggestParameters,
    check_sample_weight,
    fit_context,
    take_params,
    take_rows,
)
from skrnn.ensemble.routing import fit_router, route_fit, weight_name
from skrnn.ensemble.unlabeled import uses_unlabeled
from skrnn.estimators.validation import has_label

__all__ = ["DistilledClassifier"]


class DistilledClassifier(
    SuggestParameters, ClassifierMixin, MetaEstimatorMixin, BaseEstimator
):
    """Fit a classifier to labeled rows and to rows that a teacher has labeled.

    The teacher is fitted to the labeled rows and predicts labels for the unlabeled ones
    (``y = -1``, as in :mod:`sklearn.semi_supervised`). A teacher that learns from
    unlabeled rows, such as another DistilledClassifier, is fitted to all rows. The
    estimator is then fitted to all rows. Labeled rows have weight 1; the others are
    weighted by the teacher's confidence, from 0 (all classes equally probable) to 1
    (one class has probability 1). A teacher with a different view of the data, such as
    a bag of words for a network [1]_, transfers what it has learned [2]_ [3]_.
    Prediction needs only the estimator.

    Parameters
    ----------
    estimator : estimator
        The classifier that predicts; its ``fit`` takes ``sample_weight`` (in a
        Pipeline, that of the last step).
    teacher : estimator
        A classifier with ``predict_proba``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels.
    estimator_ : estimator
        The fitted classifier.
    teacher_ : estimator
        The fitted teacher.
    n_features_in_ : int
        Number of features seen during ``fit``, if the estimator has it.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if the estimator has them.
    transduction_ : ndarray of shape (n_samples,)
        The labels that the estimator was fitted to, including the teacher's.
    certainty_ : ndarray of shape (n_samples,), float64
        Factors of the sample weights: 1 for labeled rows, the teacher's confidence for
        the others.

    Raises
    ------
    ValueError
        From ``fit``: if no row is labeled, or X and y differ in length.

    Warns
    -----
    UserWarning
        From ``fit``: if every row is labeled, so that the teacher has no effect.

    See Also
    --------
    sklearn.semi_supervised.SelfTrainingClassifier : A classifier that teaches itself.
    BlendedClassifier : A weighted mean of several classifiers.

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
    >>> from skrnn.baselines import make_baseline
    >>> from skrnn.ensemble import DistilledClassifier
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
    _uses_unlabeled = True

    def __init__(self, estimator: BaseEstimator, teacher: BaseEstimator) -> None:
        self.estimator = estimator
        self.teacher = teacher

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> Self:
        """Fit the teacher, label the unlabeled rows, and fit the estimator.

        Parameters
        ----------
        X : array-like or sparse matrix of length n_samples
            Input of both classifiers, such as raw strings.
        y : array-like of shape (n_samples,)
            Labels; -1 for unlabeled rows.
        sample_weight : array-like of shape (n_samples,), default=None
            Sample weights, passed to both classifiers (in a Pipeline, to the last
            step).
        **params : dict
            Metadata, routed to the classifiers that request it. Requires
            ``enable_metadata_routing=True``, see :func:`sklearn.set_config`;
            ``sample_weight`` is then routed as well.

        Returns
        -------
        self : DistilledClassifier
            The fitted classifier.
        """
        y = column_or_1d(y, warn=True)
        X, y = indexable(X, y)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X)
        members = {"estimator": self.estimator, "teacher": self.teacher}
        fit_params = route_fit(self, members, sample_weight, params)
        labeled = has_label(y)
        if labeled is None:
            warnings.warn(
                "Every row is labeled, so the teacher has no effect. Unlabeled rows "
                "have y = -1.",
                UserWarning,
                stacklevel=2,
            )
            labeled = np.ones(len(y), dtype=bool)
        rows = labeled | uses_unlabeled(self.teacher)
        row_params = take_params(X, fit_params["teacher"], np.flatnonzero(rows))
        teacher = clone(self.teacher).fit(take_rows(X, rows), y[rows], **row_params)
        targets, certainty = y.copy(), np.ones(len(y))
        if not labeled.all():
            proba = teacher.predict_proba(take_rows(X, ~labeled))
            targets[~labeled] = teacher.classes_[proba.argmax(axis=1)]
            n_classes = proba.shape[1]
            certainty[~labeled] = (n_classes * proba.max(axis=1) - 1) / (n_classes - 1)
        row_params = fit_params["estimator"]
        name = weight_name(self.estimator)
        row_params[name] = certainty * row_params.get(name, 1.0)
        self.estimator_ = clone(self.estimator).fit(X, targets, **row_params)
        self.teacher_ = teacher
        self.transduction_, self.certainty_ = targets, certainty
        self.classes_ = np.unique(targets)
        return self

    @property
    def n_features_in_(self) -> int:
        """Number of features seen during fit."""
        n_features: int = self.estimator_.n_features_in_
        return n_features

    @property
    def feature_names_in_(self) -> npt.NDArray[np.object_]:
        """Names of the features seen during fit."""
        names: npt.NDArray[np.object_] = self.estimator_.feature_names_in_
        return names

    def get_metadata_routing(self) -> MetadataRouter:
        """Get the metadata routing of this object.

        Returns
        -------
        routing : MetadataRouter
            The metadata that ``fit`` of the estimator and of the teacher requests.
        """
        return fit_router(self, {"estimator": self.estimator, "teacher": self.teacher})

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of length n_samples
            Input of the estimator.

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
        X : array-like or sparse matrix of length n_samples
            Input of the estimator.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        check_is_fitted(self)
        labels: npt.NDArray[Any] = self.estimator_.predict(X)
        return labels

    def __sklearn_tags__(self) -> Tags:
        """Return the tags: sparse input if both classifiers accept it."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = all(
            get_tags(each).input_tags.sparse for each in (self.estimator, self.teacher)
        )
        tags.input_tags.string = True
        return tags
