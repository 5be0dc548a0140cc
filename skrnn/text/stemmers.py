"""Stemmers by name, and stemmers from a user."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from skrnn._messages import describe

__all__ = ["SNOWBALL_LANGUAGES", "Stemmer", "load_stemmer"]

SNOWBALL_LANGUAGES = (
    *("arabic", "danish", "dutch", "english", "finnish", "french", "german"),
    *("hungarian", "italian", "norwegian", "portuguese", "romanian", "russian"),
    *("spanish", "swedish"),
)

# All suffixes in Porter's rules and all irregular forms end in one of these. The rules
# are slow, and half of the distinct words in reviews need none.
_PORTER_SUFFIXES = (
    *("s", "y", "i", "e", "ed", "ing", "al", "ful", "ll", "er", "ator", "ion", "ism"),
    *("ic", "ant", "ent", "ou"),
)


class Stemmer(Protocol):
    """A function that stems many words at once."""

    def __call__(self, words: Iterable[str]) -> list[str]:
        """Return the stem of each word."""


class PorterStems:
    """NLTK's Porter stemmer, called only for words that its rules may change."""

    def __init__(self) -> None:
        from nltk.stem.porter import PorterStemmer

        self._stemmer = PorterStemmer()

    def __call__(self, words: Iterable[str]) -> list[str]:
        """Return the stem of each word."""
        stem, irregular = self._stemmer.stem, self._stemmer.pool
        stems = []
        for word in map(str.lower, words):
            if not word.endswith(_PORTER_SUFFIXES):
                stems.append(word)
            elif (
                word[-1] == "s"
                and len(word) > 2
                and not word.endswith(_PORTER_SUFFIXES, 0, -1)
                and word not in irregular
            ):
                # Only the first rule applies: it removes a plural's "s".
                stems.append(word[:-1])
            else:
                stems.append(stem(word))
        return stems


class SnowballStems:
    """NLTK's Snowball stemmer of a language."""

    def __init__(self, language: str):
        self._language = language

    def __call__(self, words: Iterable[str]) -> list[str]:
        """Return the stem of each word."""
        from nltk.stem.snowball import SnowballStemmer

        if self._language == "arabic":  # its state after a word affects the next
            return [SnowballStemmer("arabic").stem(word) for word in words]
        return list(map(SnowballStemmer(self._language).stem, words))


class CheckedStems:
    """A user's function that stems one word; the type that it returns is checked."""

    def __init__(self, stem: Callable[[str], str]):
        self.stem = stem

    def __call__(self, words: Iterable[str]) -> list[str]:
        """Return the stem of each word."""
        stems = []
        for word in words:
            stem = self.stem(word)
            if not isinstance(stem, str):
                raise TypeError(
                    f"The stemmer returned {describe(stem)} for {word!r}; it must "
                    "return a str."
                )
            stems.append(stem)
        return stems


def load_stemmer(stemmer: str | Callable[[str], str]) -> Stemmer:
    """Return the stemmer for the parameter ``stemmer`` of TextSequencer."""
    if stemmer == "porter":
        return PorterStems()
    if isinstance(stemmer, str):
        return SnowballStems("english" if stemmer == "snowball" else stemmer)
    return CheckedStems(stemmer)
