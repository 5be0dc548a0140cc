"""A network that starts from the weights of a pretrained one."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from itertools import groupby

import keras
import numpy as np
import numpy.typing as npt

from skrnn.embeddings import seem_renumbered
from skrnn.networks.builders import EMBEDDING_LIMIT
from skrnn.networks.compiled import CompiledNetwork
from skrnn.networks.heads import HEADS, Targets
from skrnn.networks.spec import (
    EMBEDDING,
    EMBEDDINGS,
    OUTPUT,
    OUTPUT_BIAS,
    OUTPUT_KERNEL,
    NetworkSpec,
)
from skrnn.pretrained.parts import PretrainedParts
from skrnn.text.vocabulary import FIRST_WORD
from skrnn.training.batches import Rows
from skrnn.training.loop import predict, transform

__all__ = [
    "MIN_EXPLAINED",
    "MIN_KNOWN",
    "align_output",
    "copy_weights",
    "explained_share",
    "is_complete",
    "known_share",
    "scale_learning_rate",
    "warn_of_other_ids",
]

# Texts of another language share fewer words with the pretrained vocabulary.
MIN_KNOWN = 0.7
# Of the output of a sentiment network, sentiment labels explain at least .37, even on
# 60 rows; topics explain at most .1, or .28 by chance on 60 rows of 20 topics.
MIN_EXPLAINED = 0.15
# Trained on few rows at the full learning rate, a network forgets what it was
# pretrained on. From so many rows on, the full rate is as good.
_FULL_RATE_ROWS = 10_000
_MIN_LEARNING_RATE_FACTOR = 0.1
# What decides which weights fit; the head may differ.
_ARCHITECTURE = (
    "embedding_dim",
    "cell",
    "units",
    "bidirectional",
    "periods",
    "sentence_units",
    "pooling",
    "dense_units",
)
_MAX_ROWS = 1000  # of each class
_MIN_ROWS = 20


def copy_weights(
    network: CompiledNetwork, parts: PretrainedParts, name: str
) -> list[str]:
    """Copy the weights that fit, and return their names.

    Layers are copied from the embedding on, up to the first that does not fit: those
    after it would read features that they do not know. A warning says which keep their
    initialization; ``name`` is the class of the estimator.
    """
    spec, pretrained = network.spec, parts.spec
    layers = _fitting_layers(spec, pretrained)
    copied = [w for w in spec.weight_shapes if w.partition("/")[0] in layers]
    weights = {w: parts.weights[w] for w in copied}
    if EMBEDDING in layers:
        initial = network.named_weights()[EMBEDDINGS]
        weights[EMBEDDINGS] = _extend(parts.weights[EMBEDDINGS], initial)
    network.set_weights(weights)
    different = [
        f"{field}={getattr(spec, field)!r} instead of {getattr(pretrained, field)!r}"
        for field in _ARCHITECTURE
        if getattr(spec, field) != getattr(pretrained, field)
    ]
    left = [w for w in _layers(spec) if w not in layers]
    if left and different:
        warnings.warn(
            f"The architecture of this {name} differs from the pretrained network's: "
            f"{', '.join(different)}. The layers {', '.join(left)} do not fit and "
            "keep their initialization. Set the parameters of the pretrained network "
            "to use all of its weights.",
            UserWarning,
            stacklevel=2,
        )
    return copied


def known_share(parts: PretrainedParts, ids: npt.NDArray[np.int32]) -> float:
    """Return the share of the words that the pretrained vocabulary has."""
    is_known = (ids >= FIRST_WORD) & (ids < parts.spec.n_embeddings)
    return np.count_nonzero(is_known) / max(int(np.count_nonzero(ids)), 1)


def is_complete(spec: NetworkSpec, copied: Sequence[str]) -> bool:
    """Return whether all weights were copied but those of dense layers."""
    dense = {layer.name for layer in spec.dense_layers}
    return all(w in copied or w.partition("/")[0] in dense for w in spec.weight_shapes)


def explained_share(
    network: CompiledNetwork,
    parts: PretrainedParts,
    copied: Sequence[str],
    ids: npt.NDArray[np.int32],
    y: Targets,
    as_rows: Callable[[npt.NDArray[np.int32]], Rows],
) -> float:
    """Return the share of the variance of the pretrained output that ``y`` explains.

    It is the adjusted R2 on some of the rows, for the output where it is largest. It is
    1 if it cannot be computed: with too few rows, or if a layer below the output was
    not copied.
    """
    spec = network.spec
    below = [w for w in spec.weight_shapes if w.partition("/")[0] != OUTPUT]
    if (
        len(ids) < _MIN_ROWS
        or (spec.pooling, spec.dense_units)
        != (parts.spec.pooling, parts.spec.dense_units)
        or not set(below) <= set(copied)
    ):
        return 1.0
    chosen = np.unique(np.linspace(0, len(ids) - 1, _MAX_ROWS).astype(int))
    features = transform(network, as_rows(ids[chosen])).astype(np.float64)
    outputs = features @ parts.weights[OUTPUT_KERNEL]
    targets = y[chosen]
    if network.head.has_classes:
        targets = np.eye(int(y.max()) + 1)[targets.astype(int)]
    design = np.column_stack([np.ones(len(chosen)), targets])
    fitted, _, rank, _ = np.linalg.lstsq(design, outputs)
    if rank < 2:  # all targets are equal
        return 1.0
    left = (outputs - design @ fitted).var(axis=0) * (len(chosen) - 1)
    total = outputs.var(axis=0) * max(len(chosen) - rank, 1)
    return float(np.max(1 - left / np.maximum(total, 1e-12)))


def scale_learning_rate(optimizer: keras.optimizers.Optimizer, n_rows: int) -> None:
    """Reduce the learning rate of an optimizer, unless it follows a schedule.

    The factor is the square root of ``n_rows / 10,000``, at least 0.1 and at most 1.
    """
    if isinstance(optimizer.get_config()["learning_rate"], float):
        factor = np.sqrt(n_rows / _FULL_RATE_ROWS)
        factor = float(np.clip(factor, _MIN_LEARNING_RATE_FACTOR, 1.0))
        optimizer.learning_rate = optimizer.learning_rate * factor


def _layers(spec: NetworkSpec) -> list[str]:
    """Return the names of the layers with weights, from the embedding on."""
    names = (weight.partition("/")[0] for weight in spec.weight_shapes)
    return [name for name, _ in groupby(names)]


def _fitting_layers(spec: NetworkSpec, pretrained: NetworkSpec) -> list[str]:
    """Return the layers up to the first whose weights do not fit."""
    shapes, theirs = spec.weight_shapes, pretrained.weight_shapes
    # Vectors of other words may be missing or added.
    for table in (shapes, theirs):
        table[EMBEDDINGS] = table[EMBEDDINGS][1:]
    dense = {layer.name for layer in spec.dense_layers}
    fitting = []
    for layer in _layers(spec):
        of_layer = {w: s for w, s in shapes.items() if w.partition("/")[0] == layer}
        if layer in dense and spec.pooling != pretrained.pooling:
            break
        heads = {spec.head, *HEADS[spec.head].starts_from}
        if layer == OUTPUT and pretrained.head not in heads:
            break
        if any(theirs.get(weight) != shape for weight, shape in of_layer.items()):
            break
        fitting.append(layer)
    return fitting


def _extend(
    vectors: npt.NDArray[np.float32], initial: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return pretrained vectors, and for new ids ``initial`` ones, scaled like them."""
    # The initial vectors are uniform: scaled so, their standard deviation is 1.
    new = initial[len(vectors) :] * np.float32(np.sqrt(3) / EMBEDDING_LIMIT)
    new = vectors.mean(axis=0) + new * vectors.std(axis=0)
    return np.concatenate([vectors[: len(initial)], new])


