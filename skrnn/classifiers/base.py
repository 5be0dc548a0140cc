"""SciKeras, repaired for current scikit-learn: the only module that imports it.

SciKeras gives the order of the steps of a fit, routed parameters, target encoding,
callbacks that are compiled from parameters, and partial fitting. Repaired here, each
pinned by a test in ``tests/classifiers/test_base.py``:

* its classifier is no classifier to scikit-learn >= 1.6 (mixin order, tags);
* its ``get_params`` and ``_get_param_names`` read ``vars(self)``;
* it validates input by rules of its own and sets no ``feature_names_in_``;
* it seeds through private TensorFlow modules and process-wide switches;
* importing it replaces ``keras.Model.__reduce__`` and ``__deepcopy__``;
* it multiplies class weights into the caller's ``sample_weight``;
* ``predict_proba`` of one row has one dimension;
* a fit that fails leaves the estimator half-fitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import keras
import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state

from skrnn._sklearn import CallbackSupportMixin, HTMLReprMixin, SuggestParameters
from skrnn.classifiers.holding import NetworkHolder
from skrnn.networks.builders import NetworkSpec
from skrnn.networks.replicas import as_replicas
from skrnn.networks.reuse import Lease

# SciKeras writes its own pickling into keras.Model; Keras' inherited one is sound.
_KERAS_OWN = {"__reduce__", "__deepcopy__"} - set(vars(keras.Model))

from scikeras._utils import (  # noqa: E402
    get_optimizer_class,
    route_params,
    try_to_convert_strings_to_classes,
    unflatten_params,
)
from scikeras.utils.transformers import ClassifierLabelEncoder  # noqa: E402
from scikeras.wrappers import BaseWrapper  # noqa: E402

for _name in _KERAS_OWN & set(vars(keras.Model)):
    delattr(keras.Model, _name)

# scikit-learn refuses a class that has the old `_more_tags` and not the new method.
BaseWrapper.__sklearn_tags__ = BaseEstimator.__sklearn_tags__

_FIT_ARGUMENTS = ("batch_size", "epochs", "validation_split", "verbose")


class RepairedWrapper(
    SuggestParameters,
    ClassifierMixin,
    CallbackSupportMixin,
    HTMLReprMixin,
    NetworkHolder,
    BaseWrapper,
):
    """A classifier by SciKeras, as scikit-learn expects one.

    A subclass has the parameters ``optimizer``, ``learning_rate``, ``clipnorm``,
    ``epochs``, ``batch_size``, ``validation_split``, ``callbacks``, ``strategy``,
    ``random_state``, ``verbose`` and ``**routed``, and what SciKeras calls in a fit:
    ``_validate_data``, ``_keras_build_fn`` and ``_fit_keras_model``.
    """

    # SciKeras asks for these; the network is always ours and its loss follows from y.
    model: ClassVar[None] = None
    build_fn: ClassVar[None] = None

    classes_: npt.NDArray[Any]

    _routing_prefixes: ClassVar[set[str]] = {"optimizer", "callbacks", "fit", "predict"}
    _routed_names: ClassVar[dict[str, set[str]]] = {
        "fit": {*_FIT_ARGUMENTS, "shuffle", "callbacks"},
        "predict": {"batch_size"},
    }

    # -- parameters ---------------------------------------------------------------

    @classmethod
    def _is_routed(cls, name: str) -> bool:
        prefix, separator, rest = name.partition("__")
        if not separator or prefix not in cls._routing_prefixes:
            return False
        allowed = cls._routed_names.get(prefix)
        return bool(rest) and (allowed is None or rest.partition("__")[0] in allowed)

    @classmethod
    def _get_param_names(cls) -> list[str]:
        return sorted(cls._constructor_names())

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters of this estimator, routed ones included.

        Parameters
        ----------
        deep : bool, default=True
            Accepted for scikit-learn; there are no nested estimators.

        Returns
        -------
        params : dict
            Parameter names and their values.
        """
        routed = {k: v for k, v in vars(self).items() if self._is_routed(k)}
        return {**BaseEstimator.get_params(self, deep=deep), **routed}

    __repr__ = BaseEstimator.__repr__

    def _make_optimizer(self) -> keras.optimizers.Optimizer:
        routed = route_params(
            self.get_params(), destination="optimizer", pass_filter=set(), strict=False
        )
        if isinstance(self.optimizer, keras.optimizers.Optimizer):
            # An optimizer belongs to one model; every fit gets a copy of its own.
            unflatten_params(self.optimizer, routed)
            config = self.optimizer.get_config()
            if self.clipnorm is not None:
                config["clipnorm"] = self.clipnorm
            return type(self.optimizer).from_config(config)
        try:
            kind = try_to_convert_strings_to_classes(
                self.optimizer, get_optimizer_class
            )
        except ValueError as error:
            raise ValueError(
                f"optimizer={self.optimizer!r} is not known to Keras. Use a name such "
                "as 'rmsprop', 'adam' or 'sgd', a class or an instance."
            ) from error
        given = {"learning_rate": self.learning_rate, "clipnorm": self.clipnorm}
        return unflatten_params(kind, {**given, **routed})

    def _fit_options(self) -> dict[str, Any]:
        """Return the arguments of Keras' ``fit``, those that are routed included."""
        options: dict[str, Any] = route_params(
            self.get_params(), destination="fit", pass_filter=set(_FIT_ARGUMENTS)
        )
        return options

    def _compiled_callbacks(self) -> list[keras.callbacks.Callback]:
        with _plain_callback_errors():
            super()._initialize_callbacks()
        callbacks = list(self._fit_callbacks)
        # They hold the model; an estimator that is pickled must not drag them along.
        del self._fit_callbacks, self._predict_callbacks
        if callbacks:
            self._lease.share()
        return callbacks

    # -- steps of a fit ------------------------------------------------------------

    @property
    def target_encoder(self) -> ClassifierLabelEncoder:
        """The SciKeras encoder of labels to class numbers."""
        classes = getattr(self, "classes_", None)
        return ClassifierLabelEncoder(
            categories="auto" if classes is None else [classes]
        )

    def _build_keras_model(self) -> Lease:
        # All seeds are passed on explicitly, so SciKeras need not set global ones.
        self._random_state = None
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        self._seed = as_replicas(self.strategy).gather(seed)[0]
        return super()._build_keras_model()

    def _restore(
        self,
        spec: NetworkSpec,
        weights: dict[str, npt.NDArray[np.float32]],
        fitted: dict[str, Any],
    ) -> None:
        """Become fitted: by a network and what :mod:`skrnn.persistence` kept."""
        self.__dict__.update(fitted)
        self.target_encoder_ = self.target_encoder.fit(self.classes_)
        self.__dict__.update({**self.target_encoder_.get_metadata(), **fitted})
        self.feature_encoder_ = self.feature_encoder.fit([[0]])
        self._hold(spec, weights)

    def _ensure_compiled_model(self) -> None:
        """Do nothing: a leased network is compiled."""

    def _check_model_compatibility(self, y: npt.NDArray[Any]) -> None:
        """Do nothing: the network is built for the classes of ``y``."""

    def _initialize_callbacks(self) -> None:
        """Do nothing: callbacks are compiled when training starts."""


@contextmanager
def _plain_callback_errors() -> Iterator[None]:
    """Name the parameter where SciKeras' message leaves it open."""
    try:
        yield
    except TypeError as error:
        raise TypeError(
            "callbacks must be a keras.callbacks.Callback, a list or a dict of them, "
            f"or classes of them with routed parameters: {error}"
        ) from error
