from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from skrnn.networks.builders import build_network, initialize_network
from tests.helpers import SPEC


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cell": "simple"}, 258_113),
        ({"cell": "lstm"}, 264_353),
        ({"cell": "gru"}, 262_273),
        ({"bidirectional": True}, 272_705),
        ({"units": (32, 32)}, 272_673),
        ({"n_embeddings": 10_000, "units": (64, 64), "dense_units": (32, 32)}, 381_025),
    ],
    ids=["simple", "lstm", "gru", "bidirectional", "stacked", "activity"],
)
def test_parameter_counts_are_the_chapters(changes: dict, expected: int) -> None:
    assert build_network(replace(SPEC, **changes)).count_params() == expected


KERAS_LAYERS = {
    "simple": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": lambda *args, **kwargs: keras.layers.GRU(*args, reset_after=False, **kwargs),
}


def keras_reference(cell: str, bidirectional: bool, n_layers: int) -> keras.Model:
    """Build the same network of plain Keras layers, padding handled by its masks."""
    layers = [keras.layers.Embedding(50, 6, mask_zero=True)]
    for depth in range(n_layers):
        layer = KERAS_LAYERS[cell](5, return_sequences=depth + 1 < n_layers)
        layers.append(keras.layers.Bidirectional(layer) if bidirectional else layer)
    layers.append(keras.layers.Dense(1, activation="sigmoid"))
    return keras.Sequential([keras.Input((None,), dtype="int32"), *layers])


@pytest.mark.parametrize("n_layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", ["simple", "lstm", "gru"])
def test_outputs_equal_masked_keras_layers(
    cell: str, bidirectional: bool, n_layers: int
) -> None:
    spec = replace(
        SPEC,
        n_embeddings=50,
        embedding_dim=6,
        units=(5,) * n_layers,
        cell=cell,
        bidirectional=bidirectional,
    )
    ours, reference = (
        build_network(spec),
        keras_reference(cell, bidirectional, n_layers),
    )
    rng = np.random.default_rng(0)
    weights = [0.5 * rng.standard_normal(w.shape) for w in reference.get_weights()]
    reference.set_weights(weights)
    _assign(ours, weights)

    ids = rng.integers(1, 50, size=(7, 9))
    for row, n_zeros in enumerate([0, 1, 4, 8, 0, 3, 5]):
        ids[row, :n_zeros] = 0
    np.testing.assert_allclose(
        ours.predict(ids, verbose=0), reference.predict(ids, verbose=0), atol=1e-6
    )


def _assign(model: keras.Model, weights: list[np.ndarray]) -> None:
    """Set weights in the order of Keras' Bidirectional: forward, then backward."""
    names = [layer.name for layer in model.layers if layer.weights]
    recurrent = [n for n in names if n not in ("embedding", "output")]
    recurrent.sort(key=lambda name: (name.split("_")[1], "backward" in name))
    remaining = list(weights)
    for name in ["embedding", *recurrent, "output"]:
        layer = model.get_layer(name)
        layer.set_weights([remaining.pop(0) for _ in layer.weights])
    assert not remaining


def test_first_weights_follow_keras_distributions() -> None:
    spec = replace(SPEC, dense_units=(16,), pooling="attention")
    model = build_network(spec)
    keras_new = {w.path: w.numpy() for w in model.weights}
    initialize_network(spec, model, np.random.default_rng(0))
    for weight in model.weights:
        ours, theirs = weight.numpy(), keras_new[weight.path]
        if weight.path.endswith("bias"):
            np.testing.assert_array_equal(ours, theirs)
        else:
            assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.3)
            if ours.size > 500:
                assert abs(ours.mean() - theirs.mean()) < 0.1 * theirs.std()
                assert ours.std() == pytest.approx(theirs.std(), rel=0.05)
    recurrent = next(w.numpy() for w in model.weights if "recurrent" in w.path)
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(32), atol=1e-5)


def test_first_weights_depend_on_the_generator_only() -> None:
    models = [build_network(SPEC) for _ in range(2)]
    for model in models:
        initialize_network(SPEC, model, np.random.default_rng(3))
    for one, other in zip(*[m.variables for m in models], strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    initialize_network(SPEC, models[1], np.random.default_rng(4))
    assert not np.array_equal(models[0].get_weights()[0], models[1].get_weights()[0])


def test_given_vectors_are_the_first_embedding() -> None:
    spec = replace(SPEC, n_embeddings=5, embedding_dim=3, embeddings_trainable=False)
    model = build_network(spec)
    vectors = np.arange(15, dtype=np.float32).reshape(5, 3)
    initialize_network(spec, model, np.random.default_rng(0), vectors)
    embedding = model.get_layer("embedding")
    np.testing.assert_array_equal(embedding.get_weights()[0], vectors)
    assert embedding.trainable_weights == []


def test_keras_can_save_and_load_the_model(tmp_path) -> None:
    spec = replace(SPEC, n_embeddings=20, bidirectional=True, pooling="attention")
    model = build_network(spec)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    ids = np.array([[0, 3, 4], [5, 0, 6], [0, 0, 0]])
    np.testing.assert_array_equal(
        model.predict(ids, verbose=0), loaded.predict(ids, verbose=0)
    )


def test_multi_class_output_is_a_distribution() -> None:
    model = build_network(
        replace(SPEC, n_embeddings=10, head="multiclass", n_outputs=4)
    )
    proba = model.predict(np.array([[1, 2, 3], [0, 0, 0]]), verbose=0)
    assert proba.shape == (2, 4)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-6)
