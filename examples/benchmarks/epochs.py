"""Seconds per epoch: the chapter's plain Keras script and skrnn, in turns.

The chapter's five networks at its settings on the first 20,000 IMDb training reviews
(the chapter holds out the other 5,000). One epoch of each warms up.

    python examples/benchmarks/epochs.py --maxlen 200 --repeats 3

With ``--torch-python path/to/python``, an interpreter with torch and skorch, they are
measured, too (see ``torch_peer.py``).
"""

import argparse
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from peers import keras_model
from timing import take_turns

from skrnn import RNNSentimentClassifier, TextSequencer
from skrnn.datasets import fetch_imdb

N_IDS, N_ROWS = 8000, 20_000
NETWORKS = {
    "simple": {"cell": "simple"},
    "lstm": {"cell": "lstm"},
    "gru": {"cell": "gru"},
    "bidirectional": {"cell": "lstm", "bidirectional": True},
    "stacked": {"cell": "lstm", "units": (32, 32)},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--maxlen", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="networks whose name contains this")
    parser.add_argument("--torch-python", help="an interpreter with torch and skorch")
    args = parser.parse_args()

    reviews, y = fetch_imdb(return_X_y=True)
    sequencer = TextSequencer(max_features=N_IDS - 2, maxlen=args.maxlen)
    X = sequencer.fit_transform(reviews)[:N_ROWS]
    y = y[:N_ROWS]
    print(f"{N_ROWS} x {args.maxlen}, {np.count_nonzero(X) / N_ROWS:.0f} words per row")
    with ExitStack() as stack:
        torch = args.torch_python and stack.enter_context(
            torch_epochs(args.torch_python, X, y)
        )
        titles = ["Keras s", "skrnn s", "skrnn / Keras"]
        titles += ["torch s", "skrnn / torch"] if torch else []
        print(f"{'':<16}" + "".join(f"{title:>15}" for title in titles))
        for name, params in NETWORKS.items():
            if args.only not in name:
                continue
            model = keras_model(name, n_ids=N_IDS)
            network = RNNSentimentClassifier(
                **params, pooling="last", batch_size=128, random_state=0
            )
            peers = {
                "Keras": lambda m=model: m.fit(X, y, batch_size=128, verbose=0),
                "skrnn": lambda n=network: n.partial_fit(X, y),
            }
            if torch:
                peers["torch"] = lambda n=name: torch(n)
            s = take_turns(peers, repeats=args.repeats)
            figures = [s["Keras"], s["skrnn"], s["skrnn"] / s["Keras"]]
            figures += [s["torch"], s["skrnn"] / s["torch"]] if torch else []
            print(f"{name:<16}" + "".join(f"{f:>15.2f}" for f in figures), flush=True)


@contextmanager
def torch_epochs(
    python: str, X: np.ndarray, y: np.ndarray
) -> Iterator[Callable[[str], float]]:
    """Start the peer; yield a function that runs one epoch of a named network."""
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "rows.npz", X=X, y=y)
        process = subprocess.Popen(
            [python, Path(__file__).with_name("torch_peer.py"), f"{folder}/rows.npz"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

        def run(name: str) -> float:
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        with process:
            yield run
            process.stdin.close()


if __name__ == "__main__":
    main()
