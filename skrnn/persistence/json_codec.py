"""Parameters and fitted attributes as JSON, and back.

Null, booleans, numbers, strings and lists are plain JSON. Any other value is an object
with one key, its tag: ``{"tuple": [...]}``, ``{"dict": {...}}``, ``{"array": "name"}``,
``{"function": "builtins.str.split"}``. Numeric arrays go into a file of their own.
Values of other types and unknown tags are refused.
"""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy import stats
from sklearn import metrics
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch

from skrnn._messages import describe
from skrnn.embeddings import WordVectors
from skrnn.persistence.archive import DamagedFileError
from skrnn.persistence.keras_objects import (
    KerasPart,
    keras_class,
    name_keras_class,
    to_keras_part,
)
from skrnn.persistence.scikit_learn import name_class, read_object, write_object
from skrnn.text.callables import find_callable, name_callable

__all__ = ["Reader", "Writer"]

_Arrays = dict[str, npt.NDArray[Any]]
_INTEGERS = {np.dtype(f"{kind}{size}") for kind in "iu" for size in (1, 2, 4, 8)}
_NUMBERS = _INTEGERS | {np.dtype(f"f{size}") for size in (2, 4, 8)} | {np.dtype(bool)}
_MAX_CHARACTERS = 2**24
_NON_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_TYPES = {kind.__name__: kind for kind in (bool, float, int, object, str)}
_DISTRIBUTIONS = (stats.rv_continuous, stats.rv_discrete)


