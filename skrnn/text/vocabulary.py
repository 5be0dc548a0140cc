"""Tokens to ids and back: which words are kept, and under which number."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np

from skrnn._messages import describe
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
    """Tell whether limits may ask in how many documents a word occurs.

    Parameters
    ----------
    min_df, max_df : float or int
        As in :func:`learn_vocabulary`.

    Returns
    -------
    needed : bool
        False if every word is within the limits, however many documents there are.
    """
    lowest = min_df <= 1 if isinstance(min_df, Integral) else min_df == 0
    highest = not isinstance(max_df, Integral) and max_df == 1
    return not (lowest and highest)


def learn_vocabulary(
    words: TokenCounts,
    *,
    max_features: int | None,
    min_df: float,
    max_df: float,
) -> dict[str, int]:
    """Choose the words to keep and number them, the most frequent first.

    Parameters
    ----------
    words : TokenCounts
        The counts over the training documents; document frequencies among them if
        ``min_df`` and ``max_df`` need them (:func:`needs_document_frequencies`).
    max_features : int or None
        How many words to keep at most.
    min_df, max_df : float or int
        In how many documents a word must and may occur: a whole number counts them, a
        float is their proportion.

    Returns
    -------
    vocabulary : dict of str to int
        The ids, from 2 on, in order. Words of equal frequency are in alphabetical
        order.

    Raises
    ------
    ValueError
        If no word is left.
    """
    counts = words.counts.copy()
    if not counts.any():
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
                f"min_df={min_df!r} and max_df={max_df!r} need to know in how many "
                "documents each word occurs, which was not counted so far. Set them "
                "before the first partial_fit, or begin anew with fit."
            )
        frequencies = words.frequencies
        counts[(frequencies < least) | (frequencies > most)] = 0
    candidates = np.flatnonzero(counts)
    if not len(candidates):
        raise ValueError(
            "After pruning, no terms remain. Try a lower min_df or a higher max_df."
        )
    if max_features is not None and max_features < len(candidates):
        # Sorting by name is slow, so only what may be kept is sorted.
        cutoff = np.partition(counts, -max_features)[-max_features]
        candidates = np.flatnonzero(counts >= cutoff)
    tokens = list(words.numbers)
    ranked = sorted(
        zip(
            (-counts[candidates]).tolist(), [tokens[i] for i in candidates], strict=True
        )
    )
    return {
        str(token): number  # a user's tokenizer may return NumPy's strings
        for number, (_, token) in enumerate(ranked[:max_features], start=FIRST_WORD)
    }


def check_vocabulary(vocabulary: Any) -> dict[str, int]:
    """Check a given vocabulary and return it as ids by token.

    Parameters
    ----------
    vocabulary : mapping of str to int, or iterable of str
        The ids, or the tokens, which then get ids from 2 on in their order (a set: in
        alphabetical order).

    Returns
    -------
    vocabulary : dict of str to int
        The ids as Python's int, in the order given.

    Raises
    ------
    TypeError
        If a token is no str or an id no integer.
    ValueError
        If the vocabulary is empty, an id is below 2, a token or an id occurs twice, or
        the list is that of a Keras TextVectorization with its two special tokens.
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
                f"The vocabulary starts with '' and {UNKNOWN!r}, which Keras' "
                "TextVectorization has for padding and out of vocabulary. These have "
                "the ids 0 and 1 here, too: leave them out, get_vocabulary()[2:], and "
                "each word gets Keras' id."
            )
    if not ids:
        raise ValueError("empty vocabulary passed to fit")
    return ids


def _checked_token(token: Any) -> str:
    """Return a token as Python's own str, which NumPy's is not."""
    if not isinstance(token, str):
        raise TypeError(
            f"The vocabulary holds {describe(token)}; all tokens must be str."
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
                "word_index of a Keras Tokenizer, which counts from 1, use "
                "skrnn.text.vocabulary_from_keras_index(word_index, index_from=1); for "
                "rows of keras.datasets.imdb.load_data, index_from=3. A matrix of word "
                "vectors with a row for each rank goes with its words: "
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
    """Turn the word index of Keras' Tokenizer or IMDb data into a vocabulary.

    A ``word_index`` gives ranks, the most frequent word having rank 1. The id of a word
    is its rank plus ``index_from``, and there are two cases:

    =============================  ==============  ==============================
    where the ranks come from      ``index_from``  row of the word of rank ``r``
    =============================  ==============  ==============================
    ``Tokenizer.word_index``       1               ``r + 1``
    ``imdb.get_word_index()``      3               ``r + 3``
    =============================  ==============  ==============================

    The last column says how an embedding matrix must be arranged to go with the
    vocabulary: 0 is padding, 1 is out of vocabulary, and words follow from 2 on. A
    matrix with the vector of rank ``r`` in row ``r``, which is usual with a Tokenizer,
    needs neither this function nor a new arrangement:
    ``WordVectors(word_index, matrix[1:])`` ties each word to its vector.

    Parameters
    ----------
    word_index : mapping of str to int
        The rank of each word, from 1 on.
    index_from : int, default=3
        As given to ``imdb.load_data``, whose rows have the ranks plus ``index_from``;
        1 for a Tokenizer.
    num_words : int or None, default=None
        As given to ``load_data``, which keeps the ids below it. None keeps all.

    Returns
    -------
    vocabulary : dict of str to int
        For ``TextSequencer(vocabulary=...)``.

    Raises
    ------
    ValueError
        If an id would be below 2, or none is left.

    See Also
    --------
    skrnn.WordVectors : Words and their vectors in one object.

    Notes
    -----
    Looking a word of a new text up in ``get_word_index()`` without adding
    ``index_from`` is a common mistake: every word is then read as another one.

    Here 1 stands for words out of vocabulary. The default of ``load_data`` is 2, with a
    1 at the start of each document. Both sides agree if the data are loaded by
    ``load_data(num_words=num_words, start_char=None, oov_char=1, index_from=3)``.
    Keras' texts were cut at punctuation without removing markup first, so that ``br``
    is among its words; ``TextSequencer(strip_html=False)`` gives it, too. With
    ``num_words=None`` Keras itself reads the rarest word of its data as out of
    vocabulary.

    A Tokenizer with an ``oov_token`` has it at 1 and words from 2 on, as they are here:
    ``{word: number for word, number in word_index.items() if number > 1}`` is the
    vocabulary, and its matrix fits as it is.

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
