"""What a model understands: accuracy by capability, beside VADER and NB-SVM.

    python examples/benchmarks/behavior.py --model reviews-en my_model.skrnn
    python examples/benchmarks/behavior.py --model reviews-en --errors

The sentences in ``tests/behavior/sentences.csv`` are written by hand, for capabilities
after Ribeiro, Wu, Guestrin, Singh (2020), "Beyond accuracy: behavioral testing of NLP
models with CheckList", ACL. Half of each are positive. No model may learn from them.
NB-SVM is trained on IMDb, which takes a minute; ``pip install vaderSentiment``.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import skrnn
from skrnn.baselines import make_baseline
from skrnn.datasets import fetch_imdb

SENTENCES = Path(__file__).parents[2] / "tests" / "behavior" / "sentences.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--model",
        nargs="*",
        default=[],
        help="files of skrnn.save, or pretrained names",
    )
    parser.add_argument("--errors", action="store_true", help="list wrong sentences")
    parser.add_argument("--no-peers", action="store_true", help="the models alone")
    args = parser.parse_args()
    sentences = pd.read_csv(SENTENCES)
    predicted = {} if args.no_peers else predict_peers(sentences.text)
    for model in args.model:
        predicted[Path(model).stem] = predict(open_model(model), sentences.text)
    print_table(score(sentences, predicted))
    if args.errors:
        print_errors(sentences, predicted)


def open_model(name: str) -> Any:
    """Return the pipeline of a file or of a pretrained name."""
    return skrnn.load(name) if Path(name).exists() else skrnn.load_pretrained(name)


def predict(model: Any, texts: pd.Series) -> np.ndarray:
    """Return 1 where a classifier of two classes predicts the second."""
    return (model.predict(texts) == model.classes_[1]).astype(int)


def predict_peers(texts: pd.Series) -> dict[str, np.ndarray]:
    """Return the predictions of VADER and of NB-SVM trained on IMDb."""
    import vader

    linear = make_baseline("nbsvm").fit(*fetch_imdb(return_X_y=True))
    return {"VADER": vader.predict(texts), "NB-SVM": predict(linear, texts)}


def score(sentences: pd.DataFrame, predicted: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the accuracy of each model: one row a capability, the last for all."""
    right = pd.DataFrame({k: v == sentences.label for k, v in predicted.items()})
    table = right.groupby(sentences.capability, sort=False).mean()
    table.loc["all"] = right.mean()
    table.insert(0, "sentences", sentences.capability.value_counts())
    table.loc["all", "sentences"] = len(sentences)
    return table.astype({"sentences": int})


def print_table(table: pd.DataFrame) -> None:
    """Print the accuracies as a Markdown table."""
    print("| capability | " + " | ".join(table) + " |")
    print("|---" + "|---:" * table.shape[1] + "|")
    for capability, count, *accuracies in table.itertuples():
        cells = [capability.replace("_", " "), f"{count}"]
        cells += [f"{accuracy:.1%}" for accuracy in accuracies]
        print("| " + " | ".join(cells) + " |")


def print_errors(sentences: pd.DataFrame, predicted: dict[str, np.ndarray]) -> None:
    """Print the sentences that each model gets wrong, with their labels."""
    for model, labels in predicted.items():
        wrong = sentences[labels != sentences.label]
        print(f"\n{model}: {len(wrong)} of {len(sentences)} are wrong")
        for row in wrong.itertuples():
            print(f"  {row.capability:<17}{'-+'[row.label]} {row.text}")


if __name__ == "__main__":
    main()
