"""Serving: no TensorFlow, sound answers, damaged files."""

from __future__ import annotations

import copy
import json
import pickle
import random
import subprocess
import sys
import threading
import unicodedata
from multiprocessing import get_context
from pathlib import Path

import cloudpickle
import joblib
import numpy as np
import onnx
import pytest
from nltk.tokenize import TweetTokenizer

import skrnn
from skrnn.onnx.text_rules import write_text_rules
from skrnn.serving import SentimentPredictor
from skrnn.serving.format import seal
from skrnn.serving.rules import TextRules
from tests.helpers import KINDS, ODD, assert_predicts, fit_small, fitted_kind

DATA = Path(__file__).parents[1] / "persistence" / "data"


def stem(word: str) -> str:
    return word[:3]


def export(folder: Path, **params) -> Path:
    skrnn.export_onnx(fit_small(**params), folder / "model.onnx")
    return folder / "model.onnx"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    return export(folder, stemmer="porter", tokenizer="nltk")


@pytest.fixture(scope="module", params=["words", "sentences"])
def served(request, exported: Path, tmp_path_factory) -> Path:
    if request.param == "words":
        return exported
    folder = tmp_path_factory.mktemp("sentences")
    return export(folder, sentences=True, sentence_units=3, maxlen=40)


def test_nothing_heavy_is_imported(served: Path) -> None:
    code = (
        "import sys; from skrnn.serving import SentimentPredictor\n"
        "predictor = SentimentPredictor(sys.argv[1])\n"
        "print(predictor.predict_proba(['a good film', '']).shape)\n"
        "heavy = ['tensorflow', 'keras', 'sklearn', 'pandas', 'scipy', 'matplotlib']\n"
        "print([name for name in heavy if name in sys.modules])\n"
        "import sklearn, scipy  # can still be imported\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(served)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert run.stdout.split("\n")[:2] == ["(2, 2)", "[]"]


def test_methods_of_nltk_import_nothing_heavy_either(tmp_path: Path) -> None:
    path = export(tmp_path, tokenizer=TweetTokenizer().tokenize)
    code = (
        "import sys; from skrnn.serving import SentimentPredictor\n"
        "SentimentPredictor(sys.argv[1]).predict(['a good film'])\n"
        "print([name for name in ('sklearn', 'pandas') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert run.stdout == "[]\n"


def test_batches_and_threads_change_nothing(served: Path) -> None:
    predictor = SentimentPredictor(served, n_threads=3)
    texts = ODD * 40
    together = predictor.predict_proba(texts)
    alone = np.vstack([predictor.predict_proba([text]) for text in ODD] * 40)
    np.testing.assert_allclose(together, alone, atol=1e-6)
    found: list[np.ndarray] = []
    threads = [
        threading.Thread(
            target=lambda: found.extend(predictor.predict_proba([t])[0] for t in ODD)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 * len(ODD)
    unique = {tuple(np.round(p, 6)) for p in found}
    assert unique == {tuple(np.round(p, 6)) for p in alone[: len(ODD)]}


def test_bad_input_is_refused(exported: Path) -> None:
    predictor = SentimentPredictor(exported)
    with pytest.raises(ValueError, match="string object received"):
        predictor.predict("a film")
    with pytest.raises(ValueError, match="no documents"):
        predictor.predict([])
    with pytest.raises(TypeError, match="expected str"):
        predictor.predict([b"a film"])
    with pytest.raises(ValueError, match="n_threads=0"):
        SentimentPredictor(exported, n_threads=0)
    with pytest.raises(FileNotFoundError):
        SentimentPredictor(exported.with_name("missing.onnx"))


def test_own_functions_must_be_trusted(tmp_path: Path) -> None:
    model, path = fit_small(stemmer=stem), tmp_path / "model.onnx"
    skrnn.export_onnx(model, path)
    name = f"{__name__}.stem"
    with pytest.raises(ValueError, match="trusted="):
        SentimentPredictor(path)
    with pytest.raises(TypeError, match="list of names"):
        SentimentPredictor(path, trusted=name)
    found = SentimentPredictor(path, trusted=[name]).predict_proba(ODD)
    np.testing.assert_allclose(found, model.predict_proba(ODD), atol=1e-5)


@pytest.mark.parametrize(
    "copied",
    [
        copy.deepcopy,
        lambda predictor: pickle.loads(pickle.dumps(predictor)),
        lambda predictor: pickle.loads(cloudpickle.dumps(predictor)),
    ],
    ids=["deepcopy", "pickle", "cloudpickle"],
)
def test_copies_need_no_file(copied, tmp_path: Path) -> None:
    path = export(tmp_path, stemmer=stem)
    predictor = SentimentPredictor(path, n_threads=3, trusted=[f"{__name__}.stem"])
    path.unlink()
    found = copied(predictor)
    assert found.classes_.tolist() == predictor.classes_.tolist()
    np.testing.assert_array_equal(
        found.predict_proba(ODD * 9), predictor.predict_proba(ODD * 9)
    )
    np.testing.assert_array_equal(
        copied(found).predict_proba(ODD), predictor.predict_proba(ODD)
    )


def test_a_pickle_holds_the_model_once(exported: Path) -> None:
    pickled = pickle.dumps(SentimentPredictor(exported))
    assert exported.stat().st_size < len(pickled) < exported.stat().st_size + 1000


def test_workers_predict(exported: Path) -> None:
    predictor = SentimentPredictor(exported)
    expected = predictor.predict(ODD)
    jobs = [joblib.delayed(predictor.predict)(ODD)] * 3
    for found in joblib.Parallel(n_jobs=2)(jobs):
        np.testing.assert_array_equal(found, expected)
    with get_context("spawn").Pool(1) as pool:
        np.testing.assert_array_equal(pool.apply(predictor.predict, (ODD,)), expected)


def test_any_byte_flipped_or_missing_is_noticed(exported: Path, tmp_path) -> None:
    content, path = exported.read_bytes(), tmp_path / "flipped.onnx"
    rng = random.Random(0)
    last = range(len(content) - 90, len(content))
    for position in {*rng.sample(range(len(content)), 2000), *last}:
        flipped = bytearray(content)
        flipped[position] ^= rng.randrange(1, 256)
        path.write_bytes(flipped)
        with pytest.raises(ValueError, match="checksum is missing or wrong"):
            SentimentPredictor(path)
    for length in range(0, len(content), 499):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match="checksum is missing or wrong"):
            SentimentPredictor(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(format_version=3), "upgrade skrnn"),
        (lambda d: d.pop("text"), "KeyError"),
        (lambda d: d["text"].update(more=1), "unknown"),
        (lambda d: d["text"].update(maxlen=10**12), "not a length"),
        (lambda d: d["text"].update(truncating="x"), "truncating='x'"),
        (lambda d: d["text"].update(stemmer="x"), "text rule stemmer='x'"),
        (lambda d: d["text"].update(stemmer="word"), "text rule stemmer='word'"),
        (lambda d: d["text"].update(tokenizer=None), "text rule tokenizer=None"),
        (lambda d: d["text"].update(sentence_splitter="x"), "sentence_splitter='x'"),
        (lambda d: d["text"].update(sentence_length=0), "sentence_length=0 is not"),
        (lambda d: d["text"].update(stemmer={"function": "os.system"}), "os.system"),
        (lambda d: d["text"].update(preprocessor="lower"), "preprocessor='lower'"),
        (lambda d: d["text"].update(stemmer={"function": {"method": 3}}), "harmless"),
        (lambda d: d["text"].update(stemmer={"function": {}}), "KeyError"),
        (lambda d: d["text"]["vocabulary"].update(x=2**40), "too large"),
        (lambda d: d["text"]["vocabulary"].update(x=-1), "start at 2"),
        (lambda d: d["classes"].update(dtype="O"), None),
        (lambda d: d["classes"].update(dtype="nothing"), "nothing"),
        (lambda d: d["classes"].update(dtype="<U99999999"), "labels"),
        (lambda d: d["classes"].update(dtype="V8"), "labels"),
    ],
)
def test_what_is_not_known_is_refused(change, message, exported, tmp_path) -> None:
    model = onnx.load(exported)
    described = json.loads(model.metadata_props[0].value)
    change(described)
    del model.metadata_props[:]
    model.metadata_props.add(key="skrnn", value=json.dumps(described))
    (tmp_path / "changed.onnx").write_bytes(seal(model.SerializeToString()))
    if message is None:
        SentimentPredictor(tmp_path / "changed.onnx")
    else:
        with pytest.raises(ValueError, match=message):
            SentimentPredictor(tmp_path / "changed.onnx")


def test_sealed_nonsense_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(seal(b"nonsense"))
    with pytest.raises(ValueError, match="onnxruntime cannot load it"):
        SentimentPredictor(tmp_path / "model.onnx")


@pytest.mark.parametrize("name", sorted(path.stem for path in DATA.glob("*.onnx")))
def test_golden_files(name: str) -> None:
    expected = json.loads((DATA / "expected.json").read_text())[name]
    assert_predicts(SentimentPredictor(DATA / f"{name}.onnx"), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_target_is_served(kind: str, tmp_path: Path) -> None:
    model = fitted_kind(kind)
    skrnn.export_onnx(model, tmp_path / "model.onnx")
    predictor = SentimentPredictor(tmp_path / "model.onnx")
    np.testing.assert_allclose(predictor.predict(ODD), model.predict(ODD), rtol=1e-5)
    if kind == "ratings":
        assert not hasattr(predictor, "classes_")
        with pytest.raises(TypeError, match="predicts numbers, not probabilities"):
            predictor.predict_proba(ODD)
    else:
        proba = predictor.predict_proba(ODD)
        np.testing.assert_allclose(proba, model.predict_proba(ODD), atol=1e-5)
        np.testing.assert_array_equal(predictor.classes_, model.classes_)
    explanation = skrnn.explain(predictor, "a great lamp")
    assert explanation.value == pytest.approx(
        skrnn.explain(model, "a great lamp").value, abs=1e-5
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["model"].update(kind="other"), "kind 'other'"),
        (lambda d: d["model"].update(link="other"), "KeyError: 'other'"),
        (lambda d: d["model"].update(name="other"), "KeyError: 'other'"),
        (lambda d: d["texts"][0].update(kind="other"), "KeyError: 'other'"),
        (lambda d: d["texts"][0].update(inputs=["ids", "x"]), "does not run"),
        (lambda d: d["texts"][0].update(inputs=["x"]), "does not run"),
        (lambda d: d["texts"].clear(), "KeyError: 'text'"),
        (lambda d: d["classes"].update(values=[0, 1, 2]), "do not match its classes"),
    ],
)
def test_a_model_of_a_bag_that_is_not_known_is_refused(
    change, message, tmp_path
) -> None:
    model = onnx.load(DATA / "baseline.onnx")
    described = json.loads(model.metadata_props[0].value)
    change(described)
    del model.metadata_props[:]
    model.metadata_props.add(key="skrnn", value=json.dumps(described))
    (tmp_path / "changed.onnx").write_bytes(seal(model.SerializeToString()))
    with pytest.raises(ValueError, match=message):
        SentimentPredictor(tmp_path / "changed.onnx")


