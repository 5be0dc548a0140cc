from __future__ import annotations

import copy
import itertools
import pickle

import joblib
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline

from skrnn import (
    HierarchicalAttentionClassifier,
    RNNSentimentClassifier,
    TextSequencer,
    WordVectors,
)
from skrnn.embeddings import learn_vectors
from skrnn.networks.cells import CELLS
from skrnn.networks.pooling import POOLINGS
from tests.helpers import Sequences, small

pytestmark = pytest.mark.slow

ARCHITECTURES = list(itertools.product(CELLS, [False, True], POOLINGS))


@pytest.fixture(scope="module")
def fitted(sequences: Sequences) -> dict[tuple, RNNSentimentClassifier]:
    """One fitted classifier for every cell, direction and pooling."""
    models = {}
    for cell, bidirectional, pooling in ARCHITECTURES:
        model = small(cell=cell, bidirectional=bidirectional, pooling=pooling)
        models[cell, bidirectional, pooling] = model.fit(*sequences)
    return models


REGULARIZED = {
    "bidirectional": True,
    "pooling": "mean_max",
    "word_dropout": 0.1,
    "loss": keras.losses.BinaryCrossentropy(label_smoothing=0.1),
    "weight_averaging": 0.9,
    "embeddings": "svd",
}


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=str)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_padding_and_batches_change_no_answer(architecture, fitted, data) -> None:
    model = fitted[architecture]
    documents = data.draw(
        st.lists(st.lists(st.integers(1, 25), max_size=8), min_size=1, max_size=12)
    )
    alone = np.vstack(
        [model.predict_proba([d + [0] * (8 - len(d))]) for d in documents]
    )
    assert np.isfinite(alone).all()
    X = np.zeros((len(documents), 8), dtype=np.int64)
    for row, document in enumerate(documents):
        start = data.draw(st.integers(0, 8 - len(document)))
        X[row, start : start + len(document)] = document
    batch_size = data.draw(st.integers(1, 12))
    order = np.array(data.draw(st.permutations(range(len(X)))))
    model.set_params(predict__batch_size=batch_size)
    together = model.predict_proba(X[order])
    np.testing.assert_allclose(together, alone[order], atol=1e-5)


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=str)
def test_the_keras_model_itself_ignores_padding(architecture, fitted) -> None:
    model = fitted[architecture].model_
    rows = np.array([[0, 0, 3, 4], [3, 4, 0, 0], [3, 0, 0, 4], [0, 3, 4, 0]])
    outputs = model.predict(rows, verbose=0)
    np.testing.assert_allclose(outputs, outputs[[0, 0, 0, 0]], atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_it_learns(cell: str, sequences: Sequences) -> None:
    X, y = sequences
    model = small(
        cell=cell, units=16, embedding_dim=8, epochs=40, learning_rate=0.01,
        batch_size=20, spatial_dropout=0.0, dropout=0.0, bidirectional=True,
    )  # fmt: skip
    assert model.fit(X, y).score(X, y) > 0.95
    assert model.history_["loss"][-1] < model.history_["loss"][0]


@pytest.mark.parametrize(
    "params",
    [
        {"pooling": "attention", "recurrent_dropout": 0.2},
        {"units": (5, 3), "bidirectional": True, "dense_units": (4, 3)},
        {"cell": "gru", "optimizer": "adam", "optimizer__clipnorm": 1.0},
        {"cell": "lstm", "validation_split": 0.3, "early_stopping": True, "epochs": 3},
    ],
    ids=["attention", "stacked", "adam", "stopping"],
)
def test_equal_seeds_give_equal_bits(params: dict, sequences: Sequences) -> None:
    X, y = sequences
    one, other = small(**params).fit(X, y), small(**params).fit(X, y)
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))
    # `one` is fitted anew in its own network, which was used before.
    np.testing.assert_array_equal(
        one.fit(X, y).predict_proba(X), other.predict_proba(X)
    )
    assert one.history_ == other.history_
    third = small(**{**params, "random_state": 1}).fit(X, y)
    assert not np.array_equal(third.predict_proba(X), one.predict_proba(X))


