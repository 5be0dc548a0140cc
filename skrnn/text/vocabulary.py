"""Vocabularies: the words to keep and their ids."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np

from skrnn._messages import describe
from skrnn.text.analysis import SEPARATOR
from skrnn.text.counts import TokenCounts

__all__ = [
    "FIRST_WORD",
    "OOV",
    "PAD",
    "UNKNOWN",
    "check_vocabulary",
    "learn_vocabulary",
    "needs_document_frequencies",
    "vocabulary_from_keras_index",
]

PAD = 0
OOV = 1
FIRST_WORD = 2
UNKNOWN = "[UNK]"


def needs_document_frequencies(min_df: float, max_df: float) -> bool:
    """Return whether the limits can exclude a word, for any number of documents."""
    has_min = min_df > 1 if isinstance(min_df, Integral) else min_df != 0
    has_max = isinstance(max_df, Integral) or max_df != 1
    return has_min or has_max


def learn_vocabulary(
    words: TokenCounts,
    *,
    max_features: int | None,
    min_df: float,
    max_df: float,
    known: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Return the ids of the words to keep, from 2 on, the most frequent first.

    The limits are those of TextSequencer. Words of equal frequency are in alphabetical
    order. ``words`` has document frequencies if :func:`needs_document_frequencies` says
    so. Raises a ValueError if no word remains.

    The ``known`` words keep their ids, and new words get the ids after them; only these
    are limited, and there may be none.
    """
    kept = dict(known or {})
    has_words = bool(kept.keys() - {SEPARATOR})
    first = max(kept.values(), default=FIRST_WORD - 1) + 1
    counts = words.counts.copy()
    counts[words.places(kept)] = 0
    if not has_words and not counts.any():
        raise ValueError(
            "empty vocabulary; perhaps the documents only contain stop words"
        )
    n_documents = words.n_documents
    most = max_df if isinstance(max_df, Integral) else max_df * n_documents
    least = min_df if isinstance(min_df, Integral) else min_df * n_documents
    if most < least:
        raise ValueError("max_df corresponds to < documents than min_df")
    if least > 1 or most < n_documents:
        if words.frequencies is None:
            raise ValueError(
                f"min_df={min_df!r} and max_df={max_df!r} need document frequencies, "
                "which have not been counted so far. Set them before the first "
                "partial_fit, or start again with fit."
            )
        frequencies = words.frequencies
        counts[(frequencies < least) | (frequencies > most)] = 0
    candidates = np.flatnonzero(counts)
    if not has_words and not len(candidates):
        raise ValueError(
            "After pruning, no terms remain. Try a lower min_df or a higher max_df."
        )
    if max_features is not None and max_features < len(candidates):
        # Sorting is slow, so only words that may be kept are sorted.
        cutoff = np.partition(counts, -max_features)[-max_features]
        candidates = np.flatnonzero(counts >= cutoff)
    tokens = list(words.numbers)
    ranked = sorted(
        zip(
            (-counts[candidates]).tolist(), [tokens[i] for i in candidates], strict=True
        )
    )
    for number, (_, token) in enumerate(ranked[:max_features], start=first):
        kept[str(token)] = number  # tokenizers may return np.str_
    return kept


def check_vocabulary(vocabulary: Any) -> dict[str, int]:
    """Check the parameter ``vocabulary`` and return the id of each token.

    Tokens without ids get them from 2 on, in order; those of a set are sorted first.

    Raises
    ------
    TypeError
        If a token is not a str or an id is not an integer.
    ValueError
        If the vocabulary is empty, an id is below 2, a token or an id is repeated, or
        the tokens begin with the special tokens of Keras' TextVectorization.
    """
    if isinstance(vocabulary, str):
        raise ValueError(
            "vocabulary must be a mapping or an iterable of tokens, got the string "
            f"{describe(vocabulary)}."
        )
    if isinstance(vocabulary, Mapping):
        ids = _checked_ids(vocabulary)
    else:
        if isinstance(vocabulary, set | frozenset):
            vocabulary = sorted(vocabulary)
        ids = {}
        for number, token in enumerate(vocabulary, start=FIRST_WORD):
            token = _checked_token(token)
            if token in ids:
                raise ValueError(f"Duplicate term in vocabulary: {token!r}")
            ids[token] = number
        if list(ids)[:2] == ["", UNKNOWN]:
            raise ValueError(
                f"The vocabulary starts with '' and {UNKNOWN!r}, the tokens of Keras' "
                "TextVectorization for padding and out of vocabulary. They have the "
                "ids 0 and 1 here, too: leave them out, get_vocabulary()[2:], and "
                "each word gets the id that it has in Keras."
            )
    if not ids:
        raise ValueError("empty vocabulary passed to fit")
    return ids


