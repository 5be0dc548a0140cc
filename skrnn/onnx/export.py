"""Export of fitted pipelines to ONNX."""

from __future__ import annotations

import json
import os
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from skrnn._files import write_atomically
from skrnn._messages import install_hint
from skrnn.onnx.parts import ModelParts
from skrnn.serving.format import FORMAT_VERSION, METADATA_KEY, NETWORK, seal

__all__ = ["export_onnx"]

_MAX_WEIGHT_BYTES = 2**31 - 2**20  # a protocol buffer holds less than 2**31 bytes


def export_onnx(pipeline: Any, path: str | os.PathLike[str]) -> None:
    """Export a fitted model of texts to ONNX, to be served without TensorFlow.

    The file holds an ONNX graph [1]_ and, in its metadata, the text rules, the
    vocabulary and the classes, so that :class:`skrnn.serving.SentimentPredictor`
    predicts on raw strings. In other ONNX runtimes, a graph of one network takes
    ``ids``, int64 of shape (batch, time), 0 for padding and between sentences, and
    returns ``probabilities``, float32 of shape (batch, n_classes), or ``predictions``,
    the numbers of a regressor, of shape (batch, 1). The Notes describe other graphs.
    They use opset 17 and IR version 8. Needs onnx (extra ``onnx``).

    Parameters
    ----------
    pipeline : estimator
        A fitted Pipeline of a :class:`~skrnn.TextSequencer` and a
        :class:`~skrnn.RNNSentimentClassifier`, :class:`~skrnn.RNNOrdinalClassifier`,
        :class:`~skrnn.RNNSentimentRegressor` or
        :class:`~skrnn.HierarchicalAttentionClassifier`; or of a
        :class:`~sklearn.feature_extraction.text.CountVectorizer` or
        :class:`~sklearn.feature_extraction.text.TfidfVectorizer` and a
        :class:`~sklearn.linear_model.LogisticRegression` or
        :class:`~skrnn.baselines.NBSVMClassifier`, which are those of
        :func:`~skrnn.baselines.make_baseline`. Or one of these meta-estimators around
        them, nested in any order, inside or outside of a Pipeline:

        - :class:`~skrnn.ensemble.BlendedClassifier`,
          :class:`~skrnn.ensemble.DistilledClassifier`;
        - :class:`~sklearn.calibration.CalibratedClassifierCV`, with any method;
        - :class:`~sklearn.model_selection.FixedThresholdClassifier`,
          :class:`~sklearn.model_selection.TunedThresholdClassifierCV`;
        - :class:`~sklearn.ensemble.VotingClassifier` with ``voting="soft"``;
        - :class:`~sklearn.ensemble.StackingClassifier` of probabilities, with its
          default ``final_estimator``;
        - searches, of which the best estimator is exported, and
          :class:`~sklearn.frozen.FrozenEstimator`.
    path : str or path-like
        The file, usually with the extension ``.onnx``. The write is atomic.

    Raises
    ------
    ImportError
        If onnx is not installed.
    NotFittedError
        If the pipeline is not fitted.
    TypeError
        If the estimator, or one inside it, cannot be exported.
    ValueError
        If a function of the text rules cannot be found by a name, a weight is not
        finite, or the weights take two gigabytes or more.

    See Also
    --------
    save : Saves all of an estimator, for Python with TensorFlow.

    Notes
    -----
    The graph holds the networks and the linear models, each with its own inputs and
    output: ``ids_1`` and ``probabilities_1`` are those of a second network;
    ``features``, ``values`` and ``scores`` are the feature numbers, the counts and the
    log-odds of a bag of words. The metadata describe how blends, calibration and other
    meta-estimators combine the outputs, which SentimentPredictor does with NumPy.

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
    parts = ModelParts()
    model = parts.describe(pipeline)
    if parts.n_bytes > _MAX_WEIGHT_BYTES:
        raise ValueError(
            f"The weights take {parts.n_bytes:,} bytes, but an ONNX file holds less "
            "than two gigabytes. Fit with a smaller max_features or embedding_dim."
        )
    metadata: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "versions": {"skrnn": version("skrnn")},
    }
    if hasattr(pipeline, "classes_"):
        metadata["classes"] = _write_classes(pipeline.classes_)
    if model == NETWORK:
        metadata["text"] = parts.texts[0]["rules"]
    else:
        metadata |= {"texts": parts.texts, "model": model}
    try:
        graph = import_module("skrnn.onnx.graph")
    except ImportError as error:
        raise ImportError(
            f"export_onnx needs onnx, which is not installed: {install_hint('onnx')}."
        ) from error
    model_proto = graph.build_graph(parts.networks, parts.linear_models)
    model_proto.metadata_props.add(key=METADATA_KEY, value=json.dumps(metadata))
    content = seal(model_proto.SerializeToString())
    write_atomically(path, lambda file: file.write(content))


def _write_classes(classes: npt.NDArray[Any]) -> dict[str, Any]:
    """Return the JSON of the labels."""
    values = classes.tolist()
    if classes.dtype.kind not in "biufUO" or not all(
        isinstance(value, bool | int | float | str) for value in values
    ):
        raise ValueError(
            f"Labels must be numbers or strings to be exported, got {classes!r}."
        )
    return {"dtype": np.dtype(classes.dtype).str, "values": values}
