"""Documents to arrays of token codes; each distinct unit is analyzed once.

Documents are texts, or the rows of a table of texts: an array of two dimensions, or a
DataFrame of any library.
"""

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
from skrnn.text.analysis import Analyzer, Row

__all__ = [
    "Encoded",
    "as_documents",
    "count_columns",
    "encode",
    "encode_here",
    "encode_in_blocks",
]

# With fewer documents for each process, starting it takes longer than it saves.
_MIN_PER_PROCESS = 10_000

# Size of a block of a stream for each process: some 25,000 film reviews, whose arrays
# take some 100 MB.
_BLOCK_CHARACTERS = 2**25
_STR_OVERHEAD = 50  # bytes of an empty str, so that a block of these ends, too

# The arrays of this many documents fit into the processor's cache.
_BLOCK = 1_000


@dataclass(frozen=True)
class Encoded:
    """Documents as codes of their tokens, concatenated.

    Attributes
    ----------
    tokens : list of str
        The distinct tokens.
    codes : ndarray of shape (lengths.sum(),), dtype int32
        The tokens of all documents, concatenated, as positions in ``tokens``.
    lengths : ndarray of shape (n_documents,), dtype int32
        The number of tokens of each document.
    breaks : ndarray of shape (n_breaks,), dtype int64
        Sorted positions in ``codes`` of the first token of each sentence, except the
        first sentence of a document.
    """

    tokens: list[str]
    codes: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.int32]
    breaks: npt.NDArray[np.int64]


def encode(documents: Any, analyzer: Analyzer, *, n_jobs: int | None = None) -> Encoded:
    """Analyze documents in ``n_jobs`` processes; the result does not depend on it.

    Raises
    ------
    TypeError
        If ``documents`` is not iterable, or an element is not a str.
    ValueError
        If ``documents`` is a str, is empty or has three dimensions, or if an element
        is a missing value.
    """
    # Imported here, since skrnn.serving runs without joblib.
    from joblib import effective_n_jobs

    documents = as_documents(documents)
    n_processes = effective_n_jobs(n_jobs)
    if n_processes == 1:
        return _encode_piece(documents, analyzer, 0)
    return _encode_list(list(documents), analyzer, 0, n_processes)


def encode_in_blocks(
    documents: Any, analyzer: Analyzer, *, n_jobs: int | None = None
) -> Iterator[Encoded]:
    """Analyze a stream of documents, of which one block at a time is in memory.

    Raises the errors of :func:`encode`, at the latest with the block in question.
    """
    from joblib import effective_n_jobs

    n_processes = effective_n_jobs(n_jobs)
    limit = _BLOCK_CHARACTERS * n_processes
    block: list[Any] = []
    first = n_characters = 0
    for document in as_documents(documents):
        block.append(document)
        n_characters += _STR_OVERHEAD
        if isinstance(document, str):
            n_characters += len(document)
        elif isinstance(document, Row):
            n_characters += sum(map(len, document))
        if n_characters >= limit:
            yield _encode_list(block, analyzer, first, n_processes)
            first += len(block)
            block, n_characters = [], 0
    if block or not first:
        yield _encode_list(block, analyzer, first, n_processes)


