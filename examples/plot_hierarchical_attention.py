"""
Hierarchical attention: which sentences, and which words in them
================================================================

A :class:`skrnn.HierarchicalAttentionClassifier` reads the words of each sentence, and
then the sentences of the review. Both levels pool what they read by attention, which
can be looked at. Generated reviews are learnt in half a minute; where ``SKRNN_DATA``
names a folder with IMDb's reviews, some of those are.
"""

# %%
# Learn
# -----
# The verdict of a generated review hangs on "not" or "really", some words before an
# adjective. A bag of words cannot tell it. The sequencer sets sentences apart by a 0.

import os

import matplotlib.pyplot as plt
import numpy as np

from skrnn import make_sentiment_pipeline
from skrnn.datasets import fetch_imdb, make_reviews

if "SKRNN_DATA" in os.environ:
    reviews, labels = fetch_imdb(subset="train", return_X_y=True)
    chosen = np.random.default_rng(0).permutation(len(reviews))[:3000]
    reviews = np.array(reviews, dtype=object)[chosen]
    labels = np.array(labels)[chosen]
    settings = {"maxlen": 200, "epochs": 4}
else:
    reviews, labels = make_reviews(2000, reach=2, random_state=0)
    settings = {
        "maxlen": 60, "embeddings": None, "embedding_dim": 32, "word_dropout": 0.0,
        "spatial_dropout": 0.0, "dropout": 0.0, "weight_averaging": 0.0,
        "batch_size": 16, "epochs": 8,
    }  # fmt: skip

n_new = 400
model = make_sentiment_pipeline("accurate", **settings, random_state=0)
model.fit(reviews[n_new:], labels[n_new:])
print(f"accuracy on new reviews: {model.score(reviews[:n_new], labels[:n_new]):.3f}")

# %%
# Look at one review
# ------------------
# ``attention_levels`` gives the weight of each word in its sentence, that of each
# sentence in its review, and the sentence that each word belongs to.

sequencer, classifier = model
rows = sequencer.transform(reviews[:n_new])
n_sentences = classifier.attention_levels(rows).numbers.max(axis=1) + 1
shown = int(np.flatnonzero((n_sentences >= 4) & (n_sentences <= 8))[0])
row = rows[shown : shown + 1]
attention = classifier.attention_levels(row)
(tokens,) = sequencer.inverse_transform(row)
is_word = row[0] != 0
numbers, weights = attention.numbers[0, is_word], attention.words[0, is_word]
by_sentence = attention.sentences[0]

# %%
# Bars are the sentences' weights; the bluer a word, the more of its sentence's weight
# it has. The bars sum to one, and so do the words of each sentence.
#
# Attention weighs states, and a state knows what was read around it: a network may look
# at a sentence for what it remembers there of another one. It shows where the network
# looks, not why.

COLUMNS, BLUE = 64, (0.0, 0.45, 0.70)
places, lines_of, line = [], [], 0
for number in range(len(by_sentence)):
    first, column = line, 0
    for i in np.flatnonzero(numbers == number):
        if column and column + len(tokens[i]) > COLUMNS:
            line, column = line + 1, 0
        places.append((i, line, column))
        column += len(tokens[i]) + 1
    lines_of.append((first, line))
    line += 1.5

figure, (bars, words) = plt.subplots(
    1, 2, sharey=True, figsize=(8.0, 0.32 * line + 1.2), width_ratios=(1, 3),
    layout="constrained",
)  # fmt: skip
middles = [(first + last) / 2 for first, last in lines_of]
bars.barh(middles, by_sentence, height=0.8, color=BLUE)
bars.set(xlabel="weight of the sentence", xlim=(0, 1), yticks=middles)
bars.set_yticklabels([str(k + 1) for k in range(len(middles))])
bars.set_ylabel("sentence")
for side in ("top", "right"):
    bars.spines[side].set_visible(False)
for i, at, column in places:
    share = weights[i] / weights[numbers == numbers[i]].max()
    box = plt.Rectangle((column - 0.3, at - 0.42), len(tokens[i]) + 0.6, 0.84)
    box.set(color=(*BLUE, 0.7 * share), linewidth=0)
    words.add_patch(box)
    words.text(column, at, tokens[i], family="monospace", fontsize=9.8, va="center")
words.set(xlim=(-1, COLUMNS + 1), ylim=(line - 0.5, -1.0))
words.axis("off")
verdict = (
    "positive" if model.predict(reviews[shown : shown + 1])[0] == 1 else "negative"
)
words.set_title(f"Read as {verdict}", fontsize=10, loc="left")
plt.show()
