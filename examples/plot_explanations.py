"""
Why did this review get its class?
==================================

:func:`~skrnn.explain` gives each word of a review a weight, by one of three methods:

* **occlusion**: how much the probability drops if the word is removed;
* **integrated gradients**: the word's share of the probability;
* **attention**: where the network looks, if it has attention (see
  :doc:`/auto_examples/plot_attention`).

The sentences are read by the pretrained network, so nothing is trained here.
"""

# %%
# Two words, one opinion
# ----------------------
# After "very", "bad" makes a sentence negative; after "not" it makes it positive:

import matplotlib.pyplot as plt
import numpy as np

import skrnn
from skrnn import explain

model = skrnn.load_pretrained()
for text in ("Very bad!", "Not bad at all!"):
    print(
        f"{text:16} positive with probability {model.predict_proba([text])[0, 1]:.3f}"
    )

# %%
# Words with blue bars support the predicted class (1, positive), words with orange bars
# oppose it. Both "Not" and "bad" support it: without either of them, the probability
# would be about half as high.

explain(model, "Not bad at all!").plot()
plt.show()

# %%
# In a notebook an explanation is displayed as the text in color:

explain(model, "Not bad at all!")

# %%
# Probability or log-odds
# -----------------------
# If a review has several reasons for its class, the probability hardly changes when one
# word is removed. The log-odds ``log(p / (1 - p))`` do change.

review = "A dull story, bad acting, and it is much too long."
figure, axes = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
for ax, score in zip(axes, ("probability", "log_odds"), strict=True):
    explanation = explain(model, review, score=score).plot(ax=ax)
    print(f"largest weight, {score}: {np.abs(explanation.weights).max():.2f}")
plt.show()

# %%
# The class is 0, negative. On the left, all bars are short: without "dull", the review
# still has "bad" and "too". On the right, all three stand out.
#
# Weights that add up
# -------------------
# The weights of integrated gradients sum to the difference between two probabilities:
# that of the review, and that of the same number of unknown words. After "used to",
# even "love" supports the negative class.

explanation = explain(
    model, "I used to love it, now I hate it.", method="integrated_gradients"
)
print(f"{explanation.weights.sum():.3f} =", end=" ")
print(f"{explanation.value:.3f} - {explanation.baseline:.3f}")
print(explanation.to_frame().nlargest(3, "weight"))
explanation.plot()
plt.show()
