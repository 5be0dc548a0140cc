"""
Reading both ways
=================

Texts of 80 to 200 words praise and blame at random, and one word is the verdict: the
first, or the last. A plain network that reads forwards has just read the last word when
it is done; the first lies all those steps back. A bidirectional one has a second layer
that reads backwards and ends at the first word (Schuster & Paliwal 1997).
"""

# %%
# The data
# --------
# One word in seven is an opinion, so that the verdict is told by its place alone.

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
# One direction and both
# ----------------------
# ``pooling="last"`` gives the state after the last word that a direction has read.

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
            epochs=3,
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
        label = "both ways" if bidirectional else "forwards"
        print(f"the {name} word decides, read {label}: {accuracy[-1]:.3f}")
        ax.plot(range(1, len(accuracy) + 1), accuracy, style, label=label)
    ax.axhline(0.5, color="grey", linewidth=1)
    ax.set(title=f"The {name} word decides", xlabel="epoch", ylim=(0.4, 1.02))
    ax.set_xticks([1, 2, 3])
axes[0].set_ylabel("accuracy on held-out texts")
axes[1].legend(loc="lower right")
plt.show()

# %%
# Other ways to reach the first word are gates, and pooling that looks at the states
# after all words instead of the last one: ``pooling="max"`` or ``"attention"``.
