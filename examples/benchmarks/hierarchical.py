"""The hierarchical attention network and TF-IDF on reviews with a distant negation.

    python examples/benchmarks/hierarchical.py

It takes a minute on generated reviews. The accuracy on IMDb is that of the recipe
"accurate" (``accuracy.py``).
"""

import argparse

from skrnn import make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.datasets import make_reviews


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed
    print(f"{'reach':>5}  {'hierarchical':>12}  {'TF-IDF':>6}")
    for reach in (0, 2, 4, 8):
        reviews, labels = make_reviews(2000, reach=reach, random_state=seed)
        network = make_sentiment_pipeline(
            "accurate", units=32, sentence_units=32, maxlen=100, embeddings=None,
            embedding_dim=32, word_dropout=0.0, spatial_dropout=0.0, dropout=0.0,
            weight_averaging=0.0, learning_rate=0.003, batch_size=16, epochs=10,
            random_state=seed,
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
