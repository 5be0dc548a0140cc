"""The ONNX graph does what the Keras model does."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from sklearn.ensemble import BaggingClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skrnn
from skrnn import TextSequencer
from skrnn.baselines import make_baseline
from skrnn.ensemble import BlendedClassifier, DistilledClassifier
from skrnn.networks.builders import build_network
from skrnn.networks.cells import CELLS
from skrnn.networks.pooling import POOLINGS
from skrnn.networks.spec import NetworkSpec
from skrnn.onnx.graph import build_graph
from skrnn.persistence.network_spec import read_spec, write_spec
from skrnn.serving import SentimentPredictor
from tests.helpers import LABELS, ODD, REVIEWS, fit_small

pytestmark = pytest.mark.slow

PERIODS = (1, 3)
N_EMBEDDINGS = 12
IDS = np.random.default_rng(0).integers(0, N_EMBEDDINGS + 3, (9, 11))  # zeros inside
IDS[0] = 0
IDS[1, :5] = 0
IDS[2, 5:] = 0
IDS[3] = 2  # one long sentence
IDS[4] = [2, 0] * 5 + [3]  # six short ones
IDS[5] = 0
IDS[5, 7] = 2  # one word


def spec_of(**params) -> NetworkSpec:
    plain = {
        "n_embeddings": N_EMBEDDINGS,
        "head": "binary",
        "n_outputs": 1,
        "cell": "lstm",
        "units": (4, 2),
        "bidirectional": False,
        "pooling": "last",
        "embedding_dim": 5,
        "embeddings_trainable": True,
        "word_dropout": 0.0,
        "spatial_dropout": 0.0,
        "dropout": 0.0,
        "recurrent_dropout": 0.0,
        "dense_units": (),
    }
    return NetworkSpec(**{**plain, **params})


def assert_agrees_with_keras(spec: NetworkSpec) -> None:
    rng = np.random.default_rng(0)
    model = build_network(spec)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    weights = {
        f"{la.name}/{w.name}": w.numpy() for la in model.layers for w in la.weights
    }
    shapes = {name: weight.shape for name, weight in weights.items()}
    assert spec.weight_shapes == shapes
    assert read_spec(write_spec(spec)) == spec
    graph = build_graph([(spec, weights, "ids", "probabilities")])
    onnx.checker.check_model(graph, full_check=True)
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    for ids in (IDS, IDS[:1], IDS[3:4], IDS[5:6], IDS[::-1, :3]):
        (found,) = session.run(None, {"ids": ids})
        expected = model(ids.astype(np.int32)).numpy()
        if spec.head == "binary":
            expected = np.hstack([1 - expected, expected])
        np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("cell", "bidirectional", "pooling"),
    [*itertools.product(CELLS, [False, True], POOLINGS)],
)
def test_every_architecture_agrees_with_keras(cell, bidirectional, pooling) -> None:
    for units, n_outputs, dense_units in (((4, 2), 1, ()), ((4,), 4, (4, 3))):
        assert_agrees_with_keras(
            spec_of(
                cell=cell,
                bidirectional=bidirectional,
                pooling=pooling,
                units=units,
                head="binary" if n_outputs == 1 else "multiclass",
                n_outputs=n_outputs,
                dense_units=dense_units,
                periods=PERIODS if cell == "clockwork" else (),
            )
        )


@pytest.mark.parametrize("periods", [(1,), (2, 3, 7), (3, 4), (1, 2, 4, 8), (50, 60)])
def test_clocks_of_any_period_agree_with_keras(periods: tuple[int, ...]) -> None:
    units = (2 * len(periods), len(periods))
    assert_agrees_with_keras(
        spec_of(cell="clockwork", periods=periods, units=units, bidirectional=True)
    )


@pytest.mark.parametrize(
    ("cell", "bidirectional"), [("simple", True), ("lstm", False), ("gru", True)]
)
def test_sentences_agree_with_keras(cell, bidirectional) -> None:
    assert_agrees_with_keras(
        spec_of(
            cell=cell,
            bidirectional=bidirectional,
            pooling="attention",
            sentence_units=(3, 2),
            head="multiclass",
            n_outputs=3,
            dense_units=(2,),
        )
    )


@pytest.mark.parametrize(
    "params",
    [
        {"cell": "gru", "pooling": "mean_max"},
        {"cell": "clockwork", "periods": PERIODS},
        {"cell": "lstm", "pooling": "attention", "sentence_units": (2,)},
    ],
    ids=["words", "clocks", "sentences"],
)
def test_padding_and_batches_never_change_an_answer(params) -> None:
    spec = spec_of(bidirectional=True, **params)
    rng = np.random.default_rng(0)
    weights = {
        name: rng.normal(size=shape).astype(np.float32)
        for name, shape in spec.weight_shapes.items()
    }
    graph = build_graph([(spec, weights, "ids", "probabilities")])
    model = graph.SerializeToString()
    session = onnxruntime.InferenceSession(model)
    (together,) = session.run(None, {"ids": IDS})
    (wider,) = session.run(None, {"ids": np.pad(IDS, ((0, 0), (4, 3)))})
    alone = [session.run(None, {"ids": row[None]})[0][0] for row in IDS]
    np.testing.assert_allclose(wider, together, atol=1e-6)
    np.testing.assert_allclose(alone, together, atol=1e-6)
    (backwards,) = session.run(None, {"ids": np.where(IDS == 0, 0, -IDS)})
    (unknown,) = session.run(None, {"ids": np.minimum(IDS, 1)})
    np.testing.assert_allclose(backwards, unknown, atol=1e-6)  # negative: unknown


@pytest.mark.parametrize(
    "params",
    [
        {"stop_words": "english", "stemmer": "porter", "tokenizer": "nltk"},
        {"stop_words": ["a", "the"], "stemmer": "snowball", "truncating": "middle"},
        {"cell": "gru", "strip_accents": "ascii", "truncating": "post"},
        {"cell": "simple", "strip_accents": "unicode", "tokenizer": str.split},
        {"lowercase": False, "strip_html": False, "padding": "post", "maxlen": 1.0},
        {"cell": "clockwork", "units": 4, "bidirectional": True},
        {"sentences": True, "sentence_units": 3},
        {"sentences": True, "sentence_length": 2, "sentence_splitter": None},
        {"sentences": True, "sentence_splitter": str.splitlines, "maxlen": 0.9},
        {"sentence_splitter": "rules", "sentence_length": 4, "truncating": "post"},
    ],
    ids=lambda params: "-".join(params),
)
@pytest.mark.filterwarnings("ignore:.*of these texts are out of vocabulary")
def test_raw_strings_agree(params, tmp_path: Path) -> None:
    model = fit_small(**params)
    skrnn.export_onnx(model, tmp_path / "model.onnx")
    assert [p.name for p in tmp_path.iterdir()] == ["model.onnx"]
    predictor = SentimentPredictor(tmp_path / "model.onnx")
    texts = [*ODD, "<b>Très</b> bon film &amp; so on", "Un.<br><br>Deux mots"]
    found = predictor.predict_proba(texts)
    np.testing.assert_allclose(found, model.predict_proba(texts), atol=1e-5)
    assert predictor.predict(texts).tolist() == model.predict(texts).tolist()


def test_what_was_fitted_is_exported_whatever_is_set_later(tmp_path: Path) -> None:
    model = fit_small(stemmer="porter", stop_words=["the"])
    model.set_params(
        seq__stemmer=None, seq__stop_words=["a"], seq__sentence_splitter="rules"
    )
    skrnn.export_onnx(model, tmp_path / "model.onnx")
    found = SentimentPredictor(tmp_path / "model.onnx").predict_proba(ODD)
    np.testing.assert_allclose(found, model.predict_proba(ODD), atol=1e-5)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["bad", "good", "mixed"])[np.arange(len(LABELS)) % 3],
        LABELS.astype(bool),
        np.array([f"{label}" for label in LABELS], dtype=object),
        LABELS * 2.0,
    ],
    ids=["strings", "bools", "objects", "floats"],
)
def test_labels_keep_their_type(labels, tmp_path: Path) -> None:
    model = fit_small(labels)
    skrnn.export_onnx(model, tmp_path / "model.onnx")
    predictor = SentimentPredictor(tmp_path / "model.onnx")
    assert predictor.classes_.dtype == model.classes_.dtype
    np.testing.assert_array_equal(predictor.predict(ODD), model.predict(ODD))


def test_a_student_is_exported_without_its_teacher(tmp_path: Path) -> None:
    y = np.array(LABELS)
    y[30:] = -1
    model = DistilledClassifier(fit_small(), make_baseline(vec__min_df=1))
    with pytest.raises(NotFittedError, match="DistilledClassifier is not fitted"):
        skrnn.export_onnx(model, tmp_path / "model.onnx")
    model.fit(REVIEWS, y)
    skrnn.export_onnx(model, tmp_path / "model.onnx")
    found = SentimentPredictor(tmp_path / "model.onnx").predict_proba(ODD)
    np.testing.assert_allclose(found, model.predict_proba(ODD), atol=1e-5)


def test_what_cannot_be_exported_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    with pytest.raises(NotFittedError, match="nothing to export"):
        skrnn.export_onnx(skrnn.make_sentiment_pipeline(), path)
    other = make_pipeline(TextSequencer(), LogisticRegression())
    with pytest.raises(TypeError, match=r"got Pipeline of \['TextSequencer'"):
        skrnn.export_onnx(other, path)
    with pytest.raises(TypeError, match="got TextSequencer"):
        skrnn.export_onnx(TextSequencer(), path)
    with pytest.raises(NotFittedError, match="BlendedClassifier is not fitted"):
        skrnn.export_onnx(BlendedClassifier([("network", fit_small())]), path)
    hard = VotingClassifier([("bag", make_baseline(vec__min_df=1))])
    with pytest.raises(TypeError, match='takes a VotingClassifier with voting="soft"'):
        skrnn.export_onnx(hard.fit(REVIEWS, LABELS), path)
    blend = BlendedClassifier([("network", fit_small())], weights="equal")
    with pytest.raises(TypeError, match="BlendedClassifier with one label per text"):
        skrnn.export_onnx(blend.fit(REVIEWS, np.eye(2, dtype=int)[LABELS]), path)
    forest = BaggingClassifier().fit(
        TextSequencer(maxlen=9).fit_transform(REVIEWS), LABELS
    )
    with pytest.raises(TypeError, match=r"BaggingClassifier.*It takes a Pipeline of"):
        skrnn.export_onnx(forest, path)
    cleaned = Pipeline([("clean", FunctionTransformer()), *fit_small().steps])
    with pytest.raises(TypeError, match=r"TextSequencer\(preprocessor=\.\.\.\)"):
        skrnn.export_onnx(cleaned, path)
    with pytest.raises(TypeError, match="got dict"):
        skrnn.export_onnx({}, path)
    with pytest.raises(ValueError, match=r"stemmer=.*a lambda"):
        skrnn.export_onnx(fit_small(stemmer=lambda word: word), path)
    assert not path.exists()


def test_the_file_is_one_that_onnx_reads(tmp_path: Path) -> None:
    skrnn.export_onnx(fit_small(), tmp_path / "model.onnx")
    model = onnx.load(tmp_path / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert [entry.key for entry in model.metadata_props] == ["skrnn", "skrnn_sha256"]
    assert [(o.domain, o.version) for o in model.opset_import] == [("", 17)]
    assert model.ir_version == 8