def test_grid_gives_equal_scores_whatever_n_jobs(sequences: Sequences) -> None:
    X, y = sequences
    grid = {"units": [3, 4], "epochs": [1, 2], "cell": ["simple", "gru"]}
    results = [
        GridSearchCV(small(), grid, cv=3, n_jobs=n_jobs, error_score="raise")
        .fit(X, y)
        .cv_results_
        for n_jobs in (1, 2)
    ]
    for key in results[0]:
        if key.startswith(("split", "mean_test", "rank")):
            np.testing.assert_array_equal(results[0][key], results[1][key])


def test_string_labels_and_three_classes() -> None:
    rng = np.random.default_rng(0)
    X = rng.integers(2, 11, size=(150, 3))
    y = np.array(["bad", "good", "so-so"])[X[:, 0] % 3]
    model = small(
        units=16, embedding_dim=8, epochs=40, learning_rate=0.01, batch_size=16,
        spatial_dropout=0.0, dropout=0.0,
    ).fit(X, y)  # fmt: skip
    assert model.classes_.tolist() == ["bad", "good", "so-so"]
    proba = model.predict_proba(X)
    assert proba.shape == (150, 3)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-12)
    assert model.score(X, y) > 0.95


@pytest.mark.parametrize("labels", [[False, True], [-1, 1], [2.0, 7.0], ["n", "p"]])
def test_labels_keep_their_type(labels: list, sequences: Sequences) -> None:
    X, y = sequences
    named = np.array(labels)[y]
    model = small().fit(X, named)
    assert model.classes_.dtype == named.dtype
    assert set(model.predict(X).tolist()) <= set(labels)


def test_sample_weight_decides_between_contradictions() -> None:
    X = np.full((60, 2), 3)
    y = np.arange(60) % 2
    model = small(epochs=10, learning_rate=0.05)
    for favored in (0, 1):
        weight = np.where(y == favored, 10.0, 1.0)
        assert set(model.fit(X, y, sample_weight=weight).predict(X)) == {favored}


def test_class_weight_multiplies_sample_weight(sequences: Sequences) -> None:
    X, y = sequences
    weight = np.where(y == 1, 4.0, 1.0)
    by_class = small(class_weight={0: 1.0, 1: 4.0}).fit(X, y)
    by_row = small().fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(by_class.predict_proba(X), by_row.predict_proba(X))


def test_validation_split_is_stratified_and_not_learned(sequences: Sequences) -> None:
    X, y = sequences
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_begin(self, logs=None) -> None:
            seen.append(self.params["steps"])

    rare = (np.arange(len(y)) % 10 == 0).astype(int)
    model = small(
        validation_split=0.25, batch_size=10, epochs=20, learning_rate=0.01,
        class_weight={0: 1000, 1: 0.0001}, callbacks=[Watch()],
    ).fit(X, rare)  # fmt: skip
    assert seen == [15]
    assert sorted(model.history_) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    # A stratified quarter has 5 of the 20 rare rows, and the weights make all 0.
    assert model.history_["val_accuracy"][-1] == pytest.approx(0.9)


def test_early_stopping_restores_the_best_weights(sequences: Sequences) -> None:
    X, y = sequences
    rng = np.random.default_rng(0)
    model = small(
        units=16, epochs=60, learning_rate=0.05, early_stopping=2, batch_size=10
    ).fit(X, rng.permutation(y))
    losses = model.history_["val_loss"]
    assert len(losses) < 60
    assert len(losses) - 1 - int(np.argmin(losses)) == 2
    best = small(
        units=16, epochs=int(np.argmin(losses)) + 1, learning_rate=0.05,
        batch_size=10, validation_split=0.1,
    ).fit(X, np.random.default_rng(0).permutation(y))  # fmt: skip
    np.testing.assert_array_equal(model.predict_proba(X), best.predict_proba(X))


