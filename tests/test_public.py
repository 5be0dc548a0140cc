"""What a user can import, and what importing it costs."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

import skrnn
from skrnn import (
    baselines,
    comparison,
    datasets,
    ensemble,
    inspection,
    persistence,
    serving,
    text,
)


@pytest.mark.parametrize(
    "module",
    [skrnn, comparison, datasets, inspection, persistence, serving, text],
    ids=lambda m: m.__name__,
)
def test_public_names_are_sorted_and_exist(module) -> None:
    assert list(module.__all__) == sorted(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None
    assert set(module.__all__) <= set(dir(module))


def test_public_names_have_docstrings_with_examples() -> None:
    public = [getattr(skrnn, name) for name in skrnn.__all__]
    public = [value for value in public if not inspect.ismodule(value)]
    for module in (baselines, comparison, datasets, ensemble, inspection, serving):
        public += [getattr(module, n) for n in module.__all__]
    public += [getattr(text, n) for n in text.__all__ if n not in ("OOV", "PAD")]
    for thing in public:
        assert ">>>" in thing.__doc__, thing
        takes = inspect.signature(thing).parameters
        assert not takes or "Parameters\n" in thing.__doc__, thing


def test_dir_lists_public_names_only() -> None:
    for module in (skrnn, datasets, inspection, text):
        assert [name for name in dir(module) if name[0] != "_"] == module.__all__


def test_what_fitted_estimators_show_is_documented() -> None:
    small = {"cell": "simple", "units": 2, "embedding_dim": 2, "epochs": 1, "maxlen": 4}
    texts, labels = ["so good", "so bad"] * 4, [1, 0] * 4
    linear = baselines.make_baseline().fit(texts, labels)
    network = skrnn.make_sentiment_pipeline(None, **small).fit(texts, labels)
    student = ensemble.DistilledClassifier(network, linear).fit(
        texts, [*labels[:6], -1, -1]
    )
    blend = ensemble.BlendedClassifier([("network", network)], weights="equal")
    blend.fit(texts, labels)
    for estimator in (network["seq"], network["clf"], linear["clf"], student, blend):
        cls = type(estimator)
        shown = {name for name in dir(estimator) if name[0] != "_"}
        methods = {name for name in shown if callable(getattr(cls, name, None))}
        documented = set(re.findall(r"^(\w+) : ", inspect.getdoc(cls), re.MULTILINE))
        parameters = set(estimator.get_params(deep=False))
        assert not shown - methods - parameters - documented


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="attribute nothing"):
        skrnn.nothing  # noqa: B018


def loaded_after(code: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter loads for ``code``."""
    script = f"import sys\n{code}\nprint(*{{m.partition('.')[0] for m in sys.modules}})"
    run = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return set(run.stdout.split())


def test_import_loads_nothing_heavy() -> None:
    heavy = {"tensorflow", "keras", "scikeras", "matplotlib", "sklearn", "pandas"}
    assert not heavy & loaded_after("import skrnn")


def test_the_text_side_loads_no_tensorflow() -> None:
    code = "import skrnn; skrnn.TextSequencer().fit(['a b', 'c']); skrnn.WordVectors"
    assert not {"tensorflow", "keras", "scikeras"} & loaded_after(code)


def test_datasets_load_no_tensorflow() -> None:
    code = "import skrnn; skrnn.datasets.make_reviews(5)"
    assert not {"tensorflow", "keras"} & loaded_after(code)


def test_the_text_rules_load_no_scikit_learn() -> None:
    code = "import skrnn.text; from skrnn.text.analysis import Analyzer"
    assert not {"sklearn", "pandas", "joblib", "scipy"} & loaded_after(code)


def test_comparing_baselines_loads_neither_tensorflow_nor_matplotlib() -> None:
    code = (
        "from skrnn import compare_models\n"
        "from skrnn.baselines import make_baseline\n"
        "data = ['so good', 'so bad'] * 3, [1, 0] * 3\n"
        "models = [make_baseline('tfidf')]\n"
        "comparison = compare_models(models, *data, *data, verbose=0)\n"
    )
    assert not {"tensorflow", "keras", "matplotlib"} & loaded_after(code)
    assert not {"tensorflow", "keras"} & loaded_after(code + "comparison.to_html()")


def test_inspection_works_without_matplotlib() -> None:
    code = "import sys; sys.modules['matplotlib'] = None; import skrnn; "
    loaded_after(code + "skrnn.SequenceLengthDisplay.from_lengths([1, 2])")
