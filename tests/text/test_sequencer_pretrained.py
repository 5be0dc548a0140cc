"""A TextSequencer that starts from a pretrained vocabulary."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from sklearn.base import clone
from sklearn.pipeline import Pipeline

import skrnn
from skrnn import TextSequencer
from tests.helpers import fit_pretrained

TEXTS = ["a good zebra, a good yak", "a bad yak"]


@pytest.fixture(scope="module")
def pretrained() -> Pipeline:
    """Return a small fitted pipeline, not to be changed."""
    return fit_pretrained()


def new_words(sequencer: TextSequencer, pretrained: Pipeline) -> dict[str, int]:
    """Return the ids of new words, after checking those of the others."""
    known = pretrained["seq"].vocabulary_
    assert known.items() <= sequencer.vocabulary_.items()
    return {w: n for w, n in sequencer.vocabulary_.items() if w not in known}


def test_known_words_keep_their_ids_and_new_ones_follow(pretrained) -> None:
    known = {"bad": 2, "good": 3, "so": 4, "a": 5, "film": 6}
    assert pretrained["seq"].vocabulary_.keys() == known.keys()
    sequencer = TextSequencer(pretrained=pretrained, maxlen=4)
    rows = sequencer.fit_transform(TEXTS)
    assert new_words(sequencer, pretrained) == {"yak": 7, "zebra": 8}
    assert rows[:, -1].tolist() == [7, 7]
    assert sequencer.oov_rate_ == 0
    assert sequencer.inverse_transform(rows)[1] == ["a", "bad", "yak"]


def test_limits_apply_to_new_words_only(pretrained) -> None:
    one = TextSequencer(pretrained=pretrained, max_features=1).fit(TEXTS)
    assert new_words(one, pretrained) == {"yak": 7}
    assert one.oov_rate_ == pytest.approx(1 / 9)
    frequent = TextSequencer(pretrained=pretrained, min_df=2).fit(TEXTS)
    assert new_words(frequent, pretrained) == {"yak": 7}
    rare = TextSequencer(pretrained=pretrained, max_df=1).fit(TEXTS)
    assert new_words(rare, pretrained) == {"zebra": 7}


def test_no_new_word_is_needed(pretrained) -> None:
    for texts in (["so good"], [""]):
        sequencer = TextSequencer(pretrained=pretrained).fit(texts)
        assert new_words(sequencer, pretrained) == {}


def test_chunks_give_the_vocabulary_of_all_texts(pretrained) -> None:
    sequencer = TextSequencer(pretrained=pretrained)
    for text in TEXTS:
        sequencer.partial_fit([text])
    assert new_words(sequencer, pretrained) == {"yak": 7, "zebra": 8}


def test_a_path_is_a_parameter_as_any_other(pretrained, tmp_path: Path) -> None:
    path = tmp_path / "model.skrnn"
    skrnn.save(pretrained, path)
    sequencer = clone(TextSequencer(pretrained=path)).fit(TEXTS)
    assert new_words(sequencer, pretrained) == {"yak": 7, "zebra": 8}
    skrnn.save(sequencer, tmp_path / "seq.skrnn")
    path.unlink()
    loaded = skrnn.load(tmp_path / "seq.skrnn")
    assert loaded.pretrained == str(path)
    assert loaded.vocabulary_ == sequencer.vocabulary_
    assert loaded.transform(TEXTS).tolist() == sequencer.transform(TEXTS).tolist()


def test_other_text_rules_are_warned_about(pretrained) -> None:
    other = TextSequencer(pretrained=pretrained, lowercase=False, stemmer="porter")
    expected = "lowercase=False instead of True, stemmer='porter' instead of None"
    with pytest.warns(UserWarning, match=expected):
        other.fit(TEXTS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TextSequencer(pretrained=pretrained, maxlen=7, padding="post").fit(TEXTS)


def test_a_vocabulary_and_a_pretrained_one_are_refused_together(pretrained) -> None:
    both = TextSequencer(pretrained=pretrained, vocabulary=["a"])
    with pytest.raises(ValueError, match="both vocabulary and pretrained"):
        both.fit(TEXTS)
    assert not hasattr(both, "vocabulary_")


def test_a_pipeline_has_no_parameters_to_set(pretrained) -> None:
    sequencer = TextSequencer(pretrained=pretrained)
    assert clone(sequencer).pretrained is pretrained
    assert not any("__" in name for name in sequencer.get_params(deep=True))
