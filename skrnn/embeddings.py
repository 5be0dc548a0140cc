"""Pretrained word vectors: reading them from files, and training them on texts."""

from __future__ import annotations

import gzip
import warnings
import zipfile
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.extmath import randomized_svd

from skrnn._blas import one_blas_thread
from skrnn._messages import install_hint
from skrnn.text.encoding import count_columns
from skrnn.text.sequencer import TextSequencer
from skrnn.text.vocabulary import FIRST_WORD, PAD

__all__ = ["WordVectors"]

_Ids = npt.NDArray[np.int32]
_Table = npt.NDArray[np.float32]


class WordVectors:
    """Word vectors with their vocabulary.

    Vectors are useful only with the ids of their words, and a vocabulary learned on
    each fold of a cross-validation would have other ids. So pass the fixed vocabulary
    to the :class:`TextSequencer` and the vectors to the classifier.

    Parameters
    ----------
    words : iterable of str, or mapping of str to int
        The distinct words, most frequent first. The values of a mapping, such as the
        ``word_index`` of a Keras Tokenizer, give the order.
    vectors : array-like of shape (n_words, n_dimensions)
        The vector of each word; copied to a read-only array of float32.

    Attributes
    ----------
    vocabulary : dict of str to int
        The id of each word, from 2 on; 0 is padding and 1 is out of vocabulary.
    vectors : ndarray of shape (n_words, n_dimensions), dtype float32
        The vectors in the order of the words.
    n_dimensions : int
        The length of a vector.

    Raises
    ------
    ValueError
        If the numbers of words and rows differ, a word is repeated, or a value is not
        finite.

    See Also
    --------
    TextSequencer : Takes ``vocabulary=vectors.vocabulary``.
    RNNSentimentClassifier : Takes ``embeddings=vectors``.

    References
    ----------
    Pennington, Socher, Manning (2014). GloVe: global vectors for word representation.
    EMNLP.

    Mikolov, Sutskever, Chen, Corrado, Dean (2013). Distributed representations of words
    and phrases and their compositionality. NeurIPS.

    Examples
    --------
    >>> from skrnn import TextSequencer, WordVectors
    >>> vectors = WordVectors(["good", "bad"], [[1.0, 0.5], [-1.0, 0.5]])
    >>> vectors["bad"]
    array([-1. ,  0.5], dtype=float32)
    >>> sequencer = TextSequencer(vocabulary=vectors.vocabulary, maxlen=3)
    >>> sequencer.fit_transform(["a good film", "bad"])
    array([[1, 2, 1],
           [0, 0, 3]], dtype=int32)
    """

    def __init__(
        self, words: Iterable[str] | Mapping[str, int], vectors: npt.ArrayLike
    ) -> None:
        if isinstance(words, Mapping):
            words = sorted(words, key=words.__getitem__)
        listed = list(words)
        array = np.array(vectors, dtype=np.float32)
        if array.ndim != 2 or len(array) != len(listed):
            raise ValueError(
                f"vectors must have one row for each of the {len(listed)} words, "
                f"got an array of shape {array.shape}. Leave out rows that belong to "
                "no word: the matrix of a Keras Tokenizer starts with one for padding "
                "(pass matrix[1:])."
            )
        if not np.isfinite(array).all():
            row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
            raise ValueError(
                f"The vector of {listed[row]!r} (row {row}) is not finite."
            )
        self.vocabulary = {w: FIRST_WORD + i for i, w in enumerate(listed)}
        if len(self.vocabulary) != len(listed):
            last = {w: i for i, w in enumerate(listed)}
            twice = next(w for i, w in enumerate(listed) if last[w] != i)
            raise ValueError(f"The word {twice!r} occurs more than once in words.")
        array.flags.writeable = False
        self.vectors = array
        self.n_dimensions: int = array.shape[1]

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        words: Iterable[str] | None = None,
        max_words: int | None = None,
    ) -> Self:
        r"""Read a file of word vectors.

        The format is detected from the content: GloVe's text, word2vec's text
        (fastText's ``.vec``) or binary format, uncompressed, gzipped or in a ``.zip``.
        If a word is repeated, its first vector is used.

        gensim's ``.kv`` and fastText's ``.bin`` are read by gensim (extra
        ``word2vec``). A ``.kv`` is a pickle, which can run arbitrary code: load
        one only from a source that you trust. For a gensim object in memory, use
        ``WordVectors(keyed.index_to_key, keyed.vectors)``.

        Parameters
        ----------
        path : str or path-like
            The file. For an archive of several files, append the name of one:
            ``"glove.6B.zip/glove.6B.50d.txt"``.
        words : iterable of str or None, default=None
            The words to keep, such as the ``vocabulary_`` of a
            :class:`TextSequencer`. Vectors of words that fastText's ``.bin`` lacks
            are composed from those of their character n-grams [1]_; words that other
            formats lack are left out. None keeps the words of the file.
        max_words : int or None, default=None
            The maximum number of words to keep; files usually list the most frequent
            first. None keeps all.

        Returns
        -------
        vectors : WordVectors
            The vectors.

        Raises
        ------
        FileNotFoundError
            If the file does not exist.
        ImportError
            If gensim is needed and not installed.
        ValueError
            If the format is unknown, a line is not a word and numbers, lines differ in
            length, an archive contains several files, or the file has none of
            ``words``; the message names the line or the files.

        References
        ----------
        .. [1] Bojanowski, Grave, Joulin, Mikolov (2017). Enriching word vectors with
           subword information. TACL.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "tiny.txt"
        >>> _ = path.write_text("good 1 2 3\nbad 4 5 6\n")
        >>> WordVectors.load(path)
        <WordVectors: 2 words, 3 dimensions>
        >>> WordVectors.load(path, words=["bad", "film"]).vocabulary
        {'bad': 2}
        """
        path = Path(path)
        wanted = None if words is None else dict.fromkeys(words)
        with _opened(path) as file:
            start = file.read(4)
        if path.suffix == ".kv":
            keyed = _gensim(f"Reading {path}").KeyedVectors.load(str(path))
        elif start == _FASTTEXT:
            read = _gensim(f"Reading {path}").fasttext.load_facebook_vectors
            keyed = read(str(path))
        else:
            rows: dict[str, _Table] = {}
            with _opened(path) as file:
                for word, row in _read_rows(path, file):
                    if wanted is None or word in wanted:
                        rows.setdefault(word, row)
                    if max_words is not None and len(rows) >= max_words:
                        break
            _check_found(path, rows, wanted)
            found = list(rows) if wanted is None else [w for w in wanted if w in rows]
            return cls(found, np.stack([rows[word] for word in found]))
        if wanted is None:
            return cls(keyed.index_to_key[:max_words], keyed.vectors[:max_words])
        # fastText composes a vector from n-grams; of a word without any, it is zero.
        found = [word for word in wanted if word in keyed and keyed[word].any()]
        _check_found(path, found, wanted)
        return cls(found[:max_words], keyed[found[:max_words]])

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        *,
        method: str = "word2vec",
        n_dimensions: int = 100,
        sequencer: TextSequencer | None = None,
        random_state: int = 0,
    ) -> Self:
        """Train vectors on texts, without labels.

        Vectors trained on texts like those to be classified are usually better than
        general ones.

        Parameters
        ----------
        texts : iterable of str, or DataFrame or ndarray of shape \
(n_documents, n_columns)
            The texts.
        method : {"word2vec", "svd"}, default="word2vec"
            ``"word2vec"`` is the skip-gram model with negative sampling [1]_ and needs
            gensim (extra ``word2vec``). ``"svd"`` is the truncated SVD
            of the positive pointwise mutual information of words [2]_, which is faster.
        n_dimensions : int, default=100
            The length of a vector.
        sequencer : TextSequencer or None, default=None
            How to tokenize texts, and which words to keep. None uses a TextSequencer
            with default parameters that does not truncate texts. A clone is fitted, not
            the sequencer itself.
        random_state : int, default=0
            The seed. Equal seeds give equal vectors.

        Returns
        -------
        vectors : WordVectors
            The vectors. Each dimension has mean 0 and variance 1 over the tokens of the
            texts.

        Raises
        ------
        ImportError
            If gensim is needed and not installed.
        ValueError
            If the texts contain no words.

        References
        ----------
        .. [1] Mikolov, Sutskever, Chen, Corrado, Dean (2013). Distributed
           representations of words and phrases and their compositionality. NeurIPS.
        .. [2] Levy, Goldberg, Dagan (2015). Improving distributional similarity with
           lessons learned from word embeddings. TACL.

        Examples
        --------
        >>> texts = ["a good film", "a fine film", "the bad book", "the dull book"] * 9
        >>> vectors = WordVectors.train(texts, method="svd", n_dimensions=4)
        >>> vectors
        <WordVectors: 8 words, 4 dimensions>
        >>> bool(vectors["good"] @ vectors["fine"] > vectors["good"] @ vectors["dull"])
        True
        """
        listed: Any = list(texts) if count_columns(texts) is None else texts
        sequencer = clone(TextSequencer(maxlen=1.0) if sequencer is None else sequencer)
        sequencer.fit(listed)
        # In batches, since padded rows of all texts are as wide as the longest text.
        ids = [
            row[row != PAD]
            for start in range(0, len(listed), _BATCH_SIZE)
            for row in sequencer.transform(listed[start : start + _BATCH_SIZE])
        ]
        words = sorted(sequencer.vocabulary_, key=sequencer.vocabulary_.__getitem__)
        table = learn_vectors(
            ids,
            n_ids=len(words) + FIRST_WORD,
            n_dimensions=n_dimensions,
            method=method,
            seed=random_state,
        )
        return cls(words, table[FIRST_WORD:])

    def to_matrix(self) -> npt.NDArray[np.float32]:
        """Return the weights of an embedding layer for the ids of ``vocabulary``.

        Returns
        -------
        matrix : ndarray of shape (n_words + 2, n_dimensions), dtype float32
            Row 0 (padding) is zero, row 1 (out of vocabulary) is the mean vector.

        Examples
        --------
        >>> WordVectors(["good", "bad"], [[1.0, 3.0], [-1.0, 1.0]]).to_matrix()
        array([[ 0.,  0.],
               [ 0.,  2.],
               [ 1.,  3.],
               [-1.,  1.]], dtype=float32)
        """
        special = np.zeros((FIRST_WORD, self.n_dimensions), dtype=np.float32)
        special[1] = self.vectors.mean(axis=0)
        return np.concatenate([special, self.vectors])

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.vocabulary)

    def __contains__(self, word: object) -> bool:
        """Return whether ``word`` has a vector."""
        return word in self.vocabulary

    def __getitem__(self, word: str) -> npt.NDArray[np.float32]:
        """Return the vector of ``word``."""
        row: npt.NDArray[np.float32] = self.vectors[self.vocabulary[word] - FIRST_WORD]
        return row

    def __iter__(self) -> Iterator[str]:
        """Iterate over the words."""
        return iter(self.vocabulary)

    def __repr__(self) -> str:
        """Return the numbers of words and dimensions."""
        return f"<WordVectors: {len(self)} words, {self.n_dimensions} dimensions>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself: vectors are immutable, so clones of estimators share them."""
        return self


