"""The commands, as a shell would call them."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

import skrnn
from skrnn.cli.app import commands
from skrnn.datasets import make_reviews
from skrnn.pretrained import files
from tests.helpers import TOPIC_TEXTS, fit_pretrained, fit_topics, fitted_kind

QUICK = (
    "--model",
    "fast",
    "--set",
    "units=4",
    "--set",
    "embeddings=None",
    "--epochs",
    "1",
)


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
    names = [line[0] for line in lines[2:5]]
    assert set(names) == {"tfidf", "nbsvm", "pretrained"}
    accuracies = re.findall(r"(\d\.\d{4}) \[", result.stdout)
    assert accuracies == sorted(accuracies, reverse=True)
    assert f"skrnn train reviews.csv --model {names[0]}" in result.stderr
    assert "column 'words', labels in 'verdict'" in result.stderr
    assert "60 training texts, 20 test texts" in result.stderr
    page = (folder / "reviews_comparison.html").read_text()
    assert "Comparison of models on reviews.csv" in page


def test_the_classes_of_the_best_model_are_shown(folder: Path) -> None:
    result = call("compare", "reviews.csv", "--model", "nbsvm")
    assert result.exit_code == 0, result.output
    start = result.stdout.index("nbsvm, by class")
    lines = [
        line.split() for line in result.stdout[start:].splitlines() if line.strip()
    ]
    assert lines[1] == [
        "class",
        "precision",
        "recall",
        "F1",
        "texts",
        "→",
        "bad",
        "→",
        "good",
    ]
    rows = {line[0]: line[1:] for line in lines[3:5]}
    assert set(rows) == {"bad", "good"}
    for own, (label, cells) in enumerate(rows.items()):
        n_texts, *counts = map(int, cells[3:])
        assert sum(counts) == n_texts
        assert float(cells[1]) == pytest.approx(counts[own] / n_texts, abs=1e-4), label


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
    assert "the pretrained network for English reviews" in result.stderr

    pd.DataFrame({"id": [1, 2], "words": ["so bad", "so good"]}).to_csv("new.csv")
    result = call("predict", "new.csv", "--text-column", "words")
    assert result.exit_code == 0, result.output
    answers = pd.read_csv(io.StringIO(result.stdout))
    assert answers["prediction"].tolist() == ["neg", "pos"]


@pytest.mark.parametrize("name", ["topics.skrnn", "topics.onnx"])
def test_predict_writes_all_labels_of_a_text(name: str, folder: Path) -> None:
    model = fit_topics()
    write = skrnn.save if name.endswith(".skrnn") else skrnn.export_onnx
    write(model, name)
    texts = [*TOPIC_TEXTS, None]
    pd.DataFrame({"id": range(5), "words": texts}).to_csv("new.csv", index=False)
    arguments = ("predict", name, "new.csv", "--text-column", "words")
    result = call(*arguments, "--output", "out.csv")
    assert result.exit_code == 0, result.output
    answers = pd.read_csv("out.csv", dtype={"prediction": str})
    columns = [f"probability_{label}" for label in range(3)]
    assert list(answers) == ["id", "words", "prediction", *columns]
    predictions = answers["prediction"].fillna("").tolist()
    assert predictions == ["", "1", "0 1", "0 1 2", ""]
    proba = answers[columns].to_numpy()
    np.testing.assert_allclose(proba[:4], model.predict_proba(texts[:4]), atol=1e-4)
    assert np.isnan(proba[4]).all()

    answers.drop(columns="prediction").to_csv("new.csv", index=False)
    result = call(*arguments)
    assert result.exit_code == 1
    assert "already has a column 'probability_0'" in result.stderr


def test_predict_writes_several_labels_without_probabilities(folder: Path) -> None:
    y = [[int(word in text) for word in ("lamp", "cable")] for text in TOPIC_TEXTS]
    model = make_pipeline(CountVectorizer(), OneVsRestClassifier(LinearSVC()))
    skrnn.save(model.fit(TOPIC_TEXTS, y), "linear.skrnn")
    result = call("predict", "linear.skrnn", "--text", "a lamp and a cable")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == ["text,prediction", "a lamp and a cable,0 1"]


def test_predict_writes_the_numbers_of_an_exported_regressor(folder: Path) -> None:
    model = fitted_kind("ratings")
    skrnn.export_onnx(model, "ratings.onnx")
    result = call("predict", "ratings.onnx", "--text", "a great lamp")
    assert result.exit_code == 0, result.output
    answers = pd.read_csv(io.StringIO(result.stdout))
    assert list(answers) == ["text", "prediction"]
    np.testing.assert_allclose(answers["prediction"], model.predict(["a great lamp"]))


def test_train_predict_report(folder: Path) -> None:
    result = call("train", "reviews.csv", *QUICK, "--output", "a.skrnn")
    assert result.exit_code == 0, result.output
    assert "fast labels" in result.stdout
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


@pytest.mark.parametrize("name", ["nbsvm", "best"])
def test_train_takes_what_compare_recommends(name: str, folder: Path) -> None:
    options = () if name == "nbsvm" else ("--epochs", "1")
    result = call("train", "reviews.csv", "--model", name, *options)
    assert result.exit_code == 0, result.output
    assert f"{name} labels" in result.stdout
    assert ("best: epoch 1/1, accuracy" in result.stderr) == (name == "best")
    loaded = skrnn.load("reviews.skrnn")
    assert loaded.predict(["so good"])[0] in ("bad", "good")


def test_parameters_of_a_baseline_can_be_set(folder: Path) -> None:
    arguments = ("--model", "nbsvm", "--set", "clf__C=3.5")
    result = call("train", "reviews.csv", *arguments)
    assert result.exit_code == 0, result.output
    assert skrnn.load("reviews.skrnn")["clf"].C == 3.5


def test_explain(folder: Path) -> None:
    skrnn.save(fit_pretrained(), "model.skrnn")
    texts = ("--text", "a good film", "--text", "so bad & so good")
    result = call("explain", "model.skrnn", *texts, "--output", "why.html")
    assert result.exit_code == 0, result.output
    expected = skrnn.explain(skrnn.load("model.skrnn"), "a good film")
    assert f"pos (probability {expected.value:.3f}): a good film" in result.stdout
    for word, weight in expected.to_pairs():
        assert re.search(rf"{word} +{re.escape(f'{weight:+.4f}')}", result.stdout)
    page = (folder / "why.html").read_text()
    assert page.count("<hr>") == 1
    assert "&amp;" in page

    result = call("explain", "model.skrnn", *texts[:2], "--target", "neg")
    assert "neg (probability" in result.stdout
    result = call("explain", "model.skrnn", *texts[:2], "--target", "bad")
    assert result.exit_code == 1
    assert "no label 'bad'. Its labels are 'neg', 'pos'" in result.stderr


@pytest.mark.parametrize(
    ("choice", "said", "n_train"),
    [
        ((), "use --duplicates drop to remove them", 62),
        (("--duplicates", "keep"), "so the models look better than they are.", 62),
        (("--duplicates", "drop"), "training texts and were removed from", 60),
    ],
)
def test_texts_in_both_parts_are_reported(
    choice: tuple[str, ...], said: str, n_train: int, folder: Path
) -> None:
    table = pd.read_csv("reviews.csv")
    table[:62].to_csv("train.csv", index=False)
    table[60:].to_csv("test.csv", index=False)
    result = call(
        *("compare", "train.csv", "--test", "test.csv", "--model", "nbsvm", *choice)
    )
    assert result.exit_code == 0, result.output
    assert "2 of 20 test texts are also among the training texts" in result.stderr
    assert said in result.stderr
    assert f"{n_train} training texts, 20 test texts" in result.stderr


# -- the files that people have


def write_table(table: pd.DataFrame, name: str) -> None:
    """Write a table in the format of the name."""
    if name.endswith(".xlsx"):
        table.to_excel(name, index=False)
    elif name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
        table.to_parquet(name)
    elif name.endswith(".jsonl"):
        table.to_json(name, orient="records", lines=True)
    else:
        sep = {"semicolons.csv": ";", "tabs.tsv": "\t"}.get(name, ",")
        table.to_csv(name, sep=sep, index=False, header=name != "headless.csv")


@pytest.mark.parametrize(
    "name",
    [
        *("semicolons.csv", "tabs.tsv", "headless.csv", "book.xlsx", "t.parquet"),
        "lines.jsonl",
    ],
)
def test_train_and_predict_read_the_files_that_people_have(
    name: str, folder: Path
) -> None:
    table = pd.read_csv("reviews.csv").drop(columns="id")
    write_table(table, name)
    result = call("train", name, "--model", "tfidf", "--output", "model.skrnn")
    assert result.exit_code == 0, result.output
    assert "64 training texts, 16 test texts" in result.stderr
    result = call("predict", "model.skrnn", name)
    assert result.exit_code == 0, result.output
    answers = pd.read_csv(io.StringIO(result.stdout))
    assert answers.iloc[:, 1].tolist() == table["words"].tolist()
    expected = skrnn.load("model.skrnn").predict(table["words"])
    assert answers["prediction"].tolist() == expected.tolist()


def test_a_separator_can_be_named(folder: Path) -> None:
    write("odd.csv", b"text~label\n" + b"so good~1\nso bad~0\n" * 5)
    result = call("compare", "odd.csv", "--model", "nbsvm", "--sep", "~")
    assert result.exit_code == 0, result.output
    write("odd.csv", b"text,a\tlabel,b\n" + b"so,good\t1,0\nso,bad\t0,1\n" * 5)
    options = ("--label-column", "label,b", "--model", "nbsvm")
    assert call("compare", "odd.csv", *options).exit_code == 1
    for sep in ("tab", r"\t", "\t"):
        result = call("compare", "odd.csv", *options, "--sep", sep)
        assert result.exit_code == 0, result.output


def test_a_file_from_stdin(folder: Path) -> None:
    content = Path("reviews.csv").read_bytes()
    arguments = ["train", "-", "--model", "nbsvm"]
    result = CliRunner().invoke(commands, arguments, input=content)
    assert result.exit_code == 0, result.output
    assert "stdin: texts are in the column 'words'" in result.stderr
    result = CliRunner().invoke(
        commands, ["predict", "stdin.skrnn", "-"], input=content
    )
    assert result.exit_code == 0, result.output
    assert len(pd.read_csv(io.StringIO(result.stdout))) == 80


def test_empty_cells(folder: Path) -> None:
    table = pd.read_csv("reviews.csv")
    table.loc[[2, 5], "words"] = None
    table.loc[7, "verdict"] = None
    table.to_csv("holes.csv", index=False)
    arguments = ("train", "holes.csv", "--model", "nbsvm", "--output", "a.skrnn")
    result = call(*arguments)
    assert result.exit_code == 1
    assert "in 3 of 80 rows, the first in row 3, 6, 8 of the data" in result.stderr
    assert "or drop these rows with --drop-missing" in result.stderr
    result = call(*arguments, "--drop-missing")
    assert result.exit_code == 0, result.output
    assert "3 of 80 rows lack a text or label and were dropped" in result.stderr

    result = call("predict", "a.skrnn", "holes.csv")
    assert result.exit_code == 0, result.output
    assert "2 of 80 rows have no text and thus no prediction" in result.stderr
    answers = pd.read_csv(io.StringIO(result.stdout))
    assert answers["prediction"].isna().to_numpy().nonzero()[0].tolist() == [2, 5]
    assert answers["id"].tolist() == list(range(80))


def test_where_a_header_may_be_a_review_the_user_says(folder: Path) -> None:
    skrnn.save(fit_pretrained(), "a.skrnn")
    write("new.csv", b"this was a good film\nso bad\n")
    result = call("predict", "a.skrnn", "new.csv")
    assert result.exit_code == 1
    assert "Pass --no-header if it is a text, --header if it is a name" in result.stderr
    for option, n_rows in (("--no-header", 2), ("--header", 1)):
        result = call("predict", "a.skrnn", "new.csv", option)
        assert result.exit_code == 0, result.output
        assert len(pd.read_csv(io.StringIO(result.stdout))) == n_rows


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
        (b"text,label\na,1\nb,2\nc,3\n", [], "Only one row has the label 1."),
        (b"text,label\na,x\nb,x\nc,x\n", [], "Only one label was found: 'x'."),
        (b"text,label\na,1\nb,0\nc,1\nd,0\n", [], "Change --test-size."),
        (b"text;label\na;b;1\nc;0\n", [], "more cells in its rows than the 2 names"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", [], "Save it as an Excel workbook (.xlsx)"),
        (b"PK\x03\x04\x14\0\x06", [], "damaged ZIP archive or Excel workbook"),
        (b"\x89PNG\r\n\x1a\n\0\0", [], "mine.csv is not a table"),
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
    assert "pandas" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["compare", "reviews.csv", "--model", "fsat"], 1, "Did you mean 'fast'?"),
        (
            ["train", "reviews.csv", "--model", "lstm"],
            1,
            "Did you mean 'chapter_lstm'?",
        ),
        (["train", "reviews.csv", "--recipe", "nbsv"], 1, "Did you mean 'nbsvm'?"),
        (["train", "reviews.csv", "--set", "unit=3"], 1, "Did you mean 'units'?"),
        (["train", "reviews.csv", "--set", "units"], 1, "expected NAME=VALUE"),
        (
            ["compare", "reviews.csv", "--test-size", "0"],
            1,
            "no rows to test on",
        ),
        (["compare", "."], 1, "Error: .: Is a directory."),
        (["compare", "reviews.csv", "--report", "."], 1, ". is a folder. Pass the"),
        (["train", "reviews.csv", "--output", "no/a.skrnn"], 1, "is no folder no."),
        (["predict", "no.skrnn", "reviews.csv"], 1, "There is no file no.skrnn"),
        (["report", "reviews.csv", "reviews.csv"], 1, "is not a skrnn model file"),
        (["predict", "no.skrnn"], 2, "Pass either a file or --text"),
        (["compare"], 2, "Missing argument 'FILE'"),
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
    assert result.stderr == "Error: The folder . is not writable.\n"


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

    monkeypatch.setattr("skrnn.cli.app.read_reviews", interrupt)
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
        "pip install '.[cli]' in the folder of skrnn's sources."
    )


@pytest.mark.slow
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
        *("reviews.csv:", "Starting", "64", "[1/1]", "fast:", "[1/1]", "Saved"),
    ]


@pytest.fixture
def shop(folder: Path) -> pd.DataFrame:
    """Return 80 reviews in two columns, one of which is empty in some rows."""
    table = pd.read_csv("reviews.csv")
    title = np.where(table["verdict"] == "good", "worth it", "no thanks")
    title = pd.Series(title, dtype=object).where(table["id"] % 10 > 0)
    table.insert(1, "title", title)
    table.to_csv("shop.csv", index=False)
    return table.fillna("")


COLUMNS = ("--text-column", "title", "--text-column", "words")


@pytest.mark.parametrize("model", [QUICK, ("--model", "nbsvm")], ids=["fast", "nbsvm"])
def test_several_text_columns(model: tuple[str, ...], shop: pd.DataFrame) -> None:
    result = call("train", "shop.csv", *COLUMNS, *model, "--output", "m.skrnn")
    assert result.exit_code == 0, result.output
    assert "columns 'title', 'words', labels in 'verdict'" in result.stderr
    fitted = skrnn.load("m.skrnn")
    assert list(fitted.feature_names_in_) == ["title", "words"]
    proba = fitted.predict_proba(shop[["title", "words"]])

    # The model knows its columns.
    result = call("predict", "m.skrnn", "shop.csv", "--output", "labeled.csv")
    assert result.exit_code == 0, result.output
    labeled = pd.read_csv("labeled.csv")
    assert len(labeled) == len(shop)
    np.testing.assert_allclose(labeled["probability"], proba.max(axis=1), atol=1e-4)

    row = ("--text", "worth it", "--text", shop["words"][1])
    result = call("predict", "m.skrnn", *row)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("title,words,prediction,probability\nworth it,")
    result = call("explain", "m.skrnn", *row)
    assert result.exit_code == 0, result.output
    assert "worth" in result.stdout
    result = call("report", "shop.csv", "m.skrnn")
    assert result.exit_code == 0, result.output
    assert "m.skrnn" in result.stdout


def test_a_text_column_left_out_of_a_row_is_reported(shop: pd.DataFrame) -> None:
    assert call("train", "shop.csv", *COLUMNS, *QUICK).exit_code == 0
    for command in ("predict", "explain"):
        result = call(command, "shop.skrnn", "--text", "a lamp")
        assert result.exit_code == 2
        assert "reads the text columns title, words: pass --text once" in result.stderr


def test_compare_several_text_columns(shop: pd.DataFrame) -> None:
    models = ("--model", "tfidf", "--model", "best", "--epochs", "1")
    result = call("compare", "shop.csv", *COLUMNS, *models, "--test", "shop.csv")
    assert result.exit_code == 0, result.output
    assert "80 of 80 test texts are also among the training texts" in result.stderr
    assert "skrnn train shop.csv --text-column title --text-column words" in (
        result.stderr
    )
