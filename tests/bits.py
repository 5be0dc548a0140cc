"""Record the bits of many small fits, to compare two states of the code.

Run ``python tests/bits.py record before.npz`` on one state, ``record after.npz`` on the
other, and ``python tests/bits.py compare before.npz after.npz``. It covers every cell,
pooling, recipe and baseline, two and three classes, one and two jobs, saved files
and exported graphs. Bits depend on the machine and on the versions of the libraries, so
a recording is not committed.
"""

import inspect
import pickle
import sys
import tempfile
import warnings
import zipfile
from hashlib import sha256
from pathlib import Path

import keras
import numpy as np
from sklearn.model_selection import cross_val_predict

import skrnn
from skrnn import (
    HierarchicalAttentionClassifier,
    RNNSentimentClassifier,
    make_sentiment_pipeline,
)
from skrnn.baselines import make_baseline
from skrnn.datasets import make_reviews
from skrnn.ensemble import BlendedClassifier, DistilledClassifier
from skrnn.serving import SentimentPredictor

BASE = {
    "units": 6,
    "embedding_dim": 5,
    "epochs": 2,
    "batch_size": 32,
    "random_state": 3,
}
BITS = {}


def put(name, *arrays):
    for number, array in enumerate(arrays):
        BITS[f"{name}/{number}"] = np.asarray(array)


def fit(name, estimator, X, y, **params):
    estimator.fit(X, y, **params)
    history = [estimator.history_[key] for key in sorted(estimator.history_)]
    weights = estimator.model_.get_weights()
    put(name, estimator.predict_proba(X), *history, *weights)


def make_ids():
    rng = np.random.default_rng(0)
    X = rng.integers(2, 30, size=(150, 12)).astype(np.int32)
    lengths = rng.integers(1, 13, 150)
    X[np.arange(12) < 12 - lengths[:, None]] = 0
    two = X[np.arange(150), 12 - lengths] % 2
    return X, two, np.array(["a", "b", "c"])[X.max(1) % 3], rng


def record_cells(X, two, three):
    for cell in ("simple", "lstm", "gru", "clockwork"):
        for pooling in ("last", "max", "mean", "mean_max", "attention"):
            for bidirectional in (False, True):
                params = {**BASE, "units": 8} if cell == "clockwork" else BASE
                params = params | {
                    "cell": cell,
                    "pooling": pooling,
                    "bidirectional": bidirectional,
                }
                name = f"{cell}-{pooling}-{bidirectional}"
                fit(name, RNNSentimentClassifier(**params), X, two)
                fit(f"{name}-3", RNNSentimentClassifier(**params), X, three)


def record_parameters(X, two, rng):
    smoothing, clipping = {"label_smoothing": 0.1}, {"clipnorm": 1.0}
    if "loss" in inspect.signature(RNNSentimentClassifier).parameters:
        smoothing = {"loss": keras.losses.BinaryCrossentropy(label_smoothing=0.1)}
        clipping = {"optimizer__clipnorm": 1.0}
    stopping = keras.callbacks.EarlyStopping("loss")
    vectors = rng.normal(size=(30, 4))
    variants = {
        "stacked": {"units": (5, 4), "recurrent_dropout": 0.2, "dense_units": (4,)},
        "words": {
            "word_dropout": 0.2,
            "spatial_dropout": 0.2,
            "dropout": 0.3,
            "weight_averaging": 0.9,
            "optimizer": "adam",
            "learning_rate": 0.01,
            **clipping,
        },
        "smoothing": smoothing,
        "early": {"early_stopping": 1, "epochs": 6, "learning_rate": 0.05},
        "split": {"validation_split": 0.2},
        "balanced": {"class_weight": "balanced"},
        "svd": {"embeddings": "svd"},
        "word2vec": {"embeddings": "word2vec"},
        "routed": {"optimizer__rho": 0.8, "fit__shuffle": False},
        "oov": {"n_embeddings": 20},
        "instance": {"optimizer": keras.optimizers.Adam(0.02, beta_1=0.5)},
        "callback": {"callbacks": [stopping]},
        "frozen": {"embeddings": vectors, "embeddings_trainable": False},
    }
    for name, params in variants.items():
        fit(name, RNNSentimentClassifier(**BASE | params), X, two)
        sentences = BASE | {"sentence_units": 4} | params
        fit(f"han-{name}", HierarchicalAttentionClassifier(**sentences), X, two)


