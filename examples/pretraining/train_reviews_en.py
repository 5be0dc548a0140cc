"""Train the pretrained network "reviews-en", or one that leaves data out.

It reads training files only: IMDb's labeled and unlabeled training reviews, Amazon's
training reviews, and short sentences composed by :mod:`sentences` with adjectives of
the reviews and of VADER's lexicon (``pip install vaderSentiment``). Two linear models
label the unlabeled reviews. Ten minutes on two cores:

    SKRNN_DATA=path/to/data python examples/pretraining/train_reviews_en.py out.skrnn

``--sources imdb`` leaves Amazon out, ``--leave-out books`` one of its domains: a figure
is measured with a network that has read nothing of the set it is measured on.
"""

import argparse
import os
from pathlib import Path

import numpy as np
import pandas as pd
from sentences import CONSTRUCTIONS, lexicon_adjectives, make_sentences, polar_words
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

import skrnn
from skrnn.baselines import make_baseline
from skrnn.datasets import fetch_imdb, load_reviews

# Plain statements are four times as frequent as the other constructions. With fewer,
# the network reads "It was bad." as if "but now it is good" followed.
TAUGHT = (*CONSTRUCTIONS, *["vocabulary"] * 3)
N_SENTENCES = 48_000
# What a pass over the training texts learns best from, chosen on validation rows.
SETTINGS = {
    "cell": "gru",
    "bidirectional": True,
    "units": 64,
    "max_features": 30_000,
    "min_df": 2,
    "epochs": 5,
}
Texts = tuple[list[str], np.ndarray, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", help="the file to write")
    parser.add_argument("--sources", nargs="+", default=["imdb", "amazon"])
    parser.add_argument("--leave-out", help="a domain of Amazon")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    reviews, labels = read_reviews(args.sources, args.leave_out)
    parts = [(reviews, labels, np.ones(len(labels)))]
    if "imdb" in args.sources:
        parts.append(label_unlabeled(reviews, labels))
    parts.append(compose_sentences(reviews, labels, args.seed))
    texts = [text for part in parts for text in part[0]]
    labels, weights = (np.concatenate([part[k] for part in parts]) for k in (1, 2))
    model = skrnn.make_sentiment_pipeline("fast", random_state=args.seed, **SETTINGS)
    model.fit(texts, labels, clf__sample_weight=weights)
    round_vectors(model)
    skrnn.save(model, args.path)


def read_reviews(
    sources: list[str], left_out: str | None
) -> tuple[list[str], np.ndarray]:
    """Return the labeled reviews."""
    reviews: list[str] = []
    labels: list[int] = []
    if "imdb" in sources:
        found, y = fetch_imdb(return_X_y=True)
        reviews, labels = [*reviews, *found], [*labels, *y]
    if "amazon" in sources:
        folder = Path(os.environ["SKRNN_DATA"])
        found, y = load_reviews(folder / "Amazon_reviews_train.csv", return_X_y=True)
        domains = pd.read_csv(folder / "Amazon_reviews_domains.csv")
        kept = domains[domains["split"] == "train"].sort_values("row")["domain"]
        kept = (kept != left_out).to_numpy()
        reviews += [review for review, keep in zip(found, kept, strict=True) if keep]
        labels += list(np.asarray(y)[kept])
    return reviews, np.array(labels)


def label_unlabeled(reviews: list[str], labels: np.ndarray) -> Texts:
    """Return IMDb's unlabeled reviews with a teacher's labels and certainty."""
    texts = list(fetch_imdb(subset="unsup").data)
    teachers = [make_baseline(name).fit(reviews, labels) for name in ("tfidf", "nbsvm")]
    positive = np.mean([t.predict_proba(texts)[:, 1] for t in teachers], axis=0)
    return texts, (positive > 0.5).astype(int), np.abs(2 * positive - 1)


def compose_sentences(reviews: list[str], labels: np.ndarray, seed: int) -> Texts:
    """Return short sentences with the polar words of the reviews."""
    lexicon = SentimentIntensityAnalyzer().lexicon
    positive, negative = (
        sorted({*found, *listed})
        for found, listed in zip(
            polar_words(reviews, labels),
            lexicon_adjectives(reviews, labels, lexicon),
            strict=True,
        )
    )
    texts, y = make_sentences(
        positive, negative, N_SENTENCES, seed, constructions=TAUGHT
    )
    return texts, y, np.ones(len(texts))


def round_vectors(model: skrnn.TextSequencer) -> None:
    """Round the weights to half precision, in which they are saved."""
    network = model["clf"].model_
    network.set_weights(
        [
            w.astype(np.float16) if w.dtype == np.float32 else w
            for w in network.get_weights()
        ]
    )


if __name__ == "__main__":
    main()
