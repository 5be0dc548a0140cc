"""Do vectors of character n-grams help with words that a vocabulary lacks?

    python examples/benchmarks/subwords.py --network imdb.skrnn

Trains fastText on unlabeled IMDb reviews, keeps it in ``--vectors``, and prints two
tables for rows of the Amazon training CSV: accuracy on 589 held-out rows, mean of the
draws. "typos" are texts with two letters swapped in a fifth of the words, in the
training rows and in the held-out ones.

1. The recipe "fast" with these vectors: whole words only; random vectors for the words
   of the training texts that the file lacks; vectors composed of n-grams for these
   words; and composed for words of the held-out texts, too.
2. A network that has read reviews (``--network``, which must know no Amazon review):
   unknown words as they are, or replaced by the known word with the most similar
   n-grams, or by the known word with the nearest fastText vector.

Needs gensim. ``SKRNN_DATA`` names the folder with the reviews.
"""

import argparse
import os
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from gensim.models import FastText
from gensim.models.fasttext import load_facebook_vectors, save_facebook_model
from sklearn.feature_extraction.text import TfidfVectorizer

import skrnn
from skrnn import TextSequencer, WordVectors, make_sentiment_pipeline
from skrnn.datasets import fetch_imdb, load_reviews

N_HELD_OUT = 589
ANALYZE = TextSequencer().build_analyzer()

# Words of held-out texts come last, which looks like ids of another vocabulary.
warnings.filterwarnings("ignore", "X has ids up to")

Texts = list[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--vectors", type=Path, default=Path("fasttext.bin"))
    parser.add_argument("--reviews", type=int, default=15_000, help="for fastText")
    parser.add_argument("--sizes", type=int, nargs="*", default=[200, 1000, 2355])
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--network", help="a pretrained pipeline, for the second table")
    args = parser.parse_args()
    if not args.vectors.exists():
        train_fasttext(args.reviews, args.vectors)
    keyed = load_facebook_vectors(str(args.vectors))
    folder = Path(os.environ.get("SKRNN_DATA", "."))
    X, y = load_reviews(folder / "Amazon_reviews_train.csv", return_X_y=True)
    results = []
    sets = {"as written": list(X), "typos": misspell(X)}
    for draw in range(args.draws):
        for name, texts in sets.items():
            rows = np.random.default_rng(draw).permutation(len(y))
            train, held_out = rows[:-N_HELD_OUT], rows[-N_HELD_OUT:]
            X_new, y_new = [texts[i] for i in held_out], y[held_out]
            for n in args.sizes:
                X_fit, y_fit = [texts[i] for i in train[:n]], y[train[:n]]
                found = with_vectors(keyed, X_fit, y_fit, X_new, y_new, draw)
                results.append({"texts": name, "labels": n, **found})
                print(results[-1], flush=True)
            for n in (0, 200) if args.network else ():
                X_fit, y_fit = [texts[i] for i in train[:n]], y[train[:n]]
                model = start_from(args.network, X_fit, y_fit, draw)
                found = with_replacements(keyed, model, X_new, y_new)
                results.append({"texts": name, "labels": n, **found})
                print(results[-1], flush=True)
    table = pd.DataFrame(results).set_index(["texts", "labels"]).sort_index()
    for columns in (WITH_VECTORS, WITH_REPLACEMENTS):
        if set(columns) <= set(table):
            of_part = table[list(columns)].dropna()
            means = of_part.groupby(level=[0, 1]).mean()
            print(means.round(3).reset_index().to_string(index=False), "\n")


def train_fasttext(n_reviews: int, path: Path) -> None:
    """Train fastText on unlabeled reviews and write its .bin file."""
    reviews, _ = fetch_imdb(subset="unsup", return_X_y=True)
    sentences = [ANALYZE(text) for text in reviews[:n_reviews]]
    model = FastText(sentences, vector_size=100, epochs=3, sg=1, workers=2, seed=0)
    save_facebook_model(model, str(path))


def misspell(texts: Any) -> Texts:
    """Swap two neighboring letters in a fifth of the words of four letters or more."""
    random = np.random.default_rng(0)

    def swap(match: re.Match[str]) -> str:
        word = match[0]
        if random.random() >= 0.2:
            return word
        i = int(random.integers(len(word) - 1))
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]

    return [re.sub(r"[^\W\d_]{4,}", swap, text) for text in texts]