def _encode_list(
    documents: list[Any], analyzer: Analyzer, first: int, n_processes: int
) -> Encoded:
    """Analyze documents in several processes; ``first`` is the number of the first."""
    from joblib import Parallel, delayed

    n_pieces = min(n_processes, len(documents) // _MIN_PER_PROCESS)
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
    """Analyze documents in this process, without joblib."""
    return _encode_piece(as_documents(documents), analyzer, 0)


def _encode_piece(documents: Iterable[Any], analyzer: Analyzer, first: int) -> Encoded:
    """Analyze documents; errors call the first one number ``first``."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    number, split = numbers.__getitem__, analyzer.split_document
    units = array("I")
    ends = [0]  # of the sentences
    firsts_of_documents = [0]
    for position, document in enumerate(documents, start=first):
        if not isinstance(document, str | Row):
            raise _not_a_text(document, f"Document {position}")
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
    """Replace each unit by its tokens; return their codes and the sentence lengths.

    Sentence ``i`` is ``units[cuts[i] : cuts[i + 1]]``, and the tokens of unit ``u`` are
    ``codes[firsts[u] : firsts[u] + widths[u]]``.
    """
    repeats = widths[units]
    ends = np.concatenate([[0], np.cumsum(repeats)])
    positions = np.repeat(firsts[units] - ends[:-1], repeats) + np.arange(ends[-1])
    return codes[positions], np.diff(ends[cuts]).astype(np.int32)


def _merge(pieces: list[Encoded]) -> Encoded:
    """Concatenate pieces under one numbering of the tokens."""
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


def count_columns(documents: Any) -> int | None:
    """Return the number of columns of a table; None for an iterable of texts."""
    shape = getattr(documents, "shape", None)
    return shape[1] if isinstance(shape, tuple) and len(shape) == 2 else None


def as_documents(documents: Any) -> Iterable[Any]:
    """Return an iterable of texts as it is, and a table as a list of rows.

    Raises an error for anything else. The texts of an iterable are not checked.
    """
    if isinstance(documents, str | bytes):
        raise ValueError(
            "Iterable over raw text documents expected, string object received. Pass a "
            "single text as a list: [text]."
        )
    if count_columns(documents):
        return _rows(documents)
    shape = getattr(documents, "shape", (0,))
    if isinstance(shape, tuple) and len(shape) != 1:
        raise ValueError(
            "Expected an iterable of texts, or a table of texts with a row for each "
            f"document, got {len(shape)} dimensions of shape {shape}."
        )
    if not isinstance(documents, Iterable):
        raise TypeError(
            f"Iterable over raw text documents expected, got {describe(documents)}."
        )
    return documents


def _rows(table: Any) -> list[Row]:
    """Return the rows of a table, whose cells must be texts."""
    values = np.asarray(table, dtype=object)
    if values.ndim != 2:  # a sparse matrix
        raise TypeError(f"Expected a table of texts, got {describe(table)}.")
    names = list(getattr(table, "columns", range(values.shape[1])))
    for name, column in zip(names, values.T, strict=True):
        for position, text in enumerate(column):
            if not isinstance(text, str):
                raise _not_a_text(
                    text,
                    f"Document {position} of column {name!r}",
                    _columns_of_texts(table, names, values),
                )
    return list(map(Row, values.tolist()))


def _columns_of_texts(table: Any, names: list[Any], values: npt.NDArray[Any]) -> str:
    """Return how to select the texts of a table that has other columns, too."""
    texts = [
        n for n, value in zip(names, values[0], strict=True) if isinstance(value, str)
    ]
    if not texts or len(texts) == len(names):
        return ""
    selected = f"X[{texts!r}]" if hasattr(table, "columns") else f"X[:, {texts!r}]"
    return f"Pass the columns of texts only: {selected}."


def _not_a_text(document: object, place: str, hint: str = "") -> Exception:
    """Return the error for an element that is not a str."""
    import pandas as pd

    found = f"{place} is {describe(document)}, expected str."
    if pd.api.types.is_scalar(document) and pd.isna(document):
        return ValueError(
            f"{found} Drop missing texts or replace them by empty ones, for example "
            'with X.fillna("") in pandas or X.fill_null("") in polars.'
        )
    if isinstance(document, bytes):
        return TypeError(f"{found} Decode it first, for example document.decode().")
    if pd.api.types.is_list_like(document):
        return TypeError(
            f"{found} Each document is one text; join tokens that are already split "
            "and pass tokenizer=str.split. Pass several texts for each document as a "
            "DataFrame, or an array of two dimensions."
        )
    convert = "Convert it first, for example with [str(x) for x in X]."
    return TypeError(f"{found} {hint or convert}")
