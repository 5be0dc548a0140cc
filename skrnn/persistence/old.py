"""Files of earlier versions of the ``.skrnn`` format.

How the format grows
--------------------
A file holds the number ``format_version``. This skrnn writes :data:`FORMAT_VERSION` and
reads every version up to it. A later version is refused with the advice to upgrade.

Raise the number whenever this skrnn would misread a file of the last release, or the
last release would misread a file of this one. For example: a JSON key, a tag or a class
is renamed, a constructor parameter is removed, a saved value gets another meaning, or a
new default changes what a loaded model predicts. A new class in the registers or a new
optional attribute needs no new number: an earlier release refuses it by name.

To raise it from ``n`` to ``n + 1``:

1. Change what is written (:mod:`~skrnn.persistence.estimators`,
   :mod:`~skrnn.persistence.json_codec`). The readers there read the current version
   only.
2. Add to :data:`_UPGRADES`, under ``n`` and the name of the class, a function that
   turns the JSON of an estimator of version ``n`` into that of version ``n + 1``. Files
   of earlier versions pass through all upgrades, so an upgrade never changes.
3. Raise :data:`FORMAT_VERSION`.
4. Before the change, save a model that it affects as
   ``tests/persistence/data/<name>_<release>.skrnn``, with the expected predictions in
   ``expected.json`` (``python -m tests.persistence.make_golden`` does both). Golden
   files never change: they prove that every version still loads.

The ONNX format grows likewise, in :mod:`skrnn.serving.old`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skrnn.persistence.archive import DamagedFileError
from skrnn.text.stop_words import is_negation
from skrnn.text.tokenizers import LEGACY_WORD

_Upgrade = Callable[[dict[str, Any]], None]

__all__ = ["FORMAT_VERSION", "upgrade"]

FORMAT_VERSION = 6


def upgrade(estimator: Any, version: int) -> None:
    """Bring the JSON of an estimator from ``version`` up to date, in place."""
    for each in range(version, FORMAT_VERSION):
        _upgrade_classes(estimator, _UPGRADES[each])


def _upgrade_classes(written: Any, upgrades: dict[str, _Upgrade]) -> None:
    """Upgrade every estimator in ``written``, which is any part of the JSON."""
    if isinstance(written, list):
        for part in written:
            _upgrade_classes(part, upgrades)
    elif isinstance(written, dict):
        for part in written.values():
            _upgrade_classes(part, upgrades)
        name = written.get("class")
        if isinstance(name, str) and name in upgrades:
            upgrades[name](written)


def _upgrade_sequencer(written: dict[str, Any]) -> None:
    """Set the parameters that give the tokens that version 1 gave by default."""
    params = written["params"]
    params["normalize"] = None
    if params["tokenizer"] == "word":
        params["tokenizer"] = LEGACY_WORD
    words = params["stop_words"]
    if isinstance(words, dict):  # tagged as a tuple or a set
        words = next(iter(words.values()))
    if isinstance(words, list) and params["keep_negations"]:
        # Version 1 kept English negations only.
        other = [w for w in words if is_negation(w, None) and not is_negation(w)]
        if other:
            params["keep_negations"] = False
            params["stop_words"] = [w for w in words if not is_negation(w)]


def _upgrade_network(written: dict[str, Any]) -> None:
    """Replace the parameters ``label_smoothing`` and ``clipnorm``."""
    params = written["params"]
    clipnorm = params.pop("clipnorm", None)
    if smoothing := params.pop("label_smoothing", 0.0):
        is_binary = written.get("network", {}).get("n_classes") == 2
        name = "BinaryCrossentropy" if is_binary else "CategoricalCrossentropy"
        config = {"dict": {"label_smoothing": smoothing}}
        params["loss"] = {"keras": [f"losses.{name}", config]}
    if clipnorm is None:
        return
    optimizer = params.get("optimizer")
    if isinstance(optimizer, dict) and "keras" in optimizer:  # an instance
        optimizer["keras"][1]["dict"]["clipnorm"] = clipnorm
    else:
        params["optimizer__clipnorm"] = clipnorm


def _move(name: str) -> _Upgrade:
    """Return the upgrade of a class that got another name."""
    return lambda written: written.update({"class": name})


def _upgrade_blend(written: dict[str, Any]) -> None:
    written["class"] = "skrnn.ensemble.BlendedClassifier"
    if written["params"].get("weights") == "learnt":
        written["params"]["weights"] = "stacked"


def _upgrade_head(written: dict[str, Any]) -> None:
    """Name the head that version 3 derived from the number of classes."""
    if network := written.get("network"):
        n_classes = network.pop("n_classes")
        if n_classes == 2:
            network |= {"head": "binary", "n_outputs": 1}
        else:
            network |= {"head": "multiclass", "n_outputs": n_classes}


def _upgrade_losses(written: dict[str, Any]) -> None:
    """Drop the adversarial losses, which only changed the training."""
    for name in ("adversarial", "virtual_adversarial"):
        written["params"].pop(name, None)


def _upgrade_segments(written: dict[str, Any]) -> None:
    """Drop ``segment_length``, and refuse networks that read texts in segments."""
    for part in (written["params"], written.get("network", {})):
        if (length := part.pop("segment_length", None)) is not None:
            raise DamagedFileError(
                f"its network reads texts in segments (segment_length={length}), which "
                "this skrnn does not support. Fit it again without segment_length, or "
                "keep using the skrnn that wrote it."
            )


# By version and class: the function that turns the JSON of an estimator of this version
# into that of the next.
_UPGRADES: dict[int, dict[str, _Upgrade]] = {
    1: {"skrnn.TextSequencer": _upgrade_sequencer},
    2: {
        "skrnn.HierarchicalAttentionClassifier": _upgrade_network,
        "skrnn.RNNSentimentClassifier": _upgrade_network,
        "skrnn.comparison.BlendedClassifier": _upgrade_blend,
        "skrnn.comparison.DistilledClassifier": _move(
            "skrnn.ensemble.DistilledClassifier"
        ),
        "skrnn.comparison.NBSVMClassifier": _move("skrnn.baselines.NBSVMClassifier"),
    },
    3: {
        "skrnn.HierarchicalAttentionClassifier": _upgrade_head,
        "skrnn.RNNSentimentClassifier": _upgrade_head,
    },
    4: {
        "skrnn.HierarchicalAttentionClassifier": _upgrade_losses,
        "skrnn.RNNOrdinalClassifier": _upgrade_losses,
        "skrnn.RNNSentimentClassifier": _upgrade_losses,
        "skrnn.RNNSentimentRegressor": _upgrade_losses,
    },
    5: {
        "skrnn.HierarchicalAttentionClassifier": _upgrade_segments,
        "skrnn.RNNOrdinalClassifier": _upgrade_segments,
        "skrnn.RNNSentimentClassifier": _upgrade_segments,
        "skrnn.RNNSentimentRegressor": _upgrade_segments,
    },
}
