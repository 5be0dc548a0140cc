"""What files of earlier versions of the format hold, as the current one writes it."""

from __future__ import annotations

from typing import Any

from skrnn.text.stop_words import is_negation
from skrnn.text.tokenizers import LEGACY_WORD

__all__ = ["MOVED", "rename_values", "upgrade"]

# Names of classes in files that earlier releases wrote, and their names now.
MOVED = {
    "skrnn.comparison.BlendedClassifier": "skrnn.ensemble.BlendedClassifier",
    "skrnn.comparison.DistilledClassifier": "skrnn.ensemble.DistilledClassifier",
    "skrnn.comparison.NBSVMClassifier": "skrnn.baselines.NBSVMClassifier",
}

# Former values of parameters, and their current values.
_RENAMED = {("skrnn.ensemble.BlendedClassifier", "weights", "learnt"): "stacked"}


def rename_values(name: str, params: dict[str, Any]) -> None:
    """Replace former values among the parameters of the class ``name``, in place."""
    for (owner, key, former), current in _RENAMED.items():
        if owner == name and isinstance(params.get(key), str) and params[key] == former:
            params[key] = current


def upgrade(written: Any) -> None:
    """Let every sequencer of version 1 give the tokens that it gave.

    Parameters
    ----------
    written : dict, list or other value
        An estimator as the file has it, or a part of it; changed in place.
    """
    if isinstance(written, list):
        for part in written:
            upgrade(part)
    elif isinstance(written, dict):
        for part in written.values():
            upgrade(part)
        if written.get("class") == "skrnn.TextSequencer":
            _upgrade_sequencer(written["params"])


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
