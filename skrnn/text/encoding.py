"""Many documents to arrays of token numbers, each distinct word looked at once."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn._messages import describe
from skrnn.text.analysis import Analyzer

__all__ = ["Encoded", "encode", "encode_here", "encode_in_blocks"]

# Below this many documents for each, starting processes takes longer than it saves.
_LEAST_PER_PROCESS = 10_000

# Characters that a block of a stream has for each process: some 25,000 film reviews,
# whose arrays take some 100 MB.
_BLOCK_CHARACTERS = 2**25
_EMPTY = 50  # what an empty str takes, so that a block of them ends, too

# Arrays of this many documents at a time are small enough for the processor's cache.
_BLOCK = 1_000


@dataclass(frozen=True)
class Encoded:
    """Documents as numbers of distinct tokens.

    Attributes
    ----------
    tokens : list of str
        The distinct tokens.
    codes : ndarray of shape (lengths.sum(),), dtype int32
        The tokens of all documents, one document after the other, as positions in
        ``tokens``.
    lengths : ndarray of shape (n_documents,), dtype int32
        How many tokens each document has.
    breaks : ndarray of shape (n_breaks,), dtype int64
        Positions in ``codes``, sorted, at which a sentence begins, other than the
        first of a document.
    """

    tokens: list[str]
    codes: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.int32]
    breaks: npt.NDArray[np.int64]


def encode(documents: Any, analyzer: Analyzer, *, n_jobs: int | None = None) -> Encoded:
    """Analyze documents.

    Parameters
    ----------
    documents : iterable of str
        The documents.
    analyzer : Analyzer
        Gives the tokens of a document.
    n_jobs : int or None, default=None
        How many processes may be used, as joblib counts them. The result does not
        depend on it.

    Returns
    -------
    encoded : Encoded
        The documents as arrays.

    Raises
    ------
    TypeError
        If ``documents`` cannot be iterated over, or an element is no str.
    ValueError
        If ``documents`` is a bare string, has two dimensions or no element, or if an
        element is missing.
    """
    # Here, since serving needs neither joblib nor pandas, which take time to import.
    from joblib import effective_n_jobs

    documents = _check_container(documents)
    n_processes = effective_n_jobs(n_jobs)
    if n_processes == 1:
        return _encode_piece(documents, analyzer, 0)
    return _encode_list(list(documents), analyzer, 0, n_processes)


def encode_in_blocks(
    documents: Any, analyzer: Analyzer, *, n_jobs: int | None = None
) -> Iterator[Encoded]:
    """Analyze documents of which only a part is held in memory.

    Parameters
    ----------
    documents : iterable of str
        The documents, read once and as they are needed.
    analyzer : Analyzer
        Gives the tokens of a document.
    n_jobs : int or None, default=None
        As in :func:`encode`.

    Yields
    ------
    encoded : Encoded
        One document or more, in their order.

    Raises
    ------
    TypeError, ValueError
        As :func:`encode` does, at the latest when the documents in question are due.
    """
    from joblib import effective_n_jobs

    n_processes = effective_n_jobs(n_jobs)
    most = _BLOCK_CHARACTERS * n_processes
    block: list[Any] = []
    first = n_characters = 0
    for document in _check_container(documents):
        block.append(document)
        n_characters += _EMPTY + (len(document) if isinstance(document, str) else 0)
        if n_characters >= most:
            yield _encode_list(block, analyzer, first, n_processes)
            first += len(block)
            block, n_characters = [], 0
    if block or not first:
        yield _encode_list(block, analyzer, first, n_processes)


def _encode_list(
    documents: list[Any], analyzer: Analyzer, first: int, n_processes: int
) -> Encoded:
    """Analyze documents, the first of them called ``first``, by several processes."""
    from joblib import Parallel, delayed

    n_pieces = min(n_processes, len(documents) // _LEAST_PER_PROCESS)
    if n_pieces <= 1:
        return _encode_piece(documents, analyzer, first)
    cuts = np.linspace(0, len(documents), n_pieces + 1).astype(int).tolist()
    return _merge(
        Parallel(n_jobs=n_pieces)(
            delayed(_encode_piece)(documents[start:stop], analyzer, first + start)
            for start, stop in pairwise(cuts)
        )
    )


def encode_here(documents: Any, analyzer: Analyzer) -> Encoded:
    """Analyze documents in this process.

    Parameters
    ----------
    documents : iterable of str
        The documents.
    analyzer : Analyzer
        Gives the tokens of a document.

    Returns
    -------
    encoded : Encoded
        The documents as arrays.

    Raises
    ------
    TypeError, ValueError
        As :func:`encode` does.
    """
    return _encode_piece(_check_container(documents), analyzer, 0)


def _encode_piece(documents: Iterable[Any], analyzer: Analyzer, first: int) -> Encoded:
    """Analyze documents whose first is called number ``first`` in errors."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    number, split = numbers.__getitem__, analyzer.split_sentences
    units = array("I")
    ends = [0]  # of sentences, of which a document may be one
    firsts_of_documents = [0]
    for position, document in enumerate(documents, start=first):
        if not isinstance(document, str):
            raise _not_a_text(document, position)
        for sentence in split(document) or [[]]:
            units.extend(map(number, sentence))
            ends.append(len(units))
        firsts_of_documents.append(len(ends) - 1)
    if len(firsts_of_documents) == 1:
        raise ValueError("Found no documents: expected at least one text.")
    resolved = analyzer.resolve(list(numbers))

    names: defaultdict[str, int] = defaultdict(count().__next__)
    widths = np.fromiter(map(len, resolved), dtype=np.int64, count=len(resolved))
    codes = np.fromiter(
        map(names.__getitem__, chain.from_iterable(resolved)),
        dtype=np.int32,
        count=widths.sum(),
    )
    firsts = np.cumsum(widths) - widths
    blocks = []
    for start in range(0, len(ends) - 1, _BLOCK):
        cuts = np.array(ends[start : start + _BLOCK + 1])
        block = np.array(units[cuts[0] : cuts[-1]], dtype=np.intp)
        blocks.append(_replace_units(block, cuts - cuts[0], firsts, widths, codes))
    codes = np.concatenate([codes for codes, _ in blocks])
    lengths = np.concatenate([lengths for _, lengths in blocks])
    breaks = np.empty(0, dtype=np.int64)
    if len(ends) != len(firsts_of_documents):
        starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        of_documents = starts[firsts_of_documents]
        lengths = np.diff(of_documents).astype(np.int32)
        breaks = np.setdiff1d(starts, of_documents)
    return Encoded(tokens=list(names), codes=codes, lengths=lengths, breaks=breaks)


