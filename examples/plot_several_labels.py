"""
Several labels per text
=======================

What does a review complain about: the picture, the sound, both, nothing? The target is
an indicator matrix with a column for each label. The network has a sigmoid output for
each label, and ``predict_proba`` returns a column for each.

The texts are generated. A bag of words sees which parts a text is about and that
something is bad, but not which part.
"""

# %%
# Complaints
# ----------

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, f1_score, precision_recall_curve
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline

from skrnn import explain, make_sentiment_pipeline

PARTS = {
    "picture": ("screen", "picture", "display"),
    "sound": ("sound", "volume", "music"),
    "battery": ("battery", "charger"),
    "price": ("price", "cost"),
}
GOOD, BAD = ("great", "fine", "perfect"), ("poor", "awful", "terrible")
VAGUE = ("so-so", "usual")  # half of those who write this complain
names = list(PARTS)
rng = np.random.default_rng(0)
y = np.zeros((1600, len(names)), dtype=int)
texts = []
for row in y:
    sentences = []
    for label, name in enumerate(names):
        if rng.random() < 0.7:  # else the text does not mention it
            row[label] = rng.random() < (0.5, 0.4, 0.3, 0.15)[label]
            adjective = rng.choice(BAD if row[label] else GOOD)
            if rng.random() < 0.2:
                row[label], adjective = rng.integers(2), rng.choice(VAGUE)
            sentences.append(f"The {rng.choice(PARTS[name])} is {adjective}.")
    texts.append(" ".join(rng.permutation(sentences)))
n_train = 1200
print(texts[0], dict(zip(names, y[0].tolist(), strict=True)))

# %%
# A network for all labels, beside a linear model for each
# --------------------------------------------------------

network = make_sentiment_pipeline(
    None,
    cell="gru",
    maxlen=20,
    units=16,
    epochs=12,
    batch_size=32,
    optimizer="adam",
    learning_rate=0.01,
    class_weight="balanced",
    random_state=0,
).fit(texts[:n_train], y[:n_train])
linear = make_pipeline(
    TfidfVectorizer(ngram_range=(1, 2)),
    OneVsRestClassifier(LogisticRegression(class_weight="balanced")),
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
# ``predict`` returns the labels with a probability above 0.5. Each curve has a point
# for each threshold: a lower one finds more of the complaints (recall), but with more
# false alarms among them (precision). The dot marks the threshold with the best
# F1, which differs between labels.

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
# Which words support a label
# ---------------------------
# "awful" supports a complaint about the sound, since it follows "sound". "great"
# describes the screen and hardly counts for this label.

text = "The screen is great, but the sound is awful."
explain(network, text, target=names.index("sound")).plot()
plt.show()
