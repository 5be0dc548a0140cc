"""Objects of scikit-learn as a class name, parameters and state.

Only objects whose class is in the register below are saved and restored this way. The
constructor makes an estimator from the parameters that differ from the default, so that
a file does not depend on parameters that scikit-learn adds or deprecates. The state is
what scikit-learn itself pickles.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator

from skrnn.persistence.archive import DamagedFileError

if TYPE_CHECKING:
    from skrnn.persistence.json_codec import Reader, Writer

__all__ = ["name_class", "read_object", "write_object"]

_SCORERS = "sklearn.metrics._scorer"

# The register. The state of these classes consists of plain values, arrays and
# estimators. Instances of the private ones are attributes of the others.
_CLASSES = {
    "sklearn.calibration": [
        "CalibratedClassifierCV",
        "_CalibratedClassifier",
        "_SigmoidCalibration",
        "_TemperatureScaling",
    ],
    "sklearn.compose": ["ColumnTransformer", "make_column_selector"],
    "sklearn.decomposition": ["TruncatedSVD"],
    "sklearn.ensemble": [
        "AdaBoostClassifier",
        "BaggingClassifier",
        "StackingClassifier",
        "VotingClassifier",
    ],
    "sklearn.feature_extraction.text": [
        "CountVectorizer",
        "HashingVectorizer",
        "TfidfTransformer",
        "TfidfVectorizer",
    ],
    "sklearn.frozen": ["FrozenEstimator"],
    "sklearn.isotonic": ["IsotonicRegression"],
    "sklearn.linear_model": ["LogisticRegression"],
    _SCORERS: ["_CurveScorer", "_PassthroughScorer", "_Scorer"],
    "sklearn.model_selection": [
        "FixedThresholdClassifier",
        "GridSearchCV",
        "GroupKFold",
        "GroupShuffleSplit",
        "KFold",
        "LeaveOneGroupOut",
        "LeaveOneOut",
        "PredefinedSplit",
        "RandomizedSearchCV",
        "RepeatedKFold",
        "RepeatedStratifiedKFold",
        "ShuffleSplit",
        "StratifiedGroupKFold",
        "StratifiedKFold",
        "StratifiedShuffleSplit",
        "TimeSeriesSplit",
        "TunedThresholdClassifierCV",
    ],
    # sklearn.model_selection has these only after an experimental import.
    "sklearn.model_selection._search_successive_halving": [
        "HalvingGridSearchCV",
        "HalvingRandomSearchCV",
    ],
    "sklearn.multiclass": [
        "OneVsOneClassifier",
        "OneVsRestClassifier",
        "OutputCodeClassifier",
        "_ConstantPredictor",
    ],
    "sklearn.multioutput": ["ClassifierChain", "MultiOutputClassifier"],
    "sklearn.naive_bayes": ["BernoulliNB", "ComplementNB", "MultinomialNB"],
    "sklearn.pipeline": ["FeatureUnion"],
    "sklearn.preprocessing": [
        "FunctionTransformer",
        "LabelBinarizer",
        "LabelEncoder",
        "MaxAbsScaler",
        "MinMaxScaler",
        "OneHotEncoder",
        "StandardScaler",
    ],
    "sklearn.semi_supervised": ["SelfTrainingClassifier"],
    "sklearn.svm": ["LinearSVC"],
}
_MODULES = {name: module for module, names in _CLASSES.items() for name in names}
_DEFAULTS = (bool, float, int, str, tuple)
# Attributes of one fit, of this process (the id of an object), and of metadata routing,
# whose requests refer back to their owner.
_NOT_SAVED = {"_metadata_request", "_skl_callbacks", "_stop_words_id"}


def name_class(cls: type) -> str | None:
    """Return the name of a class in the register, None for any other."""
    module = _MODULES.get(cls.__name__)
    if module is None or not cls.__module__.startswith("sklearn."):
        return None
    name = f"{module}.{cls.__name__}"
    return name if _find_class(name) is cls else None


def _find_class(name: str) -> Any:
    """Return the class of a registered name, None if scikit-learn has none."""
    module, _, short = name.rpartition(".")
    if _MODULES.get(short) != module:
        return None
    return getattr(import_module(module), short, None)


def write_object(writer: Writer, value: Any, place: str) -> dict[str, Any]:
    """Return the JSON of an object whose class is in the register."""
    written: dict[str, Any] = {"class": name_class(type(value))}
    state = vars(value)
    if isinstance(value, BaseEstimator):
        params = value.get_params(deep=False)
        state = value.__getstate__()
        written["params"] = {
            key: writer.write(each, _join(place, key))
            for key, each in params.items()
            if not _is_default(value, key, each)
        }
        state = {key: each for key, each in state.items() if key not in params}
    written["state"] = {
        key: writer.write(each, _join(place, key))
        for key, each in state.items()
        if key not in _NOT_SAVED
    }
    return written


def read_object(reader: Reader, written: dict[str, Any]) -> Any:
    """Return the object that :func:`write_object` wrote.

    Raises
    ------
    DamagedFileError
        If the class is not in the register, or the object cannot be made.
    """
    cls = _find_class(written["class"])
    if cls is None:
        raise DamagedFileError(f"it holds a {written['class']!r}, unknown here.")
    # In the order of writing: an object that recurs is written the first time only.
    params, state = (
        {key: reader.read(each) for key, each in written.get(part, {}).items()}
        for part in ("params", "state")
    )
    try:
        if not issubclass(cls, BaseEstimator):
            made = cls.__new__(cls)
            vars(made).update(state)
        else:
            made = cls(**params)
            made.__setstate__(state)
    except (AttributeError, TypeError, ValueError) as error:
        raise DamagedFileError(
            f"its {written['class']} is invalid here: {error}"
        ) from error
    return made


def _is_default(estimator: Any, name: str, value: Any) -> bool:
    default = inspect.signature(type(estimator)).parameters[name].default
    if value is default:
        return True
    same_type = type(value) is type(default) and isinstance(value, _DEFAULTS)
    return same_type and bool(value == default)


def _join(place: str, name: str) -> str:
    return f"{place}__{name}" if place else name
