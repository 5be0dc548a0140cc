"""The parts of a pretrained pipeline, from which others start."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skrnn._messages import describe_steps, did_you_mean
from skrnn._sklearn import active_steps
from skrnn.networks.recurrent import Weights
from skrnn.networks.spec import NetworkSpec
from skrnn.persistence.files import load
from skrnn.pretrained.files import NAMES, find_pretrained
from skrnn.text.sequencer import TextSequencer

__all__ = ["PretrainedParts", "get_parts"]


class PretrainedParts(NamedTuple):
    """The parts of a pretrained pipeline that others start from.

    Parameters
    ----------
    sequencer : TextSequencer
        Its text rules and vocabulary.
    spec : NetworkSpec
        The architecture of its network.
    weights : mapping of str to ndarray
        The weights of its network by name.
    """

    sequencer: TextSequencer
    spec: NetworkSpec
    weights: Weights


def get_parts(pretrained: Any) -> PretrainedParts:
    """Return the parts of what the parameter ``pretrained`` names.

    Parameters
    ----------
    pretrained : str, path-like, Pipeline or FrozenEstimator
        The name of a pretrained pipeline, its file, or the fitted pipeline itself.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the pipeline is not fitted, has other steps, or cannot be loaded.
    """
    if isinstance(pretrained, FrozenEstimator):
        pretrained = pretrained.estimator
    if not isinstance(pretrained, str | os.PathLike):
        return _parts(pretrained)
    if pretrained in NAMES:
        path = find_pretrained(str(pretrained))
    else:
        path = Path(pretrained).resolve()
        if not path.exists():
            raise FileNotFoundError(
                f"pretrained={os.fspath(pretrained)!r} is neither a file nor the name "
                "of a pretrained network." + did_you_mean(path.name, NAMES, "names")
            )
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)  # the candidates of a grid read a file once
def _read(path: Path, mtime: int) -> PretrainedParts:
    """Return the parts of a saved pipeline, whose network is not built."""
    return _parts(load(path))


def _parts(pipeline: Any) -> PretrainedParts:
    """Return the parts of a pipeline."""
    steps = [step for _, step in active_steps(pipeline)]
    if (
        not isinstance(pipeline, Pipeline)
        or len(steps) != 2
        or not isinstance(steps[0], TextSequencer)
        or not hasattr(type(steps[1]), "model_")
    ):
        raise ValueError(
            "pretrained needs a Pipeline of a TextSequencer and a classifier such as "
            "RNNSentimentClassifier, got "
            f"{describe_steps(type(pipeline).__name__, steps)}."
        )
    sequencer, classifier = steps
    for step in steps:
        check_is_fitted(
            step,
            msg="The pretrained Pipeline is not fitted: call its fit first. "
            "scikit-learn clones the values of a grid, which are then not fitted: pass "
            "sklearn.frozen.FrozenEstimator(pipeline), or the path of its file.",
        )
    network = classifier._fitted_network
    return PretrainedParts(sequencer, network.spec, network.named_weights())
