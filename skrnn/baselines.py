"""Linear models of bags of words, the baselines of a network."""

from __future__ import annotations

from collections.abc import Callable
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

# Single letters and punctuation are tokens: "I", "!", "?" and "10/10" carry sentiment.
_TOKENS = r"\w+|[^\w\s]"


class NBSVMClassifier(SuggestParameters, ClassifierMixin, BaseEstimator):
    """Logistic regression on features weighted by their naive Bayes log-count ratios.

    With binary counts of words, pairs and triples it is a strong baseline for sentiment
    classification [1]_. With more than two classes, one model is fitted per class
    against the rest.

    Parameters
    ----------
    alpha : float, default=1.0
        Smoothing: added to the count of each feature in each class.
    C : float, default=1.0
        Inverse of the regularization strength, as in
        :class:`~sklearn.linear_model.LogisticRegression`.
    max_iter : int, default=1000
        Maximum number of solver iterations.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels.
    n_features_in_ : int
        Number of features seen during ``fit``.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if X has feature names that are all strings.
    log_count_ratio_ : ndarray of shape (n_models, `n_features_in_`)
        Factors of the features, one row per class against the rest; one row for two
        classes.
    coef_ : ndarray of shape (n_models, `n_features_in_`)
        Coefficients of the unscaled features, with the ratios multiplied in.
    intercept_ : ndarray of shape (n_models,)
        Intercepts.
    n_iter_ : int
        Largest number of iterations over the models.

    Raises
    ------
    ValueError
        From ``fit``: if X has negative values, or y has a single class.

    See Also
    --------
    make_baseline : Pipeline of a vectorizer and this classifier.

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
        """Fit the model to counts and labels.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Counts, or any non-negative features.
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
                f"Negative values in data passed to {type(self).__name__}: expected "
                "counts."
            )
        classes = np.unique(y)
        if len(classes) < 2:
            raise ValueError(
                f"{type(self).__name__} needs samples of at least 2 classes, got 1 "
                f"class: {classes[0]!r}."
            )
        ratios, coefs, intercepts, n_iter = [], [], [], 0
        for label in classes if len(classes) > 2 else classes[1:]:
            in_class = y == label
            ratio = self._log_frequency(X[in_class]) - self._log_frequency(X[~in_class])
            scaled = X.multiply(ratio).tocsr() if sparse.issparse(X) else X * ratio
            model = LogisticRegression(C=self.C, max_iter=self.max_iter)
            with one_blas_thread():
                model.fit(scaled, in_class)
            ratios.append(ratio)
            coefs.append(model.coef_[0] * ratio)
            intercepts.append(model.intercept_[0])
            n_iter = max(n_iter, int(model.n_iter_[0]))
        self.classes_ = classes
        self.log_count_ratio_ = np.array(ratios)
        self.coef_ = np.array(coefs)
        self.intercept_ = np.array(intercepts)
        self.n_iter_ = n_iter
        return self

    def _log_frequency(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the log of each feature's smoothed frequency, (n_features,)."""
        counts = np.asarray(X.sum(axis=0)).ravel() + self.alpha
        frequency: npt.NDArray[np.float64] = np.log(counts / counts.sum())
        return frequency

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        """Compute the log-odds.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Counts.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Log-odds of the second class, or of each class against the rest.
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
        """Return the tags: non-negative input, dense or sparse."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = True
        return tags


def _make_tfidf() -> tuple[BaseEstimator, BaseEstimator]:
    """Make TF-IDF of words and pairs, and logistic regression."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    # lbfgs gives other bits on another number of BLAS threads; sag uses no BLAS.
    classifier = LogisticRegression(C=10.0, max_iter=1000, solver="sag", random_state=0)
    return vectorizer, classifier


def _make_nbsvm() -> tuple[BaseEstimator, BaseEstimator]:
    """Make binary counts of words, pairs and triples, and an NBSVMClassifier."""
    vectorizer = CountVectorizer(
        binary=True, ngram_range=(1, 3), min_df=2, token_pattern=_TOKENS
    )
    return vectorizer, NBSVMClassifier()


# The register of baselines: what makes the steps "vec" and "clf" of each.
BASELINES: dict[str, Callable[[], tuple[BaseEstimator, BaseEstimator]]] = {
    "tfidf": _make_tfidf,
    "nbsvm": _make_nbsvm,
}


def make_baseline(name: str = "nbsvm", **params: Any) -> Pipeline:
    """Make a Pipeline of a bag-of-words vectorizer and a linear classifier.

    Parameters
    ----------
    name : {"nbsvm", "tfidf"}, default="nbsvm"
        - ``"nbsvm"``: binary counts of words, pairs and triples, and
          :class:`NBSVMClassifier`;
        - ``"tfidf"``: TF-IDF of words and pairs, and
          :class:`~sklearn.linear_model.LogisticRegression`.
    **params : dict
        Parameters of the steps ``vec`` and ``clf``, such as ``clf__C=3.0``.

    Returns
    -------
    pipeline : sklearn.pipeline.Pipeline
        Unfitted, with the steps ``vec`` and ``clf``.

    Raises
    ------
    ValueError
        If there is no baseline of this name.

    Examples
    --------
    >>> from skrnn.baselines import make_baseline
    >>> texts = ["so good", "so bad", "very good", "very bad"]
    >>> model = make_baseline("tfidf", vec__min_df=1).fit(texts, [1, 0, 1, 0])
    >>> model.predict(["good", "bad"])
    array([1, 0])
    """
    if name not in BASELINES:
        raise ValueError(
            f"There is no baseline {name!r}."
            + did_you_mean(name, BASELINES, "baselines")
        )
    vectorizer, classifier = BASELINES[name]()
    return Pipeline([("vec", vectorizer), ("clf", classifier)]).set_params(**params)
