"""
Calibrate, abstain, predict sets
================================

A network that was trained for too long is overconfident. With held-out reviews you can
calibrate its probabilities, choose which reviews a person should read, and predict sets
of classes that contain the right one as often as you ask.
"""

# %%
# An overconfident network
# ------------------------
# Every second review is cut off after three sentences, often before it says what the
# customer thinks. Its label can only be guessed or, in 25 epochs, memorized.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.calibration import CalibratedClassifierCV, CalibrationDisplay
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews

reviews, y = make_reviews(2000, reach=1, random_state=0)
labels = np.array(["negative", "positive"])[y]
for number in np.flatnonzero(np.random.default_rng(0).random(len(y)) < 0.5):
    reviews[number] = ". ".join(reviews[number].split(". ")[:3])
training, held_out, test = slice(0, 500), slice(500, 1000), slice(1000, 2000)

model = make_sentiment_pipeline(
    None,
    cell="gru",
    pooling="max",
    units=32,
    maxlen="auto",
    epochs=25,
    batch_size=16,
    optimizer="adam",
    learning_rate=0.01,
    spatial_dropout=0.0,
    dropout=0.0,
    random_state=0,
).fit(reviews[training], labels[training])

# %%
# Calibration in one line
# -----------------------
# ``FrozenEstimator`` keeps the network as it is, so that only the calibration learns
# from the held-out reviews. ``method="isotonic"`` fits any increasing function, for
# which it needs a few hundred of them.

calibrated = CalibratedClassifierCV(FrozenEstimator(model), method="isotonic").fit(
    reviews[held_out], labels[held_out]
)

# %%
# Each point is a group of reviews with similar probabilities. On the diagonal, the
# share of positive reviews is the probability that the model gives. The network is off
# the diagonal where it guesses; the calibrated one is close to it, and has a smaller
# log loss. The accuracy changes a little, since some probabilities cross 0.5.

figure, ax = plt.subplots(figsize=(5, 5), layout="constrained")
for name, each in {"network": model, "calibrated": calibrated}.items():
    proba = each.predict_proba(reviews[test])
    print(f"{name:<10}  log loss {log_loss(labels[test], proba):.3f}", end="  ")
    print(f"accuracy {each.score(reviews[test], labels[test]):.3f}")
    CalibrationDisplay.from_predictions(
        labels[test], proba[:, 1], pos_label="positive", n_bins=5, ax=ax, name=name
    )
plt.show()

# %%
# Abstain
# -------
# A review goes to a person if the probability of its most probable class is below a
# limit. Read the curve from the right: the fewer reviews the model answers, the larger
# the share of right answers.

proba = calibrated.predict_proba(reviews[test])
certainty = proba.max(axis=1)
is_right = calibrated.predict(reviews[test]) == labels[test]
order = np.argsort(-certainty)
coverage = np.arange(1, len(order) + 1) / len(order)
accuracy = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)

figure, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
ax.plot(coverage[20:], accuracy[20:])
ax.set(xlabel="share of the reviews that are answered", ylabel="their accuracy")
plt.show()

# The limit above which 60 % of the held-out reviews are.
limit = np.quantile(calibrated.predict_proba(reviews[held_out]).max(axis=1), 0.4)
answers = np.where(
    certainty >= limit, calibrated.predict(reviews[test]), "ask a person"
)
print(f"limit {limit:.2f}, answered: {np.mean(certainty >= limit):.0%} of the reviews")
print(f"accuracy of the answers: {is_right[certainty >= limit].mean():.3f}")
print(answers[:8])

# %%
# Prediction sets
# ---------------
# `MAPIE <https://mapie.readthedocs.io>`_ (``pip install mapie``) returns sets of
# classes that contain the right one with a probability of 90 %. This holds for any
# network, as long as new reviews are like the held-out ones. MAPIE takes NumPy arrays
# of texts.

from mapie.classification import SplitConformalClassifier

sets = SplitConformalClassifier(model, confidence_level=0.9, prefit=True)
sets.conformalize(reviews[held_out], labels[held_out])
_, members = sets.predict_set(reviews[test])
members = members[:, :, 0]
positions = np.searchsorted(model.classes_, labels[test])
covered = members[np.arange(len(positions)), positions]
print(f"sets that contain the right class: {covered.mean():.1%}")
for size, count in enumerate(np.bincount(members.sum(axis=1), minlength=3)):
    print(f"sets of {size} classes: {count}")

# %%
# A set of both classes says "I do not know".
