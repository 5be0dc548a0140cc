"""What files of earlier versions of the format hold, as the current one writes it."""

from __future__ import annotations

from typing import Any

from skrnn.text.stop_words import is_negation
from skrnn.text.tokenizers import LEGACY_WORD

__all__ = ["MOVED", "upgrade"]

# Names of classes in files that earlier releases wrote, and their names now.
MOVED = {
    "skrnn.comparison.BlendedClassifier": "skrnn.ensemble.BlendedClassifier",
    "skrnn.comparison.DistilledClassifier": "skrnn.ensemble.DistilledClassifier",
    "skrnn.comparison.NBSVMClassifier": "skrnn.baselines.NBSVMClassifier",
}


_NETWORKS = ("skrnn.RNNSentimentClassifier", "skrnn.HierarchicalAttentionClassifier")


def upgrade(written: Any, version: int) -> None:
    """Change an estimator of an earlier release to what the current one writes.

    Parameters
    ----------
    written : dict, list or other value
        An estimator as the file has it, or a part of it; changed in place.
    version : int
        Version of the format.
    """
    if isinstance(written, list):
        for part in written:
            upgrade(part, version)
    elif isinstance(written, dict):
        for part in written.values():
            upgrade(part, version)
        if version == 1 and written.get("class") == "skrnn.TextSequencer":
            _upgrade_sequencer(written["params"])
        if written.get("class") in _NETWORKS:
            _replace_label_smoothing(written)
            _replace_clipnorm(written["params"])


def _replace_label_smoothing(written: dict[str, Any]) -> None:
    """Replace ``label_smoothing`` with a loss; the categorical one fits all classes."""
    smoothing = written["params"].pop("label_smoothing", 0.0)
    if smoothing:
        is_binary = written.get("network", {}).get("n_classes") == 2
        name = "BinaryCrossentropy" if is_binary else "CategoricalCrossentropy"
        config = {"dict": {"label_smoothing": smoothing}}
        written["params"]["loss"] = {"keras": [f"losses.{name}", config]}


def _replace_clipnorm(params: dict[str, Any]) -> None:
    """Replace ``clipnorm`` with a parameter of the optimizer."""
    clipnorm = params.pop("clipnorm", None)
    if clipnorm is None:
        return
    optimizer = params.get("optimizer")
    if isinstance(optimizer, dict) and "keras" in optimizer:  # an instance
        optimizer["keras"][1]["dict"]["clipnorm"] = clipnorm
    else:
        params["optimizer__clipnorm"] = clipnorm


def _upgrade_sequencer(params: dict[str, Any]) -> None:
    """Name what was the default: words of version 1, and no normalization."""
    params["normalize"] = None
    if params["tokenizer"] == "word":
        params["tokenizer"] = LEGACY_WORD
    words = params["stop_words"]
    if isinstance(words, dict):  # a tuple or a set
        words = next(iter(words.values()))
    if isinstance(words, list) and params["keep_negations"]:
        # Only English negations were kept.
        foreign = [w for w in words if is_negation(w, None) and not is_negation(w)]
        if foreign:
            params["keep_negations"] = False
            params["stop_words"] = [w for w in words if not is_negation(w)]
