"""
One, two and three layers
=========================

The states of a recurrent layer form a sequence, so another layer can read them. Whether
that helps depends on the data: more layers have more weights, make every step slower,
and may learn no more than one layer does.
"""

# %%
# ``units`` is an integer for one layer, or a tuple with an integer for each layer.

import time

import matplotlib.pyplot as plt

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews

reviews, labels = make_reviews(2400, reach=4, random_state=0)
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for units, style in {(16,): "o-", (16, 16): "s--", (16, 16, 16): "^:"}.items():
    model = make_sentiment_pipeline(
        None,
        cell="lstm",
        units=units,
        pooling="max",
        maxlen="auto",
        embedding_dim=16,
        epochs=10,
        batch_size=32,
        optimizer="adam",
        learning_rate=0.005,
        spatial_dropout=0.0,
        dropout=0.0,
        validation_split=0.2,
        random_state=0,
    )
    start = time.perf_counter()
    model.fit(reviews, labels)
    seconds = time.perf_counter() - start
    accuracy = model["clf"].history_["val_accuracy"]
    print(f"units={units!s:<13} {model['clf'].n_parameters_:>6,} weights", end="  ")
    print(f"{seconds:4.1f} s  accuracy {accuracy[-1]:.3f}")
    epochs = range(1, len(accuracy) + 1)
    ax.plot(epochs, accuracy, style, label=f"units={units}")
ax.axhline(0.5, color="gray", linewidth=1)
ax.set(xlabel="epoch", ylabel="accuracy on held-out reviews", ylim=(0.4, 1.02))
ax.legend()
plt.show()

# %%
# All three end at the same accuracy: a negation and its word need no second layer,
# which costs time. On real reviews a second layer may help a little, see
# :doc:`/choosing`.
