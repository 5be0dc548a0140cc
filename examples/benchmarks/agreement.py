"""Loaded pipelines and ONNX exports compared with the originals, for every network.

python examples/benchmarks/agreement.py [--rows 1000]

Every cell, direction, pooling and number of classes, and the hierarchical network, is
fitted briefly and evaluated on IMDb's test reviews. Networks with the same text rules
share the ids; the rules themselves are compared on the raw texts.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.pipeline import Pipeline

import skrnn
from skrnn import (
    HierarchicalAttentionClassifier,
    RNNSentimentClassifier,
    TextSequencer,
)
from skrnn.datasets import fetch_imdb
from skrnn.networks.cells import CELLS
from skrnn.networks.pooling import POOLINGS
from skrnn.serving import SentimentPredictor

TOLERANCE = 1e-5
N_TRAIN = 600
MAXLEN = 100
# Enough steps for probabilities that differ between reviews, at a moderate learning
# rate: at 0.05 a plain RNN amplified float32 rounding errors to 1e-5, in Keras as in
# ONNX, both compared with float64.
TINY = {
    "units": 8,
    "embedding_dim": 8,
    "epochs": 1,
    "batch_size": 8,
    "optimizer": "adam",
    "learning_rate": 0.005,
    "dropout": 0.0,
    "spatial_dropout": 0.0,
    "random_state": 0,
}
RULES = {
    "words": {},
    "sentences": {"sentence_splitter": "rules", "sentence_length": 20},
    "stems": {"tokenizer": "nltk", "stop_words": "english", "stemmer": "porter"},
}


def networks(sentences: bool) -> Iterator[tuple[str, str, str, object]]:
    """Yield cell, direction, pooling and classifier of every network."""
    for cell, bidirectional in itertools.product(CELLS, (False, True)):
        direction = "both" if bidirectional else "forward"
        settings = {**TINY, "cell": cell, "bidirectional": bidirectional}
        if not sentences:
            for pooling in POOLINGS:
                network = RNNSentimentClassifier(pooling=pooling, **settings)
                yield cell, direction, pooling, network
        elif cell != "clockwork":
            network = HierarchicalAttentionClassifier(sentence_units=8, **settings)
            yield cell, direction, "hierarchical", network


def save_and_export(
    model: Pipeline, folder: Path
) -> tuple[Pipeline, SentimentPredictor]:
    """Save and load the model, and export it."""
    skrnn.save(model, folder / "model.skrnn")
    skrnn.export_onnx(model, folder / "model.onnx")
    exported = SentimentPredictor(folder / "model.onnx")
    return skrnn.load(folder / "model.skrnn"), exported


class Table:
    """Prints each difference and keeps the largest."""

    def __init__(self, title: str) -> None:
        self.worst, self.began = 0.0, time.perf_counter()
        print(f"\n{title}: largest differences")
        print(f"{'':<42}{'loaded':>9}{'ONNX':>9}{'spread':>8}{'s':>7}")

    def add(self, name: str, expected: np.ndarray, *found: np.ndarray) -> None:
        """Compare the probabilities of a network with those of its copies."""
        differences = [float(np.abs(each - expected).max()) for each in found]
        self.worst = max(self.worst, *differences)
        shown = "".join(f"{value:>9.1e}" for value in differences)
        now = time.perf_counter()
        spread, seconds = np.ptp(expected[:, 1]), now - self.began
        print(f"{name:<42}{shown}{spread:>8.2f}{seconds:>7.1f}", flush=True)
        self.began = now


parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=int, default=25_000, help="test reviews")
n_rows = parser.parse_args().rows
start = time.perf_counter()
train, y = fetch_imdb(return_X_y=True)
train, y = train[:N_TRAIN], np.asarray(y[:N_TRAIN])
test = fetch_imdb(subset="test", return_X_y=True)[0][:n_rows]
is_long = np.array([len(review) > 1000 for review in train])
labels = {2: y, 3: np.array(["bad", "good", "long"])[np.where(is_long, 2, y)]}

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    ids = {}
    from_texts = Table(f"{n_rows:,} reviews, from raw text")
    for name, rules in RULES.items():
        sequencer = TextSequencer(maxlen=MAXLEN, **rules).fit(train)
        *_, network = next(networks(name == "sentences"))
        network.fit(sequencer.transform(train), y)
        model = Pipeline([("seq", sequencer), ("clf", network)])
        loaded, exported = save_and_export(model, folder)
        from_texts.add(
            name, *(m.predict_proba(test) for m in (model, loaded, exported))
        )
        ids[name] = sequencer, sequencer.transform(test), exported._rules(test)

    from_ids = Table(f"{n_rows:,} rows of {MAXLEN} ids")
    for name in ("words", "sentences"):
        sequencer, X, served = ids[name]
        X_train = sequencer.transform(train)
        for *described, network in networks(name == "sentences"):
            for n_classes, targets in labels.items():
                network.fit(X_train, targets)
                model = Pipeline([("seq", sequencer), ("clf", network)])
                loaded, exported = save_and_export(model, folder)
                from_ids.add(
                    f"{', '.join(described)}, {n_classes} classes",
                    network.predict_proba(X),
                    loaded["clf"].predict_proba(X),
                    exported._predict_ids(*served),
                )

worst = max(from_texts.worst, from_ids.worst)
print(f"\nThe largest of all: {worst:.1e}, after {time.perf_counter() - start:.0f} s")
sys.exit(f"larger than {TOLERANCE}" if worst > TOLERANCE else 0)
