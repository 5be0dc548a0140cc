"""scikit-learn's conventions of output, names and the notebook."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils import estimator_html_repr

from skrnn import HierarchicalAttentionClassifier, TextSequencer, _sklearn
from skrnn.pipeline import make_sentiment_pipeline
from tests.conftest import Sequences
from tests.estimators.test_base import small

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


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the distribution name a site."""
    address = "https://skrnn.example/stable"
    monkeypatch.setattr(_sklearn, "documentation_site", lambda: address)
    return address


def test_a_pipeline_shows_itself_with_parameters_and_links(site: str) -> None:
    page = estimator_html_repr(small_pipeline().fit(TEXTS, LABELS))
    for name in ("TextSequencer", "RNNSentimentClassifier"):
        assert f'href="{site}/generated/skrnn.{name}.html"' in page
    shown = re.sub("<[^>]+>", "", page)
    assert "optimizer__rho" in shown


@pytest.mark.skipif(
    not hasattr(BaseEstimator, "_get_fitted_attr_html"),
    reason="scikit-learn 1.9 links parameters",
)
@pytest.mark.parametrize(
    "estimator", [TextSequencer(), small(), HierarchicalAttentionClassifier()]
)
def test_each_parameter_links_to_its_description(
    estimator: BaseEstimator, site: str
) -> None:
    linked = re.findall(r"#:~:text=(\w+),", estimator_html_repr(estimator))
    assert set(linked) == set(estimator.get_params())


@pytest.mark.parametrize(
    "estimator", [TextSequencer(), small(), HierarchicalAttentionClassifier()]
)
def test_links_lead_to_the_page_of_the_class(
    estimator: BaseEstimator, site: str
) -> None:
    name = type(estimator).__name__
    assert estimator._get_doc_link() == f"{site}/generated/skrnn.{name}.html"


def test_without_a_site_nothing_is_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sklearn, "documentation_site", lambda: "")
    assert small()._get_doc_link() == ""
    assert "skrnn." not in estimator_html_repr(small())


def test_the_site_is_that_of_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    class Metadata:
        def get_all(self, name: str) -> list[str]:
            return ["Source, https://a.example", "Documentation, https://b.example/"]

    _sklearn.documentation_site.cache_clear()
    monkeypatch.setattr(_sklearn, "metadata", lambda name: Metadata())
    assert small()._get_doc_link() == (
        "https://b.example/generated/skrnn.RNNSentimentClassifier.html"
    )
    _sklearn.documentation_site.cache_clear()


def test_displaying_a_fitted_model_does_not_expose_its_network(
    sequences: Sequences,
) -> None:
    model = small().fit(*sequences)
    page = estimator_html_repr(model)
    assert not model._network.exposed
    if hasattr(BaseEstimator, "_get_fitted_attr_html"):  # scikit-learn 1.9
        assert "n_parameters_" in page
