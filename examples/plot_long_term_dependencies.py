"""
How far a network carries a negation
====================================

"The case is not, honestly, these days, great": the verdict hangs on a "not" some words
before the opinion, and only the order of the words tells which word it turns. A bag of
words is at chance. A plain recurrent network passes its state through one product and
one tanh a word, the gradient shrinks on the way, and it does not learn to look back.
The cell of an LSTM carries it (Hochreiter & Schmidhuber 1997), and attention takes a
short cut to every word.

This is a sketch that takes half a minute, with settings under which each network learns
neighbouring words. The full figure, with a GRU, longer distances, several seeds and one
setting for all networks, is made by ``examples/benchmarks/long_term_dependencies.py``.
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
# All models learn from the same generated reviews, of all distances up to the one at
# which they are scored. The generated reviews have few words, so nothing is dropped.
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
# On the left the accuracy; the grey line is chance. On the right how much the score
# still moves with the word vector of the negation.
display = LongTermDependencyDisplay(table).plot()
