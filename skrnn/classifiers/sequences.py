"""What all classifiers of rows of word ids share: checks, fitting and prediction."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import keras
import numpy as np
import numpy.typing as npt
from sklearn.utils import Tags, column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from skrnn._sklearn import FitTask, check_sample_weight, take_rows
from skrnn.classifiers.base import RepairedWrapper
from skrnn.classifiers.checks import (
    as_ids,
    as_loss_weights,
    check_validation,
    encode_validation,
    has_label,
    refuse_one_weighted_class,
    refuse_text,
    stratified_split,
)
from skrnn.networks.builders import NetworkSpec
from skrnn.networks.replicas import as_replicas
from skrnn.networks.reuse import Lease
from skrnn.training.batches import Rows, align_left
from skrnn.training.callbacks import EpochTasks
from skrnn.training.faults import DivergenceError
from skrnn.training.loop import Examples, predict, train
from skrnn.training.memory import History, Trajectory, has_memory
from skrnn.training.workers import check_same_everywhere

MOST_EMBEDDINGS = 2**24
_HELD_OUT_FOR_STOPPING = 0.1
_PATIENCE = 3

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


class BaseSequenceClassifier(RepairedWrapper):
    """A classifier of rows of word ids.

    A subclass has a constructor with the parameters that are read here
    (``n_embeddings``, ``epochs``, ``validation_split``, ``early_stopping``,
    ``class_weight``, ``memory``, ``warm_start``) and in :class:`RepairedWrapper`, and
    says by :meth:`_make_spec` which network it wants.
    """

    history_: History
    n_embeddings_: int
    n_parameters_: int

    @abstractmethod
    def _make_spec(
        self, n_embeddings: int, n_classes: int, vectors: _Vectors
    ) -> NetworkSpec:
        """Return the network that the parameters ask for."""

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

    def _keras_build_fn(self) -> Lease:
        material = self._material
        if material.vectors is None:
            material.vectors = self._learnt_embeddings(material.ids, self._seed)
        spec = self._make_spec(self.n_embeddings_, len(self.classes_), material.vectors)
        return self._lease_for(
            spec,
            replicas=as_replicas(self.strategy),
            seed=self._seed,
            embeddings=material.vectors,
        )

    # -- checks ----------------------------------------------------------------------

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
            self._material.vectors = self._given_embeddings()
            if self._material.vectors is not None:
                self.n_embeddings_ = len(self._material.vectors)
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

    # -- fitting -----------------------------------------------------------------------

    @contextmanager
    def _fitting(
        self, X: Any, y: Any, sample_weight: Any
    ) -> Iterator[tuple[Any, Any, Any]]:
        """Give the rows that have a label, and keep the others while it fits."""
        with self._refitting():
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
            try:
                yield X, y, sample_weight
            finally:
                del self._material

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
        options = self._fit_options()
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        if self.class_weight is not None:
            labels = self.classes_[y[:, 0].astype(np.intp)]
            weight = weight * compute_sample_weight(self.class_weight, labels)
        rows = self._as_rows(X)
        examples = Examples(rows, y[:, 0], as_loss_weights(weight))

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

    def _given_validation(self) -> Examples | None:
        if self._material.validation is None:
            return None
        X_val, y_val = self._material.validation
        codes = encode_validation(y_val, self.classes_)
        rows = self._as_rows(self._ids(X_val))
        return Examples(rows, codes, np.ones(len(codes), np.float32))

    # -- prediction --------------------------------------------------------------------

    def _predict_raw(self, X: Any) -> npt.NDArray[np.float32]:
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
