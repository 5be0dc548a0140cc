"""VADER, the usual tool where there are no labels: a lexicon and rules.

Hutto, Gilbert (2014). VADER: a parsimonious rule-based model for sentiment analysis of
social media text. ICWSM.

    pip install vaderSentiment
"""

from collections.abc import Iterable

import numpy as np
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def predict(texts: Iterable[str]) -> np.ndarray:
    """Return 1 for texts that VADER scores as positive, otherwise 0."""
    analyzer = SentimentIntensityAnalyzer()
    scores = [analyzer.polarity_scores(text)["compound"] for text in texts]
    return (np.array(scores) > 0).astype(int)
