"""
How far a network carries a negation
====================================

"I do not think the case that we use daily is great": the label depends on a "not"
several words before the opinion, and only the word order shows which word it reverses.
A bag of words is at chance. A plain recurrent network applies one matrix product and
one tanh per word, so the gradient shrinks over the distance, and the network does not
learn to use the negation. The memory cell of an LSTM keeps the gradient (Hochreiter &
Schmidhuber 1997), and attention has a shortcut to every word.

This is a small version that takes half a minute, with settings at which each network
learns the task for adjacent words. ``examples/benchmarks/long_term_dependencies.py``
makes the full figure, with a GRU, longer distances, several seeds and one setting for
all networks.
"""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skrnn import (
    LongTermDependencyDisplay,
    long_term_dependency,
    make_sentiment_pipeline,
)

# %%
# All models train on the same generated reviews, with all distances up to the one at
# which they are scored. The vocabulary of the generated reviews is small, so there is
# no dropout.
settings = {
    "maxlen": "auto",
    "embedding_dim": 16,
    "spatial_dropout": 0.0,
    "dropout": 0.0,
    "optimizer": "adam",
    "optimizer__clipnorm": 1.0,
    "batch_size": 32,
    "random_state": 0,
}
models = {
    "plain RNN": make_sentiment_pipeline(
        None, cell="simple", learning_rate=0.003, epochs=16, **settings
    ),
    "LSTM": make_sentiment_pipeline(
        None, cell="lstm", learning_rate=0.01, epochs=12, **settings
    ),
    "attention": make_sentiment_pipeline(
        None,
        cell="simple",
        pooling="attention",
        learning_rate=0.003,
        epochs=16,
        **settings,
    ),
    "TF-IDF": make_pipeline(TfidfVectorizer(), LogisticRegression()),
}
table = long_term_dependency(
    models, distances=(0, 12), n_samples=4000, n_test=400, random_state=0
)
print(table.round(3).to_string(index=False))

# %%
# Left: the accuracy; the gray line is chance. Right: the norm of the gradient of the
# score with respect to the word vector of the negation.
display = LongTermDependencyDisplay(table).plot()
