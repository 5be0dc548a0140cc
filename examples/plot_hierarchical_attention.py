"""
Hierarchical attention: which sentences, and which words in them
================================================================

A :class:`skrnn.HierarchicalAttentionClassifier` reads the words of each sentence, and
then the sentences of the review. Both levels use attention pooling, whose weights can
be inspected. Training on generated reviews takes half a minute; if ``SKRNN_DATA`` names
a folder with IMDb's reviews, the example uses some of those.
"""

# %%
# Training
# --------
# The label of a generated review depends on a "not" or "really" several words before an
# adjective, which a bag of words cannot see. The sequencer separates sentences by a 0.

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
# Attention on one review
# -----------------------
# ``attention_levels`` returns the weight of each word in its sentence, the weight of
# each sentence in the review, and the sentence number of each word.

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
# The bars are the weights of the sentences; the bluer a word, the higher its weight in
# its sentence. The bars sum to one, and so do the words of each sentence.
#
# Attention weights apply to states, and a state also depends on the surrounding words:
# a network may attend to a sentence because of what its state contains of another one.
# Attention shows where the network looks, not why.

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
words.set_title(f"Predicted: {verdict}", fontsize=10, loc="left")
plt.show()
