"""Private and version-dependent names of scikit-learn, and helpers around them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Self

from sklearn.base import BaseEstimator, _fit_context
from sklearn.ensemble._base import (
    _BaseHeterogeneousEnsemble as BaseHeterogeneousEnsemble,
)
from sklearn.model_selection._search import BaseSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing as take_rows
from sklearn.utils._metadata_requests import _raise_for_params as raise_for_params
from sklearn.utils._param_validation import HasMethods, Interval, RealNotInt, StrOptions
from sklearn.utils._param_validation import (
    validate_parameter_constraints as validate_params,
)
from sklearn.utils.validation import _check_method_params as take_params
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import _num_samples

try:
    from sklearn.callback import CallbackSupportMixin
except ImportError:  # before scikit-learn 1.9

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Replacement where scikit-learn has no callbacks."""


from skrnn._messages import did_you_mean

__all__ = [
    "BaseHeterogeneousEnsemble",
    "BaseSearchCV",
    "CallbackSupportMixin",
    "FitTask",
    "HasMethods",
    "Interval",
    "RealNotInt",
    "StrOptions",
    "SuggestParameters",
    "active_steps",
    "check_sample_weight",
    "clone_around",
    "count_rows",
    "fit_context",
    "last_step",
    "raise_for_params",
    "stored_attributes_html",
    "take_params",
    "take_rows",
    "tuned_positive_label",
    "validate_params",
]


