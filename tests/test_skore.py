"""Reports of skore on our pipelines; ``nox -s skore`` installs it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold, cross_val_score

from skrnn.datasets import make_reviews
from skrnn.pipeline import make_sentiment_pipeline

skore = pytest.importorskip("skore", reason="skore comes with nox -s skore")

TEXTS, LABELS = make_reviews(80, random_state=0)


def small_pipeline():
    return make_sentiment_pipeline(
        None, maxlen=20, cell="simple", units=4, epochs=1, random_state=0
    )


@pytest.mark.filterwarnings("default")  # its own and those of what it brings
def test_a_report_on_a_pipeline() -> None:
    report = skore.EstimatorReport(
        small_pipeline(),
        X_train=TEXTS[:60],
        y_train=LABELS[:60],
        X_test=TEXTS[60:],
        y_test=LABELS[60:],
        pos_label=1,
    )
    fitted = small_pipeline().fit(TEXTS[:60], LABELS[:60])
    expected = accuracy_score(LABELS[60:], fitted.predict(TEXTS[60:]))
    assert report.metrics.accuracy() == pytest.approx(expected)
    table = report.metrics.summarize().frame()
    assert {"accuracy", "roc_auc", "log_loss"} <= set(table.index)


@pytest.mark.filterwarnings("default")
def test_a_report_on_cross_validation() -> None:
    folds = StratifiedKFold(2)
    report = skore.CrossValidationReport(
        small_pipeline(), TEXTS, LABELS, pos_label=1, splitter=folds
    )
    scores = cross_val_score(small_pipeline(), TEXTS, LABELS, cv=folds)
    table = report.metrics.accuracy(aggregate=None)
    np.testing.assert_allclose(np.ravel(table.to_numpy(dtype=float)), scores)
