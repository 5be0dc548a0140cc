"""Write the golden files that are not there yet; those that are stay as they are.

python -m tests.persistence.make_golden [name ...]
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier

import skrnn
from skrnn.baselines import make_baseline
from skrnn.ensemble import BlendedClassifier, DistilledClassifier
from tests.helpers import LABELS, REVIEWS, fit_small, fitted_kind

DATA = Path(__file__).parent / "data"
EXPECTED = DATA / "expected.json"
TEXTS = [
    "a good film",
    "",
    "good",
    "Now for the rest. The box is not, anyway, superb! That is all.",
]
THREE = np.array(["bad", "good", "mixed"])[np.arange(len(LABELS)) % 3]


MODELS: dict[str, Callable[[], Any]] = {
    "lstm_binary": lambda: fit_small(stemmer="porter", pooling="mean_max"),
    "gru_three_classes": lambda: fit_small(
        THREE, cell="gru", bidirectional=True, units=(2, 2), pooling="attention"
    ),
    "blend": lambda: BlendedClassifier(
        [("network", fit_small()), ("bag", make_baseline(vec__max_features=9))],
        random_state=0,
    ).fit(REVIEWS, LABELS),
    "distilled": lambda: DistilledClassifier(
        fit_small(), make_baseline(vec__max_features=9)
    ).fit(REVIEWS, np.where(np.arange(len(LABELS)) < 30, LABELS, -1)),
    "clockwork": lambda: fit_small(
        cell="clockwork", units=(6, 3), periods=(1, 2, 5), bidirectional=True
    ),
    "hierarchical": lambda: fit_small(
        THREE,
        sentences=True,
        maxlen=40,
        units=(2, 2),
        sentence_units=3,
        sentence_length=4,
    ),
    "baseline": lambda: make_baseline("tfidf", vec__max_features=9).fit(
        REVIEWS, LABELS
    ),
    "calibrated_vote": lambda: VotingClassifier(
        [
            ("network", CalibratedClassifierCV(fit_small(), cv=2)),
            ("bag", make_baseline(vec__max_features=9)),
        ],
        voting="soft",
    ).fit(REVIEWS, THREE),
    **{kind: partial(fitted_kind, kind) for kind in ("labels", "ratings", "stars")},
}


def main() -> None:
    """Fit, save and note the answers."""
    expected = json.loads(EXPECTED.read_text())
    for name in sys.argv[1:] or MODELS.keys() - expected.keys():
        model = MODELS[name]()
        skrnn.save(model, DATA / f"{name}.skrnn")
        if name != "blend":
            skrnn.export_onnx(model, DATA / f"{name}.onnx")
        expected[name] = {"texts": TEXTS}
        if hasattr(model, "predict_proba"):
            expected[name]["classes"] = model.classes_.tolist()
            expected[name]["proba"] = model.predict_proba(TEXTS).tolist()
        else:
            expected[name]["predictions"] = model.predict(TEXTS).tolist()
    EXPECTED.write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
