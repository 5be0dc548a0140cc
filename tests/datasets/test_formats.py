"""Files as people have them: separators, headers, empty cells and other formats."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skrnn.datasets import ReviewStream, load_reviews

TABLE = pd.DataFrame(
    {
        "review_text": ["Good, really; good\tstuff", "Bad | worse", "It's fine"],
        "label": ["pos", "neg", "pos"],
    }
)


def check_table(reviews: Any) -> None:
    assert reviews.data.tolist() == TABLE["review_text"].tolist()
    assert reviews.target.tolist() == TABLE["label"].tolist()
    assert (reviews.text_column, reviews.label_column) == ("review_text", "label")


@pytest.mark.parametrize("sep", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["reviews.csv", "reviews.tsv", "reviews.csv.gz"])
def test_the_separator_is_found(sep: str, name: str, tmp_path: Path) -> None:
    TABLE.to_csv(tmp_path / name, sep=sep, index=False)
    check_table(load_reviews(tmp_path / name))
    check_table(load_reviews(tmp_path / name, sep=sep))
    (texts, labels), *others = ReviewStream(tmp_path)
    assert not others
    assert texts.tolist() == TABLE["review_text"].tolist()
    assert labels.tolist() == TABLE["label"].tolist()


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        # Only ";" divides all rows into as many cells.
        ("text;label\ngood, so good;1\nbad;0\n", ["good, so good", "bad"]),
        (
            "text;label\ngood, so good;1\nbad, so bad;0\n",
            ["good, so good", "bad, so bad"],
        ),
        # Both do: a comma.
        ("text,x;label\nso good,1;2\nso bad,1;3\na,1;2\n", ["so good", "so bad", "a"]),
        # No row but the first tells.
        ("text;label\n;\n;\nso good;1\n", ["so good"]),
    ],
)
def test_a_separator_is_guessed_where_it_is_unmistakable(
    content: str, texts: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text(content)
    assert load_reviews(path, drop_missing=True).data.tolist() == texts


def test_a_cell_too_many_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("text;label\ngood;1\nbad; so bad;0\n")
    message = r"Expected 2 fields in line 3, saw 3.*in double quotes.*sep="
    with pytest.raises(ValueError, match=message):
        load_reviews(path)
    with pytest.raises(ValueError, match=r"one character, such as ';', got ';;'"):
        load_reviews(path, sep=";;")


def test_an_excel_workbook(tmp_path: Path) -> None:
    path = tmp_path / "reviews.xlsx"
    TABLE.to_excel(path, index=False)
    check_table(load_reviews(path))
    # The content decides, not the name.
    check_table(load_reviews(path.rename(tmp_path / "reviews.csv")))

    TABLE.assign(review_text=[1, 2.5, "x"]).to_excel(path, index=False)
    assert load_reviews(path).data.tolist() == ["1", "2.5", "x"]
    TABLE.to_excel(path, index=False, header=False)
    named = load_reviews(path)
    assert named.frame.columns.tolist() == ["column_1", "column_2"]
    assert named.data.tolist() == TABLE["review_text"].tolist()


def test_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    TABLE.to_parquet(tmp_path / "reviews.parquet")
    check_table(load_reviews(tmp_path / "reviews.parquet"))
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(ValueError, match=r"damaged\.parquet is not a Parquet file"):
        load_reviews(tmp_path / "damaged.parquet")


def test_json(tmp_path: Path) -> None:
    TABLE.to_json(tmp_path / "lines.jsonl", lines=True, orient="records")
    TABLE.to_json(tmp_path / "list.json", orient="records", indent=2)
    renamed = TABLE.rename(columns={"label": "Would you come here again?"})
    renamed.to_json(tmp_path / "asked.jsonl", lines=True, orient="records")
    asked = load_reviews(tmp_path / "asked.jsonl")
    assert asked.label_column == "Would you come here again?"
    (tmp_path / "asked.jsonl").unlink()
    TABLE.to_json(tmp_path / "packed.jsonl.gz", lines=True, orient="records")
    for path in tmp_path.iterdir():
        check_table(load_reviews(path))
    path = tmp_path / "damaged.jsonl"
    path.write_text('{"text": "good"\n')
    with pytest.raises(ValueError, match=r"neither JSON lines .* nor a list"):
        load_reviews(path)


def test_numbers_as_text_and_missing_values_in_json(tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    rows: list[dict[str, Any]] = [
        {"text": "so good", "label": 1},
        {"text": None, "label": 0},
        {"text": "so bad", "label": 0},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    reviews = load_reviews(path, drop_missing=True)
    assert reviews.data.tolist() == ["so good", "so bad"]
    assert reviews.target.tolist() == [1, 0]
    assert reviews.target.dtype == "int64"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_stream(pack: Any) -> None:
    stream = io.BytesIO(pack(TABLE.to_csv(index=False, sep=";").encode()))
    check_table(load_reviews(stream))


def test_the_packages_of_other_formats_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    TABLE.to_excel(tmp_path / "reviews.xlsx")
    pytest.importorskip("pyarrow")
    TABLE.to_parquet(tmp_path / "reviews.parquet")
    for module in ("openpyxl", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "reviews.csv.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(ImportError, match="pip install zstandard"):
        load_reviews(tmp_path / "reviews.csv.zst")
    for name, extra in (("reviews.xlsx", "excel"), ("reviews.parquet", "parquet")):
        with pytest.raises(ImportError, match=rf"pip install '\.\[{extra}\]'"):
            load_reviews(tmp_path / name)


def pack(*names: str) -> bytes:
    """Return a ZIP archive with files of these names, without the time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "text,label\na,1\n")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"format of 2003 .*Save it as .*\.xlsx"),
        (pack("mimetype", "content.xml"), r"ZIP archive of 2 files.*save it as \.xlsx"),
        (pack("xl/workbook.xml"), "cannot be read as an Excel workbook"),
        (b"PK\x03\x04 and no more", "damaged ZIP archive or Excel workbook"),
        (
            gzip.compress(b"text,label\n" * 99, mtime=0)[:-9],
            "damaged and cannot be unpacked",
        ),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a table: expected a text file"),
    ],
)
def test_what_is_no_table_is_named(
    content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as raised:
        load_reviews(path)
    assert "PK" not in str(raised.value)
    assert "\\x" not in str(raised.value)


def test_a_packed_csv_file(tmp_path: Path) -> None:
    (tmp_path / "reviews.zip").write_bytes(pack("reviews.csv"))
    assert load_reviews(tmp_path / "reviews.zip").data.tolist() == ["a"]


# -- headers


@pytest.mark.parametrize(
    "content",
    [
        "I love it.,1\nBad,0\nFine,1\n",
        "1;I love it.\n0;Bad\n1;Fine\n",
        "I love it.,pos\nBad,neg\nFine,pos\n",
    ],
)
def test_a_file_without_a_header_keeps_its_first_review(
    content: str, tmp_path: Path
) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text(content)
    reviews = load_reviews(path)
    assert reviews.data.tolist() == ["I love it.", "Bad", "Fine"]
    assert {reviews.text_column, reviews.label_column} == {"column_1", "column_2"}
    assert len(load_reviews(path, label_column=None, header=True).data) == 2


def test_where_a_header_may_be_a_review_the_user_says(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("I really love this film\nBad\nFine\n")
    with pytest.raises(ValueError, match=r"'I really love this film'.*header=False"):
        load_reviews(path, label_column=None)
    first = load_reviews(path, label_column=None, header=False)
    assert first.data.tolist() == ["I really love this film", "Bad", "Fine"]
    assert load_reviews(path, label_column=None, header=True).data[0] == "Bad"
    named = load_reviews(path, text_column="I really love this film", label_column=None)
    assert named.data.tolist() == ["Bad", "Fine"]


def test_header_is_true_false_or_auto(tmp_path: Path) -> None:
    # For pandas, 0 means a header and None means none.
    for header in (0, None, "yes"):
        with pytest.raises(ValueError, match=r'True, False or "auto", got '):
            load_reviews(tmp_path, header=header)


@pytest.mark.parametrize(
    "names", ["review,2024", "text,pos", "words,verdict", "opinion,5-star"]
)
def test_names_are_not_taken_for_a_review(names: str, tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text(f"{names}\nso good,pos\nso bad,neg\nso fine,pos\n")
    assert load_reviews(path).data.tolist() == ["so good", "so bad", "so fine"]


# -- empty cells


def test_rows_with_empty_cells_are_dropped_on_request(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("review_text,label\nso good,1\n,0\nso bad,\nbad,0\n")
    with pytest.raises(ValueError, match=r"in 2 of 4 rows.*drop_missing=True"):
        load_reviews(path)
    reviews = load_reviews(path, drop_missing=True)
    assert reviews.data.tolist() == ["so good", "bad"]
    assert reviews.target.tolist() == [1, 0]
    assert reviews.rows.tolist() == [0, 3]
    assert len(reviews.frame) == 4
    with pytest.raises(ValueError, match="in 2 of 4 rows"):
        list(ReviewStream(path))
    stream = ReviewStream(path, drop_missing=True)
    assert list(stream.texts()) == ["so good", "bad"]

    path.write_text("review_text,label\ngood,\nbad,\n")
    with pytest.raises(ValueError, match=r"All rows of .* lack a text or a label"):
        load_reviews(path, drop_missing=True)
