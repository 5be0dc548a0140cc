"""
===============================
Models compared on one test set
===============================

Four networks and two bags of words learn from the same reviews and are asked about the
same others. In the generated reviews a negation stands some words before the word that
it turns, so a bag of words has no chance. One model of the list is broken on purpose:
it is reported in its row.

With ``SKRNN_DATA`` set to a folder of real reviews, they are IMDb's or, where those are
missing, Amazon's: there the bags of words are hard to beat.
"""

import os
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

from skrnn import compare_models, make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.datasets import fetch_imdb, load_reviews, make_reviews

# %%
# The reviews: generated ones, or a part of the real ones.


def read_reviews():
    folder = Path(os.environ.get("SKRNN_DATA", "nowhere"))
    if (folder / "aclImdb_v1.tar.gz").exists():
        parts = [fetch_imdb(subset=s, return_X_y=True) for s in ("train", "test")]
        return [column[:2000] for part in parts for column in part]
    if (folder / "Amazon_reviews_train.csv").exists():
        files = [folder / f"Amazon_reviews_{s}.csv" for s in ("train", "test")]
        return [column for file in files for column in load_reviews(file)]
    reviews, labels = make_reviews(3000, reach=3, random_state=0)
    return [reviews[:2000], labels[:2000], reviews[2000:], labels[2000:]]


X_train, y_train, X_test, y_test = read_reviews()

# %%
# Any classifiers may stand side by side. Progress is shown for each. With
# ``memory="some/folder"`` the call may be stopped and started again, and fits only what
# it has not fitted yet.

network = {
    "maxlen": 200,
    "epochs": 6,
    "optimizer": "adam",
    "learning_rate": 0.01,
    "batch_size": 32,
    "spatial_dropout": 0.0,
    "dropout": 0.2,
    "validation_split": 0.1,
    "random_state": 0,
}
models = {
    "TF-IDF": make_baseline("tfidf"),
    "NB-SVM": make_baseline("nbsvm"),
    "plain RNN": make_sentiment_pipeline(None, cell="simple", **network),
    "LSTM": make_sentiment_pipeline(None, cell="lstm", **network),
    "LSTM, max": make_sentiment_pipeline(None, cell="lstm", pooling="max", **network),
    "GRU, max": make_sentiment_pipeline(None, cell="gru", pooling="max", **network),
    "broken": make_baseline("tfidf", vec__min_df=1_000_000),
}
comparison = compare_models(models, X_train, y_train, X_test, y_test)

# %%
# The table, as a DataFrame or, in a notebook, with its figures written out:

print(comparison.to_frame().drop(columns="error").round(3).to_string())
comparison  # noqa: B018

# %%
# Accuracy against the time of the fit:

comparison.plot()
plt.show()

# %%
# The reviews that split the models most evenly:

differing = comparison.disagreements()
for row in differing.index[:3]:
    print(X_test[row][:300])
    print(differing.loc[[row]].to_string(), end="\n\n")

# %%
# All of it, with training curves and confusion matrices, on one page that needs neither
# a network nor a script:

page = Path(tempfile.mkdtemp()) / "comparison.html"
comparison.to_html(page, title="Four networks and two bags of words")
print(page)
