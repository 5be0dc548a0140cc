"""Stop words, and the negations among them, which matter to a sentiment."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Collection, Iterable
from typing import Any

from skrnn._messages import describe

__all__ = ["StopWords", "is_negation"]

_PUNCTUATION = frozenset(string.punctuation)

# NLTK's list has verbs with the "n" of "n't" ("don", "won"), scikit-learn's with "nt"
# ("couldnt", "hasnt").
_ENGLISH = re.compile(
    r"no|not|nor|never|none|nobody|nothing|nowhere|neither|without|cannot|cant"
    r"|hardly|scarcely|barely|.*n['’]t"
    r"|(?:ai|are|could|did|do|does|had|has|have|is|might|must|need|sha|should|was|were"
    r"|wo|would)nt?",
    re.DOTALL,
)

# Negations by the name of NLTK's list.
_NEGATIONS = {
    language: frozenset(unicodedata.normalize("NFC", words).split())
    for language, words in {
        "albanian": "nuk mos asnjë kurrë askush",
        "arabic": "لا لم لن ليس ليسا ليست ليستا ليسوا لست لستم لستما لستن لسن لسنا غير "
        "بدون بلا دون ولا أبدا",
        "azerbaijani": "deyil yox yoxdur heç olmaz olmadı xeyr",
        "basque": "ez ezer ezin ezta gabe",
        "belarusian": "не ні няма без ніколі нічога ніхто нельга",
        "bengali": "না নেই নয় নাই নি বিনা",
        "catalan": "no ni sense mai ningú res tampoc",
        "chinese": "不 没 没有 沒 沒有 无 無 非 未 别 勿 莫 不是 不会 不能 "
        "不要 不可 不得 不够 不敢 不足 不成 不如 毫不 却不 并不 并不是 并没有 无法",
        "danish": "ikke ej ingen intet aldrig uden nej hverken ingenting",
        "dutch": "niet niets geen nooit niemand nergens zonder nee",
        "finnish": "en et ei emme ette eivät enkä etkä eikä emmekä ettekä eivätkä "
        "älä ilman",
        "french": "ne pas non ni sans jamais rien aucun aucune personne point nul "
        "nulle",
        "german": "nicht nichts nie niemals niemand nirgends nein ohne weder kaum "
        "kein keine keinem keinen keiner keines",
        "greek": "δεν δε μη μην όχι ούτε μήτε χωρίς δίχως ποτέ κανείς κανένας τίποτα "
        "οὐ οὐκ οὐχ οὐχὶ οὐδ οὐδέ οὐδὲ οὐδεὶς οὐδὲν οὔτε μή μὴ",
        "hebrew": "לא לאו אין בלי מבלי ללא אינו אינה אינם אינן אינני איני",
        "hinglish": "nahi nahin nhi nai na naa naah mat bina",
        "hungarian": "nem ne sem nincs nincsen nincsenek soha semmi senki nélkül",
        "indonesian": "tidak tak bukan tanpa belum jangan tiada tidaklah bukanlah "
        "belumlah janganlah tidakkah bukankah",
        "italian": "non no né senza mai niente nulla nessun nessuno nessuna neanche "
        "nemmeno neppure",
        "kazakh": "емес жоқ ешқандай ешкім",
        "nepali": "छैन छैनन् होइन होइनन् थिएन बिना",
        "norwegian": "ikke ikkje ingen ingi inkje intet ingenting aldri uten utan nei "
        "verken",
        "portuguese": "não nem sem nunca jamais nada nenhum nenhuma ninguém tampouco",
        "romanian": "nu nici fără niciodată nimic nimeni niciun nicio",
        "russian": "не нет ни без никогда ничего ничто никто нигде нельзя",
        "slovene": "ne ni nisem nisi nismo niste nista nisva niso nič nikoli nihče "
        "brez niti noben nobena nobene nobeni nobeno nikar nočem nočeš noče",
        "spanish": "no ni sin nunca jamás nada nadie ningún ninguno ninguna tampoco",
        "swedish": "inte icke ej ingen inget inga ingenting aldrig utan nej varken",
        "tamil": "இல்லை அல்ல",
        "turkish": "değil yok hiç hiçbir asla",
    }.items()
}

# Those that are other, frequent words in other languages: "en", "et" and "nu" in many
# European ones, "ez" in Hungarian, "mai" in Romanian, "tak" in Danish.
_AMBIGUOUS = frozenset(
    {"en", "et", "ei", "ez", "mai", "na", "nu", "point", "sense", "tak"}
)
_UNAMBIGUOUS = frozenset().union(*_NEGATIONS.values()) - _AMBIGUOUS


def is_negation(word: str, language: str | None = "english") -> bool:
    """Return whether a lowercase word is a negation.

    ``"wouldn't"`` is one, and so are the parts and variants of it in tokens and
    stop-word lists: ``"n't"``, ``"wouldn"`` and ``"wouldnt"``. ``language`` is the
    name of NLTK's list. None or a language without negations here means any language,
    except for words that are not negations in other languages.

    Examples
    --------
    >>> from skrnn.text.stop_words import is_negation
    >>> [word for word in ["the", "not", "mustn't", "don"] if is_negation(word)]
    ['not', "mustn't", 'don']
    >>> is_negation("nicht", "german"), is_negation("nicht", None)
    (True, True)
    """
    if language in _NEGATIONS and language != "hinglish":
        return word in _NEGATIONS[language]
    if _ENGLISH.fullmatch(word):
        return True
    if language == "english":
        return False
    return word in _NEGATIONS.get(language or "", _UNAMBIGUOUS)


class StopWords:
    """The stop words of an analyzer.

    ``source``, ``keep_negations`` and ``normalize`` are parameters of TextSequencer
    (``stop_words`` is the source). ``punctuation`` says whether to drop tokens of ASCII
    punctuation as well; None does so with a named list.

    Raises
    ------
    LookupError
        If NLTK's corpus is needed and not installed.
    TypeError
        If a stop word is not a str.
    ValueError
        If there is no list of this name.
    """

    def __init__(
        self,
        source: str | Collection[str],
        *,
        keep_negations: bool,
        punctuation: bool | None = None,
        normalize: str | None = None,
    ):
        language: str | None = None
        words: Collection[str]
        if not isinstance(source, str):
            words = source
            for word in words:
                if not isinstance(word, str):
                    raise TypeError(
                        f"stop_words contains {describe(word)}; all must be str."
                    )
        elif source == "english":
            words, language = _sklearn_stop_words(), "english"
        else:
            words = _nltk_stop_words(source)
            language = "english" if source == "nltk" else source.partition("-")[0]
        if keep_negations:
            words = [
                word
                for word in words
                if not is_negation(unicodedata.normalize("NFC", word), language)
            ]
        if normalize is not None:
            form: Any = normalize
            words = [unicodedata.normalize(form, word) for word in words]
        self.words = frozenset(words)
        self.punctuation = language is not None if punctuation is None else punctuation

    def without(self, tokens: Iterable[str]) -> list[str]:
        """Return the tokens that are not stop words."""
        words = self.words
        kept = [token for token in tokens if token not in words]
        if self.punctuation:
            kept = [token for token in kept if not _PUNCTUATION.issuperset(token)]
        return kept


def _sklearn_stop_words() -> Collection[str]:
    # Imported here, since skrnn.serving runs without scikit-learn.
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words: Collection[str] = ENGLISH_STOP_WORDS
    return words


def _nltk_stop_words(name: str) -> list[str]:
    from nltk.corpus import stopwords

    try:
        available = stopwords.fileids()
    except LookupError as error:
        raise LookupError(
            f"stop_words={name!r} needs NLTK's stop-word corpus, which is not "
            "installed. Download it once: `import nltk; nltk.download('stopwords')`, "
            "or set the environment variable NLTK_DATA to the folder that contains "
            "corpora/stopwords; stop_words='english' needs no download."
        ) from error
    language = "english" if name == "nltk" else name
    if language not in available:
        raise ValueError(
            f"stop_words={name!r} is not a list of NLTK's stop-word corpus, which has "
            f"{', '.join(available)}. Pass one of these, 'english' (scikit-learn's "
            "list), 'nltk' (NLTK's English list), or a list of words."
        )
    return stopwords.words(language)
