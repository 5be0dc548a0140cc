"""Several columns of texts in one TextSequencer."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline

import skrnn
from skrnn import TextSequencer, WordVectors
from skrnn.text import encoding
from tests.helpers import fit_pretrained, small_classifier

pl = pytest.importorskip("polars", reason="comes with the extra test-all")
pytestmark = pytest.mark.slow

X = pd.DataFrame(
    {
        "title": ["Great!", "", "Bad. No"],
        "body": ["A great film", "A film", "So bad. So bad."],
    }
)
SEPARATOR = "[SEP]"


@pytest.mark.parametrize(
    "table", [X, pl.from_pandas(X), X.to_numpy(), X.to_numpy(str), X.astype(object)]
)
def test_columns_share_a_vocabulary_and_are_set_apart(table: Any) -> None:
    sequencer = TextSequencer(maxlen=7)
    rows = sequencer.fit_transform(table)
    assert list(sequencer.vocabulary_) == [
        SEPARATOR, "bad", "a", "film", "great", "so", "no",
    ]  # fmt: skip
    assert sequencer.vocabulary_[SEPARATOR] == 2
    assert sequencer.inverse_transform(rows) == [
        ["great", SEPARATOR, "a", "great", "film"],
        [SEPARATOR, "a", "film"],
        ["bad", "no", SEPARATOR, "so", "bad", "so", "bad"],
    ]
    assert sequencer.document_lengths_.tolist() == [5, 3, 7]
    assert sequencer.oov_rate_ == 0
    np.testing.assert_array_equal(sequencer.transform(table), rows)


def test_columns_and_their_names_are_known() -> None:
    sequencer = TextSequencer().fit(X)
    assert sequencer.n_features_in_ == 2
    assert sequencer.feature_names_in_.tolist() == ["title", "body"]
    assert not hasattr(sequencer.fit(X.to_numpy()), "feature_names_in_")
    assert not hasattr(sequencer.fit(X["body"]), "n_features_in_")


def test_one_column_is_a_column_of_texts() -> None:
    of_table, of_texts = (
        TextSequencer().fit(X[["body"]]),
        TextSequencer().fit(X["body"]),
    )
    assert of_table.vocabulary_ == of_texts.vocabulary_
    for texts in (X["body"], X[["body"]]):
        np.testing.assert_array_equal(
            of_table.transform(texts), of_texts.transform(texts)
        )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            X.assign(more=""),
            r"X has 3 columns .* fitted to 2 columns .*'title', 'body'",
        ),
        (X["body"], "X has one text in a row, .* fitted to 2 columns"),
        (X[["body"]], "X has one text in a row, .* fitted to 2 columns"),
        (["a film"], "X has one text in a row, .* fitted to 2 columns"),
        (X[["body", "title"]], "must be in the same order as they were in fit"),
        (X.set_axis(["a", "b"], axis=1), "names unseen at fit time"),
    ],
)
def test_other_columns_than_those_of_fit_are_refused(table, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TextSequencer().fit(X).transform(table)
    with pytest.raises(ValueError, match=message):
        TextSequencer().partial_fit(X).partial_fit(table)


def test_a_table_after_texts_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"2 columns of texts, .* to one text in a row"
    ):
        TextSequencer().fit(X["body"]).transform(X)


def test_a_failed_fit_keeps_the_columns() -> None:
    sequencer = TextSequencer().fit(X)
    with pytest.raises(TypeError, match="Document 0 of column 'n' is 1"):
        sequencer.fit(X.assign(n=1))
    assert sequencer.feature_names_in_.tolist() == ["title", "body"]
    assert sequencer.transform(X).shape == (3, 200)


def shout(token: str) -> str:
    assert token != SEPARATOR
    return token.upper()


@pytest.mark.parametrize(
    "params",
    [
        {"tokenizer": str.split, "stemmer": shout},
        {"tokenizer": "nltk", "stemmer": "porter", "stop_words": "english"},
        {"max_df": 1, "max_features": 1},
    ],
)
def test_no_rule_and_no_limit_removes_the_separator(params: dict) -> None:
    sequencer = TextSequencer(**params).fit(X)
    assert sequencer.vocabulary_[SEPARATOR] == 2
    assert ((sequencer.transform(X) == 2).sum(axis=1) == 1).all()


def test_columns_without_words_are_an_empty_vocabulary() -> None:
    with pytest.raises(ValueError, match="empty vocabulary"):
        TextSequencer().fit(np.array([["", "..."]]))
    with pytest.raises(ValueError, match="no terms remain"):
        TextSequencer(min_df=2).fit(np.array([["a", "b"], ["c", ""]]))


def test_a_vocabulary_of_ones_own_gets_the_separator() -> None:
    words = {"great": 7, "bad": 3}
    assert TextSequencer(vocabulary=words).fit(X).vocabulary_ == {**words, SEPARATOR: 8}
    whole = TextSequencer().fit(X).vocabulary_
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert TextSequencer(vocabulary=whole).fit(X).vocabulary_ == whole


def test_a_pretrained_vocabulary_gets_the_separator() -> None:
    pretrained = fit_pretrained()
    known = pretrained["seq"].vocabulary_
    sequencer = TextSequencer(pretrained=pretrained, max_features=1).fit(X)
    new = {w: n for w, n in sequencer.vocabulary_.items() if w not in known}
    assert new == {SEPARATOR: 7, "great": 8}
    again = TextSequencer(pretrained=make_pipeline(sequencer, pretrained["clf"]))
    assert again.fit(X).vocabulary_[SEPARATOR] == 7


def test_each_text_is_at_least_one_sentence() -> None:
    sequencer = TextSequencer(sentence_splitter="rules", maxlen=10)
    rows = sequencer.fit_transform(X)
    words = {number: word for word, number in sequencer.vocabulary_.items()}
    words[0] = "|"
    assert [" ".join(words[i] for i in row).strip("| ") for row in rows.tolist()] == [
        "great | [SEP] a great film",
        "[SEP] a film",
        "bad | no | [SEP] so bad | so bad",
    ]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_blocks_and_processes_change_nothing(
    n_jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.concat([X] * 10)
    expected = TextSequencer(maxlen=0.5).fit(table)
    monkeypatch.setattr(encoding, "_BLOCK_CHARACTERS", 500)
    monkeypatch.setattr(encoding, "_MIN_PER_PROCESS", 2)
    streamed = TextSequencer(maxlen=0.5, n_jobs=n_jobs).fit(table)
    in_parts = TextSequencer(maxlen=0.5).partial_fit(table[:7]).partial_fit(table[7:])
    for sequencer in (streamed, in_parts):
        assert sequencer.vocabulary_ == expected.vocabulary_
        assert sequencer.maxlen_ == expected.maxlen_
        np.testing.assert_array_equal(
            sequencer.transform(table), expected.transform(table)
        )


def test_a_file_keeps_the_columns(tmp_path: Path) -> None:
    sequencer = TextSequencer(maxlen=7).fit(X)
    path = tmp_path / "words.skrnn"
    skrnn.save(sequencer, path)
    loaded = skrnn.load(path)
    assert loaded.n_features_in_ == 2
    assert loaded.feature_names_in_.tolist() == ["title", "body"]
    np.testing.assert_array_equal(loaded.transform(X), sequencer.transform(X))


@pytest.mark.parametrize("output", ["default", "pandas"])
def test_a_column_transformer_gives_one_classifier_both_columns(output: str) -> None:
    table = pd.concat([X] * 8, ignore_index=True).assign(price=1.5)
    texts = ColumnTransformer([("seq", TextSequencer(maxlen=7), ["title", "body"])])
    model = make_pipeline(texts.set_output(transform=output), small_classifier())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(table, [0, 1, 1] * 8)
    assert model.predict(table).shape == (24,)


def test_word_vectors_are_trained_on_all_columns() -> None:
    vectors = WordVectors.train(pd.concat([X] * 5), method="svd", n_dimensions=2)
    assert {SEPARATOR, "great", "no"} <= vectors.vocabulary.keys()