def test_history_is_plain_data(sequences: Sequences) -> None:
    history = small(epochs=3).fit(*sequences).history_
    assert type(history) is dict
    assert {type(v) for values in history.values() for v in values} == {float}
    assert {len(values) for values in history.values()} == {3}


def test_history_agrees_with_keras(sequences: Sequences) -> None:
    X, y = sequences
    model = small(validation_split=0.5, epochs=1, learning_rate=1e-12).fit(X, y)
    keras_model = model.model_
    loss, accuracy = keras_model.evaluate(X, y, verbose=0)
    halves = model.history_["val_loss"][0], model.history_["val_accuracy"][0]
    assert halves[0] == pytest.approx(loss, abs=0.02)
    assert halves[1] == pytest.approx(accuracy, abs=0.15)


def test_one_step_equals_keras_fit(sequences: Sequences) -> None:
    X, y = sequences
    params = {"spatial_dropout": 0.0, "dropout": 0.0, "batch_size": len(X)}
    ours = small(**params).fit(X, y)
    start = small(**params, learning_rate=1e-12).fit(X, y).model_
    start.compile(keras.optimizers.RMSprop(0.001), "binary_crossentropy")
    start.fit(X, y, batch_size=len(X), epochs=1, verbose=0)
    for one, other in zip(ours.model_.get_weights(), start.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_partial_fit_goes_on(sequences: Sequences) -> None:
    X, y = sequences
    model = small()
    for start in (0, 100):
        model.partial_fit(X[start : start + 100], y[start : start + 100], [0, 1])
    assert len(model.history_["loss"]) == 2
    assert len(model.history_["loss"]) == 2
    with pytest.raises(ValueError, match="not the same"):
        model.partial_fit(X, y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match=r"labels \[5\]"):
        model.partial_fit(X, np.where(y == 1, 5, 0))


def test_a_first_chunk_without_late_words_has_vectors_for_them(
    sequences: Sequences,
) -> None:
    X, y = sequences
    X = np.where(X > 11, 40, X)
    early, late = (X < 40).all(axis=1), (X == 40).any(axis=1)
    model = small(n_embeddings=41, epochs=1).partial_fit(X[early], y[early])
    model.partial_fit(X[late], y[late])
    assert model.n_embeddings_ == 41
    rows = np.zeros((4, 8), dtype=int)
    rows[:, :2] = [[40, 3], [1, 3], [41, 3], [99, 3]]
    proba = model.predict_proba(rows)
    np.testing.assert_array_equal(proba[2:], proba[[1, 1]])
    assert proba[0, 0] != proba[1, 0]
    whole = small(n_embeddings=41)
    assert whole.fit(X[early], y[early]).n_embeddings_ == 41


@pytest.mark.parametrize("embeddings", [None, "svd"])
def test_ids_beyond_n_embeddings_are_out_of_vocabulary(
    sequences: Sequences, embeddings: str | None
) -> None:
    X, y = sequences
    fewer = small(n_embeddings=10, embeddings=embeddings).fit(X, y)
    same = small(n_embeddings=10, embeddings=embeddings).fit(np.where(X < 10, X, 1), y)
    assert fewer.n_embeddings_ == 10
    np.testing.assert_array_equal(fewer.predict_proba(X), same.predict_proba(X))
    for wrong in (1, 2**24 + 1, 3.5):
        with pytest.raises(ValueError, match="'n_embeddings' parameter"):
            small(n_embeddings=wrong).fit(X, y)
    given = small(n_embeddings=10, embeddings=np.ones((30, 4))).fit(X, y)
    assert given.n_embeddings_ == 30


def test_partial_fit_takes_a_chunk_of_one_class_when_all_are_named() -> None:
    model = small().partial_fit([[1, 2], [2, 3]], [1, 1], classes=[0, 1])
    assert model.predict_proba([[1, 2]]).shape == (1, 2)


def test_partial_fit_from_the_start_equals_fit(sequences: Sequences) -> None:
    X, y = sequences
    epochs = small()
    for _ in range(3):
        epochs.partial_fit(X, y)
    whole = small(epochs=3).fit(X, y)
    np.testing.assert_array_equal(epochs.predict_proba(X), whole.predict_proba(X))
    assert epochs.history_ == whole.history_


def test_warm_start_goes_on(sequences: Sequences) -> None:
    X, y = sequences
    warm = small(warm_start=True, epochs=2).fit(X, y).fit(X, y)
    whole = small(epochs=4).fit(X, y)
    np.testing.assert_array_equal(warm.predict_proba(X), whole.predict_proba(X))
    assert warm.history_ == whole.history_
    with pytest.raises(ValueError, match="fit without warm_start"):
        warm.fit(X, np.where(y == 1, "a", "b"))


class Recorder(keras.callbacks.Callback):
    """Records which hooks are called."""

    def __init__(self, tag: str = "") -> None:
        super().__init__()
        self.tag = tag
        self.calls: list[str] = []

    def on_train_begin(self, logs=None) -> None:
        self.calls.append("begin")

    def on_epoch_end(self, epoch, logs=None) -> None:
        self.calls.append(f"epoch {epoch} {sorted(logs)}")
        if epoch == 1:
            self.model.stop_training = True

    def on_train_end(self, logs=None) -> None:
        self.calls.append("end")


def test_keras_callbacks_are_called_and_can_stop(sequences: Sequences) -> None:
    recorder = Recorder()
    model = small(epochs=5, callbacks=[recorder]).fit(*sequences)
    logs = ["accuracy", "loss"]
    assert recorder.calls == ["begin", f"epoch 0 {logs}", f"epoch 1 {logs}", "end"]
    assert len(model.history_["loss"]) == 2


def test_routed_callbacks_and_optimizer_parameters(sequences: Sequences) -> None:
    model = small(
        epochs=5,
        callbacks=keras.callbacks.EarlyStopping,
        callbacks__monitor="loss",
        callbacks__min_delta=100.0,
        callbacks__patience=0,
        optimizer="sgd",
        optimizer__momentum=0.5,
        optimizer__learning_rate=0.25,
    ).fit(*sequences)
    assert len(model.history_["loss"]) == 2
    config = model.model_.optimizer.get_config()
    assert (config["momentum"], config["learning_rate"]) == (0.5, 0.25)


def test_fit_arguments_are_routed(sequences: Sequences) -> None:
    X, y = sequences
    model = small(fit__epochs=3, fit__shuffle=False).fit(X, y)
    assert len(model.history_["loss"]) == 3


@pytest.mark.parametrize(
    "optimizer", [keras.optimizers.Adam(0.02), keras.optimizers.Adam, "adam"]
)
def test_optimizers_are_copied_for_each_fit(optimizer, sequences: Sequences) -> None:
    X, y = sequences
    params = {"optimizer": optimizer, "learning_rate": 0.02}
    one, other = small(**params).fit(X, y), small(**params).fit(X, y)
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))
    assert one.model_.optimizer is not other.model_.optimizer


