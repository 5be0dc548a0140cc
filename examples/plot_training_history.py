"""
Training curves
===============

When did the network stop improving on reviews that it was not trained on?
:class:`~skrnn.TrainingHistoryDisplay` plots the loss and the accuracy of each epoch, on
the training reviews and on the held-out reviews.

The reviews are generated, unless ``SKRNN_DATA`` names a folder with IMDb's reviews.
"""

# %%
# The data
# --------
# In a generated review a negation reverses a word that comes two words later, so only
# the word order decides. One label in ten is flipped: a network can only memorize it.

import os

import matplotlib.pyplot as plt
import numpy as np

from skrnn import TrainingHistoryDisplay, make_sentiment_pipeline
from skrnn.datasets import fetch_imdb, make_reviews

if "SKRNN_DATA" in os.environ:
    reviews, y = fetch_imdb(return_X_y=True)
    reviews, y, maxlen, learning_rate = reviews[:5000], y[:5000], 200, 0.003
else:
    reviews, y = make_reviews(3000, reach=2, random_state=0)
    wrong = np.random.default_rng(0).random(len(y)) < 0.1
    y = np.where(wrong, 1 - y, y)
    maxlen, learning_rate = "auto", 0.01
labels = np.array(["negative", "positive"])[y]

# %%
# Two networks
# ------------
# They differ only in their pooling. A fifth of the reviews is held out and evaluated
# after each epoch; ``early_stopping`` would keep the weights of the marked epoch.

models = {
    pooling: make_sentiment_pipeline(
        None,
        cell="lstm",
        pooling=pooling,
        maxlen=maxlen,
        epochs=12,
        batch_size=32,
        optimizer="adam",
        learning_rate=learning_rate,
        spatial_dropout=0.0,
        dropout=0.2,
        validation_split=0.2,
        random_state=0,
    ).fit(reviews, labels)
    for pooling in ("max", "last")
}

# %%
# One panel for each metric
# -------------------------
# Left, the loss on held-out reviews is lowest at the dotted line. Later it rises, while
# the loss on training reviews still falls: the network memorizes. Right, the accuracy
# shows less: it stays just below 0.9, since one label in ten is wrong.

display = TrainingHistoryDisplay.from_estimator(models["max"])
plt.show()
print(f"lowest held-out loss after epoch {display.best_epoch}")

# %%
# Side by side
# ------------
# Each Axes that you pass shows one metric. The network that pools over all states
# (left) learns in two epochs what the one with the last state alone (right) learns in
# six.

figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.6), sharey=True, layout="constrained")
for ax, (pooling, model) in zip(axes, models.items(), strict=True):
    TrainingHistoryDisplay.from_estimator(model, ax=ax, metrics=["accuracy"])
    ax.set_xlabel(f"epoch, pooling={pooling!r}")
plt.show()
