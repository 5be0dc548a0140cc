"""The specification of a network, and the names and shapes of its weights.

Names and sizes of the layers are given here once: Keras models, ONNX graphs and saved
files are made by a walk over :attr:`NetworkSpec.levels` and
:attr:`NetworkSpec.dense_layers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skrnn.networks.cells import CELLS
from skrnn.networks.heads import HEADS
from skrnn.networks.pooling import POOLINGS
from skrnn.networks.recurrent import Shapes, Weights

__all__ = [
    "ALIGN",
    "EMBEDDING",
    "EMBEDDINGS",
    "LENGTHS",
    "OUTPUT",
    "OUTPUT_BIAS",
    "OUTPUT_KERNEL",
    "DenseLayer",
    "Level",
    "NetworkSpec",
    "RecurrentLayer",
    "check_weights",
]

# Names of layers that every network has.
ALIGN = "align"
LENGTHS = "lengths"
EMBEDDING = "embedding"
OUTPUT = "output"
EMBEDDINGS = f"{EMBEDDING}/embeddings"  # the weight with the word vectors
OUTPUT_KERNEL, OUTPUT_BIAS = f"{OUTPUT}/kernel", f"{OUTPUT}/bias"


class RecurrentLayer(NamedTuple):
    """A recurrent layer in one or both directions.

    Parameters
    ----------
    names : tuple of str
        Name of the layer, and of its backward layer if there is one.
    input_dim : int
        Number of features that it reads.
    units : int
        Size of its state in each direction.
    """

    names: tuple[str, ...]
    input_dim: int
    units: int


class Level(NamedTuple):
    """Recurrent layers and a pooling that make a vector of a sequence.

    Parameters
    ----------
    prefix : str
        Beginning of the names of its layers.
    layers : tuple of RecurrentLayer
        The stacked layers.
    """

    prefix: str
    layers: tuple[RecurrentLayer, ...]

    @property
    def direction_dims(self) -> list[int]:
        """Sizes of the last layer's states in each direction."""
        return [self.layers[-1].units] * len(self.layers[-1].names)


class DenseLayer(NamedTuple):
    """A dense layer.

    Parameters
    ----------
    name : str
        Its name.
    input_dim : int
        Number of features that it reads.
    units : int
        Number of features that it returns.
    activation : str
        Name of Keras' activation function.
    """

    name: str
    input_dim: int
    units: int
    activation: str