def warn_of_other_vocabulary(vectors: WordVectors, ids: _Ids) -> None:
    """Warn if padded rows of ids seem to have another vocabulary than ``vectors``.

    There are two signs: an id beyond the vectors, and :func:`seem_renumbered`.
    """
    largest = int(ids.max())
    if largest >= len(vectors) + FIRST_WORD:
        reason = (
            f"X has ids up to {largest}, while the {len(vectors)} words of embeddings "
            f"have the ids {FIRST_WORD} to {len(vectors) + FIRST_WORD - 1}"
        )
    elif seem_renumbered(ids, len(vectors)):
        reason = (
            f"X has ids up to {largest}, as if words were numbered by their frequency "
            f"in X, out of the {len(vectors)} words of embeddings"
        )
    else:
        return
    warnings.warn(
        f"{reason}: X seems to have another vocabulary, so words would get the "
        "vectors of other words. Use the vocabulary of the vectors: "
        "TextSequencer(vocabulary=vectors.vocabulary).",
        UserWarning,
        stacklevel=2,
    )


def seem_renumbered(ids: _Ids, n_words: int) -> bool:
    """Return whether rows seem to have ids of a vocabulary that was learned on them.

    They then have no large gaps and end well before the last of ``n_words`` words. With
    a fixed vocabulary, ids spread over its whole range.
    """
    used = np.zeros(n_words + 1, dtype=bool)
    used[np.minimum(ids[ids >= FIRST_WORD] - FIRST_WORD, n_words)] = True
    words = np.flatnonzero(used)
    if len(words) < _MIN_WORDS:
        return False
    n_used = int(words[-1]) + 1
    return n_used <= 0.9 * n_words and len(words) >= 0.5 * n_used


