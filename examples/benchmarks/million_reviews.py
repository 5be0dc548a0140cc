"""A million reviews in Parquet: vocabulary, one epoch, predictions; time and memory.

Another process writes the files, which is not measured. The vocabulary is learned
before TensorFlow is imported, so that its memory is measured separately.

    python examples/benchmarks/million_reviews.py --rows 1000000
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from many_reviews import peak_megabytes, step, write_parquet

from skrnn import TextSequencer
from skrnn.datasets import ReviewStream


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--chunk-size", type=int, default=10_000)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write is not None:
        write_parquet(options.write, options.rows)
        return
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--write", folder, "--rows", str(options.rows)]
        with step("writing the files (not counted)"):
            subprocess.run([sys.executable, __file__, *arguments], check=True)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(f"{options.rows:,} reviews, {size / 1e6:,.0f} MB of Parquet", flush=True)
        run(ReviewStream(folder, chunk_size=options.chunk_size))


def run(stream: ReviewStream) -> None:
    """Train and predict on a stream, and measure each step."""
    sequencer = TextSequencer(maxlen=200)
    with step("vocabulary"):
        sequencer.fit(stream.texts())
    print(f"  {len(sequencer.vocabulary_):,} words in the vocabulary", flush=True)
    overall = peak_megabytes()

    with step("importing TensorFlow"):
        from sklearn.pipeline import Pipeline

        from skrnn import RNNSentimentClassifier

    network = RNNSentimentClassifier(
        n_embeddings=len(sequencer.vocabulary_) + 2,
        pooling="last",
        batch_size=128,
        random_state=0,
    )
    with step("one epoch"):
        n_read = 0
        for number, (texts, labels) in enumerate(stream, start=1):
            rows = sequencer.transform(texts)
            network.partial_fit(rows, labels, classes=[0, 1])
            n_read += len(texts)
            if number % 10 == 0:
                loss = network.history_["loss"][-1]
                print(f"  {n_read:,} reviews, loss {loss:.4f}", flush=True)
    overall = max(overall, peak_megabytes())

    model = Pipeline([("seq", sequencer), ("clf", network)])
    with step("predictions"):
        hits = sum((model.predict(texts) == labels).sum() for texts, labels in stream)
    overall = max(overall, peak_megabytes())
    print(f"  accuracy on the training reviews: {hits / n_read:.4f}")
    print(f"peak memory of all steps: {overall:.0f} MB")


if __name__ == "__main__":
    main()
