"""The best of several models: their log-odds, averaged or weighted."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.utils import Bunch, Tags, check_random_state, column_or_1d, indexable
from sklearn.utils.metadata_routing import MetadataRouter
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from skrnn._blas import one_blas_thread
from skrnn._sklearn import (
    BaseHeterogeneousEnsemble,
    Interval,
    StrOptions,
    SuggestParameters,
    check_sample_weight,
    fit_context,
    take_params,
    take_rows,
)
from skrnn.ensemble.routing import fit_router, route_fit
from skrnn.ensemble.unlabeled import uses_unlabeled

__all__ = ["BlendedClassifier"]

_LEAST_PROBABILITY = 1e-6


class BlendedClassifier(
    ClassifierMixin, BaseHeterogeneousEnsemble, SuggestParameters, BaseEstimator
):
    """Several classifiers, their log-odds averaged or weighted by logistic regression.

    With learned weights a part of the rows is held out, every classifier learns from
    the others, and the weights are learned on the held-out part: stacking with one
    split [1]_, which costs one fit of each classifier where
    :class:`sklearn.ensemble.StackingClassifier` costs one a fold and one more. With
    equal weights nothing is held out: the geometric mean of the probabilities [2]_. A
    network and a bag of words make different mistakes, so that together they make
    fewer.

    Parameters
    ----------
    estimators : list of (str, estimator)
        Names and classifiers with ``predict_proba``; all get the same X. One that is
        set to ``"drop"``, as by ``set_params(name="drop")``, is left out.
    weights : {"learnt", "equal"}, default="learnt"
        Learned ones protect against a classifier that is much worse than the others;
        equal ones leave all rows to the classifiers.
    validation_split : float in (0, 1), default=0.1
        Share of the rows, stratified by class, on which the weights are learned.
    refit : bool, default=False
        Whether every classifier is fitted again on all rows once the weights are
        known, which doubles the time.
    random_state : int, RandomState instance or None, default=None
        Source of the split. The classifiers have their own.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    estimators_ : list of estimator
        The fitted classifiers, without those that are dropped.
    named_estimators_ : :class:`~sklearn.utils.Bunch`
        The same by name; ``"drop"`` for those that are dropped.
    n_features_in_ : int
        Columns of X in ``fit``, if the first classifier knows them.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if a classifier knows them.
    final_estimator_ : LogisticRegression
        Learned weights: a feature for each classifier (two classes) or for each
        classifier and class. None with equal weights.

    Raises
    ------
    ValueError
        From ``fit``: if names repeat, if all classifiers are dropped, if the split
        cannot hold every class, or if a classifier (a frozen one, say) knows other
        classes than the rows have.

    See Also
    --------
    make_baseline : The linear models to blend with.
    sklearn.ensemble.StackingClassifier : Weights learned by cross-validation.
    sklearn.ensemble.VotingClassifier : The arithmetic mean of the probabilities.

    Notes
    -----
    Rows without a label (``y = -1``) go to those classifiers that have a use for them,
    which are :class:`DistilledClassifier`, those of :mod:`sklearn.semi_supervised` and
    those with a ``virtual_adversarial`` parameter above zero.

    References
    ----------
    .. [1] Wolpert (1992). Stacked generalization. Neural Networks.
    .. [2] Hinton (2002). Training products of experts by minimizing contrastive
       divergence. Neural Computation.

    Examples
    --------
    >>> from skrnn import make_sentiment_pipeline
    >>> from skrnn.baselines import make_baseline
    >>> from skrnn.ensemble import BlendedClassifier
    >>> from skrnn.datasets import make_reviews
    >>> reviews, labels = make_reviews(200, random_state=0)
    >>> network = make_sentiment_pipeline(maxlen=30, units=4, epochs=1, random_state=0)
    >>> blend = BlendedClassifier(
    ...     [("network", network), ("nbsvm", make_baseline("nbsvm"))], random_state=0
    ... )
    >>> blend.fit(reviews, labels).predict_proba(reviews[:3]).shape
    (3, 2)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "estimators": [list],
        "weights": [StrOptions({"learnt", "equal"})],
        "validation_split": [Interval(Real, 0.0, 1.0, closed="neither")],
        "refit": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimators: list[tuple[str, BaseEstimator]],
        *,
        weights: str = "learnt",
        validation_split: float = 0.1,
        refit: bool = False,
        random_state: Any = None,
    ) -> None:
        self.estimators = estimators
        self.weights = weights
        self.validation_split = validation_split
        self.refit = refit
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> Self:
        """Fit every classifier, then the weights if they are learned.

        Parameters
        ----------
        X : array-like or sparse matrix of length n_samples
            What the classifiers take, such as raw strings.
        y : array-like of shape (n_samples,)
            Labels; -1 for none, if a classifier has a use for such rows.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, for every classifier (a Pipeline hands them to its
            last step) and for the logistic regression.
        **params : dict
            Metadata for the classifiers, if scikit-learn's metadata routing is
            enabled; each classifier then gets what it requests, weights included.

        Returns
        -------
        self : BlendedClassifier
            The fitted blend.
        """
        self._validate_estimators()
        members = self._members()
        y = column_or_1d(y, warn=True)
        X, y = indexable(X, y)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X)
        fit_params = route_fit(self, members, sample_weight, params)
        labeled = np.arange(len(y))
        if self._uses_unlabeled:
            labeled = np.flatnonzero(y != -1)
        unlabeled = np.setdiff1d(np.arange(len(y)), labeled)
        check_classification_targets(y[labeled])
        classes = np.unique(y[labeled])

        def fitted(rows: npt.NDArray[np.intp]) -> list[BaseEstimator]:
            every = np.concatenate([rows, unlabeled])
            models = []
            for name, estimator in members.items():
                part = every if uses_unlabeled(estimator) else rows
                given = take_params(X, fit_params[name], part)
                model = clone(estimator).fit(take_rows(X, part), y[part], **given)
                if not np.array_equal(model.classes_, classes):
                    raise ValueError(
                        f"{name} knows the classes {model.classes_.tolist()}, where "
                        f"the rows have {classes.tolist()}: their probabilities "
                        "cannot be blended."
                    )
                models.append(model)
            return models

        final = None
        if self.weights == "equal":
            estimators = fitted(labeled)
        else:
            learnt, held_out = train_test_split(
                labeled,
                test_size=self.validation_split,
                stratify=y[labeled],
                random_state=check_random_state(self.random_state).randint(2**31 - 1),
            )
            estimators = fitted(learnt)
            odds = _log_odds(_probabilities(estimators, take_rows(X, held_out)))
            held_weight = None if sample_weight is None else sample_weight[held_out]
            with one_blas_thread():
                final = LogisticRegression(max_iter=1000)
                final.fit(odds, y[held_out], sample_weight=held_weight)
            if self.refit:
                estimators = fitted(labeled)
        self.estimators_ = estimators
        self.named_estimators_ = Bunch(
            **{name: "drop" for name, _ in self.estimators}
            | dict(zip(members, estimators, strict=True))
        )
        self.final_estimator_ = final
        self.classes_ = classes
        return self

    def _members(self) -> dict[str, BaseEstimator]:
        """Return the classifiers that are not dropped."""
        return {name: each for name, each in self.estimators if each != "drop"}

    @property
    def _uses_unlabeled(self) -> bool:
        return any(map(uses_unlabeled, self._members().values()))

    @property
    def n_features_in_(self) -> int:
        """Number of features seen during fit."""
        n_features: int = self.estimators_[0].n_features_in_
        return n_features

    @property
    def feature_names_in_(self) -> npt.NDArray[np.object_]:
        """Names of the features seen during fit."""
        knowing = (e for e in self.estimators_ if hasattr(e, "feature_names_in_"))
        names: npt.NDArray[np.object_]
        names = next(knowing, self.estimators_[0]).feature_names_in_
        return names

    def get_metadata_routing(self) -> MetadataRouter:
        """Get the metadata routing of this object.

        Returns
        -------
        routing : MetadataRouter
            What the ``fit`` of each classifier requests.
        """
        return fit_router(self, self._members())

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of length n_samples
            What the classifiers take.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of ``classes_``.
        """
        check_is_fitted(self)
        each = _probabilities(self.estimators_, X)
        if self.final_estimator_ is None:
            mean: npt.NDArray[np.float64] = softmax(np.log(each).mean(axis=0), axis=1)
            return mean
        proba: npt.NDArray[np.float64] = self.final_estimator_.predict_proba(
            _log_odds(each)
        )
        return proba

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict the most probable class.

        Parameters
        ----------
        X : array-like or sparse matrix of length n_samples
            What the classifiers take.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        best = self.predict_proba(X).argmax(axis=1)
        labels: npt.NDArray[Any] = self.classes_[best]
        return labels

    def __sklearn_tags__(self) -> Tags:
        """Describe the estimator to scikit-learn: it takes what its members take."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags


def _probabilities(
    estimators: Sequence[BaseEstimator], X: Any
) -> npt.NDArray[np.float64]:
    """Return what each classifier predicts, (n_estimators, n_samples, n_classes)."""
    each = np.array([estimator.predict_proba(X) for estimator in estimators])
    return np.clip(each, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)


def _log_odds(each: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the log-odds of all classifiers side by side."""
    if each.shape[2] == 2:
        each = each[:, :, 1:]
    return np.hstack(list(np.log(each / (1 - each))))