@dataclass
class Writer:
    """Turns values into JSON and collects arrays and files.

    Parameters
    ----------
    write_estimator : callable
        Turns an estimator into JSON; takes the writer, the estimator and its place.

    Attributes
    ----------
    arrays : dict of str to ndarray
        Numeric arrays, by the names under which the JSON refers to them.
    files : dict of str to bytes
        The estimators that skops wrote.
    """

    write_estimator: Callable[[Writer, Any, str], dict[str, Any]]
    arrays: _Arrays = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    _numbers: dict[int, int] = field(default_factory=dict)
    _estimators: list[BaseEstimator] = field(default_factory=list)

    def write(self, value: Any, place: str) -> Any:
        """Return the JSON of a parameter or an attribute.

        Its ``place``, a name such as ``"clf__units"``, is for messages and for the
        names of arrays.

        Raises
        ------
        ValueError
            If the value cannot be saved.
        """
        if value is None or isinstance(value, bool | np.bool_ | str):
            if isinstance(value, np.bool_):
                return bool(value)
            return str(value) if isinstance(value, str) else value
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if isinstance(value, Integral):
            return int(value)
        if isinstance(value, Real):
            number = float(value)
            return number if math.isfinite(number) else {"float": str(number)}
        if isinstance(value, list):
            return self._items(value, place)
        for kind in (tuple, set, frozenset):
            if isinstance(value, kind):
                items = value if kind is tuple else sorted(value, key=repr)
                return {kind.__name__: self._items(items, place)}
        if isinstance(value, Bunch):
            return {"bunch": self._mapping(value, place)}
        if isinstance(value, Mapping):
            return self._mapping(value, place)
        if isinstance(value, np.ma.MaskedArray):
            mask = np.ma.getmaskarray(value)
            masked = (self._array(value.filled(0), place), f"{place}.mask")
            return {"masked": [masked[0], self._array(mask, masked[1])]}
        if isinstance(value, np.ndarray):
            return self._array(value, place)
        if isinstance(value, slice):
            limits = [value.start, value.stop, value.step]
            return {"slice": self._items(limits, place)}
        if isinstance(value, BaseEstimator):
            return self._estimator(value, place)
        if name_class(type(value)) is not None:
            return {"object": write_object(self, value, place)}
        if isinstance(getattr(value, "dist", None), _DISTRIBUTIONS):
            given = {"args": value.args, "kwds": value.kwds}
            return {"distribution": [value.dist.name, self._mapping(given, place)]}
        if isinstance(value, WordVectors):
            vectors = self._array(value.vectors, place)
            return {"word_vectors": [list(value), vectors]}
        if isinstance(value, np.random.RandomState):
            name, keys, *rest = cast(tuple[Any, ...], value.get_state(legacy=True))
            return {"random_state": [name, keys.tolist(), *rest]}
        if isinstance(value, np.random.Generator):
            raise ValueError(_refusal(value, place, "use an int as the seed"))
        if isinstance(value, type) and issubclass(value, np.generic):
            return {"dtype": np.dtype(value).name}
        if isinstance(value, type) and value in _TYPES.values():
            return {"type": value.__name__}
        if (public := name_keras_class(value)) is not None:
            return {"keras_class": public}
        if (part := to_keras_part(value, place)) is not None:
            config = self.write(part.config, place)
            return {"keras": [part.name, config]}
        name = getattr(value, "__name__", "")
        if callable(value) and value is _metric(name):
            return {"metric": name}
        if callable(value):
            return {"function": name_callable(value, place)}
        raise ValueError(_refusal(value, place, "leave it out or use a plain value"))

    def _items(self, values: Collection[Any], place: str) -> list[Any]:
        return [self.write(v, f"{place}.{i}") for i, v in enumerate(values)]

    def _estimator(self, value: BaseEstimator, place: str) -> dict[str, Any]:
        """Write an estimator in full at its first place, and its number elsewhere."""
        if id(value) in self._numbers:
            return {"same": self._numbers[id(value)]}
        written = self.write_estimator(self, value, place)
        number = self._numbers[id(value)] = len(self._estimators)
        self._estimators.append(value)  # kept alive, so that its id stays unique
        return {"estimator": [number, written]}

    def _mapping(self, value: Mapping[Any, Any], place: str) -> dict[str, Any]:
        if all(type(key) is str for key in value):
            return {
                "dict": {k: self.write(v, f"{place}.{k}") for k, v in value.items()}
            }
        return {"items": [self._items(pair, place) for pair in value.items()]}

    def _array(self, value: npt.NDArray[Any], place: str) -> dict[str, Any]:
        dtype = value.dtype.newbyteorder("=")
        if dtype in _NUMBERS:
            while place in self.arrays:  # a key of a dict may equal a place
                place += "_"
            self.arrays[place] = np.ascontiguousarray(value, dtype=dtype)
            return {"array": place}
        if dtype.kind == "U" and value.ndim == 1:
            return {"strings": value.tolist(), "width": dtype.itemsize // 4}
        if dtype.kind == "O" and value.ndim == 1:
            return {"objects": self._items(value.tolist(), place)}
        raise ValueError(
            _refusal(value, place, "use numbers, or one dimension of strings")
        )


@dataclass
class Reader:
    """Turns the JSON of :class:`Writer` into values.

    Parameters
    ----------
    read_estimator : callable
        Turns JSON into an estimator; takes the reader and the JSON.
    arrays : dict of str to ndarray
        The arrays that the JSON refers to.
    files : dict of str to bytes
        The other members of the archive.
    trusted : collection of str
        Import paths of functions, and names of types, that are allowed besides those
        known to be harmless.
    """

    read_estimator: Callable[[Reader, Any], Any]
    arrays: _Arrays
    files: dict[str, bytes]
    trusted: Collection[str] = ()
    _estimators: dict[int, Any] = field(default_factory=dict)

    def read(self, written: Any) -> Any:
        """Return the value that was written.

        Raises
        ------
        DamagedFileError
            If a tag is unknown or its content is invalid.
        ValueError
            If a function is not trusted.
        """
        if isinstance(written, list):
            return [self.read(item) for item in written]
        if not isinstance(written, dict):
            return written
        tag, content = next(iter(written.items()), ("", None))
        if tag == "strings":
            strings, width = written["strings"], int(written["width"])
            if width * len(strings) > _MAX_CHARACTERS:
                raise DamagedFileError(f"an array of strings is {width} wide.")
            return np.array(strings, dtype=f"U{width}")
        if len(written) != 1 or tag not in _READERS:
            raise DamagedFileError(
                f"the tag {', '.join(map(repr, written))} of a value is unknown here."
            )
        return _READERS[tag](self, content)

    def _array(self, name: str) -> npt.NDArray[Any]:
        return self.arrays[name]

    def _objects(self, items: list[Any]) -> npt.NDArray[np.object_]:
        array = np.empty(len(items), dtype=object)
        array[:] = [self.read(item) for item in items]
        return array

    def _word_vectors(self, content: list[Any]) -> WordVectors:
        words, vectors = content
        return WordVectors(words, self.read(vectors))

    def _random_state(self, content: list[Any]) -> np.random.RandomState:
        state = np.random.RandomState()
        state.set_state(tuple(content))
        return state

    def _keras(self, content: list[Any]) -> Any:
        name, config = content
        return KerasPart(name, self.read(config)).make()

    def _function(self, path: str) -> Callable[..., Any]:
        return find_callable(path, self.trusted)

    def _estimator(self, content: list[Any]) -> Any:
        number, written = content
        made = self._estimators[number] = self.read_estimator(self, written)
        return made

    def _masked(self, content: list[Any]) -> Any:
        values, mask = map(self.read, content)
        return np.ma.MaskedArray(values, mask)

    def _distribution(self, content: list[Any]) -> Any:
        name, given = content
        found = getattr(stats, name, None)
        if not isinstance(found, _DISTRIBUTIONS):
            raise DamagedFileError(f"SciPy has no distribution {name!r}.")
        given = self.read(given)
        return found(*given["args"], **given["kwds"])

    def _metric(self, name: str) -> Callable[..., Any]:
        found = _metric(name)
        if found is None:
            raise DamagedFileError(f"scikit-learn has no metric {name!r}.")
        return found


_READERS: dict[str, Callable[[Reader, Any], Any]] = {
    "array": Reader._array,
    "bunch": lambda reader, content: Bunch(**reader.read(content)),
    "dict": lambda reader, content: {k: reader.read(v) for k, v in content.items()},
    "distribution": Reader._distribution,
    "dtype": lambda reader, content: np.dtype(content).type,
    "estimator": Reader._estimator,
    "float": lambda reader, content: _NON_FINITE[content],
    "frozenset": lambda reader, content: frozenset(reader.read(content)),
    "function": Reader._function,
    "items": lambda reader, content: {
        reader.read(k): reader.read(v) for k, v in content
    },
    "keras": Reader._keras,
    "keras_class": lambda reader, content: keras_class(content),
    "masked": Reader._masked,
    "metric": Reader._metric,
    "object": read_object,
    "objects": Reader._objects,
    "random_state": Reader._random_state,
    "same": lambda reader, content: reader._estimators[content],
    "set": lambda reader, content: set(reader.read(content)),
    "slice": lambda reader, content: slice(*reader.read(content)),
    "tuple": lambda reader, content: tuple(reader.read(content)),
    "type": lambda reader, content: _TYPES[content],
    "word_vectors": Reader._word_vectors,
}


def _metric(name: str) -> Callable[..., Any] | None:
    """Return a function of :mod:`sklearn.metrics`, or None."""
    found = getattr(metrics, name, None) if name in metrics.__all__ else None
    return found if inspect.isfunction(found) else None


def _refusal(value: object, place: str, advice: str) -> str:
    return f"{place}={describe(value)} cannot be saved in a model file: {advice}."
