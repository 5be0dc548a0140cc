"""The base of all networks of rows of word ids: fit, transform and what they share."""

from __future__ import annotations

import skrnn._tensorflow  # isort: skip  # noqa: F401  before TensorFlow

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
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    is_regressor,
)
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from skrnn._sklearn import (
    CallbackSupportMixin,
    FitTask,
    Interval,
    StrOptions,
    SuggestParameters,
    check_sample_weight,
    clone_around,
    count_rows,
    fit_context,
    stored_attributes_html,
    validate_params,
)
from skrnn.embeddings import (
    METHODS,
    WordVectors,
    learn_vectors,
    warn_of_other_vocabulary,
)
from skrnn.estimators.network import FittedNetwork, acquire
from skrnn.estimators.pretrained import (
    MIN_EXPLAINED,
    MIN_KNOWN,
    align_output,
    copy_weights,
    explained_share,
    is_complete,
    known_share,
    scale_learning_rate,
    warn_of_other_ids,
)
from skrnn.estimators.routing import (
    TrainingOptions,
    is_routed,
    make_callbacks,
    make_optimizer,
    routed_params,
    training_options,
)
from skrnn.estimators.scoring import SCORING, hash_scoring, make_scorer
from skrnn.estimators.validation import (
    as_ids,
    as_loss_weights,
    check_validation,
    has_columns,
    hold_out,
    refuse_other_inputs,
)
from skrnn.networks.cells import CELLS
from skrnn.networks.compiled import CompiledNetwork
from skrnn.networks.dtypes import float32_policy
from skrnn.networks.heads import HEADS, Head, Targets
from skrnn.networks.losses import TrainingLoss
from skrnn.networks.pooling import POOLINGS
from skrnn.networks.recurrent import Weights
from skrnn.networks.replicas import STRATEGIES, Replicas, as_replicas, strategy_name
from skrnn.networks.spec import OUTPUT_BIAS, OUTPUT_KERNEL, NetworkSpec
from skrnn.pretrained.parts import PretrainedParts, get_parts
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
from skrnn.training.loop import Examples, train, transform
from skrnn.training.sizes import AUTO
from skrnn.training.workers import check_same_everywhere

MAX_EMBEDDINGS = 2**24
_VALIDATION_FRACTION = 0.1  # held out by early_stopping without validation rows
_PATIENCE = 3
_NOT_PRETRAINED = "Training does not start from the pretrained network"

_Vectors = npt.NDArray[np.float32] | None

_fraction = Interval(Real, 0.0, 1.0, closed="left")
positive_int = Interval(Integral, 1, None, closed="left")


@dataclass(frozen=True)
class _FitData:
    """The validated data of one fit."""

    ids: npt.NDArray[np.int32]
    y: npt.NDArray[Any]
    sample_weight: npt.NDArray[np.float64]
    validation: tuple[npt.NDArray[np.int32], npt.NDArray[Any]] | None  # ids and targets