def test_learning_rate_schedules_work(sequences: Sequences) -> None:
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    model = small(learning_rate=schedule, epochs=2).fit(*sequences)
    rate = float(model.model_.optimizer.learning_rate)
    assert rate == pytest.approx(0.1 * 0.5**4)


def test_word_vectors_frozen_and_fine_tuned() -> None:
    rng = np.random.default_rng(0)
    vectors = WordVectors(["good", "bad", "film"], rng.standard_normal((3, 5)))
    reviews, labels = ["good film", "bad film"] * 20, [1, 0] * 20
    for trainable in (False, True):
        model = make_pipeline(
            TextSequencer(vocabulary=vectors.vocabulary, maxlen=3),
            small(embeddings=vectors, embeddings_trainable=trainable, epochs=3),
        ).fit(reviews, labels)
        table = model[-1].model_.get_layer("embedding").get_weights()[0]
        assert table.shape == (5, 5)
        assert np.array_equal(table, vectors.to_matrix()) is not trainable
        assert model[-1].n_embeddings_ == 5
        assert clone(model[-1]).embeddings is vectors


def test_embeddings_may_be_an_array(sequences: Sequences) -> None:
    X, y = sequences
    table = np.random.default_rng(0).standard_normal((30, 6))
    model = small(embeddings=table, embeddings_trainable=False).fit(X, y)
    assert model.n_parameters_ == 30 * 6 + (6 + 4 + 1) * 4 + 5
    with pytest.raises(ValueError, match="row for each id"):
        small(embeddings=table[:1]).fit(X, y)
    with pytest.raises(ValueError, match="not finite"):
        small(embeddings=table * np.nan).fit(X, y)


