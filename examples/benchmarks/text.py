"""Preprocessing: the chapter's steps, TfidfVectorizer and TextSequencer.

    python examples/benchmarks/text.py

NLTK's stop words are required: ``python -m nltk.downloader stopwords``.
"""

import string
from collections import Counter

import keras
import numpy as np
from nltk.corpus import stopwords
from nltk.stem import PorterStemmer
from nltk.tokenize import word_tokenize
from sklearn.feature_extraction.text import TfidfVectorizer
from timing import show, take_turns

from skrnn import TextSequencer
from skrnn.datasets import fetch_imdb

reviews, _ = fetch_imdb(return_X_y=True)
stop = stopwords.words("english") + list(string.punctuation)


def chapter_steps() -> np.ndarray:
    """Lower case, NLTK tokens, stop words, Porter stems, 10,000 words, 100 long."""
    stemmer = PorterStemmer()
    documents = [word_tokenize(r.lower(), preserve_line=True) for r in reviews]
    documents = [[t for t in d if t not in stop] for d in documents]
    documents = [[stemmer.stem(t) for t in d] for d in documents]
    counts = Counter(token for d in documents for token in d)
    ranked = sorted(counts, key=lambda token: (-counts[token], token))[:10_000]
    ids = {token: number for number, token in enumerate(ranked, start=2)}
    rows = [[ids.get(t, 1) for t in d] for d in documents]
    return keras.utils.pad_sequences(rows, maxlen=100)


def same_steps() -> np.ndarray:
    """Run the same steps in one TextSequencer."""
    return TextSequencer(
        strip_html=False,
        normalize=None,
        tokenizer="nltk",
        stop_words=stop,
        keep_negations=False,
        stemmer="porter",
        max_features=10_000,
        maxlen=100,
    ).fit_transform(reviews)


assert np.array_equal(chapter_steps(), same_steps())
show(
    "The chapter's steps, 25,000 reviews, identical output",
    take_turns(
        {"the chapter's steps": chapter_steps, "TextSequencer": same_steps}, warm_up=0
    ),
)
show(
    "Default settings, 25,000 reviews",
    take_turns(
        {
            "TfidfVectorizer()": lambda: TfidfVectorizer().fit_transform(reviews),
            "TextSequencer()": lambda: TextSequencer().fit_transform(reviews),
        },
        repeats=5,
    ),
)
sequencer = TextSequencer().fit(reviews)
text = " ".join(reviews[0].split()[:20])
show(
    "One text of 20 words",
    take_turns({"TextSequencer": lambda: sequencer.transform([text])}, repeats=1000),
    unit="ms",
)
