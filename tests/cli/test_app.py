"""The commands, as a shell would call them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import skrnn
from skrnn.cli.app import commands
from skrnn.datasets import make_reviews
from skrnn.pretrained import files
from tests.helpers import fit_pretrained

QUICK = ("--set", "units=4", "--set", "embeddings=None", "--epochs", "1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that commands run in, with 80 reviews."""
    monkeypatch.chdir(tmp_path)
    reviews, y = make_reviews(80, random_state=0)
    verdict = np.array(["bad", "good"])[y]
    table = pd.DataFrame({"id": range(80), "verdict": verdict, "words": reviews})
    table.to_csv("reviews.csv", index=False)
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(commands, list(arguments))


def test_compare_needs_a_file_only(folder: Path) -> None:
    result = call("compare", "reviews.csv", "--epochs", "1")
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines() if line.strip()]
    assert lines[0][0] == "model"
    assert [line[0] for line in lines[2:]] == ["tfidf", "nbsvm", "fast"]
    assert "column 'words', labels 'verdict'" in result.stderr
    assert "60 training texts, 20 test texts" in result.stderr
    page = (folder / "reviews_comparison.html").read_text()
    assert "Comparison of models on reviews.csv" in page


def test_the_test_rows_have_as_many_of_each_class(folder: Path) -> None:
    table = pd.read_csv("reviews.csv").sort_values("verdict")
    table.to_csv("sorted.csv", index=False)
    result = call("compare", "sorted.csv", "--model", "tfidf", "--test-size", "0.1")
    assert result.exit_code == 0, result.output
    assert "72 training texts, 8 test texts" in result.stderr


def test_compare_with_a_test_file(folder: Path) -> None:
    result = call(
        *("compare", "reviews.csv", "--test", "reviews.csv", "--model", "nbsvm"),
        *("--report", "page.html"),
    )
    assert result.exit_code == 0, result.output
    assert "80 training texts, 80 test texts" in result.stderr
    assert (folder / "page.html").exists()


def test_predict_needs_no_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_FOLDER", folder)
    result = call("predict", "reviews.csv")
    assert result.exit_code == 1
    assert "lacks the pretrained network 'reviews-en'" in result.stderr
    assert "Traceback" not in result.stderr

    skrnn.save(fit_pretrained(), "reviews-en.skrnn")
    result = call("predict", "--text", "so good", "--text", "a bad film")
    assert result.exit_code == 0, result.output
    answers = pd.read_csv(io.StringIO(result.stdout))
    assert answers["prediction"].tolist() == ["pos", "neg"]
    assert "skrnn's own for English reviews" in result.stderr

    pd.DataFrame({"id": [1, 2], "words": ["so bad", "so good"]}).to_csv("new.csv")
    result = call("predict", "new.csv", "--text-column", "words")
    assert result.exit_code == 0, result.output
    answers = pd.read_csv(io.StringIO(result.stdout))
    assert answers["prediction"].tolist() == ["neg", "pos"]


def test_train_predict_report(folder: Path) -> None:
    result = call("train", "reviews.csv", *QUICK, "--output", "a.skrnn")
    assert result.exit_code == 0, result.output
    assert "fast" in result.stdout
    loaded = skrnn.load("a.skrnn")
    assert (loaded["clf"].units, loaded["clf"].embeddings) == (4, None)

    result = call("predict", "a.skrnn", "reviews.csv")
    assert result.exit_code == 0, result.output
    answers = pd.read_csv(io.StringIO(result.stdout))
    assert list(answers) == ["id", "verdict", "words", "prediction", "probability"]
    expected = loaded.predict_proba(answers["words"].tolist())
    np.testing.assert_allclose(answers["probability"], expected.max(axis=1), atol=1e-4)
    assert answers["prediction"].tolist() == [
        loaded.classes_[i] for i in expected.argmax(axis=1)
    ]

    result = call("predict", "a.skrnn", "reviews.csv", "--output", "out.csv")
    assert (result.exit_code, result.stdout) == (0, "")
    assert len(pd.read_csv("out.csv")) == 80
    result = call("predict", "a.skrnn", "out.csv")
    assert result.exit_code == 1
    assert "out.csv already has a column 'prediction'" in result.stderr

    result = call("predict", "a.skrnn", "--text", "Not bad!", "--text", "Bad.")
    assert len(pd.read_csv(io.StringIO(result.stdout))) == 2

    result = call("report", "reviews.csv", "a.skrnn")
    assert result.exit_code == 0, result.output
    right = (answers["prediction"] == answers["verdict"]).mean()
    assert f"{right:.4f} [" in result.stdout
    page = (folder / "reviews_report.html").read_text()
    assert "1 model, fitted before, compared on 80 rows" in page


def test_train_on_all_rows(folder: Path) -> None:
    result = call("train", "reviews.csv", *QUICK, "--test-size", "0")
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert skrnn.load("reviews.skrnn").classes_.tolist() == ["bad", "good"]


def test_demo_shows_that_word_order_decides(folder: Path) -> None:
    result = call("demo", "--samples", "40", "--epochs", "1", "--report", "demo.html")
    assert result.exit_code == 0, result.output
    assert "LSTM" in result.stdout
    assert (folder / "demo.html").exists()


def write(name: str, content: bytes) -> None:
    Path(name).write_bytes(content)