def _replace_units(
    units: npt.NDArray[np.intp],
    cuts: npt.NDArray[np.intp],
    firsts: npt.NDArray[np.int64],
    widths: npt.NDArray[np.int64],
    codes: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Put the tokens of each unit, none or several, in the unit's place.

    Parameters
    ----------
    units : ndarray of shape (n_units,)
        The units of some documents.
    cuts : ndarray of shape (n_documents + 1,)
        Where in ``units`` documents begin and end.
    firsts, widths : ndarray of shape (n_distinct_units,)
        Where in ``codes`` the tokens of each distinct unit begin, and how many it has.
    codes : ndarray of shape (widths.sum(),)
        The tokens of all distinct units.

    Returns
    -------
    codes : ndarray of shape (lengths.sum(),)
        The tokens of the documents.
    lengths : ndarray of shape (n_documents,)
        How many each document has.
    """
    repeats = widths[units]
    ends = np.concatenate([[0], np.cumsum(repeats)])
    positions = np.repeat(firsts[units] - ends[:-1], repeats) + np.arange(ends[-1])
    return codes[positions], np.diff(ends[cuts]).astype(np.int32)


def _merge(pieces: list[Encoded]) -> Encoded:
    """Put pieces together, in order, under one numbering of the tokens."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    codes, breaks, n_before = [], [], 0
    for piece in pieces:
        renumber = np.fromiter(
            map(numbers.__getitem__, piece.tokens),
            dtype=np.int32,
            count=len(piece.tokens),
        )
        codes.append(renumber[piece.codes])
        breaks.append(piece.breaks + n_before)
        n_before += len(piece.codes)
    return Encoded(
        tokens=list(numbers),
        codes=np.concatenate(codes),
        lengths=np.concatenate([piece.lengths for piece in pieces]),
        breaks=np.concatenate(breaks),
    )


def _check_container(documents: Any) -> Iterable[Any]:
    """Refuse what is no collection of documents, before it is read as one."""
    if isinstance(documents, str | bytes):
        raise ValueError(
            "Iterable over raw text documents expected, string object received. Put a "
            "single text into a list: [text]."
        )
    shape = getattr(documents, "shape", None)
    n_dimensions = len(shape) if isinstance(shape, tuple) else 1
    if n_dimensions != 1:
        raise ValueError(
            f"Expected documents in one dimension, got {n_dimensions} dimensions of "
            f"shape {shape}. Pass the column that holds the texts: "
            f"{_column_of_texts(documents)}."
        )
    if not isinstance(documents, Iterable):
        raise TypeError(
            f"Iterable over raw text documents expected, got {describe(documents)}."
        )
    return documents


def _column_of_texts(table: Any) -> str:
    """Tell how to take the texts out of a table: a frame of any library, an array."""
    names = getattr(table, "columns", None)
    if names is None:
        return (
            'X[:, 0] of an array, X["text"] of a DataFrame, or the name "text" instead '
            'of ["text"] in a ColumnTransformer'
        )
    texts = [name for name in names if isinstance(next(iter(table[name]), None), str)]
    name = texts[0] if texts else "text"
    return (
        f"X[{name!r}] of this DataFrame, or the name {name!r} instead of [{name!r}] in "
        f"a ColumnTransformer (columns whose first row is a text: {texts})"
    )


def _not_a_text(document: object, position: int) -> Exception:
    """Return the error for an element that is no str."""
    import pandas as pd

    found = f"Document {position} is {describe(document)}, expected str."
    if pd.api.types.is_scalar(document) and pd.isna(document):
        return ValueError(
            f"{found} Drop missing texts or replace them by an empty one, for example "
            'with X.fillna("") in pandas and X.fill_null("") in polars.'
        )
    if isinstance(document, bytes):
        return TypeError(f"{found} Decode it first, for example document.decode().")
    if pd.api.types.is_list_like(document):
        return TypeError(
            f"{found} Each document is one text; join tokens that are already split "
            "and pass tokenizer=str.split."
        )
    return TypeError(f"{found} Convert it first, for example with [str(x) for x in X].")
