"""Fuzz the tokenizers or the loader of model files with atheris.

Any input must produce tokens or a clear error in less than a second. A violation ends
the run; libFuzzer then writes the input to a file in the current folder.

    pip install '.[fuzz]'
    python examples/benchmarks/fuzz.py tokenizer --seconds 300
    python examples/benchmarks/fuzz.py loader --seconds 300
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import atheris

import skrnn.kernels.tf_ops  # first: Numba cannot compile instrumented functions

with atheris.instrument_imports(include=["skrnn.text", "skrnn.persistence"]):
    import skrnn
    from skrnn.persistence import load
    from skrnn.text import TextSequencer

GOLDEN = Path(__file__).parents[2] / "tests" / "persistence" / "data"
ANALYZERS = [
    TextSequencer(**rules).build_analyzer()
    for rules in (
        {"stop_words": "english", "stemmer": "porter", "strip_accents": "unicode"},
        {"tokenizer": "nltk", "stemmer": "snowball"},
        {"sentence_splitter": "rules", "strip_accents": "ascii"},
        {"tokenizer": "nltk", "sentence_splitter": "rules", "lowercase": False},
    )
]
SCRATCH = Path(tempfile.mkdtemp(prefix="skrnn-fuzz-"))


def tokenize(content: bytes) -> None:
    """Tokenize a text with one of the analyzers."""
    provider = atheris.FuzzedDataProvider(content)
    analyze = ANALYZERS[provider.ConsumeIntInRange(0, len(ANALYZERS) - 1)]
    text = provider.ConsumeUnicode(10_000)
    tokens = analyze(text)
    if not all(isinstance(token, str) and token for token in tokens):
        raise AssertionError(f"{tokens!r} from {text!r}")


def load_model(content: bytes) -> None:
    """Load a file and predict with the model."""
    path = SCRATCH / "model.skrnn"
    path.write_bytes(content)
    try:
        model = load(path)
    except (TypeError, ValueError) as error:
        if str(path) not in str(error):
            raise AssertionError(
                f"The message does not name the file: {error}"
            ) from error
        return
    if isinstance(model, skrnn.TextSequencer):
        model.transform(["a film"])
    else:
        model.predict_proba(["a film"])


def main() -> None:
    """Fuzz for the given time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=["tokenizer", "loader"])
    parser.add_argument("--seconds", type=int, default=300)
    options = parser.parse_args()
    target = tokenize if options.target == "tokenizer" else load_model
    corpus = SCRATCH / "corpus"
    corpus.mkdir()
    if options.target == "loader":
        skrnn.save(TextSequencer(maxlen=2).fit(["a film"]), corpus / "words.skrnn")
        for path in GOLDEN.glob("lstm*.skrnn"):
            shutil.copy(path, corpus)
            load_model(path.read_bytes())  # the first network takes seconds

    def timed(content: bytes) -> None:
        start = time.process_time()
        target(content)
        if time.process_time() - start > 1.0:
            raise AssertionError("It took longer than a second.")

    limits = [f"-max_total_time={options.seconds}", "-max_len=20000", "-timeout=60"]
    # The instrumented functions and TensorFlow need memory.
    atheris.Setup([sys.argv[0], *limits, "-rss_limit_mb=8000", str(corpus)], timed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