@pytest.mark.parametrize("command", [["compare"], ["train"]])
@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (None, [], "There is no file mine.csv."),
        (b"", [], "mine.csv is empty."),
        (b"review_text,label\n", [], "mine.csv has column names but no rows."),
        (b"review_text,label\na\xe9,1\n", [], "--encoding latin-1."),
        (b"review_text,label\na,1\nb,0\n", ["--label-column", "lable"], "'label'? It"),
        (b"review_text,label\na,1\nb,0\n", ["--text-column", "x"], "--text-column and"),
        (b"a,b\n1,2\n3,4\n", [], "hold only numbers. Name the column with --text-col"),
        (
            b"review_text,label\na,1\n,0\n",
            [],
            "empty cells in 'review_text', in 1 of 2",
        ),
        (b"text,label\na,1\nb,2\nc,3\n", [], "3 different labels in 3 rows, and 1 is"),
        (b"text,label\na,x\nb,x\nc,x\n", [], "1 different labels in 3 rows, and 'x'"),
        (b"text,label\na,1\nb,0\nc,1\nd,0\n", [], "Change --test-size."),
        (b"text;label\na, b;1\nc;0\n", [], "no commas between its columns, but ';'"),
        (b"\xff\xfet\0,\0", [], "--encoding utf-16."),
        (b"text,label\na,1\n", ["--encoding", "utf9"], "There is no encoding 'utf9'"),
    ],
)
def test_bad_files_get_one_line(
    command: list[str],
    content: bytes | None,
    options: list[str],
    message: str,
    folder: Path,
) -> None:
    if content is not None:
        write("mine.csv", content)
    result = call(*command, "mine.csv", *options)
    assert result.exit_code == 1
    assert result.stdout == ""
    error = [line for line in result.stderr.splitlines() if "Error" in line]
    assert len(error) == 1
    assert message in error[0]
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["compare", "reviews.csv", "--model", "fsat"], 1, "Did you mean 'fast'?"),
        (["train", "reviews.csv", "--recipe", "lstm"], 1, "There is no recipe 'lstm'"),
        (["train", "reviews.csv", "--set", "unit=3"], 1, "Did you mean 'units'?"),
        (["train", "reviews.csv", "--set", "units"], 1, "expected NAME=VALUE"),
        (
            ["compare", "reviews.csv", "--test-size", "0"],
            1,
            "no rows to test on",
        ),
        (["compare", "."], 1, "Error: .: Is a directory."),
        (["compare", "reviews.csv", "--report", "."], 1, ". is a folder. Name a file"),
        (["train", "reviews.csv", "--output", "no/a.skrnn"], 1, "is no folder no."),
        (["predict", "no.skrnn", "reviews.csv"], 1, "There is no file no.skrnn"),
        (["report", "reviews.csv", "reviews.csv"], 1, "is not a skrnn model file"),
        (["predict", "no.skrnn"], 2, "Give either a CSV file or --text"),
        (["compare"], 2, "Missing argument 'CSV'"),
        (["comprae"], 2, "No such command 'comprae'"),
    ],
)
def test_mistakes_get_one_line(
    arguments: list[str], code: int, message: str, folder: Path
) -> None:
    result = call(*arguments)
    assert result.exit_code == code
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_folder_that_cannot_be_written_is_reported_before_training(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever is root may write anywhere.
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK)
    result = call("train", "reviews.csv")
    assert result.exit_code == 1
    assert result.stderr == "Error: The folder . cannot be written.\n"


def test_debug_shows_where(folder: Path) -> None:
    result = call("--debug", "compare", "nowhere.csv")
    assert isinstance(result.exception, FileNotFoundError)


def test_a_failed_model_sets_the_exit_code(folder: Path) -> None:
    # Each text has words of its own, and TF-IDF wants words of two texts.
    rows = "".join(f"word{i} thing{i},{i % 2}\n" for i in range(20))
    write("odd.csv", b"text,label\n" + rows.encode())
    result = call("compare", "odd.csv", "--model", "tfidf")
    assert result.exit_code == 1
    assert "Error: tfidf failed: ValueError" in result.stderr
    assert (folder / "odd_comparison.html").exists()


def test_ctrl_c_sets_the_exit_code(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("skrnn.cli.app.load_reviews", interrupt)
    result = call("compare", "reviews.csv")
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")


def test_every_command_has_help_with_examples() -> None:
    for name in commands.commands:
        result = call(name, "--help")
        assert result.exit_code == 0
        assert f"Examples:\n    skrnn {name}" in result.stdout
    assert call("--version").stdout == f"skrnn, version {skrnn.__version__}\n"


def test_help_needs_no_tensorflow() -> None:
    code = (
        "import sys; import skrnn.cli.app; "
        "assert not {'tensorflow', 'keras', 'scikeras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("package", ["click", "rich"])
def test_a_missing_package_is_named(package: str) -> None:
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from skrnn.__main__ import main; main()"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.strip() == (
        f"The command line needs {package}, which is not installed: "
        "pip install 'skrnn[cli]'"
    )


def test_tensorflow_says_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    run = subprocess.run(
        [sys.executable, "-m", "skrnn", "train", "reviews.csv", *QUICK],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    said = run.stderr.splitlines()
    assert [line.split()[0] for line in said] == [
        *("reviews.csv:", "Starting", "64", "[1/1]", "[1/1]", "The"),
    ]
