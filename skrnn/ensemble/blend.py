"""BlendedClassifier: the log-odds of several classifiers, averaged or stacked."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.utils import (
    Bunch,
    Tags,
    check_random_state,
    column_or_1d,
    get_tags,
    indexable,
)
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
from skrnn.estimators.validation import (
    UNLABELED,
    as_indicators,
    has_columns,
    refuse_other_labels,
)

__all__ = ["BlendedClassifier"]

_MIN_PROBABILITY = 1e-6
_N_FOLDS = 5
# Enough out-of-fold rows to fit one intercept per class.
_N_OUT_OF_FOLD = 1000
_MAX_ITER = 1000
_TOL = 1e-6


class BlendedClassifier(
    ClassifierMixin, BaseHeterogeneousEnsemble, SuggestParameters, BaseEstimator
):
    """Blend classifiers: average their log-odds, or stack a logistic regression.

    With ``weights="stacked"`` a part of the rows is held out, the classifiers are
    fitted to the others, and a logistic regression is fitted to their log-odds on the
    held-out part. This is stacking with a single split [1]_: it costs one fit per
    classifier, where :class:`sklearn.ensemble.StackingClassifier` costs one per fold
    and one more. With ``weights="equal"`` nothing is held out, and the probabilities
    are the normalized geometric mean of those of the classifiers [2]_. A network and a
    bag of words make different errors, so a blend of both is often more accurate than
    either.

    With several labels per text (an indicator matrix y), the log-odds of each label are
    averaged or stacked. All labels share the coefficients of the logistic regression,
    and rows are held out at random.

    Parameters
    ----------
    estimators : list of (str, estimator)
        Names and classifiers with ``predict_proba``, all fitted to the same X. One set
        to ``"drop"``, for example by ``set_params(name="drop")``, is left out. For
        several labels per text, put linear models into a
        :class:`~sklearn.multiclass.OneVsRestClassifier`.
    weights : {"stacked", "equal"}, default="stacked"
        ``"stacked"`` gives little weight to a classifier that is much worse than the
        others; ``"equal"`` leaves all rows to the classifiers.

        .. deprecated:: 0.2
           ``"learnt"`` is deprecated and will be removed in 0.3. Use ``"stacked"``.
    validation_split : float in (0, 1), default=0.1
        Fraction of the rows, stratified by class, that is held out for the logistic
        regression.
    refit : bool, default=False
        Whether to fit every classifier again on all rows after the logistic regression,
        which doubles the time.
    fit_intercept : bool, default=False
        With ``weights="equal"``: whether to add an intercept per class to the mean
        log-odds, so that the predicted probability of each class has the mean that the
        class has in y. It is fitted to out-of-fold predictions for up to 1,000 rows
        (at most five fits more). Bags of words that were fitted to few texts often
        favor one class on other texts.
    random_state : int, RandomState instance or None, default=None
        Controls the split. The classifiers have seeds of their own.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels; the numbers of the columns of an indicator matrix.
    multilabel_ : bool
        Whether a text has several labels.
    estimators_ : list of estimator
        The fitted classifiers, without dropped ones.
    named_estimators_ : :class:`~sklearn.utils.Bunch`
        The fitted classifiers by name; ``"drop"`` for dropped ones.
    named_estimators : :class:`~sklearn.utils.Bunch`
        The given classifiers by name.
    n_features_in_ : int
        Number of features seen during ``fit``, if the first classifier has it.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if a classifier has them.
    final_estimator_ : LogisticRegression or None
        Its features are the log-odds of each classifier (two classes, or several
        labels), or of each classifier and class. None with ``weights="equal"``, unless
        ``fit_intercept`` is set and each class has two rows or more.

    Raises
    ------
    ValueError
        From ``fit``: if names are not unique, all classifiers are dropped, the split
        cannot contain every class, y has several columns and other values than 0 and 1,
        or ``fit_intercept=True``, or a classifier (a frozen one, say) has other classes
        than y.

    Warns
    -----
    FutureWarning
        From ``fit``: if ``weights="learnt"``.

    See Also
    --------
    skrnn.baselines.make_baseline : Linear models to blend with.
    sklearn.ensemble.StackingClassifier : Stacking by cross-validation.
    sklearn.ensemble.VotingClassifier : Arithmetic mean of the probabilities.

    Notes
    -----
    Unlabeled rows (``y = -1``) are passed only to classifiers that use them:
    :class:`DistilledClassifier` and those of :mod:`sklearn.semi_supervised`.

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
        "weights": [StrOptions({"stacked", "equal", "learnt"}, deprecated={"learnt"})],
        "validation_split": [Interval(Real, 0.0, 1.0, closed="neither")],
        "refit": ["boolean"],
        "fit_intercept": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimators: list[tuple[str, BaseEstimator]],
        *,
        weights: str = "stacked",
        validation_split: float = 0.1,
        refit: bool = False,
        fit_intercept: bool = False,
        random_state: Any = None,
    ) -> None:
        self.estimators = estimators
        self.weights = weights
        self.validation_split = validation_split
        self.refit = refit
        self.fit_intercept = fit_intercept
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> Self:
        """Fit the classifiers, and the logistic regression unless weights are equal.

        Parameters
        ----------
        X : array-like or sparse matrix of length n_samples
            Input of the classifiers, such as raw strings.
        y : array-like of shape (n_samples,), or {array-like, sparse matrix} of shape \
(n_samples, n_labels)
            Labels; -1 for unlabeled rows, if a classifier uses them. Or an indicator
            matrix.
        sample_weight : array-like of shape (n_samples,), default=None
            Sample weights, passed to every classifier (in a Pipeline, to the last step)
            and to the logistic regression.
        **params : dict
            Metadata, routed to the classifiers that request it. Requires
            ``enable_metadata_routing=True``, see :func:`sklearn.set_config`;
            ``sample_weight`` is then routed as well.

        Returns
        -------
        self : BlendedClassifier
            The fitted blend.
        """
        if self.weights == "learnt":
            warnings.warn(
                "weights='learnt' is deprecated and will be removed in version 0.3. "
                "Use weights='stacked', which is the same.",
                FutureWarning,
                stacklevel=2,
            )
        self._validate_estimators()
        members = self._members()
        is_multilabel = has_columns(y)
        if is_multilabel:
            refuse_other_labels(y)
            y = as_indicators(y)
            if self.fit_intercept:
                raise ValueError("fit_intercept=True needs one label per text.")
        else:
            y = column_or_1d(y, warn=True)
        X, y = indexable(X, y)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X)
        fit_params = route_fit(self, members, sample_weight, params)
        is_labeled = np.ones(len(y), dtype=bool)
        if self._uses_unlabeled and not is_multilabel:
            is_labeled = y != UNLABELED
        labeled, unlabeled = np.flatnonzero(is_labeled), np.flatnonzero(~is_labeled)
        check_classification_targets(y[labeled])
        classes = np.arange(y.shape[1]) if is_multilabel else np.unique(y[labeled])

        def fit_members(labeled_rows: npt.NDArray[np.intp]) -> list[BaseEstimator]:
            all_rows = np.concatenate([labeled_rows, unlabeled])
            models = []
            for name, estimator in members.items():
                rows = all_rows if uses_unlabeled(estimator) else labeled_rows
                row_params = take_params(X, fit_params[name], rows)
                model = clone(estimator).fit(take_rows(X, rows), y[rows], **row_params)
                if not np.array_equal(model.classes_, classes):
                    found = model.classes_
                    found = found.tolist() if isinstance(found, np.ndarray) else found
                    raise ValueError(
                        f"{name} has the classes {found}, but y has "
                        f"{classes.tolist()}: the probabilities cannot be blended."
                    )
                models.append(model)
            return models

        def held_out_odds(
            train: npt.NDArray[np.intp], held_out: npt.NDArray[np.intp]
        ) -> tuple[list[BaseEstimator], npt.NDArray[np.float64]]:
            estimators = fit_members(train)
            each = _probabilities(estimators, take_rows(X, held_out))
            return estimators, _features(each, is_multilabel)

        final = None
        if self.weights == "equal":
            if self.fit_intercept:
                final = _fit_intercepts(
                    held_out_odds, labeled, y, classes, sample_weight
                )
            estimators = fit_members(labeled)
        else:
            train, held_out = train_test_split(
                labeled,
                test_size=self.validation_split,
                stratify=None if is_multilabel else y[labeled],
                random_state=check_random_state(self.random_state).randint(2**31 - 1),
            )
            estimators, odds = held_out_odds(train, held_out)
            targets = y[held_out].ravel()  # of labels: a row for each text and label
            weight = None if sample_weight is None else sample_weight[held_out]
            if weight is not None and is_multilabel:
                weight = np.repeat(weight, len(classes))
            with one_blas_thread():
                final = LogisticRegression(max_iter=1000)
                final.fit(odds, targets, sample_weight=weight)
            if self.refit:
                estimators = fit_members(labeled)
        self.estimators_ = estimators
        self.named_estimators_ = Bunch(
            **{name: "drop" for name, _ in self.estimators}
            | dict(zip(members, estimators, strict=True))
        )
        self.final_estimator_ = final
        self.classes_ = classes
        self.multilabel_ = is_multilabel
        return self

    def _members(self) -> dict[str, BaseEstimator]:
        """Return the classifiers by name, without dropped ones."""
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
        named = (e for e in self.estimators_ if hasattr(e, "feature_names_in_"))
        names: npt.NDArray[np.object_]
        names = next(named, self.estimators_[0]).feature_names_in_
        return names

    def get_metadata_routing(self) -> MetadataRouter:
        """Get the metadata routing of this object.

        Returns
        -------
        routing : MetadataRouter
            The metadata that ``fit`` of each classifier requests.
        """
        return fit_router(self, self._members())

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the probability of each class, or of each label.

        Parameters
        ----------
        X : array-like or sparse matrix of length n_samples
            Input of the classifiers.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of ``classes_``. Each row sums to one, unless a
            text has several labels.
        """
        check_is_fitted(self)
        each = _probabilities(self.estimators_, X)
        proba: npt.NDArray[np.float64]
        if self.final_estimator_ is not None:
            proba = self.final_estimator_.predict_proba(
                _features(each, self._is_multilabel)
            )
            return proba[:, 1].reshape(each.shape[1:]) if self._is_multilabel else proba
        if self._is_multilabel:
            proba = expit(_log_odds(each).mean(axis=0))
        else:
            proba = softmax(np.log(each).mean(axis=0), axis=1)
        return proba

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict the most probable class, or the labels.

        Parameters
        ----------
        X : array-like or sparse matrix of length n_samples
            Input of the classifiers.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Classes, or an indicator matrix of the labels with a probability above 0.5.
        """
        proba = self.predict_proba(X)
        if self._is_multilabel:
            return (proba > 0.5).astype(np.int64)
        labels: npt.NDArray[Any] = self.classes_[proba.argmax(axis=1)]
        return labels

    @property
    def _is_multilabel(self) -> bool:
        return getattr(self, "multilabel_", False)  # files of 0.1 do not have it

    def __sklearn_tags__(self) -> Tags:
        """Return the tags: raw strings; several labels if all classifiers take them."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        each = [get_tags(member).classifier_tags for member in self._members().values()]
        tags.classifier_tags.multi_label = all(t and t.multi_label for t in each)
        return tags


def _probabilities(
    estimators: Sequence[BaseEstimator], X: Any
) -> npt.NDArray[np.float64]:
    """Return the clipped probabilities, (n_estimators, n_samples, n_classes)."""
    each = np.array([estimator.predict_proba(X) for estimator in estimators])
    return np.clip(each, _MIN_PROBABILITY, 1 - _MIN_PROBABILITY)


def _log_odds(each: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    odds: npt.NDArray[np.float64] = np.log(each / (1 - each))
    return odds


def _features(
    each: npt.NDArray[np.float64], is_multilabel: bool
) -> npt.NDArray[np.float64]:
    """Return the input of the logistic regression: log-odds of all classifiers.

    It has a row for each text, or for each text and label.
    """
    if is_multilabel:
        return _log_odds(each).reshape(len(each), -1).T
    if each.shape[2] == 2:
        each = each[:, :, 1:]
    return np.hstack(list(_log_odds(each)))


def _fit_intercepts(
    held_out_odds: Callable[..., tuple[list[BaseEstimator], npt.NDArray[np.float64]]],
    labeled: npt.NDArray[np.intp],
    y: npt.NDArray[Any],
    classes: npt.NDArray[Any],
    sample_weight: npt.NDArray[np.float64] | None,
) -> LogisticRegression | None:
    """Return the mean log-odds with intercepts, or None if a class has one row only."""
    labels = y[labeled]
    n_folds = min(_N_FOLDS, np.unique(labels, return_counts=True)[1].min())
    if n_folds < 2:
        return None
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    is_class = labels[:, None] == classes
    frequency = np.average(is_class, axis=0, weights=weight[labeled])
    odds, weights = [], []
    for train, held_out in StratifiedKFold(n_folds).split(labels, labels):
        odds.append(held_out_odds(labeled[train], labeled[held_out])[1])
        weights.append(weight[labeled[held_out]])
        if sum(map(len, odds)) >= _N_OUT_OF_FOLD:
            break
    with one_blas_thread():
        return _mean_with_intercept(
            np.vstack(odds), classes, frequency, np.concatenate(weights)
        )


def _mean_with_intercept(
    odds: npt.NDArray[np.float64],
    classes: npt.NDArray[Any],
    frequency: npt.NDArray[np.float64],
    sample_weight: npt.NDArray[np.float64],
) -> LogisticRegression:
    """Return a logistic regression that averages log-odds and adds an intercept.

    The mean of its probabilities for ``odds`` is ``frequency``.
    """
    n_outputs = 1 if len(classes) == 2 else len(classes)
    n_classifiers = odds.shape[1] // n_outputs
    final = LogisticRegression()
    final.classes_ = classes
    final.coef_ = np.tile(np.eye(n_outputs) / n_classifiers, n_classifiers)
    final.intercept_ = np.zeros(n_outputs)
    final.n_features_in_ = odds.shape[1]
    final.n_iter_ = np.zeros(1, dtype=np.int32)
    for n_iter in range(1, _MAX_ITER + 1):
        final.n_iter_[0] = n_iter
        mean = np.average(final.predict_proba(odds), axis=0, weights=sample_weight)
        step = np.log(frequency / mean)
        final.intercept_ += step if n_outputs > 1 else step[1] - step[0]
        if np.abs(step).max() < _TOL:
            break
    return final
