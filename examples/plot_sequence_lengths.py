"""
How long are the reviews, and what is cut off?
==============================================

``maxlen`` sets how many words of each review a network reads. A small value is fast but
cuts words off; :class:`~skrnn.SequenceLengthDisplay` shows how many reviews are cut,
and how many words are out of vocabulary.

The reviews are generated, unless ``SKRNN_DATA`` names a folder with IMDb's reviews.
"""

# %%
# The data
# --------
# Generated reviews have similar lengths, so the example joins them and splits the words
# into texts of different lengths.

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
    max_features = 60

# %%
# Lengths of the training reviews
# -------------------------------
# Reviews left of the dashed line are complete; of those right of it, the words beyond
# ``maxlen`` are cut off.

sequencer = TextSequencer(max_features=max_features, maxlen=100).fit(train)
display = SequenceLengthDisplay.from_estimator(sequencer, train)
plt.show()
print(f"{display.truncated_share:.1%} of the reviews are cut")

# %%
# A length for nine of ten reviews
# --------------------------------
# ``maxlen="auto"`` is the 0.9 quantile of the lengths of the training reviews; a float,
# such as ``maxlen=0.75``, is another quantile. On new reviews the shares are about the
# same: about a quarter is cut with 0.75 (left), a tenth with "auto" (right).

figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
for ax, maxlen in zip(axes, (0.75, "auto"), strict=True):
    sequencer = TextSequencer(max_features=max_features, maxlen=maxlen).fit(train)
    SequenceLengthDisplay.from_estimator(sequencer, test, ax=ax)
    ax.set_ylabel(f"new reviews, maxlen={maxlen!r}")
plt.show()