def record_data(X, two):
    weight = np.where(np.arange(150) % 5 == 0, 0.0, 1.5)
    fit("weights", RNNSentimentClassifier(**BASE), X, two, sample_weight=weight)
    valid = {"X_val": X[100:], "y_val": two[100:]}
    fit("validation", RNNSentimentClassifier(**BASE), X[:100], two[:100], **valid)
    model = RNNSentimentClassifier(**BASE)
    for start in range(3):
        model.partial_fit(X[start::3], two[start::3], classes=[0, 1])
    put("partial_fit", model.predict_proba(X), model.history_["loss"])
    model = RNNSentimentClassifier(**BASE, warm_start=True).fit(X, two).fit(X, two)
    put("warm_start", model.predict_proba(X), model.history_["loss"])
    model = RNNSentimentClassifier(**BASE).fit(X, two).fit(X, two)
    put("refit", model.predict_proba(X), model.history_["loss"])
    with tempfile.TemporaryDirectory() as folder:
        for epochs in (1, 3, 2):
            params = BASE | {"epochs": epochs, "memory": folder}
            model = RNNSentimentClassifier(**params).fit(X, two)
            put(f"memory-{epochs}", model.predict_proba(X), model.history_["loss"])
    put("pickled", pickle.loads(pickle.dumps(model)).predict_proba(X))
    for jobs in (1, 2):
        model = RNNSentimentClassifier(**BASE)
        proba = cross_val_predict(
            model, X, two, cv=3, method="predict_proba", n_jobs=jobs
        )
        put(f"jobs-{jobs}", proba)


def record_texts():
    texts, labels = make_reviews(120, random_state=0)
    partly = np.where(np.arange(120) < 70, labels, -1)
    names = [*skrnn.get_recipe_names(), "nbsvm", "tfidf", "blend", "distilled"]
    small = {"units": 8, "epochs": 1, "maxlen": 25, "random_state": 0}
    for name in names:
        y = partly if name in ("semi_supervised", "distilled") else labels
        if name in ("nbsvm", "tfidf"):
            model = make_baseline(name)
        elif name in ("blend", "distilled"):
            pair = make_sentiment_pipeline(**small), make_baseline("nbsvm")
            model = (
                DistilledClassifier(*pair)
                if name == "distilled"
                else BlendedClassifier(
                    list(zip("nb", pair, strict=True)), random_state=0
                )
            )
        else:
            model = make_sentiment_pipeline(name, embedding_dim=8, **small)
        model.fit(texts, y)
        put(name, model.predict_proba(texts))
        if name != "tfidf":
            record_files(name, model, texts)


def record_files(name, model, texts):
    with tempfile.TemporaryDirectory() as folder:
        saved, exported = Path(folder, "m.skrnn"), Path(folder, "m.onnx")
        skrnn.save(model, saved)
        skrnn.export_onnx(model, exported)
        weights = zipfile.ZipFile(saved).read("weights.safetensors")
        put(f"{name}-weights", sha256(weights).hexdigest())
        put(f"{name}-loaded", skrnn.load(saved).predict_proba(texts))
        put(f"{name}-onnx", SentimentPredictor(exported).predict_proba(texts))


def record(path):
    warnings.simplefilter("ignore")
    X, two, three, rng = make_ids()
    record_cells(X, two, three)
    record_parameters(X, two, rng)
    record_data(X, two)
    record_texts()
    np.savez(path, **BITS)
    print(f"{len(BITS)} arrays in {path}")


def compare(path, other):
    before, after = np.load(path), np.load(other)
    names = sorted({*before.files, *after.files})
    differ = [
        name
        for name in names
        if name not in before.files
        or name not in after.files
        or not np.array_equal(before[name], after[name], equal_nan=False)
    ]
    print(*differ, f"{len(names)} arrays, {len(differ)} differ", sep="\n")
    return bool(differ)


if __name__ == "__main__":
    sys.exit({"record": record, "compare": compare}[sys.argv[1]](*sys.argv[2:]))