class BaseTextNetwork(
    SuggestParameters,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    CallbackSupportMixin,
    BaseEstimator,
    ABC,
):
    """Base of the networks of rows of word ids.

    A subclass has a constructor with all parameters of ``_parameter_constraints`` and
    ``**routed`` for SciKeras' routed parameters. It says what the targets are: it
    checks and encodes them (:meth:`_check_targets`, :meth:`_encode`), sets
    ``_output``, and predicts them. A network that does not read a text as one sequence
    has another :meth:`_make_spec` and :meth:`_as_rows`.
    """

    history_: History
    n_embeddings_: int
    n_parameters_: int
    pretrained_weights_: list[str]
    _fitted_network: FittedNetwork
    _heads: ClassVar[tuple[str, ...]]  # names of the heads that it may have
    _output: tuple[str, int]  # name of the head, and its number of outputs
    _resumable: bool
    _seed: int

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "cell": [StrOptions(set(CELLS))],
        "units": [positive_int, "array-like"],
        "bidirectional": ["boolean"],
        "pooling": [StrOptions(set(POOLINGS))],
        "embedding_dim": [positive_int],
        "embeddings": [WordVectors, "array-like", StrOptions(set(METHODS)), None],
        "pretrained": [str, os.PathLike, Pipeline, FrozenEstimator, None],
        "embeddings_trainable": ["boolean"],
        "n_embeddings": [
            Interval(Integral, FIRST_WORD, MAX_EMBEDDINGS, closed="both"),
            None,
        ],
        "periods": ["array-like"],
        "word_dropout": [_fraction],
        "spatial_dropout": [_fraction],
        "dropout": [_fraction],
        "recurrent_dropout": [_fraction],
        "dense_units": ["array-like"],
        "optimizer": [str, keras.optimizers.Optimizer, type],
        "learning_rate": [
            Interval(Real, 0.0, None, closed="neither"),
            keras.optimizers.schedules.LearningRateSchedule,
        ],
        "weight_averaging": [_fraction],
        "epochs": [positive_int, StrOptions({AUTO})],
        "batch_size": [positive_int, StrOptions({AUTO})],
        "validation_split": [_fraction],
        "early_stopping": ["boolean", positive_int],
        "scoring": SCORING,
        "callbacks": [keras.callbacks.Callback, type, list, tuple, dict, None],
        "memory": [str, os.PathLike, joblib.Memory, None],
        "warm_start": ["boolean"],
        "strategy": [StrOptions(set(STRATEGIES)), *STRATEGIES.values(), None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    # Parameters of earlier releases, and what replaces them.
    _removed_parameters: ClassVar[dict[str, str]] = {}

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
        """Fit the network to rows of word ids and their targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids: non-negative integers; 0 is padding, 1 is out of vocabulary.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            For a classifier, labels: numbers, strings or booleans, of at least two
            classes. Or several labels per row, as an indicator matrix of zeros and
            ones. For a regressor, numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights of the rows.
        X_val : array-like of shape (n_validation_samples, n_features), default=None
            Validation rows for ``val_loss``, ``val_accuracy``, ``scoring`` and
            ``early_stopping``, instead of a fraction of X.
        y_val : array-like, default=None
            Targets of the validation rows, as in ``y``.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Raises
        ------
        ValueError
            If X or y are not as above, if only one of ``X_val`` and ``y_val`` is
            given, or if both are given and ``validation_split`` is not 0.
        """
        options = training_options(self, count_rows(X))
        validation = check_validation(
            type(self).__name__, X_val, y_val, options.validation_split
        )
        task = FitTask.start(
            self, X, y, max_subtasks=options.epochs, sample_weight=sample_weight
        )
        with self._transaction():
            resumes = self.warm_start and self.__sklearn_is_fitted__()
            if not resumes:
                self._forget_targets()
            data = self._check_data(X, y, sample_weight, validation, reset=not resumes)
            if not resumes:
                self._initialize(data)
            self._resumable = False
            self._train(data, options, options.epochs, resumes=resumes, task=task)
        task.end()
        return self

    def _train_on_chunk(self, X: Any, y: Any, sample_weight: Any) -> None:
        """Train one epoch on a chunk of rows, for ``partial_fit``."""
        options = training_options(self, count_rows(X))
        resumes = self.__sklearn_is_fitted__()
        data = self._check_data(X, y, sample_weight, None, reset=not resumes)
        if not resumes:
            self._initialize(data)
        self._resumable = True
        self._train(data, options, 1, resumes=resumes, task=None)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Restore the estimator if a fit fails.

        A fit that diverges after a finished epoch keeps the weights of that epoch.
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

    def _check_data(
        self, X: Any, y: Any, sample_weight: Any, validation: Any, *, reset: bool
    ) -> _FitData:
        """Validate the data of a fit; with ``reset``, set the columns."""
        name = type(self).__name__
        self._refuse_targets(y, sample_weight)
        refuse_other_inputs(name, X)
        X, y = validate_data(
            self,
            X,
            y,
            reset=reset,
            dtype="numeric",
            multi_output=has_columns(y) and "multilabel" in self._heads,
            y_numeric=is_regressor(self),
        )
        if reset:
            check_columns(name, X, getattr(self, "feature_names_in_", None))
        ids = as_ids(name, X)
        weight = check_sample_weight(
            sample_weight, ids, dtype=np.float64, ensure_non_negative=True
        )
        if not weight.any():
            raise ValueError(
                "sample_weight is zero for all rows. Give some rows a positive weight."
            )
        y = self._check_targets(y, weight)
        if validation is not None:
            X_val, y_val = validation
            validation = self._check_ids(X_val), self._check_targets(y_val)
        return _FitData(ids, y, weight, validation)

    # -- the targets

    def _forget_targets(self) -> None:
        """Remove what a previous fit has set about its targets."""

    def _refuse_targets(self, y: Any, sample_weight: Any) -> None:
        """Refuse targets of another kind, before they become an array."""

    @abstractmethod
    def _check_targets(
        self, y: npt.NDArray[Any], weight: npt.NDArray[np.float64] | None = None
    ) -> npt.NDArray[Any]:
        """Return the validated targets of a fit, or of validation rows.

        A new fit sets ``_output`` and the fitted attributes of its targets. Targets of
        validation rows have no ``weight``.
        """

    @abstractmethod
    def _encode(self, y: npt.NDArray[Any]) -> Targets:
        """Return checked targets as numbers for the network."""

    def _weigh_targets(
        self, y: npt.NDArray[Any], weight: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Return the weights of targets for those of rows."""
        return weight

    def _weighted_targets(
        self, data: _FitData
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
        """Return the targets of the rows with a weight, and their weights."""
        has_weight = data.sample_weight > 0
        y = data.y[has_weight]
        return y, self._weigh_targets(y, data.sample_weight[has_weight])

    def _rescale(self, outputs: Any) -> Any:
        """Return outputs of the network, or scores of them, in the unit of y."""
        return outputs

    @property
    def _head(self) -> Head:
        """The head of the network."""
        return HEADS[self._output[0]]

    # -- the steps of a fit

    def _check_ids(self, X: Any) -> npt.NDArray[np.int32]:
        """Return X as ids, validated against the columns in ``fit``."""
        name = type(self).__name__
        refuse_other_inputs(name, X)
        return as_ids(name, validate_data(self, X, reset=False, dtype="numeric"))

    @staticmethod
    def _as_rows(ids: npt.NDArray[np.int32]) -> Rows:
        """Return rows as the network reads them, without needless padding."""
        return align_left(ids)

    def _initialize(self, data: _FitData) -> None:
        """Draw the seed and acquire an initialized or a pretrained network."""
        replicas = as_replicas(self.strategy)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        self._seed = replicas.gather(seed)[0]
        self.pretrained_weights_ = []
        parts = self._pretrained_parts(data)
        self._acquire_network(data, parts, replicas)
        if parts is not None and not self._start_from(parts, data):
            self._acquire_network(data, None, replicas)

    def _acquire_network(
        self, data: _FitData, parts: PretrainedParts | None, replicas: Replicas
    ) -> None:
        """Make the word vectors and acquire an initialized network.

        With ``parts``, it has a row for each word of theirs.
        """
        vectors = self._given_embeddings()
        if isinstance(self.embeddings, WordVectors):
            warn_of_other_vocabulary(self.embeddings, data.ids)
        self.n_embeddings_ = self._count_embeddings(data, vectors, parts)
        if isinstance(self.embeddings, str) and parts is None:
            vectors = self._learn_embeddings(data)
        spec = self._make_spec(self.n_embeddings_, vectors)
        with float32_policy(), replicas.scope():
            optimizer = make_optimizer(self)
        previous = vars(self).get("_fitted_network")
        pooled = acquire(
            spec,
            self._make_loss(),
            optimizer,
            replicas,
            weight_averaging=float(self.weight_averaging),
            held=None if previous is None else previous.pooled,
            seed=self._seed,
            embeddings=vectors,
        )
        self._fitted_network = FittedNetwork(pooled)
        y, weight = self._weighted_targets(data)
        bias = self._head.initial_bias(self._encode(y), weight)
        if bias is not None:
            self._network.set_weights({OUTPUT_BIAS: bias})

    def _given_embeddings(self) -> _Vectors:
        """Return the word vectors in ``embeddings``, or None."""
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

    def _pretrained_parts(self, data: _FitData) -> PretrainedParts | None:
        """Return the parts of the pipeline in ``pretrained`` if it suits the rows."""
        if self.pretrained is None:
            return None
        if self.embeddings is not None and not isinstance(self.embeddings, str):
            raise ValueError(
                f"{type(self).__name__} got both embeddings and pretrained, which has "
                "word vectors of its own. Set one of them to None."
            )
        parts = get_parts(self.pretrained)
        known = known_share(parts, data.ids)
        if known < MIN_KNOWN:
            if self.verbose:
                print(f"{_NOT_PRETRAINED}, which knows {known:.0%} of the words.")
            return None
        return parts

    def _count_embeddings(
        self, data: _FitData, vectors: _Vectors, parts: PretrainedParts | None
    ) -> int:
        """Return the number of word vectors that the network needs."""
        if vectors is not None:
            return len(vectors)
        if self.n_embeddings is not None:
            return int(self.n_embeddings)
        largest = int(data.ids.max())
        if largest >= MAX_EMBEDDINGS:
            raise ValueError(
                f"X has ids up to {largest}, so the embedding would need "
                f"{largest + 1} rows. Ids are positions in a vocabulary: learn one "
                "with TextSequencer, limit it with its max_features, or set "
                "n_embeddings, from which on ids are out of vocabulary."
            )
        return max(
            largest + 1, FIRST_WORD if parts is None else parts.spec.n_embeddings
        )

    def _learn_embeddings(self, data: _FitData) -> _Vectors:
        """Learn word vectors from the rows."""
        learn: Callable[..., _Vectors] = _learn_from_rows
        if has_memory(self.memory):
            learn = partial(call_cached, self.memory, _learn_from_rows)
        n_ids = self.n_embeddings_
        return learn(
            np.where(data.ids < n_ids, data.ids, OOV),
            n_ids=n_ids,
            n_dimensions=int(self.embedding_dim),
            method=self.embeddings,
            seed=self._seed,
        )

    def _start_from(self, parts: PretrainedParts, data: _FitData) -> bool:
        """Copy the pretrained weights that fit; set ``pretrained_weights_``.

        Return False, and set nothing, if its output has nothing to do with y.
        """
        warn_of_other_ids(parts, data.ids)
        network, name = self._network, type(self).__name__
        y = self._encode(data.y)
        copied = copy_weights(network, parts, name)
        if is_complete(network.spec, copied):
            share = explained_share(network, parts, copied, data.ids, y, self._as_rows)
            if share < MIN_EXPLAINED:
                if self.verbose:
                    print(
                        f"{_NOT_PRETRAINED}: y explains {max(share, 0):.0%} of the "
                        "variance of its output."
                    )
                return False
            scale_learning_rate(network.model.optimizer, len(data.ids))
        if self.verbose:
            print("Training starts from the pretrained network.")
        if OUTPUT_KERNEL in copied:
            align_output(network, data.ids, y, data.sample_weight, self._as_rows)
        self.pretrained_weights_ = copied
        return True

    def _make_spec(self, n_embeddings: int, vectors: _Vectors) -> NetworkSpec:
        """Return the architecture that the parameters ask for."""
        periods = self.periods if CELLS[self.cell].has_periods else ()
        return NetworkSpec(
            **self._shared_spec(n_embeddings, vectors),
            pooling=self.pooling,
            periods=tuple(periods),
        )

    def _shared_spec(self, n_embeddings: int, vectors: _Vectors) -> dict[str, Any]:
        """Return the arguments of a NetworkSpec that all subclasses share."""
        head, n_outputs = self._output
        return {
            "n_embeddings": n_embeddings,
            "head": head,
            "n_outputs": n_outputs,
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

    def _make_loss(self) -> TrainingLoss:
        """Return the training loss that the parameters ask for."""
        return TrainingLoss(
            self._output[0],
            self._head.make_loss(self.loss),
        )

    def _train(
        self,
        data: _FitData,
        options: TrainingOptions,
        epochs: int,
        *,
        resumes: bool,
        task: FitTask | None,
    ) -> None:
        """Train for some more epochs and append them to the history."""
        previous: History = self.history_ if resumes else {}
        # partial_fit trains one epoch at a time, so it has nothing to stop.
        stops_early = bool(self.early_stopping) and epochs > 1
        callbacks = make_callbacks(self)
        if callbacks:
            self._fitted_network.expose()  # they may keep the model
        observers: list[keras.callbacks.Callback] = []
        if task is not None and task.has_listeners:
            observers.append(EpochTasks(task, previous))
        # Callbacks may observe, change or stop the training, so no epoch is skipped.
        may_skip = not (callbacks or observers or resumes)
        examples, validation, y_val = self._make_examples(
            data, options.validation_split, stops_early=stops_early
        )
        scorer = None
        if validation is not None and y_val is not None:
            scorer = make_scorer(self, validation.rows.ids, y_val)
        if stops_early:
            callbacks.append(self._early_stopping(scores=scorer is not None))

        network = self._fitted_network.move_to(as_replicas(self.strategy))
        batching: dict[str, Any] = {
            "batch_size": options.batch_size,
            "shuffle": options.shuffle,
            "seed": self._seed,
        }
        check_same_everywhere(
            network.replicas, (network.spec, examples, validation, batching)
        )
        checkpoints = None
        if may_skip and has_memory(self.memory):
            checkpoints = EpochCheckpoints(
                self.memory,
                (
                    network.identity(),
                    examples,
                    validation,
                    batching,
                    hash_scoring(self.scoring),
                ),
                like=network.get_state(),
            )
        initial_epoch = len(previous.get("loss", ()))
        try:
            history = train(
                network,
                examples,
                validation=validation,
                scorer=scorer,
                epochs=initial_epoch + epochs,
                initial_epoch=initial_epoch,
                callbacks=[*callbacks, *observers],
                verbose=options.verbose,
                checkpoints=checkpoints,
                **batching,
            )
        except DivergenceError as error:
            if error.history is not None:
                self._set_history(previous, error.history)
            raise
        self._set_history(previous, history)

    def _early_stopping(self, *, scores: bool) -> keras.callbacks.EarlyStopping:
        """Return the callback that the parameter ``early_stopping`` asks for."""
        patience = _PATIENCE if self.early_stopping is True else self.early_stopping
        return keras.callbacks.EarlyStopping(
            "val_score" if scores else "val_loss",
            mode="max" if scores else "min",
            patience=patience,
            restore_best_weights=True,
        )

    def _make_examples(
        self, data: _FitData, validation_split: float, *, stops_early: bool
    ) -> tuple[Examples, Examples | None, npt.NDArray[Any] | None]:
        """Return the training examples, and any validation examples and labels."""
        y, weight = self._weighted_targets(data)
        rows = self._as_rows(data.ids[data.sample_weight > 0])
        examples = Examples(rows, self._encode(y), as_loss_weights(weight))
        validation = y_val = None
        if data.validation is not None:
            ids, y_val = data.validation
            encoded = self._encode(y_val)
            each = np.full_like(encoded, 1 / encoded[0].size)
            validation = Examples(self._as_rows(ids), encoded, each)
        elif validation_split or stops_early:
            reason = f"validation_split={validation_split}"
            if not validation_split:
                reason = f"early_stopping={self.early_stopping!r}"
            training, held_out = hold_out(
                len(y),
                validation_split or _VALIDATION_FRACTION,
                self._seed,
                strata=y if self._head.has_classes else None,
                reason=reason,
            )
            validation, examples = examples.part(held_out), examples.part(training)
            y_val = y[held_out]
        return examples, validation, y_val

    def _set_history(self, previous: History, history: History) -> None:
        """Set the fitted attributes after some epochs."""
        keys = {**previous, **history}
        self.history_ = {k: previous.get(k, []) + history.get(k, []) for k in keys}
        self.n_parameters_ = self._network.model.count_params()

    # -- the fitted network ------------------------------------------------------------

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether there is a network to predict with."""
        return "_fitted_network" in vars(self)

    @property
    def model_(self) -> keras.Model:
        """The fitted Keras model, which belongs to the caller and is never reused."""
        return self._checked_network().expose()

    @property
    def _network(self) -> CompiledNetwork:
        """The compiled network."""
        return self._checked_network().compiled

    def _checked_network(self) -> FittedNetwork:
        """Return the fitted network, or raise AttributeError for hasattr."""
        if not self.__sklearn_is_fitted__():
            raise AttributeError(
                f"This {type(self).__name__} is not fitted: it has no model_."
            )
        return self._fitted_network

    def _weights_to_export(self) -> Weights:
        """Return the weights of the network for other formats, by name."""
        return self._network.named_weights()

    def _restore(
        self,
        spec: NetworkSpec,
        weights: Weights,
        fitted: dict[str, Any],
    ) -> None:
        """Set the fitted state that :mod:`skrnn.persistence` has read."""
        self.__dict__.update(fitted)
        self._output = spec.head, spec.n_outputs
        self._resumable = False
        with float32_policy():
            optimizer = make_optimizer(self)
        self._fitted_network = FittedNetwork.from_weights(
            spec, self._make_loss(), optimizer, weights, float(self.weight_averaging)
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for a pickle.

        It has the weights, and after ``partial_fit`` and with ``warm_start`` also the
        state of the optimizer, so that training can continue.
        """
        state = dict(super().__getstate__())
        if (network := state.get("_fitted_network")) is not None:
            resumable = self._resumable or bool(self.warm_start)
            state["_fitted_network"] = network.detached(resumable=resumable)
        state["callbacks"] = _without_model(self.callbacks)
        if not isinstance(self.strategy, str | None):
            # An instance is bound to its process.
            state["strategy"] = strategy_name(self.strategy)
        return state

    # -- transform and predict ---------------------------------------------------------

    def transform(self, X: Any) -> npt.NDArray[np.float32]:
        """Compute a vector for each document: the input of the output layer.

        It is the pooled vector, or the last hidden layer if there are ``dense_units``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding.

        Returns
        -------
        X_out : ndarray of shape (n_samples, n_features_out), float32
            The document vectors, for clustering, search and other classifiers.
        """
        return self._map_rows(transform, X)

    @property
    def _n_features_out(self) -> int:
        """Length of a document vector, for the names of the columns."""
        return self._checked_network().spec.dense_layers[-1].input_dim

    def _map_rows(
        self, compute: Callable[..., npt.NDArray[np.float32]], X: Any
    ) -> npt.NDArray[np.float32]:
        """Return what ``compute`` returns for the network and the rows of X."""
        check_is_fitted(self)
        rows = self._as_rows(self._check_ids(X))
        self._check_routed("predict__batch_size")
        batch_size = vars(self).get("predict__batch_size")
        return compute(self._network, rows, batch_size=batch_size)

    # -- parameters --------------------------------------------------------------------

    @classmethod
    def _is_routed(cls, name: str) -> bool:
        return is_routed(name)

    @classmethod
    def _refuse_unknown(cls, name: str, error: type[Exception]) -> None:
        if name in cls._removed_parameters:
            raise TypeError(
                f"The parameter {name!r} of {cls.__name__} was removed. Use "
                f"{cls._removed_parameters[name]}."
            )
        super()._refuse_unknown(name, error)

    @classmethod
    def _get_param_names(cls) -> list[str]:
        """Return the named parameters; scikit-learn refuses ``**routed``."""
        return sorted(cls._constructor_names())

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters of this estimator, routed ones included.

        Parameters
        ----------
        deep : bool, default=True
            Ignored: ``pretrained`` has no parameters to set.

        Returns
        -------
        params : dict
            Parameter names and their values.
        """
        return {**super().get_params(deep=False), **routed_params(self)}

    def __sklearn_clone__(self) -> Self:
        """Return a clone that starts from the same pretrained pipeline."""
        cloned: Self = clone_around(self, "pretrained")
        return cloned

    def _validate_params(self) -> None:
        super()._validate_params()
        self._check_routed(*routed_params(self))

    def _check_routed(self, *names: str) -> None:
        """Validate routed values by the constraints of the plain parameters."""
        known = self._parameter_constraints
        constraints: dict[str, Any] = {
            "fit__shuffle": ["boolean"],
            "predict__batch_size": [positive_int],
        }
        for name in names:
            destination, _, plain = name.partition("__")
            if destination == "fit" and plain in known:
                constraints[name] = known[plain]
        given = {name: vars(self)[name] for name in names if name in vars(self)}
        validate_params(constraints, given, type(self).__name__)

    def _get_fitted_attr_html(self, doc_link: str = "") -> Any:
        # Without model_: getting it exposes the pooled network.
        return stored_attributes_html(self, doc_link)

    def __sklearn_tags__(self) -> Tags:
        """Return the tags of the estimator: its input is non-negative integers.

        ``transform`` returns float32, whatever the type of the ids.
        """
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        tags.input_tags.positive_only = True
        tags.input_tags.sparse = False
        tags.transformer_tags.preserves_dtype = []
        return tags


def _learn_from_rows(ids: npt.NDArray[np.int32], **params: Any) -> _Vectors:
    """Learn word vectors from padded rows.

    The rows are split here because joblib hashes the arguments of a cached function,
    which takes half a minute for many small arrays.
    """
    return learn_vectors([row[row != PAD] for row in ids], **params)


def layer_sizes(name: str, value: Any, *, at_least: int) -> tuple[int, ...]:
    """Return layer sizes as a tuple of ints."""
    sizes = (value,) if isinstance(value, Integral) else tuple(value)
    if len(sizes) < at_least or not all(
        isinstance(size, Integral) and int(size) > 0 for size in sizes
    ):
        raise ValueError(
            f"{name}={value!r} must be at least {at_least} layer sizes, which are "
            "positive integers."
        )
    return tuple(int(size) for size in sizes)


def _without_model(callbacks: Any) -> Any:
    """Return callbacks without the model and weights that ``fit`` stored in them."""
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
