"""Shared by the size benchmarks: generated reviews, Parquet files, peak memory.

A review consists of sentences drawn from the IMDb reviews of its class, if
``SKRNN_DATA`` names a folder with them. Otherwise it consists of made-up words whose
frequencies follow Zipf's law, like those of real words.
"""

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

ROWS_AT_ONCE = 5_000
N_FILES = 10
_N_SENTENCES = 100_000
_N_WORDS = 100_000
_WORDS_IN_A_SENTENCE = 20
_SENTENCES_IN_A_REVIEW = 11  # on average; about 230 words, as in IMDb


def sentence_pools(rng: np.random.Generator) -> list[list[str]]:
    """Return the sentences of negative and of positive reviews."""
    if "SKRNN_DATA" in os.environ:
        from skrnn.datasets import fetch_imdb
        from skrnn.text import split_sentences

        texts, labels = fetch_imdb(subset="train", return_X_y=True)
        pools: list[list[str]] = [[], []]
        for text, label in zip(texts[::2], labels[::2], strict=True):
            pools[label] += split_sentences(text.replace("<br />", " "))
        return pools
    share = 1 / np.arange(1, _N_WORDS + 1)
    words = np.array([f"w{number}" for number in range(_N_WORDS)])
    pools = []
    for label in range(2):
        # One word in ten, but none of the most frequent, belongs to only one class.
        own = np.where(np.arange(_N_WORDS) % 20 == 10 * label + 9, 0.0, share)
        size = (_N_SENTENCES // 2, _WORDS_IN_A_SENTENCE)
        drawn = words[rng.choice(_N_WORDS, size=size, p=own / own.sum())]
        pools.append([" ".join(sentence) + "." for sentence in drawn])
    return pools


def reviews(n_rows: int, seed: int = 0) -> Iterator[tuple[list[str], list[int]]]:
    """Yield reviews and their labels, ``ROWS_AT_ONCE`` at a time."""
    rng = np.random.default_rng(seed)
    pools = sentence_pools(np.random.default_rng(0))
    for start in range(0, n_rows, ROWS_AT_ONCE):
        n = min(ROWS_AT_ONCE, n_rows - start)
        labels = rng.integers(2, size=n).tolist()
        lengths = rng.geometric(1 / _SENTENCES_IN_A_REVIEW, size=n).tolist()
        texts = []
        for label, length in zip(labels, lengths, strict=True):
            pool = pools[label]
            drawn = rng.integers(len(pool), size=length).tolist()
            texts.append(" ".join([pool[k] for k in drawn]))
        yield texts, labels


def write_parquet(folder: Path, n_rows: int) -> None:
    """Write reviews into a folder of Parquet files."""
    schema = pa.schema([("review_text", pa.string()), ("label", pa.int8())])
    per_file = -(-n_rows // N_FILES)
    written, writer = 0, None
    for texts, labels in reviews(n_rows):
        if writer is None or written >= per_file:
            if writer is not None:
                writer.close()
            number = len(list(folder.iterdir()))
            path = folder / f"part-{number:03}.parquet"
            writer, written = parquet.ParquetWriter(path, schema), 0
        writer.write_table(pa.table([texts, labels], schema=schema))
        written += len(texts)
    if writer is not None:
        writer.close()


def reset_peak() -> None:
    """Reset the peak memory of this process to its current memory (Linux)."""
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5")


def peak_megabytes() -> float:
    """Return the peak resident memory of this process."""
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print the time and the peak resident memory of a step."""
    reset_peak()
    start = time.perf_counter()
    yield
    seconds = time.perf_counter() - start
    print(f"{name:<32}{seconds:>9.1f} s{peak_megabytes():>9.0f} MB", flush=True)