@dataclass(frozen=True)
class NetworkSpec:
    """The architecture of a network.

    Two equal specifications give interchangeable models, whatever the seed.

    Parameters
    ----------
    n_embeddings : int
        Number of word vectors, padding and out-of-vocabulary included.
    head : str
        A key of :data:`~skrnn.networks.heads.HEADS`.
    n_outputs : int
        Number of outputs of the head.
    cell : str
        A key of :data:`~skrnn.networks.cells.CELLS`.
    units : tuple of int
        State size of each stacked layer.
    bidirectional : bool
        Whether each layer also reads the words backwards.
    pooling : str
        A key of :data:`~skrnn.networks.pooling.POOLINGS`.
    embedding_dim : int
        Length of a word vector.
    embeddings_trainable : bool
        Whether the word vectors are trained.
    word_dropout, spatial_dropout, dropout, recurrent_dropout : float
        Dropout rates: of words, of features of word vectors, of pooled and dense
        vectors, of recurrent states.
    dense_units : tuple of int
        Sizes of hidden ReLU layers before the output.
    sentence_units : tuple of int, default=()
        State size of each stacked layer that reads the vectors of sentences. ``cell``
        and ``units`` are then those of the layers that read the words of a sentence.
        () reads a text as one sequence.
    periods : tuple of int, default=()
        Periods of the groups of a clockwork cell; () for the other cells.

    Raises
    ------
    ValueError
        If there is no such cell, pooling or head, or if parameters do not fit each
        other.
    """

    n_embeddings: int
    head: str
    n_outputs: int
    cell: str
    units: tuple[int, ...]
    bidirectional: bool
    pooling: str
    embedding_dim: int
    embeddings_trainable: bool
    word_dropout: float
    spatial_dropout: float
    dropout: float
    recurrent_dropout: float
    dense_units: tuple[int, ...]
    sentence_units: tuple[int, ...] = ()
    periods: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an architecture that cannot be built."""
        if self.cell not in CELLS or self.pooling not in POOLINGS:
            raise ValueError(
                f"There is no network of cell={self.cell!r} and "
                f"pooling={self.pooling!r}."
            )
        if self.head not in HEADS or not HEADS[self.head].accepts(self.n_outputs):
            raise ValueError(
                f"There is no head={self.head!r} of n_outputs={self.n_outputs}."
            )
        if not self.units:
            raise ValueError("A network needs a recurrent layer, got units=().")
        for units in (*self.units, *self.sentence_units):
            CELLS[self.cell].check(units, self.periods)

    @property
    def levels(self) -> list[Level]:
        """The level that reads words, and the level that reads sentences if any."""
        sizes = {"": self.units}
        if self.sentence_units:
            sizes = {"word_": self.units, "sentence_": self.sentence_units}
        directions = ("", "_backward") if self.bidirectional else ("",)
        input_dim = self.embedding_dim
        levels = []
        for prefix, all_units in sizes.items():
            layers = []
            for depth, units in enumerate(all_units):
                name = f"{prefix}{self.cell}_{depth}"
                names = tuple(name + direction for direction in directions)
                layers.append(RecurrentLayer(names, input_dim, units))
                input_dim = units * len(directions)
            levels.append(Level(prefix, tuple(layers)))
            input_dim = POOLINGS[self.pooling].output_dim(input_dim)
        return levels

    @property
    def dense_layers(self) -> list[DenseLayer]:
        """The hidden layers after the pooling, and the output layer."""
        dims = self.levels[-1].direction_dims
        input_dim = POOLINGS[self.pooling].output_dim(sum(dims))
        layers = []
        for depth, units in enumerate(self.dense_units):
            layers.append(DenseLayer(f"dense_{depth}", input_dim, units, "relu"))
            input_dim = units
        head = HEADS[self.head]
        units = head.n_units(self.n_outputs)
        return [*layers, DenseLayer(OUTPUT, input_dim, units, head.activation)]

    @property
    def weight_shapes(self) -> Shapes:
        """The shapes of all weights by name, ``layer/weight``."""
        cell, pooling = CELLS[self.cell], POOLINGS[self.pooling]
        shapes: Shapes = {EMBEDDINGS: (self.n_embeddings, self.embedding_dim)}
        for level in self.levels:
            for layer in level.layers:
                of_layer = cell.weight_shapes(
                    layer.input_dim, layer.units, self.periods
                )
                for name in layer.names:
                    shapes |= {f"{name}/{w}": shape for w, shape in of_layer.items()}
            shapes |= pooling.weight_shapes(level.prefix, sum(level.direction_dims))
        for name, input_dim, units, _ in self.dense_layers:
            shapes[f"{name}/kernel"] = (input_dim, units)
            shapes[f"{name}/bias"] = (units,)
        return shapes


def check_weights(spec: NetworkSpec, weights: Weights) -> None:
    """Raise ValueError unless the weights are those of ``spec`` and finite.

    Parameters
    ----------
    spec : NetworkSpec
        The architecture.
    weights : mapping of str to ndarray
        The weights by name.

    Raises
    ------
    ValueError
        If a weight is missing, unknown, not finite, or has another shape or type.
    """
    expected = spec.weight_shapes
    if other := sorted(expected.keys() ^ weights.keys()):
        raise ValueError(f"Weights are missing or unknown: {other}.")
    for name, shape in expected.items():
        weight = weights[name]
        if weight.shape != shape or weight.dtype != np.float32:
            raise ValueError(
                f"The weight {name!r} should be float32 of shape {shape}, but is "
                f"{weight.dtype} of shape {weight.shape}."
            )
        if not np.isfinite(weight).all():
            raise ValueError(
                f"The weight {name!r} has values that are not finite, so that every "
                "prediction would be NaN. Fit with a smaller learning_rate or with "
                "optimizer__clipnorm=1.0."
            )
