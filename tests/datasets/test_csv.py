from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from skrnn.datasets import load_reviews


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "reviews.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_the_chapters_columns(tmp_path: Path) -> None:
    path = write(tmp_path, 'label,review_text\n1,"A ""good"", fine film\nyes"\n0,12\n')
    reviews = load_reviews(path)
    assert reviews.data.tolist() == ['A "good", fine film\nyes', "12"]
    assert reviews.data.dtype == object
    assert reviews.target.tolist() == [1, 0]
    assert list(reviews.frame) == ["label", "review_text"]
    X, y = load_reviews(path, return_X_y=True)
    np.testing.assert_array_equal(X, reviews.data)
    np.testing.assert_array_equal(y, reviews.target)


def test_other_columns_labels_and_encodings(tmp_path: Path) -> None:
    path = write(tmp_path, "text,verdict\nété,pos\nnul,neg\n".encode("latin-1"))
    X, y = load_reviews(
        path,
        text_column="text",
        label_column="verdict",
        encoding="latin-1",
        return_X_y=True,
    )
    assert X.tolist() == ["été", "nul"]
    assert y.tolist() == ["pos", "neg"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("review_text,label\n", "no rows"),
        ("review_txt,label\na,1\n", "no column 'review_text'. Did you mean 'review_t"),
        ("review_text,stars\na,1\n", "no column 'label'.*'stars'"),
        ("review_text,label\na,1\n,0\nb,\n", "in 2 of 3 rows, the first in row 2, 3 "),
        ('review_text,label\n"a,1\n', "not a CSV table"),
        ("review_text,label\na, b,1\nc, d,0\n", "more cells.*2 names.*double quotes"),
        ("review_text,label\na,1\nb, c,0\n", "not a CSV table.*line 3"),
        (b"review_text,label\n\xe9t\xe9,1\n", "not in utf-8: byte 0xe9 in row 1 .*"),
        (b"review_text,label\na,1\nb\xff,1\n", "byte 0xff in row 2 .*encoding="),
        (b"r\xe9view,label\na,1\n", "byte 0xe9 in the header"),
        ("review_text,label\né,1\n".encode("utf-16"), "not in utf-8.*encoding="),
    ],
)
def test_bad_files(content: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        load_reviews(write(tmp_path, content))


def test_a_packed_file(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv.gz"
    path.write_bytes(gzip.compress(b"review_text,label\na,1\n"))
    assert load_reviews(path).data.tolist() == ["a"]
    path.write_bytes(gzip.compress(b"review_text,label\na,1\n\xe9,1\n"))
    with pytest.raises(ValueError, match="byte 0xe9 in row 2 "):
        load_reviews(path)


def test_a_file_from_a_spreadsheet_begins_with_a_mark(tmp_path: Path) -> None:
    path = write(tmp_path, b"\xef\xbb\xbfreview_text,label\r\na,1\r\n")
    assert load_reviews(path).data.tolist() == ["a"]


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        load_reviews(tmp_path / "nowhere.csv")


@pytest.mark.real_data
def test_amazon_reviews(skrnn_data: Path) -> None:
    X, y = load_reviews(skrnn_data / "Amazon_reviews_train.csv", return_X_y=True)
    assert len(X) == 2944
    assert np.bincount(y).tolist() == [1467, 1477]
