"""Pretrained word vectors: files that hold them, and learning them from texts."""

from __future__ import annotations

import gzip
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import IO, Any, Self, cast
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.extmath import randomized_svd

from skrnn._blas import one_blas_thread
from skrnn.text.sequencer import TextSequencer
from skrnn.text.vocabulary import FIRST_WORD, PAD

__all__ = ["WordVectors"]

_Ids = npt.NDArray[np.int32]
_Table = npt.NDArray[np.float32]


class WordVectors:
    """Word vectors with the vocabulary that belongs to them.

    Rows of vectors mean nothing without the ids that point at them, and a vocabulary
    that is learned inside each fold would give other ids. So the vectors bring a fixed
    vocabulary, which goes to the sequencer, while the vectors go to the classifier.

    Parameters
    ----------
    words : iterable of str
        The words, most frequent first, without repetition.
    vectors : array-like of shape (n_words, n_dimensions)
        One row a word; stored as float32 and read-only.

    Attributes
    ----------
    vocabulary : dict of str to int
        Id of each word, from 2 on; 0 is padding and 1 is out of vocabulary.
    vectors : ndarray of shape (n_words, n_dimensions), float32
        The vectors in the order of the words.
    n_dimensions : int
        Length of a vector.

    Raises
    ------
    ValueError
        If the numbers of words and rows differ, a word comes twice, or a value is not
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

    def __init__(self, words: Iterable[str], vectors: npt.ArrayLike) -> None:
        listed = list(words)
        array = np.array(vectors, dtype=np.float32)
        if array.ndim != 2 or len(array) != len(listed):
            raise ValueError(
                f"vectors must have one row for each of the {len(listed)} words, "
                f"got an array of shape {array.shape}."
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
            raise ValueError(f"The word {twice!r} comes more than once in words.")
        array.flags.writeable = False
        self.vectors = array
        self.n_dimensions: int = array.shape[1]

    @classmethod
    def load(cls, path: str | Path, *, max_words: int | None = None) -> Self:
        r"""Read a file of word vectors.

        ========================  ====================================================
        GloVe                     text, a line for each word
        word2vec, fastText        text (``.vec``) with a first line of two numbers, or
                                  word2vec's binary form (``.bin``)
        fastText's model          ``.bin``; needs gensim
        gensim's KeyedVectors     ``.kv``, by pickle: only from those you trust; needs
                                  gensim
        ========================  ====================================================

        The first two may be compressed, as ``.gz`` or in a ``.zip``. Of a word that
        comes twice, the first row counts.

        Parameters
        ----------
        path : str or path-like
            The file. Text is UTF-8. A file in an archive of several is named behind it:
            ``"glove.6B.zip/glove.6B.100d.txt"``.
        max_words : int, default=None
            Keep only the first ``max_words``; files list the most frequent first.

        Returns
        -------
        vectors : WordVectors
            The vectors.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ImportError
            If gensim is needed and missing; the message says how to install it.
        ValueError
            If the file is none of the above or damaged; the message names the line.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "tiny.txt"
        >>> _ = path.write_text("good 1 2 3\nbad 4 5 6\n")
        >>> WordVectors.load(path)
        <WordVectors: 2 words, 3 dimensions>
        """
        path = Path(path)
        start = _first_bytes(path)
        if start.startswith(_FASTTEXT):
            gensim = _gensim(f"{path} is a fastText model, and to read it")
            keyed = gensim.fasttext.load_facebook_vectors(str(path))
            return cls.from_gensim(keyed, max_words=max_words)
        if start.startswith(_PICKLE):
            gensim = _gensim(f"{path} is a pickle, as gensim saves, and to read it")
            keyed = gensim.KeyedVectors.load(str(path))
            return cls.from_gensim(keyed, max_words=max_words)
        rows: dict[str, npt.NDArray[np.float32]] = {}
        for word, row in _read_rows(path):
            if max_words is not None and len(rows) >= max_words:
                break
            rows.setdefault(word, row)
        if not rows:
            raise ValueError(f"{path} holds no word vectors.")
        return cls(rows, np.stack(list(rows.values())))

    @classmethod
    def from_gensim(cls, vectors: Any, *, max_words: int | None = None) -> Self:
        """Take the vectors of gensim.

        Parameters
        ----------
        vectors : gensim.models.KeyedVectors or a model that has some as ``wv``
            The vectors, as gensim.downloader gives them or Word2Vec and FastText learn
            them.
        max_words : int, default=None
            Keep only the first ``max_words``; gensim lists the most frequent first.

        Returns
        -------
        vectors : WordVectors
            A copy.

        Raises
        ------
        TypeError
            If ``vectors`` is neither.

        Examples
        --------
        >>> from gensim.models import KeyedVectors
        >>> keyed = KeyedVectors(vector_size=2)
        >>> keyed.add_vectors(["good", "bad"], [[1.0, 0.5], [-1.0, 0.5]])
        >>> WordVectors.from_gensim(keyed)["bad"]
        array([-1. ,  0.5], dtype=float32)
        """
        keyed = getattr(vectors, "wv", vectors)
        if not hasattr(keyed, "index_to_key") or not hasattr(keyed, "vectors"):
            raise TypeError(
                "vectors must be gensim's KeyedVectors or a model with such as wv, "
                f"got {type(vectors).__name__}."
            )
        words = keyed.index_to_key[:max_words]
        return cls(words, keyed.vectors[: len(words)])

    @classmethod
    def from_keras(
        cls,
        word_index: Mapping[str, int],
        matrix: npt.ArrayLike,
        *,
        index_from: int = 0,
    ) -> Self:
        """Take the rows of an embedding matrix that was made for Keras.

        Keras' tutorials fill row ``word_index[word]`` of a matrix. Here 0 is padding
        and 1 is out of vocabulary, so that ids and rows move: as a WordVectors they
        keep together.

        Parameters
        ----------
        word_index : mapping of str to int
            The rank of each word, as from ``Tokenizer.word_index`` or
            ``keras.datasets.imdb.get_word_index()``.
        matrix : array-like of shape (n_rows, n_dimensions)
            The row of a word is its rank plus ``index_from``. Words beyond the last row
            are left out, as by ``num_words`` in Keras.
        index_from : int, default=0
            0 if rows are ranks, as with ``Tokenizer``; 3 if rows are the ids of
            ``keras.datasets.imdb.load_data()``.

        Returns
        -------
        vectors : WordVectors
            The words that have a row, by rank.

        Raises
        ------
        ValueError
            If a word has row 0, which is padding in Keras, or a row below.

        Examples
        --------
        >>> word_index = {"good": 1, "bad": 2}
        >>> matrix = [[0.0, 0.0], [1.0, 0.5], [-1.0, 0.5]]
        >>> WordVectors.from_keras(word_index, matrix)["bad"]
        array([-1. ,  0.5], dtype=float32)
        """
        rows = np.asarray(matrix, dtype=np.float32)
        ranked = sorted(word_index.items(), key=lambda item: item[1])
        if ranked and ranked[0][1] + index_from < 1:
            word, rank = ranked[0]
            raise ValueError(
                f"word_index gives {word!r} the rank {rank}, so its row would be "
                f"{rank + index_from} with index_from={index_from}; row 0 is padding, "
                "and ranks start at 1."
            )
        # Keras' Tokenizer gives all words a rank, whatever num_words is.
        kept = {w: k + index_from for w, k in ranked if k + index_from < len(rows)}
        return cls(kept, rows[list(kept.values())])

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
        """Learn vectors from texts; no labels are needed.

        Vectors from texts of the same kind as those to be classified are worth more
        than general ones, and unlabeled texts are easy to get.

        Parameters
        ----------
        texts : iterable of str
            The texts.
        method : {"word2vec", "svd"}, default="word2vec"
            Skip-grams with negative sampling [1]_, by gensim (``pip install
            'skrnn[word2vec]'``); or the singular vectors of the words' positive
            pointwise mutual information [2]_, which need no other package and are the
            faster.
        n_dimensions : int, default=100
            Length of a vector.
        sequencer : TextSequencer, default=None
            How texts are cut into words, and how many words are kept; a default one
            that keeps every token of a text if None. It is not fitted.
        random_state : int, default=0
            Seed. Equal seeds give equal vectors.

        Returns
        -------
        vectors : WordVectors
            The vectors, each feature scaled to a variance of one over the words as
            they come in the texts.

        Raises
        ------
        ImportError
            If gensim is needed and missing; the message says how to install it.
        ValueError
            If the texts hold no words.

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
        listed = list(texts)
        sequencer = clone(TextSequencer(maxlen=1.0) if sequencer is None else sequencer)
        sequencer.fit(listed)
        # Padded rows of all texts at once would be as wide as the longest.
        ids = [
            row[row != PAD]
            for start in range(0, len(listed), _TEXTS_AT_ONCE)
            for row in sequencer.transform(listed[start : start + _TEXTS_AT_ONCE])
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
        """Return the rows of an embedding layer for the ids of ``vocabulary``.

        Returns
        -------
        matrix : ndarray of shape (n_words + 2, n_dimensions), float32
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

    def check_ids(self, ids: npt.NDArray[np.integer]) -> None:
        """Refuse ids of another vocabulary, as far as the ids show it.

        Parameters
        ----------
        ids : ndarray of int
            What a classifier learns from with these vectors.

        Raises
        ------
        ValueError
            If there are ids beyond the vectors.

        Warns
        -----
        UserWarning
            If a hundred ids or more occur almost without a gap, although the vectors
            have more words: as when a sequencer learned its vocabulary from the texts.

        Examples
        --------
        >>> WordVectors(["good", "bad"], [[1.0], [-1.0]]).check_ids(np.array([[0, 9]]))
        Traceback (most recent call last):
        ...
        ValueError: X has ids up to 9, but the vectors have 2 words, ids 2 to 3...
        """
        seen = np.unique(ids)
        seen = seen[seen >= FIRST_WORD]
        top, last = int(seen.max(initial=0)), len(self) + FIRST_WORD - 1
        advice = (
            "The ids must come from the vectors' own vocabulary: "
            "TextSequencer(vocabulary=vectors.vocabulary), or "
            "make_sentiment_pipeline(embeddings=vectors), which does it by itself."
        )
        if top > last:
            raise ValueError(
                f"X has ids up to {top}, but the vectors have {len(self)} words, ids "
                f"{FIRST_WORD} to {last}. {advice}"
            )
        if top < last and len(seen) >= max(100, 0.99 * (top - FIRST_WORD + 1)):
            warnings.warn(
                f"X has almost every id from {FIRST_WORD} to {top} and none of the "
                f"{last - top} above that the vectors have, as if the vocabulary had "
                f"been learned from X. {advice}",
                UserWarning,
                stacklevel=2,
            )

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.vocabulary)

    def __contains__(self, word: object) -> bool:
        """Tell whether ``word`` has a vector."""
        return word in self.vocabulary

    def __getitem__(self, word: str) -> npt.NDArray[np.float32]:
        """Return the vector of ``word``."""
        row: npt.NDArray[np.float32] = self.vectors[self.vocabulary[word] - FIRST_WORD]
        return row

    def __iter__(self) -> Iterator[str]:
        """Iterate over the words."""
        return iter(self.vocabulary)

    def __repr__(self) -> str:
        """Show the size, not the numbers."""
        return f"<WordVectors: {len(self)} words, {self.n_dimensions} dimensions>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself: it never changes, and clones of estimators may share it."""
        return self


def learn_vectors(
    texts: Sequence[_Ids], *, n_ids: int, n_dimensions: int, method: str, seed: int
) -> _Table:
    """Learn a vector for each id from the company it keeps.

    Parameters
    ----------
    texts : sequence of ndarray of shape (n_words,), int32
        The ids of each text, without padding.
    n_ids : int
        Number of ids, padding and out of vocabulary included.
    n_dimensions : int
        Length of a vector.
    method : str
        A key of :data:`METHODS`.
    seed : int
        Source of all randomness.

    Returns
    -------
    table : ndarray of shape (n_ids, n_dimensions), float32
        Rows of ids that do not occur are zero. Over the words as they come in the
        texts, each feature has mean zero and variance one.

    Raises
    ------
    ValueError
        If there are no words.
    """
    flat = np.concatenate([*texts, np.zeros(0, np.int32)])
    if not len(flat):
        raise ValueError("Word vectors cannot be learned: the texts hold no words.")
    table = METHODS[method](texts, n_ids, n_dimensions, seed)
    counts = np.bincount(flat, minlength=n_ids)
    # Not by matrix products, whose last bits depend on the number of BLAS threads.
    mean = np.average(table, axis=0, weights=counts)
    scale = np.sqrt(np.average((table - mean) ** 2, axis=0, weights=counts))
    table = ((table - mean) / np.where(scale > 0, scale, 1.0)).astype(np.float32)
    table[counts == 0] = 0.0
    return table


def _svd(texts: Sequence[_Ids], n_ids: int, n_dimensions: int, seed: int) -> _Table:
    together = _cooccurrences(texts, n_ids)
    seen = np.asarray(together.sum(axis=1)).ravel()
    # Rare neighbours get more weight than their share (Levy, Goldberg, Dagan, 2015).
    as_neighbour = seen**0.75
    as_neighbour /= max(as_neighbour.sum(), 1.0)
    pairs = together.tocoo()
    with np.errstate(divide="ignore"):
        information = np.log(pairs.data / (seen[pairs.row] * as_neighbour[pairs.col]))
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
    """Count neighbours, near ones more than far ones, as word2vec's window does."""
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
    gensim = _gensim("method='svd' needs nothing more; method='word2vec'")
    model = gensim.Word2Vec(
        vector_size=n_dimensions,
        window=_WINDOW,
        min_count=1,
        sample=1e-4,
        negative=5,
        sg=1,
        workers=1,  # more would make the vectors depend on chance
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


def _gensim(purpose: str) -> ModuleType:
    try:
        return import_module("gensim.models")
    except ImportError as error:
        raise ImportError(
            f"{purpose} needs gensim, which is not installed: "
            "pip install 'skrnn[word2vec]'."
        ) from error


_WINDOW = 5
_TEXTS_AT_ONCE = 1000
METHODS: dict[str, Callable[[Sequence[_Ids], int, int, int], _Table]] = {
    "svd": _svd,
    "word2vec": _word2vec,
}


# -- files ---------------------------------------------------------------------------

_FASTTEXT = (793712314).to_bytes(4, "little")
_PICKLE = b"\x80"
_CHUNK = 2**20
_FORMATS = (
    "WordVectors.load reads GloVe and word2vec text (.txt, .vec) and word2vec's .bin, "
    "also in .gz or .zip, fastText's .bin and gensim's .kv."
)


def _first_bytes(path: Path) -> bytes:
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(4)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Open what may be compressed, and tell its name without that."""
    archive = next(
        (p for p in path.parents if p.suffix == ".zip" and p.is_file()), None
    )
    try:
        if archive is not None or path.suffix == ".zip":
            with ZipFile(archive or path) as files:
                name = _member(files, path, archive)
                with files.open(name) as file:
                    yield name, file
        elif path.suffix == ".gz":
            with gzip.open(path) as file:
                yield path.stem, cast(IO[bytes], file)
        else:
            with path.open("rb") as file:
                yield path.name, file
    except (BadZipFile, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path} is damaged or not compressed: {error}") from error


def _member(files: ZipFile, path: Path, archive: Path | None) -> str:
    """Return the one file of an archive, or the one that ``path`` names."""
    names = [name for name in files.namelist() if not name.endswith("/")]
    if archive is not None:
        names = [n for n in names if n == path.relative_to(archive).as_posix()]
        if not names:
            raise FileNotFoundError(f"{path}: {archive} holds {files.namelist()}.")
    elif len(names) != 1:
        example = path / names[0] if names else ""
        raise ValueError(
            f"{path} holds {len(names)} files: {names}. Name one behind the archive, "
            f"such as {str(example)!r}."
        )
    return names[0]


def _read_rows(path: Path) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """Yield words and vectors from text or word2vec's binary form."""
    with _opened(path) as (name, file):
        rows = _binary_rows if name.endswith(".bin") else _text_rows
        try:
            yield from rows(path, file)
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{path} is not UTF-8 text: {error.reason} in "
                f"{error.object[error.start : error.start + 20]!r}. {_FORMATS}"
            ) from error


def _text_rows(
    path: Path, file: IO[bytes]
) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    width: int | None = None
    # Lines end at line feeds only: words may hold U+2028 or NEL.
    for number, raw in enumerate(file, start=1):
        line = raw.decode("utf-8")
        fields = line.rstrip("\r\n ").split(" ")
        if number == 1 and len(fields) == 2 and all(map(str.isdigit, fields)):
            width = int(fields[1])
            continue
        if width is None:
            width = len(fields) - 1
        # A word may hold spaces (GloVe 840B's ". . ."), so count from the end.
        word, values = " ".join(fields[:-width]), fields[-width:]
        try:
            if not word or width < 1:
                raise ValueError
            row = np.array(values, dtype=np.float32)
        except ValueError:
            raise ValueError(
                f"{path}, line {number}: expected a word and {width} numbers "
                f"separated by spaces, got {line[:60]!r}. {_FORMATS}"
            ) from None
        yield word, row


def _binary_rows(
    path: Path, file: IO[bytes]
) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    header = file.readline(100).split()
    if len(header) != 2 or not all(map(bytes.isdigit, header)) or int(header[1]) < 1:
        raise ValueError(
            f"{path} starts neither with word2vec's numbers of words and dimensions "
            f"nor as a fastText model. {_FORMATS}"
        )
    n_words, width = map(int, header)
    size = 4 * width
    buffer, at = b"", 0
    for number in range(n_words):
        while (space := buffer.find(b" ", at)) < 0 or len(buffer) <= space + size:
            more = file.read(_CHUNK)
            if not more:
                raise ValueError(
                    f"{path} ends after {number} of its {n_words} words of {width} "
                    "dimensions."
                )
            buffer, at = buffer[at:] + more, 0
        word = buffer[at:space].lstrip(b"\n").decode("utf-8")
        yield word, np.frombuffer(buffer, "<f4", width, space + 1)
        at = space + 1 + size