def align_output(
    network: CompiledNetwork,
    ids: npt.NDArray[np.int32],
    y: Targets,
    weight: npt.NDArray[np.float64],
    as_rows: Callable[[npt.NDArray[np.int32]], Rows],
) -> None:
    """Change the scale, the sign and the bias of the copied output layer.

    The head decides by the outputs for some rows: labels may be in the other order, as
    for "praise" and "rant", and numbers may have another scale.
    """
    head = network.head
    if not head.aligns:
        return
    classes = y if head.has_classes else np.zeros_like(y)
    chosen = np.concatenate(
        [
            np.flatnonzero((classes == each) & (weight > 0))[:_MAX_ROWS]
            for each in np.unique(classes)
        ]
    )
    outputs = predict(network, as_rows(ids[chosen])).astype(np.float64)
    factor, shift = head.alignment(outputs, y[chosen], weight[chosen])
    weights = network.named_weights()
    kernel, bias = weights[OUTPUT_KERNEL], weights[OUTPUT_BIAS]
    network.set_weights(
        {OUTPUT_KERNEL: factor * kernel, OUTPUT_BIAS: factor * bias + shift}
    )


def warn_of_other_ids(parts: PretrainedParts, ids: npt.NDArray[np.int32]) -> None:
    """Warn if rows of ids seem to have a vocabulary other than the pretrained one."""
    if seem_renumbered(ids, len(parts.sequencer.vocabulary_)):
        warnings.warn(
            "X seems to have another vocabulary than the pretrained network, so words "
            "would get the vectors of other words. Give the TextSequencer the same "
            "value of pretrained.",
            UserWarning,
            stacklevel=2,
        )
