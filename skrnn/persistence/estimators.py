"""Estimators as JSON, and back.

:data:`SCHEMAS` registers the estimators of skrnn: the JSON of one holds the public name
of its class, its parameters and its fitted attributes. So does that of an estimator
that :mod:`skrnn.persistence.scikit_learn` registers. skops writes all others.
Parameters that belong to the machine or to one fit (``memory``, ``callbacks``,
``strategy``) are not saved, nor is a pipeline as ``pretrained``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import Bunch
from sklearn.utils.validation import check_is_fitted

from skrnn.networks.heads import HEADS
from skrnn.networks.spec import check_weights
from skrnn.persistence.archive import DamagedFileError
from skrnn.persistence.json_codec import Reader, Writer
from skrnn.persistence.network_spec import read_spec, write_spec
from skrnn.persistence.scikit_learn import name_class, read_object, write_object
from skrnn.persistence.skops_io import dump_with_skops, load_with_skops
from skrnn.text.vocabulary import check_vocabulary

__all__ = ["SCHEMAS", "EstimatorSchema", "read_estimator", "write_estimator"]

_MAX_COUNT = 2**24  # columns of a row, ids, and rows of an embedding
_PIPELINE = "sklearn.pipeline.Pipeline"
_SKOPS = "skops"
_NO_STEPS = ("passthrough", "drop")


@dataclass(frozen=True)
class EstimatorSchema:
    """What is saved of the estimators of a class.

    Parameters
    ----------
    module : str
        The module that holds the class.
    attributes : tuple of str
        Fitted attributes that are always there.
    optional : tuple of str, default=()
        Fitted attributes that may be there.
    not_saved : tuple of str, default=()
        Parameters, or prefixes of routed ones, that get their default when loaded.
    network : {"words", "sentences"} or None, default=None
        The kind of network, if there is one: a sequence of words or of sentences.
    has_params_in_use : bool, default=False
        Whether ``_get_params_in_use`` returns the parameters as ``fit`` found them.
    sub_estimators : tuple of str, default=()
        Parameters that are estimators, which ``fit`` clones.
    fitted_sub_estimators : tuple of str, default=()
        Fitted attributes that are estimators.
    is_ensemble : bool, default=False
        Whether it has ``estimators``, ``estimators_`` and ``final_estimator_``.
    """

    module: str
    attributes: tuple[str, ...]
    optional: tuple[str, ...] = ()
    not_saved: tuple[str, ...] = ()
    network: str | None = None
    has_params_in_use: bool = False
    sub_estimators: tuple[str, ...] = ()
    fitted_sub_estimators: tuple[str, ...] = ()
    is_ensemble: bool = False


def _network(
    module: str, network: str = "words", targets: tuple[str, ...] = ("classes_",)
) -> EstimatorSchema:
    """Return the schema of an estimator that has a network.

    ``targets`` are the fitted attributes that describe its targets.
    """
    return EstimatorSchema(
        module=module,
        attributes=(
            *targets,
            "n_features_in_",
            "n_embeddings_",
            "n_parameters_",
            "history_",
            "_seed",
        ),
        optional=("feature_names_in_", "pretrained_weights_"),
        not_saved=("memory", "callbacks", "strategy"),
        network=network,
    )


# The register: a class that is added here can be saved.
SCHEMAS = {
    "skrnn.TextSequencer": EstimatorSchema(
        module="skrnn.text.sequencer",
        attributes=("vocabulary_", "maxlen_", "document_lengths_"),
        optional=("oov_rate_", "n_features_in_", "feature_names_in_"),
        has_params_in_use=True,
    ),
    "skrnn.RNNSentimentClassifier": _network("skrnn.estimators.recurrent"),
    "skrnn.RNNOrdinalClassifier": _network("skrnn.estimators.ordinal"),
    "skrnn.RNNSentimentRegressor": _network(
        "skrnn.estimators.regression", targets=("y_mean_", "y_scale_")
    ),
    "skrnn.HierarchicalAttentionClassifier": _network(
        "skrnn.estimators.hierarchical", "sentences"
    ),
    "skrnn.baselines.NBSVMClassifier": EstimatorSchema(
        module="skrnn.baselines",
        attributes=(
            "classes_",
            "n_features_in_",
            "log_count_ratio_",
            "coef_",
            "intercept_",
            "n_iter_",
        ),
        optional=("feature_names_in_",),
    ),
    # The fitted teacher and its labels are not saved: the student predicts alone.
    "skrnn.ensemble.DistilledClassifier": EstimatorSchema(
        module="skrnn.ensemble.distillation",
        attributes=("classes_",),
        sub_estimators=("estimator", "teacher"),
        fitted_sub_estimators=("estimator_",),
    ),
    "skrnn.ensemble.BlendedClassifier": EstimatorSchema(
        module="skrnn.ensemble.blend",
        attributes=("classes_",),
        optional=("multilabel_",),
        is_ensemble=True,
    ),
}


def write_estimator(
    writer: Writer, estimator: Any, place: str = "", *, fitted: bool = False
) -> dict[str, Any]:
    """Return the JSON of an estimator.

    Parameters
    ----------
    writer : Writer
        Collects arrays and files.
    estimator : estimator
        The estimator.
    place : str, default=""
        Its path of parameter names, such as ``"clf__estimator"``, for messages.
    fitted : bool, default=False
        Whether it must be fitted.

    Raises
    ------
    NotFittedError
        If it must be fitted and is not.
    TypeError
        If it is not an estimator, or one that cannot be saved.
    ValueError
        If a parameter cannot be saved.
    """
    if type(estimator) is Pipeline:
        steps = [
            [name, _write_step(writer, step, _join(place, name), fitted)]
            for name, step in estimator.steps
        ]
        return {"class": _PIPELINE, "steps": steps}
    if not isinstance(estimator, BaseEstimator):
        raise TypeError(
            f"save expects a fitted Pipeline or estimator, got an object of type "
            f"{type(estimator).__name__}."
        )
    is_fitted = _is_fitted(estimator)
    if fitted and not is_fitted:
        raise NotFittedError(
            f"This {type(estimator).__name__} is not fitted yet: there is nothing to "
            "save. Call fit first."
        )
    if name_class(type(estimator)) is not None:
        return write_object(writer, estimator, place)
    name = _public_name(estimator)
    if name is None:
        return _dump_with_skops(writer, estimator, place)
    schema = SCHEMAS[name]
    sub_estimators = _clone_sub_estimators(schema, estimator)
    excluded = {"estimators"} if schema.is_ensemble else {*schema.sub_estimators}
    params = estimator.get_params(deep=False)
    if is_fitted and schema.has_params_in_use:
        params = estimator._get_params_in_use()
    if isinstance(params.get("pretrained"), Pipeline | FrozenEstimator):
        params["pretrained"] = None  # it has a file of its own
    written: dict[str, Any] = {"class": name}
    written["params"] = {
        key: writer.write(value, _join(place, key))
        for key, value in params.items()
        if _is_saved(schema, key) and key not in excluded
    }
    if sub_estimators:
        written["templates"] = _write_all(writer, sub_estimators, place, False)
    if not is_fitted:
        return written
    return {**written, **_write_fitted(writer, schema, estimator, place)}


def _write_fitted(
    writer: Writer, schema: EstimatorSchema, estimator: Any, place: str
) -> dict[str, Any]:
    """Return the JSON of the fitted attributes and the network."""
    attributes = [
        *schema.attributes,
        *(name for name in schema.optional if hasattr(estimator, name)),
    ]
    written: dict[str, Any] = {
        "fitted": {
            key: writer.write(getattr(estimator, key), _join(place, key))
            for key in attributes
        }
    }
    if schema.fitted_sub_estimators:
        found = [(key, getattr(estimator, key)) for key in schema.fitted_sub_estimators]
        written["parts"] = _write_all(writer, found, place, True)
    if schema.is_ensemble:
        # A place of their own: the parameter `estimators` has the same names.
        inner = _join(place, "estimators_")
        found = list(estimator.named_estimators_.items())
        written["parts"] = _write_all(writer, found, inner, True)
        final = _join(place, "final_estimator_")
        written["final"] = _write_step(writer, estimator.final_estimator_, final, True)
    if schema.network:
        network = estimator._fitted_network
        weights = network.named_weights()
        check_weights(network.spec, weights)
        written["network"] = write_spec(network.spec)
        written["weights"] = {k: _join(place, k) for k in network.spec.weight_shapes}
        writer.arrays |= {_join(place, k): _compact(v) for k, v in weights.items()}
    return written


def _compact(weight: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
    """Return a weight in half precision if that loses nothing."""
    with np.errstate(over="ignore"):
        half = weight.astype(np.float16)
    return half if np.array_equal(half, weight) else weight


def read_estimator(reader: Reader, written: Any) -> Any:
    """Return the estimator that :func:`write_estimator` wrote.

    Raises
    ------
    DamagedFileError
        If the class is unknown or the JSON is invalid.
    ValueError
        If the file needs a function or a type that is not trusted.
    """
    name = written.get("class")
    if name == _PIPELINE:
        steps = [(key, _read_step(reader, step)) for key, step in written["steps"]]
        return Pipeline(steps)
    if name == _SKOPS:
        return load_with_skops(reader.files[written["file"]], reader.trusted)
    if name not in SCHEMAS:
        return read_object(reader, written)
    schema = SCHEMAS[name]
    cls = getattr(import_module(schema.module), name.rpartition(".")[2])
    params = {key: reader.read(value) for key, value in written["params"].items()}
    if not all(_is_saved(schema, key) for key in params):
        raise DamagedFileError(f"it sets parameters of {name} that are never saved.")
    if schema.is_ensemble:
        params["estimators"] = _read_all(reader, written["templates"])
    elif schema.sub_estimators:
        params |= dict(_read_all(reader, written["templates"]))
    try:
        estimator = cls(**params)
        estimator._validate_params()
    except (TypeError, ValueError) as error:
        raise DamagedFileError(f"its {name} is invalid here: {error}") from error
    if "fitted" not in written:
        return estimator
    fitted = {key: reader.read(value) for key, value in written["fitted"].items()}
    if schema.fitted_sub_estimators:
        fitted |= dict(_read_all(reader, written["parts"]))
    expected = {*schema.attributes, *schema.fitted_sub_estimators}
    missing = expected - fitted.keys()
    unknown = fitted.keys() - expected - {*schema.optional}
    if missing or unknown:
        raise DamagedFileError(
            f"the fitted attributes of its {name} are invalid: missing "
            f"{sorted(missing)}, unknown {sorted(unknown)}."
        )
    if "classes_" in fitted:
        _check_classes(fitted["classes_"])
    if schema.is_ensemble:
        named = _read_all(reader, written["parts"])
        fitted["named_estimators_"] = Bunch(**dict(named))
        fitted["estimators_"] = [each for _, each in named if each != "drop"]
        fitted["final_estimator_"] = _read_step(reader, written["final"])
    if schema.network:
        _read_network(reader, written, schema, estimator, fitted)
    elif "vocabulary_" in fitted:
        _check_sequencer(fitted)
        estimator._restore(**fitted)
    else:
        vars(estimator).update(fitted)
    return estimator


def _read_network(
    reader: Reader,
    written: dict[str, Any],
    schema: EstimatorSchema,
    estimator: Any,
    fitted: dict[str, Any],
) -> None:
    """Give an estimator its network, after everything in the file has been checked."""
    spec = read_spec(written["network"])
    weights = {k: reader.arrays[v] for k, v in written["weights"].items()}
    for name, weight in weights.items():
        if weight.dtype == np.float16:
            weights[name] = weight.astype(np.float32)
    try:
        check_weights(spec, weights)
    except ValueError as error:
        raise DamagedFileError(str(error)) from error
    n_columns = len(fitted["classes_"]) if "classes_" in fitted else 1
    fits = n_columns == HEADS[spec.head].n_columns(spec.n_outputs)
    fits &= spec.head in type(estimator)._heads
    fits &= fitted["n_embeddings_"] == spec.n_embeddings
    fits &= bool(spec.sentence_units) == (schema.network == "sentences")
    if not fits or not _is_count(fitted["n_features_in_"]):
        raise DamagedFileError("the attributes do not belong to the network.")
    estimator._restore(spec, weights, fitted)


def _check_sequencer(fitted: dict[str, Any]) -> None:
    """Refuse fitted attributes that no fit of a TextSequencer sets."""
    fits = isinstance(fitted["vocabulary_"], dict) and _is_count(fitted["maxlen_"])
    if not fits or not all(map(_is_count, fitted["vocabulary_"].values())):
        raise DamagedFileError("vocabulary_ or maxlen_ is invalid.")
    if type(fitted.get("oov_rate_", 0.0)) is not float:
        raise DamagedFileError("oov_rate_ is invalid.")
    if not _is_count(fitted.get("n_features_in_", 1)):
        raise DamagedFileError("n_features_in_ is invalid.")
    check_vocabulary(fitted["vocabulary_"])


def _check_classes(classes: Any) -> None:
    if not isinstance(classes, np.ndarray) or classes.ndim != 1 or len(classes) < 2:
        raise DamagedFileError("classes_ is invalid.")


def _is_count(value: object) -> bool:
    return type(value) is int and 0 < value <= _MAX_COUNT


def _is_saved(schema: EstimatorSchema, key: str) -> bool:
    return key.partition("__")[0] not in schema.not_saved


def _public_name(estimator: object) -> str | None:
    """Return the name under which the class is registered, if it is."""
    cls = type(estimator)
    for name, schema in SCHEMAS.items():
        registered = schema.module, name.rpartition(".")[2]
        if (cls.__module__, cls.__name__) == registered:
            return name
    return None


def _clone_sub_estimators(
    schema: EstimatorSchema, estimator: Any
) -> list[tuple[str, Any]]:
    """Return clones of the parameters that are estimators, by name."""
    if schema.is_ensemble:
        found = estimator.estimators
    else:
        found = [(key, getattr(estimator, key)) for key in schema.sub_estimators]
    return [(key, clone(each, safe=False)) for key, each in found]


def _is_fitted(estimator: Any) -> bool:
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        return False
    return True


def _dump_with_skops(writer: Writer, estimator: Any, place: str) -> dict[str, Any]:
    file = f"skops/{len(writer.files)}.skops"
    writer.files[file] = dump_with_skops(estimator, place)
    return {"class": _SKOPS, "file": file}


def _write_step(writer: Writer, step: Any, place: str, fitted: bool) -> Any:
    if step is None or step in _NO_STEPS:
        return step
    return write_estimator(writer, step, place, fitted=fitted)


def _read_step(reader: Reader, step: Any) -> Any:
    return step if step in (None, *_NO_STEPS) else read_estimator(reader, step)


def _write_all(
    writer: Writer, estimators: list[tuple[str, Any]], place: str, fitted: bool
) -> list[list[Any]]:
    return [
        [name, _write_step(writer, each, _join(place, name), fitted)]
        for name, each in estimators
    ]


def _read_all(reader: Reader, written: list[Any]) -> list[tuple[str, Any]]:
    return [(name, _read_step(reader, each)) for name, each in written]


def _join(place: str, name: str) -> str:
    return f"{place}__{name}" if place else name
