"""
Stars: as numbers, as ordered classes, as plain classes
=======================================================

A rating can be predicted as a number or as a class. A regressor predicts the number. An
ordinal classifier predicts a probability for each number of stars, and knows their
order. A plain classifier does not.

The reviews are generated. Each describes four parts of a product, and gives one star,
plus one for each part that it praises.
"""

# %%
# Reviews with one to five stars
# ------------------------------

import textwrap

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import (
    ConfusionMatrixDisplay,
    PredictionErrorDisplay,
    cohen_kappa_score,
    mean_absolute_error,
)

from skrnn import explain, make_sentiment_pipeline
from skrnn.datasets import make_reviews

descriptions, pleases = make_reviews(6000, reach=0, random_state=0)
reviews = [" ".join(four) for four in descriptions.reshape(-1, 4)]
stars = 1 + pleases.reshape(-1, 4).sum(axis=1)
n_train = 1300
print(np.bincount(stars)[1:], "reviews of one to five stars")

# %%
# Three estimators
# ----------------
# Only ``classifier`` differs. Kappa is the agreement beyond chance; here an error of
# two stars counts four times as much as an error of one star.

params = {"cell": "gru", "maxlen": 140, "units": 16, "epochs": 12, "random_state": 0}
params |= {"batch_size": 32, "optimizer": "adam", "learning_rate": 0.01}
models = {}
for name in ("RNNSentimentRegressor", "RNNOrdinalClassifier", "RNNSentimentClassifier"):
    model = make_sentiment_pipeline(None, classifier=name, dropout=0.2, **params)
    models[name] = model.fit(reviews[:n_train], stars[:n_train])
    predicted = model.predict(reviews[n_train:])
    error = mean_absolute_error(stars[n_train:], predicted)
    rounded = np.clip(np.rint(predicted), 1, 5).astype(int)
    kappa = cohen_kappa_score(stars[n_train:], rounded, weights="quadratic")
    print(f"{name:23} mean absolute error {error:.2f}, kappa {kappa:.2f}")

# %%
# Which errors they make
# ----------------------
# Left, the predictions of the regressor lie around the diagonal. Right, in the
# confusion matrix of the ordinal classifier, the errors are next to the diagonal: they
# are errors of one star.

figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
regressor = models["RNNSentimentRegressor"]
PredictionErrorDisplay.from_predictions(
    stars[n_train:],
    regressor.predict(reviews[n_train:]),
    kind="actual_vs_predicted",
    ax=axes[0],
    scatter_kwargs={"alpha": 0.3},
)
axes[0].set(xticks=range(1, 6), yticks=range(1, 6))
ordinal = models["RNNOrdinalClassifier"]
ConfusionMatrixDisplay.from_estimator(
    ordinal,
    reviews[n_train:],
    stars[n_train:],
    ax=axes[1],
    cmap="Blues",
    colorbar=False,
)
plt.show()
errors = np.abs(ordinal.predict(reviews[n_train:]) - stars[n_train:])
print(f"errors of one star: {(errors == 1).sum()}, of more: {(errors > 1).sum()}")

# %%
# How certain it is
# -----------------
# The ordinal classifier gives a probability to each number of stars, and an expected
# rating.

review = reviews[n_train]
rows = ordinal[:-1].transform([review])
(proba,) = ordinal.predict_proba([review])
print(textwrap.fill(review))
print(dict(zip(ordinal.classes_.tolist(), proba.round(2).tolist(), strict=True)))
print(f"expected: {ordinal[-1].predict_expected(rows)[0]:.2f} stars")

# %%
# Which words cost stars
# ----------------------
# The explanation of a regressor is in stars: each bar is what the word adds to the
# rating or subtracts from it. In the review above, "not" reverses most of the praise.

explain(regressor, review).plot(max_words=15)
plt.show()
