"""
How long are the reviews, and what is cut off?
==============================================

``maxlen`` decides how many words a network reads of each review. A small one is fast
and cuts words off; :class:`~skrnn.SequenceLengthDisplay` shows of how many reviews,
and how many of the words the vocabulary does not hold.

The reviews are generated, unless ``SKRNN_DATA`` names a folder that has IMDb's.
"""

# %%
# The data
# --------
# Generated reviews are all of about one length, so we join them and cut the words into
# texts of uneven lengths.

import os

import matplotlib.pyplot as plt
import numpy as np

from skrnn import SequenceLengthDisplay, TextSequencer
from skrnn.datasets import fetch_imdb, make_reviews

if "SKRNN_DATA" in os.environ:
    train, _ = fetch_imdb(subset="train", return_X_y=True)
    test, _ = fetch_imdb(subset="test", return_X_y=True)
    max_features = 8000
else:
    parts, _ = make_reviews(6000, random_state=0)
    words = " ".join(parts).split()
    ends = np.random.default_rng(0).lognormal(4.2, 0.6, size=2500).astype(int).cumsum()
    ends = ends[ends < len(words)]
    texts = [" ".join(piece) for piece in np.split(np.array(words), ends)]
    train, test = texts[::2], texts[1::2]
    max_features = 90

# %%
# Of the reviews that were learnt from
# ------------------------------------

sequencer = TextSequencer(max_features=max_features, maxlen=100).fit(train)
display = SequenceLengthDisplay.from_estimator(sequencer, train)
print(f"{display.truncated_share:.1%} of the reviews are cut")

# %%
# A length that holds nine of ten
# -------------------------------
# ``maxlen="auto"`` is the length that nine tenths of the training reviews keep to; a
# share, such as ``maxlen=0.75``, is another. Reviews that are new may be longer and
# have words that were not met.

figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
for ax, maxlen in zip(axes, (0.75, "auto"), strict=True):
    sequencer = TextSequencer(max_features=max_features, maxlen=maxlen).fit(train)
    SequenceLengthDisplay.from_estimator(sequencer, test, ax=ax)
    ax.set_ylabel(f"new reviews, maxlen={maxlen!r}")
plt.show()