def learn_vectors(
    texts: Sequence[_Ids], *, n_ids: int, n_dimensions: int, method: str, seed: int
) -> _Table:
    """Train a vector for each of ``n_ids`` ids on ids of texts without padding.

    ``method`` is a key of :data:`METHODS`. The vectors of ids that do not occur are
    zero; over all tokens, each dimension has mean 0 and variance 1.
    """
    flat = np.concatenate([*texts, np.zeros(0, np.int32)])
    if not len(flat):
        raise ValueError("Word vectors cannot be trained: the texts contain no words.")
    table = METHODS[method](texts, n_ids, n_dimensions, seed)
    counts = np.bincount(flat, minlength=n_ids)
    # No matrix products here: their last bits depend on the number of BLAS threads.
    mean = np.average(table, axis=0, weights=counts)
    scale = np.sqrt(np.average((table - mean) ** 2, axis=0, weights=counts))
    table = ((table - mean) / np.where(scale > 0, scale, 1.0)).astype(np.float32)
    table[counts == 0] = 0.0
    return table


def _svd(texts: Sequence[_Ids], n_ids: int, n_dimensions: int, seed: int) -> _Table:
    """Return the truncated SVD of the positive pointwise mutual information."""
    together = _cooccurrences(texts, n_ids)
    seen = np.asarray(together.sum(axis=1)).ravel()
    # Context distribution smoothing (Levy, Goldberg, Dagan, 2015).
    context = seen**0.75
    context /= max(context.sum(), 1.0)
    pairs = together.tocoo()
    with np.errstate(divide="ignore"):
        information = np.log(pairs.data / (seen[pairs.row] * context[pairs.col]))
    positive = information > 0
    matrix = sparse.csr_matrix(
        (
            information[positive].astype(np.float32),
            (pairs.row[positive], pairs.col[positive]),
        ),
        shape=together.shape,
    )
    n_found = min(n_dimensions, n_ids)
    with one_blas_thread():
        left, values, _ = randomized_svd(matrix, n_found, n_iter=2, random_state=seed)
    table = np.zeros((n_ids, n_dimensions), np.float32)
    table[:, :n_found] = left * np.sqrt(values)
    return table


