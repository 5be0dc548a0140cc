"""
Several labels a text
=====================

A review may be about the picture, the sound, both or neither. An indicator matrix has a
column for each label; the network gets a sigmoid for each, and ``predict_proba`` a
column for each.

The texts are generated from topics, as
:func:`sklearn.datasets.make_multilabel_classification` generates counts.
"""

# %%
# Texts about topics
# ------------------

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, f1_score, precision_recall_curve
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline

from skrnn import explain, make_sentiment_pipeline

TOPICS = {
    "picture": "sharp bright screen color dark blurry contrast pixels",
    "sound": "loud bass clear speakers noise volume voices music",
    "price": "cheap worth money expensive bargain cost paid discount",
    "service": "support refund helpful call waited delivery returned answer",
}
OTHER = [
    "the",
    "it",
    "is",
    "a",
    "very",
    "not",
    "and",
    "we",
    "they",
    "this",
    "was",
    "of",
]
names = list(TOPICS)
rng = np.random.default_rng(0)
y = (rng.random((1600, len(names))) < [0.5, 0.4, 0.3, 0.1]).astype(int)
texts = []
for row in y:
    words = [
        word for name in np.array(names)[row == 1] for word in TOPICS[name].split()
    ]
    about = rng.choice(words, size=4 * row.sum()).tolist() if words else []
    strays = rng.choice(" ".join(TOPICS.values()).split(), size=2).tolist()
    text = rng.permutation([*about, *strays, *rng.choice(OTHER, size=12)])
    texts.append(" ".join(text))
n_train = 1200
print(texts[0], dict(zip(names, y[0].tolist(), strict=True)))

# %%
# A network for all labels, beside a linear model for each
# --------------------------------------------------------

network = make_sentiment_pipeline(
    None,
    cell="gru",
    maxlen=30,
    units=16,
    epochs=12,
    batch_size=32,
    optimizer="adam",
    learning_rate=0.01,
    class_weight="balanced",
    random_state=0,
).fit(texts[:n_train], y[:n_train])
linear = make_pipeline(
    TfidfVectorizer(), OneVsRestClassifier(LogisticRegression(class_weight="balanced"))
).fit(texts[:n_train], y[:n_train])
for name, model in {"network": network, "TF-IDF, one vs rest": linear}.items():
    score = f1_score(y[n_train:], model.predict(texts[n_train:]), average="macro")
    print(f"{name:20} macro F1 {score:.3f}")

# %%
# By label
# --------

predicted = network.predict(texts[n_train:])
report = classification_report(
    y[n_train:], predicted, target_names=names, zero_division=0
)
print(report)

# %%
# A threshold for each label
# --------------------------
# ``predict`` takes labels with a probability above 0.5. Each curve has a point for each
# threshold; the marked one has the best F1.

proba = network.predict_proba(texts[n_train:])
thresholds = np.empty(len(names))
figure, ax = plt.subplots(layout="constrained")
for label, name in enumerate(names):
    precision, recall, cuts = precision_recall_curve(
        y[n_train:, label], proba[:, label]
    )
    best = np.argmax(2 * precision * recall / np.maximum(precision + recall, 1e-9))
    thresholds[label] = cuts[best]
    (line,) = ax.plot(recall, precision, label=f"{name}: above {cuts[best]:.2f}")
    ax.plot(recall[best], precision[best], "o", color=line.get_color())
ax.set(xlabel="recall", ylabel="precision")
ax.legend()
print((proba > thresholds).astype(int)[:3])

# %%
# Which words speak for a label
# -----------------------------

text = "the picture is sharp but the speakers have no bass"
explain(network, text, target=names.index("sound")).plot()
plt.show()