def test_unseen_ids_are_out_of_vocabulary(sequences: Sequences) -> None:
    X, y = sequences
    model = small().fit(X, y)
    assert model.n_embeddings_ == X.max() + 1
    row = np.zeros((2, X.shape[1]), dtype=np.int64)
    row[:, 0] = 3
    row[:, 1] = [10**12, 1]
    proba = model.predict_proba(row)
    np.testing.assert_array_equal(proba[0], proba[1])


def test_empty_documents_are_valid(sequences: Sequences) -> None:
    X, y = sequences
    model = small(bidirectional=True).fit(X * (np.arange(len(X)) % 5 > 0)[:, None], y)
    assert np.isfinite(model.predict_proba(np.zeros((3, X.shape[1])))).all()


def test_floats_that_are_integers_are_ids(sequences: Sequences) -> None:
    X, y = sequences
    model = small().fit(X.astype(float), y)
    np.testing.assert_array_equal(model.predict(X), model.predict(X.astype("f4")))


def test_arrays_of_the_chapter() -> None:
    """``keras.datasets.imdb`` gives lists of ids, ``pad_sequences`` an array."""
    sequences = [[1, 14, 22, 16], [1, 194], [1, 14, 47, 8, 30]] * 10
    X = keras.utils.pad_sequences(sequences, maxlen=4)
    y = np.array([1, 0, 1] * 10)
    assert small().fit(X, y).predict(X).shape == (30,)


@pytest.mark.parametrize("copier", [pickle, joblib, copy], ids=lambda m: m.__name__)
def test_copies_predict_the_same_bits(copier, sequences: Sequences, tmp_path) -> None:
    X, y = sequences
    model = small(optimizer="adam").fit(X, y)
    if copier is pickle:
        data = pickle.dumps(model)
        assert len(data) < 20_000
        other = pickle.loads(data)
    elif copier is joblib:
        joblib.dump(model, tmp_path / "model.joblib")
        other = joblib.load(tmp_path / "model.joblib")
    else:
        other = copy.copy(model)
    before = model.predict_proba(X)
    np.testing.assert_array_equal(other.predict_proba(X), before)
    assert other.history_ == model.history_
    # Training the copy leaves the original alone.
    other.partial_fit(X, y)
    assert not np.array_equal(other.predict_proba(X), before)
    np.testing.assert_array_equal(model.predict_proba(X), before)
    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(other))))
    np.testing.assert_array_equal(again.predict_proba(X), other.predict_proba(X))


def test_a_copy_goes_on_at_its_own_rate(sequences: Sequences) -> None:
    """Also in a network that was built for another rate."""
    X, y = sequences
    small(units=7, learning_rate=0.5).fit(X, y)  # its network is free to be used again
    data = pickle.dumps(small(units=7, learning_rate=0.25).fit(X, y))
    copied = pickle.loads(data).partial_fit(X, y)
    assert copied.model_.optimizer.learning_rate == 0.25


