"""The best of several models: their log-odds, added or weighed on held-out rows."""

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
from sklearn.utils import Tags, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from skrnn._blas import one_blas_thread
from skrnn._sklearn import (
    BaseComposition,
    Interval,
    StrOptions,
    SuggestParameters,
    fit_context,
    take_rows,
)
from skrnn.comparison.unlabelled import uses_unlabelled

__all__ = ["BlendedClassifier"]

_LEAST_PROBABILITY = 1e-6


class BlendedClassifier(
    SuggestParameters, ClassifierMixin, BaseComposition, BaseEstimator
):
    """Several classifiers, their log-odds averaged or weighed by a logistic regression.

    With learnt weights a part of the rows is held out, every classifier learns from the
    others, and the weights are learnt on the held-out part: stacking with one split
    [1]_, which costs one fit of each classifier where
    :class:`sklearn.ensemble.StackingClassifier` costs one a fold and one more. With
    equal weights nothing is held out: the geometric mean of the probabilities [2]_. A
    network and a bag of words make different mistakes, so that together they make
    fewer.

    Parameters
    ----------
    estimators : list of (str, estimator)
        Names and classifiers with ``predict_proba``; all get the same X.
    weights : {"learnt", "equal"}, default="learnt"
        Learnt ones protect against a classifier that is much worse than the others;
        equal ones leave all rows to the classifiers.
    validation_split : float in (0, 1), default=0.1
        Share of the rows, stratified by class, on which the weights are learnt.
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
        The fitted classifiers.
    named_estimators_ : dict of str to estimator
        The same by name.
    final_estimator_ : LogisticRegression
        Learnt weights: a feature for each classifier (two classes) or for each
        classifier and class. None with equal weights.

    Raises
    ------
    ValueError
        From ``fit``: if names repeat, if the split cannot hold every class, or if a
        classifier (a frozen one, say) knows other classes than the rows have.

    See Also
    --------
    make_baseline : The linear models to blend with.

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
    >>> from skrnn.comparison import BlendedClassifier, make_baseline
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
    def fit(self, X: Any, y: Any) -> Self:
        """Fit every classifier, then the weights if they are to be learnt.

        Parameters
        ----------
        X : array-like of length n_samples
            What the classifiers take, such as raw strings.
        y : array-like of shape (n_samples,)
            Labels; -1 for none, if a classifier has a use for such rows.

        Returns
        -------
        self : BlendedClassifier
            The fitted blend.
        """
        names = [name for name, _ in self.estimators]
        if not names:
            raise ValueError("estimators is empty: there is nothing to blend.")
        self._validate_names(names)
        y = column_or_1d(y)
        if len(X) != len(y):
            raise ValueError(f"X has {len(X)} rows and y has {len(y)} labels.")
        greedy = [uses_unlabelled(estimator) for _, estimator in self.estimators]
        labelled = np.flatnonzero(y != -1) if any(greedy) else np.arange(len(y))
        unlabelled = np.setdiff1d(np.arange(len(y)), labelled)
        check_classification_targets(y[labelled])
        classes = np.unique(y[labelled])

        def fitted(rows: npt.NDArray[np.intp]) -> list[BaseEstimator]:
            every = np.concatenate([rows, unlabelled])
            models = []
            for (name, estimator), takes in zip(self.estimators, greedy, strict=True):
                part = every if takes else rows
                model = clone(estimator).fit(take_rows(X, part), y[part])
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
            estimators = fitted(labelled)
        else:
            learnt, held_out = train_test_split(
                labelled,
                test_size=self.validation_split,
                stratify=y[labelled],
                random_state=check_random_state(self.random_state).randint(2**31 - 1),
            )
            estimators = fitted(learnt)
            odds = _log_odds(_probabilities(estimators, take_rows(X, held_out)))
            with one_blas_thread():
                final = LogisticRegression(max_iter=1000).fit(odds, y[held_out])
            if self.refit:
                estimators = fitted(labelled)
        self.estimators_ = estimators
        self.final_estimator_ = final
        self.classes_ = classes
        return self

    @property
    def _uses_unlabelled(self) -> bool:
        return any(uses_unlabelled(estimator) for _, estimator in self.estimators)

    @property
    def named_estimators_(self) -> dict[str, BaseEstimator]:
        """The fitted classifiers by name."""
        check_is_fitted(self)
        names = [name for name, _ in self.estimators]
        return dict(zip(names, self.estimators_, strict=True))

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like of length n_samples
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
        X : array-like of length n_samples
            What the classifiers take.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        best = self.predict_proba(X).argmax(axis=1)
        labels: npt.NDArray[Any] = self.classes_[best]
        return labels

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters of this estimator.

        Parameters
        ----------
        deep : bool, default=True
            Whether to return those of the classifiers too, as ``name__parameter``.

        Returns
        -------
        params : dict
            Parameter names and their values.
        """
        params: dict[str, Any] = self._get_params("estimators", deep=deep)
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters of this estimator or of its classifiers.

        Parameters
        ----------
        **params : dict
            Parameter names and their new values.

        Returns
        -------
        self : BlendedClassifier
            The estimator itself.
        """
        self._set_params("estimators", **params)
        return self

    def __sklearn_tags__(self) -> Tags:
        """Describe the estimator to scikit-learn: it eats what its classifiers eat."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
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
