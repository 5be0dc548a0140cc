"""
Attention to words and sentences
================================

Attention pooling is a weighted mean of the states of a network: the weights say where
the network looks. A hierarchical network (Yang et al. 2016) has two levels, the words
of a sentence and the sentences of a review. :class:`~skrnn.AttentionDisplay` draws
both, here for generated reviews in which one known sentence decides the class.
"""

# %%
# Reviews in which one sentence decides
# -------------------------------------
# A review states two to four facts. A third of the reviews contain nothing else and are
# neutral; the others have one more sentence, at a random place, with an opinion. The
# neutral class matters: with two classes a network could learn what positive reviews
# look like and call everything else negative, without reading the negative sentence.

import matplotlib.pyplot as plt
import numpy as np

from skrnn import AttentionDisplay, make_sentiment_pipeline
from skrnn.inspection import attention_weights

FACTS = [
    "I bought it in March.",
    "It came in a small box.",
    "My sister has the same one.",
    "We use it on weekdays.",
    "The cable is one meter long.",
    "The manual has forty pages.",
    "It replaces our old one.",
    "It stands next to the window.",
]
PARTS = ["sound", "picture", "battery", "design", "finish"]
GOOD = ["great", "excellent", "lovely", "superb", "perfect"]
BAD = ["awful", "terrible", "horrible", "useless", "dreadful"]
AFFIRMED = ["The {} is {}.", "The {} is really {}.", "In short, the {} is {}."]
NEGATED = ["The {} is not {}.", "I would not call the {} {}."]
LABELS = np.array(["negative", "neutral", "positive"])


def make_reviews_with_one_opinion(n_samples, random_state):
    generator = np.random.default_rng(random_state)
    reviews, places = [], []
    y = generator.integers(3, size=n_samples)
    for label in LABELS[y]:
        n_facts = generator.integers(2, 5)
        sentences = list(generator.choice(FACTS, size=n_facts, replace=False))
        place = -1
        if label != "neutral":
            is_negated = generator.random() < 0.5
            adjectives = GOOD if (label == "positive") != is_negated else BAD
            pattern = generator.choice(NEGATED if is_negated else AFFIRMED)
            opinion = pattern.format(
                generator.choice(PARTS), generator.choice(adjectives)
            )
            place = int(generator.integers(n_facts + 1))
            sentences.insert(place, opinion)
        reviews.append(" ".join(sentences))
        places.append(place)
    return np.array(reviews, dtype=object), LABELS[y], np.array(places)


train, train_labels, _ = make_reviews_with_one_opinion(2000, random_state=0)
test, test_labels, places = make_reviews_with_one_opinion(400, random_state=1)
settings = {
    "maxlen": 60,
    "embedding_dim": 32,
    "spatial_dropout": 0.0,
    "dropout": 0.0,
    "batch_size": 16,
    "epochs": 5,
    "optimizer": "adam",
    "learning_rate": 0.005,
    "random_state": 0,
}

# The first test review of each class in which "not" reverses an adjective, and a
# neutral one.
is_reversed = np.array([" not " in review for review in test])
shown = [
    np.flatnonzero((test_labels == label) & (is_reversed | (label == "neutral")))[0]
    for label in LABELS
]

# %%
# Attention to words
# ------------------
# ``pooling="attention"`` gives each word a weight; the weights of a review sum to one.

words = make_sentiment_pipeline(
    None, cell="simple", pooling="attention", units=16, **settings
).fit(train, train_labels)
print(f"accuracy on new reviews: {words.score(test, test_labels):.3f}")

weights = attention_weights(words, test)
rows = words["seq"].transform(test)
telling = [words["seq"].vocabulary_[word] for word in [*GOOD, *BAD, "not"]]
on_telling = np.where(np.isin(rows, telling), weights, 0).sum(axis=1)
print(f'weight on adjectives and "not": {on_telling[places >= 0].mean():.2f}')

# %%
# The stronger the color behind a word, the larger its weight, relative to the largest
# weight in the review. Almost all of the weight is on the adjective and on "not". In a
# neutral review there is nothing to find, and the weights mean little.

AttentionDisplay.from_estimator(words, test[shown])
plt.show()

# %%
# Attention to sentences, and to words in them
# --------------------------------------------
# The recipe ``"accurate"`` builds a
# :class:`~skrnn.HierarchicalAttentionClassifier`. Its ``attention_levels`` returns the
# weights of both levels.

hierarchical = make_sentiment_pipeline(
    "accurate",
    units=32,
    sentence_units=32,
    embeddings=None,
    word_dropout=0.0,
    weight_averaging=0.0,
    **settings,
).fit(train, train_labels)
print(f"accuracy on new reviews: {hierarchical.score(test, test_labels):.3f}")

sequencer, classifier = hierarchical
sentences = classifier.attention_levels(sequencer.transform(test)).sentences
has_opinion = places >= 0
found = sentences.argmax(axis=1)[has_opinion] == places[has_opinion]
print(f"the sentence with the opinion has the largest weight: {found.mean():.1%}")

# %%
# Each sentence begins with its weight, as a number and as a bar. The color behind a
# word is the weight of its sentence times its weight in the sentence. The sentence with
# the opinion stands out.
#
# Attention shows where a network looks, not why. The weights apply to states, and a
# state of a bidirectional network also depends on the words before and after. Within
# the sentence, the largest weight may therefore be on a neighbor of the decisive word.

# sphinx_gallery_thumbnail_number = 2
AttentionDisplay.from_estimator(hierarchical, test[shown])
plt.show()
