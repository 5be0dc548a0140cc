"""Seconds an epoch: the chapter's plain Keras script, and skrnn, in turns.

The chapter's five networks at its settings on the first 20,000 IMDb training reviews
(the chapter holds out the other 5,000). One epoch of each warms up.

    python examples/benchmarks/epochs.py --maxlen 200 --repeats 3
"""

import argparse

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
    parser.add_argument("--only", default="", help="networks with this in their name")
    args = parser.parse_args()

    reviews, y = fetch_imdb(return_X_y=True)
    sequencer = TextSequencer(max_features=N_IDS - 2, maxlen=args.maxlen)
    X = sequencer.fit_transform(reviews)[:N_ROWS]
    y = y[:N_ROWS]
    print(f"{N_ROWS} x {args.maxlen}, {np.count_nonzero(X) / N_ROWS:.0f} words a row")
    print(f"{'':<20}{'Keras s':>10}{'skrnn s':>10}{'skrnn / Keras':>15}")
    for name, params in NETWORKS.items():
        if args.only not in name:
            continue
        model = keras_model(name, n_ids=N_IDS)
        network = RNNSentimentClassifier(**params, random_state=0)
        medians = take_turns(
            {
                "keras": lambda m=model: m.fit(X, y, batch_size=128, verbose=0),
                "skrnn": lambda n=network: n.partial_fit(X, y),
            },
            repeats=args.repeats,
        )
        ratio = medians["skrnn"] / medians["keras"]
        print(
            f"{name:<20}{medians['keras']:>10.2f}{medians['skrnn']:>10.2f}{ratio:>15.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
