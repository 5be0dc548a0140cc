"""
A shop's table: texts, stars, prices and categories
===================================================

Whether a customer returns a product depends on what the review's title and text say,
and on price and category. :class:`~skrnn.TextSequencer` reads several columns of texts.
scikit-learn's :class:`~sklearn.ensemble.StackingClassifier` and
:class:`~sklearn.compose.ColumnTransformer` combine the network with the other columns.
"""

# %%
# The table
# ---------
# In a generated review only the order of the words tells praise from complaint. One
# title in three is a later update, which overrules the text. Half of the customers gave
# no stars. Expensive products and shoes are returned more often.

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, StackingClassifier
from sklearn.metrics import RocCurveDisplay
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from skrnn import explain, make_sentiment_pipeline
from skrnn.datasets import make_reviews

rng = np.random.default_rng(0)
n = 1600
body, liked = make_reviews(n, reach=1, random_state=0)
title = rng.choice(["My order", "After a month", "A first look"], n).astype(object)
update = rng.random(n) < 1 / 3
liked[update] = rng.integers(0, 2, update.sum())
title[update & (liked == 1)] = "Update: they repaired it"
title[update & (liked == 0)] = "Update: now it is broken"
stars = np.clip(np.round(rng.normal(2 + 2 * liked, 1.2)), 1, 5)
stars[rng.random(n) < 0.5] = np.nan
price = np.round(rng.lognormal(3.5, 0.8, n), 2)
category = rng.choice(["kitchen", "audio", "shoes", "toys"], n)
logit = 2 - 4 * liked + 1.5 * (np.log(price) - 3.5) + 1.5 * (category == "shoes")
returned = rng.random(n) < 1 / (1 + np.exp(-logit))

X = pd.DataFrame(
    {
        "title": title,
        "body": body,
        "stars": stars,
        "price": price,
        "category": category,
    }
)
y = np.where(returned, "returned", "kept")
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
X.head()

# %%
# Title and text in one network
# -----------------------------
# Both columns share one vocabulary and one row of ids. The word ``[SEP]`` separates
# them.

TEXTS = ["title", "body"]
network = make_sentiment_pipeline(
    None,
    cell="gru",
    pooling="max",
    units=16,
    embedding_dim=16,
    maxlen="auto",
    epochs=6,
    batch_size=32,
    optimizer="adam",
    learning_rate=0.005,
    spatial_dropout=0.0,
    random_state=0,
)
network.fit(X_train[TEXTS], y_train)
sequencer = network["seq"]
rows = sequencer.transform(X_test[TEXTS][:1])
print(sequencer.feature_names_in_, "->", rows.shape)
(words,) = sequencer.inverse_transform(rows)
print(textwrap.fill(" ".join(words)))

# %%
# Stacking
# --------
# The network sees the texts, gradient boosting the other columns, and a logistic
# regression combines their probabilities. It learns from predictions for rows that
# the two were not trained on, so that it does not rely too much on a network that has
# memorized its training rows.


def select_texts(table):
    return table[TEXTS]


table_only = make_pipeline(
    ColumnTransformer(
        [
            ("category", OneHotEncoder(sparse_output=False), ["category"]),
            ("numbers", "passthrough", ["stars", "price"]),
        ]
    ),
    HistGradientBoostingClassifier(max_iter=40, random_state=0),
)
text_only = make_pipeline(FunctionTransformer(select_texts), network)
stacked = StackingClassifier([("text", text_only), ("table", table_only)], cv=3)

# %%
# Document vectors in a ColumnTransformer
# ---------------------------------------
# ``transform`` of the network gives the vector of each document, which is a block of
# columns like any other. Here one classifier sees everything at once.

columns = ColumnTransformer(
    [
        ("text", network, TEXTS),
        ("category", OneHotEncoder(sparse_output=False), ["category"]),
        ("numbers", "passthrough", ["stars", "price"]),
    ]
)
vectors = make_pipeline(
    columns, HistGradientBoostingClassifier(max_iter=40, random_state=0)
)

# %%
# Which is best?
# --------------
# The closer a curve is to the upper left, the more returned products are found with the
# same number of false alarms. The two models that see both texts and the other columns
# ("document vectors" and "stacking") have the largest areas under their curves (AUC).

models = {
    "body only": make_pipeline(
        FunctionTransformer(pd.DataFrame.get, kw_args={"key": "body"}), network
    ),
    "title and body": text_only,
    "without texts": table_only,
    "document vectors": vectors,
    "stacking": stacked,
}
figure, ax = plt.subplots(figsize=(6, 5), layout="constrained")
for name, model in models.items():
    model.fit(X_train, y_train)
    RocCurveDisplay.from_estimator(
        model, X_test, y_test, pos_label="returned", ax=ax, name=name
    )
ax.set_title("Which products are returned?")
plt.show()

# %%
# Why was this one returned?
# --------------------------
# :func:`~skrnn.explain` takes a row of the table. It deletes each word of the texts in
# turn, and the whole stack predicts again. The longest bar is that of "broken", a word
# of the title.

row = X_test[X_test["title"].str.startswith("Update")].iloc[0]
print(row.drop("body").to_dict())
explanation = explain(stacked, row, columns=TEXTS)
explanation.plot(max_words=12)
strongest = np.abs(explanation.weights).argmax()
print(f"strongest word: {explanation.tokens[strongest]}")
plt.show()
