"""
How far a network carries a negation
====================================

"I do not think the case that we use daily is great": the label depends on a "not"
several words before the opinion, and only the word order shows which word it reverses.
A bag of words is at chance. A plain recurrent network applies one matrix product and
one tanh per word: information, and the gradient from which the network learns, are lost
over the distance (Bengio, Simard & Frasconi 1994). The memory cell of an LSTM keeps
them (Hochreiter & Schmidhuber 1997).

This example takes half a minute. ``examples/benchmarks/long_term_dependencies.py``
runs the full comparison, with a GRU, attention, longer distances and several seeds.
"""

import matplotlib.pyplot as plt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skrnn import (
    LongTermDependencyDisplay,
    long_term_dependency,
    make_sentiment_pipeline,
)

# %%
# :func:`~skrnn.long_term_dependency` fits all models anew for each distance, to the
# same generated reviews with distances up to that one, and scores them on new reviews.
# The networks have the same settings, and classify by the state after the last word
# (``pooling="last"``). The vocabulary of the generated reviews is small, so there is no
# dropout.

settings = {
    "pooling": "last",
    "units": 16,
    "maxlen": "auto",
    "embedding_dim": 32,
    "spatial_dropout": 0.0,
    "dropout": 0.0,
    "optimizer": "adam",
    "learning_rate": 0.003,
    "optimizer__clipnorm": 1.0,
    "batch_size": 32,
    "epochs": 20,
    "random_state": 0,
}
models = {
    "plain RNN": make_sentiment_pipeline(None, cell="simple", **settings),
    "LSTM": make_sentiment_pipeline(None, cell="lstm", **settings),
    "TF-IDF": make_pipeline(TfidfVectorizer(), LogisticRegression()),
}
table = long_term_dependency(
    models, distances=(0, 2, 4, 8, 16), n_samples=2500, n_test=400, random_state=0
)
print(table.pivot(index="model", columns="distance", values="accuracy").round(3))

# %%
# The LSTM is right at every distance. The plain RNN is right if negation and opinion
# are adjacent, and at chance if 16 words separate them. TF-IDF, which does not know
# the order of the words, is at chance everywhere.

_, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
LongTermDependencyDisplay(table).plot(ax)
plt.show()
