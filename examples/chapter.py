# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The chapter in one notebook
#
# From raw reviews to labels with the chapter's five networks: a plain RNN, an LSTM, a
# GRU, a bidirectional LSTM and a stacked LSTM. Then attention, an explanation, a grid
# search and a saved model.
#
# With generated reviews it takes a minute or two. If the environment variable
# `SKRNN_DATA` names a folder with `aclImdb_v1.tar.gz`, it uses the IMDb reviews and the
# chapter's settings, which takes ten minutes or more.

# %%
import os
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import GridSearchCV

import skrnn
from skrnn import (
    AttentionDisplay,
    SequenceLengthDisplay,
    TextSequencer,
    TrainingHistoryDisplay,
    compare_models,
    explain,
    make_sentiment_pipeline,
)
from skrnn.baselines import make_baseline
from skrnn.datasets import fetch_imdb, make_reviews
from skrnn.inspection.style import COLORS

# %% [markdown]
# ## The reviews
#
# In a generated review four words separate a negation from the opinion that it
# reverses, and positive and negative reviews contain the same words. The vocabulary is
# small, so the networks pool over all states (`pooling="max"`), with less dropout and a
# higher learning rate.

# %%
names = np.array(["negative", "positive"])
if "SKRNN_DATA" in os.environ:
    train_reviews, train_labels = fetch_imdb(subset="train", return_X_y=True)
    test_reviews, test_labels = fetch_imdb(subset="test", return_X_y=True)
    settings, slower = {}, {}
else:
    reviews, labels = make_reviews(3500, reach=4, random_state=0)
    train_reviews, test_reviews = reviews[:3000], reviews[3000:]
    train_labels, test_labels = labels[:3000], labels[3000:]
    settings = {
        "maxlen": "auto",
        "pooling": "max",
        "spatial_dropout": 0.0,
        "dropout": 0.2,
        "optimizer": "adam",
        "learning_rate": 0.01,
        "batch_size": 32,
        "epochs": 6,
    }
    slower = {"learning_rate": 0.003, "epochs": 10}
train_labels, test_labels = names[train_labels], names[test_labels]
for name in names:
    print(f"{name}: {train_reviews[train_labels == name][0][:200]}")

# %% [markdown]
# ## From words to ids
#
# 0 is padding, 1 is out of vocabulary, and words start at 2, most frequent first.

# %%
sequencer = TextSequencer(max_features=7998, maxlen=settings.get("maxlen", 200))
sequencer.fit(train_reviews)
row = sequencer.transform(["It is not great, they say."])
print(row[0, -6:], sequencer.inverse_transform(row)[0])

# %% [markdown]
# Reviews left of the dashed line are complete. `maxlen="auto"` is a length that at
# least nine of ten reviews do not exceed.

# %%
SequenceLengthDisplay.from_estimator(sequencer, train_reviews)
plt.show()

# %% [markdown]
# ## Five networks and a bag of words
#
# The recipes are the chapter's. A tenth of the training reviews is held out for the
# curves.

# %%
networks = {
    "plain RNN": "chapter_simple",
    "LSTM": "chapter_lstm",
    "GRU": "chapter_gru",
    "bidirectional LSTM": "chapter_bidirectional",
    "stacked LSTM": "chapter_stacked",
}
models = {
    name: make_sentiment_pipeline(
        recipe, **settings, validation_split=0.1, random_state=0
    )
    for name, recipe in networks.items()
}
models["TF-IDF + LogisticRegression"] = make_baseline("tfidf")
comparison = compare_models(
    models,
    train_reviews,
    train_labels,
    test_reviews,
    test_labels,
    return_estimator=True,
)

# %%
comparison

# %% [markdown]
# ## Training curves
#
# On the generated reviews all networks learn to use the negation; the plain RNN and the
# stacked LSTM start last. Over 16 words the plain RNN does not learn it, as the example
# "How far a network carries a negation" of the gallery shows.

# %%
plt.rcParams["axes.prop_cycle"] = plt.cycler(color=COLORS)
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for name, marker in zip(networks, "os^vD", strict=True):
    accuracy = comparison.results[name].history["val_accuracy"]
    ax.plot(range(1, len(accuracy) + 1), accuracy, marker=marker, label=name)
ax.set(xlabel="epoch", ylabel="accuracy on held-out reviews")
ax.legend()
plt.show()

# %% [markdown]
# One of them alone, with the loss. The dotted line marks the epoch with the lowest loss
# on held-out reviews:

# %%
TrainingHistoryDisplay.from_estimator(comparison.estimators["LSTM"])
plt.show()

# %% [markdown]
# ## Confusion matrices
#
# On the generated reviews TF-IDF, which does not know the order of the words, is right
# about half of the time. The LSTM is right on all test reviews.

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
for name, ax in zip(["TF-IDF + LogisticRegression", "LSTM"], axes, strict=True):
    ConfusionMatrixDisplay.from_estimator(
        comparison.estimators[name], test_reviews, test_labels,
        cmap="Blues", colorbar=False, ax=ax,
    )  # fmt: skip
    ax.set_title(name)
plt.show()
lstm = comparison.estimators["LSTM"]

# %% [markdown]
# ## Attention
#
# Attention is a sum of all states with learned weights, instead of the last state or
# the maximum. The weights show where the network looks, here a plain RNN in the first
# test review of each class. On the generated reviews it looks at a word shortly after
# the opinion, where the state contains both the negation and the opinion.

# %%
attention = make_sentiment_pipeline(
    "chapter_simple", **{**settings, **slower, "pooling": "attention"}, random_state=0
).fit(train_reviews, train_labels)
print(f"accuracy {attention.score(test_reviews, test_labels):.3f}")
first = [np.flatnonzero(test_labels == name)[0] for name in names]
AttentionDisplay.from_estimator(attention, [test_reviews[row] for row in first])
plt.show()

# %% [markdown]
# Why did a review get its class? Blue words support it, orange words oppose it.

# %%
print(f"label {test_labels[0]}, predicted {lstm.predict(test_reviews[:1])[0]}")
explain(lstm, test_reviews[0], method="integrated_gradients")

# %% [markdown]
# ## Grid search
#
# The search covers text and network parameters; each fold learns its own vocabulary.

# %%
search = GridSearchCV(
    make_sentiment_pipeline("chapter_gru", **settings, random_state=0),
    {"clf__units": [8, 32], "seq__lowercase": [True, False]},
    cv=2,
).fit(train_reviews[:1000], train_labels[:1000])
print(search.best_params_)

# %% [markdown]
# ## Saving and loading

# %%
path = Path(tempfile.mkdtemp()) / "lstm.skrnn"
skrnn.save(lstm, path)
loaded = skrnn.load(path)
print(f"{path.stat().st_size:,} bytes")
unseen = [test_reviews[row] for row in first]
for review, label in zip(unseen, loaded.predict(unseen), strict=True):
    print(f"{label}: {review[:200]}")
