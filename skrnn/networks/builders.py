"""Keras models of a specification, and their initial weights."""

from __future__ import annotations

import keras
import numpy as np
import numpy.typing as npt

from skrnn.networks.cells import CELLS
from skrnn.networks.heads import HEADS
from skrnn.networks.pooling import POOLINGS
from skrnn.networks.sentences import (
    AlignSentences,
    JoinSentences,
    SentenceLengths,
    SplitSentences,
)
from skrnn.networks.sequences import (
    AlignLeft,
    SequenceLengths,
    WordDropout,
    WordEmbedding,
)
from skrnn.networks.spec import (
    ALIGN,
    EMBEDDING,
    LENGTHS,
    DenseLayer,
    Level,
    NetworkSpec,
)

EMBEDDING_LIMIT = 0.05  # of the initial word vectors


def build_network(spec: NetworkSpec) -> keras.Model:
    """Build the Keras model of ``spec``.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.

    Returns
    -------
    model : keras.Model
        Maps int32 ids, shape (batch, time), to the float32 outputs of the head, shape
        (batch, n_outputs). Ids of 0 are padding on either side, and separate sentences
        if the network has ``sentence_units``. It is not compiled, and
        :func:`initialize_network` sets its weights.
    """
    ids = keras.Input((None,), dtype="int32", name="ids")
    align, measure, read = AlignLeft, SequenceLengths, _read_words
    if spec.sentence_units:
        align, measure, read = AlignSentences, SentenceLengths, _read_sentences
    words = align(spec.n_embeddings, name=ALIGN)(ids)
    lengths = measure(name=LENGTHS)(words)
    if spec.word_dropout:
        words = WordDropout(spec.word_dropout, name="word_dropout")(words)
    vectors = WordEmbedding(
        spec.n_embeddings,
        spec.embedding_dim,
        embeddings_initializer=keras.initializers.RandomUniform(seed=0),
        trainable=spec.embeddings_trainable,
        spatial_dropout=spec.spatial_dropout,
        name=EMBEDDING,
    )(words)
    vector = read(spec, vectors, lengths)
    vector = _maybe_dropout(spec.dropout, vector, "dropout")
    *hidden, output = spec.dense_layers
    for depth, layer in enumerate(hidden):
        vector = _dense(layer)(vector)
        vector = _maybe_dropout(spec.dropout, vector, f"dropout_{depth}")
    outputs = HEADS[spec.head].connect(_dense(output)(vector))
    return keras.Model(ids, outputs, name="skrnn")


def _read_words(
    spec: NetworkSpec, vectors: keras.KerasTensor, lengths: keras.KerasTensor
) -> keras.KerasTensor:
    """Return one vector for each text, read as one sequence."""
    (level,) = spec.levels
    states, backward = _recur(spec, level, vectors, lengths)
    return POOLINGS[spec.pooling].pool(level.prefix, states, lengths, backward)


def _read_sentences(
    spec: NetworkSpec, vectors: keras.KerasTensor, lengths: keras.KerasTensor
) -> keras.KerasTensor:
    """Return one vector for each text, read as a sequence of sentences."""
    pooling = POOLINGS[spec.pooling]
    word_level, sentence_level = spec.levels
    words, counts, rows = SplitSentences(name="split")(vectors, lengths)
    states, backward = _recur(spec, word_level, words, counts)
    sentences = pooling.pool(word_level.prefix, states, counts, backward)
    sentences, counts = JoinSentences(name="join_sentences")(sentences, lengths, rows)
    states, backward = _recur(spec, sentence_level, sentences, counts)
    return pooling.pool(sentence_level.prefix, states, counts, backward)


def _recur(
    spec: NetworkSpec,
    level: Level,
    states: keras.KerasTensor,
    lengths: keras.KerasTensor,
) -> tuple[keras.KerasTensor, keras.KerasTensor | None]:
    """Return the states of a level's layers, and those of the backward direction."""
    prefix, backward = level.prefix, None
    for depth, layer in enumerate(level.layers):
        if backward is not None:
            join = keras.layers.Concatenate(name=f"{prefix}join_{depth}")
            states = join([states, backward])
        forward_layer, *backward_layers = (
            CELLS[spec.cell].make_layer(
                name,
                layer.units,
                periods=spec.periods,
                recurrent_dropout=spec.recurrent_dropout,
            )
            for name in layer.names
        )
        for backward_layer in backward_layers:
            backward = backward_layer(states, lengths=lengths, backward=True)
        states = forward_layer(states, lengths=lengths)
    return states, backward


def _dense(layer: DenseLayer) -> keras.layers.Layer:
    return keras.layers.Dense(
        layer.units,
        activation=layer.activation,
        kernel_initializer=keras.initializers.GlorotUniform(seed=0),
        name=layer.name,
    )


def _maybe_dropout(
    rate: float, tensor: keras.KerasTensor, name: str
) -> keras.KerasTensor:
    if not rate:
        return tensor
    return keras.layers.Dropout(rate, seed=0, name=name)(tensor)


def initialize_network(
    spec: NetworkSpec,
    model: keras.Model,
    rng: np.random.Generator,
    embeddings: npt.NDArray[np.float32] | None = None,
) -> None:
    """Initialize every variable of ``model`` from ``rng`` alone.

    The distributions are Keras' defaults: Glorot uniform kernels, orthogonal recurrent
    kernels (one orthogonal matrix over all gates, or one for each group of a clockwork
    cell), embeddings uniform in ±0.05, and the biases of the cell.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.
    model : keras.Model
        Its model, from :func:`build_network`.
    rng : numpy.random.Generator
        Source of all random numbers; global generators are not used.
    embeddings : ndarray of shape (n_embeddings, embedding_dim), default=None
        Initial word vectors instead of random ones.
    """
    recurrent_units = {
        name: layer.units
        for level in spec.levels
        for layer in level.layers
        for name in layer.names
    }
    for layer in model.layers:
        for variable in layer.variables:
            weight = variable.path.rsplit("/", 1)[-1]
            shape = tuple(variable.shape)
            if weight == "seed_generator_state":
                value = np.array([rng.integers(2**31), 0], dtype="uint32")
            elif weight == "embeddings":
                value = rng.uniform(-EMBEDDING_LIMIT, EMBEDDING_LIMIT, shape)
                if embeddings is not None:
                    value = embeddings
            elif weight.startswith("recurrent_kernel"):
                value = _orthogonal(rng, shape)
            elif weight.endswith("kernel"):
                limit = np.sqrt(6.0 / sum(shape))
                value = rng.uniform(-limit, limit, shape)
            elif weight == "bias" and layer.name in recurrent_units:
                value = CELLS[spec.cell].initial_bias(recurrent_units[layer.name])
            elif weight == "bias":
                value = np.zeros(shape)
            else:
                raise AssertionError(f"no initial value for {variable.path}")
            variable.assign(value)


def _orthogonal(
    rng: np.random.Generator, shape: tuple[int, ...]
) -> npt.NDArray[np.float64]:
    """Return a random matrix with orthonormal rows or columns."""
    rows, columns = shape
    tall = rng.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))  # makes the distribution uniform (Mezzadri, 2007)
    return q.T if rows < columns else q
