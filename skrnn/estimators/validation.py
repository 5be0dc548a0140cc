"""Checks of word ids, labels and weights, with messages that say what to do."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.model_selection import train_test_split
from sklearn.utils import check_consistent_length, column_or_1d

UNLABELED = -1


def refuse_other_inputs(name: str, X: Any, argument: str = "X") -> None:
    """Refuse text, counts, ragged lists and three dimensions instead of ids."""
    if sparse.issparse(X):
        raise TypeError(
            f"{name} expects rows of word ids in {argument}, got a sparse matrix, "
            "such as CountVectorizer and TfidfVectorizer return. A recurrent network "
            "reads words in order: replace the vectorizer with a TextSequencer."
        )
    if _is_text(X):
        if argument == "X_val":
            raise ValueError(
                f"{name} expects rows of word ids in X_val, got text. In a Pipeline, "
                "let the steps before it transform X_val as well: "
                "sklearn.set_config(enable_metadata_routing=True), "
                'Pipeline(..., transform_input=["X_val"]) and '
                f"{name}().set_fit_request(X_val=True, y_val=True)."
            )
        raise ValueError(
            f"{name} expects rows of word ids (integers), got text. Put a "
            f"TextSequencer before it: make_pipeline(TextSequencer(), {name}()), or "
            "use make_sentiment_pipeline()."
        )
    if isinstance(X, list | tuple) and all(isinstance(row, list | tuple) for row in X):
        lengths = list(map(len, X))
        if len(set(lengths)) > 1:
            other = next(i for i, n in enumerate(lengths) if n != lengths[0])
            raise ValueError(
                f"{name} expects rows of equal length, got {lengths[0]} ids in row 0 "
                f"and {lengths[other]} in row {other}: setting an array element with a "
                "sequence. Pad the rows with zeros, as TextSequencer and "
                "keras.utils.pad_sequences do."
            )
    shape = _shape(X)
    if len(shape) > 2:
        raise ValueError(
            f"{name} expects rows of word ids, shape (n_samples, n_columns), got an "
            f"array of shape {shape}. Pass ids instead of one-hot or word vectors: the "
            "network has its own embedding."
        )


def _shape(X: Any) -> tuple[int, ...]:
    """Return the shape of an array or of nested lists, without converting them."""
    if not isinstance(X, list | tuple):
        return tuple(getattr(X, "shape", ()))
    return (len(X), *(_shape(X[0]) if X else ()))


def _is_text(X: Any) -> bool:
    """Return whether the first value of X is text."""
    first = X
    while isinstance(first, list | tuple | np.ndarray) and len(first):
        first = first[0]
    kind = getattr(getattr(X, "dtype", None), "kind", "")
    return isinstance(first, str | bytes) or (kind in "US" and bool(kind))


def as_ids(name: str, X: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Return numbers as int32 ids; refuse fractions and negative numbers."""
    if X.dtype.kind == "c":
        raise ValueError("Complex data not supported: ids are integers.")
    if X.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} expects word ids, which are integers, got {X.dtype} values."
        )
    if X.dtype.kind == "f" and (np.floor(X) != X).any():
        row, column = np.argwhere(np.floor(X) != X)[0]
        raise ValueError(
            f"{name} expects word ids, which are integers, got "
            f"{X[row, column]!r} in row {row}, column {column}."
        )
    if X.size and X.min() < 0:
        raise ValueError(
            f"Negative values in data passed to {name}: ids start at 0 (padding)."
        )
    if not np.can_cast(X.dtype, np.int32):
        # Ids beyond int32 are larger than any embedding, so they are out of vocabulary.
        # Floats are float64, since float32 cannot represent the largest int32.
        wide = X.astype(np.float64) if X.dtype.kind == "f" else X
        X = np.minimum(wide, np.iinfo(np.int32).max)
    return X.astype(np.int32, copy=False)


def has_columns(y: Any) -> bool:
    """Return whether targets are a matrix of several columns."""
    shape = y.shape if sparse.issparse(y) else np.asarray(y).shape
    return len(shape) == 2 and shape[1] > 1


def as_indicators(y: Any) -> npt.NDArray[np.int64]:
    """Return an indicator matrix, dense or sparse, as a dense one of integers."""
    dense = y.toarray() if sparse.issparse(y) else np.asarray(y)
    return dense.astype(np.int64)


