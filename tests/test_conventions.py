"""scikit-learn's conventions of output, names and the notebook."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils import estimator_html_repr

from skrnn import (
    HierarchicalAttentionClassifier,
    RNNOrdinalClassifier,
    RNNSentimentClassifier,
    RNNSentimentRegressor,
    TextSequencer,
)
from skrnn.pipeline import make_sentiment_pipeline
from tests.helpers import Sequences, small

TEXTS, LABELS = ["a good film", "a bad film", "good", "bad"], [1, 0, 1, 0]


def small_pipeline():
    return make_sentiment_pipeline(
        None, maxlen=3, cell="simple", units=2, epochs=1, optimizer__rho=0.8
    )


def test_set_output_reaches_the_classifier_as_names_of_columns() -> None:
    model = small_pipeline().set_output(transform="pandas").fit(TEXTS, LABELS)
    rows = model[:-1].transform(TEXTS)
    assert isinstance(rows, pd.DataFrame)
    assert list(rows) == ["position0", "position1", "position2"]
    assert list(model["clf"].feature_names_in_) == list(rows)
    assert list(model[:-1].get_feature_names_out()) == list(rows)
    assert model.predict(TEXTS).shape == (4,)
    plain = small_pipeline().fit(TEXTS, LABELS)
    assert not hasattr(plain["clf"], "feature_names_in_")
    np.testing.assert_array_equal(plain[:-1].transform(TEXTS), rows)


def test_a_pipeline_shows_itself_with_parameters_and_without_links() -> None:
    page = estimator_html_repr(small_pipeline().fit(TEXTS, LABELS))
    shown = re.sub("<[^>]+>", "", page)
    assert "optimizer__rho" in shown
    assert "skrnn." not in page


def test_displaying_a_fitted_model_does_not_expose_its_network(
    sequences: Sequences,
) -> None:
    model = small().fit(*sequences)
    page = estimator_html_repr(model)
    assert not model._network.exposed
    if hasattr(BaseEstimator, "_get_fitted_attr_html"):  # scikit-learn 1.9
        assert "n_parameters_" in page


@pytest.mark.parametrize(
    "cls",
    [
        HierarchicalAttentionClassifier,
        RNNOrdinalClassifier,
        RNNSentimentClassifier,
        RNNSentimentRegressor,
        TextSequencer,
    ],
)
def test_every_parameter_is_validated(cls: type[BaseEstimator]) -> None:
    assert cls._parameter_constraints.keys() == cls().get_params(deep=False).keys()
