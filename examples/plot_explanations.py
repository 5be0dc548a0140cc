"""
Why did this review get its class?
==================================

Three answers, each a weight for every word that the network read:

* **occlusion**: the drop of the probability if the word is removed;
* **integrated gradients**: the change of the probability along the path from the
  vectors of unknown words to those of the text, attributed to the words;
* **attention**: where a network with ``pooling="attention"`` looks.

The reviews are generated, unless ``SKRNN_DATA`` names a folder with IMDb's.
"""

# %%
# A network with attention
# ------------------------

import os

import matplotlib.pyplot as plt
import numpy as np

from skrnn import AttentionDisplay, explain, make_sentiment_pipeline
from skrnn.datasets import fetch_imdb, make_reviews

if "SKRNN_DATA" in os.environ:
    reviews, y = fetch_imdb(return_X_y=True)
    reviews, y, maxlen, epochs = reviews[:6000], y[:6000], 60, 4
else:
    reviews, y = make_reviews(3200, reach=2, random_state=0)
    maxlen, epochs = "auto", 6
labels = np.array(["negative", "positive"])[y]
n_train = len(reviews) - 200

model = make_sentiment_pipeline(
    None,
    cell="lstm",
    bidirectional=True,
    pooling="attention",
    maxlen=maxlen,
    epochs=epochs,
    batch_size=32,
    optimizer="adam",
    learning_rate=0.01 if epochs == 6 else 0.003,
    spatial_dropout=0.0,
    dropout=0.2,
    random_state=0,
).fit(reviews[:n_train], labels[:n_train])
print(f"accuracy {model.score(reviews[n_train:], labels[n_train:]):.3f}")

# %%
# One review, word by word
# ------------------------
# In a notebook an explanation is displayed as the text in color: blue words speak for
# the class, orange words against it. Full color is a change of the probability by 0.1
# or more.

review = reviews[n_train]
explain(model, review, method="integrated_gradients")

# %%
# The weights are also available as pairs, a table and a plot. Those of integrated
# gradients sum to the difference between the probability of the review and that of a
# text with the same number of unknown words.

explanation = explain(model, review, method="integrated_gradients")
print(f"{explanation.weights.sum():.3f} =", end=" ")
print(f"{explanation.value:.3f} - {explanation.baseline:.3f}")
print(explanation.to_frame().nlargest(3, "weight"))
explanation.plot(max_words=15)

# %%
# Occlusion asks another question: what if this word were missing? Removing a negation
# changes the meaning of the word that it reverses, so both may have large weights.

explain(model, review, method="occlusion").plot(max_words=15)

# %%
# Probability or log-odds
# -----------------------
# A probability near one hardly changes if a word is removed. The log-odds do.

figure, axes = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
for ax, score in zip(axes, ("probability", "log_odds"), strict=True):
    explain(model, review, score=score).plot(ax=ax, max_words=15)

# %%
# Where the network looked
# ------------------------
# Attention has no sign: it shows where the network looked, not which class a word
# speaks for.

AttentionDisplay.from_estimator(model, reviews[n_train : n_train + 4])
plt.show()