def refuse_other_labels(y: Any) -> None:
    """Refuse missing labels, labels of mixed types, and lists of labels."""
    if isinstance(y, list | tuple) and any(isinstance(v, list | tuple) for v in y):
        counts = {len(v) if isinstance(v, list | tuple) else 1 for v in y}
        if len(counts) > 1:
            raise ValueError(
                "y must have one label per row, got a list of lists of labels. For "
                "several labels per text, pass an indicator matrix: "
                "sklearn.preprocessing.MultiLabelBinarizer().fit_transform(y)."
            )
    # A list of numbers and strings would become an array of strings.
    labels = np.array(y, dtype=object) if isinstance(y, list | tuple) else np.asarray(y)
    if has_columns(labels) and not ((labels == 0) | (labels == 1)).all():
        raise ValueError(
            "y should be a 1d array of labels, or an indicator matrix of zeros and "
            f"ones, got other values in an array of shape {labels.shape}. For several "
            "targets of more than two classes, use "
            "sklearn.multioutput.MultiOutputClassifier."
        )
    if labels.dtype.kind not in "OmM" or labels.ndim == 0 or has_columns(labels):
        return
    labels = labels.ravel()  # y as a column
    # pandas finds no NaT in arrays of another byte order.
    is_missing = pd.isna if labels.dtype.kind == "O" else np.isnat
    missing = np.flatnonzero(is_missing(labels))
    if len(missing):
        raise ValueError(
            f"y has missing labels (NaN, NaT or None): {labels[missing[0]]!r} in row "
            f"{missing[0]}, {len(missing)} in total. Drop these rows, for example with "
            "DataFrame.dropna(subset=[...])."
        )
    kinds = {str if isinstance(v, str) else float for v in labels}
    if len(kinds) > 1:
        first = next(v for v in labels if not isinstance(v, str))
        raise ValueError(
            f"Unknown label type: y mixes strings with other values, such as "
            f"{first!r}. Convert all labels to one type, for example with "
            "y.astype(str)."
        )


def has_label(y: Any) -> npt.NDArray[np.bool_] | None:
    """Return which rows have a label; None if all have, or if ``y`` is not 1d.

    Unlabeled rows have the label -1, as in :mod:`sklearn.semi_supervised`.
    """
    labels = np.asarray(y)
    if labels.ndim != 1 or labels.dtype.kind not in "iufO":
        return None
    labeled: npt.NDArray[np.bool_] = np.asarray(labels != UNLABELED, dtype=bool)
    if not labeled.any():
        raise ValueError(
            f"All {len(labels)} rows are unlabeled (y = {UNLABELED}). Label rows "
            "of at least 2 classes."
        )
    return None if labeled.all() else labeled


def refuse_one_weighted_class(y: Any, sample_weight: Any) -> None:
    """Refuse weights that are positive for rows of a single class only.

    Shapes and values of the arguments are validated later.
    """
    if sample_weight is None or np.isscalar(sample_weight):
        return
    labels, weight = np.asarray(y), np.asarray(sample_weight, dtype=np.float64)
    if labels.shape != weight.shape or not np.isfinite(weight).all():
        return
    if len(np.unique(labels)) < 2:
        return
    if not (weight > 0).any():
        raise ValueError("sample_weight must contain at least one non-zero number.")
    if len(np.unique(labels[weight > 0])) < 2:
        raise ValueError(
            "The rows with a positive sample_weight belong to fewer than 2 classes. "
            "Give rows of at least 2 classes a positive weight."
        )


def as_loss_weights(weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return weights as float32; refuse weights that overflow."""
    largest = float(weight.max(initial=0.0))
    if largest > float(np.finfo(np.float32).max):
        raise ValueError(
            f"A row has the weight {largest:.3g} (sample_weight times class_weight), "
            "which overflows float32. Divide all weights by the largest."
        )
    return weight.astype(np.float32)


def hold_out(
    n_rows: int,
    share: float,
    seed: int,
    *,
    strata: npt.NDArray[Any] | None,
    reason: str,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the indices of the training rows and of the validation rows.

    ``strata`` are the classes by which rows are stratified, and ``reason`` is the
    parameter that holds rows out, for messages.
    """
    held_out = f"{reason} holds out {100 * share:.3g}%"
    if strata is not None:
        classes, counts = np.unique(strata, return_counts=True)
        rare = classes[counts == 1].tolist()
        if rare:
            raise ValueError(
                f"{held_out} of the rows for validation, stratified by class, but "
                f"class {rare[0]!r} has only 1 row. Add rows of this class, pass "
                f"validation rows as X_val and y_val, or fit without {reason}."
            )
    try:
        training, validation = train_test_split(
            np.arange(n_rows), test_size=share, stratify=strata, random_state=seed
        )
    except ValueError as error:
        raise ValueError(
            f"{held_out} of {n_rows} rows for validation, which cannot hold every "
            f"class: {error} Use more rows, pass validation rows as X_val and y_val, "
            f"or fit without {reason}."
        ) from error
    return training, validation


def check_validation(
    name: str, X_val: Any, y_val: Any, split: float
) -> tuple[Any, npt.NDArray[Any]] | None:
    """Return the validation rows and targets given to the estimator ``name``, or None.

    Their values are checked later, when the columns and classes are set.
    """
    if X_val is None and y_val is None:
        return None
    if X_val is None or y_val is None:
        given, missing = ("y_val", "X_val") if X_val is None else ("X_val", "y_val")
        raise ValueError(
            f"{name}.fit got {given} without {missing}. Pass both or neither."
        )
    if split:
        raise ValueError(
            f"{name}.fit got X_val and y_val, but validation_split={split} holds out "
            "rows as well. Set validation_split=0.0, or leave X_val and y_val out."
        )
    refuse_other_inputs(name, X_val, "X_val")
    targets = y_val if has_columns(y_val) else column_or_1d(y_val)
    check_consistent_length(X_val, targets)
    return X_val, targets
