"""The chapter's activity: a stacked LSTM on Amazon product reviews.

One TextSequencer lowercases the raw text, tokenizes it with NLTK, removes punctuation
and stop words, and stems; two LSTM layers of 64 and two dense layers of 32 follow. The
number of epochs is chosen on a tenth of the training reviews (``early_stopping``), and
the test reviews are used once. The baseline is TF-IDF + LogisticRegression.

    SKRNN_DATA=path/to/reviews python examples/chapter_amazon.py --plot confusion.png

``SKRNN_DATA`` names a folder with ``Amazon_reviews_train.csv`` and
``Amazon_reviews_test.csv`` (columns ``review_text`` and ``label``). NLTK's stop words
are required: ``python -m nltk.downloader stopwords``.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, confusion_matrix
from sklearn.pipeline import make_pipeline

from skrnn import make_sentiment_pipeline
from skrnn.datasets import load_reviews


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="fits of the network")
    parser.add_argument("--plot", type=Path, help="where to save the confusion matrix")
    args = parser.parse_args()
    folder = Path(os.environ.get("SKRNN_DATA", "."))

    train_reviews, train_labels = load_reviews(
        folder / "Amazon_reviews_train.csv", return_X_y=True
    )
    test_reviews, test_labels = load_reviews(
        folder / "Amazon_reviews_test.csv", return_X_y=True
    )
    baseline = make_pipeline(TfidfVectorizer(), LogisticRegression())
    baseline.fit(train_reviews, train_labels)

    predictions = {"TF-IDF + LogisticRegression": baseline.predict(test_reviews)}
    for seed in range(args.seeds):
        network = make_sentiment_pipeline(
            None,
            tokenizer="nltk",
            stop_words="nltk",
            stemmer="porter",
            max_features=10_000 - 2,
            maxlen=100,
            units=(64, 64),
            pooling="last",
            dense_units=(32, 32),
            epochs=20,
            batch_size=128,
            early_stopping=True,
            random_state=seed,
        )
        start = time.perf_counter()
        network.fit(train_reviews, train_labels)
        seconds = time.perf_counter() - start
        print(
            f"seed {seed}: {network['clf'].n_parameters_:,} parameters, "
            f"{len(network['clf'].history_['loss'])} epochs in {seconds:.0f} s"
        )
        predictions[f"stacked LSTM, seed {seed}"] = network.predict(test_reviews)

    print()
    for name, predicted in predictions.items():
        print(f"{name:<30} {accuracy_score(test_labels, predicted):.4f}")
    networks = [
        accuracy_score(test_labels, p) for n, p in predictions.items() if "LSTM" in n
    ]
    print(f"{'stacked LSTM, mean':<30} {np.mean(networks):.4f}")

    predicted = predictions["stacked LSTM, seed 0"]
    print("\nConfusion matrix of seed 0 (rows: true, columns: predicted)")
    print(confusion_matrix(test_labels, predicted))
    if args.plot:
        display = ConfusionMatrixDisplay.from_predictions(
            test_labels,
            predicted,
            display_labels=["negative", "positive"],
            cmap="Blues",
            colorbar=False,
        )
        display.ax_.set_title("Stacked LSTM on Amazon reviews")
        display.figure_.savefig(args.plot, dpi=120, bbox_inches="tight")
        print(f"saved {args.plot}")


if __name__ == "__main__":
    main()
