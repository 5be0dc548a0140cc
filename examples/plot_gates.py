"""
What gates keep
===============

A plain recurrent network rewrites its whole state at every word. An LSTM has a memory
cell: the forget gate, a number between 0 and 1 for each feature, determines how much of
it is kept (Gers, Schmidhuber & Cummins 2000). This example trains both, and a GRU, to
carry a negation over eight words, and plots the forget gate over a review.
"""

# %%
# Three cells
# -----------
# All three have the same number of units and train on the same reviews, for the same
# number of steps.

import matplotlib.pyplot as plt
import numpy as np

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews

reviews, labels = make_reviews(2400, reach=8, random_state=0)
models = {
    name: make_sentiment_pipeline(
        None,
        cell=cell,
        units=24,
        pooling="max",
        maxlen="auto",
        embedding_dim=16,
        epochs=7,
        batch_size=32,
        optimizer="adam",
        learning_rate=0.01,
        optimizer__clipnorm=1.0,
        spatial_dropout=0.0,
        dropout=0.0,
        validation_split=0.2,
        random_state=0,
    ).fit(reviews, labels)
    for name, cell in {"plain RNN": "simple", "LSTM": "lstm", "GRU": "gru"}.items()
}

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for (name, model), style in zip(models.items(), (":", "-", "--"), strict=True):
    accuracy = model["clf"].history_["val_accuracy"]
    ax.plot(range(1, len(accuracy) + 1), accuracy, style, label=name, linewidth=2)
ax.axhline(0.5, color="gray", linewidth=1)
ax.set(xlabel="epoch", ylabel="accuracy on held-out reviews", ylim=(0.4, 1.02))
ax.legend()
plt.show()

# %%
# Over eight words all three learn the task, the two with gates a little earlier. At
# longer distances they differ, see :doc:`/auto_examples/plot_long_term_dependencies`.
#
# The forget gate over a review
# -----------------------------
# ``model_`` consists of Keras' own layers, so the gate can be computed from their
# weights: four concatenated blocks, for the input gate, the forget gate, the candidate
# and the output gate.

sequencer, classifier = models["LSTM"]
embedding, lstm = classifier.model_.layers[2:4]
(word_vectors,) = embedding.get_weights()
kernel, recurrent, bias = lstm.get_weights()


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


review = reviews[0]
row = sequencer.transform([review])[0]
words = sequencer.inverse_transform([row])[0]
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
# One row for each feature of the cell, sorted by how much is kept; darker means that
# more is kept. From the negation to the opinion and beyond, some features are kept over
# many words; at an opinion, others are reset.

# sphinx_gallery_thumbnail_number = 2
order = gates.mean(axis=1).argsort()[::-1]
figure, ax = plt.subplots(figsize=(9, 4.2), layout="constrained")
image = ax.imshow(gates[order], vmin=0, vmax=1, aspect="auto", cmap="Blues")
ax.set_xticks(range(len(words)), words, rotation=90)
ax.set(ylabel="feature of the cell", yticks=[])
figure.colorbar(image, label="forget gate: 0 resets, 1 keeps")
plt.show()
