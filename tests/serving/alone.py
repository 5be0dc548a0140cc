"""Serve the golden files where skrnn-serving is installed, and nothing heavy.

    python tests/serving/alone.py

Models whose text rules need NLTK are served if it is installed, otherwise refused.
"""

import json
import pkgutil
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parents[1] / "persistence" / "data"
HEAVY = ("skrnn", "tensorflow", "keras", "sklearn", "pandas", "scipy", "matplotlib")


def main() -> None:
    """Compare what is served with what was noted when the files were written."""
    present = [name for name in HEAVY if find_spec(name)]
    assert not present, present
    has_nltk = find_spec("nltk") is not None
    assert has_nltk or not find_spec("joblib")  # which NLTK brings along
    skrnn_serving = import_module("skrnn_serving")  # here: pytest imports this module
    for module in pkgutil.walk_packages(skrnn_serving.__path__, "skrnn_serving."):
        import_module(module.name)
    for name, expected in json.loads((DATA / "expected.json").read_text()).items():
        path = DATA / f"{name}.onnx"
        if not path.exists():
            continue
        try:
            predictor = skrnn_serving.SentimentPredictor(path)
        except ImportError as error:
            if has_nltk or "need NLTK" not in str(error):
                raise
            print("refused", name)
            continue
        predicted = predictor.predict(expected["texts"])
        if "proba" in expected:
            proba = predictor.predict_proba(expected["texts"])
            np.testing.assert_allclose(proba, expected["proba"], atol=1e-5)
            labels = predictor.classes_[np.argmax(expected["proba"], axis=1)]
            if predicted.ndim == 2:
                labels = np.array(expected["proba"]) > 0.5
            np.testing.assert_array_equal(predicted, labels)
        else:
            np.testing.assert_allclose(predicted, expected["predictions"], rtol=1e-5)
        print("served", name)


if __name__ == "__main__":
    main()
