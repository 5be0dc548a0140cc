"""The base of all classifiers of rows of word ids: fit, partial_fit and predict."""

from __future__ import annotations

import skrnn.networks  # isort: skip  # noqa: F401  refuses other backends of Keras first

import copy
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import joblib
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
    Interval,
    StrOptions,
    SuggestParameters,
    check_sample_weight,
    fit_context,
    take_rows,
    validate_params,
)
from skrnn.embeddings import (
    METHODS,
    WordVectors,
    learn_vectors,
    warn_of_other_vocabulary,
)
from skrnn.estimators.network import FittedNetwork, acquire
from skrnn.estimators.routing import (
    TrainingOptions,
    is_routed,
    make_callbacks,
    make_optimizer,
    routed_params,
    training_options,
)
from skrnn.estimators.validation import (
    as_ids,
    as_loss_weights,
    check_validation,
    encode_validation,
    has_label,
    refuse_one_weighted_class,
    refuse_other_inputs,
    refuse_other_labels,
    stratified_split,
)
from skrnn.networks.compiled import CompiledNetwork
from skrnn.networks.dtypes import float32_policy
from skrnn.networks.losses import Objective
from skrnn.networks.replicas import STRATEGIES, as_replicas, name_of
from skrnn.networks.spec import NetworkSpec
from skrnn.text.columns import check_columns
from skrnn.text.vocabulary import FIRST_WORD, OOV, PAD
from skrnn.training.batches import Rows, align_left
from skrnn.training.callbacks import EpochTasks
from skrnn.training.checkpoints import (
    EpochCheckpoints,
    History,
    call_cached,
    has_memory,
)
from skrnn.training.divergence import DivergenceError
from skrnn.training.loop import Examples, predict, train
from skrnn.training.workers import check_same_everywhere

MAX_EMBEDDINGS = 2**24
_VALIDATION_SHARE = 0.1  # of early_stopping without validation rows
_PATIENCE = 3

_Vectors = npt.NDArray[np.float32] | None

_share = Interval(Real, 0.0, 1.0, closed="left")
positive_int = Interval(Integral, 1, None, closed="left")


@dataclass(frozen=True)
class _FitData:
    """The checked data of one fit.

    Parameters
    ----------
    ids : ndarray of shape (n_samples, n_features), int32
        Rows with a label.
    y : ndarray of shape (n_samples,)
        Their labels.
    sample_weight : ndarray of shape (n_samples,), float64
        Their weights.
    unlabeled : ndarray of shape (n_unlabeled, n_features), int32, or None
        Rows without a label.
    validation : tuple of (ids, y), or None
        Validation rows and their labels.
    """

    ids: npt.NDArray[np.int32]
    y: npt.NDArray[Any]
    sample_weight: npt.NDArray[np.float64]
    unlabeled: npt.NDArray[np.int32] | None
    validation: tuple[npt.NDArray[np.int32], npt.NDArray[Any]] | None

    @property
    def all_ids(self) -> list[npt.NDArray[np.int32]]:
        """The ids of the rows with a label, and of those without if there are any."""
        return [self.ids] if self.unlabeled is None else [self.ids, self.unlabeled]


