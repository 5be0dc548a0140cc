"""
What gates keep
===============

A plain recurrent network rewrites its whole state at every word. An LSTM has a memory
cell: the forget gate, a number between 0 and 1 for each feature, determines how much of
it is kept (Gers, Schmidhuber & Cummins 2000). This example trains both, and a GRU, to
carry a negation over 16 words, and plots the forget gate over a review.
"""

# %%
# Three cells
# -----------
# All three have the same number of units, the same settings and the same reviews. Long
# distances are learned after short ones, so the training reviews have distances from 0
# to 16 words; the held-out reviews all have 16.

import textwrap

import matplotlib.pyplot as plt
import numpy as np

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews

parts = [
    make_reviews(420, reach=reach, random_state=0) for reach in (0, 1, 2, 4, 8, 16)
]
reviews, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
held_out, held_out_labels = make_reviews(500, reach=16, random_state=1)

classifiers = {}
for name, cell in {"plain RNN": "simple", "LSTM": "lstm", "GRU": "gru"}.items():
    sequencer, classifier = make_sentiment_pipeline(
        None,
        cell=cell,
        units=16,
        pooling="last",
        maxlen="auto",
        embedding_dim=32,
        epochs=20,
        batch_size=32,
        optimizer="adam",
        learning_rate=0.003,
        optimizer__clipnorm=1.0,
        spatial_dropout=0.0,
        dropout=0.0,
        random_state=0,
    )
    classifiers[name] = classifier.fit(
        sequencer.fit_transform(reviews),
        labels,
        X_val=sequencer.transform(held_out),
        y_val=held_out_labels,
    )
    accuracy = classifier.history_["val_accuracy"][-1]
    print(f"{name:10} accuracy over 16 words: {accuracy:.3f}")

# %%
# The networks with gates learn to carry the negation; the plain RNN stays at chance,
# which the gray line marks.

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for (name, classifier), style in zip(
    classifiers.items(), ("o:", "s-", "^--"), strict=True
):
    accuracy = classifier.history_["val_accuracy"]
    ax.plot(range(1, len(accuracy) + 1), accuracy, style, label=name, markersize=4)
ax.axhline(0.5, color="gray", linewidth=1)
ax.set(xlabel="epoch", ylabel="accuracy over 16 words", ylim=(0.4, 1.02))
ax.xaxis.get_major_locator().set_params(integer=True)
ax.legend()
plt.show()

# %%
# The forget gate over a review
# -----------------------------
# ``model_`` consists of Keras' own layers, so the gate can be computed from their
# weights: four concatenated blocks, for the input gate, the forget gate, the candidate
# and the output gate.

model = classifiers["LSTM"].model_
(word_vectors,) = model.get_layer("embedding").get_weights()
kernel, recurrent, bias = model.get_layer("lstm_0").get_weights()


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


(row,) = sequencer.transform(held_out[:1])
(words,) = sequencer.inverse_transform([row])
state = cell = np.zeros(len(recurrent))
forget_gates = []
for word in row[row > 0]:
    blocks = word_vectors[word] @ kernel + state @ recurrent + bias
    z_input, z_forget, z_candidate, z_output = np.split(blocks, 4)
    forget_gates.append(sigmoid(z_forget))
    cell = sigmoid(z_forget) * cell + sigmoid(z_input) * np.tanh(z_candidate)
    state = sigmoid(z_output) * np.tanh(cell)
gates = np.array(forget_gates).T

# %%
# Between "not" and its adjective, 16 words later, most gates are close to one. The next
# "really" and the opinion reset many features.

print(textwrap.fill(" ".join(words)))
start = words.index("not") + 1
opinion = max(i for i, word in enumerate(words) if word in {"awful", "great"})
print(f"mean gate between: {gates[:, start : start + 16].mean():.2f}")
for i in (words.index("really"), opinion):
    print(f"mean gate at {words[i]!r}: {gates[:, i].mean():.2f}")

# %%
# One row for each feature of the cell; darker means that more is kept. The words
# between "not" and its adjective are framed: most of this block is dark. The white
# cells in the columns of "really" and of the opinion are features that are reset.

# sphinx_gallery_thumbnail_number = 2
figure, ax = plt.subplots(figsize=(10, 4.2), layout="constrained")
image = ax.imshow(gates, vmin=0, vmax=1, aspect="auto", cmap="Blues")
ax.add_patch(
    plt.Rectangle((start - 0.5, -0.5), 16, len(gates), fill=False, ec="C1", lw=2)
)
ax.set_xticks(range(len(words)), words, rotation=90, fontsize=8)
ax.set(ylabel="feature of the cell", yticks=[])
figure.colorbar(image, label="forget gate: 0 resets, 1 keeps")
plt.show()
