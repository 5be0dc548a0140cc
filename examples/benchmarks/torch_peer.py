"""The peer of another framework: skorch + PyTorch, in a separate environment.

``epochs.py --torch-python path/to/python`` starts this script with that interpreter
(``pip install torch skorch``), writes the name of a network on a line, and reads the
seconds of one epoch. The first argument is an ``.npz`` file with the rows ``X``, ``y``.
"""

import sys
import time

import numpy as np
import torch
from skorch import NeuralNetBinaryClassifier

KINDS = {"simple": torch.nn.RNN, "gru": torch.nn.GRU}


class Network(torch.nn.Module):
    """Embedding, recurrent layers, last state and one logit, as in plain Keras."""

    def __init__(self, name: str, n_ids: int) -> None:
        super().__init__()
        both = name == "bidirectional"
        self.table = torch.nn.Embedding(n_ids, 32)
        self.before = torch.nn.Dropout1d(0.4)
        self.layer = KINDS.get(name, torch.nn.LSTM)(
            32,
            32,
            num_layers=2 if name == "stacked" else 1,
            bidirectional=both,
            batch_first=True,
        )
        self.after = torch.nn.Dropout(0.4)
        self.head = torch.nn.Linear(64 if both else 32, 1)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        words = self.before(self.table(rows).transpose(1, 2)).transpose(1, 2)
        state = self.layer(words)[1]
        last = state[0] if isinstance(state, tuple) else state
        sides = 2 if self.layer.bidirectional else 1
        return self.head(self.after(torch.cat(list(last[-sides:]), dim=1)))[:, 0]


def main() -> None:
    with np.load(sys.argv[1]) as data:
        X, y = data["X"].astype("int64"), data["y"].astype("float32")
    nets: dict[str, NeuralNetBinaryClassifier] = {}
    for line in sys.stdin:
        name = line.strip()
        net = nets.setdefault(
            name,
            NeuralNetBinaryClassifier(
                Network,
                module__name=name,
                module__n_ids=8000,
                optimizer=torch.optim.RMSprop,
                lr=0.001,
                max_epochs=1,
                batch_size=128,
                iterator_train__shuffle=True,
                train_split=None,
                verbose=0,
            ),
        )
        start = time.perf_counter()
        net.partial_fit(X, y)
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
