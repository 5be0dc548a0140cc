"""Reviews from many files, a chunk in memory at a time."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skrnn.datasets import ReviewStream, load_reviews, make_reviews

TEXTS, LABELS = make_reviews(25, random_state=0)
FRAME = pd.DataFrame({"n": range(25), "review_text": TEXTS, "label": LABELS})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of small files of all kinds, in folders."""
    pytest.importorskip("pyarrow")
    (tmp_path / "b").mkdir()
    FRAME[:3].to_csv(tmp_path / "a.csv", index=False)
    FRAME[3:11].to_csv(tmp_path / "b" / "1.CSV.gz", index=False, compression="gzip")
    FRAME[11:11].to_csv(tmp_path / "b" / "2.csv", index=False)
    FRAME[11:20].to_parquet(tmp_path / "b" / "3.parquet", row_group_size=4)
    FRAME[20:].to_parquet(tmp_path / "c.pq")
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / "._a.csv").write_text("left by a file system")
    (tmp_path / "notes.txt").write_text("not a table")
    return tmp_path


@pytest.mark.parametrize("chunk_size", [1, 4, 7, 25, 1000])
def test_files_do_not_show_in_the_chunks(folder: Path, chunk_size: int) -> None:
    stream = ReviewStream(folder, chunk_size=chunk_size)
    for _ in range(2):
        chunks = list(stream)
        sizes = [len(texts) for texts, _ in chunks]
        assert sizes[:-1] == [chunk_size] * (len(chunks) - 1)
        assert 0 < sizes[-1] <= chunk_size
        texts = np.concatenate([texts for texts, _ in chunks])
        assert texts.dtype == object
        assert texts.tolist() == TEXTS.tolist() == list(stream.texts())
        labels = np.concatenate([labels for _, labels in chunks])
        np.testing.assert_array_equal(labels, LABELS)
        assert labels.dtype == LABELS.dtype


def test_one_file_and_several(folder: Path) -> None:
    path = folder / "a.csv"
    X, y = load_reviews(path, return_X_y=True)
    for source in (path, str(path), [path]):
        ((texts, labels),) = ReviewStream(source)
        assert texts.tolist() == X.tolist()
        np.testing.assert_array_equal(labels, y)
    assert len(list(ReviewStream([path, path, folder]).texts())) == 3 + 3 + 25


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_other_columns_and_no_labels(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"reviews.{ending}"
    frame = pd.DataFrame({"été": ["nul", "12"], "verdict": ["neg", "pos"]})
    if ending == "csv":
        frame.to_csv(path, index=False, encoding="latin-1")
    else:
        pytest.importorskip("pyarrow")
        frame.to_parquet(path)
    columns = {"text_column": "été", "encoding": "latin-1"}
    ((texts, labels),) = ReviewStream(path, label_column="verdict", **columns)
    assert (texts.tolist(), labels.tolist()) == (["nul", "12"], ["neg", "pos"])
    ((texts, labels),) = ReviewStream(path, label_column=None, **columns)
    assert texts.tolist() == ["nul", "12"]
    assert labels is None


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_several_text_columns_are_tables(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"reviews.{ending}"
    titles = ["Good", None, "Bad"]
    frame = pd.DataFrame({"label": [1, 1, 0], "body": ["b", "c", "d"], "title": titles})
    if ending == "csv":
        frame.to_csv(path, index=False)
    else:
        pytest.importorskip("pyarrow")
        frame.to_parquet(path)
    columns = ["title", "body"]
    stream = ReviewStream(path, text_column=columns, chunk_size=2)
    (first, labels), (second, _) = stream
    expected = pd.DataFrame([["Good", "b"], ["", "c"]], columns=columns, dtype=object)
    pd.testing.assert_frame_equal(first, expected)
    assert labels.tolist() == [1, 1]
    assert second.to_numpy().tolist() == [["Bad", "d"]]
    with pytest.raises(TypeError, match="one text column"):
        list(stream.texts())


def test_a_parquet_file_is_read_bit_by_bit(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    path = tmp_path / "long.parquet"
    rng = np.random.default_rng(0)
    texts = [rng.bytes(200).hex() for _ in range(40_000)]  # in one group of rows
    pd.DataFrame({"review_text": texts, "label": 1}).to_parquet(path)
    del texts
    before = pyarrow.total_allocated_bytes()
    peak = 0
    for _ in ReviewStream(path, chunk_size=1000):
        peak = max(peak, pyarrow.total_allocated_bytes() - before)
    assert peak < 400 * 40_000 / 2


def test_a_dask_frame() -> None:
    frame = pytest.importorskip("dask.dataframe").from_pandas(FRAME, npartitions=3)
    stream = ReviewStream(frame, chunk_size=10)
    chunks = list(stream)
    assert [len(texts) for texts, _ in chunks] == [10, 10, 5]
    assert list(stream.texts()) == TEXTS.tolist()
    with pytest.raises(ValueError, match="no column 'stars'"):
        list(ReviewStream(frame, label_column="stars"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("review_txt,label\na,1\n", "no column 'review_text'. Did you mean 'review_t"),
        ("review_text,label\na,1\nb,0\n,0\nb,\n", "the first in row 3, 4 of the data"),
        ('review_text,label\n"a,1\n', "cannot be divided into columns"),
        ("review_text,label\na, b,1\nc, d,0\n", "more cells.*2 names"),
        (b"review_text,label\na,1\nb\xff,1\n", "byte 0xff in row 2 .*encoding="),
    ],
)
def test_bad_csv_files(content: str | bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv.gz"
    text = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(text))
    with pytest.raises(ValueError, match=message):
        list(ReviewStream(path, chunk_size=2))


def test_bad_parquet_files(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "reviews.parquet"
    path.write_bytes(b"no table")
    with pytest.raises(ValueError, match=r"reviews\.parquet is not a Parquet file"):
        list(ReviewStream(path))
    FRAME.assign(label=[1.0] * 24 + [None]).to_parquet(path)
    with pytest.raises(ValueError, match=r"empty cells in 'label', .* row 25 "):
        list(ReviewStream(path, chunk_size=5))
    with pytest.raises(ValueError, match="Did you mean 'label'"):
        list(ReviewStream(path, label_column="lable"))


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ("nowhere.csv", FileNotFoundError, r"no file nowhere\.csv"),
        ("", FileNotFoundError, "holds no file that ends in .csv"),
        ("notes.txt", ValueError, "extension; it must be one of .csv"),
        (3, TypeError, "source must be the path .* got int"),
    ],
)
def test_bad_sources(
    source: Any,
    error: type[Exception],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").write_text("not a table")
    with pytest.raises(error, match=message):
        ReviewStream(source)


def test_a_bad_chunk_size() -> None:
    with pytest.raises(ValueError, match=r"chunk_size must be .* got 0"):
        ReviewStream([], chunk_size=0)


def test_without_pyarrow_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "reviews.parquet").touch()
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ImportError, match=r"pip install '\.\[parquet\]'"):
        ReviewStream(tmp_path)
