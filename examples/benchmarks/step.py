"""Where the time of a training step goes.

    python examples/benchmarks/step.py --units 16 64 256

A step of an LSTM with max pooling: 128 rows of 160 words, 20,000 word vectors of 100.
Milliseconds, medians. The parts are timed one at a time; the rest is the loss, the head
and what TensorFlow and Python take between the parts.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import tensorflow as tf

from skrnn import RNNSentimentClassifier
from skrnn.kernels import tf_ops
from skrnn.kernels.lstm import LSTM
from skrnn.networks.optimizers import FusedStep
from skrnn.networks.pooling import MaxPooling

ROWS, WORDS, N_IDS, VECTORS = 128, 160, 20_000, 100
PARTS = ["embedding", "layer, forward", "layer, backward", "pooling", "optimizer"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--units", nargs="+", type=int, default=[16, 64, 256])
    parser.add_argument("--repeats", type=int, default=15)
    args = parser.parse_args()
    print("| units | step | " + " | ".join(PARTS) + " | rest |")
    print("|---:" * (len(PARTS) + 3) + "|")
    for units in args.units:
        step, *parts = (median(run, args.repeats) for run in steps(units))
        cells = [units, *(f"{ms:.1f}" for ms in (step, *parts, step - sum(parts)))]
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def median(run: Callable[[], object], repeats: int) -> float:
    """Return the median time of a call in milliseconds."""
    run()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return 1000 * float(np.median(seconds))


def steps(units: int) -> list[Callable[[], object]]:
    """Return a whole step, and its parts."""
    rng = np.random.default_rng(0)
    ids = rng.integers(2, N_IDS, size=(ROWS, WORDS)).astype(np.int32)
    y = (ids[:, 0] % 2).astype(np.float32)
    classifier = RNNSentimentClassifier(
        units=units,
        pooling="max",
        embedding_dim=VECTORS,
        n_embeddings=N_IDS,
        spatial_dropout=0.0,
        dropout=0.0,
        epochs=1,
    ).fit(ids, y)
    network = classifier._network
    batch = tf.constant(ids), tf.constant(y), tf.ones(ROWS)
    table = tf.random.normal((N_IDS, VECTORS))
    inputs = rng.standard_normal((ROWS, WORDS, VECTORS)).astype(np.float32)
    shapes = (VECTORS, 4 * units), (units, 4 * units), (4 * units,)
    weights = [rng.standard_normal(shape).astype(np.float32) / 10 for shape in shapes]
    lengths = np.full(ROWS, WORDS, np.int32)
    compute_all = partial(LSTM.compute_all, inputs, lengths, *weights, backward=False)
    filled = compute_all()
    states = tf.constant(filled[0])
    variables = network.model.trainable_variables
    optimizer = FusedStep(network.model.optimizer, variables)
    gradients = [tf.zeros(v.shape) for v in variables]

    @tf.function
    def embed(table: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(table)
            vectors = tf_ops.embed(table, batch[0])
        return tape.gradient(vectors, table, output_gradients=vectors)

    @tf.function
    def pool(states: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(states)
            pooled = MaxPooling()(states, lengths)
        return tape.gradient(pooled, states)

    return [
        lambda: network.train_step(*batch),
        lambda: embed(table),
        compute_all,
        lambda: LSTM.compute_gradients(
            filled[0], inputs, lengths, filled, *weights, backward=False
        ),
        lambda: pool(states),
        tf.function(lambda: optimizer(gradients)),
    ]


if __name__ == "__main__":
    main()
