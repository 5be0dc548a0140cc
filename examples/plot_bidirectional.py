"""
Reading in both directions
==========================

Texts of 80 to 200 words contain opinion words at random, but only one word decides the
class: the first or the last. A plain RNN that reads forward ends at the last word; the
first word is up to 200 steps back. A bidirectional RNN has a second layer that reads
backward and ends at the first word (Schuster & Paliwal 1997).
"""

# %%
# The data
# --------
# One word in seven is an opinion, so only the position identifies the decisive word.

import matplotlib.pyplot as plt
import numpy as np

from skrnn import make_sentiment_pipeline

OPINIONS = np.array(["awful", "great"], dtype=object)
FILLERS = np.array(["a", "the", "box", "lamp", "is", "by", "on", "in"], dtype=object)


def make_texts(place, n_samples=2000):
    generator = np.random.default_rng(0)
    texts, y = [], generator.integers(2, size=n_samples)
    for verdict in OPINIONS[y]:
        words = generator.choice(FILLERS, size=generator.integers(80, 201))
        noise = generator.random(len(words)) < 1 / 7
        words[noise] = generator.choice(OPINIONS, size=noise.sum())
        words[place] = verdict
        texts.append(" ".join(words))
    return texts, y


# %%
# One direction or both
# ---------------------
# ``pooling="last"`` returns the state after the last word that each direction reads.
# Left, only the network that reads in both directions learns that the first word
# decides; the other one stays at chance (the gray line). Right, both learn it in one
# epoch.

figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
for ax, (name, place) in zip(axes, {"first": 0, "last": -1}.items(), strict=True):
    texts, y = make_texts(place)
    for bidirectional, style in {False: "o-", True: "s--"}.items():
        model = make_sentiment_pipeline(
            None,
            cell="simple",
            bidirectional=bidirectional,
            pooling="last",
            units=16,
            maxlen=200,
            embedding_dim=8,
            epochs=5,
            batch_size=32,
            optimizer="adam",
            learning_rate=0.005,
            optimizer__clipnorm=1.0,
            spatial_dropout=0.0,
            dropout=0.0,
            validation_split=0.25,
            random_state=0,
        ).fit(texts, y)
        accuracy = model["clf"].history_["val_accuracy"]
        label = "in both directions" if bidirectional else "forward"
        print(f"the {name} word decides, read {label}: {accuracy[-1]:.3f}")
        ax.plot(range(1, len(accuracy) + 1), accuracy, style, label=label)
    ax.axhline(0.5, color="gray", linewidth=1)
    ax.set(title=f"The {name} word decides", xlabel="epoch", ylim=(0.4, 1.02))
    ax.set_xticks(range(1, len(accuracy) + 1))
axes[0].set_ylabel("accuracy on held-out texts")
axes[1].legend(loc="lower right")
plt.show()

# %%
# Two other ways to reach the first word are gates (``cell="lstm"`` or ``"gru"``), and
# pooling over all states instead of the last: ``pooling="max"`` or ``"attention"``.
