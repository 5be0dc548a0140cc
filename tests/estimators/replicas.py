"""Fits by a strategy, run as a process of its own: ``replicas.py STRATEGY FOLDER``.

The devices and workers of TensorFlow cannot be changed once it has computed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skrnn import HierarchicalAttentionClassifier, RNNSentimentClassifier

RNG = np.random.default_rng(0)
# The last batch has one row, so that a replica has none.
X = RNG.integers(0, 50, (101, 12))
Y = (X % 7 == 0).sum(axis=1) % 3
CALM: dict[str, Any] = {
    "units": 4,
    "embedding_dim": 4,
    "epochs": 2,
    "batch_size": 10,
    "dropout": 0.0,
    "spatial_dropout": 0.0,
    "random_state": 0,
}
WORDS: dict[str, dict[str, Any]] = {
    "simple": {"cell": "simple", "dense_units": (3,)},
    "lstm": {"optimizer": "adam", "class_weight": "balanced"},
    "gru": {"cell": "gru", "bidirectional": True, "pooling": "attention"},
    "clockwork": {"cell": "clockwork", "pooling": "max"},
    "clipped": {"optimizer__clipnorm": 0.01, "optimizer": "sgd", "learning_rate": 1.0},
    "averaged": {"weight_averaging": 0.9, "loss": "categorical_focal_crossentropy"},
    "scored": {"weight_averaging": 0.9, "scoring": "accuracy", "early_stopping": 2},
    "stopped early": {
        "early_stopping": 1,
        "epochs": 4,
        "optimizer": "sgd",
        "learning_rate": 0.5,
    },
}


def _fit_words(**params: Any) -> RNNSentimentClassifier:
    return RNNSentimentClassifier(**{**CALM, **params}).fit(X, Y)


def _fit_sentences(**params: Any) -> HierarchicalAttentionClassifier:
    model = HierarchicalAttentionClassifier(**{**CALM, **params}, sentence_units=3)
    return model.fit(X, Y)


def _fit_chunks(**params: Any) -> RNNSentimentClassifier:
    model = RNNSentimentClassifier(**{**CALM, **params}, n_embeddings=50)
    for rows in (slice(60), slice(60, None)):
        model.partial_fit(X[rows], Y[rows], classes=[0, 1, 2])
    return model


def _go_on(**params: Any) -> RNNSentimentClassifier:
    """Fit on one device first: the network moves."""
    model = RNNSentimentClassifier(**CALM, warm_start=True).fit(X, Y)
    return model.set_params(**params).fit(X, Y)


CASES: dict[str, Callable[..., Any]] = {
    **{
        name: lambda chosen=chosen, **params: _fit_words(**chosen, **params)
        for name, chosen in WORDS.items()
    },
    "sentences": _fit_sentences,
    "chunks": _fit_chunks,
    "moved": _go_on,
}


def found(model: Any) -> dict[str, Any]:
    """Return what a fit gave, as arrays by name."""
    weights = {f"{number:03}": w for number, w in enumerate(model.model_.get_weights())}
    history = {name: np.array(values) for name, values in model.history_.items()}
    return {**weights, **history, "proba": model.predict_proba(X)}


def main() -> None:
    """Run all cases, and what only several processes can get wrong."""
    strategy, folder = sys.argv[1], Path(sys.argv[2])
    number = 0
    if strategy == "mirrored":
        cpu = tf.config.list_physical_devices("CPU")[0]
        three = [tf.config.LogicalDeviceConfiguration()] * 3
        tf.config.set_logical_device_configuration(cpu, three)
    else:
        number = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
    for name, fit in CASES.items():
        np.savez(folder / f"{name}-{number}.npz", **found(fit(strategy=strategy)))
    dropped = _fit_words(strategy=strategy, dropout=0.4, epochs=4)
    again = _fit_words(
        strategy=strategy, dropout=0.4, epochs=4, memory=folder / f"memory-{number}"
    )
    # The second worker has an epoch less to go on from.
    kept = sorted((folder / f"memory-{number}").rglob("epoch-*.npz"))
    for path in kept[3 - number :]:
        path.unlink()
    resumed = _fit_words(
        strategy=strategy, dropout=0.4, epochs=4, memory=folder / f"memory-{number}"
    )
    for other in (again, resumed):
        for name, value in found(dropped).items():
            np.testing.assert_array_equal(found(other)[name], value)
    drawn = _fit_words(strategy=strategy, random_state=None)
    np.savez(folder / f"drawn-{number}.npz", **found(drawn))
    if strategy == "multi_worker_mirrored":
        try:
            RNNSentimentClassifier(**CALM, strategy=strategy).fit(
                X, Y[:: 1 - 2 * number]
            )
        except ValueError as error:
            (folder / f"refused-{number}").write_text(str(error))
        # The last case: afterward the processes cannot compute together any more.
        leave = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: os._exit(0))
        try:
            _fit_words(strategy=strategy, callbacks=leave if number else None)
        except ConnectionError as error:
            (folder / "gone").write_text(str(error))


if __name__ == "__main__":
    main()
