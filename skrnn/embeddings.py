"""Pretrained word vectors and the files that hold them."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from skrnn.text.vocabulary import FIRST_WORD

__all__ = ["WordVectors"]


class WordVectors:
    """Word vectors with the vocabulary that belongs to them.

    Rows of vectors mean nothing without the ids that point at them, and a vocabulary
    that is learnt inside each fold would give other ids. So the vectors bring a fixed
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
        r"""Read a GloVe or word2vec text file.

        A word2vec file starts with a line of two numbers (words and dimensions), a
        GloVe file has none; the difference is seen by itself. Of a word that comes
        twice the first row counts.

        Parameters
        ----------
        path : str or path-like
            The file, gzipped if its name ends in ``.gz``. UTF-8.
        max_words : int, default=None
            Read only so many words; files list the most frequent first.

        Returns
        -------
        vectors : WordVectors
            The vectors.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If a line is not a word and numbers, or lines differ in length; the message
            names the line.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "tiny.txt"
        >>> _ = path.write_text("good 1 2 3\nbad 4 5 6\n")
        >>> WordVectors.load(path)
        <WordVectors: 2 words, 3 dimensions>
        """
        path = Path(path)
        rows: dict[str, npt.NDArray[np.float32]] = {}
        width: int | None = None
        for number, line in _lines(path):
            if max_words is not None and len(rows) >= max_words:
                break
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
                    f"separated by spaces, got {line[:60]!r}."
                ) from None
            rows.setdefault(word, row)
        if not rows:
            raise ValueError(f"{path} holds no word vectors.")
        return cls(rows, np.stack(list(rows.values())))

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


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield numbered lines, split at line feeds only: words may hold U+2028 or NEL."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="\n") as file:
        yield from enumerate(file, start=1)
