"""The chapter's comparison table on IMDb: five networks, two recipes, three baselines.

    python examples/benchmarks/compare_chapter.py --out comparison.html
    python examples/benchmarks/compare_chapter.py --keep-best   # as chapter_imdb.py

Each model trains on all 25,000 training reviews as raw strings, with the recipes
``chapter_*``, "fast" and "accurate" (the last epoch counts), and predicts the 25,000
test reviews once. With ``--keep-best`` each network holds out a tenth of the training
reviews and keeps the weights of the best epoch on it. Results are stored in
``--memory``: after a restart, the command fits no finished model again, and a network
resumes after its last finished epoch. ``--broken`` adds a model that cannot be fitted,
to show that the others still run.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from skrnn import compare_models, get_recipe, make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.datasets import fetch_imdb

NETWORKS = {
    "plain RNN": "chapter_simple",
    "LSTM": "chapter_lstm",
    "GRU": "chapter_gru",
    "bidirectional LSTM": "chapter_bidirectional",
    "stacked LSTM": "chapter_stacked",
    'recipe "fast"': "fast",
    'recipe "accurate"': "accurate",
}
BASELINES = {
    "TF-IDF + LogisticRegression": make_pipeline(
        TfidfVectorizer(), LogisticRegression()
    ),
    "TF-IDF of words and pairs": make_baseline("tfidf"),
    "NB-SVM": make_baseline("nbsvm"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--memory", type=Path, default=Path("comparison-memory"))
    parser.add_argument("--out", type=Path, default=Path("comparison.html"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, help="use only this many of each split")
    parser.add_argument("--epochs", type=int, help="instead of the chapter's")
    parser.add_argument(
        "--keep-best",
        action="store_true",
        help="keep the best epoch on a held-out tenth",
    )
    parser.add_argument("--broken", action="store_true", help="add a model that fails")
    args = parser.parse_args()

    data = []
    for subset in ("train", "test"):
        reviews = fetch_imdb(subset=subset)
        names = np.array(["negative", "positive"])
        data += [reviews.data[: args.rows], names[reviews.target[: args.rows]]]
    models = {name: make_network(recipe, args) for name, recipe in NETWORKS.items()}
    if args.broken:
        models["broken"] = make_sentiment_pipeline(units=0)
    comparison = compare_models({**models, **BASELINES}, *data, memory=args.memory)
    print(f"\n{comparison}")
    comparison.to_html(args.out, title="The chapter's networks and baselines on IMDb")
    print(f"\n{args.out}")


def make_network(recipe: str, args: argparse.Namespace) -> Pipeline:
    epochs = args.epochs or get_recipe(recipe)["epochs"]
    best = {"validation_split": 0.1, "early_stopping": epochs}
    return make_sentiment_pipeline(
        recipe,
        epochs=epochs,
        memory=args.memory,
        random_state=args.seed,
        **(best if args.keep_best else {}),
    )


if __name__ == "__main__":
    main()
