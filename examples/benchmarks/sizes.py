"""Seconds an epoch and a prediction at the sizes of real models, beside the peers.

Keras, PyTorch and skrnn train and predict with the same network: word vectors, a
recurrent layer, max pooling, one output; batches of 128, predictions of 256 rows. They
take turns, and medians are compared. The last column is the rate of the layer's
products (forward and backward) as a share of the machine's own large product in
TensorFlow.

    python examples/benchmarks/sizes.py --units 64 --vectors 100
    python examples/benchmarks/sizes.py --torch-python path/to/python

With ``--torch-python``, an interpreter with torch, PyTorch takes its turn. ``--imdb``
takes IMDb's reviews with their own lengths (``--rows`` of them) instead of full-length
rows.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

N_IDS, BATCH, PREDICTED = 20_000, 128, 256
GATES = {"simple": 1, "lstm": 4, "gru": 3}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cells", nargs="+", default=["lstm", "gru"], choices=GATES)
    parser.add_argument("--units", nargs="+", type=int, default=[32, 64, 128, 256])
    parser.add_argument("--vectors", nargs="+", type=int, default=[32, 100, 300])
    parser.add_argument("--directions", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--layers", nargs="+", type=int, default=[1])
    parser.add_argument("--rows", type=int, default=4096)
    parser.add_argument("--maxlen", type=int, default=160)
    parser.add_argument("--imdb", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--torch-python", help="an interpreter with torch")
    args = parser.parse_args()
    X, y = read_rows(args)
    words = int(np.count_nonzero(X))
    peak = product_rate()
    print(f"{X.shape[0]:,} x {X.shape[1]}, {words / len(X):.0f} words a row; ", end="")
    print(f"sgemm {peak / 1e9:.0f} billion operations a second")
    titles = ["network", "Keras s", "torch s", "skrnn s", "/ Keras", "/ torch"]
    titles += ["predict / Keras", "share of sgemm"]
    print("| " + " | ".join(titles) + " |\n|---" + "|---:" * (len(titles) - 1) + "|")
    with ExitStack() as stack:
        torch = args.torch_python and stack.enter_context(
            torch_peer(args.torch_python, X, y)
        )
        for network in itertools.product(
            args.cells, args.units, args.vectors, args.directions, args.layers
        ):
            show(network, X, y, torch, words, peak, args.repeats)


def show(
    network: tuple[Any, ...],
    X: np.ndarray,
    y: np.ndarray,
    torch: Callable[[Any], None] | None,
    words: int,
    peak: float,
    repeats: int,
) -> None:
    """Print the line of a network."""
    from timing import take_turns

    keras, ours = keras_model(*network), classifier(*network)
    ours.partial_fit(X[:BATCH], y[:BATCH], classes=[0, 1])
    trains: dict[str, Callable[[], object]] = {
        "keras": lambda: keras.fit(X, y, batch_size=BATCH, verbose=0),
        "skrnn": lambda: ours.partial_fit(X, y),
    }
    if torch:
        trains["torch"] = lambda: torch(network)
    s = take_turns(trains, repeats=repeats)
    p = take_turns(
        {
            "keras": lambda: keras.predict(X, batch_size=PREDICTED, verbose=0),
            "skrnn": lambda: ours.predict_proba(X),
        },
        repeats=repeats,
    )
    cell, units, vectors, directions, layers = network
    operations, width = 0, vectors
    for _ in range(layers):
        operations += 6 * words * (width + units) * GATES[cell] * units * directions
        width = units * directions
    name = "bidirectional " * (directions == 2) + f"{cell} {units}"
    name += f" x {layers}" * (layers > 1)
    figures = [f"{s['keras']:.2f}", f"{s['torch']:.2f}" if torch else "–"]
    figures += [f"{s['skrnn']:.2f}", f"{s['skrnn'] / s['keras']:.2f}"]
    figures += [f"{s['skrnn'] / s['torch']:.2f}" if torch else "–"]
    figures += [f"{p['skrnn'] / p['keras']:.2f}"]
    figures += [f"{operations / s['skrnn'] / peak:.0%}"]
    print(f"| {name}, vectors {vectors} | " + " | ".join(figures) + " |", flush=True)


def read_rows(args: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    """Return ids and labels: full-length random rows, or IMDb's reviews."""
    if not args.imdb:
        rng = np.random.default_rng(0)
        X = rng.integers(2, N_IDS, size=(args.rows, args.maxlen)).astype(np.int32)
        return X, (X[:, 0] % 2).astype(np.float32)
    from skrnn import TextSequencer
    from skrnn.datasets import fetch_imdb

    reviews, y = fetch_imdb(return_X_y=True)
    sequencer = TextSequencer(max_features=N_IDS - 2, maxlen=args.maxlen)
    order = np.random.default_rng(0).permutation(len(y))[: args.rows]
    return sequencer.fit_transform(reviews)[order], y[order].astype(np.float32)


