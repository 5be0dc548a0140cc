"""Where sentences end, and what TextSequencer makes of it."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skrnn import TextSequencer
from skrnn.text import encoding, split_sentences
from skrnn.text.sentences import break_long_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("so good. loved it", ["so good.", "loved it"]),
        ("Well ... it was. Hm... No", ["Well ... it was.", "Hm...", "No"]),
        ("Mr. T and Mrs. Hall met Dr. No.", ["Mr. T and Mrs. Hall met Dr. No."]),
        ("J. R. Smith. George W. Bush", ["J. R. Smith.", "George W. Bush"]),
        ("As do I. The end", ["As do I.", "The end"]),
        ("At 5 p.m. sharp", ["At 5 p.m. sharp"]),
        ("At 5 p.m. The end", ["At 5 p.m.", "The end"]),
        ("In the U.S. it is, e.g. Here", ["In the U.S. it is, e.g. Here"]),
        ("3.5 of 10.0 stars", ["3.5 of 10.0 stars"]),
        ('He said: "No!" (Really.) Yes', ['He said: "No!"', "(Really.)", "Yes"]),
        ("What?!! Why", ["What?!!", "Why"]),
        ("A title\n\nA text\nin lines", ["A title", "A text\nin lines"]),
        ("真好。不好！", ["真好。", "不好！"]),
        ("... and so on", ["... and so on"]),
    ],
)  # fmt: skip
def test_rules(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


@given(st.text(alphabet='aB1.!?…" \n。”)', max_size=60))
def test_no_character_is_lost(text: str) -> None:
    sentences = split_sentences(text)
    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(s and s == s.strip() for s in sentences)


@pytest.mark.parametrize("part", [".", "\n", " ", '."', "a. ", "<br />", "M"])
def test_time_is_linear(part: str) -> None:
    # A quadratic rule would take minutes.
    assert split_sentences(part * 200_000) is not None


@given(
    st.lists(st.lists(st.lists(st.sampled_from("abc"), max_size=7), max_size=5)),
    st.integers(1, 4) | st.none(),
)
def test_rows_have_the_sentences_apart(documents, longest) -> None:
    texts = ["|".join(" ".join(s) for s in d) for d in [[["a"]], *documents]]
    sequencer = TextSequencer(
        vocabulary=list("abc"),
        maxlen=1.0,
        sentence_splitter=lambda text: text.split("|"),
        sentence_length=longest,
        padding="post",
    )
    rows = sequencer.fit_transform(texts)
    for row, document in zip(rows[1:].tolist(), documents, strict=True):
        expected: list[int] = []
        for sentence in document:
            ids = ["abc".index(word) + 2 for word in sentence]
            size = longest or len(ids) or 1
            for start in range(0, len(ids), size):
                expected += [0] * bool(expected) + ids[start : start + size]
        assert row == expected + [0] * (len(row) - len(expected))


def test_sentences_change_no_word_and_no_length() -> None:
    texts = ["A film. <b>A great one.</b> Don't miss it!", "", "No. No."]
    plain = TextSequencer(maxlen=20).fit(texts)
    apart = TextSequencer(maxlen=20, sentence_splitter="rules").fit(texts)
    assert plain.vocabulary_ == apart.vocabulary_
    np.testing.assert_array_equal(plain.document_lengths_, apart.document_lengths_)
    rows = apart.transform(texts)
    assert apart.inverse_transform(rows) == plain.inverse_transform(
        plain.transform(texts)
    )
    assert [(row[np.flatnonzero(row)[0] :] == 0).sum() if row.any() else 0
            for row in rows] == [2, 0, 1]  # fmt: skip
    assert apart.build_analyzer()(texts[0]) == plain.build_analyzer()(texts[0])


def test_markup_ends_paragraphs() -> None:
    texts = ["A title<br /><br />a text<br />in lines<p>one</p>two"]
    rows = TextSequencer(sentence_splitter="rules", maxlen=1.0).fit_transform(texts)
    assert [len(run) for run in runs(rows[0])] == [2, 5, 1]
    # What a tag holds is no sentence.
    texts = ["see <a title='One. Two'>this</a>"]
    rows = TextSequencer(sentence_splitter="rules", maxlen=1.0).fit_transform(texts)
    assert [len(run) for run in runs(rows[0])] == [2]


def runs(row: np.ndarray) -> list[np.ndarray]:
    """Return the sentences of a row."""
    parts = np.split(row, np.flatnonzero(row == 0))
    return [part[part != 0] for part in parts if part.any()]


def test_sentences_of_stop_words_are_no_sentences() -> None:
    sequencer = TextSequencer(
        sentence_splitter="rules", stop_words="english", maxlen=6, padding="post"
    )
    texts = ["It is. Good film. But of. Bad film. He.", "It is."]
    # By frequency, then by name: film, bad, good.
    assert sequencer.fit_transform(texts).tolist() == [[4, 2, 0, 3, 2, 0], [0] * 6]


def test_the_length_counts_the_zeros() -> None:
    texts = ["a b. c d. e f."]
    assert TextSequencer(sentence_splitter="rules", maxlen=1.0).fit(texts).maxlen_ == 8
    sequencer = TextSequencer(maxlen=1.0, sentence_length=3).fit(texts)
    assert (sequencer.maxlen_, sequencer.document_lengths_.tolist()) == (7, [6])


def test_processes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_MIN_PER_PROCESS", 2)
    texts = ["One two. Three.", "", "Four! Five six? Seven", "Eight. Nine."] * 3
    sequencer = TextSequencer(sentence_splitter="rules", maxlen=8)
    alone = sequencer.fit_transform(texts)
    several = sequencer.set_params(n_jobs=2).fit_transform(texts)
    np.testing.assert_array_equal(alone, several)
    again = pickle.loads(pickle.dumps(sequencer))
    np.testing.assert_array_equal(again.transform(texts), alone)


@pytest.mark.parametrize(
    ("splitter", "message"),
    [
        (lambda text: text, "sentence_splitter returned .* iterable of str"),
        (lambda text: None, "sentence_splitter returned None"),
        (lambda text: [text, 3], "3 .type int. among its sentences"),
    ],
)
def test_a_splitter_that_gives_no_sentences(splitter, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        TextSequencer(sentence_splitter=splitter).fit(["a b"])


@pytest.mark.parametrize(
    ("name", "value"), [("sentence_splitter", "punkt"), ("sentence_length", 0)]
)
def test_wrong_parameters(name: str, value) -> None:
    with pytest.raises(ValueError, match=f"The '{name}' parameter of TextSequencer"):
        TextSequencer(**{name: value}).fit(["a b"])


def test_long_sentences_break() -> None:
    # Documents of 5, 0 and 4 words; the second sentence of the first begins at 1.
    breaks = break_long_sentences(np.array([1]), np.array([5, 0, 4], np.int32), 3)
    assert breaks.tolist() == [1, 4, 8]
