"""
What gates let through
======================

A plain recurrent network writes its whole state anew at every word. An LSTM has a cell
that it keeps: the forget gate, a number between 0 and 1 for each feature, says how much
of it (Gers, Schmidhuber & Cummins 2000). Here both, and a GRU, learn to carry a
negation over eight words, and the forget gate is read along a review.
"""

# %%
# Three cells
# -----------
# They have as many units, the same reviews and the same steps.

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
ax.axhline(0.5, color="grey", linewidth=1)
ax.set(xlabel="epoch", ylabel="accuracy on held-out reviews", ylim=(0.4, 1.02))
ax.legend()
plt.show()

# %%
# Over eight words all three learn it, the two with gates a little earlier. At
# greater distances they part, see :doc:`/auto_examples/plot_long_term_dependencies`.
#
# The forget gate along a review
# ------------------------------
# ``model_`` holds Keras' own layers, so the gate can be computed from their weights:
# four blocks side by side, for the input gate, the forget gate, the candidate and the
# output gate.

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
# One row for each feature of the cell, those that keep most at the top; the darker, the
# more is kept. Between the negation and the opinion, and from there on, some features
# are kept over many words; at an opinion others are emptied.

# sphinx_gallery_thumbnail_number = 2
order = gates.mean(axis=1).argsort()[::-1]
figure, ax = plt.subplots(figsize=(9, 4.2), layout="constrained")
image = ax.imshow(gates[order], vmin=0, vmax=1, aspect="auto", cmap="Blues")
ax.set_xticks(range(len(words)), words, rotation=90)
ax.set(ylabel="feature of the cell", yticks=[])
figure.colorbar(image, label="forget gate: 0 empties, 1 keeps")
plt.show()
