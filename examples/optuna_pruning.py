"""
An Optuna search with pruning
=============================

Optuna proposes parameters one trial after the other. A callback reports the accuracy on
held-out reviews after each epoch, and Optuna prunes trials that lag behind. Optuna's
Keras callback works unchanged, since the classifier accepts Keras callbacks.

Needs ``pip install optuna optuna-integration``.
"""

# %%
# The objective
# -------------
# ``validation_split`` holds out training reviews; the callback reports the accuracy on
# them. A pruned trial raises an exception in ``fit``, which Optuna expects.

import optuna
from optuna_integration import KerasPruningCallback

from skrnn import make_sentiment_pipeline
from skrnn.datasets import make_reviews

reviews, labels = make_reviews(1500, reach=1, random_state=0)
train, test = slice(0, 1200), slice(1200, None)


def make_model(params: dict[str, object], **more: object) -> object:
    return make_sentiment_pipeline(
        None,
        maxlen=25,
        embedding_dim=16,
        epochs=8,
        batch_size=32,
        spatial_dropout=0.0,
        random_state=0,
        **params,
        **more,
    )


def objective(trial: optuna.Trial) -> float:
    params = {
        "cell": trial.suggest_categorical("cell", ["simple", "gru"]),
        "pooling": trial.suggest_categorical("pooling", ["last", "max"]),
        "units": trial.suggest_int("units", 4, 32, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 1e-4, 3e-2, log=True),
    }
    pruning = KerasPruningCallback(trial, "val_accuracy")
    model = make_model(params, validation_split=0.2, callbacks=[pruning])
    model.fit(reviews[train], labels[train])
    return model["clf"].history_["val_accuracy"][-1]


# %%
# The search
# ----------
# The median pruner stops a trial that is below the median of the earlier trials at the
# same epoch.

optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(
    direction="maximize",
    sampler=optuna.samplers.TPESampler(seed=0),
    pruner=optuna.pruners.MedianPruner(n_startup_trials=3, n_warmup_steps=1),
)
study.optimize(objective, n_trials=12)
for trial in study.trials:
    epochs = len(trial.intermediate_values)
    end = "pruned" if trial.state is optuna.trial.TrialState.PRUNED else "done"
    print(f"{trial.value:.3f} {end:>6} after {epochs} epochs  {trial.params}")

# %%
# The best parameters, fitted on all training reviews.

model = make_model(study.best_params).fit(reviews[train], labels[train])
print(f"accuracy on other reviews: {model.score(reviews[test], labels[test]):.3f}")
