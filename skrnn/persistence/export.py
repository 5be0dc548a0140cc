"""Export of fitted pipelines to ONNX."""

from __future__ import annotations

import json
import os
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skrnn.classifiers.hierarchical import HierarchicalAttentionClassifier
from skrnn.classifiers.recurrent import RNNSentimentClassifier
from skrnn.classifiers.sequences import BaseSequenceClassifier
from skrnn.comparison.blend import BlendedClassifier
from skrnn.comparison.distillation import DistilledClassifier
from skrnn.persistence.layout import check_weights
from skrnn.persistence.whole import write_whole
from skrnn.serving.bundle import FORMAT_VERSION, METADATA_KEY, seal
from skrnn.serving.rules import write_rules
from skrnn.text.sequencer import TextSequencer

__all__ = ["export_onnx"]

_CLASSIFIERS = (RNNSentimentClassifier, HierarchicalAttentionClassifier)
_MOST_BYTES = 2**31 - 2**20  # of a protocol buffer, less what is no weight


def export_onnx(pipeline: Pipeline, path: str | os.PathLike[str]) -> None:
    """Export a fitted pipeline to ONNX, to be served without TensorFlow.

    The file holds the network as an ONNX graph [1]_, and as its metadata the text
    rules, the vocabulary and the classes: :class:`skrnn.serving.SentimentPredictor`
    takes raw strings. Other runtimes for ONNX take ``ids``, int64 of shape (batch,
    time), 0 for padding and between sentences, and give ``probabilities``, float32 of
    shape (batch, n_classes). The operators are those of opset 17, the format IR
    version 8. Needs onnx (``pip install 'skrnn[onnx]'``).

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline or DistilledClassifier
        A fitted Pipeline of a :class:`~skrnn.TextSequencer` and a
        :class:`~skrnn.RNNSentimentClassifier` or
        :class:`~skrnn.HierarchicalAttentionClassifier`, or a
        :class:`~skrnn.comparison.DistilledClassifier` with such a student.
    path : str or path-like
        The file, by custom with the ending ``.onnx``; it appears whole or not at all.

    Raises
    ------
    ImportError
        If onnx is not installed.
    NotFittedError
        If the pipeline is not fitted.
    TypeError
        If the pipeline has other steps, or is something else.
    ValueError
        If a function of the text rules has no name by which it can be found, a weight
        is not finite, or the weights take two gigabytes or more.

    See Also
    --------
    save : For Python with TensorFlow; keeps everything.

    References
    ----------
    .. [1] https://onnx.ai

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import skrnn
    >>> from skrnn.datasets import make_reviews
    >>> reviews, labels = make_reviews(50, random_state=0)
    >>> model = skrnn.make_sentiment_pipeline(
    ...     None, maxlen=30, units=4, epochs=1, random_state=0
    ... ).fit(reviews, labels)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     skrnn.export_onnx(model, pathlib.Path(folder) / "model.onnx")
    ...     [file.name for file in pathlib.Path(folder).iterdir()]
    ['model.onnx']
    """
    sequencer, classifier = _steps(pipeline)
    with classifier._as_it_is() as seen:  # another thread may be fitting it
        network, classes = seen._network, seen.classes_
        values = network.model.get_weights()
    weights = dict(zip(network.weight_names, values, strict=True))
    check_weights(network.spec, weights)
    n_bytes = sum(weight.nbytes for weight in values)
    if n_bytes > _MOST_BYTES:
        raise ValueError(
            f"The weights take {n_bytes:,} bytes, and one ONNX file holds less than "
            "two gigabytes. Fit with a smaller max_features or embedding_dim."
        )
    described = {
        "format_version": FORMAT_VERSION,
        "versions": {"skrnn": version("skrnn")},
        "classes": _write_classes(classes),
        "text": write_rules(
            params=sequencer._get_params_in_use(),
            stop_words=sequencer._analyzer.stop_words,
            vocabulary=sequencer.vocabulary_,
            maxlen=sequencer.maxlen_,
            oov_rate=getattr(sequencer, "oov_rate_", None),
        ),
    }
    try:
        graph = import_module("skrnn.persistence.graph")
    except ImportError as error:
        raise ImportError(
            "export_onnx needs onnx, which is not installed: pip install 'skrnn[onnx]'."
        ) from error
    model = graph.build_graph(network.spec, weights)
    model.metadata_props.add(key=METADATA_KEY, value=json.dumps(described))
    content = seal(model.SerializeToString())
    write_whole(path, lambda file: file.write(content))


def _steps(pipeline: Any) -> tuple[TextSequencer, BaseSequenceClassifier]:
    if isinstance(pipeline, DistilledClassifier):
        _check_fitted(pipeline)
        return _steps(pipeline.estimator_)  # prediction is the student's alone
    if isinstance(pipeline, BlendedClassifier):
        raise TypeError(
            "export_onnx writes one network, and a BlendedClassifier predicts with "
            "several classifiers, each with text rules of its own. Export its network "
            "alone, blend.named_estimators_[name], or keep the blend by skrnn.save."
        )
    steps = [step for _, step in pipeline.steps] if type(pipeline) is Pipeline else []
    kinds = [type(step) for step in steps]
    if kinds not in [[TextSequencer, classifier] for classifier in _CLASSIFIERS]:
        shown = [kind.__name__ for kind in kinds] or type(pipeline).__name__
        raise TypeError(
            "export_onnx expects a Pipeline of a TextSequencer and an "
            "RNNSentimentClassifier or a HierarchicalAttentionClassifier, got "
            f"{shown}."
        )
    for step in steps:
        _check_fitted(step)
    return steps[0], steps[1]


def _check_fitted(estimator: Any) -> None:
    try:
        check_is_fitted(estimator)
    except NotFittedError as error:
        raise NotFittedError(
            f"This {type(estimator).__name__} is not fitted yet: there is nothing to "
            "export. Call fit first."
        ) from error


def _write_classes(classes: npt.NDArray[Any]) -> dict[str, Any]:
    """Return labels as JSON can hold them."""
    values = classes.tolist()
    if classes.dtype.kind not in "biufUO" or not all(
        isinstance(value, bool | int | float | str) for value in values
    ):
        raise ValueError(
            f"Labels must be numbers or strings to be exported, got {classes!r}."
        )
    return {"dtype": np.dtype(classes.dtype).str, "values": values}