def test_the_model_that_was_asked_for_outlives_the_estimator(
    sequences: Sequences,
) -> None:
    X, y = sequences
    model = small(units=6).fit(X, y)
    kept = model.model_
    before = kept.predict(X, verbose=0)
    model.set_params(random_state=9).fit(X, y)
    del model
    small(units=6, random_state=5).fit(X, y)
    np.testing.assert_array_equal(kept.predict(X, verbose=0), before)


def test_unfitted() -> None:
    model = RNNSentimentClassifier()
    with pytest.raises(NotFittedError):
        model.predict([[1, 2]])
    with pytest.raises(AttributeError, match="not fitted"):
        model.model_  # noqa: B018
    assert not hasattr(model, "model_")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"cell": "rnn"}, "cell"),
        ({"units": 0}, "units"),
        ({"units": ()}, "units"),
        ({"units": (4, 0)}, "units"),
        ({"dense_units": (4.5,)}, "dense_units"),
        ({"pooling": "sum"}, "pooling"),
        ({"dropout": 1.0}, "dropout"),
        ({"epochs": 0}, "epochs"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"optimizer": "adamm"}, "adamm"),
        ({"validation_split": 0.001}, "validation_split=0.001"),
        ({"callbacks": [3]}, "callbacks"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_bad_parameters_are_refused(params, message, sequences: Sequences) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        small(**params).fit(*sequences)


def test_an_unknown_cell_is_answered_with_the_valid_ones() -> None:
    with pytest.raises(ValueError, match="cell") as caught:
        small(cell="rnn").fit([[1], [2]], [0, 1])
    assert all(cell in str(caught.value) for cell in CELLS)


def test_progress_is_shown_when_asked(sequences: Sequences, capsys) -> None:
    small(epochs=2).fit(*sequences)
    assert capsys.readouterr().out == ""
    small(epochs=2, verbose=2).fit(*sequences)
    assert "Epoch 2/2" in capsys.readouterr().out


def test_folds_give_what_fits_alone_give(sequences: Sequences) -> None:
    X, y = sequences
    for learned, held_out in StratifiedKFold(2).split(X, y):
        alone = small().fit(X[learned], y[learned]).predict_proba(X[held_out])
        again = clone(small()).fit(X[learned], y[learned]).predict_proba(X[held_out])
        np.testing.assert_array_equal(alone, again)


def test_padding_changes_no_answer_of_regularized_fits(sequences: Sequences) -> None:
    X, y = sequences
    model = small(**REGULARIZED).fit(X, y)
    moved = np.zeros_like(X)
    for row, words in zip(moved, X, strict=True):
        real = words[words > 0]
        row[: len(real)] = real
    np.testing.assert_allclose(
        model.predict_proba(moved), model.predict_proba(X), atol=1e-6
    )
    np.testing.assert_allclose(
        model.predict_proba(X[:1]), model.predict_proba(X)[:1], atol=1e-6
    )


def test_regularized_fits_are_the_same_bits_wherever_they_start(
    sequences: Sequences, tmp_path
) -> None:
    X, y = sequences
    alone = small(**REGULARIZED, epochs=3).fit(X, y)
    short = small(**REGULARIZED, epochs=1, memory=tmp_path).fit(X, y)
    longer = small(**REGULARIZED, epochs=3, memory=tmp_path).fit(X, y)
    warm = small(**REGULARIZED, epochs=1, warm_start=True).fit(X, y)
    np.testing.assert_array_equal(warm.predict_proba(X), short.predict_proba(X))
    warm.set_params(epochs=2).fit(X, y)
    for other in (longer, warm, pickle.loads(pickle.dumps(alone))):
        np.testing.assert_array_equal(other.predict_proba(X), alone.predict_proba(X))
        assert other.history_ == alone.history_


def test_each_regularization_changes_the_fit(sequences: Sequences) -> None:
    X, y = sequences
    plain = small(epochs=2).fit(X, y).predict_proba(X)
    for name, value in REGULARIZED.items():
        other = small(epochs=2, **{name: value}).fit(X, y).predict_proba(X)
        assert not np.array_equal(other, plain), name
        assert np.isfinite(other).all(), name


def test_three_classes_with_all_regularizations(sequences: Sequences) -> None:
    X, _ = sequences
    y = np.random.default_rng(0).integers(0, 3, size=len(X))
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model = small(**REGULARIZED | {"loss": loss}).fit(X, y)
    assert model.classes_.tolist() == [0, 1, 2]
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1.0)