# -- the recipe "fast" with vectors of fastText

WITH_VECTORS = (
    "unknown types",
    "unknown tokens",
    "whole words",
    "random",
    "composed",
    "composed, new texts too",
)


def with_vectors(
    keyed: Any, X: Texts, y: Any, X_new: Texts, y_new: Any, seed: int
) -> dict[str, float]:
    """Return the accuracy of each way to treat words that the file lacks."""
    seen = {word: None for text in X for word in ANALYZE(text)}
    tokens = [word for text in X_new for word in ANALYZE(text)]
    words = dict.fromkeys([*seen, *tokens])
    known = [word for word in keyed.index_to_key if word in words]
    lacking = [word for word in words if word not in keyed.key_to_index]
    vectors = keyed[known]
    composed = keyed[lacking]
    trained = [word for word in lacking if word in seen]
    random = np.random.default_rng(seed).normal(
        vectors.mean(axis=0), vectors.std(axis=0), (len(trained), vectors.shape[1])
    )
    tables = {
        "whole words": WordVectors(known, vectors),
        "random": WordVectors(known + trained, np.concatenate([vectors, random])),
        "composed": WordVectors(known + lacking, np.concatenate([vectors, composed])),
    }
    found = {
        "unknown types": len(lacking) / len(words),
        "unknown tokens": np.mean([word not in keyed.key_to_index for word in tokens]),
    }
    for name, table in tables.items():
        model = make_sentiment_pipeline("fast", embeddings=table, random_state=seed)
        model.fit(X, y)
        ids = model["seq"].transform(X_new)
        if name == "composed":
            every = np.mean(model["clf"].predict(ids) == y_new)
            found["composed, new texts too"] = every
            new = [table.vocabulary[word] for word in lacking if word not in seen]
            ids[np.isin(ids, new)] = 1
        found[name] = np.mean(model["clf"].predict(ids) == y_new)
    return found


# -- unknown words of new texts

WITH_REPLACEMENTS = (
    "unknown to the network",
    "as they are",
    "most similar n-grams",
    "nearest vector",
)


def start_from(network: str, X: Texts, y: Any, seed: int) -> Any:
    """Return the pretrained pipeline, fine-tuned if there are labels."""
    if not X:
        return skrnn.load(network)
    return make_sentiment_pipeline(pretrained=network, random_state=seed).fit(X, y)


def with_replacements(
    keyed: Any, model: Any, X_new: Texts, y_new: Any
) -> dict[str, float]:
    """Return the accuracy of each way to treat words that the network lacks."""
    vocabulary = model["seq"].vocabulary_
    documents = [ANALYZE(text) for text in X_new]
    tokens = [word for words in documents for word in words]
    unknown = sorted({word for word in tokens if word not in vocabulary})
    known = [word for word in vocabulary if word.isalpha()]
    found = {
        "unknown to the network": np.mean([word not in vocabulary for word in tokens])
    }
    to_vectors: dict[str, Callable[[list[str]], Any] | None] = {
        "as they are": None,
        "most similar n-grams": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4))
        .fit(known)
        .transform,
        "nearest vector": lambda words: normalized(keyed[words]),
    }
    for name, vectorize in to_vectors.items():
        replacement = {}
        if vectorize is not None:
            candidates = vectorize(known).T
            for start in range(0, len(unknown), 500):
                words = unknown[start : start + 500]
                similarity = vectorize(words) @ candidates
                best = np.asarray(similarity.argmax(axis=1)).ravel()
                replacement |= dict(zip(words, [known[i] for i in best], strict=True))
        texts = [
            " ".join(replacement.get(word, word) for word in words)
            for words in documents
        ]
        found[name] = np.mean(model.predict(texts) == y_new)
    return found


def normalized(vectors: Any) -> Any:
    """Return vectors of length 1, so that products are cosines."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


if __name__ == "__main__":
    main()
