"""Damaged and hostile files: a clear error or the same content, in bounded memory."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from sklearn.feature_selection import VarianceThreshold
from sklearn.pipeline import Pipeline

import skrnn
from skrnn.persistence.archive import DamagedFileError, read_archive, write_archive
from skrnn.persistence.old import FORMAT_VERSION
from tests.helpers import LABELS, REVIEWS, fit_small


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "model.skrnn"
    words, network = fit_small().steps
    model = Pipeline([words, ("by_skops", VarianceThreshold()), network])
    skrnn.save(model.fit(REVIEWS, LABELS), path)
    return path


def test_any_byte_flipped_is_noticed_or_does_not_matter(saved: Path, tmp_path) -> None:
    content, whole = saved.read_bytes(), read_archive(saved)
    rng = random.Random(0)
    # Every byte of the headers, where damage is subtle, and a sample of the rest.
    headers = [
        m.start() for m in re.finditer(rb"PK(\x01\x02|\x03\x04|\x05\x06)", content)
    ]
    positions = {p for start in headers for p in range(start, start + 60)}
    positions |= {
        *rng.sample(range(len(content)), 2000),
        *range(len(content) - 60)[-9:],
    }
    path, noticed = tmp_path / "flipped", 0
    for position in sorted(p for p in positions if p < len(content)):
        flipped = bytearray(content)
        flipped[position] ^= rng.randrange(1, 256)
        path.write_bytes(flipped)
        try:
            found = read_archive(path)
        except DamagedFileError:
            noticed += 1
        else:
            assert found == whole, position
    assert noticed > 2000


def test_a_truncated_file_is_noticed(saved: Path, tmp_path: Path) -> None:
    content, path = saved.read_bytes(), tmp_path / "short"
    for length in {0, 1, 30, *range(0, len(content), 997), len(content) - 1}:
        path.write_bytes(content[:length])
        with pytest.raises(DamagedFileError, match="damaged"):
            skrnn.load(path)


def rewritten(source: Path, target: Path, change, *, method=zipfile.ZIP_STORED) -> Path:
    """Write an archive with sound checksums whose schema was changed."""
    schema, members = read_archive(source)
    change(schema, members)
    write_archive(target, schema, members)
    if method != zipfile.ZIP_STORED:
        with zipfile.ZipFile(target) as archive:
            everything = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(target, "w", method) as archive:
            for name, content in everything.items():
                archive.writestr(name, content)
    return target


def step(schema, name):
    return dict(schema["estimator"]["steps"])[name]


def seq(schema):
    return step(schema, "seq")


def clf(schema):
    return step(schema, "clf")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s, m: s.update(format_version=FORMAT_VERSION + 1), "Upgrade skrnn"),
        (lambda s, m: s.update(format_version=True), "version True"),
        (lambda s, m: s.update(format="other"), "not a skrnn model file"),
        (lambda s, m: s["versions"].update(skrnn="9.9") or s.pop("estimator"), "9.9"),
        (lambda s, m: seq(s).update({"class": "os.system"}), "unknown here"),
        (lambda s, m: seq(s)["params"].update(x=1), "no parameter 'x'"),
        (lambda s, m: seq(s)["params"].update(maxlen=-1), "maxlen"),
        (lambda s, m: seq(s)["params"].update(stemmer={"x": 1}), "tag 'x'"),
        (
            lambda s, m: seq(s)["params"].update(stemmer={"function": "os.system"}),
            "the function 'os.system'",
        ),
        (lambda s, m: seq(s)["fitted"].pop("maxlen_"), "missing"),
        (lambda s, m: seq(s)["fitted"].update(oov_rate_="x"), "oov_rate_"),
        (
            lambda s, m: seq(s)["fitted"].update(maxlen_=2**40),
            "maxlen_ is invalid",
        ),
        (lambda s, m: seq(s)["fitted"].update(vocabulary_=3), "vocabulary"),
        (
            lambda s, m: clf(s)["network"].update(units=[2**40]),
            "should be float32",
        ),
        (lambda s, m: clf(s)["network"].update(units=["3"]), "units"),
        (lambda s, m: clf(s)["network"].update(cell="other"), "cell='other'"),
        (lambda s, m: clf(s)["network"].update(depth=1), "unknown fields"),
        (lambda s, m: clf(s)["network"].update(periods=[1]), r"periods=\(1,\)"),
        (lambda s, m: clf(s)["network"].update(units=[]), r"units=\(\)"),
        (
            lambda s, m: clf(s)["network"].update(sentence_units=[2]),
            "sentence_",
        ),
        (
            lambda s, m: clf(s)["network"].update(cell="clockwork", periods=[2, 1]),
            r"periods=\(2, 1\)",
        ),
        (
            lambda s, m: clf(s).update(
                {"class": "skrnn.HierarchicalAttentionClassifier", "params": {}}
            ),
            "do not belong",
        ),
        (lambda s, m: clf(s)["network"].pop("cell"), "lacks a field"),
        (
            lambda s, m: clf(s)["fitted"].update(
                classes_={"strings": ["a", "b"], "width": 2**30}
            ),
            "wide",
        ),
        (lambda s, m: clf(s)["weights"].pop("output/bias"), "missing"),
        (lambda s, m: clf(s)["params"].update(memory="/"), "never saved"),
        (
            lambda s, m: clf(s)["fitted"].update(n_embeddings_=3),
            "do not belong",
        ),
        (lambda s, m: clf(s).update(weights={"a": "b"}), "KeyError"),
        (lambda s, m: step(s, "by_skops").update(file="none"), "KeyError"),
        (lambda s, m: m.update({"skops/0.skops": b"no zip"}), "not a valid zip"),
        (lambda s, m: m.update({"weights.safetensors": b"12345678"}), "Safetensor"),
        (
            lambda s, m: m.update({"more/code.py": b"x"}) or s.pop("format"),
            "not a skrnn model",
        ),
    ],
)
def test_what_is_not_known_is_refused(change, message, saved, tmp_path) -> None:
    path = rewritten(saved, tmp_path / "changed", change)
    with pytest.raises(ValueError, match=message):
        skrnn.load(path)


def test_keras_is_not_made_to_import_anything(tmp_path: Path) -> None:
    skrnn.save(fit_small(optimizer="adam"), tmp_path / "model")
    for part in ["os.system", "optimizers.os", "optimizers.deserialize", "schedules."]:
        target = rewritten(
            tmp_path / "model",
            tmp_path / "changed",
            lambda s, m, part=part: clf(s)["params"].update(
                optimizer={"keras": [part, {"dict": {}}]}
            ),
        )
        with pytest.raises(DamagedFileError, match=r"Keras .* has no"):
            skrnn.load(target)


def test_deep_nesting_is_refused(saved: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "deep", "w") as archive:
        text = b'{"a":' * 100_000
        archive.writestr("schema.json", text)
        archive.writestr("schema.sha256", hashlib.sha256(text).hexdigest())
    with pytest.raises(DamagedFileError, match="damaged"):
        skrnn.load(tmp_path / "deep")


def test_a_zip_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    bomb, size = tmp_path / "bomb", 200 * 2**20
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * size)
        archive.writestr("schema.sha256", b"")
    tracemalloc.start()
    with pytest.raises(DamagedFileError, match="compressed"):
        skrnn.load(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < size / 10


def test_a_bomb_inside_a_member_is_refused(saved: Path, tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * 10**7)
    changed = rewritten(
        saved,
        tmp_path / "bomb",
        lambda s, m: m.update({"skops/0.skops": inner.getvalue()}),
    )
    with pytest.raises(DamagedFileError, match="compressed"):
        skrnn.load(changed)


def test_members_that_overlap_are_refused(tmp_path: Path) -> None:
    """The headers of many members may point at the same bytes."""
    path = tmp_path / "overlap"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", b"x" * 10_000)
        first = archive.infolist()[0]
        for number in range(100):
            copy = zipfile.ZipInfo(f"copy{number}")
            copy.header_offset, copy.CRC = first.header_offset, first.CRC
            copy.file_size = copy.compress_size = first.file_size
            archive.filelist.append(copy)
    with pytest.raises(DamagedFileError, match="larger than the file"):
        skrnn.load(path)


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/passwd",
        "a/../../b",
        "C:\\evil",
        "..",
        "folder/",
        "a\x00b",
        ".x",
    ],
)
def test_path_tricks_are_refused(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "tricks", "w") as archive:
        archive.writestr("schema.json", "{}")
        info = zipfile.ZipInfo("placeholder")
        info.filename = info.orig_filename = name
        archive.writestr(info, b"")
    with pytest.raises(DamagedFileError, match="invalid name"):
        skrnn.load(tmp_path / "tricks")
    assert [p.name for p in tmp_path.iterdir()] == ["tricks"]


def test_doubled_and_compressed_members_are_refused(saved: Path, tmp_path) -> None:
    with zipfile.ZipFile(tmp_path / "twice", "w") as archive:
        archive.writestr("schema.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("schema.json", "{}")
    with pytest.raises(DamagedFileError, match="more than once"):
        skrnn.load(tmp_path / "twice")
    packed = rewritten(
        saved, tmp_path / "packed", lambda s, m: None, method=zipfile.ZIP_DEFLATED
    )
    with pytest.raises(DamagedFileError, match="compressed"):
        skrnn.load(packed)


def test_a_changed_schema_is_noticed(saved: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        everything = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(everything["schema.json"])
    schema["versions"]["skrnn"] = "0"
    everything["schema.json"] = json.dumps(schema).encode()
    with zipfile.ZipFile(tmp_path / "edited", "w") as archive:
        for name, content in everything.items():
            archive.writestr(name, content)
    with pytest.raises(DamagedFileError, match="it was changed"):
        skrnn.load(tmp_path / "edited")


def test_a_failing_disk_leaves_what_was_there(tmp_path, monkeypatch) -> None:
    path = tmp_path / "model"
    path.write_text("before")

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_archive(path, {}, {"a": b"b"})
    assert [p.name for p in tmp_path.iterdir()] == ["model"]
    assert path.read_text() == "before"
