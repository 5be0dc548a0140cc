"""Checks that the columns of ``X`` are the word ids of one text."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn.text.vocabulary import PAD

__all__ = ["check_columns"]

# A column name of TextSequencer, after the prefixes that scikit-learn adds.
_POSITION = re.compile(r"(?P<source>(?:.*[^a-zA-Z0-9])?)position[0-9]+", re.DOTALL)

# Limits for recognizing blocks of columns without names.
_MAX_ROWS = 1_000  # examined
_MIN_ROWS = 20
_MAX_EDGES = 3
_MIN_LENGTHS = 5

_JOIN = (
    "Pass all columns of texts to one TextSequencer: ColumnTransformer([('seq', "
    "TextSequencer(), ['title', 'body'])])"
)
_STACK = (
    "Use a separate model for other columns, for example "
    "StackingClassifier([('text', make_pipeline(ColumnTransformer([('seq', "
    "TextSequencer(), 'text')]), {name}())), ('numbers', ...)])"
)


def check_columns(
    name: str, X: npt.NDArray[Any], feature_names: Iterable[str] | None = None
) -> None:
    """Raise an error if columns are not the word ids of one TextSequencer.

    Names show it: columns of two TextSequencers in a ColumnTransformer or FeatureUnion,
    or other columns beside those of one. Without names, warn if ``X`` looks like padded
    blocks side by side: runs of zeros between words that begin or end at the same
    column in many rows of various lengths. One TextSequencer never puts two zeros
    between words, not even between the words of two columns.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.text.columns import check_columns
    >>> X = np.array([[0, 2, 9], [3, 4, 1]])
    >>> check_columns("A classifier", X, ["seq__position0", "seq__position1", "price"])
    Traceback (most recent call last):
    ...
    ValueError: A classifier expects the word ids of one text in each row, got the \
column 'price' beside them, ...
    """
    if X.dtype.kind == "b":
        raise ValueError(
            f"{name} expects word ids, which are integers, got booleans. "
            f"{_STACK.format(name=name)}."
        )
    if feature_names is None:
        if _has_blocks(X[:_MAX_ROWS]):
            warnings.warn(
                f"The rows passed to {name} look like blocks of columns side by side, "
                "as from two TextSequencers in a ColumnTransformer. Each of them "
                "has its own vocabulary, so one id stands for several words. "
                f"{_JOIN}. {_STACK.format(name=name)}.",
                stacklevel=2,
            )
        return
    names = list(feature_names)
    matches = {column: _POSITION.fullmatch(column) for column in names}
    sources = dict.fromkeys(m["source"] for m in matches.values() if m)
    others = [column for column, match in matches.items() if not match]
    if len(sources) > 1:
        shown = " and ".join(repr(f"{source}position…") for source in sources)
        raise ValueError(
            f"{name} expects the word ids of one text in each row, got columns of "
            f"{len(sources)} TextSequencers: {shown}. Each of them has its own "
            f"vocabulary, so one id stands for several words. {_JOIN}."
        )
    if sources and others:
        shown = ", ".join(map(repr, others[:3])) + (", …" if len(others) > 3 else "")
        raise ValueError(
            f"{name} expects the word ids of one text in each row, got the column"
            f"{'s' if len(others) > 1 else ''} {shown} beside them, whose values it "
            f"would read as word ids. {_STACK.format(name=name)}."
        )


def _has_blocks(X: npt.NDArray[Any]) -> bool:
    """Return whether zeros between words look like those between padded blocks."""
    if X.ndim != 2 or X.shape[1] < 4:
        return False
    is_word = X != PAD
    seen = np.logical_or.accumulate(is_word, axis=1)
    to_come = np.logical_or.accumulate(is_word[:, ::-1], axis=1)[:, ::-1]
    within = ~is_word & seen & to_come
    wide = within[:, :-1] & within[:, 1:]  # at least two zeros
    if np.count_nonzero(wide.any(axis=1)) < _MIN_ROWS:
        return False
    begins = (wide[:, 1:] & is_word[:, :-2]).any(axis=0)
    ends = (wide[:, :-1] & is_word[:, 2:]).any(axis=0)
    fewer, more = sorted([np.count_nonzero(begins), np.count_nonzero(ends)])
    return bool(fewer <= _MAX_EDGES and more >= _MIN_LENGTHS)
