"""What goes into a classifier: rows of ids, labels, weights; and clear refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import train_test_split
from sklearn.utils import check_consistent_length, column_or_1d

UNLABELLED = -1


def refuse_text(name: str, X: Any, argument: str = "X") -> None:
    """Refuse raw text where the classifier ``name`` expects rows of ids."""
    first = X
    while isinstance(first, (list, tuple, np.ndarray)) and len(first):
        first = first[0]
    kind = getattr(getattr(X, "dtype", None), "kind", "")
    if isinstance(first, (str, bytes)) or (kind in "US" and kind):
        if argument == "X_val":
            raise ValueError(
                f"{name} expects rows of word ids in X_val, got text. In a Pipeline, "
                "let the steps before it transform X_val, too: "
                "sklearn.set_config(enable_metadata_routing=True), "
                'Pipeline(..., transform_input=["X_val"]) and '
                f"{name}().set_fit_request(X_val=True, y_val=True)."
            )
        raise ValueError(
            f"{name} expects rows of word ids (whole numbers), got text. Put a "
            f"TextSequencer before it: make_pipeline(TextSequencer(), {name}()), or "
            "use make_sentiment_pipeline()."
        )


def as_ids(name: str, X: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Return numbers as int32 ids; refuse fractions and what is negative."""
    if X.dtype.kind == "c":
        raise ValueError("Complex data not supported: ids are whole numbers.")
    if X.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} expects word ids, which are whole numbers, got {X.dtype} values."
        )
    if X.dtype.kind == "f" and (np.floor(X) != X).any():
        row, column = np.argwhere(np.floor(X) != X)[0]
        raise ValueError(
            f"{name} expects word ids, which are whole numbers, got "
            f"{X[row, column]!r} in row {row}, column {column}."
        )
    if X.size and X.min() < 0:
        raise ValueError(
            f"Negative values in data passed to {name}: ids start at 0 (padding)."
        )
    if not np.can_cast(X.dtype, np.int32):
        # What does not fit int32 is beyond any embedding, hence out of vocabulary.
        # float32 has no number that is the largest of int32.
        wide = X.astype(np.float64) if X.dtype.kind == "f" else X
        X = np.minimum(wide, np.iinfo(np.int32).max)
    return X.astype(np.int32, copy=False)


def has_label(y: Any) -> npt.NDArray[np.bool_] | None:
    """Tell which rows have a label; None if all have, or if ``y`` is no column.

    As in :mod:`sklearn.semi_supervised`, the number -1 stands for no label.
    """
    labels = np.asarray(y)
    if labels.ndim != 1 or labels.dtype.kind not in "iufO":
        return None
    labelled: npt.NDArray[np.bool_] = np.asarray(labels != UNLABELLED, dtype=bool)
    if not labelled.any():
        raise ValueError(
            f"All {len(labels)} rows are without a label (y = {UNLABELLED}): there is "
            "nothing to learn from."
        )
    return None if labelled.all() else labelled


def refuse_one_weighted_class(y: Any, sample_weight: Any) -> None:
    """Refuse weights that leave rows of one class only.

    Shapes and values of both are checked later, by those who need them right.
    """
    if sample_weight is None or np.isscalar(sample_weight):
        return
    labels, weight = np.asarray(y), np.asarray(sample_weight, dtype=np.float64)
    if labels.shape != weight.shape or not np.isfinite(weight).all():
        return
    if len(np.unique(labels)) < 2:
        return
    if len(np.unique(labels[weight > 0])) < 2:
        raise ValueError(
            "The rows whose sample_weight is above zero belong to less than 2 classes: "
            "there is nothing to tell apart."
        )


def as_loss_weights(weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return weights as losses are multiplied with; refuse what float32 cannot hold."""
    largest = float(weight.max(initial=0.0))
    if largest > float(np.finfo(np.float32).max):
        raise ValueError(
            f"A row has the weight {largest:.3g} (sample_weight times class_weight), "
            "more than a float32 holds. Divide all weights by the largest."
        )
    return weight.astype(np.float32)


def stratified_split(
    y: npt.NDArray[np.float32], share: float, seed: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the numbers of the rows to learn from and of those to hold out."""
    try:
        learnt, held_out = train_test_split(
            np.arange(len(y)), test_size=share, stratify=y, random_state=seed
        )
    except ValueError as error:
        raise ValueError(
            f"validation_split={share} of {len(y)} rows cannot hold every class: "
            f"{error} Use a larger split, more rows, or validation_split=0.0."
        ) from error
    return learnt, held_out


def check_validation(
    name: str, X_val: Any, y_val: Any, split: float
) -> tuple[Any, npt.NDArray[Any]] | None:
    """Return rows to validate on and their labels if the classifier ``name`` got any.

    What the rows hold is checked once the fit knows the columns and classes.
    """
    if X_val is None and y_val is None:
        return None
    if X_val is None or y_val is None:
        given, missing = ("y_val", "X_val") if X_val is None else ("X_val", "y_val")
        raise ValueError(
            f"{name}.fit got {given} without {missing}: it needs both, or neither."
        )
    if split:
        raise ValueError(
            f"{name}.fit got X_val and y_val, and validation_split={split} holds rows "
            "out as well. Set validation_split=0.0, or leave X_val and y_val out."
        )
    refuse_text(name, X_val, "X_val")
    labels = column_or_1d(y_val)
    check_consistent_length(X_val, labels)
    return X_val, labels


def encode_validation(
    y_val: npt.NDArray[Any], classes: npt.NDArray[Any]
) -> npt.NDArray[np.float32]:
    """Return the numbers of the classes of ``y_val``."""
    numbers = {label: number for number, label in enumerate(classes.tolist())}
    labels = y_val.tolist()
    strange = {label for label in labels if label not in numbers}
    if strange:
        raise ValueError(
            f"y_val has labels {sorted(strange, key=str)!r} that are not among the "
            f"classes {classes.tolist()!r} of y."
        )
    return np.array([numbers[label] for label in labels], dtype=np.float32)
