"""
==============================
Compare models on one test set
==============================

Four networks and two bags of words are trained and tested on the same reviews. In the
generated reviews a negation comes several words before the word that it reverses, so a
bag of words is at chance. One model of the list is broken on purpose; the table reports
its error.

If ``SKRNN_DATA`` names a folder of real reviews, the example uses IMDb's or, if those
are missing, Amazon's; on these the bags of words are hard to beat.
"""

import os
import tempfile
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt

from skrnn import compare_models, make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.datasets import fetch_imdb, load_reviews, make_reviews

# %%
# The reviews: generated ones, or some of the real ones.


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
# Any classifiers can be compared; progress is printed for each. With
# ``memory="some/folder"`` you can stop the call and start it again: it then fits only
# the models that are still missing.

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
    "plain RNN": make_sentiment_pipeline(
        None, cell="simple", pooling="last", **network
    ),
    "LSTM": make_sentiment_pipeline(None, cell="lstm", pooling="last", **network),
    "LSTM, max": make_sentiment_pipeline(None, cell="lstm", pooling="max", **network),
    "GRU, max": make_sentiment_pipeline(None, cell="gru", pooling="max", **network),
    "broken": make_baseline("tfidf", vec__min_df=1_000_000),
}
comparison = compare_models(models, X_train, y_train, X_test, y_test)

# %%
# The table, as a DataFrame or, in a notebook, as formatted HTML:

columns = ["n_parameters", "fit_time", "accuracy", "accuracy_low", "accuracy_high"]
print(comparison.to_frame()[columns].round(3).to_string())
comparison  # noqa: B018

# %%
# Accuracy against fit time, with 95 % intervals. Only networks rise above 0.5, which is
# chance. Those that pool over all states (``"max"``) are right on every test review;
# with the last state alone, six epochs are too few for the LSTM, and the plain RNN is
# still at chance.

comparison.plot()
plt.show()

# %%
# The reviews that split the models most evenly:

differing = comparison.disagreements()
for row in differing.index[:3]:
    print(textwrap.fill(X_test[row][:300]))
    print(differing.loc[[row]].to_string(), end="\n\n")

# %%
# Everything on one page, with training curves and confusion matrices. The page needs no
# network access and no JavaScript:

page = Path(tempfile.mkdtemp()) / "comparison.html"
comparison.to_html(page, title="Four networks and two bags of words")
print(page)
