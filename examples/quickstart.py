"""From raw reviews to labels, compared with TF-IDF, without a download.

First the network of the package, which has read reviews before, then one that learns
from nothing. In the generated reviews a negation reverses a word that comes several
words later, so a bag of words contains no information about the label and the word
order decides.
"""

import time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skrnn import load_pretrained, make_sentiment_pipeline
from skrnn.datasets import make_reviews

REACH = 5
SENTENCES = [
    "Not bad at all!",
    "I would not hesitate to buy it again.",
    "I used to love it, now I hate it.",
    "The blender broke after a week and nobody answered my mails.",
    "Great acting, but the story put me to sleep.",
]

print("The pretrained network, on sentences it has not read:")
for text, proba in zip(
    SENTENCES, load_pretrained().predict_proba(SENTENCES), strict=True
):
    print(
        f"  {'negative' if proba[0] > 0.5 else 'positive'} ({max(proba):.2f}): {text}"
    )

print("\nA network from nothing, where only the order of the words decides:")

reviews, y = make_reviews(4000, reach=REACH, random_state=0)
labels = np.array(["negative", "positive"])[y]
train_reviews, test_reviews, train_labels, test_labels = train_test_split(
    reviews, labels, test_size=0.25, stratify=labels, random_state=0
)
print(f"{len(train_reviews)} generated training reviews, for example")
for label in ("positive", "negative"):
    print(f"  {label}: {train_reviews[train_labels == label][0]}")

models = {
    "TF-IDF + LogisticRegression": make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10)
    ),
    "skrnn, LSTM": make_sentiment_pipeline(
        None,  # no recipe: recipes are for real reviews with a large vocabulary
        cell="lstm",
        maxlen="auto",
        epochs=6,
        optimizer="adam",
        learning_rate=0.01,
        batch_size=32,
        spatial_dropout=0.0,
        dropout=0.2,
        random_state=0,
        verbose=2,
    ),
}
rows = []
for name, model in models.items():
    print(f"\nFitting {name} ...", flush=True)
    start = time.perf_counter()
    model.fit(train_reviews, train_labels)
    seconds = time.perf_counter() - start
    rows.append((name, model.score(test_reviews, test_labels), seconds))

print(f"\n{'model':<30}{'test accuracy':>14}{'seconds':>10}")
for name, accuracy, seconds in rows:
    print(f"{name:<30}{accuracy:>14.3f}{seconds:>10.1f}")

unseen, answers = make_reviews(6, reach=REACH, random_state=1)
print("\nUnseen sentences:")
model = models["skrnn, LSTM"]
for review, proba in zip(unseen, model.predict_proba(unseen), strict=True):
    best = int(proba.argmax())
    print(f"  {model.classes_[best]} ({proba[best]:.2f}): {review}")

print(
    "\nNext, on 50,000 real reviews (downloads 84 MB unless SKRNN_DATA names a folder "
    "that contains them):\n  python examples/chapter_imdb.py"
)
