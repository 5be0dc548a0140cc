"""The fitted steps within estimators of raw strings."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier

from skrnn import TextSequencer
from skrnn.baselines import make_baseline
from skrnn.ensemble import DistilledClassifier
from skrnn.inspection.alignment import tokenize_texts
from skrnn.inspection.steps import fitted_steps


def test_other_estimators_are_refused_by_name() -> None:
    tree = DecisionTreeClassifier().fit([[0], [1]], [0, 1])
    with pytest.raises(TypeError, match="got DecisionTreeClassifier"):
        _ = fitted_steps(tree).classifier
    with pytest.raises(TypeError, match=r"Pipeline of \['DecisionTreeClassifier'\]"):
        _ = fitted_steps(make_pipeline(tree)).classifier
    with pytest.raises(TypeError, match="Expected a fitted TextSequencer"):
        _ = fitted_steps(tree).sequencer


def tree(maxlen: int = 2) -> Pipeline:
    return make_pipeline(TextSequencer(maxlen=maxlen), DecisionTreeClassifier())


TEXTS, LABELS = ["so good", "so bad"] * 8, [1, 0] * 8
AROUND = {
    "search": lambda: GridSearchCV(tree(), {"textsequencer__maxlen": [1, 2]}, cv=2),
    "distilled": lambda: DistilledClassifier(tree(), make_baseline("nbsvm")),
    "threshold": lambda: FixedThresholdClassifier(tree(), threshold=0.4),
    "tuned": lambda: TunedThresholdClassifierCV(tree(), cv=2),
    "frozen": lambda: FrozenEstimator(tree().fit(TEXTS, LABELS)),
    "nested": lambda: make_pipeline("passthrough", tree()),
    "on ids": lambda: make_pipeline(
        TextSequencer(maxlen=2),
        FixedThresholdClassifier(DecisionTreeClassifier(), threshold=0.4),
    ),
}


@pytest.mark.parametrize("around", AROUND)
def test_the_pipeline_within_is_found(around: str) -> None:
    labels = [*LABELS[:-1], -1] if around == "distilled" else LABELS
    model = AROUND[around]().fit(TEXTS, labels)
    steps = fitted_steps(model)
    ids = steps.sequencer.transform(TEXTS)
    assert type(steps.classifier) is DecisionTreeClassifier
    np.testing.assert_array_equal(
        steps.classifier.predict_proba(ids), model.predict_proba(TEXTS)
    )


def test_an_ensemble_is_not_its_template() -> None:
    model = make_pipeline(TextSequencer(maxlen=2), BaggingClassifier(random_state=0))
    model.fit(TEXTS, LABELS)
    assert fitted_steps(model).classifier is model[-1]


def test_a_search_that_kept_no_estimator_is_told_to_refit() -> None:
    search = AROUND["search"]().set_params(refit=False).fit(TEXTS, LABELS)
    with pytest.raises(TypeError, match="Set refit=True"):
        fitted_steps(search)
    with pytest.raises(NotFittedError):
        _ = fitted_steps(AROUND["search"]()).classifier


def lower(texts) -> list[str]:
    return [text.replace("!", " not ").lower() for text in texts]


@pytest.mark.parametrize("output", ["default", "pandas", "polars"])
def test_steps_before_the_sequencer_are_applied(output: str) -> None:
    if output == "polars":
        pytest.importorskip("polars")
    clean = FunctionTransformer(lower)
    model = make_pipeline(clean, *(step for _, step in tree(4).steps))
    model.fit(TEXTS, LABELS)
    model[1].set_output(transform=output)
    steps = fitted_steps(model)
    (tokenized,) = tokenize_texts(steps.sequencer, steps.clean(["SO good!"]))
    assert tokenized.tokens == ("so", "good", "not")
    assert tokenized.text == "so good not "
    ids = np.asarray(model[:-1].transform(["SO good!"]))
    assert tokenized.row.tolist() == ids[0].tolist()