def test_minus_one_is_a_label(sequences: Sequences) -> None:
    X, y = sequences
    assert small().fit(X, np.where(y, 1, -1)).classes_.tolist() == [-1, 1]


def test_averaged_weights_are_validated_and_predict(sequences: Sequences) -> None:
    X, y = sequences
    params = {"epochs": 2, "validation_split": 0.5, "learning_rate": 0.05}
    averaged = small(**params, weight_averaging=0.99).fit(X, y)
    plain = small(**params).fit(X, y)
    assert averaged.history_["loss"][0] == plain.history_["loss"][0]
    assert averaged.history_["val_loss"] != plain.history_["val_loss"]
    stopped = small(
        **{**params, "epochs": 4}, weight_averaging=0.99, early_stopping=2
    ).fit(X, y)
    best = int(np.argmin(stopped.history_["val_loss"])) + 1
    again = small(**{**params, "epochs": best}, weight_averaging=0.99).fit(X, y)
    np.testing.assert_array_equal(again.predict_proba(X), stopped.predict_proba(X))


@pytest.mark.parametrize("method", ["svd", "word2vec"])
def test_embeddings_learned_in_fit(method: str, sequences: Sequences) -> None:
    X, y = sequences
    model = small(embeddings=method, embeddings_trainable=False).fit(X, y)
    table = model.model_.get_layer("embedding").embeddings.numpy()
    expected = learn_vectors(
        [row[row > 0] for row in X],
        n_ids=model.n_embeddings_,
        n_dimensions=4,
        method=method,
        seed=model._seed,
    )
    np.testing.assert_array_equal(table, expected)


def test_clockwork_periods_are_checked_where_they_are_used(
    sequences: Sequences,
) -> None:
    X, y = sequences
    clockwork = small(cell="clockwork", units=(4, 6))
    with pytest.raises(ValueError, match=r"units=6 .*\(1, 2, 4, 8\).* units=4 or 8"):
        clockwork.fit(X, y)
    with pytest.raises(ValueError, match="each larger than the one before"):
        clockwork.set_params(periods=[2, 1]).fit(X, y)
    assert not hasattr(clockwork, "classes_")
    clockwork.set_params(periods=[1, 3]).fit(X, y)
    assert small(cell="simple", units=3).fit(X, y).n_parameters_ > 0


def test_other_periods_are_another_network(sequences: Sequences, tmp_path) -> None:
    X, y = sequences
    alone, kept = [], []
    for periods in ((1, 2), (1, 4)):
        params = {"cell": "clockwork", "periods": periods, "epochs": 2}
        alone.append(small(**params).fit(X, y).predict_proba(X))
        kept.append(small(**params, memory=tmp_path).fit(X, y).predict_proba(X))
    np.testing.assert_array_equal(alone, kept)
    assert not np.array_equal(*alone)


def test_the_documentation_has_every_cell_and_pooling() -> None:
    for cls, entries, parameter in (
        (RNNSentimentClassifier, CELLS, "cell"),
        (RNNSentimentClassifier, POOLINGS, "pooling"),
        (
            HierarchicalAttentionClassifier,
            {name: cell for name, cell in CELLS.items() if not cell.has_periods},
            "cell",
        ),
    ):
        documentation = " ".join((cls.__doc__ or "").split())
        names = documentation.partition(f" {parameter} : {{")[2].partition("}")[0]
        assert set(names.split(", ")) == {f'"{name}"' for name in entries}
        for entry in entries.values():
            assert entry.summary in documentation
