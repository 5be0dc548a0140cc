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
        ("review_text,label\na,1\n,0\nb,\n", "in 2 of 3 rows, the first in row 2, 3 "),
        ('review_text,label\n"a,1\n', "cannot be divided into columns"),
        ("review_text,label\na, b,1\nc, d,0\n", "more cells.*2 names.*double quotes"),
        ("review_text,label\na,1\nb, c,0\n", "columns: Expected 2 fields in line 3"),
        (b"review_text,label\n\xe9t\xe9,1\n", "not in utf-8: byte 0xe9 in row 1 .*"),
        (b"review_text,label\na,1\nb\xff,1\n", "byte 0xff in row 2 .*encoding="),
        (b"r\xe9view,label\na,1\n", "byte 0xe9 in the header"),
        ("review_text,label\né,1\n".encode("utf-16"), "not in utf-8.*='utf-16'"),
    ],
)
def test_bad_files(content: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        load_reviews(write(tmp_path, content))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"text_column": "review_txt"},
            "no column 'review_txt'. Did you mean 'review_t",
        ),
        ({"label_column": "stars"}, "no column 'stars'.*'review_text', 'label'"),
    ],
)
def test_a_column_that_is_not_there(
    columns: dict[str, str], message: str, tmp_path: Path
) -> None:
    path = write(tmp_path, "review_text,label\na,1\n")
    with pytest.raises(ValueError, match=message):
        load_reviews(path, **columns)


def test_several_text_columns_are_a_table(tmp_path: Path) -> None:
    path = write(tmp_path, "title,stars,body\nA,5,It is good\n,1,Bad\n7,4,\n,2,\n")
    columns = {"text_column": ["title", "body"], "drop_missing": True}
    reviews = load_reviews(path, **columns)
    assert list(reviews.data) == ["title", "body"]
    # One text is enough; an empty cell is an empty text.
    texts = [["A", "It is good"], ["", "Bad"], ["7", ""]]
    assert reviews.data.to_numpy().tolist() == texts
    assert reviews.target.tolist() == [5, 1, 4]
    assert reviews.rows.tolist() == [0, 1, 2]
    assert (reviews.text_column, reviews.label_column) == (["title", "body"], "stars")
    with pytest.raises(ValueError, match=r"'title' and 'body', in 1 of 4 rows.*row 4"):
        load_reviews(path, text_column=["title", "body"])


@pytest.mark.parametrize(
    ("text_column", "message"),
    [
        (["title", "text"], "no column 'text'"),
        (["title", "title"], "at least one column, each once, got"),
        ([], r"at least one column, each once, got \[\]"),
    ],
)
def test_bad_text_columns(text_column: list[str], message: str, tmp_path: Path) -> None:
    path = write(tmp_path, "title,label\nA,1\nB,0\n")
    with pytest.raises(ValueError, match=message):
        load_reviews(path, text_column=text_column)


def test_an_unknown_encoding(tmp_path: Path) -> None:
    path = write(tmp_path, "review_text,label\na,1\n")
    with pytest.raises(ValueError, match="no encoding 'utf8mb4'"):
        load_reviews(path, encoding="utf8mb4")


@pytest.mark.parametrize(
    ("content", "text", "label"),
    [
        ("review_text,label\na b,1\nc,0\n", "review_text", "label"),
        ("Sentiment,Review\n1,a b\n0,c\n", "Review", "Sentiment"),
        # A short title and a long body, an id, a column that is the same everywhere.
        (
            "id,site,title,opinion,verdict\n1,x,A,it was good,pos\n2,x,B,it was not,neg"
            "\n3,x,C,fine,pos\n",
            "opinion",
            "verdict",
        ),
        ("Star Rating,words\n5,a b\n1,c\n3,d\n", "words", "Star Rating"),
    ],
)
def test_columns_are_guessed(
    content: str, text: str, label: str, tmp_path: Path
) -> None:
    path = write(tmp_path, content)
    found = load_reviews(path)
    assert (found.text_column, found.label_column) == (text, label)
    named = load_reviews(path, text_column=text, label_column=label)
    assert found.data.tolist() == named.data.tolist()
    assert found.target.tolist() == named.target.tolist()


def test_a_column_named_auto_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path, "text,auto,label\na,b,1\nc,d,0\n")
    assert load_reviews(path, text_column="auto").data.tolist() == ["b", "d"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,0\n2,1\n", "'a', 'b' hold only numbers.*text_column="),
        ("text\na\nb\n", "no other column.*label_column="),
        ("text,id\na,1\nb,2\n", "'id' has 2.*label_column="),
        ("text,site\na,x\nb,x\nc,x\n", "'site' has 1"),
    ],
)
def test_what_cannot_be_guessed(content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        load_reviews(write(tmp_path, content))


def test_texts_without_labels(tmp_path: Path) -> None:
    path = write(tmp_path, "review_text\na\nb\n")
    reviews = load_reviews(path, label_column=None)
    assert reviews.data.tolist() == ["a", "b"]
    assert reviews.target is None
    path = write(tmp_path, "a;b\nx;y\n")
    assert load_reviews(path, sep=",", label_column=None).data == ["x;y"]
    with pytest.raises(
        ValueError, match=r"empty cells in 'review_text', in 1 of 2 rows"
    ):
        load_reviews(write(tmp_path, "review_text,x\n,1\na,2\n"), label_column=None)


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


def test_an_error_names_the_columns_that_were_guessed(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text("title,body,stars\nGood,So good,5\nBad,,1\nFine,All fine,5\n")
    with pytest.raises(
        ValueError,
        match=r"empty cells in 'body', in 1 of 3 rows, the first in row 2 .*guessed: "
        r"text_column='body', label_column='stars'",
    ):
        load_reviews(path)
