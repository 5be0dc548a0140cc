"""Accuracy and gradient norm by the distance of a negation, the full figure.

A plain RNN, an LSTM, a GRU, attention and TF-IDF on the same generated reviews; writes
the table and the pictures for a light and a dark page.

python examples/benchmarks/long_term_dependencies.py --folder figures
"""

import argparse
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

from skrnn import LongTermDependencyDisplay, long_term_dependency

parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
parser.add_argument("--folder", type=Path, default=Path("figures"))
parser.add_argument("--distances", type=int, nargs="+", default=[0, 2, 4, 8, 16, 32])
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

mpl.use("Agg")
table = long_term_dependency(distances=args.distances, random_state=args.seed)
args.folder.mkdir(parents=True, exist_ok=True)
table.to_csv(args.folder / "long_term_dependencies.csv", index=False)
print(table.pivot(index="distance", columns="model").round(3).to_string())
for name, style in (("light", "default"), ("dark", "dark_background")):
    with plt.style.context(style):
        display = LongTermDependencyDisplay(table).plot()
        path = args.folder / f"long_term_dependencies_{name}.png"
        display.figure_.savefig(path, dpi=150)
