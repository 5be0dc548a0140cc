"""The one place that touches scikit-learn's private or version-dependent names."""

from __future__ import annotations

import difflib
import inspect
from typing import Any, Self

from sklearn.base import _fit_context as fit_context
from sklearn.utils import _safe_indexing as take_rows
from sklearn.utils._param_validation import HasMethods, Interval, RealNotInt, StrOptions
from sklearn.utils.metaestimators import _BaseComposition as BaseComposition
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

__all__ = [
    "BaseComposition",
    "HasMethods",
    "Interval",
    "RealNotInt",
    "StrOptions",
    "SuggestParameters",
    "check_sample_weight",
    "did_you_mean",
    "fit_context",
    "take_rows",
]


def did_you_mean(name: str, known: list[str]) -> str:
    """Return a hint for a mistyped ``name``, ending in the list of ``known`` names."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{hint} Valid parameters are: {', '.join(map(repr, sorted(known)))}."


class SuggestParameters:
    """Mixin: a mistyped parameter is answered with the nearest valid name.

    Put it before :class:`~sklearn.base.BaseEstimator`. It covers the constructor and
    ``set_params``, the two ways by which scikit-learn hands parameters over.
    """

    __signature__: inspect.Signature

    @classmethod
    def _is_routed(cls, name: str) -> bool:
        """Tell whether ``name`` is valid although the signature lacks it."""
        return False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Show the named parameters only: ``**routed`` is not one of them."""
        super().__init_subclass__(**kwargs)
        signature = inspect.signature(cls.__init__)
        named = [
            p
            for p in list(signature.parameters.values())[1:]
            if p.kind is not p.VAR_KEYWORD
        ]
        cls.__signature__ = signature.replace(parameters=named)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Refuse unknown keyword arguments before ``__init__`` sees them."""
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
        """Set parameters of this estimator.

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
            If a name is not a parameter; the message names the nearest valid one.
        """
        for name in params:
            self._refuse_unknown(name, ValueError)
        return super().set_params(**params)  # type: ignore[misc]
