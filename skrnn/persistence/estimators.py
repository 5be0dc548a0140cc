"""Estimators as JSON, and back: which ones are known, and what of them is kept.

An estimator of ours is written as its class's public name, its parameters and its
fitted attributes; one of scikit-learn likewise if :mod:`skrnn.persistence.scikit_learn`
knows it, whatever estimators it holds. All others go through skops. What belongs to
the machine or to a training run (``memory``, ``callbacks``, ``strategy``) is not kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils import Bunch
from sklearn.utils.validation import check_is_fitted

from skrnn.networks.spec import check_weights
from skrnn.persistence.archive import DamagedFileError
from skrnn.persistence.json_codec import Reader, Writer
from skrnn.persistence.network_spec import read_spec, write_spec
from skrnn.persistence.old import MOVED
from skrnn.persistence.scikit_learn import name_class, read_object, write_object
from skrnn.persistence.skops_io import dump_with_skops, load_with_skops
from skrnn.text.vocabulary import check_vocabulary

__all__ = ["KINDS", "read_estimator", "write_estimator"]

_LARGEST = 2**24  # columns of a row, and ids: as many as an embedding may have
_PIPELINE = "sklearn.pipeline.Pipeline"
_SKOPS = "skops"
_NO_STEPS = ("passthrough", "drop")
_WEIGHTS = "weights"


@dataclass(frozen=True)
class Kind:
    """What is kept of a class of estimators.

    Parameters
    ----------
    home : str
        The module that holds the class.
    attributes : tuple of str
        Fitted attributes that it always has.
    optional : tuple of str, default=()
        Fitted attributes that it may have.
    not_kept : tuple of str, default=()
        Parameters, or prefixes of routed ones, that get their default when loaded.
    network : {"words", "sentences"} or None, default=None
        What its network reads a text as, if it holds one.
    in_use : bool, default=False
        Whether it goes by some parameters as ``fit`` found them, which
        ``_get_params_in_use`` then tells.
    templates : tuple of str, default=()
        Parameters that are estimators, of which fitting takes clones.
    parts : tuple of str, default=()
        Fitted attributes that are estimators.
    estimators : bool, default=False
        Whether it holds estimators in ``estimators``, ``estimators_`` and
        ``final_estimator_``.
    """

    home: str
    attributes: tuple[str, ...]
    optional: tuple[str, ...] = ()
    not_kept: tuple[str, ...] = ()
    network: str | None = None
    in_use: bool = False
    templates: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    estimators: bool = False


def _classifier(home: str, network: str) -> Kind:
    """Return what is kept of a classifier of rows of ids."""
    return Kind(
        home=home,
        attributes=(
            "classes_",
            "n_features_in_",
            "n_embeddings_",
            "n_parameters_",
            "history_",
            "_seed",
        ),
        optional=("feature_names_in_",),
        not_kept=("memory", "callbacks", "strategy"),
        network=network,
    )


# The register: a class that is added here can be saved.
KINDS = {
    "skrnn.TextSequencer": Kind(
        home="skrnn.text.sequencer",
        attributes=("vocabulary_", "maxlen_", "document_lengths_"),
        optional=("oov_rate_",),
        in_use=True,
    ),
    "skrnn.RNNSentimentClassifier": _classifier("skrnn.estimators.recurrent", "words"),
    "skrnn.HierarchicalAttentionClassifier": _classifier(
        "skrnn.estimators.hierarchical", "sentences"
    ),
    "skrnn.baselines.NBSVMClassifier": Kind(
        home="skrnn.baselines",
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
    # The teacher and what it taught are of the training: a student predicts alone.
    "skrnn.ensemble.DistilledClassifier": Kind(
        home="skrnn.ensemble.distillation",
        attributes=("classes_",),
        templates=("estimator", "teacher"),
        parts=("estimator_",),
    ),
    "skrnn.ensemble.BlendedClassifier": Kind(
        home="skrnn.ensemble.blend", attributes=("classes_",), estimators=True
    ),
}


def write_estimator(
    writer: Writer, estimator: Any, place: str = "", *, fitted: bool = False
) -> dict[str, Any]:
    """Return an estimator as what JSON can hold.

    Parameters
    ----------
    writer : Writer
        Collects arrays and files.
    estimator : estimator
        The estimator.
    place : str, default=""
        Where it stands, as the Pipeline names it, for messages.
    fitted : bool, default=False
        Whether it must be fitted; otherwise it is written as it is.

    Raises
    ------
    NotFittedError
        If it is not fitted.
    TypeError
        If it is no estimator, or none that a file can hold.
    ValueError
        If a parameter is none that a file can hold.
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
    kind = KINDS[name]
    templates = _templates(kind, estimator)
    apart = {"estimators"} if kind.estimators else dict(templates).keys()
    given = estimator.get_params(deep=False)
    if is_fitted and kind.in_use:
        given = estimator._get_params_in_use()
    params = {
        key: writer.write(value, _join(place, key))
        for key, value in given.items()
        if not _is_dropped(kind, key) and key not in apart
    }
    written: dict[str, Any] = {"class": name, "params": params}
    if templates:
        written["templates"] = _write_all(writer, templates, place, False)
    if not is_fitted:
        return written
    return {**written, **_write_fitted(writer, kind, estimator, place)}