def _cooccurrences(texts: Sequence[_Ids], n_ids: int) -> sparse.csr_matrix:
    """Count pairs of words, weighted by distance as in word2vec's window."""
    gap = np.zeros(_WINDOW, np.int32)
    flat = np.concatenate([part for text in texts for part in (text, gap)])
    total = sparse.csr_matrix((n_ids, n_ids), dtype=np.float32)
    for distance in range(1, _WINDOW + 1):
        left, right = flat[:-distance], flat[distance:]
        real = (left != PAD) & (right != PAD)
        weight = np.float32((_WINDOW + 1 - distance) / _WINDOW)
        weights = np.full(np.count_nonzero(real), weight)
        total += sparse.csr_matrix(
            (weights, (left[real], right[real])), shape=total.shape
        )
    return total + total.T


def _word2vec(
    texts: Sequence[_Ids], n_ids: int, n_dimensions: int, seed: int
) -> _Table:
    """Return the vectors of a skip-gram model."""
    gensim = _gensim("method='word2vec' (method='svd' does not)")
    model = gensim.Word2Vec(
        vector_size=n_dimensions,
        window=_WINDOW,
        min_count=1,
        sample=1e-4,
        negative=5,
        sg=1,
        workers=1,  # with more, vectors are not reproducible
        epochs=5,
        seed=seed,
    )
    names = np.array([str(number) for number in range(n_ids)], dtype=object)
    sentences = [names[text].tolist() for text in texts]
    model.build_vocab(sentences)
    model.train(sentences, total_examples=len(sentences), epochs=model.epochs)
    table = np.zeros((n_ids, n_dimensions), np.float32)
    for number, word in enumerate(model.wv.index_to_key):
        table[int(word)] = model.wv.vectors[number]
    return table


def _check_found(
    path: Path, found: Collection[str], wanted: Collection[str] | None
) -> None:
    """Raise a ValueError if a file has no vectors, or none of the wanted ones."""
    if not found:
        which = "word vectors" if wanted is None else "vectors of these words"
        raise ValueError(f"{path} contains no {which}.")


def _gensim(task: str) -> ModuleType:
    """Import gensim's models, which ``task`` needs."""
    try:
        return import_module("gensim.models")
    except ImportError as error:
        raise ImportError(
            f"{task} needs gensim, which is not installed: {install_hint('word2vec')}."
        ) from error


