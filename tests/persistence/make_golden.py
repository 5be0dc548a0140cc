"""Write the golden files of a release; those of earlier releases stay as they are.

python -m tests.persistence.make_golden
"""

import json
from pathlib import Path

import numpy as np

import skrnn
from skrnn.comparison import BlendedClassifier, make_baseline
from tests.persistence.conftest import LABELS, REVIEWS, fit_small

DATA = Path(__file__).parent / "data"
TEXTS = ["a good film", "not good at all", ""]
THREE = np.array(["bad", "good", "mixed"])[np.arange(len(LABELS)) % 3]


def main() -> None:
    """Fit, save and note the answers."""
    models = {
        "lstm_binary": fit_small(stemmer="porter", pooling="mean_max"),
        "gru_three_classes": fit_small(
            THREE, cell="gru", bidirectional=True, units=(2, 2), pooling="attention"
        ),
        "blend": BlendedClassifier(
            [("network", fit_small()), ("bag", make_baseline(vec__max_features=9))],
            random_state=0,
        ).fit(REVIEWS, LABELS),
    }
    expected = {}
    for name, model in models.items():
        skrnn.save(model, DATA / f"{name}.skrnn")
        if name != "blend":
            skrnn.export_onnx(model, DATA / f"{name}.onnx")
        expected[name] = {
            "texts": TEXTS,
            "classes": model.classes_.tolist(),
            "proba": model.predict_proba(TEXTS).tolist(),
        }
    (DATA / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
