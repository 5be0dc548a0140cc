"""Real reviews, and NLTK's stop words without a download."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import nltk
import pandas as pd
import pytest

from skrnn.text.analysis import Analyzer

# The words of NLTK's list that the tests are about, in its format.
STOP_WORDS = ["i", "the", "a", "is", "was", "not", "no", "don", "don't", "won't", "s"]
GERMAN_STOP_WORDS = ["der", "die", "ist", "nicht", "kein", "keine", "ohne", "für"]


@pytest.fixture
def nltk_stop_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let NLTK find a small stop-word corpus, and only that."""
    folder = tmp_path / "corpora" / "stopwords"
    folder.mkdir(parents=True)
    (folder / "english").write_text("\n".join(STOP_WORDS) + "\n")
    (folder / "german").write_text("\n".join(GERMAN_STOP_WORDS) + "\n")
    _forget_corpus(monkeypatch, [str(tmp_path)])
    return STOP_WORDS


@pytest.fixture
def nltk_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, list[str]], None]:
    """Return what writes a list of a language that NLTK then finds."""

    def write(language: str, words: list[str]) -> None:
        folder = tmp_path / "corpora" / "stopwords"
        folder.mkdir(parents=True)
        (folder / language).write_text("\n".join(words) + "\n", encoding="utf-8")
        _forget_corpus(monkeypatch, [str(tmp_path)])

    return write


@pytest.fixture
def no_nltk_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let NLTK find nothing."""
    _forget_corpus(monkeypatch, [str(tmp_path)])


def _forget_corpus(monkeypatch: pytest.MonkeyPatch, path: list[str]) -> None:
    monkeypatch.setattr(nltk.data, "path", path)
    # A corpus that was read once stays loaded, so each test gets a reader of its own.
    monkeypatch.setattr(
        nltk.corpus,
        "stopwords",
        nltk.corpus.util.LazyCorpusLoader(
            "stopwords", nltk.corpus.reader.WordListCorpusReader, r"(?!README|\.).*"
        ),
    )


@pytest.fixture
def imdb_reviews(skrnn_data: Path) -> list[str]:
    """Return the training reviews of IMDb, the first fifth of them."""
    archive = skrnn_data / "aclImdb_v1.tar.gz"
    if not archive.exists():
        pytest.skip("SKRNN_DATA holds no aclImdb_v1.tar.gz")
    reviews: list[str] = []
    with tarfile.open(archive) as members:
        for member in members:
            parts = Path(member.name).parts
            if parts[1:2] == ("train",) and parts[2:3] in [("pos",), ("neg",)]:
                file = members.extractfile(member)
                if file is not None:
                    reviews.append(file.read().decode())
            if len(reviews) == 5_000:
                break
    return reviews


@pytest.fixture
def amazon_reviews(skrnn_data: Path) -> list[str]:
    """Return the Amazon reviews."""
    files = sorted(skrnn_data.glob("Amazon_reviews_t*.csv"))
    if not files:
        pytest.skip("SKRNN_DATA holds no Amazon reviews")
    return pd.concat(map(pd.read_csv, files))["review_text"].tolist()


ANALYZER = Analyzer(
    lowercase=False,
    strip_html=False,
    strip_accents=None,
    tokenizer=str.split,
    stop_words=None,
    keep_negations=True,
    stemmer=None,
)
