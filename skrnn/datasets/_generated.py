"""Generated reviews whose class depends on the order of the words."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

# The words before an adjective; a review has each of them once.
NEGATION, AFFIRMATION = "not", "really"

# Every product has every part, and any of these adjectives may describe a part.
POSITIVE = ("great", "amazing", "brilliant", "superb", "lovely", "perfect", "excellent")
NEGATIVE = ("awful", "terrible", "useless", "dreadful", "horrible", "flimsy", "poor")
NEUTRAL = ("gray", "square", "black", "white", "round", "metallic", "flat")
_PARTS = ("cable", "switch", "base", "case", "cover", "stand", "box", "panel")
_PRODUCTS = ("phone", "clock", "fan", "blender", "lamp", "radio", "kettle", "heater")
_OPENINGS = (
    "I bought this {} last week.",
    "We have had this {} since spring.",
    "My sister gave me this {} in May.",
    "I ordered this {} for my parents.",
)
_BRIDGES = (
    "I use it almost every day.",
    "It arrived on a Monday.",
    "My brother has the same one.",
    "We have two of them now.",
)
_CLOSINGS = (
    "That is all for now.",
    "I hope this helps.",
    "Thanks for reading.",
    "I will write again in a month.",
)
# By the number of words between {turn} and {adjective}; {noun} is one word.
_SHORT = (
    ("The {noun} is {turn} {adjective}.",),
    # One verb only: word pairs with two verbs would predict the class.
    ("The {noun} does {turn} look {adjective}.",),
    (
        "As for the {noun}, I would {turn} call it {adjective}.",
        "I looked at the {noun}, and I would {turn} call it {adjective}.",
    ),
    (
        "I would {turn} call the {noun} {adjective}.",
        "My wife would {turn} call the {noun} {adjective}.",
    ),
)
# Four words between them, one more with "that", and those that follow the noun.
_LONG = (
    "I do {turn} think{that} the {noun} is {adjective}.",
    "I would {turn} say{that} the {noun} is {adjective}.",
    "My parents do {turn} think{that} the {noun} is {adjective}.",
)
# What follows the noun. Clauses with "that" may follow each other.
_MODIFIERS = (
    "that I have", "that we keep",
    "I ordered", "we chose", "inside it", "behind it",
    "that we use", "that they sent", "on the left", "at the back",
    "that came with it", "that my sister chose", "that we use daily",
    "that came in the mail", "that they sent us first", "that I use at home",
    "that we use in the kitchen", "that my sister chose for us",
    "that they sent us two weeks ago", "that I use every day at work",
    "that my brother found in a small shop", "that we had to order a second time",
)  # fmt: skip
_N_WORDS = {modifier: len(modifier.split()) for modifier in _MODIFIERS}


def make_reviews(
    n_samples: int = 1000,
    *,
    reach: int = 3,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Generate reviews whose class depends on a word some distance before another.

    Every review describes one part with an opinion ("great", "awful") and another
    part with a neutral adjective ("gray"), in either order. One description is negated
    ("I would not call"), the other affirmed ("I would really call"), and ``reach``
    other words stand between that word and the adjective. **The rule:** the class is
    that of the opinion, and the opposite if the nearest "not" or "really" before it is
    "not".

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
    My sister gave me this phone in May
    I looked at the cable, and I would really call it gray
    I use it almost every day
    As for the base, I would not call it perfect
    That is all for now.
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
        _description(rng, reach).format(noun=part, turn=word, adjective=adjective)
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


def _description(rng: np.random.RandomState, reach: int) -> str:
    """Return a pattern with ``reach`` words between the turn and the adjective."""
    if reach < len(_SHORT):
        return _pick(rng, _SHORT[reach])
    n_words = reach - len(_SHORT)
    with_that = n_words == 1 or (n_words > 2 and rng.randint(2) == 1)
    noun = " ".join(["{noun}", *_modifiers(rng, n_words - with_that)])
    pattern = _pick(rng, _LONG).replace("{that}", " that" * with_that)
    return pattern.replace("{noun}", noun)


def _modifiers(rng: np.random.RandomState, n_words: int) -> list[str]:
    """Return modifiers of a noun, the later ones after "and", of ``n_words`` words."""
    modifiers: list[str] = []
    while n_words:
        fitting = []
        for modifier in _MODIFIERS:
            if modifiers and not modifier.startswith("that"):
                continue
            rest = n_words - _N_WORDS[modifier] - bool(modifiers)
            if rest == 0 or rest >= 4:  # "and" and the shortest clause
                fitting.append(modifier)
        # Each once, as long as there are others.
        fresh = [modifier for modifier in fitting if modifier not in modifiers]
        modifier = _pick(rng, fresh or fitting)
        n_words -= _N_WORDS[modifier] + bool(modifiers)
        modifiers += ["and", modifier] if modifiers else [modifier]
    return modifiers


def _pick(rng: np.random.RandomState, options: Sequence[str]) -> str:
    return options[rng.randint(len(options))]