_MIN_WORDS = 100  # fewer ids show no pattern
_WINDOW = 5
_BATCH_SIZE = 1000
METHODS: dict[str, Callable[[Sequence[_Ids], int, int, int], _Table]] = {
    "svd": _svd,
    "word2vec": _word2vec,
}


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file of vectors, which may be gzipped or in an archive."""
    archive = next((p for p in (path, *path.parents) if zipfile.is_zipfile(p)), None)
    if archive is None:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        opener: Any = gzip.open if zipped else open
        with opener(path, "rb") as file:
            yield file
        return
    with zipfile.ZipFile(archive) as files:
        names = [n for n in files.namelist() if not n.endswith("/")]
        wanted = path.relative_to(archive).as_posix()
        if wanted in names:
            names = [wanted]
        if len(names) != 1 or wanted not in (".", *names):
            raise ValueError(
                f"{archive} contains {names}; name the one to read: "
                f"{str(archive / (names or ['FILE'])[0])!r}."
            )
        with files.open(names[0]) as file:
            yield file


def _read_rows(path: Path, file: IO[bytes]) -> Iterator[tuple[str, _Table]]:
    """Yield the words and vectors of a text or binary file."""
    first = file.readline(_MAX_LINE)
    header = first.split()
    if len(header) != 2 or not all(map(bytes.isdigit, header)):
        yield from _read_text(path, file, first, 1, None)
        return
    n_words, width = map(int, header)
    # Numbers in text are ASCII; the bytes of a binary vector are almost never.
    line = file.readline(_MAX_LINE)
    _, _, numbers = line.partition(b" ")
    if all(byte in _NUMERALS for byte in numbers) or _is_row(line, width):
        yield from _read_text(path, file, line, 2, width)
    else:
        yield from _read_binary(path, file, line, n_words, width)


def _is_row(line: bytes, width: int) -> bool:
    """Return whether a line ends in ``width`` numbers as text."""
    try:
        np.array(line.split(b" ")[-width:], dtype=np.float32)
    except ValueError:
        return False
    return True


def _read_text(
    path: Path, file: IO[bytes], line: bytes, number: int, width: int | None
) -> Iterator[tuple[str, _Table]]:
    """Yield the words and vectors of text, whose first is ``line``."""
    while line:
        try:
            # Words may contain U+2028 or NEL, so lines end at line feeds only.
            fields = line.decode("utf-8").rstrip("\r\n ").split(" ")
            if width is None:
                width = len(fields) - 1
            # A word may contain spaces (GloVe 840B's ". . ."): count from the end.
            word = " ".join(fields[:-width]) if width else ""
            if not word:
                raise ValueError
            row = np.array(fields[-width:], dtype=np.float32)
        except ValueError:  # or its subclass UnicodeDecodeError
            raise ValueError(
                f"{path}, line {number}: expected a word and "
                f"{width or 'its'} numbers separated by spaces, in UTF-8, got "
                f"{line[:60]!r}. {_FORMATS}"
            ) from None
        yield word, row
        line, number = file.readline(), number + 1


def _read_binary(
    path: Path, file: IO[bytes], start: bytes, n_words: int, width: int
) -> Iterator[tuple[str, _Table]]:
    """Yield the words and vectors of word2vec's format: word, space, float32."""
    size = 4 * width
    for number in range(1, n_words + 1):
        # A word starts after the last vector, or after a line feed behind that.
        while (space := start.find(b" ")) < 0 or len(start) < space + 1 + size:
            more = file.read(max(size, 1 << 16))
            if not more or (space < 0 and len(start) > _MAX_WORD):
                raise ValueError(
                    f"{path} ends within word {number} of the {n_words} in its "
                    f"header, or is not a binary word2vec file. "
                    f"{_FORMATS}"
                )
            start += more
        # word2vec truncates long words, even within a character.
        word = start[:space].lstrip(b"\n").decode("utf-8", errors="replace")
        yield word, np.frombuffer(start, "<f4", width, space + 1).astype(np.float32)
        start = start[space + 1 + size :]


_FASTTEXT = (793712314).to_bytes(4, "little")
_NUMERALS = frozenset(b"0123456789+-.eEnaif \t\r\n")
_MAX_LINE = 1 << 20
_MAX_WORD = 1 << 16
_FORMATS = (
    "WordVectors.load reads GloVe's text, word2vec's text and binary format, and "
    "fastText's .vec and .bin, uncompressed, in .gz or .zip, and gensim's .kv."
)
