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

import copy
import threading
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import keras
import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state, column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from skrnn._sklearn import (
    CallbackSupportMixin,
    FitTask,
    HTMLReprMixin,
    SuggestParameters,
    check_sample_weight,
    take_rows,
)
from skrnn.classifiers.checks import (
    as_ids,
    check_validation,
    encode_validation,
    has_label,
    refuse_one_weighted_class,
    refuse_text,
    stratified_split,
)
from skrnn.networks.builders import NetworkSpec
from skrnn.networks.compiled import CompiledNetwork
from skrnn.networks.forks import refuse_fork
from skrnn.networks.objective import Objective
from skrnn.networks.replicas import Replicas, as_replicas, name_of
from skrnn.networks.reuse import Lease, lease_network
from skrnn.training.batches import Rows, align_left
from skrnn.training.callbacks import EpochTasks
from skrnn.training.faults import DivergenceError
from skrnn.training.loop import Examples, predict, train
from skrnn.training.memory import History, Trajectory, has_memory
from skrnn.training.workers import check_same_everywhere

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

MOST_EMBEDDINGS = 2**24
_HELD_OUT_FOR_STOPPING = 0.1
_PATIENCE = 3
_FIT_ARGUMENTS = ("batch_size", "epochs", "validation_split", "verbose")

# Guards what predictions see of an estimator, and tells when they are done.
_handing_over = threading.Condition()

_Vectors = npt.NDArray[np.float32] | None


@dataclass
class _Material:
    """What a fit works on, dropped when it is done.

    Parameters
    ----------
    unlabelled : array-like or None
        Rows without a label as they were given.
    ids : list of ndarray
        Ids of the rows with a label, and of those without if there are any.
    vectors : ndarray or None
        What the embedding starts from; None for random vectors.
    validation : tuple of array-like or None
        ``(X_val, y_val)`` as they were given.
    task : FitTask or None
        The fit as scikit-learn's callbacks see it; None in ``partial_fit``.
    """

    unlabelled: Any = None
    validation: tuple[Any, Any] | None = None
    task: FitTask | None = None
    ids: list[npt.NDArray[np.int32]] = field(default_factory=list)
    vectors: _Vectors = None


@dataclass(frozen=True)
class _Refit:
    """A fit under way.

    Parameters
    ----------
    thread : int
        The thread that fits.
    before : BaseSequenceClassifier
        The estimator as it was, which other threads see.
    """

    thread: int
    before: BaseSequenceClassifier


