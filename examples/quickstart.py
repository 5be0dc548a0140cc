"""Classify sentences with the pretrained network, explain one, train on your labels.

    python examples/quickstart.py
    python examples/quickstart.py "Your own sentence."

Nothing is downloaded. ``examples/reviews.csv`` has 80 reviews of kitchenware that were
written for this example; the network has not read them.
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.model_selection import cross_val_score

import skrnn
from skrnn.baselines import make_baseline
from skrnn.datasets import load_reviews

SENTENCES = sys.argv[1:] or [
    "Not bad at all!",
    "I used to love it, now I hate it.",
    "Great acting, but the story put me to sleep.",
    "The blender broke after a week and nobody answered my mails.",
    "I would not hesitate to buy it again.",
]

print("1. What the pretrained network, which has read 78,000 reviews, says:\n")
pretrained = skrnn.load_pretrained()
for text, proba in zip(SENTENCES, pretrained.predict_proba(SENTENCES), strict=True):
    label = ("negative", "positive")[proba.argmax()]
    print(f"   {label} {proba.max():.2f}   {text}")

print("\n2. Why? How much the first probability drops without each word:\n")
for word, weight in skrnn.explain(pretrained, SENTENCES[0]).to_pairs():
    print(f"   {word:>12} {weight:+.2f} {'#' * round(40 * max(weight, 0))}")

file = Path(__file__).with_name("reviews.csv")
reviews, labels = load_reviews(file, return_X_y=True)
print(f"\n3. Your own labels: {len(reviews)} reviews in {file.name}, for example\n")
for label in ("positive", "negative"):
    print(f"   {label}: {reviews[labels == label][0]}")

print("\n   Train on one half, test on the other, and the reverse ...", flush=True)
answers = np.where(pretrained.predict(reviews) == 1, "positive", "negative")
rows = {"the pretrained network": np.mean(answers == labels)}
for name, model in {
    "the same, trained on these labels": skrnn.make_sentiment_pipeline(random_state=0),
    "TF-IDF + LogisticRegression": make_baseline("tfidf"),
}.items():
    rows[name] = cross_val_score(model, reviews, labels, cv=2).mean()

print(f"\n   {'model':<34}accuracy")
for name, accuracy in rows.items():
    print(f"   {name:<34}{accuracy:>8.2f}")

print("""
4. Next, your own CSV, with a column of texts and a column of labels:

   .venv/bin/pip install '.[cli]'
   .venv/bin/skrnn compare reviews.csv   # the same comparison, and an HTML report
   .venv/bin/skrnn train reviews.csv
   .venv/bin/skrnn predict reviews.skrnn --text "Not bad at all!\"""")
