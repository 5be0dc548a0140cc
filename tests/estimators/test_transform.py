"""Document vectors."""

from __future__ import annotations

import keras
import numpy as np
import pandas as pd
import pytest

from skrnn.networks.spec import OUTPUT
from skrnn.training.loop import transform
from tests.helpers import (
    LABELS,
    REVIEWS,
    fit_small,
    make_rows,
    small,
    small_hierarchical,
)

_PARAMS = [
    {"pooling": "mean_max", "bidirectional": True},
    {"units": (5, 3), "dense_units": (6,)},
    {"cell": "lstm", "pooling": "attention"},
]


@pytest.mark.parametrize("params", _PARAMS, ids=str)
def test_vectors_are_the_input_of_the_output_layer_of_keras(params) -> None:
    X, y = make_rows()
    model = small(**params).fit(X, y)
    vectors = model.transform(X)
    keras_model = model.model_
    extract = keras.Model(keras_model.input, keras_model.get_layer(OUTPUT).input)
    expected = np.asarray(extract(X.astype(np.int32)))
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    output = keras_model.get_layer(OUTPUT)
    logits = vectors @ np.asarray(output.kernel) + np.asarray(output.bias)
    second = 1 / (1 + np.exp(-logits[:, 0].astype(np.float64)))
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], second, atol=1e-6)


def test_the_hierarchical_network_has_vectors_too() -> None:
    X, y = make_rows()
    model = small_hierarchical().fit(X, y)
    assert model.transform(X).shape == (len(X), 8)
    assert len(model.get_feature_names_out()) == 8


def test_vectors_depend_neither_on_the_batch_nor_on_padding() -> None:
    X, y = make_rows(50)
    X[::3, 2:] = 0
    model = small(cell="gru", units=7).fit(X, y)
    rows = model._as_rows(model._check_ids(X))
    whole = model.transform(X)
    for batch_size in (1, 7, 50):
        parts = transform(model._network, rows, batch_size=batch_size)
        np.testing.assert_allclose(parts, whole, atol=1e-6)
    model.set_params(predict__batch_size=3)
    np.testing.assert_allclose(model.transform(X), whole, atol=1e-6)


def test_fit_transform_is_fit_and_transform() -> None:
    X, y = make_rows()
    vectors = small().fit_transform(X, y)
    np.testing.assert_array_equal(vectors, small().fit(X, y).transform(X))


def test_a_pipeline_transforms_texts_to_named_columns() -> None:
    model = (
        fit_small(pooling="mean").set_output(transform="pandas").fit(REVIEWS, LABELS)
    )
    vectors = model.transform(REVIEWS)
    assert isinstance(vectors, pd.DataFrame)
    names = [f"rnnsentimentclassifier{i}" for i in range(3)]
    assert list(vectors) == list(model.get_feature_names_out()) == names
    assert vectors.shape == (len(REVIEWS), 3)
    rows = model[:-1].transform(REVIEWS)
    assert rows.shape == (len(REVIEWS), 14)
    assert model.predict_proba(REVIEWS).shape == (len(REVIEWS), 2)