def fit_context(
    *, prefer_skip_nested_validation: bool
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return scikit-learn's decorator of ``fit``, with a hint for wrong arguments.

    ``fit(X, y, epochs=2)`` is valid in Keras, but ``epochs`` is a parameter here.
    """
    checked = _fit_context(prefer_skip_nested_validation=prefer_skip_nested_validation)

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        parameters = inspect.signature(method).parameters
        takes_metadata = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        run = checked(method)

        @functools.wraps(method)
        def fit(estimator: Any, *args: Any, **kwargs: Any) -> Any:
            for name in () if takes_metadata else kwargs.keys() - parameters.keys():
                raise TypeError(
                    f"{type(estimator).__name__}.{method.__name__}() got an unexpected "
                    f"keyword argument {name!r}. Parameters are set in the constructor "
                    f"or by set_params({name}=...)."
                )
            return run(estimator, *args, **kwargs)

        return fit

    return decorate


def clone_around(estimator: Any, name: str) -> Any:
    """Clone an estimator, except for the parameter ``name``, which both share.

    scikit-learn would clone a fitted Pipeline that is a parameter, so that it is no
    longer fitted.
    """
    bare = object.__new__(type(estimator))
    vars(bare).update(vars(estimator), **{name: None})
    cloned = BaseEstimator.__sklearn_clone__(bare)
    setattr(cloned, name, getattr(estimator, name))
    return cloned


def tuned_positive_label(classifier: Any) -> Any:
    """Return the positive label of a TunedThresholdClassifierCV, None for 1."""
    return classifier._curve_scorer._get_pos_label()


def count_rows(X: Any) -> int:
    """Return the number of rows of X, or 1 for an X that validation will refuse."""
    try:
        return max(int(_num_samples(X)), 1)
    except TypeError:
        return 1


def active_steps(estimator: Any) -> list[tuple[str, Any]]:
    """Return the names and steps of a Pipeline; another estimator is its only step.

    Steps that are None or "passthrough" are left out, except at the end.
    """
    if not isinstance(estimator, Pipeline):
        return [("", estimator)]
    *before, last = estimator.steps
    return [*(step for step in before if step[1] not in (None, "passthrough")), last]


def last_step(estimator: Any) -> Any:
    """Return the last step of a Pipeline, nested or not; other estimators unchanged."""
    while isinstance(estimator, Pipeline):
        estimator = estimator.steps[-1][1]
    return estimator


_POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD


class SuggestParameters:
    """Mixin: errors for unknown parameters suggest the nearest valid name.

    It checks the arguments of the constructor and of ``set_params``; the nested
    estimator checks a name such as ``estimator__C``. Put it before
    :class:`~sklearn.base.BaseEstimator`.
    """

    __signature__: inspect.Signature

    @classmethod
    def _is_routed(cls, name: str) -> bool:
        """Return whether ``name`` is valid although it is not in the signature."""
        return False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Set the signature, with the parameters that ``**kwargs`` passes on."""
        super().__init_subclass__(**kwargs)
        signature = inspect.signature(cls.__init__)
        parameters = list(signature.parameters.values())[1:]
        named = [p for p in parameters if p.kind in (p.KEYWORD_ONLY, _POSITIONAL)]
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            known = {p.name for p in named}
            bases = [b for b in cls.__mro__[1:] if "__signature__" in vars(b)]
            passed_on = vars(bases[0])["__signature__"].parameters if bases else {}
            named += [p for p in passed_on.values() if p.name not in known]
        cls.__signature__ = signature.replace(parameters=named)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Refuse unknown keyword arguments, before ``__init__`` is called."""
        for name in kwargs:
            cls._refuse_unknown(name, TypeError)
        return super().__new__(cls)

    @classmethod
    def _constructor_names(cls) -> list[str]:
        return list(cls.__signature__.parameters)

    @classmethod
    def _refuse_unknown(cls, name: str, error: type[Exception]) -> None:
        known = cls._constructor_names()
        if name not in known and not cls._is_routed(name):
            raise error(
                f"{cls.__name__} has no parameter {name!r}." + did_you_mean(name, known)
            )

    def set_params(self, **params: Any) -> Self:
        """Set the parameters of this estimator, including routed and nested ones.

        Parameters
        ----------
        **params : dict
            Parameter names and their new values.

        Returns
        -------
        self : estimator instance
            The estimator itself.

        Raises
        ------
        ValueError
            If a name is not a parameter; the message suggests the nearest valid one.
        """
        routed = {name: v for name, v in params.items() if self._is_routed(name)}
        plain = {name: v for name, v in params.items() if name not in routed}
        values = {**self.get_params(), **plain}  # type: ignore[attr-defined]
        for name in plain:
            owner, nested, _ = name.partition("__")
            if not (nested and hasattr(values.get(owner), "get_params")):
                self._refuse_unknown(name, ValueError)
        super().set_params(**plain)  # type: ignore[misc]
        self.__dict__.update(routed)
        return self


class FitTask:
    """A task of a fit, for scikit-learn's callbacks.

    Before scikit-learn 1.9 there are no callbacks: ``context`` is None, and the task
    does nothing. ``data`` are keyword arguments of the hooks. ``fit_context`` calls the
    hook ``teardown``.
    """

    def __init__(self, estimator: Any, context: Any, data: Mapping[str, Any]) -> None:
        self.estimator, self.context, self.data = estimator, context, data
        if context is not None:
            context.call_on_fit_task_begin(estimator=estimator, **data)

    @classmethod
    def start(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        max_subtasks: int = 0,
        sample_weight: Any = None,
    ) -> FitTask:
        """Return the root task of a fit; call it before anything can fail."""
        if not hasattr(estimator, "_init_callback_context"):
            return cls(estimator, None, {})
        context = estimator._init_callback_context(max_subtasks=max_subtasks)
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        return cls(estimator, context, {"X": X, "y": y, "metadata": metadata})

    @property
    def has_listeners(self) -> bool:
        """Whether the estimator has callbacks."""
        return bool(getattr(self.estimator, "_skl_callbacks", ()))

    def start_subtask(self, name: str) -> FitTask:
        """Start and return the next task within this one."""
        if self.context is None:
            return self
        return FitTask(self.estimator, self.context.subcontext(name), self.data)

    def end(self, attributes: Callable[[], dict[str, Any]] = dict) -> bool:
        """End the task; return whether a callback requests to stop.

        ``attributes`` returns the attributes that a copy of the estimator needs to
        predict as if the fit ended here.
        """
        if self.context is None:
            return False
        stop: bool = self.context.call_on_fit_task_end(
            estimator=self.estimator,
            reconstruction_attributes=attributes,
            **self.data,
        )
        return stop


def stored_attributes_html(estimator: Any, doc_link: str) -> Any:
    """Return the fitted attributes for a notebook, without those that are properties.

    scikit-learn 1.9 gets every attribute that ends with "_".
    """
    stored = SimpleNamespace(**vars(estimator))
    shown = BaseEstimator._get_fitted_attr_html(stored, doc_link)
    shown.estimator_class = type(estimator)
    return shown
