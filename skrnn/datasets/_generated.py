"""Generated reviews whose class depends on the order of the words."""

from __future__ import annotations

from numbers import Integral

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

# The words before an adjective; a review has each of them once.
NEGATION, AFFIRMATION = "not", "really"

# Every product has every part, and any of these adjectives may describe a part.
POSITIVE = ("great", "amazing", "brilliant", "superb", "lovely", "perfect", "excellent")
NEGATIVE = ("awful", "terrible", "useless", "dreadful", "horrible", "flimsy", "poor")
NEUTRAL = ("grey", "square", "Italian", "white", "round", "metallic", "flat")
_PARTS = ("cable", "switch", "base", "case", "cover", "stand", "box", "panel")
_PRODUCTS = ("phone", "clock", "fan", "blender", "lamp", "radio", "kettle", "heater")
_OPENINGS = (
    "I bought this {} last week.",
    "We have had this {} since spring.",
    "My sister gave me this {} in May.",
    "A review of the {} on my table.",
)
_BRIDGES = (
    "Let me go on.",
    "There is more to say.",
    "Now for the rest.",
    "One more thing comes to mind.",
)
_CLOSINGS = (
    "That is all for today.",
    "So much from me.",
    "Thanks for reading this far.",
    "More in a month or two.",
)
# Phrases between the negation and its adjective.
_PHRASES = (
    "honestly", "frankly", "overall", "today", "anyway", "indeed",
    "after all", "in short", "at home", "these days", "by day", "most days",
    "for the money", "on the train", "in our kitchen", "as people say", "under a tree",
    "as my brother says", "after two long weeks", "compared with the others",
    "with the window wide open", "according to the young man", "on most days of June",
    "whatever two people may do",
)  # fmt: skip
_FILLERS = {
    n_words: tuple(p for p in _PHRASES if len(p.split()) == n_words)
    for n_words in range(1, 6)
}


def make_reviews(
    n_samples: int = 1000,
    *,
    reach: int = 3,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Generate reviews whose class depends on a word some distance before another.

    Every review describes one part with an opinion ("great", "awful") and another part
    with a neutral adjective ("grey"), in either order. One description is negated ("is
    not"), the other affirmed ("is really"), and ``reach`` other words stand between
    that word and the adjective. **The rule:** the class is that of the opinion, and
    the opposite if the nearest "not" or "really" before it is "not".

    Swapping "not" and "really" inverts the class but not the words. So a bag of words
    is at chance, and so is a bag of word pairs from ``reach=1`` on: a model has to
    remember the negation over ``reach`` words.

    Parameters
    ----------
    n_samples : int, default=1000
        The number of reviews.
    reach : int, default=3
        The number of words between the negation or affirmation and its adjective. At 0
        they are neighbors, and pairs of words suffice.
    random_state : int, RandomState instance or None, default=None
        Seed or generator; an int gives reproducible reviews.

    Returns
    -------
    reviews : ndarray of shape (n_samples,), object
        The texts, str.
    y : ndarray of shape (n_samples,), int64
        1 is positive, 0 is negative. The classes differ in size by at most one.

    Raises
    ------
    ValueError
        If ``n_samples`` is below 1 or ``reach`` below 0.

    Examples
    --------
    >>> from skrnn.datasets import make_reviews
    >>> reviews, y = make_reviews(3, reach=2, random_state=0)
    >>> len(reviews), sorted(set(y.tolist()))
    (3, [0, 1])
    >>> for sentence in reviews[0].split(". "):
    ...     print(sentence)
    We have had this radio since spring
    The cable is really, frankly, honestly, grey
    There is more to say
    The base is not, honestly, anyway, perfect
    So much from me.
    >>> print(y[0])
    0
    """
    for name, value, least in (("n_samples", n_samples, 1), ("reach", reach, 0)):
        if not isinstance(value, Integral) or value < least:
            raise ValueError(
                f"{name} must be an integer of at least {least}, got {value!r}."
            )
    rng = check_random_state(random_state)
    # All combinations are equally frequent, so that none reveals the class.
    number = rng.permutation(n_samples)
    y = number % 2
    opinion_is_positive = (number // 2 % 2).astype(bool)
    opinion_comes_first = (number // 4 % 2).astype(bool)
    reviews = np.empty(n_samples, dtype=object)
    for row in range(n_samples):
        reviews[row] = _review(
            rng,
            reach,
            positive_opinion=opinion_is_positive[row],
            negated=opinion_is_positive[row] != bool(y[row]),
            opinion_first=opinion_comes_first[row],
        )
    return reviews, y.astype(np.int64)


def _review(
    rng: np.random.RandomState,
    reach: int,
    *,
    positive_opinion: bool,
    negated: bool,
    opinion_first: bool,
) -> str:
    words = (NEGATION, AFFIRMATION) if negated else (AFFIRMATION, NEGATION)
    adjectives = (
        _pick(rng, POSITIVE if positive_opinion else NEGATIVE),
        _pick(rng, NEUTRAL),
    )
    parts = rng.choice(_PARTS, size=2, replace=False)
    described = [
        f"The {part} is {word}{_filler(rng, reach)} {adjective}."
        for part, word, adjective in zip(parts, words, adjectives, strict=True)
    ]
    if not opinion_first:
        described.reverse()
    return " ".join(
        [
            _pick(rng, _OPENINGS).format(_pick(rng, _PRODUCTS)),
            described[0],
            _pick(rng, _BRIDGES),
            described[1],
            _pick(rng, _CLOSINGS),
        ]
    )


def _filler(rng: np.random.RandomState, n_words: int) -> str:
    """Return phrases of ``n_words`` words in total, between commas."""
    phrases: list[str] = []
    while n_words:
        length = int(rng.randint(1, min(n_words, max(_FILLERS)) + 1))
        phrase = _pick(rng, _FILLERS[length])
        if phrases[-1:] != [phrase]:
            phrases.append(phrase)
            n_words -= length
    return f", {', '.join(phrases)}," if phrases else ""


def _pick(rng: np.random.RandomState, options: tuple[str, ...]) -> str:
    return options[rng.randint(len(options))]