def _checked_token(token: Any) -> str:
    """Return a token as a plain str, not np.str_."""
    if not isinstance(token, str):
        raise TypeError(
            f"The vocabulary contains {describe(token)}; all tokens must be str."
        )
    return str(token)


def _checked_ids(vocabulary: Mapping[Any, Any]) -> dict[str, int]:
    """Check the ids of a mapping."""
    owners: dict[int, str] = {}
    for token, number in vocabulary.items():
        token = _checked_token(token)
        if not isinstance(number, Integral) or isinstance(number, bool):
            raise TypeError(
                f"The vocabulary gives {token!r} the id {describe(number)}; ids must "
                "be integers."
            )
        number = int(number)
        if number < FIRST_WORD:
            raise ValueError(
                f"The vocabulary gives {token!r} the id {number}; 0 is padding and 1 "
                f"out of vocabulary, so words start at {FIRST_WORD}. For the "
                "word_index of a Keras Tokenizer, which starts at 1, use "
                "skrnn.text.vocabulary_from_keras_index(word_index, index_from=1); for "
                "rows of keras.datasets.imdb.load_data, index_from=3. Pass a matrix of "
                "word vectors with one row per rank as "
                "embeddings=WordVectors(word_index, matrix[1:])."
            )
        if number in owners:
            raise ValueError(
                f"The vocabulary gives both {owners[number]!r} and {token!r} the id "
                f"{number}; each id must belong to one token."
            )
        owners[number] = token
    return {token: number for number, token in owners.items()}


def vocabulary_from_keras_index(
    word_index: Mapping[str, int],
    *,
    index_from: int = 3,
    num_words: int | None = None,
) -> dict[str, int]:
    """Convert the word index of Keras' Tokenizer or IMDb data to a vocabulary.

    A ``word_index`` has ranks; the most frequent word has rank 1. The id of a word is
    its rank plus ``index_from``:

    =============================  ==============  ==============================
    source of the ranks            ``index_from``  row of the word of rank ``r``
    =============================  ==============  ==============================
    ``Tokenizer.word_index``       1               ``r + 1``
    ``imdb.get_word_index()``      3               ``r + 3``
    =============================  ==============  ==============================

    The last column is the row that an embedding matrix for this vocabulary needs: row 0
    is padding, row 1 is out of vocabulary, and words start at row 2. A matrix with the
    vector of rank ``r`` in row ``r``, as is usual with a Tokenizer, needs neither this
    function nor other rows: pass ``WordVectors(word_index, matrix[1:])``.

    Parameters
    ----------
    word_index : mapping of str to int
        The rank of each word, from 1 on.
    index_from : int, default=3
        The argument of ``imdb.load_data``, which adds it to the ranks; 1 for a
        Tokenizer.
    num_words : int or None, default=None
        The argument of ``load_data``, which keeps only ids below it. None keeps all.

    Returns
    -------
    vocabulary : dict of str to int
        The id of each word, for ``TextSequencer(vocabulary=...)``.

    Raises
    ------
    ValueError
        If an id is below 2, or no word remains.

    See Also
    --------
    skrnn.TextSequencer : Takes the vocabulary.
    skrnn.WordVectors : Word vectors with their vocabulary.

    Notes
    -----
    Using the ranks of ``get_word_index()`` as ids, without adding ``index_from``, is a
    common mistake: each word is then taken for another one.

    Here 1 is out of vocabulary. ``load_data`` uses 2 by default, and puts a 1 at the
    start of each document. Load the data that fit this vocabulary with
    ``load_data(num_words=num_words, start_char=None, oov_char=1, index_from=3)``.
    Keras split its texts at punctuation without removing markup first, so ``br`` is one
    of its words; ``TextSequencer(strip_html=False)`` finds it, too. With
    ``num_words=None``, Keras replaces the rarest word of its data by ``oov_char``.

    A Tokenizer with an ``oov_token`` gives it the id 1, and words start at 2 as they do
    here: ``{word: number for word, number in word_index.items() if number > 1}`` is the
    vocabulary, and the rows of its matrix need no change.

    Examples
    --------
    >>> from skrnn import TextSequencer
    >>> from skrnn.text import vocabulary_from_keras_index
    >>> word_index = {"the": 1, "and": 2, "great": 3}
    >>> vocabulary_from_keras_index(word_index, index_from=1)  # of a Tokenizer
    {'the': 2, 'and': 3, 'great': 4}
    >>> vocabulary = vocabulary_from_keras_index(word_index)  # of the IMDb data
    >>> vocabulary
    {'the': 4, 'and': 5, 'great': 6}
    >>> sequencer = TextSequencer(vocabulary=vocabulary, maxlen=4)
    >>> sequencer.fit_transform(["The great unknown"])
    array([[0, 4, 6, 1]], dtype=int32)
    """
    return check_vocabulary(
        {
            word: rank + index_from
            for word, rank in word_index.items()
            if num_words is None or rank + index_from < num_words
        }
    )
