"""The hierarchical attention network: on IMDb, and on reviews with a far negation.

    python examples/benchmarks/hierarchical.py validate     # a curve, to choose epochs
    python examples/benchmarks/hierarchical.py test         # the recipe, on IMDb's test
    python examples/benchmarks/hierarchical.py generated    # beside TF-IDF, a minute

``validate`` holds out 5,000 of the 25,000 labelled training reviews, which the recipe's
network does not learn from, and never opens the test split. ``test`` learns from all
25,000 and looks at the test split once. A line for each goes to
``docs/accuracy/hierarchical.jsonl``.
"""

import argparse
import json
import time
from pathlib import Path

from skrnn import make_sentiment_pipeline
from skrnn.comparison import make_baseline
from skrnn.datasets import fetch_imdb, make_reviews

LOG = Path(__file__).parents[2] / "docs" / "accuracy" / "hierarchical.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=["validate", "test", "generated"])
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if args.command == "generated":
        return show_generated(args.seed)
    changes = {"epochs": args.epochs} if args.epochs else {}
    if args.command == "validate":
        changes["validation_split"] = 0.2
    model = make_sentiment_pipeline(
        "hierarchical", **changes, random_state=args.seed, verbose=2
    )
    start = time.perf_counter()
    model.fit(*fetch_imdb(subset="train", return_X_y=True))
    line = {"stage": args.command, "seed": args.seed, "changes": changes}
    if args.command == "test":
        accuracy = model.score(*fetch_imdb(subset="test", return_X_y=True))
        line["accuracy"] = round(accuracy, 5)
    else:
        curve = model["clf"].history_["val_accuracy"]
        line["accuracy_by_epoch"] = [round(accuracy, 5) for accuracy in curve]
    line["seconds"] = round(time.perf_counter() - start)
    line["parameters"] = model["clf"].n_parameters_
    with LOG.open("a") as file:
        file.write(json.dumps(line) + "\n")
    print(line)
    return None


def show_generated(seed: int) -> None:
    """Print accuracies where a negation stands some words before what it turns."""
    print(f"{'reach':>5}  {'hierarchical':>12}  {'TF-IDF':>6}")
    for reach in (0, 2, 4, 8):
        reviews, labels = make_reviews(2000, reach=reach, random_state=seed)
        network = make_sentiment_pipeline(
            "hierarchical", maxlen=100, embeddings=None, embedding_dim=32,
            word_dropout=0.0, spatial_dropout=0.0, dropout=0.0, weight_averaging=0.0,
            learning_rate=0.003, batch_size=16, epochs=10, random_state=seed,
        )  # fmt: skip
        scores = [
            model.fit(reviews[:1500], labels[:1500]).score(
                reviews[1500:], labels[1500:]
            )
            for model in (network, make_baseline("tfidf"))
        ]
        print(f"{reach:>5}  {scores[0]:>12.3f}  {scores[1]:>6.3f}", flush=True)


if __name__ == "__main__":
    main()
