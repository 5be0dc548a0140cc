"""Text rules of fitted transformers as JSON; :mod:`skrnn.serving` reads them."""

from __future__ import annotations

from typing import Any

from sklearn.feature_extraction.text import CountVectorizer

from skrnn.serving.format import ANALYZER_RULES, BAG_RULES, OPTIONAL_RULES, write_rule
from skrnn.text.sequencer import TextSequencer

__all__ = ["write_bag_rules", "write_text_rules"]


def write_text_rules(sequencer: TextSequencer) -> dict[str, Any]:
    """Return the rules of a fitted sequencer.

    Raises
    ------
    ValueError
        If a function cannot be found by a name.
    """
    params = sequencer._get_params_in_use()
    stop_words = sequencer._analyzer.stop_words
    rules = {name: write_rule(name, params[name]) for name in ANALYZER_RULES}
    rules["sentence_length"] = params["sentence_length"]
    rules["oov_rate"] = getattr(sequencer, "oov_rate_", None)
    rules["columns"] = _column_names(sequencer)
    rules["normalize"] = rules.pop("normalize")  # equal models give equal files
    rules["stop_words"] = stop_words and {
        "words": sorted(stop_words.words),
        "punctuation": stop_words.punctuation,
    }
    rules["vocabulary"] = sequencer.vocabulary_
    rules["maxlen"] = int(sequencer.maxlen_)
    rules["truncating"] = params["truncating"]
    return {k: v for k, v in rules.items() if v is not None or k not in OPTIONAL_RULES}


def _column_names(sequencer: TextSequencer) -> list[str | None] | None:
    """Return the names of the columns, None for each without; None for one column."""
    n_columns = getattr(sequencer, "n_features_in_", 1)
    if n_columns == 1:
        return None
    names = getattr(sequencer, "feature_names_in_", None)
    return [None] * n_columns if names is None else names.tolist()


def write_bag_rules(vectorizer: CountVectorizer, sublinear_tf: bool) -> dict[str, Any]:
    """Return the rules of a fitted vectorizer.

    Raises
    ------
    ValueError
        If a function cannot be found by a name.
    """
    params = vectorizer.get_params()
    stop_words = vectorizer.get_stop_words()
    vocabulary = vectorizer.vocabulary_
    return {
        **{name: write_rule(name, params[name]) for name in BAG_RULES},
        "ngram_range": [int(n) for n in params["ngram_range"]],
        "stop_words": None if stop_words is None else sorted(stop_words),
        "sublinear_tf": bool(sublinear_tf),
        "vocabulary": sorted(vocabulary, key=vocabulary.__getitem__),
    }