class BaseTextClassifier(
    SuggestParameters,
    ClassifierMixin,
    CallbackSupportMixin,
    HTMLReprMixin,
    BaseEstimator,
    ABC,
):
    """Base of the classifiers of rows of word ids.

    A subclass has a constructor with all parameters of ``_parameter_constraints``,
    ``**routed`` for SciKeras' routed parameters, and makes its network of
    :meth:`_shared_spec` and its own parameters.
    """

    classes_: npt.NDArray[Any]
    history_: History
    n_embeddings_: int
    n_parameters_: int
    _fitted_network: FittedNetwork
    _resumable: bool
    _seed: int

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "units": [positive_int, "array-like"],
        "bidirectional": ["boolean"],
        "embedding_dim": [positive_int],
        "embeddings": [WordVectors, "array-like", StrOptions(set(METHODS)), None],
        "embeddings_trainable": ["boolean"],
        "n_embeddings": [
            Interval(Integral, FIRST_WORD, MAX_EMBEDDINGS, closed="both"),
            None,
        ],
        "word_dropout": [_share],
        "spatial_dropout": [_share],
        "dropout": [_share],
        "recurrent_dropout": [_share],
        "dense_units": ["array-like"],
        "optimizer": [str, keras.optimizers.Optimizer, type],
        "learning_rate": [
            Interval(Real, 0.0, None, closed="neither"),
            keras.optimizers.schedules.LearningRateSchedule,
        ],
        "weight_averaging": [_share],
        "label_smoothing": [_share],
        "adversarial": [Interval(Real, 0.0, None, closed="left")],
        "virtual_adversarial": [Interval(Real, 0.0, None, closed="left")],
        "clipnorm": [Interval(Real, 0.0, None, closed="neither"), None],
        "epochs": [positive_int],
        "batch_size": [positive_int],
        "validation_split": [_share],
        "early_stopping": ["boolean", positive_int],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "callbacks": [keras.callbacks.Callback, type, list, tuple, dict, None],
        "memory": [str, os.PathLike, joblib.Memory, None],
        "warm_start": ["boolean"],
        "strategy": [StrOptions(set(STRATEGIES)), *STRATEGIES.values(), None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    # -- what a subclass decides -------------------------------------------------------

    @abstractmethod
    def _make_spec(
        self, n_embeddings: int, n_classes: int, vectors: _Vectors
    ) -> NetworkSpec:
        """Return the network that the parameters ask for."""

    @staticmethod
    def _as_rows(ids: npt.NDArray[np.int32]) -> Rows:
        """Return rows as the network reads them, without needless padding."""
        return align_left(ids)

    # -- fit ---------------------------------------------------------------------------

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
    ) -> Self:
        """Learn from rows of word ids and their labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, integers from 0 on; 0 is padding, 1 out of vocabulary.
        y : array-like of shape (n_samples,)
            Labels: numbers, strings or booleans, of at least two classes. With
            ``virtual_adversarial``, -1 for rows without a label.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, at least 0.
        X_val : array-like of shape (n_validation_samples, n_features), default=None
            Validation rows for ``val_loss``, ``val_accuracy`` and ``early_stopping``,
            instead of a share of X.
        y_val : array-like of shape (n_validation_samples,), default=None
            Their labels, all of them among those of ``y``.

        Returns
        -------
        self : estimator
            The fitted classifier.

        Raises
        ------
        ValueError
            If X or y are not as above, if only one of ``X_val`` and ``y_val`` is
            given, or if both are and ``validation_split`` is above 0.
        """
        options = training_options(self)
        validation = check_validation(
            type(self).__name__, X_val, y_val, options.validation_split
        )
        task = FitTask.start(
            self, X, y, max_subtasks=options.epochs, sample_weight=sample_weight
        )
        with self._transaction():
            resumes = self.warm_start and self.__sklearn_is_fitted__()
            if not resumes:
                self.__dict__.pop("classes_", None)
            data = self._check_data(X, y, sample_weight, validation, reset=not resumes)
            if not resumes:
                self._initialize(data)
            self._resumable = False
            self._train(data, options, options.epochs, resumes=resumes, task=task)
        task.end()
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> Self:
        """Learn one epoch from a chunk of rows, continuing from the last call.

        The first call decides the classes and, unless ``n_embeddings`` is given, the
        number of word vectors by its largest id; larger ids of later calls are out of
        vocabulary. Word vectors that are learned from rows (``embeddings="svd"``) are
        learned from those of the first call.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids.
        y : array-like of shape (n_samples,)
            Labels.
        classes : array-like of shape (n_classes,), default=None
            All labels of all calls; needed in the first call unless its ``y`` has
            them all.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, at least 0.

        Returns
        -------
        self : estimator
            The fitted classifier.
        """
        options = training_options(self)
        with self._transaction():
            resumes = self.__sklearn_is_fitted__()
            self._check_classes(classes, reset=not resumes)
            data = self._check_data(X, y, sample_weight, None, reset=not resumes)
            if not resumes:
                self._initialize(data)
            self._resumable = True
            self._train(data, options, 1, resumes=resumes, task=None)
        return self

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Leave the estimator as it was where a fit fails.

        One that diverges after a finished epoch keeps the weights of that epoch.
        """
        before = dict(vars(self))
        network = before.get("_fitted_network")
        snapshot = None if network is None else network.snapshot()
        try:
            yield
        except BaseException as error:
            if isinstance(error, DivergenceError) and error.history is not None:
                raise
            if network is not None:
                network.restore(snapshot)
            self.__dict__.clear()
            self.__dict__.update(before)
            raise

    def _check_classes(self, classes: Any, *, reset: bool) -> None:
        """Take the classes of the first ``partial_fit``; later ones must be equal."""
        if classes is None:
            return
        classes = np.unique(classes)
        if reset:
            self.classes_ = classes
        elif not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"classes={classes.tolist()!r} is not the same as on the first call "
                f"of partial_fit: {self.classes_.tolist()!r}."
            )

    def _check_data(
        self, X: Any, y: Any, sample_weight: Any, validation: Any, *, reset: bool
    ) -> _FitData:
        """Check the data of a fit; with ``reset``, set the columns and classes."""
        name = type(self).__name__
        unlabeled = None
        if self.virtual_adversarial and (labeled := has_label(y)) is not None:
            unlabeled = take_rows(X, ~labeled)
            X, y = take_rows(X, labeled), take_rows(y, labeled)
            if sample_weight is not None and not np.isscalar(sample_weight):
                sample_weight = take_rows(sample_weight, labeled)
        refuse_other_labels(y)
        refuse_one_weighted_class(y, sample_weight)
        refuse_other_inputs(name, X)
        X, y = validate_data(
            self, X, y, reset=reset, dtype="numeric", multi_output=False
        )
        if reset:
            check_columns(name, X, getattr(self, "feature_names_in_", None))
        ids, y = as_ids(name, X), column_or_1d(y)
        check_classification_targets(y)
        if not hasattr(self, "classes_"):
            self.classes_ = np.unique(y)
            if len(self.classes_) < 2:
                raise ValueError(
                    f"{name} needs samples of at least 2 classes, got 1 class: "
                    f"{y.tolist()[0]!r}."
                )
        elif not np.isin(y, self.classes_).all():
            strange = np.setdiff1d(y, self.classes_)
            raise ValueError(
                f"y has labels {strange.tolist()!r} that are not among the classes "
                f"{self.classes_.tolist()!r} of this {name}. Name all classes in the "
                "first partial_fit (classes=), or fit without warm_start."
            )
        weight = check_sample_weight(
            sample_weight, ids, dtype=np.float64, ensure_non_negative=True
        )
        if not weight.any():
            raise ValueError("sample_weight is zero for all rows: nothing to learn.")
        if unlabeled is not None:
            unlabeled = self._check_ids(unlabeled)
        if validation is not None:
            validation = self._check_ids(validation[0]), validation[1]
        return _FitData(ids, y, weight, unlabeled, validation)

    def _check_ids(self, X: Any) -> npt.NDArray[np.int32]:
        """Return X as ids with as many columns as in ``fit``."""
        name = type(self).__name__
        refuse_other_inputs(name, X)
        return as_ids(name, validate_data(self, X, reset=False, dtype="numeric"))

    def _initialize(self, data: _FitData) -> None:
        """Draw the seed, find the word vectors and acquire a new network."""
        replicas = as_replicas(self.strategy)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        self._seed = replicas.gather(seed)[0]
        vectors = self._given_embeddings()
        if isinstance(self.embeddings, WordVectors):
            warn_of_other_vocabulary(self.embeddings, data.all_ids)
        self.n_embeddings_ = self._count_embeddings(data, vectors)
        if isinstance(self.embeddings, str):
            vectors = self._learn_embeddings(data)
        spec = self._make_spec(self.n_embeddings_, len(self.classes_), vectors)
        with float32_policy(), replicas.scope():
            optimizer = make_optimizer(self)
        before = vars(self).get("_fitted_network")
        pooled = acquire(
            spec,
            self._make_objective(),
            optimizer,
            replicas,
            held=None if before is None else before.pooled,
            seed=self._seed,
            embeddings=vectors,
        )
        self._fitted_network = FittedNetwork(pooled)

    def _train(
        self,
        data: _FitData,
        options: TrainingOptions,
        epochs: int,
        *,
        resumes: bool,
        task: FitTask | None,
    ) -> None:
        """Train some epochs more, and append them to the history."""
        counted = data.sample_weight > 0
        y = data.y[counted]
        weight = data.sample_weight[counted]
        if self.class_weight is not None:
            weight = weight * compute_sample_weight(self.class_weight, y)
        codes = np.searchsorted(self.classes_, y).astype(np.float32)
        rows = self._as_rows(data.ids[counted])
        examples, validation = Examples(rows, codes, as_loss_weights(weight)), None
        if data.validation is not None:
            codes = encode_validation(data.validation[1], self.classes_)
            rows = self._as_rows(data.validation[0])
            validation = Examples(rows, codes, np.ones(len(codes), np.float32))

        callbacks = make_callbacks(self)
        if callbacks:
            self._fitted_network.expose()  # they may keep the model
        # Callbacks may look at, stop or change the training: no epoch is skipped then.
        may_skip = not callbacks and not resumes
        split = options.validation_split
        reason = f"validation_split={split}"
        # partial_fit sees each chunk once and has no epoch to stop at.
        if self.early_stopping and epochs > 1:
            if validation is None and not split:
                split = _VALIDATION_SHARE
                reason = f"early_stopping={self.early_stopping!r}"
            patience = _PATIENCE if self.early_stopping is True else self.early_stopping
            callbacks.append(
                keras.callbacks.EarlyStopping(
                    "val_loss", patience=patience, restore_best_weights=True
                )
            )
        previous: History = self.history_ if resumes else {}
        if task is not None and task.has_listeners:
            callbacks.append(EpochTasks(task, previous))
            may_skip = False
        if split:
            training, held_out = stratified_split(
                examples.y, split, self._seed, classes=self.classes_, reason=reason
            )
            validation, examples = examples.part(held_out), examples.part(training)
        if data.unlabeled is not None:
            examples = examples.and_unlabeled(self._as_rows(data.unlabeled))

        network = self._fitted_network.move_to(as_replicas(self.strategy))
        order: dict[str, Any] = {
            "batch_size": options.batch_size,
            "shuffle": options.shuffle,
            "seed": self._seed,
        }
        check_same_everywhere(
            network.replicas, (network.spec, examples, validation, order)
        )
        checkpoints = None
        if has_memory(self.memory) and may_skip:
            checkpoints = EpochCheckpoints(
                self.memory,
                (network.identity(), examples, validation, order),
                like=network.get_state(),
            )
        initial_epoch = len(previous.get("loss", ()))
        diverged = None
        try:
            history = train(
                network,
                examples,
                validation=validation,
                epochs=initial_epoch + epochs,
                initial_epoch=initial_epoch,
                callbacks=callbacks,
                verbose=options.verbose,
                checkpoints=checkpoints,
                **order,
            )
        except DivergenceError as error:
            if error.history is None:
                raise
            diverged, history = error, error.history
        names = {**previous, **history}
        self.history_ = {k: previous.get(k, []) + history.get(k, []) for k in names}
        self.n_parameters_ = network.model.count_params()
        if diverged is not None:
            raise diverged

    # -- word vectors and the network --------------------------------------------------

    def _given_embeddings(self) -> _Vectors:
        """Return the word vectors that were given, or None."""
        if self.embeddings is None or isinstance(self.embeddings, str):
            return None
        if isinstance(self.embeddings, WordVectors):
            return self.embeddings.to_matrix()
        matrix = np.asarray(self.embeddings, dtype=np.float32)
        if matrix.ndim != 2 or len(matrix) <= FIRST_WORD or not matrix.shape[1]:
            raise ValueError(
                "embeddings must have a row for each id (0 is padding, 1 is out of "
                f"vocabulary, words follow), got an array of shape {matrix.shape}."
            )
        if not np.isfinite(matrix).all():
            raise ValueError("embeddings has values that are not finite.")
        return matrix

    def _count_embeddings(self, data: _FitData, vectors: _Vectors) -> int:
        """Return the number of word vectors that the network needs."""
        if vectors is not None:
            return len(vectors)
        if self.n_embeddings is not None:
            return int(self.n_embeddings)
        top = max(int(ids.max()) for ids in data.all_ids) + 1
        if top > MAX_EMBEDDINGS:
            raise ValueError(
                f"X has ids up to {top - 1}, so the embedding would need {top} rows. "
                "Ids are positions in a vocabulary; learn one with TextSequencer, "
                "limit it with its max_features, or set n_embeddings: ids from there "
                "on are out of vocabulary."
            )
        return max(top, FIRST_WORD)

    def _learn_embeddings(self, data: _FitData) -> _Vectors:
        """Learn word vectors from the rows."""
        learn: Callable[..., _Vectors] = _learn_from_rows
        if has_memory(self.memory):
            learn = partial(call_cached, self.memory, _learn_from_rows)
        n_ids = self.n_embeddings_
        return learn(
            [np.where(ids < n_ids, ids, OOV) for ids in data.all_ids],
            n_ids=n_ids,
            n_dimensions=int(self.embedding_dim),
            method=self.embeddings,
            seed=self._seed,
        )

    def _shared_spec(
        self, n_embeddings: int, n_classes: int, vectors: _Vectors
    ) -> dict[str, Any]:
        """Return what all networks need of a NetworkSpec, checked."""
        return {
            "n_embeddings": n_embeddings,
            "n_classes": n_classes,
            "cell": self.cell,
            "units": layer_sizes("units", self.units, at_least=1),
            "bidirectional": bool(self.bidirectional),
            "embedding_dim": (
                int(self.embedding_dim) if vectors is None else vectors.shape[1]
            ),
            "embeddings_trainable": bool(self.embeddings_trainable),
            "word_dropout": float(self.word_dropout),
            "spatial_dropout": float(self.spatial_dropout),
            "dropout": float(self.dropout),
            "recurrent_dropout": float(self.recurrent_dropout),
            "dense_units": layer_sizes("dense_units", self.dense_units, at_least=0),
        }

    def _make_objective(self) -> Objective:
        return Objective(
            label_smoothing=float(self.label_smoothing),
            adversarial=float(self.adversarial),
            virtual_adversarial=float(self.virtual_adversarial),
            weight_averaging=float(self.weight_averaging),
        )

    # -- the fitted network ------------------------------------------------------------

    def __sklearn_is_fitted__(self) -> bool:
        """Tell whether there is a network to predict with."""
        return "_fitted_network" in vars(self)

    @property
    def model_(self) -> keras.Model:
        """The fitted Keras model, for the user to keep: it is never reused."""
        return self._checked_network().expose()

    @property
    def _network(self) -> CompiledNetwork:
        """The compiled network."""
        return self._checked_network().compiled

    def _checked_network(self) -> FittedNetwork:
        if not self.__sklearn_is_fitted__():
            raise AttributeError(
                f"This {type(self).__name__} is not fitted: it has no model_."
            )
        return self._fitted_network

    def _restore(
        self,
        spec: NetworkSpec,
        weights: dict[str, npt.NDArray[np.float32]],
        fitted: dict[str, Any],
    ) -> None:
        """Become fitted by what :mod:`skrnn.persistence` read."""
        self.__dict__.update(fitted)
        self._resumable = False
        with float32_policy():
            optimizer = make_optimizer(self)
        self._fitted_network = FittedNetwork.from_weights(
            spec, self._make_objective(), optimizer, weights
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for a pickle.

        It has the weights alone, unless training is to go on: after ``partial_fit``,
        and with ``warm_start``, the optimizer's state is kept too.
        """
        state = dict(super().__getstate__())
        if (network := state.get("_fitted_network")) is not None:
            resumable = self._resumable or bool(self.warm_start)
            state["_fitted_network"] = network.detached(resumable=resumable)
        state["callbacks"] = _without_model(self.callbacks)
        if not isinstance(self.strategy, str | None):
            state["strategy"] = name_of(self.strategy)  # belongs to the process
        return state

    # -- predict -----------------------------------------------------------------------

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
        check_is_fitted(self)
        rows = self._as_rows(self._check_ids(X))
        batch_size = vars(self).get("predict__batch_size")
        self._check_routed("predict__batch_size")
        outputs = predict(self._network, rows, batch_size=batch_size)
        outputs = outputs.astype(np.float64)
        if outputs.shape[1] == 1:
            return np.column_stack([1.0 - outputs, outputs])
        proba: npt.NDArray[np.float64] = outputs / outputs.sum(axis=1, keepdims=True)
        return proba

    def predict_log_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding.

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes), float64
            ``log(predict_proba(X))``; minus infinity where a probability is 0.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

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
        best = self.predict_proba(X).argmax(axis=1)
        labels: npt.NDArray[Any] = self.classes_[best]
        return labels

    # -- parameters --------------------------------------------------------------------

    @classmethod
    def _is_routed(cls, name: str) -> bool:
        return is_routed(name)

    @classmethod
    def _get_param_names(cls) -> list[str]:
        """Return the named parameters; scikit-learn refuses ``**routed``."""
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
        return {**super().get_params(deep=deep), **routed_params(self)}

    def _validate_params(self) -> None:
        super()._validate_params()
        self._check_routed(*routed_params(self))

    def _check_routed(self, *names: str) -> None:
        """Refuse routed values that the plain parameters would refuse."""
        known = self._parameter_constraints
        constraints: dict[str, Any] = {"fit__shuffle": ["boolean"]}
        for name in names:
            destination, _, plain = name.partition("__")
            if destination in ("fit", "predict") and plain in known:
                constraints[name] = known[plain]
        given = {name: vars(self)[name] for name in names if name in vars(self)}
        validate_params(constraints, given, type(self).__name__)

    def __sklearn_tags__(self) -> Tags:
        """Describe the estimator to scikit-learn: its input is non-negative integers.

        ``poor_score`` because the few epochs of a default fit do not solve
        scikit-learn's tables of numbers, as for its own ``CategoricalNB``.
        """
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        tags.input_tags.positive_only = True
        tags.input_tags.sparse = False
        tags.classifier_tags.poor_score = True
        return tags


def _learn_from_rows(ids: list[npt.NDArray[np.int32]], **params: Any) -> _Vectors:
    """Learn word vectors from padded rows.

    joblib hashes the arguments of what it caches: some large arrays take no time, a
    list of many small ones half a minute.
    """
    return learn_vectors([row[row != PAD] for part in ids for row in part], **params)


def layer_sizes(name: str, value: Any, *, at_least: int) -> tuple[int, ...]:
    """Return layer sizes as a tuple of ints."""
    sizes = (value,) if isinstance(value, Integral) else tuple(value)
    if len(sizes) < at_least or not all(
        isinstance(size, Integral) and int(size) > 0 for size in sizes
    ):
        raise ValueError(
            f"{name}={value!r} must hold at least {at_least} layer sizes, positive "
            "integers."
        )
    return tuple(int(size) for size in sizes)


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
