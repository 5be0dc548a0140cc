"""Stemmers by name, and a user's own."""

from __future__ import annotations

from collections.abc import Callable

from skrnn.text.tokenizers import describe

__all__ = ["load_stemmer"]

# Every suffix that a rule of Porter's looks for, and every irregular form, ends in one
# of these. The rules take time; more than a third of the words in reviews need none.
_PORTER_SUFFIXES = (
    *("s", "y", "i", "e", "ed", "ing", "al", "ful", "ll", "er", "ator", "ion", "ism"),
    *("ic", "ant", "ent", "ou"),
)


class PorterStem:
    """NLTK's Porter stemmer, not asked about words that none of its rules fits."""

    def __init__(self) -> None:
        from nltk.stem.porter import PorterStemmer

        self._stem = PorterStemmer().stem

    def __call__(self, word: str) -> str:
        """Stem a word."""
        lowered = word.lower()
        return self._stem(word) if lowered.endswith(_PORTER_SUFFIXES) else lowered


class CheckedStem:
    """A user's stemmer, whose answers are checked."""

    def __init__(self, stem: Callable[[str], str]):
        self.stem = stem

    def __call__(self, word: str) -> str:
        """Stem a word."""
        stemmed = self.stem(word)
        if not isinstance(stemmed, str):
            raise TypeError(
                f"The stemmer returned {describe(stemmed)} for {word!r}; it must "
                "return a str."
            )
        return stemmed


def load_stemmer(stemmer: str | Callable[[str], str]) -> Callable[[str], str]:
    """Return the function that stems a word.

    Parameters
    ----------
    stemmer : {"porter", "snowball"} or callable
        Its name, or the function itself.

    Returns
    -------
    stem : callable
        Takes a word and returns its stem.
    """
    if stemmer == "porter":
        return PorterStem()
    if stemmer == "snowball":
        from nltk.stem.snowball import EnglishStemmer

        return EnglishStemmer().stem
    return CheckedStem(stemmer)  # type: ignore[arg-type]
