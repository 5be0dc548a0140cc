"""TextSequencer: from raw strings to padded rows of word ids."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import validate_data

from skrnn._sklearn import (
    CallbackSupportMixin,
    FitTask,
    Interval,
    RealNotInt,
    StrOptions,
    SuggestParameters,
    clone_around,
    fit_context,
)
from skrnn.text.analysis import SEPARATOR, SWITCH, TEXT_RULES, Analyzer, TextRule
from skrnn.text.counts import LengthCounts, TokenCounts
from skrnn.text.encoding import Encoded, count_columns, encode, encode_in_blocks
from skrnn.text.padding import TRUNCATING, flat_ids, sentence_breaks, to_rows
from skrnn.text.vocabulary import (
    OOV,
    PAD,
    UNKNOWN,
    check_vocabulary,
    learn_vocabulary,
    needs_document_frequencies,
)

__all__ = ["TextSequencer"]

# Fitting takes time in proportion to the length of rows, and few texts are longer.
_AUTO_QUANTILE = 0.9

Ids = npt.NDArray[np.int32]
_Counts = tuple[TokenCounts | None, LengthCounts]


def _constraint(rule: TextRule) -> list[Any]:
    """Return the parameter constraint of a text rule."""
    if rule == SWITCH:
        return ["boolean"]
    names = {value for value in rule.values if value is not None}
    return [
        *([StrOptions(names)] if names else []),
        *([callable] if rule.takes_callable else []),
        *([None] if None in rule.values else []),
    ]


class TextSequencer(
    SuggestParameters, TransformerMixin, CallbackSupportMixin, BaseEstimator
):
    """Convert raw texts to padded rows of word ids.

    Each text is cleaned (markup, Unicode form, case, accents, in this order) and
    tokenized, its stop words are dropped and the other tokens stemmed. The most
    frequent words get ids, and the ids of each text are padded or truncated to one
    length. The id 0 is padding, 1 is out of vocabulary, and words start at 2, the most
    frequent first.

    Several columns of texts (a title and a body) share one vocabulary and one row of
    ids, in the order of the columns. The word ``"[SEP]"`` separates them, with the id
    2 unless ``vocabulary`` or ``pretrained`` give it another one.

    Parameters
    ----------
    lowercase : bool, default=True
        Whether to convert texts to lowercase.
    strip_html : bool, default=True
        Whether to replace tags such as ``<br />`` by a space, and entities such as
        ``&amp;`` by their characters.
    normalize : {"NFC", "NFD", "NFKC", "NFKD"} or None, default="NFKC"
        The Unicode normalization form [4]_ of texts, so that words that look the same
        are the same. ``"NFKC"`` composes accents and replaces full-width letters,
        ligatures and other typographic variants by plain characters; None leaves texts
        unchanged.
    strip_accents : {"ascii", "unicode"}, callable or None, default=None
        How to remove accents, as in
        :class:`~sklearn.feature_extraction.text.CountVectorizer`.
    preprocessor : callable or None, default=None
        A function from str to str that replaces ``lowercase`` and ``strip_accents``, as
        in :class:`~sklearn.feature_extraction.text.CountVectorizer`. It is called with
        the whole text, after ``strip_html`` and ``normalize``, and before the text is
        split into sentences.
    tokenizer : {"word", "nltk", "word-0.1"} or callable, default="word"
        How to split a text into tokens.

        - ``"word"``: words with inner apostrophes (``don't``; a typographic apostrophe
          becomes a plain one), numbers, emoticons (``:-)``, ``<3``), and single emoji.
          Scripts without spaces between words are split at Unicode's word boundaries
          [5]_: a Chinese character, a Hiragana letter, a run of Katakana, and a Thai,
          Lao, Burmese or Khmer letter with its marks are one token each. For words of
          a dictionary, pass a function such as ``jieba.lcut``.
        - ``"nltk"``: the tokens of ``nltk.word_tokenize(text, preserve_line=True)``,
          which needs no downloaded data.
        - ``"word-0.1"``: the ``"word"`` of skrnn 0.1, without emoticons and Unicode's
          word boundaries, for models that were saved by 0.1.
        - callable: called with the cleaned text; returns an iterable of str. Empty
          tokens are dropped.
    stop_words : str, list or set of str, or None, default=None
        Tokens to drop, after conversion to lowercase and before stemming.
        ``"english"`` is scikit-learn's list; ``"nltk"`` is NLTK's English list, and
        ``"german"``, ``"french"`` and so on are its lists of other languages (a corpus
        that must be downloaded once). A named list also drops tokens of ASCII
        punctuation, except the emoticons of ``tokenizer="word"``; a list or set drops
        its elements only.
    keep_negations : bool, default=True
        Whether to keep negations that are in ``stop_words``, since they reverse a
        sentiment: "no", "not", "nor", "never", "cannot", "without", words that end in
        "n't", and their forms in stop-word lists ("don", "didn", "cant"). With a named
        list they are the negations of its language ("nicht", "kein", "pas", "sin"),
        with a list or set of words those of all languages.
    stemmer : str, callable or None, default=None
        How to stem tokens. ``"porter"`` is NLTK's Porter stemmer [1]_, ``"snowball"``
        its English Snowball stemmer [2]_, and "arabic", "danish", "dutch", "english",
        "finnish", "french", "german", "hungarian", "italian", "norwegian",
        "portuguese", "romanian", "russian", "spanish" and "swedish" are its Snowball
        stemmers of these languages. A callable is a function from str to str. Tokens
        whose stem is empty are dropped.
    max_features : int or None, default=20000
        The maximum number of words to keep, the most frequent of the training texts.
        Padding and out of vocabulary do not count. None keeps every word.
    min_df : float or int, default=1
        The minimum number of training texts in which a word must occur to be kept. A
        float is a proportion of the texts, an int a count.
    max_df : float or int, default=1.0
        The maximum number of training texts in which a word may occur to be kept. A
        float is a proportion of the texts, an int a count.
    vocabulary : mapping of str to int, iterable of str, or None, default=None
        A fixed vocabulary: the ids of tokens (unique integers from 2 on, with or
        without gaps), or tokens, which get ids from 2 on. ``max_features``, ``min_df``
        and ``max_df`` are then ignored. None learns the vocabulary.
    pretrained : str, path-like, Pipeline, FrozenEstimator or None, default=None
        The pipeline whose vocabulary to extend: the name of one that comes with skrnn
        (see :func:`skrnn.load_pretrained`), a file of :func:`skrnn.save`, or a fitted
        Pipeline. Its words keep their ids. The other words of the training texts get
        the ids after them, the most frequent first; ``max_features``, ``min_df`` and
        ``max_df`` limit these new words only. Pass the same value to the classifier. A
        Pipeline is shared by clones, and not saved by :func:`skrnn.save`.
    sentence_splitter : {"rules"}, callable or None, default=None
        How to split a text into sentences, which are separated by one 0 in a row, for
        :class:`~skrnn.HierarchicalAttentionClassifier`; other classifiers ignore these
        zeros. ``"rules"`` is :func:`skrnn.text.split_sentences`, which needs no
        downloaded data; a callable is called with a text without markup and returns an
        iterable of str. None does not split texts.
    sentence_length : int or None, default=None
        The maximum number of words in a sentence; a longer sentence becomes several.
        None sets no limit.
    maxlen : int, float or "auto", default=200
        The length of the rows, including the zeros between sentences. A float in (0, 1]
        is a quantile of the lengths of the training texts: the smallest length that is
        enough for this share of them. ``"auto"`` is 0.9.
    padding : {"pre", "post"}, default="pre"
        Whether zeros go before or after the ids of a short text.
    truncating : {"pre", "post", "middle"}, default="pre"
        Which ids of a long row to remove: its head, its tail, or what is between them
        [3]_. With several columns, "pre" removes the first column first.
    n_jobs : int or None, default=None
        The number of processes that analyze texts. They start only for 20,000 texts
        or more, where they save time. The result does not depend on it. None
        means 1 unless in a ``joblib.parallel_backend`` context. -1 means using all
        processors.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        The id of each word.
    maxlen_ : int
        The length of the rows.
    document_lengths_ : ndarray of shape (n_documents,), dtype int32
        The number of tokens of each training text, after dropping stop words and before
        truncating. Tokens out of vocabulary and separators of columns count, zeros
        between sentences do not.
        After ``partial_fit``, it contains the texts of the last call only.
    oov_rate_ : float
        The share of tokens of the training texts that are out of vocabulary.
    n_features_in_ : int
        The number of columns in ``fit``, if X has two dimensions.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The names of the columns, if X is a DataFrame and all of them are strings.

    See Also
    --------
    skrnn.RNNSentimentClassifier : Classifies the rows.
    sklearn.feature_extraction.text.TfidfVectorizer : Bags of words, without order.

    References
    ----------
    .. [1] Porter (1980). An algorithm for suffix stripping. Program 14(3).
    .. [2] Porter (2001). Snowball: a language for stemming algorithms.
    .. [3] Sun, Qiu, Xu, Huang (2019). How to fine-tune BERT for text classification?
       CCL.
    .. [4] `Unicode Standard Annex 15, "Unicode normalization forms"
       <https://unicode.org/reports/tr15/>`_.
    .. [5] `Unicode Standard Annex 29, "Unicode text segmentation"
       <https://unicode.org/reports/tr29/>`_.

    Examples
    --------
    >>> from skrnn import TextSequencer
    >>> sequencer = TextSequencer(maxlen=5)
    >>> sequencer.fit_transform(["A great, great film!", "Not a great film<br />"])
    array([[0, 3, 2, 2, 4],
           [0, 5, 3, 2, 4]], dtype=int32)
    >>> sequencer.vocabulary_
    {'great': 2, 'a': 3, 'film': 4, 'not': 5}
    >>> sequencer.inverse_transform(sequencer.transform(["What a film"]))
    [['[UNK]', 'a', 'film']]

    With a 0 between sentences:

    >>> sequencer = TextSequencer(sentence_splitter="rules", maxlen=6)
    >>> sequencer.fit_transform(["A great film. Great!", "A film"])
    array([[0, 2, 4, 3, 0, 4],
           [0, 0, 0, 0, 2, 3]], dtype=int32)

    Titles and bodies:

    >>> import pandas as pd
    >>> X = pd.DataFrame({"title": ["Great!", ""], "body": ["A great film", "A film"]})
    >>> sequencer = TextSequencer(maxlen=5)
    >>> sequencer.fit_transform(X)
    array([[5, 2, 3, 5, 4],
           [0, 0, 2, 3, 4]], dtype=int32)
    >>> sequencer.vocabulary_
    {'[SEP]': 2, 'a': 3, 'film': 4, 'great': 5}
    >>> sequencer.feature_names_in_
    array(['title', 'body'], dtype=object)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **{name: _constraint(rule) for name, rule in TEXT_RULES.items()},
        "stop_words": [str, list, tuple, set, frozenset, None],
        "max_features": [Interval(Integral, 1, None, closed="left"), None],
        "min_df": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="both"),
        ],
        "max_df": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="both"),
        ],
        "vocabulary": [Mapping, Iterable, None],
        "pretrained": [str, os.PathLike, Pipeline, FrozenEstimator, None],
        "sentence_length": [Interval(Integral, 1, None, closed="left"), None],
        "maxlen": [
            Interval(Integral, 1, None, closed="left"),
            Interval(Real, 0, 1, closed="right"),
            StrOptions({"auto"}),
        ],
        "padding": [StrOptions({"pre", "post"})],
        "truncating": [StrOptions(set(TRUNCATING))],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        *,
        lowercase: bool = True,
        strip_html: bool = True,
        normalize: str | None = "NFKC",
        strip_accents: str | Callable[[str], str] | None = None,
        preprocessor: Callable[[str], str] | None = None,
        tokenizer: str | Callable[[str], Iterable[str]] = "word",
        stop_words: str | Collection[str] | None = None,
        keep_negations: bool = True,
        stemmer: str | Callable[[str], str] | None = None,
        max_features: int | None = 20000,
        min_df: float = 1,
        max_df: float = 1.0,
        vocabulary: Mapping[str, int] | Iterable[str] | None = None,
        pretrained: str | os.PathLike[str] | Pipeline | FrozenEstimator | None = None,
        sentence_splitter: str | Callable[[str], Iterable[str]] | None = None,
        sentence_length: int | None = None,
        maxlen: float | str = 200,
        padding: str = "pre",
        truncating: str = "pre",
        n_jobs: int | None = None,
    ):
        self.lowercase = lowercase
        self.strip_html = strip_html
        self.normalize = normalize
        self.strip_accents = strip_accents
        self.preprocessor = preprocessor
        self.tokenizer = tokenizer
        self.stop_words = stop_words
        self.keep_negations = keep_negations
        self.stemmer = stemmer
        self.max_features = max_features
        self.min_df = min_df
        self.max_df = max_df
        self.vocabulary = vocabulary
        self.pretrained = pretrained
        self.sentence_splitter = sentence_splitter
        self.sentence_length = sentence_length
        self.maxlen = maxlen
        self.padding = padding
        self.truncating = truncating
        self.n_jobs = n_jobs

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Iterable[str], y: Any = None) -> Self:
        """Learn the vocabulary and the length of the rows.

        Texts are read once and in blocks, so a generator may yield more of them than
        fit in memory.

        Parameters
        ----------
        X : iterable of str, or DataFrame or ndarray of shape (n_documents, n_columns)
            The training texts: a list, an array or Series of strings, a generator; or
            a table whose columns are texts.
        y : None
            Ignored, present for API consistency.

        Returns
        -------
        self : TextSequencer
            The fitted transformer.

        Raises
        ------
        LookupError
            If NLTK's stop words are needed and not installed.
        TypeError
            If ``X`` is not iterable, or an element is not a str.
        ValueError
            If ``X`` is a str, is empty, or has three dimensions or a missing value, if
            no word remains, or if both ``vocabulary`` and ``pretrained`` are given.

        Warns
        -----
        UserWarning
            If the tokens of ``pretrained`` are made by other rules (``tokenizer``,
            ``lowercase`` and the like), so that words may not be found in its
            vocabulary.
        """
        task = FitTask.start(self, X, None)
        analyzer = self._start_fit()
        blocks = encode_in_blocks(X, analyzer, n_jobs=self.n_jobs)
        self._learn(analyzer, blocks, self._no_counts(), X)
        task.end()
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Iterable[str], y: Any = None) -> Self:
        """Update the vocabulary and the length of the rows with more texts.

        After each call they are those of ``fit`` on all texts so far. The next call may
        give an id to another word, so transform texts for a classifier only after the
        last call. Memory is needed for the distinct words, not for the texts.

        Parameters
        ----------
        X : iterable of str, or DataFrame or ndarray of shape (n_documents, n_columns)
            The texts of this call.
        y : None
            Ignored, present for API consistency.

        Returns
        -------
        self : TextSequencer
            The fitted transformer.

        Raises
        ------
        LookupError, TypeError
            As in ``fit``. After an error, the texts of this call do not count.
        ValueError
            As in ``fit``; also if the TextSequencer was fitted by ``fit`` or loaded by
            :func:`skrnn.load`, which keep no counts.

        Examples
        --------
        >>> from skrnn import TextSequencer
        >>> sequencer = TextSequencer().partial_fit(["a good film", "a bad film"])
        >>> sequencer.vocabulary_
        {'a': 2, 'film': 3, 'bad': 4, 'good': 5}
        >>> sequencer.partial_fit(["good, good"]).vocabulary_
        {'good': 2, 'a': 3, 'film': 4, 'bad': 5}
        """
        counts = getattr(self, "_counts", None)
        if counts is None and hasattr(self, "maxlen_"):
            raise ValueError(
                "This TextSequencer was fitted by fit, or loaded from a file, and has "
                "no counts for partial_fit to update. Use partial_fit from the first "
                "texts on, on a new TextSequencer (sklearn.base.clone makes one)."
            )
        if counts is None:
            analyzer = self._start_fit()
        else:
            self._check_columns(X)
            analyzer = self._make_analyzer()
        blocks = encode_in_blocks(X, analyzer, n_jobs=self.n_jobs)
        self._counts = self._learn(analyzer, blocks, counts or self._no_counts(), X)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, X: Iterable[str], y: Any = None) -> Ids:
        """Fit to texts and transform them, analyzing them once.

        Parameters
        ----------
        X : iterable of str, or DataFrame or ndarray of shape (n_documents, n_columns)
            The training texts.
        y : None
            Ignored, present for API consistency.

        Returns
        -------
        X_out : ndarray of shape (n_documents, `maxlen_`), dtype int32
            The ids of the words, as from ``fit(X).transform(X)``.
        """
        task = FitTask.start(self, X, None)
        analyzer = self._start_fit()
        documents = encode(X, analyzer, n_jobs=self.n_jobs)
        self._learn(analyzer, [documents], self._no_counts(), X)
        task.end()
        return self._sequence(documents)

    def transform(self, X: Iterable[str]) -> Ids:
        """Convert texts to rows of ids.

        Parameters
        ----------
        X : iterable of str, or DataFrame or ndarray of shape (n_documents, n_columns)
            The texts, with as many columns as in ``fit``.

        Returns
        -------
        X_out : ndarray of shape (n_documents, `maxlen_`), dtype int32
            The ids of the words. An empty text is a row of zeros.

        Raises
        ------
        NotFittedError
            If ``fit`` was not called, even if ``vocabulary`` is given.
        TypeError
            If ``X`` is not iterable, or an element is not a str.
        ValueError
            If ``X`` is a str, is empty, or has other columns than in ``fit`` or a
            missing value.

        Warns
        -----
        UserWarning
            If most tokens are out of vocabulary, among them ten different ones or more,
            and their share is more than twice `oov_rate_`.
        """
        self._check_fitted()
        self._check_columns(X)
        documents = encode(X, self._analyzer, n_jobs=self.n_jobs)
        return self._sequence(documents, getattr(self, "oov_rate_", None))

    def inverse_transform(self, X: npt.ArrayLike) -> list[list[str]]:
        """Convert rows of ids back to words.

        Parameters
        ----------
        X : array-like of shape (n_documents, `maxlen_`)
            Rows of ids.

        Returns
        -------
        documents : list of list of str
            The words of each row, without padding; ``"[UNK]"`` for each id without a
            word.

        Raises
        ------
        NotFittedError
            If ``fit`` was not called.
        ValueError
            If ``X`` has another shape, or values that are not integers.
        """
        self._check_fitted()
        try:
            ids = np.asarray(X)
        except ValueError as error:
            raise ValueError(
                f"Expected rows of maxlen_={self.maxlen_} ids, got rows of different "
                "lengths. transform gives rows of one length; "
                "skrnn.text.pad_sequences pads others."
            ) from error
        if ids.ndim != 2 or ids.shape[1] != self.maxlen_:
            raise ValueError(
                f"Expected rows of maxlen_={self.maxlen_} ids, got an array of shape "
                f"{ids.shape}."
            )
        if ids.dtype.kind not in "iu" and not (
            ids.dtype.kind == "f" and np.array_equal(ids, np.floor(ids))
        ):
            raise ValueError(
                f"Expected word ids, which are integers, got an array of dtype "
                f"{ids.dtype}."
            )
        words = {number: token for token, number in self.vocabulary_.items()}
        return [
            [words.get(number, UNKNOWN) for number in row if number != PAD]
            for row in ids.tolist()
        ]

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Return the names of the output columns.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Ignored, present for API consistency.

        Returns
        -------
        names : ndarray of shape (`maxlen_`,), dtype object
            ``"position0"``, ``"position1"`` and so on.

        Raises
        ------
        NotFittedError
            If ``fit`` was not called.
        """
        self._check_fitted()
        return np.array([f"position{i}" for i in range(self.maxlen_)], dtype=object)

    def build_analyzer(self) -> Analyzer:
        """Return a callable from a text to its tokens, which needs no fitting.

        Returns
        -------
        analyze : Analyzer
            Takes a str and returns a list of str: the tokens after cleaning, dropping
            stop words and stemming. It can be pickled.

        Raises
        ------
        LookupError
            If NLTK's stop words are needed and not installed.
        ValueError
            If a parameter is invalid.

        Examples
        --------
        >>> from skrnn import TextSequencer
        >>> analyze = TextSequencer(stop_words="english").build_analyzer()
        >>> analyze("It's not <i>that</i> bad, don't worry")
        ["it's", 'not', 'bad', "don't", 'worry']
        """
        self._validate_params()
        return self._make_analyzer()

    def _make_analyzer(self) -> Analyzer:
        return Analyzer(**self._get_rules())

    def _start_fit(self) -> Analyzer:
        """Return the analyzer, and warn of unsuitable stop words, as scikit-learn."""
        analyzer = self._make_analyzer()
        # Named lists suit the named tokenizers.
        plain = self.preprocessor is None and self.strip_accents is None
        named = isinstance(self.stop_words, str) and isinstance(self.tokenizer, str)
        stray = [] if named and plain else analyzer.stray_stop_tokens()
        if stray:
            warnings.warn(
                "Your stop_words may be inconsistent with your preprocessing. "
                f"Tokenizing the stop words generated tokens {stray!r} not in "
                "stop_words, so they are kept. Write stop words as they are after "
                "cleaning and tokenizing, or add these tokens.",
                stacklevel=4,
            )
        return analyzer

    def _get_rules(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in TEXT_RULES}

    def _no_counts(self) -> _Counts:
        """Return zero counts of words, if there is no fixed vocabulary, and lengths."""
        words = None
        if self.vocabulary is None:
            words = TokenCounts.empty(
                count_documents=needs_document_frequencies(self.min_df, self.max_df)
            )
        return words, LengthCounts.empty()

    def _check_columns(self, X: Any) -> None:
        """Raise a ValueError if X has other columns than in ``fit``."""
        n_columns = count_columns(X)
        expected = getattr(self, "n_features_in_", 1)
        if (n_columns or 1) != expected:
            names = getattr(self, "feature_names_in_", None)
            raise ValueError(
                f"X has {_describe_columns(n_columns)}, but this TextSequencer was "
                f"fitted to {_describe_columns(expected)}"
                + ("." if names is None else f": {names.tolist()}.")
            )
        if n_columns is not None and hasattr(self, "n_features_in_"):
            validate_data(self, X, reset=False, skip_check_array=True)

    def _set_columns(self, X: Any) -> None:
        """Set the number and the names of the columns of a table."""
        for name in ("n_features_in_", "feature_names_in_"):
            self.__dict__.pop(name, None)
        if count_columns(X) is not None:
            validate_data(self, X, reset=True, skip_check_array=True)

    def _learn(
        self,
        analyzer: Analyzer,
        blocks: Iterable[Encoded],
        counts: _Counts,
        X: Any,
    ) -> _Counts:
        """Set all fitted attributes after the last block; return the new counts."""
        fixed = None if self.vocabulary is None else self._check_vocabulary()
        known = None if self.pretrained is None else self._known_words()
        if (count_columns(X) or 1) > 1:
            if fixed is None:
                known = _with_separator(known or {})
            else:
                fixed = _with_separator(fixed)
        words, rows = counts
        lengths = []
        n_unknown = 0
        for documents in blocks:
            if words is not None:
                words = words.plus(documents)
            rows = rows.plus(sentence_breaks(documents, self.sentence_length)[1])
            lengths.append(documents.lengths)
            if fixed is not None:
                ids = flat_ids(documents, fixed, documents.breaks[:0])
                n_unknown += int(np.count_nonzero(ids == OOV))
        document_lengths = np.concatenate(lengths)
        n_tokens = int(document_lengths.sum())
        vocabulary = fixed
        if vocabulary is None:
            if words is None:
                raise ValueError(
                    "Words have not been counted so far, since a vocabulary was given. "
                    "Set vocabulary=None before the first partial_fit, or start again "
                    "with fit."
                )
            vocabulary = learn_vocabulary(
                words,
                max_features=self.max_features,
                min_df=self.min_df,
                max_df=self.max_df,
                known=known,
            )
            n_tokens = int(words.counts.sum())
            n_unknown = n_tokens - words.count(vocabulary)
        maxlen = _resolve_maxlen(self.maxlen, rows)
        self.__dict__.pop("_counts", None)
        self._set_columns(X)
        self._analyzer = analyzer
        self._rules = self._get_rules()  # set_params must not change the analyzer
        self.vocabulary_ = vocabulary
        self.maxlen_ = maxlen
        self.document_lengths_ = document_lengths
        self.oov_rate_ = n_unknown / max(n_tokens, 1)
        return words, rows

    def _known_words(self) -> dict[str, int]:
        """Return the vocabulary of ``pretrained``; warn of other text rules."""
        # Here, since it reads the files of estimators, of which this is one.
        from skrnn.pretrained.parts import get_parts

        if self.vocabulary is not None:
            raise ValueError(
                "TextSequencer got both vocabulary and pretrained, which has a "
                "vocabulary of its own. Set one of them to None."
            )
        sequencer = get_parts(self.pretrained).sequencer
        theirs, ours = sequencer._get_params_in_use(), self._get_rules()
        other = [
            f"{name}={ours[name]!r} instead of {theirs[name]!r}"
            for name in ours
            if ours[name] != theirs[name]
        ]
        if other:
            warnings.warn(
                "The text rules of this TextSequencer differ from the pretrained ones, "
                f"so words may not be found in its vocabulary: {', '.join(other)}. Set "
                "the parameters of the pretrained TextSequencer.",
                UserWarning,
                stacklevel=5,
            )
        vocabulary: dict[str, int] = sequencer.vocabulary_
        return vocabulary

    def _check_vocabulary(self) -> dict[str, int]:
        """Return the checked parameter; warn of words that cannot match any token."""
        vocabulary = check_vocabulary(self.vocabulary)
        is_lower = self.lowercase and self.preprocessor is None
        if is_lower and not callable(self.stemmer):
            words = [word for word in vocabulary if word != SEPARATOR]
            capitals = [word for word in words if word != word.lower()]
            if capitals:
                warnings.warn(
                    "Upper case characters found in vocabulary while 'lowercase' is "
                    "True. These entries will not be matched with any documents: "
                    f"{len(capitals)} of {len(vocabulary)}, such as {capitals[0]!r}. "
                    "Use lowercase=False, or a lowercase vocabulary.",
                    stacklevel=5,
                )
        return vocabulary

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters of this estimator.

        Parameters
        ----------
        deep : bool, default=True
            Ignored: ``pretrained`` has no parameters to set.

        Returns
        -------
        params : dict
            Parameter names and their values.
        """
        params: dict[str, Any] = super().get_params(deep=False)
        return params

    def __sklearn_clone__(self) -> Self:
        """Return a clone that starts from the same pretrained pipeline."""
        cloned: Self = clone_around(self, "pretrained")
        return cloned

    def _get_params_in_use(self) -> dict[str, Any]:
        """Return the parameters that transform uses."""
        return {**self.get_params(deep=False), **self._rules}

    def _restore(self, **fitted: Any) -> None:
        """Set the fitted attributes that :mod:`skrnn.persistence` loaded."""
        self._analyzer = self._make_analyzer()
        self._rules = self._get_rules()
        for name, value in fitted.items():
            setattr(self, name, value)

    def _sequence(self, documents: Encoded, oov_rate: float | None = None) -> Ids:
        """Return the padded rows of ids."""
        rows, _ = to_rows(
            documents,
            self.vocabulary_,
            sentence_length=self.sentence_length,
            maxlen=self.maxlen_,
            padding=self.padding,
            truncating=self.truncating,
            oov_rate=oov_rate,
        )
        return rows

    def _check_fitted(self) -> None:
        """Raise NotFittedError; check_is_fitted takes as long as a sentence."""
        if not hasattr(self, "maxlen_"):
            raise NotFittedError(
                "This TextSequencer instance is not fitted yet. Call 'fit' with "
                "training texts before using this estimator."
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _describe_columns(n: int | None) -> str:
    """Return a number of columns of texts as words."""
    return f"{n} columns of texts" if n is not None and n > 1 else "one text in a row"


def _with_separator(vocabulary: dict[str, int]) -> dict[str, int]:
    """Return a vocabulary that has the separator of columns."""
    if SEPARATOR in vocabulary:
        return vocabulary
    return {**vocabulary, SEPARATOR: max(vocabulary.values(), default=OOV) + 1}


def _resolve_maxlen(maxlen: float | str, lengths: LengthCounts) -> int:
    """Return the length of rows for the parameter ``maxlen``."""
    if isinstance(maxlen, Integral):
        return int(maxlen)
    share = _AUTO_QUANTILE if maxlen == "auto" else float(maxlen)
    return max(lengths.quantile(share), 1)
