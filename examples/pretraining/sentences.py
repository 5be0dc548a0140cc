"""Short sentences and segments of reviews, to pretrain a network with.

Whole reviews do not teach a network to read "Not bad at all!". This module composes
short English sentences in which negation, comparison, change over time and contrast
decide the label, after the capabilities of CheckList: Ribeiro, Wu, Guestrin, Singh
(2020). Beyond Accuracy: Behavioral Testing of NLP Models with CheckList. ACL.

>>> texts, labels = make_sentences(["great"], ["awful"], n=1000, seed=0)
>>> len(texts), int(labels.sum())
(1000, 500)
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import phrases

from skrnn.text import split_sentences

__all__ = [
    "CONSTRUCTIONS",
    "lexicon_adjectives",
    "make_sentences",
    "polar_words",
    "split_reviews",
]

CONSTRUCTIONS = (*phrases.CONSTRUCTIONS, "idioms")
MIN_WORDS, MAX_WORDS = 3, 40

_WORD = re.compile(r"[a-z]+")
# An adjective after a degree adverb, at the end of its clause: "so dull, ".
_DEGREE = re.compile(
    r"\b(?:very|so|really|extremely|quite|pretty|incredibly|absolutely|truly|too|rather)"
    r" ([a-z]{3,})(?= ?[.,;!?)<]| and | but )"
)
_ADJECTIVE_ENDINGS = (
    "ful", "ing", "ive", "ous", "able", "ible", "less", "ish", "ant", "ent", "al", "ic",
    "y", "ect",
)  # fmt: skip
# Words that the counts make polar but that say nothing about a thing on their own.
_NOT_POLAR = frozenset(
    str.split(
        "nothing lacking sorry obvious positive promising decent generous watchable "
        "enjoy famous innocent personal patient tragic sensitive emotional unusual "
        "terrifying surreal chilling loving natural sentimental clueless accessible "
        "rubbish everything gritty romantic generic stereotypical empty unbelievable "
        "necessary poetic unsettling"
    )
)

_SLOT = re.compile(r"\{([^{}]*)\}")
_ARTICLE = re.compile(r"\b([Aa]) (?=(?!(?:us[eu]|uni|one\b))[aeiou]|hour|honest)")
_SENTENCE_START = re.compile(r"(?:^|[.!?] )[a-z]")
_CONTRACTIONS = {
    "is not": "isn't", "was not": "wasn't", "are not": "aren't", "were not": "weren't",
    "do not": "don't", "does not": "doesn't", "did not": "didn't",
    "would not": "wouldn't", "could not": "couldn't", "cannot": "can't",
    "will not": "won't", "has not": "hasn't", "it is": "it's", "I am": "I'm",
    "I have": "I've", "I would": "I'd", "I will": "I'll", "that is": "that's",
    "we are": "we're", "you will": "you'll",
}  # fmt: skip
# Not "I've no idea", "I'd not" or "I will." at the end.
_CONTRACTED = re.compile(
    r"\b(I have(?= (?:been|come|changed|had|seen|never|ever))"
    r"|(?:I|you) (?:would|will)(?! not)"
    r"|(?:is|was|are|were|do|does|did|would|could|will|has) not|cannot"
    r"|(?:it|that) is|I am|we are)\b(?= )",
    re.IGNORECASE,
)
# Half of the sentences of these constructions are in the past tense. Otherwise nearly
# every "was" would be followed by a change: "It was bad, but now it is good."
_WITH_PAST = ("vocabulary", "intensity", "negation", "neutral fillers")
_PAST = {"is1": ("is", "was"), "am": ("am", "was"), "are1": ("are", "were")}
# Singular and plural.
_NUMBERS = {
    "is": ("is", "are"), "was": ("was", "were"), "seems": ("seems", "seem"),
    "makes": ("makes", "make"), "fails": ("fails", "fail"), "they_it": ("it", "they"),
    "they_them": ("it", "them"),
}  # fmt: skip


def polar_words(
    texts: Sequence[str],
    labels: npt.ArrayLike,
    *,
    n_words: int = 120,
    min_log_odds: float = 0.6,
    min_z: float = 3.5,
) -> tuple[list[str], list[str]]:
    """Pick the adjectives that reviews use for praise and for blame.

    Candidates stand after "very", "so" and the like and end as adjectives do. They are
    ranked by the z-score of their weighted log odds, with all words as the prior.

    Parameters
    ----------
    texts : sequence of str
        Reviews.
    labels : array-like of {0, 1}
        1 is positive.
    n_words : int, default=120
        The largest number of words of each list.
    min_log_odds, min_z : float
        The smallest log odds ratio and z-score of a word, in absolute value.

    Returns
    -------
    positive, negative : list of str
        The words, most decisive first.

    References
    ----------
    Monroe, Colaresi, Quinn (2008). Fightin' Words. Political Analysis 16(4).
    """
    candidates: Counter[str] = Counter()
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for text, label in zip(texts, np.asarray(labels), strict=True):
        text = text.lower()
        candidates.update(set(_DEGREE.findall(text)))
        counts[int(label)].update(set(_WORD.findall(text)))
    n_total = sum(counts[0].values()) + sum(counts[1].values())
    prior_size = 10_000.0
    found = []
    for word, n_seen in candidates.items():
        if n_seen < 4 or word in _NOT_POLAR or word.endswith("ly"):
            continue
        if not word.endswith(_ADJECTIVE_ENDINGS):
            continue
        prior = prior_size * (counts[0][word] + counts[1][word]) / n_total
        log_odds = [
            np.log(with_prior / (sum(c.values()) + prior_size - with_prior))
            for c in counts
            for with_prior in [c[word] + prior]
        ]
        ratio = log_odds[1] - log_odds[0]
        z = ratio / np.sqrt(sum(1 / (c[word] + prior) for c in counts))
        if abs(ratio) >= min_log_odds and abs(z) >= min_z:
            found.append((float(z), word))
    found.sort()
    negative = [word for z, word in found if z < 0][:n_words]
    positive = [word for z, word in reversed(found) if z > 0][:n_words]
    return positive, negative


def lexicon_adjectives(
    texts: Sequence[str], labels: npt.ArrayLike, lexicon: Mapping[str, float]
) -> tuple[list[str], list[str]]:
    """Pick the adjectives of a sentiment lexicon that reviews use with the same sign.

    Adjectives are words that often stand after "very", "so" and the like.

    Parameters
    ----------
    texts : sequence of str
        Reviews.
    labels : array-like of {0, 1}
        1 is positive.
    lexicon : mapping of str to float
        The valence of words, such as VADER's.

    Returns
    -------
    positive, negative : list of str
        The words, most frequent first.
    """
    of_label: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    graded: Counter[str] = Counter()
    for text, label in zip(texts, np.asarray(labels), strict=True):
        text = text.lower()
        graded.update(set(_DEGREE.findall(text)))
        of_label[int(label)].update(set(_WORD.findall(text)))
    found: tuple[list[str], list[str]] = ([], [])
    for word, n_graded in graded.most_common():
        valence, n_negative, n_positive = (
            lexicon.get(word, 0.0),
            of_label[0][word],
            of_label[1][word],
        )
        is_adjective = n_graded >= 3 and n_graded > 0.02 * (n_negative + n_positive)
        agrees = (n_positive - n_negative) * valence > 0
        if word in _NOT_POLAR or word.endswith(("ly", "well", "sucks")):
            continue
        if abs(valence) >= 1 and is_adjective and agrees:
            found[int(valence < 0)].append(word)
    return found


def make_sentences(
    positive: Sequence[str],
    negative: Sequence[str],
    n: int,
    seed: int,
    *,
    constructions: Sequence[str] = CONSTRUCTIONS,
) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Compose short sentences whose label depends on how the words are put together.

    Parameters
    ----------
    positive, negative : sequence of str
        Adjectives that the reviews make positive or negative, see :func:`polar_words`.
        They are used beside those of `phrases.py`.
    n : int
        The number of texts. Most are distinct, each has 3 to 40 words.
    seed : int
        Equal seeds give equal sentences.
    constructions : sequence of str, default=CONSTRUCTIONS
        The constructions to use, equally often, each as often for both labels.

    Returns
    -------
    texts : list of str
    labels : ndarray of shape (n,), int64
        1 is positive, 0 is negative.
    """
    rng = random.Random(seed)
    writer = _Writer(rng, positive, negative)
    seen: set[str] = set()
    texts, labels = [], []
    for row in range(n):
        name = constructions[row // 2 % len(constructions)]
        for _ in range(20):
            text = writer.write(name, row % 2)
            if text not in seen and MIN_WORDS <= len(text.split()) <= MAX_WORDS:
                break
        seen.add(text)
        texts.append(text)
        labels.append(row % 2)
    order = np.random.default_rng(seed).permutation(n)
    return [texts[i] for i in order], np.array(labels, dtype=np.int64)[order]


def split_reviews(
    texts: Sequence[str],
    labels: npt.ArrayLike,
    predict_proba: Callable[[list[str]], npt.NDArray[np.floating]],
    *,
    threshold: float = 0.8,
    max_sentences: int = 3,
    max_words: int = 60,
    per_review: int = 2,
    seed: int = 0,
) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Cut reviews into segments that still say what their review says.

    A segment has 1 to ``max_sentences`` consecutive sentences and the label of its
    review. It is kept if a teacher gives that label at least ``threshold``.

    Parameters
    ----------
    texts : sequence of str
        Reviews; HTML line breaks end a sentence.
    labels : array-like of {0, 1}
    predict_proba : callable
        The teacher: a list of texts to the probabilities of the labels 0 and 1.
    threshold : float, default=0.8
        The least probability of the review's label.
    max_sentences, max_words : int
        The most sentences and words of a segment; it has at least 3 words.
    per_review : int, default=2
        The most segments of a review, drawn at random.
    seed : int, default=0

    Returns
    -------
    segments : list of str
    labels : ndarray of shape (n_segments,), int64
    """
    rng = random.Random(seed)
    segments: list[str] = []
    owners: list[int] = []
    for row, text in enumerate(texts):
        sentences = split_sentences(re.sub(r"<br\s*/?>", "\n\n", text))
        of_review = []
        start = 0
        while start < len(sentences):
            stop = start + rng.randint(1, max_sentences)
            segment = " ".join(sentences[start:stop])
            if MIN_WORDS <= len(segment.split()) <= max_words:
                of_review.append(segment)
            start = stop
        rng.shuffle(of_review)
        segments += of_review
        owners += [row] * len(of_review)
    truth = np.asarray(labels, dtype=np.int64)[owners]
    proba = np.asarray(predict_proba(segments))[np.arange(len(segments)), truth]
    kept: list[int] = []
    taken: Counter[int] = Counter()
    for number in np.flatnonzero(proba >= threshold).tolist():
        if taken[owners[number]] < per_review:
            taken[owners[number]] += 1
            kept.append(number)
    return [segments[number] for number in kept], truth[kept]


class _Writer:
    """Fills the slots of patterns."""

    def __init__(
        self, rng: random.Random, positive: Sequence[str], negative: Sequence[str]
    ) -> None:
        self.rng = rng
        # The words of the reviews; without any, those of the lists.
        self.of_reviews = {
            1: tuple(positive) or phrases.EXTREME[1],
            0: tuple(negative) or phrases.EXTREME[0],
        }
        self.patterns = {
            (name, label): phrases.lines(both) + phrases.lines(only)
            for name, (both, positives, negatives) in phrases.CONSTRUCTIONS.items()
            for label, only in ((1, positives), (0, negatives))
        }
        for label, idioms in phrases.IDIOMS.items():
            self.patterns["idioms", label] = idioms

    def write(self, construction: str, label: int) -> str:
        """Return a text with this construction and label."""
        pattern = self.rng.choice(self.patterns[construction, label])
        self.label = label
        self.domain = phrases.DOMAINS[self.rng.choice(list(phrases.DOMAINS))]
        self.used: set[str] = set()
        self.plural = self.rng.random() < 0.25
        self.past = construction in _WITH_PAST and self.rng.random() < 0.5
        self.about_part = "{S" in pattern
        parts = self.domain["parts" if self.plural else "part"]
        self.item = self.rng.choice(self.domain["item"])
        self.parts = dict(zip(("S", "S2"), self.rng.sample(parts, 2), strict=True))
        if construction == "idioms":
            pattern = self._with_neighbors(pattern)
        elif self.rng.random() < 0.12 and pattern[0].isalpha() and "?" not in pattern:
            if not pattern.startswith("I "):
                pattern = pattern[0].lower() + pattern[1:]
            pattern = "{opener}, " + pattern
        while "{" in pattern:
            pattern = _SLOT.sub(self._fill, pattern)
        return self._style(pattern)

    def _with_neighbors(self, pattern: str) -> str:
        """Put a neutral sentence before or after an idiom."""
        where = self.rng.random()
        if where < 0.3:
            return f"{{fact}} {pattern}"
        if where < 0.6:
            return f"{pattern} {{fact}}"
        if where < 0.7:
            return f"{{A+}}. {pattern}"
        if where < 0.8:
            return f"{pattern} {{A+}} {{item}}."
        return pattern

    def _fill(self, match: re.Match[str]) -> str:
        name = match[1]
        if "|" in name:
            return self.rng.choice(name.split("|"))
        if name[-1] in "+-":
            polarity = self.label if name[-1] == "+" else 1 - self.label
            return self._polar(name[:-1], polarity)
        if name in self.parts:
            return self.parts[name]
        if name in _PAST:
            return _PAST[name][self.past]
        if name == "is" and self.past:
            name = "was"
        if name in _NUMBERS:
            return _NUMBERS[name][self.plural]
        if name == "item":
            return self.item
        if name == "items":
            return _plural(self.item)
        if name == "fact":
            general = self.rng.random() < 0.6
            return self._fresh((phrases.GENERAL if general else self.domain)["facts"])
        name = name.lower()
        return self._fresh(self.domain.get(name) or phrases.GENERAL[name])

    def _polar(self, name: str, polarity: int) -> str:
        """Return a word or phrase of a polarity."""
        if name == "A":
            return self._intense(polarity)
        if name == "a":
            return self._adjective(polarity)
        if name in ("x", "xg"):
            return self._denied(polarity, gradable=name == "xg")
        if name == "g":
            return self._fresh(phrases.GRADABLE[polarity])
        if name == "e":
            return self._fresh(phrases.EXTREME[polarity])
        if name == "m":  # compared with "most"
            words = (*phrases.GRADABLE[polarity], *self.of_reviews[polarity])
            return self._fresh([w for w in words if len(w) > 7 and " " not in w])
        if name == "c":
            return ("worse", "better")[polarity]
        if name in ("v", "ved", "v3", "vv", "vved"):
            common = name.startswith("vv") or self.rng.random() < 0.85
            verbs = (phrases.COMMON_VERBS if common else phrases.VERBS)[polarity]
            base, past = self._fresh(verbs).split()
            return past if "ed" in name else base + "s" * (name == "v3")
        if name == "do":
            return self._fresh(self.domain["do+" if polarity else "do-"])
        if name == "does":
            return self._fresh(self.domain["does+" if polarity else "does-"])
        lists = {"n": phrases.NOUNS, "q": phrases.QUALITIES, "f": phrases.FEELINGS}
        return self._fresh(lists[name][polarity])

    def _intense(self, polarity: int) -> str:
        """Return an adjective, mostly with an adverb of degree."""
        kind = self.rng.random()
        if kind < 0.35:
            return self._adjective(polarity)
        if kind < 0.7:
            return f"{{graded}} {self._fresh(phrases.GRADABLE[polarity])}"
        return f"{{absolute}} {self._fresh(phrases.EXTREME[polarity])}"

    def _adjective(self, polarity: int) -> str:
        kind = self.rng.random()
        is_story = self.domain is phrases.DOMAINS["story"]
        if kind < (0.35 if is_story else 0.12):
            return self._fresh(self.of_reviews[polarity])
        # "The price is lightweight" makes no sense.
        if kind > 0.7 and not self.about_part:
            return self._fresh(self.domain["good" if polarity else "bad"])
        lists = phrases.EXTREME if self.rng.random() < 0.4 else phrases.GRADABLE
        return self._fresh(lists[polarity])

    def _denied(self, polarity: int, *, gradable: bool) -> str:
        """Return an adjective whose negation has the opposite polarity."""
        kind = self.rng.random()
        if kind < 0.15 and not gradable:
            return self._fresh(self.of_reviews[polarity])
        if kind < 0.3 and not gradable:
            return self._fresh(phrases.EXTREME[polarity])
        if kind > 0.75 and not self.about_part:
            return self._fresh(self.domain["good" if polarity else "deny"])
        if polarity:
            return self._fresh(phrases.GRADABLE[1])
        return self._fresh(phrases.DENIABLE[:-5] if gradable else phrases.DENIABLE)

    def _fresh(self, options: Sequence[str]) -> str:
        """Return an option that the text does not have yet, if there is one."""
        for _ in range(4):
            choice = self.rng.choice(options)
            if choice not in self.used:
                break
        self.used.add(choice)
        return choice

    def _style(self, text: str) -> str:
        """Contract, capitalize and punctuate as customers do."""
        rng = self.rng
        if rng.random() < 0.55:
            text = _CONTRACTED.sub(_contract, text)
            if rng.random() < 0.06:
                text = text.replace("'", "")
        text = _ARTICLE.sub(r"\1n ", text)
        text = _SENTENCE_START.sub(lambda start: start[0].upper(), text)
        kind = rng.random()
        if text.endswith("."):
            if kind < 0.15:
                text = text[:-1]
            elif kind < 0.27:
                text = text[:-1] + "!"
            elif kind < 0.3:
                text = text[:-1] + rng.choice(("!!", "!!!", "..."))
        case = rng.random()
        if case < 0.15:
            return text.lower()
        return text.upper() if case < 0.17 else text


def _contract(match: re.Match[str]) -> str:
    """Return the contraction of a match, capitalized like it."""
    found = match[1]
    short = _CONTRACTIONS.get(found) or _CONTRACTIONS.get(found[0].lower() + found[1:])
    if short is None:
        return found
    return short[0].upper() + short[1:] if found[0].isupper() else short


def _plural(noun: str) -> str:
    if noun == "series":
        return noun
    if noun == "knife":
        return "knives"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "ch", "sh", "x")) else "s")