def test_serving_reads_as_the_sequencer_does(tmp_path: Path) -> None:
    german, arabic = "schöne Filme nicht :)", "فيلم رائع"
    texts = [german, arabic, "这部电影很好", "หนังแย่ <3", "no good :("] * 4
    model = skrnn.make_sentiment_pipeline(
        None,
        embedding_dim=4,
        units=3,
        epochs=1,
        maxlen=9,
        random_state=0,
        stemmer="german",
        stop_words=["der"],
    ).fit(texts, [1, 1, 1, 0, 0] * 4)
    skrnn.export_onnx(model, tmp_path / "model.onnx")
    predictor = SentimentPredictor(tmp_path / "model.onnx")
    typed = [unicodedata.normalize("NFD", text) for text in texts[:5]] + ["ﬁlm :) ＜３"]
    ((_, rules),) = predictor._texts
    ids, lengths = rules.to_ids(typed)
    for row, n, expected in zip(
        ids, lengths, model["seq"].transform(typed), strict=True
    ):
        assert row[:n].tolist() == expected[expected != 0].tolist()
    with pytest.warns(UserWarning, match="100% of the tokens .* out of vocabulary"):
        predictor.predict(["one two three four five six seven eight nine ten eleven"])


def test_a_bundle_of_the_first_format_keeps_its_words() -> None:
    expected = json.loads((DATA / "expected.json").read_text())["words_0.1"]["texts"]
    predictor = SentimentPredictor(DATA / "words_0.1.onnx")
    loaded = skrnn.load(DATA / "words_0.1.skrnn")
    ((_, rules),) = predictor._texts
    ids, lengths = rules.to_ids([*expected, "这部电影很好 :) ﬁne der nicht Film"])
    rows = loaded["seq"].transform([*expected, "这部电影很好 :) ﬁne der nicht Film"])
    for row, n, by_sequencer in zip(ids, lengths, rows, strict=True):
        assert row[:n].tolist() == by_sequencer[by_sequencer != 0].tolist()
    assert lengths[-1] == 3  # neither ":)" nor "nicht"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"normalize": "x"}, "normalize='x'"),
        ({"oov_rate": "x"}, "oov_rate='x'"),
        ({"tokenizer": "word-0.2"}, "tokenizer='word-0.2'"),
    ],
)
def test_rules_of_this_format_are_checked(changes, message) -> None:
    rules = write_text_rules(skrnn.TextSequencer().fit(["a film"]))
    TextRules(rules)
    with pytest.raises(ValueError, match=message):
        TextRules({**rules, **changes})
    with pytest.raises(ValueError, match=r"missing or unknown: \['normalize'\]"):
        TextRules({k: v for k, v in rules.items() if k != "normalize"})
