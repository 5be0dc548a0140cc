"""TextSequencer: raw strings to padded rows of word ids."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError

from skrnn._sklearn import (
    CallbackSupportMixin,
    FitTask,
    HTMLReprMixin,
    Interval,
    RealNotInt,
    StrOptions,
    SuggestParameters,
    fit_context,
)
from skrnn.text.analysis import SWITCH, TEXT_RULES, Analyzer, TextRule
from skrnn.text.counts import LengthCounts, TokenCounts
from skrnn.text.encoding import Encoded, encode, encode_in_blocks
from skrnn.text.padding import TRUNCATING
from skrnn.text.rows import flat_ids, set_apart, to_rows
from skrnn.text.vocabulary import (
    OOV,
    PAD,
    UNKNOWN,
    check_vocabulary,
    learn_vocabulary,
    needs_document_frequencies,
)

__all__ = ["TextSequencer"]

# Longer rows cost time in proportion and add words to few documents only.
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
    SuggestParameters,
    TransformerMixin,
    CallbackSupportMixin,
    HTMLReprMixin,
    BaseEstimator,
):
    """Turn raw texts into padded rows of word ids.

    A text is cleaned (markup, Unicode form, case, accents, in this order), cut into
    tokens, rid of stop words and stemmed; the most frequent words get ids; the ids of
    each text are cut and padded to one length. 0 is padding, 1 a word out of
    vocabulary, and words start at 2, the most frequent first.

    Parameters
    ----------
    lowercase : bool, default=True
        Whether to convert everything to lower case.
    strip_html : bool, default=True
        Whether to replace tags such as ``<br />`` by a space, and entities such as
        ``&amp;`` by their characters.
    normalize : {"NFC", "NFD", "NFKC", "NFKD"} or None, default="NFKC"
        The Unicode normalization form [4]_ to bring texts to, so that what looks the
        same is the same word. ``"NFKC"`` composes accents and replaces full-width
        letters, ligatures and other typographic variants by plain characters; None
        leaves texts as they are.
    strip_accents : {"ascii", "unicode"}, callable or None, default=None
        How to remove accents, as in
        :class:`~sklearn.feature_extraction.text.CountVectorizer`.
    preprocessor : callable or None, default=None
        A function from str to str in place of ``lowercase`` and ``strip_accents``,
        which are then ignored, as in
        :class:`~sklearn.feature_extraction.text.CountVectorizer`. It gets the whole
        text, without markup unless ``strip_html=False``, and before sentences are
        looked for.
    tokenizer : {"word", "nltk", "word-0.1"} or callable, default="word"
        How to cut a text into tokens.

        - ``"word"``: words with their inner apostrophes (``don't``; a typographic
          apostrophe becomes a plain one), numbers, emoticons (``:-)``, ``<3``), and
          each emoji on its own. Scripts without spaces between words are cut at
          Unicode's word boundaries [5]_: a Chinese character, a Hiragana letter, a run
          of Katakana, and a Thai, Lao, Burmese or Khmer letter with its marks are each
          a token. Pass a function such as ``jieba.lcut`` for words of a dictionary.
        - ``"nltk"``: ``nltk.word_tokenize(text, preserve_line=True)``, token for
          token. It needs no downloaded data.
        - ``"word-0.1"``: what ``"word"`` was in skrnn 0.1, without emoticons and word
          boundaries, which models that it saved go on with.
        - callable: takes the cleaned text and returns an iterable of str, of which
          empty ones are dropped.
    stop_words : str, list or set of str, or None, default=None
        Tokens to drop, compared after lower-casing and before stemming. ``"english"``
        is scikit-learn's list; ``"nltk"`` is NLTK's English list, and ``"german"``,
        ``"french"`` and so on are its lists of other languages (a corpus that must be
        downloaded once). With a named list, tokens that consist of ASCII punctuation
        are dropped as well, but not the emoticons of ``tokenizer="word"``; with a list
        or set, only what it holds.
    keep_negations : bool, default=True
        Whether words that negate are kept although ``stop_words`` holds them, because
        they decide a sentiment: "no", "not", "nor", "never", "cannot", "without", all
        that ends in "n't", and what stop-word lists make of it ("don", "didn", "cant").
        With a list of another language it is that language's negations ("nicht",
        "kein", "pas", "sin"), with a list or set of words those of any language.
    stemmer : str, callable or None, default=None
        How to stem a token. ``"porter"`` is NLTK's Porter stemmer [1]_, ``"snowball"``
        its English Snowball stemmer [2]_, and "arabic", "danish", "dutch", "english",
        "finnish", "french", "german", "hungarian", "italian", "norwegian",
        "portuguese", "romanian", "russian", "spanish" and "swedish" are its Snowball
        stemmers of these languages. Or a function from str to str. A token stemmed to
        nothing is dropped.
    max_features : int or None, default=20000
        How many words to keep, the most frequent of the training texts. Padding and
        out-of-vocabulary come on top. None keeps every word.
    min_df : float or int, default=1
        In how many training texts a word must occur to be kept. A float is a
        proportion of the texts, an int a count.
    max_df : float or int, default=1.0
        In how many it may occur, likewise.
    vocabulary : mapping of str to int, iterable of str, or None, default=None
        A fixed vocabulary: ids (at least 2, each used once, gaps allowed) by token, or
        tokens, which get ids from 2 on. ``max_features``, ``min_df`` and ``max_df``
        are then ignored. None learns it.
    sentence_splitter : {"rules"}, callable or None, default=None
        How to cut a text into sentences, which one 0 then sets apart in a row, for
        :class:`~skrnn.HierarchicalAttentionClassifier`; other classifiers do not mind
        it. ``"rules"`` is :func:`skrnn.text.split_sentences`, which needs no
        downloaded data; a callable takes a text without markup and returns an iterable
        of str. None does not look for sentences.
    sentence_length : int or None, default=None
        How many words a sentence may have; what is longer is set apart as several.
        None means any number.
    maxlen : int, float or "auto", default=200
        The length of the rows, the zeros between sentences included. A float in (0, 1]
        is a quantile of the training texts' lengths: the smallest length that holds
        this share of them. ``"auto"`` is 0.9.
    padding : {"pre", "post"}, default="pre"
        Where to put zeros in a row that is too short.
    truncating : {"pre", "post", "middle"}, default="pre"
        Where to cut a text that is too long. "middle" keeps its head and its tail [3]_.
    n_jobs : int or None, default=None
        How many processes may analyze texts. They are used for many thousand texts
        only, where they win. The result does not depend on it. None means 1 unless in
        a :obj:`joblib.parallel_backend` context, -1 all processors.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        The id of each word.
    maxlen_ : int
        The length of the rows.
    document_lengths_ : ndarray of shape (n_documents,), dtype int32
        How many tokens each training text had, after stop words were dropped and
        before it was cut. Tokens out of vocabulary count, zeros between sentences do
        not. After ``partial_fit`` it is about the texts of the last call only.
    oov_rate_ : float
        The share of the training texts' tokens that are out of vocabulary.

    See Also
    --------
    skrnn.RNNSentimentClassifier : Learns from the rows.
    sklearn.feature_extraction.text.TfidfVectorizer : Bags of words, without order.

    References
    ----------
    .. [1] M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980.
    .. [2] M. F. Porter, "Snowball: A language for stemming algorithms", 2001.
    .. [3] C. Sun, X. Qiu, Y. Xu, X. Huang, "How to fine-tune BERT for text
       classification?", CCL 2019.
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

    With sentences set apart:

    >>> sequencer = TextSequencer(sentence_splitter="rules", maxlen=6)
    >>> sequencer.fit_transform(["A great film. Great!", "A film"])
    array([[0, 2, 4, 3, 0, 4],
           [0, 0, 0, 0, 2, 3]], dtype=int32)
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
        self.sentence_splitter = sentence_splitter
        self.sentence_length = sentence_length
        self.maxlen = maxlen
        self.padding = padding
        self.truncating = truncating
        self.n_jobs = n_jobs

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Iterable[str], y: Any = None) -> Self:
        """Learn the vocabulary and the length of the rows.

        The texts are read once and in blocks, so that a generator may give more of
        them than fit in memory.

        Parameters
        ----------
        X : iterable of str
            The training texts: a list, an array or Series of strings, a generator.
        y : None
            Ignored, present for pipelines.

        Returns
        -------
        self : TextSequencer
            The fitted transformer.

        Raises
        ------
        LookupError
            If NLTK's stop words are asked for and not installed.
        TypeError
            If ``X`` holds something other than str.
        ValueError
            If ``X`` is a bare string, has two dimensions, holds a missing text or
            nothing, or if no word is left.
        """
        task = FitTask.start(self, X, None)
        analyzer = self._begin()
        blocks = encode_in_blocks(X, analyzer, n_jobs=self.n_jobs)
        self._learn(analyzer, blocks, self._no_counts())
        task.end()
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Iterable[str], y: Any = None) -> Self:
        """Learn from some more texts, going on from the last call.

        After each call the vocabulary and the length of the rows are those of ``fit``
        on all texts so far. An id may belong to another word after the next call, so
        that rows are for a classifier only when the last texts were seen. Memory is
        needed for the distinct words, not for the texts.

        Parameters
        ----------
        X : iterable of str
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
            As ``fit`` does. After an error these texts do not count.
        ValueError
            As ``fit`` does; also if it was ``fit``, or :func:`skrnn.load`, that made
            the vocabulary: they keep no counts to go on from.

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
                "no counts that partial_fit could go on from. Use partial_fit from the "
                "first texts on, on a new TextSequencer (sklearn.base.clone makes one)."
            )
        analyzer = self._begin() if counts is None else self._make_analyzer()
        blocks = encode_in_blocks(X, analyzer, n_jobs=self.n_jobs)
        self._counts = self._learn(analyzer, blocks, counts or self._no_counts())
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, X: Iterable[str], y: Any = None) -> Ids:
        """Learn from texts and transform them, analyzing them once.

        Parameters
        ----------
        X : iterable of str
            The training texts.
        y : None
            Ignored, present for pipelines.

        Returns
        -------
        X_out : ndarray of shape (n_documents, `maxlen_`), dtype int32
            The ids of the words, as from ``fit(X).transform(X)``.
        """
        task = FitTask.start(self, X, None)
        analyzer = self._begin()
        documents = encode(X, analyzer, n_jobs=self.n_jobs)
        self._learn(analyzer, [documents], self._no_counts())
        task.end()
        return self._sequence(documents)

    def transform(self, X: Iterable[str]) -> Ids:
        """Turn texts into rows of ids.

        Parameters
        ----------
        X : iterable of str
            The texts.

        Returns
        -------
        X_out : ndarray of shape (n_documents, `maxlen_`), dtype int32
            The ids of the words. An empty text is a row of zeros.

        Raises
        ------
        NotFittedError
            If ``fit`` was not called, also if ``vocabulary`` is given.
        TypeError
            If ``X`` holds something other than str.
        ValueError
            If ``X`` is a bare string, has two dimensions, or holds a missing text or
            nothing.

        Warns
        -----
        UserWarning
            If most tokens are out of vocabulary, ten different ones or more, and their
            share is more than twice `oov_rate_`.
        """
        self._check_fitted()
        documents = encode(X, self._analyzer, n_jobs=self.n_jobs)
        return self._sequence(documents, getattr(self, "oov_rate_", None))

    def inverse_transform(self, X: npt.ArrayLike) -> list[list[str]]:
        """Give the words behind ids.

        Parameters
        ----------
        X : array-like of shape (n_documents, `maxlen_`)
            Rows of ids.

        Returns
        -------
        documents : list of list of str
            The words of each row without padding; ``"[UNK]"`` for each id that belongs
            to no word.

        Raises
        ------
        NotFittedError
            If ``fit`` was not called.
        ValueError
            If ``X`` has another shape or holds something other than whole numbers.
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
                f"Expected word ids, whole numbers, got an array of dtype {ids.dtype}."
            )
        words = {number: token for token, number in self.vocabulary_.items()}
        return [
            [words.get(number, UNKNOWN) for number in row if number != PAD]
            for row in ids.tolist()
        ]

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Name the columns of the output.

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
        """Return the function that turns a text into tokens.

        It needs no fitting and can be pickled.

        Returns
        -------
        analyze : Analyzer
            A callable that takes a str and returns a list of str: the tokens after
            cleaning, stop words and stemming.

        Raises
        ------
        LookupError
            If NLTK's stop words are asked for and not installed.
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

    def _begin(self) -> Analyzer:
        """Return the analyzer of a fit, after warnings that scikit-learn gives, too."""
        analyzer = self._make_analyzer()
        # A list that has a name fits the tokenizers that have one, as they come.
        plain = self.preprocessor is None and self.strip_accents is None
        named = isinstance(self.stop_words, str) and isinstance(self.tokenizer, str)
        stray = [] if named and plain else analyzer.stray_stop_tokens()
        if stray:
            warnings.warn(
                "Your stop_words may be inconsistent with your preprocessing. "
                f"Tokenizing the stop words generated tokens {stray!r} not in "
                "stop_words, so that they are kept. Write stop words as they are after "
                "cleaning and tokenizing, or add these tokens.",
                stacklevel=4,
            )
        return analyzer

    def _get_rules(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in TEXT_RULES}

    def _no_counts(self) -> _Counts:
        """Return counts to begin with: of words, unless they are given; of lengths."""
        words = None
        if self.vocabulary is None:
            words = TokenCounts.empty(
                count_documents=needs_document_frequencies(self.min_df, self.max_df)
            )
        return words, LengthCounts.empty()

    def _learn(
        self, analyzer: Analyzer, blocks: Iterable[Encoded], counts: _Counts
    ) -> _Counts:
        """Set the fitted attributes, all of them or none; return the new counts."""
        fixed = None if self.vocabulary is None else self._check_vocabulary()
        words, rows = counts
        lengths = []
        n_unknown = 0
        for documents in blocks:
            if words is not None:
                words = words.plus(documents)
            rows = rows.plus(set_apart(documents, self.sentence_length)[1])
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
                    "Words were not counted so far, since a vocabulary was given. Set "
                    "vocabulary=None before the first partial_fit, or begin anew with "
                    "fit."
                )
            vocabulary = learn_vocabulary(
                words,
                max_features=self.max_features,
                min_df=self.min_df,
                max_df=self.max_df,
            )
            n_tokens = int(words.counts.sum())
            n_unknown = n_tokens - words.count(vocabulary)
        maxlen = _resolve_maxlen(self.maxlen, rows)
        self.__dict__.pop("_counts", None)
        self._analyzer = analyzer
        self._rules = self._get_rules()  # set_params does not change the analyzer
        self.vocabulary_ = vocabulary
        self.maxlen_ = maxlen
        self.document_lengths_ = document_lengths
        self.oov_rate_ = n_unknown / max(n_tokens, 1)
        return words, rows

    def _check_vocabulary(self) -> dict[str, int]:
        """Return the vocabulary that was given; warn of words that never come."""
        vocabulary = check_vocabulary(self.vocabulary)
        is_lower = self.lowercase and self.preprocessor is None
        if is_lower and not callable(self.stemmer):
            capitals = [word for word in vocabulary if word != word.lower()]
            if capitals:
                warnings.warn(
                    "Upper case characters found in vocabulary while 'lowercase' is "
                    "True. These entries will not be matched with any documents: "
                    f"{len(capitals)} of {len(vocabulary)}, such as {capitals[0]!r}. "
                    "Use lowercase=False, or a vocabulary in lower case.",
                    stacklevel=5,
                )
        return vocabulary

    def _get_params_in_use(self) -> dict[str, Any]:
        """Return the parameters that transform goes by."""
        return {**self.get_params(deep=False), **self._rules}

    def _restore(self, **fitted: Any) -> None:
        """Become fitted by what :mod:`skrnn.persistence` kept."""
        self._analyzer = self._make_analyzer()
        self._rules = self._get_rules()
        for name, value in fitted.items():
            setattr(self, name, value)

    def _sequence(self, documents: Encoded, oov_rate: float | None = None) -> Ids:
        """Look the tokens up and pad."""
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
        """Refuse to go on before fit; check_is_fitted costs as much as a sentence."""
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


def _resolve_maxlen(maxlen: float | str, lengths: LengthCounts) -> int:
    """Return a length for the parameter maxlen."""
    if isinstance(maxlen, Integral):
        return int(maxlen)
    share = _AUTO_QUANTILE if maxlen == "auto" else float(maxlen)
    return max(lengths.quantile(share), 1)
