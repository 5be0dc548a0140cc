"""
Reviews that look mislabeled
============================

Many data sets contain wrong labels. `cleanlab <https://docs.cleanlab.ai>`_ (``pip
install cleanlab``) finds them by confident learning: it looks for labels that
contradict a model which was not trained on them.

The reviews are generated, and a tenth of their labels is flipped. If ``SKRNN_DATA``
names a folder with IMDb's reviews, these are used with their own labels.
"""

# %%
# The data
# --------

import os
import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from sklearn.model_selection import cross_val_predict

from skrnn import explain, make_sentiment_pipeline
from skrnn.datasets import fetch_imdb, make_reviews

if "SKRNN_DATA" in os.environ:
    reviews, y = fetch_imdb(return_X_y=True)
    reviews, y = np.asarray(reviews[:5000], dtype=object), np.asarray(y[:5000])
    flipped = None
    model = make_sentiment_pipeline("pretrained", random_state=0)
else:
    reviews, y = make_reviews(1600, reach=1, random_state=0)
    flipped = np.random.default_rng(0).random(len(y)) < 0.1
    y = np.where(flipped, 1 - y, y)
    model = make_sentiment_pipeline(
        None,
        cell="gru",
        pooling="max",
        units=16,
        maxlen="auto",
        epochs=6,
        batch_size=16,
        optimizer="adam",
        learning_rate=0.005,
        spatial_dropout=0.0,
        random_state=0,
    )

# %%
# Labels against predictions
# --------------------------
# Cross-validation predicts each review with a network that was fitted to others. The
# quality of a label is the probability that the network gives it. In the histogram, the
# labels that look wrong form a separate group on the left.

proba = cross_val_predict(model, reviews, y, cv=3, method="predict_proba")
quality = get_label_quality_scores(y, proba)
is_issue = find_label_issues(y, proba)
print(f"{is_issue.sum()} of {len(y)} labels look wrong")
if flipped is not None:
    print(f"{np.mean(flipped[is_issue]):.0%} of them were flipped")
    print(f"{np.mean(is_issue[flipped]):.0%} of the flipped labels are among them")

figure, ax = plt.subplots(figsize=(6, 3.4), layout="constrained")
bins = np.linspace(0, 1, 41)
ax.hist(quality[~is_issue], bins, label="kept")
ax.hist(quality[is_issue], bins, label="looks wrong")
ax.set(xlabel="quality of the label", ylabel="reviews", yscale="log")
ax.legend()
plt.show()

# %%
# The reviews
# -----------
# The labels that look most wrong come first. Read them before you change any: the
# network may be wrong, too, for example about irony.

names = np.array(["negative", "positive"])
worst = np.argsort(quality)[:8]
table = pd.DataFrame(
    {
        "label": names[y[worst]],
        "predicted": names[proba[worst].argmax(axis=1)],
        "quality": quality[worst].round(3),
        "review": [review[:60] for review in reviews[worst]],
    }
)
print(table.to_string(index=False))

# %%
# Why?
# ----
# The network is fitted to all reviews without issues, and explains the label of the
# first one. The bars to the left are the words that oppose this label.

model.fit(reviews[~is_issue], names[y[~is_issue]])
print(textwrap.fill(reviews[worst[0]]))
explanation = explain(
    model, reviews[worst[0]], target=names[y[worst[0]]], score="log_odds"
)
explanation.plot(max_words=12)
plt.show()
