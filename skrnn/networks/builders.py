"""From a specification to a Keras model and its first weights."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt

from skrnn.networks.cells import recurrent_layer
from skrnn.networks.pooling import AttentionPooling, pool
from skrnn.networks.sentences import (
    AlignSentences,
    JoinSentences,
    SentenceLengths,
    SplitSentences,
)
from skrnn.networks.sequences import (
    AlignLeft,
    JoinSegments,
    ReverseSequence,
    SequenceLengths,
    SplitSegments,
    WordDropout,
    WordEmbedding,
)


@dataclass(frozen=True)
class NetworkSpec:
    """All that decides the shape and the arithmetic of a network.

    Two equal specifications give interchangeable models, whatever the seed.

    Parameters
    ----------
    n_embeddings : int
        Embedding rows, padding and out-of-vocabulary included.
    n_classes : int
        2 gives one sigmoid output, more give a softmax.
    cell : str
        Name of the recurrent layer.
    units : tuple of int
        State size of each stacked layer.
    bidirectional : bool
        Whether each layer also reads the words backwards.
    pooling : str
        How the states become one vector.
    embedding_dim : int
        Length of a word vector.
    embeddings_trainable : bool
        Whether word vectors are learnt.
    segment_length : int or None
        Words of the segments that the recurrent layers read, each from a zero state;
        None reads a text in one piece.
    word_dropout, spatial_dropout, dropout, recurrent_dropout : float
        Shares dropped in training: of the words, of the vectors' features, of the
        pooled and dense vectors, of the recurrent states.
    dense_units : tuple of int
        Sizes of hidden ReLU layers before the output.
    sentence_units : tuple of int, default=()
        State size of each stacked layer that reads the vectors of sentences; ``cell``
        and ``units`` are then of the layers that read the words of a sentence, and
        both levels are pooled by attention. () reads a text as one sequence.
    periods : tuple of int, default=()
        Periods of the groups of a clockwork cell; empty for the other cells.
    """

    n_embeddings: int
    n_classes: int
    cell: str
    units: tuple[int, ...]
    bidirectional: bool
    pooling: str
    embedding_dim: int
    embeddings_trainable: bool
    segment_length: int | None
    word_dropout: float
    spatial_dropout: float
    dropout: float
    recurrent_dropout: float
    dense_units: tuple[int, ...]
    sentence_units: tuple[int, ...] = ()
    periods: tuple[int, ...] = ()

    @property
    def n_outputs(self) -> int:
        """Number of output units."""
        return 1 if self.n_classes == 2 else self.n_classes


def build_network(spec: NetworkSpec) -> keras.Model:
    """Build the Keras model of ``spec``.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.

    Returns
    -------
    model : keras.Model
        Takes int32 ids, shape (batch, time), 0 for padding on either side, and between
        sentences if the network has ``sentence_units``; gives float32 probabilities,
        shape (batch, n_outputs). Not compiled. Its weights are set by
        :func:`initialize_network`.
    """
    layers = keras.layers
    glorot = keras.initializers.GlorotUniform
    ids = keras.Input((None,), dtype="int32", name="ids")
    align, measure = AlignLeft, SequenceLengths
    if spec.sentence_units:
        align, measure = AlignSentences, SentenceLengths
    aligned = align(spec.n_embeddings, name="align")(ids)
    lengths = measure(name="lengths")(aligned)
    words = aligned
    if spec.word_dropout:
        words = WordDropout(spec.word_dropout, name="word_dropout")(words)
    states = WordEmbedding(
        spec.n_embeddings,
        spec.embedding_dim,
        embeddings_initializer=keras.initializers.RandomUniform(seed=0),
        trainable=spec.embeddings_trainable,
        spatial_dropout=spec.spatial_dropout,
        name="embedding",
    )(words)
    read_texts = _read_sentences if spec.sentence_units else _read_words
    vector = read_texts(spec, states, lengths)
    vector = _maybe_dropout(spec.dropout, vector, "dropout")
    for depth, units in enumerate(spec.dense_units):
        vector = layers.Dense(
            units,
            activation="relu",
            kernel_initializer=glorot(seed=0),
            name=f"dense_{depth}",
        )(vector)
        vector = _maybe_dropout(spec.dropout, vector, f"dropout_{depth}")
    proba = layers.Dense(
        spec.n_outputs,
        activation="sigmoid" if spec.n_outputs == 1 else "softmax",
        kernel_initializer=glorot(seed=0),
        name="output",
    )(vector)
    return keras.Model(ids, proba, name="skrnn")


def _read_words(
    spec: NetworkSpec, states: keras.KerasTensor, lengths: keras.KerasTensor
) -> keras.KerasTensor:
    """Make one vector of each text, read as one sequence or in segments."""
    read = lengths  # of what the recurrent layers read: whole texts, or segments
    if spec.segment_length is not None:
        split = SplitSegments(spec.segment_length, name="split")
        states, read = split(states, lengths)
    states, backward = _recur(spec, spec.units, states, read)
    if spec.segment_length is not None:
        states = JoinSegments(name="join_segments")(states, lengths)
        if backward is not None:
            backward = JoinSegments(name="join_segments_backward")(backward, lengths)
    return pool(spec.pooling, states, lengths, backward=backward)


def _read_sentences(
    spec: NetworkSpec, states: keras.KerasTensor, lengths: keras.KerasTensor
) -> keras.KerasTensor:
    """Make one vector of each text, its sentences read first."""
    states, counts = SplitSentences(name="split")(states, lengths)
    states = _attend(spec, spec.units, states, counts, "word_")
    states, counts = JoinSentences(name="join_sentences")(states, lengths)
    return _attend(spec, spec.sentence_units, states, counts, "sentence_")


def _attend(
    spec: NetworkSpec,
    sizes: tuple[int, ...],
    states: keras.KerasTensor,
    lengths: keras.KerasTensor,
    level: str,
) -> keras.KerasTensor:
    """Read sequences and pool the states by attention."""
    states, backward = _recur(spec, sizes, states, lengths, level)
    if backward is not None:
        join = keras.layers.Concatenate(name=f"{level}join_directions")
        states = join([states, backward])
    return AttentionPooling(name=f"{level}attention")(states, lengths)


def _recur(
    spec: NetworkSpec,
    sizes: tuple[int, ...],
    states: keras.KerasTensor,
    lengths: keras.KerasTensor,
    level: str = "",
) -> tuple[keras.KerasTensor, keras.KerasTensor | None]:
    """Apply stacked recurrent layers; the states of both directions, or None."""
    backward = None
    for depth, units in enumerate(sizes):
        if depth and backward is not None:
            join = keras.layers.Concatenate(name=f"{level}join_{depth}")
            states = join([states, backward])
        forward = recurrent_layer(
            spec.cell,
            units,
            recurrent_dropout=spec.recurrent_dropout,
            seed=0,
            name=f"{level}{spec.cell}_{depth}",
            periods=spec.periods,
        )
        if spec.bidirectional:
            layer = recurrent_layer(
                spec.cell,
                units,
                recurrent_dropout=spec.recurrent_dropout,
                seed=0,
                name=f"{level}{spec.cell}_{depth}_backward",
                periods=spec.periods,
            )
            reversed_states = ReverseSequence(name=f"{level}reverse_{depth}")(
                states, lengths
            )
            restore = ReverseSequence(name=f"{level}restore_{depth}")
            backward = restore(layer(reversed_states), lengths)
        states = forward(states)
    return states, backward


def _maybe_dropout(
    rate: float, tensor: keras.KerasTensor, name: str
) -> keras.KerasTensor:
    if not rate:
        return tensor
    return keras.layers.Dropout(rate, seed=0, name=name)(tensor)


def initialize_network(
    model: keras.Model,
    rng: np.random.Generator,
    embeddings: npt.NDArray[np.float32] | None = None,
) -> None:
    """Set every variable of ``model`` as if it were new, from ``rng`` alone.

    The distributions are Keras' defaults: Glorot uniform kernels, orthogonal recurrent
    kernels (one orthogonal matrix over all gates, or one for each group of a clockwork
    cell), embeddings uniform in ±0.05, zero
    biases, and one for an LSTM's forget gate (Jozefowicz et al., 2015).

    Parameters
    ----------
    model : keras.Model
        A model of :func:`build_network`.
    rng : numpy.random.Generator
        Source of all randomness; Keras' and NumPy's global generators are not used.
    embeddings : ndarray of shape (n_embeddings, embedding_dim), default=None
        Word vectors to start from instead of random ones.
    """
    for layer in model.layers:
        for variable in layer.variables:
            kind = variable.path.rsplit("/", 1)[-1]
            shape = tuple(variable.shape)
            if kind == "seed_generator_state":
                value = np.array([rng.integers(2**31), 0], dtype="uint32")
            elif kind == "embeddings":
                value = rng.uniform(-0.05, 0.05, shape)
                if embeddings is not None:
                    value = embeddings
            elif kind.startswith("recurrent_kernel"):
                value = _orthogonal(rng, shape)
            elif kind.endswith("kernel"):
                limit = np.sqrt(6.0 / sum(shape))
                value = rng.uniform(-limit, limit, shape)
            elif kind == "bias":
                value = np.zeros(shape)
                if isinstance(layer, keras.layers.LSTM):
                    value[layer.units : 2 * layer.units] = 1.0
            else:
                raise AssertionError(f"no initial value for {variable.path}")
            variable.assign(value)


def _orthogonal(
    rng: np.random.Generator, shape: tuple[int, ...]
) -> npt.NDArray[np.float64]:
    rows, columns = shape
    tall = rng.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))  # makes the distribution uniform (Mezzadri, 2007)
    return q.T if rows < columns else q
