"""
The curves of a whole search
============================

A search reports one score for each candidate and fold. With scikit-learn's
:class:`~sklearn.callback.ScoringMonitor` (1.9 and later) and
:func:`~skrnn.inspection.epoch_scores` it also records the scores after every epoch.
They show which candidates are still improving, and how much the folds agree.
"""

# %%
# A search with a monitor
# -----------------------
# ``validation_split`` holds out a fifth of the rows of each fit and evaluates them
# after each epoch; the monitor itself computes nothing. It also works with
# ``n_jobs=2``.

import matplotlib.pyplot as plt
from sklearn.callback import ScoringMonitor
from sklearn.model_selection import GridSearchCV

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews
from skrnn.inspection import epoch_scores

reviews, labels = make_reviews(1200, reach=2, random_state=0)
model = make_sentiment_pipeline(
    None,
    cell="gru",
    maxlen="auto",
    epochs=8,
    batch_size=16,
    optimizer="adam",
    learning_rate=0.01,
    spatial_dropout=0.0,
    validation_split=0.2,
    random_state=0,
)
monitor = ScoringMonitor(scoring=epoch_scores)
model["clf"].set_callbacks(monitor)
search = GridSearchCV(
    model, {"clf__pooling": ["last", "max"], "clf__units": [4, 16]}, cv=3
).fit(reviews, labels)

# %%
# Reading the log
# ---------------
# The log has a row for each epoch of each fit. The fits are sorted by candidate and
# then by fold; the last one refits the best candidate on all rows and is left out here.

log = monitor.get_logs().data_as_pandas
epochs = log[log["task_name"] == "epoch"]
curves = epochs.groupby("parent_task_id_path")["val_accuracy"].apply(list).tolist()
folds = search.n_splits_
by_candidate = [curves[i : i + folds] for i in range(0, len(curves) - 1, folds)]
for params, of_folds in zip(search.cv_results_["params"], by_candidate, strict=True):
    ends = " ".join(f"{curve[-1]:.2f}" for curve in of_folds)
    print(f"{params['clf__pooling']:>4} {params['clf__units']:>2}: {ends}")

# %%
# A panel for each candidate, a line for each fold
# ------------------------------------------------
# With ``pooling="max"`` and 16 units all folds reach their best score before the last
# epoch. The other curves are still rising, or have not left chance (the dotted line),
# and the folds disagree: these candidates need more epochs before they can be compared.

figure, axes = plt.subplots(
    2, 2, figsize=(7, 5), sharex=True, sharey=True, layout="constrained"
)
for ax, params, of_folds in zip(
    axes.T.flat, search.cv_results_["params"], by_candidate, strict=True
):
    for fold, curve in enumerate(of_folds):
        ax.plot(range(1, len(curve) + 1), curve, marker=".", label=f"fold {fold}")
    ax.set_title(f"{params['clf__pooling']}, {params['clf__units']} units", fontsize=10)
    ax.axhline(0.5, color="0.5", ls=":")
axes[0, 0].legend(fontsize="small")
figure.supxlabel("epoch")
figure.supylabel("accuracy on held-out reviews")
plt.show()