def product_rate() -> float:
    """Return the operations a second of TensorFlow's 2048 x 2048 product."""
    import tensorflow as tf

    a = tf.random.normal((2048, 2048))
    seconds = []
    for _ in range(12):
        start = time.perf_counter()
        tf.matmul(a, a).numpy()
        seconds.append(time.perf_counter() - start)
    return 2 * 2048**3 / min(seconds)


def keras_model(
    cell: str, units: int, vectors: int, directions: int, layers: int
) -> Any:
    """Return the compiled Keras model of a network."""
    import keras

    kind = {"simple": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}[cell]
    options = {"reset_after": False} if cell == "gru" else {}
    model = keras.Sequential(
        [keras.Input((None,), dtype="int32"), keras.layers.Embedding(N_IDS, vectors)]
    )
    for _ in range(layers):
        layer = getattr(keras.layers, kind)(units, return_sequences=True, **options)
        model.add(keras.layers.Bidirectional(layer) if directions == 2 else layer)
    model.add(keras.layers.GlobalMaxPooling1D())
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


def classifier(
    cell: str, units: int, vectors: int, directions: int, layers: int
) -> Any:
    """Return the same network as an estimator."""
    from skrnn import RNNSentimentClassifier

    return RNNSentimentClassifier(
        cell=cell,
        units=(units,) * layers,
        bidirectional=directions == 2,
        pooling="max",
        embedding_dim=vectors,
        n_embeddings=N_IDS,
        spatial_dropout=0.0,
        dropout=0.0,
        batch_size=BATCH,
        random_state=0,
    )


@contextmanager
def torch_peer(
    python: str, X: np.ndarray, y: np.ndarray
) -> Iterator[Callable[[Any], None]]:
    """Start this file with another interpreter; what is handed out runs one epoch."""
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "rows.npz", X=X, y=y)
        process = subprocess.Popen(
            [python, __file__, "--peer", f"{folder}/rows.npz"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

        def run(network: Any) -> None:
            print(json.dumps(network), file=process.stdin, flush=True)
            process.stdout.readline()

        with process:
            yield run
            process.stdin.close()


def serve_torch(path: str) -> None:
    """Train an epoch of each network that a line of the input names."""
    import torch

    class Network(torch.nn.Module):
        def __init__(
            self, cell: str, units: int, vectors: int, directions: int, layers: int
        ) -> None:
            super().__init__()
            kind = {"simple": torch.nn.RNN, "gru": torch.nn.GRU}.get(
                cell, torch.nn.LSTM
            )
            self.table = torch.nn.Embedding(N_IDS, vectors)
            self.layer = kind(
                vectors,
                units,
                num_layers=layers,
                bidirectional=directions == 2,
                batch_first=True,
            )
            self.head = torch.nn.Linear(units * directions, 1)

        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            return self.head(self.layer(self.table(rows))[0].amax(dim=1))[:, 0]

    with np.load(path) as data:
        X, y = (torch.from_numpy(data[k]) for k in ("X", "y"))
    X, nets = X.long(), {}
    for line in sys.stdin:
        if line not in nets:
            net = Network(*json.loads(line))
            nets[line] = net, torch.optim.RMSprop(net.parameters(), lr=0.001)
        net, optimizer = nets[line]
        for rows in torch.randperm(len(y)).split(BATCH):
            optimizer.zero_grad()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                net(X[rows]), y[rows]
            )
            loss.backward()
            optimizer.step()
        print("done", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        serve_torch(sys.argv[2])
    else:
        main()
