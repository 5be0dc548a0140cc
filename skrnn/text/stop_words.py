"""Stop words, and the negations among them that decide a sentiment."""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Iterable

from skrnn.text.tokenizers import describe

__all__ = ["StopWords", "is_negation"]

_PUNCTUATION = frozenset(string.punctuation)

# A verb's "n" and "nt" are what is left of its "n't" in NLTK's list ("don", "won") and
# in scikit-learn's ("couldnt", "hasnt").
_NEGATION = re.compile(
    r"no|not|nor|never|none|nobody|nothing|nowhere|neither|without|cannot|cant"
    r"|hardly|scarcely|barely|.*n't"
    r"|(?:ai|are|could|did|do|does|had|has|have|is|might|must|need|sha|should|was|were"
    r"|wo|would)nt?",
    re.DOTALL,
)


def is_negation(word: str) -> bool:
    """Tell whether a lower-case English word negates, whole or as a stump.

    Parameters
    ----------
    word : str
        A word such as ``"nor"``, ``"n't"``, ``"wouldn't"``, or ``"wouldn"`` and
        ``"wouldnt"``, which tokenizers and stop-word lists leave of it.

    Returns
    -------
    is_negation : bool
        Whether it is one.

    Examples
    --------
    >>> from skrnn.text.stop_words import is_negation
    >>> [word for word in ["the", "not", "mustn't", "don"] if is_negation(word)]
    ['not', "mustn't", 'don']
    """
    return _NEGATION.fullmatch(word) is not None


class StopWords:
    """The words that an analyzer drops.

    Parameters
    ----------
    source : {"english", "nltk"} or collection of str
        scikit-learn's list, NLTK's English list, or the words themselves. With a named
        list, tokens of ASCII punctuation only are dropped too.
    keep_negations : bool
        Whether negations stay although the list holds them.

    punctuation : bool, default=None
        Whether to drop tokens of ASCII punctuation; None drops them with a named list.

    Raises
    ------
    LookupError
        If NLTK's list is asked for and its corpus is not installed.
    TypeError
        If a listed stop word is not a str.
    """

    def __init__(
        self,
        source: str | Collection[str],
        *,
        keep_negations: bool,
        punctuation: bool | None = None,
    ):
        named = isinstance(source, str)
        if source == "english":
            words: Collection[str] = _sklearn_stop_words()
        elif source == "nltk":
            words = _nltk_stop_words()
        else:
            words = source
            for word in words:
                if not isinstance(word, str):
                    raise TypeError(
                        f"stop_words holds {describe(word)}; all of them must be str."
                    )
        if keep_negations:
            words = [word for word in words if not is_negation(word)]
        self.words = frozenset(words)
        self.punctuation = named if punctuation is None else punctuation

    def without(self, tokens: Iterable[str]) -> list[str]:
        """Return the tokens that are not dropped.

        Parameters
        ----------
        tokens : iterable of str
            Tokens.

        Returns
        -------
        kept : list of str
            Those that are no stop words.
        """
        words = self.words
        kept = [token for token in tokens if token not in words]
        if self.punctuation:
            kept = [token for token in kept if not _PUNCTUATION.issuperset(token)]
        return kept


def _sklearn_stop_words() -> Collection[str]:
    # Here, since the other rules serve without scikit-learn.
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words: Collection[str] = ENGLISH_STOP_WORDS
    return words


def _nltk_stop_words() -> list[str]:
    from nltk.corpus import stopwords

    try:
        return stopwords.words("english")
    except LookupError as error:
        raise LookupError(
            "stop_words='nltk' needs NLTK's stop-word corpus, which is not installed. "
            "Get it once with `import nltk; nltk.download('stopwords')`, or set the "
            "environment variable NLTK_DATA to the folder that holds "
            "corpora/stopwords; stop_words='english' needs no download."
        ) from error