class BaseSequenceClassifier(
    SuggestParameters,
    ClassifierMixin,
    CallbackSupportMixin,
    HTMLReprMixin,
    BaseWrapper,
):
    """What all classifiers of rows of word ids share.

    A subclass has a constructor with the parameters that are read here
    (``n_embeddings``, ``optimizer``, ``learning_rate``, ``clipnorm``, ``epochs``,
    ``batch_size``, ``validation_split``, ``early_stopping``, ``class_weight``,
    ``callbacks``, ``memory``, ``warm_start``, ``strategy``, ``random_state``,
    ``verbose`` and ``**routed``) and says by :meth:`_make_spec` which network it wants.
    """

    # SciKeras asks for these; the network is always ours and its loss follows from y.
    model: ClassVar[None] = None
    build_fn: ClassVar[None] = None

    classes_: npt.NDArray[Any]
    history_: History
    n_embeddings_: int
    n_parameters_: int

    _routing_prefixes: ClassVar[set[str]] = {"optimizer", "callbacks", "fit", "predict"}
    _routed_names: ClassVar[dict[str, set[str]]] = {
        "fit": {*_FIT_ARGUMENTS, "shuffle", "callbacks"},
        "predict": {"batch_size"},
    }

    @abstractmethod
    def _make_spec(
        self, n_embeddings: int, n_classes: int, vectors: _Vectors
    ) -> NetworkSpec:
        """Return the network that the parameters ask for."""

    @abstractmethod
    def _make_objective(self) -> Objective:
        """Return what training makes small."""

    @abstractmethod
    def _given_embeddings(self) -> _Vectors:
        """Return the rows that the embedding starts from, or None if none are given."""

    @abstractmethod
    def _learnt_embeddings(
        self, ids: list[npt.NDArray[np.int32]], seed: int
    ) -> _Vectors:
        """Return the rows that the embedding starts from, if the ids shall tell."""

    @staticmethod
    def _as_rows(ids: npt.NDArray[np.int32]) -> Rows:
        """Return rows as the network reads them, without needless padding."""
        return align_left(ids)

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

    def __sklearn_tags__(self) -> Tags:
        """Describe the estimator to scikit-learn: it eats non-negative whole numbers.

        ``poor_score`` because the few epochs of a default fit do not solve
        scikit-learn's tables of numbers, as for its own ``CategoricalNB``.
        """
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        tags.input_tags.positive_only = True
        tags.input_tags.sparse = False
        tags.classifier_tags.poor_score = True
        return tags

    # -- the network ----------------------------------------------------------------

    @property
    def model_(self) -> keras.Model:
        """The fitted Keras model. Who asks for it may keep it: it is never reused."""
        self._network  # noqa: B018  raises AttributeError when not fitted
        return self._lease.share()

    @model_.setter
    def model_(self, lease: Lease) -> None:
        self._lease = lease
        self.__dict__.pop("_stored", None)

    @property
    def initialized_(self) -> bool:
        """Whether there is a network to predict with."""
        return "_lease" in vars(self) or "_stored" in vars(self)

    @property
    def _network(self) -> CompiledNetwork:
        refuse_fork()
        with _handing_over:
            if "_lease" not in vars(self):
                if "_stored" not in vars(self):
                    raise AttributeError(
                        f"This {type(self).__name__} is not fitted: it has no model_."
                    )
                spec, weights = self._stored
                lease = lease_network(
                    spec, self._make_objective(), self._make_optimizer()
                )
                lease.network.reset(np.random.default_rng(0))
                lease.network.set_weights(weights)
                self._lease = lease
                del self._stored
            return self._lease.network

    def _seen(self) -> Self:
        """Return this estimator, or what it was if another thread is fitting it."""
        refit: _Refit | None = vars(self).get("_refit")
        if refit is None or refit.thread == threading.get_ident():
            return self
        before: Self = refit.before
        return before

    def _copied(self) -> Self:
        """Return another estimator with the same attributes, the network included."""
        same = object.__new__(type(self))
        same.__dict__.update(vars(self))
        return same

    @contextmanager
    def _as_it_is(self) -> Iterator[Self]:
        """Give the fitted estimator as it is now, whatever another thread does to it.

        A fit lets go on what has begun, and takes the network only then.
        """
        check_is_fitted(self._seen())
        refuse_fork()
        with _handing_over:
            seen = self._seen()
            seen._network.predict_step  # noqa: B018  made once, not by each thread
            seen = seen._copied()
            seen._lease.n_users += 1
        try:
            yield seen
        finally:
            with _handing_over:
                seen._lease.n_users -= 1
                _handing_over.notify_all()

    def __getstate__(self) -> dict[str, Any]:
        """Return what prediction needs: weights, not the optimizer or the graph."""
        with _handing_over:
            seen = self._seen()
            state = dict(super(BaseSequenceClassifier, seen).__getstate__())
            state.pop("_refit", None)
            lease = state.pop("_lease", None)
            if lease is not None:
                network = lease.network
                state["_stored"] = (network.spec, network.model.get_weights())
        state["callbacks"] = _without_model(self.callbacks)
        if not isinstance(self.strategy, str | None):
            state["strategy"] = name_of(self.strategy)  # belongs to the process
        # A copy that is made while fit runs, for scikit-learn's callbacks, is fitted.
        state.pop("_material", None)
        return state

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
        # The order of Keras' layers is its own affair, so weights go by name.
        lease = lease_network(spec, self._make_objective(), self._make_optimizer())
        lease.network.reset(np.random.default_rng(0))
        names = lease.network.weight_names
        lease.network.set_weights([weights[name] for name in names])
        self._lease = lease

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

    def _keras_build_fn(self) -> Lease:
        material = self._material
        material.vectors = self._given_embeddings()
        if material.vectors is None:
            material.vectors = self._learnt_embeddings(material.ids, self._seed)
        spec = self._make_spec(self.n_embeddings_, len(self.classes_), material.vectors)
        replicas = as_replicas(self.strategy)
        with replicas.scope():
            optimizer = self._make_optimizer()
        lease = lease_network(
            spec, self._make_objective(), optimizer, vars(self).get("_lease"), replicas
        )
        lease.network.reset(
            np.random.default_rng(self._seed),
            material.vectors,
            optimizer.get_config()["learning_rate"],
        )
        return lease

    def _build_keras_model(self) -> Lease:
        # All seeds are passed on explicitly, so SciKeras need not set global ones.
        self._random_state = None
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        self._seed = as_replicas(self.strategy).gather(seed)[0]
        return super()._build_keras_model()

    # -- checks ----------------------------------------------------------------------

    @property
    def target_encoder(self) -> ClassifierLabelEncoder:
        """The SciKeras encoder of labels to class numbers."""
        classes = getattr(self, "classes_", None)
        return ClassifierLabelEncoder(
            categories="auto" if classes is None else [classes]
        )

    def _validate_data(
        self, X: Any, y: Any = None, reset: bool = False
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[Any]]:
        name = type(self).__name__
        refuse_text(name, X)
        X, y = validate_data(
            self, X, y, reset=reset, dtype="numeric", multi_output=False
        )
        ids, y = as_ids(name, X), column_or_1d(y)
        check_classification_targets(y)
        known = getattr(self, "classes_", None)
        if known is None:
            if len(np.unique(y)) < 2:
                raise ValueError(
                    f"{type(self).__name__} needs samples of at least 2 classes, "
                    f"got 1 class: {y[0]!r}."
                )
        elif not np.isin(y, known).all():
            strange = np.setdiff1d(y, known)
            raise ValueError(
                f"y has labels {strange.tolist()!r} that are not among the classes "
                f"{known.tolist()!r} of this {type(self).__name__}. Name all classes "
                "in the first partial_fit (classes=), or fit without warm_start."
            )
        self._material.ids = [ids]
        if self._material.unlabelled is not None:
            self._material.ids.append(self._ids(self._material.unlabelled))
        if reset:
            top = max(int(rows.max()) for rows in self._material.ids) + 1
            vectors = self._given_embeddings()
            if vectors is not None:
                self.n_embeddings_ = len(vectors)
            elif self.n_embeddings is not None:
                self.n_embeddings_ = int(self.n_embeddings)
            elif top <= MOST_EMBEDDINGS:
                self.n_embeddings_ = max(top, 2)
            else:
                raise ValueError(
                    f"X has ids up to {top - 1}, so the embedding would need {top} "
                    "rows. Ids are positions in a vocabulary; learn one with "
                    "TextSequencer, limit it with its max_features, or set "
                    "n_embeddings, from which on ids are out of vocabulary."
                )
        return ids, y

    def _ids(self, X: Any) -> npt.NDArray[np.int32]:
        """Return X as ids of as many columns as in ``fit``."""
        name = type(self).__name__
        refuse_text(name, X)
        return as_ids(name, validate_data(self, X, reset=False, dtype="numeric"))

    @staticmethod
    def _validate_sample_weight(
        X: npt.NDArray[np.int32], y: npt.NDArray[Any], sample_weight: Any
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[Any], npt.NDArray[np.float64]]:
        weight = check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
        counted = weight > 0
        if not counted.any():
            raise ValueError("sample_weight is zero for all rows: nothing to learn.")
        return X[counted], y[counted], weight[counted]

    def _ensure_compiled_model(self) -> None:
        """Do nothing: a leased network is compiled."""

    def _check_model_compatibility(self, y: npt.NDArray[Any]) -> None:
        """Do nothing: the network is built for the classes of ``y``."""

    # -- fitting -----------------------------------------------------------------------

    @contextmanager
    def _fitting(
        self, X: Any, y: Any, sample_weight: Any
    ) -> Iterator[tuple[Any, Any, Any]]:
        """Give the rows that have a label; a fit that fails changes nothing.

        One that diverges after an epoch leaves the weights of that epoch.
        """
        with _handing_over:
            # One fit at a time; a callback may still fit the estimator that it is in.
            _handing_over.wait_for(lambda: self._seen() is self)
            before = dict(vars(self))
            lease = before.get("_lease")
            state = None if lease is None else lease.network.get_state()
            self._refit = _Refit(threading.get_ident(), self._with_stored(state))
        try:
            if lease is not None:
                with _handing_over:
                    _handing_over.wait_for(lambda: not lease.n_users)
            self._material = _Material()
            labelled = None
            if self._make_objective().virtual_adversarial:
                labelled = has_label(y)
            if labelled is not None:
                self._material.unlabelled = take_rows(X, ~labelled)
                X, y = take_rows(X, labelled), take_rows(y, labelled)
                if sample_weight is not None and not np.isscalar(sample_weight):
                    sample_weight = take_rows(sample_weight, labelled)
            refuse_one_weighted_class(y, sample_weight)
            yield X, y, sample_weight
        except BaseException as error:
            with _handing_over:
                # A fit that diverges late is one: with the last sound epoch's weights.
                if isinstance(error, DivergenceError) and error.history is not None:
                    del self._material, self._refit
                else:
                    if lease is not None and state is not None:
                        lease.network.set_state(state)
                    self.__dict__.clear()
                    self.__dict__.update(before)
                _handing_over.notify_all()
            raise
        with _handing_over:
            del self._material, self._refit
            _handing_over.notify_all()

    def _with_stored(self, state: list[npt.NDArray[Any]] | None) -> Self:
        """Return what others see while this is fitted: weights instead of a network."""
        same = self._copied()
        lease = same.__dict__.pop("_lease", None)
        if lease is not None and state is not None:
            network = lease.network
            same._stored = (network.spec, network.weights_of(state))
        return same

    def _fit_sequences(
        self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any
    ) -> Self:
        split = vars(self).get("fit__validation_split", self.validation_split)
        validation = check_validation(type(self).__name__, X_val, y_val, split)
        epochs: int = vars(self).get("fit__epochs", self.epochs)
        task = FitTask.start(
            self, X, y, max_subtasks=epochs, sample_weight=sample_weight
        )
        with self._fitting(X, y, sample_weight) as (X, y, sample_weight):
            self._material.validation, self._material.task = validation, task
            goes_on = self.warm_start and self.initialized_
            if not goes_on:
                self.__dict__.pop("classes_", None)
            self._fit(
                X,
                y,
                sample_weight=sample_weight,
                warm_start=self.warm_start,
                epochs=epochs,
                initial_epoch=self.current_epoch if goes_on else 0,
            )
        task.end()
        return self

    def _partial_fit_sequences(
        self, X: Any, y: Any, classes: Any, sample_weight: Any
    ) -> Self:
        with self._fitting(X, y, sample_weight) as (X, y, sample_weight):
            if not self.initialized_:
                if classes is not None:
                    self.classes_ = np.unique(classes)
            elif classes is not None and not np.array_equal(
                np.unique(classes), self.classes_
            ):
                raise ValueError(
                    f"classes={np.unique(classes).tolist()!r} is not the same as on "
                    f"the first call of partial_fit: {self.classes_.tolist()!r}."
                )
            self._fit(
                X,
                y,
                sample_weight=sample_weight,
                warm_start=True,
                epochs=1,
                initial_epoch=self.current_epoch if self.initialized_ else 0,
            )
        return self

    def _fit_keras_model(
        self,
        X: npt.NDArray[np.int32],
        y: npt.NDArray[np.float32],
        sample_weight: npt.NDArray[np.float64] | None,
        warm_start: bool,
        epochs: int,
        initial_epoch: int,
    ) -> None:
        options = route_params(
            self.get_params(), destination="fit", pass_filter=set(_FIT_ARGUMENTS)
        )
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        if self.class_weight is not None:
            labels = self.classes_[y[:, 0].astype(np.intp)]
            weight = weight * compute_sample_weight(self.class_weight, labels)
        rows = self._as_rows(X)
        examples = Examples(rows, y[:, 0], weight.astype(np.float32))

        validation, callbacks = self._given_validation(), self._compiled_callbacks()
        # They may look at, stop or change the training: it is not skipped then.
        may_skip = not callbacks and not initial_epoch
        split = options["validation_split"]
        # partial_fit sees each chunk once and has no epoch to stop at.
        if self.early_stopping and epochs > 1:
            if validation is None:
                split = split or _HELD_OUT_FOR_STOPPING
            patience = _PATIENCE if self.early_stopping is True else self.early_stopping
            callbacks.append(
                keras.callbacks.EarlyStopping(
                    "val_loss", patience=patience, restore_best_weights=True
                )
            )
        before: History = self.history_ if initial_epoch else {}
        task = self._material.task
        if task is not None and task.has_listeners:
            callbacks.append(EpochTasks(task, before))
            may_skip = False
        if split:
            learnt, held_out = stratified_split(examples.y, split, self._seed)
            validation, examples = examples.part(held_out), examples.part(learnt)
        for ids in self._material.ids[1:]:
            examples = examples.and_unlabelled(self._as_rows(ids))

        network = self._network_of(as_replicas(self.strategy))
        decisive = {
            "batch_size": options["batch_size"],
            "shuffle": options.get("shuffle", True),
            "seed": self._seed,
        }
        check_same_everywhere(
            network.replicas, (network.spec, examples, validation, decisive)
        )
        trajectory = None
        if has_memory(self.memory) and may_skip:
            trajectory = Trajectory(
                self.memory,
                (network.identity(), examples, validation, decisive),
                like=network.get_state(),
            )
        diverged = None
        try:
            history = train(
                network,
                examples,
                validation=validation,
                epochs=initial_epoch + epochs,
                initial_epoch=initial_epoch,
                callbacks=callbacks,
                verbose=options["verbose"],
                trajectory=trajectory,
                **decisive,
            )
        except DivergenceError as error:
            if error.history is None:
                raise
            diverged, history = error, error.history
        names = {**before, **history}
        self.history_ = {k: before.get(k, []) + history.get(k, []) for k in names}
        self.n_parameters_ = network.model.count_params()
        if diverged is not None:
            raise diverged

    def _network_of(self, replicas: Replicas) -> CompiledNetwork:
        """Return the network, moved there if it was elsewhere: it goes on as it was."""
        network = self._network
        if network.replicas is not replicas:
            with replicas.scope():
                optimizer = self._make_optimizer()
            lease = lease_network(
                network.spec, network.objective, optimizer, replicas=replicas
            )
            lease.network.set_state(network.get_state())
            self._lease = lease
        return self._lease.network

    def _given_validation(self) -> Examples | None:
        if self._material.validation is None:
            return None
        X_val, y_val = self._material.validation
        codes = encode_validation(y_val, self.classes_)
        rows = self._as_rows(self._ids(X_val))
        return Examples(rows, codes, np.ones(len(codes), np.float32))

    def _compiled_callbacks(self) -> list[keras.callbacks.Callback]:
        with _plain_callback_errors():
            super()._initialize_callbacks()
        callbacks = list(self._fit_callbacks)
        # They hold the model; an estimator that is pickled must not drag them along.
        del self._fit_callbacks, self._predict_callbacks
        if callbacks:
            self._lease.share()
        return callbacks

    def _initialize_callbacks(self) -> None:
        """Do nothing: callbacks are compiled when training starts."""

    # -- prediction --------------------------------------------------------------------

    def _predict_raw(self, X: Any) -> npt.NDArray[np.float32]:
        refuse_text(type(self).__name__, X)
        ids = self._ids(X)
        batch_size = vars(self).get("predict__batch_size")
        return predict(self._network, self._as_rows(ids), batch_size=batch_size)

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes), float64
            Probabilities in the order of ``classes_``; each row sums to one.
        """
        with self._as_it_is() as seen:
            outputs = seen._predict_raw(X).astype(np.float64)
        if outputs.shape[1] == 1:
            return np.column_stack([1.0 - outputs, outputs])
        proba: npt.NDArray[np.float64] = outputs / outputs.sum(axis=1, keepdims=True)
        return proba

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict the most probable class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels, of the type of those that were given to ``fit``.
        """
        with self._as_it_is() as seen:
            best = seen.predict_proba(X).argmax(axis=1)
            labels: npt.NDArray[Any] = seen.classes_[best]
        return labels


def _without_model(callbacks: Any) -> Any:
    """Return callbacks without the model and the weights that fit left in them."""
    if isinstance(callbacks, list | tuple):
        return type(callbacks)(map(_without_model, callbacks))
    if isinstance(callbacks, dict):
        return {name: _without_model(each) for name, each in callbacks.items()}
    if not isinstance(callbacks, keras.callbacks.Callback):
        return callbacks
    bare = copy.copy(callbacks)
    left = {"_model", "best_weights"} & vars(bare).keys()
    vars(bare).update(dict.fromkeys(left))
    return bare


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
