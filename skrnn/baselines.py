"""Linear models of bags of words: what a network has to beat."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from skrnn._blas import one_blas_thread
from skrnn._messages import did_you_mean
from skrnn._sklearn import Interval, SuggestParameters, fit_context

__all__ = ["NBSVMClassifier", "make_baseline"]

# Tokens of one letter and marks count: "I", "!", "?" and "10/10" tell a sentiment.
_TOKENS = r"\w+|[^\w\s]"


class NBSVMClassifier(SuggestParameters, ClassifierMixin, BaseEstimator):
    """Logistic regression on features weighted by their naive Bayes log-count ratios.

    The strongest of the simple models of sentiment [1]_, on binary counts of words,
    pairs and triples. With more than two classes there is one model for each against
    the rest.

    Parameters
    ----------
    alpha : float, default=1.0
        Count that is added to each feature of each class.
    C : float, default=1.0
        Inverse of the strength of the regularization, as in
        :class:`~sklearn.linear_model.LogisticRegression`.
    max_iter : int, default=1000
        Most iterations of the solver.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    n_features_in_ : int
        Columns of X in ``fit``.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if X had names that are strings.
    log_count_ratio_ : ndarray of shape (n_models, `n_features_in_`)
        What the features are multiplied with, for each class against the rest; with
        two classes, one row.
    coef_ : ndarray of shape (n_models, `n_features_in_`)
        Weights of X itself, the ratios included.
    intercept_ : ndarray of shape (n_models,)
        Constant terms.
    n_iter_ : int
        Most iterations that a model took.

    Raises
    ------
    ValueError
        From ``fit``: if X has negative numbers, or y one class only.

    See Also
    --------
    make_baseline : The model with its counts, from raw strings to labels.

    References
    ----------
    .. [1] Wang, Manning (2012). Baselines and bigrams: simple, good sentiment and
       topic classification. ACL.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import CountVectorizer
    >>> from sklearn.pipeline import make_pipeline
    >>> from skrnn.baselines import NBSVMClassifier
    >>> model = make_pipeline(CountVectorizer(binary=True), NBSVMClassifier())
    >>> model.fit(["so good", "so bad", "good", "bad"], ["pos", "neg", "pos", "neg"])
    Pipeline(...)
    >>> model.predict(["a good one"])
    array(['pos'], dtype='<U3')
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "alpha": [Interval(Real, 0.0, None, closed="neither")],
        "C": [Interval(Real, 0.0, None, closed="neither")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self, *, alpha: float = 1.0, C: float = 1.0, max_iter: int = 1000
    ) -> None:
        self.alpha = alpha
        self.C = C
        self.max_iter = max_iter

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any) -> Self:
        """Learn from counts and labels.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Counts, or any numbers from 0 on.
        y : array-like of shape (n_samples,)
            Labels.

        Returns
        -------
        self : NBSVMClassifier
            The fitted classifier.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        check_classification_targets(y)
        if (X.data if sparse.issparse(X) else X).min(initial=0.0) < 0:
            raise ValueError(
                f"Negative values in data passed to {type(self).__name__}: it expects "
                "counts."
            )
        classes = np.unique(y)
        if len(classes) < 2:
            raise ValueError(
                f"{type(self).__name__} needs samples of at least 2 classes, got 1 "
                f"class: {classes[0]!r}."
            )
        ratios, weights, constants, n_iter = [], [], [], 0
        for label in classes if len(classes) > 2 else classes[1:]:
            inside = y == label
            ratio = self._share(X[inside]) - self._share(X[~inside])
            scaled = X.multiply(ratio).tocsr() if sparse.issparse(X) else X * ratio
            model = LogisticRegression(C=self.C, max_iter=self.max_iter)
            with one_blas_thread():
                model.fit(scaled, inside)
            ratios.append(ratio)
            weights.append(model.coef_[0] * ratio)
            constants.append(model.intercept_[0])
            n_iter = max(n_iter, int(model.n_iter_[0]))
        self.classes_ = classes
        self.log_count_ratio_ = np.array(ratios)
        self.coef_ = np.array(weights)
        self.intercept_ = np.array(constants)
        self.n_iter_ = n_iter
        return self

    def _share(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the logarithm of each feature's share of all counts."""
        counts = np.asarray(X.sum(axis=0)).ravel() + self.alpha
        share: npt.NDArray[np.float64] = np.log(counts / counts.sum())
        return share

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        """Return log-odds.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Counts.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Of the second class, or with more than two of each against the rest.
        """
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        scores: npt.NDArray[np.float64] = X @ self.coef_.T + self.intercept_
        return scores[:, 0] if len(self.classes_) == 2 else scores

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the probability of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Counts.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of ``classes_``; each row sums to one.
        """
        scores = self.decision_function(X)
        if scores.ndim == 1:
            scores = np.column_stack([-scores, scores])
        proba = expit(scores)
        normalized: npt.NDArray[np.float64] = proba / proba.sum(axis=1, keepdims=True)
        return normalized

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict the most probable class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Counts.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        scores = self.decision_function(X)
        best = scores > 0 if scores.ndim == 1 else scores.argmax(axis=1)
        labels: npt.NDArray[Any] = self.classes_[np.asarray(best, dtype=np.intp)]
        return labels

    def __sklearn_tags__(self) -> Tags:
        """Describe the estimator to scikit-learn: counts, which may be sparse."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = True
        return tags


def make_baseline(name: str = "nbsvm", **params: Any) -> Pipeline:
    """Make a linear model of bags of words, from raw strings to labels.

    Parameters
    ----------
    name : {"nbsvm", "tfidf"}, default="nbsvm"
        - ``"nbsvm"``: binary counts of words, pairs and triples,
          :class:`NBSVMClassifier`;
        - ``"tfidf"``: TF-IDF of words and pairs,
          :class:`~sklearn.linear_model.LogisticRegression`.
    **params : dict
        Parameters of the steps ``vec`` and ``clf`` as the Pipeline names them, such as
        ``clf__C=3.0``.

    Returns
    -------
    pipeline : sklearn.pipeline.Pipeline
        The steps ``vec`` and ``clf``, not fitted.

    Raises
    ------
    ValueError
        If there is no such baseline; the message names the nearest one.

    Examples
    --------
    >>> from skrnn.baselines import make_baseline
    >>> texts = ["so good", "so bad", "very good", "very bad"]
    >>> model = make_baseline("tfidf", vec__min_df=1).fit(texts, [1, 0, 1, 0])
    >>> model.predict(["good", "bad"])
    array([1, 0])
    """
    if name == "nbsvm":
        steps: list[tuple[str, BaseEstimator]] = [
            (
                "vec",
                CountVectorizer(
                    binary=True, ngram_range=(1, 3), min_df=2, token_pattern=_TOKENS
                ),
            ),
            ("clf", NBSVMClassifier()),
        ]
    elif name == "tfidf":
        # lbfgs gives other bits on another number of BLAS threads; sag uses no BLAS.
        linear = LogisticRegression(C=10.0, max_iter=1000, solver="sag", random_state=0)
        steps = [
            (
                "vec",
                TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
            ),
            ("clf", linear),
        ]
    else:
        raise ValueError(
            f"There is no baseline {name!r}." + did_you_mean(name, ["nbsvm", "tfidf"])
        )
    return Pipeline(steps).set_params(**params)