def _write_fitted(
    writer: Writer, kind: Kind, estimator: Any, place: str
) -> dict[str, Any]:
    """Return what was learnt, and where its arrays are."""
    written: dict[str, Any] = {}
    attributes = [
        *kind.attributes,
        *(a for a in kind.optional if hasattr(estimator, a)),
    ]
    written["fitted"] = {
        key: writer.write(getattr(estimator, key), _join(place, key))
        for key in attributes
    }
    if kind.parts:
        found = [(key, getattr(estimator, key)) for key in kind.parts]
        written["parts"] = _write_all(writer, found, place, True)
    if kind.estimators:
        # A prefix of their own: the templates have the same names.
        inner = _join(place, "estimators_")
        found = list(estimator.named_estimators_.items())
        written["parts"] = _write_all(writer, found, inner, True)
        final = _join(place, "final_estimator_")
        written["final"] = _write_step(writer, estimator.final_estimator_, final, True)
    if kind.network:
        network = estimator._network
        values = network.model.get_weights()
        weights = dict(zip(network.weight_names, values, strict=True))
        check_weights(network.spec, weights)
        written["network"] = write_spec(network.spec)
        written[_WEIGHTS] = {k: _join(place, k) for k in network.spec.weight_shapes}
        writer.arrays |= {_join(place, k): v for k, v in weights.items()}
    return written


def read_estimator(reader: Reader, written: Any) -> Any:
    """Return the estimator that :func:`write_estimator` wrote.

    Parameters
    ----------
    reader : Reader
        Has the arrays and files.
    written : dict
        What was written.

    Raises
    ------
    DamagedFileError
        If the class is not known, or something is not as it must be.
    ValueError
        If something is not trusted.
    """
    name = written.get("class")
    name = MOVED.get(name, name)
    if name == _PIPELINE:
        steps = [(key, _read_step(reader, step)) for key, step in written["steps"]]
        return Pipeline(steps)
    if name == _SKOPS:
        return load_with_skops(reader.files[written["file"]], reader.trusted)
    if name not in KINDS:
        return read_object(reader, written)
    kind = KINDS[name]
    cls = getattr(import_module(kind.home), name.rpartition(".")[2])
    params = {key: reader.read(value) for key, value in written["params"].items()}
    if any(_is_dropped(kind, key) for key in params):
        raise DamagedFileError(f"it sets parameters of {name} that are never kept.")
    if kind.estimators:
        params["estimators"] = _read_all(reader, written["templates"])
    elif kind.templates:
        params |= dict(_read_all(reader, written["templates"]))
    try:
        estimator = cls(**params)
        estimator._validate_params()
    except (TypeError, ValueError) as error:
        raise DamagedFileError(f"{name} that is not as it is here: {error}") from error
    if "fitted" not in written:
        return estimator
    fitted = {key: reader.read(value) for key, value in written["fitted"].items()}
    if kind.parts:
        fitted |= dict(_read_all(reader, written["parts"]))
    expected = {*kind.attributes, *kind.parts}
    missing = expected - fitted.keys()
    strange = fitted.keys() - expected - {*kind.optional}
    if missing or strange:
        raise DamagedFileError(
            f"the attributes of {name} are not those known here: missing "
            f"{sorted(missing)}, unknown {sorted(strange)}."
        )
    if "classes_" in fitted:
        _check_classes(fitted["classes_"])
    if kind.estimators:
        named = _read_all(reader, written["parts"])
        fitted["named_estimators_"] = Bunch(**dict(named))
        fitted["estimators_"] = [each for _, each in named if each != "drop"]
        fitted["final_estimator_"] = _read_step(reader, written["final"])
    if kind.network:
        _read_network(reader, written, kind, estimator, fitted)
    elif "vocabulary_" in fitted:
        _check_sequencer(fitted)
        estimator._restore(**fitted)
    else:
        vars(estimator).update(fitted)
    return estimator


def _read_network(
    reader: Reader,
    written: dict[str, Any],
    kind: Kind,
    estimator: Any,
    fitted: dict[str, Any],
) -> None:
    """Give a classifier its network; nothing is built before all fits together."""
    spec = read_spec(written["network"])
    weights = {k: reader.arrays[v] for k, v in written[_WEIGHTS].items()}
    try:
        check_weights(spec, weights)
    except ValueError as error:
        raise DamagedFileError(str(error)) from error
    fits = len(fitted["classes_"]) == spec.n_classes
    fits &= fitted["n_embeddings_"] == spec.n_embeddings
    fits &= bool(spec.sentence_units) == (kind.network == "sentences")
    if not fits or not _is_count(fitted["n_features_in_"]):
        raise DamagedFileError("the attributes do not belong to the network.")
    estimator._restore(spec, weights, fitted)


def _check_sequencer(fitted: dict[str, Any]) -> None:
    """Refuse a vocabulary or a length that could not have been learnt."""
    fits = isinstance(fitted["vocabulary_"], dict) and _is_count(fitted["maxlen_"])
    if not fits or not all(map(_is_count, fitted["vocabulary_"].values())):
        raise DamagedFileError("the vocabulary or maxlen_ is none.")
    if type(fitted.get("oov_rate_", 0.0)) is not float:
        raise DamagedFileError("oov_rate_ is no share.")
    check_vocabulary(fitted["vocabulary_"])


def _check_classes(classes: Any) -> None:
    if not isinstance(classes, np.ndarray) or classes.ndim != 1 or len(classes) < 2:
        raise DamagedFileError("classes_ are none.")


def _is_count(value: object) -> bool:
    return type(value) is int and 0 < value <= _LARGEST


def _is_dropped(kind: Kind, key: str) -> bool:
    return key.partition("__")[0] in kind.not_kept


def _public_name(estimator: object) -> str | None:
    for name, kind in KINDS.items():
        cls = type(estimator)
        if (cls.__module__, cls.__name__) == (kind.home, name.rpartition(".")[2]):
            return name
    return None


def _templates(kind: Kind, estimator: Any) -> list[tuple[str, Any]]:
    """Return clones of the estimators that an estimator was given, by name."""
    found = [(key, getattr(estimator, key)) for key in kind.templates]
    if kind.estimators:
        found = estimator.estimators
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
