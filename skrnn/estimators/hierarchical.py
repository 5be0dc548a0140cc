"""The hierarchical classifier: a network of words and a network of sentences."""

from __future__ import annotations

import skrnn._tensorflow  # isort: skip  # noqa: F401  before TensorFlow

import os
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import joblib
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skrnn._sklearn import StrOptions
from skrnn.embeddings import WordVectors
from skrnn.estimators.base import layer_sizes, positive_int
from skrnn.estimators.classification import BaseTextClassifier
from skrnn.estimators.scoring import LOSS
from skrnn.networks.cells import CELLS
from skrnn.networks.sequences import restore_columns
from skrnn.networks.spec import NetworkSpec
from skrnn.text.batches import batches_by_length
from skrnn.text.vocabulary import PAD
from skrnn.training.batches import PREDICTION_BATCH_SIZE, Rows, align_sentences

__all__ = ["AttentionLevels", "HierarchicalAttentionClassifier"]

_Floats = npt.NDArray[np.float64]
_Vectors = npt.NDArray[np.float32] | None

# It has no parameter for periods.
_CELLS = {name for name, cell in CELLS.items() if not cell.has_periods}


class AttentionLevels(NamedTuple):
    """Attention to words and sentences, for rows of ids.

    Parameters
    ----------
    words : ndarray of shape (n_samples, n_features), float64
        The weight of each word in its sentence, in the column of the word. Weights sum
        to one over each sentence and are zero on padding.
    sentences : ndarray of shape (n_samples, n_sentences), float64
        The weight of each sentence in its text. Weights sum to one over each text that
        has words. Zeros follow the sentences of a text; there is at least one column.
    numbers : ndarray of shape (n_samples, n_features), int64
        The column of ``sentences`` of each word's sentence; -1 on padding.
    """

    words: _Floats
    sentences: _Floats
    numbers: npt.NDArray[np.int64]


class HierarchicalAttentionClassifier(BaseTextClassifier):
    """Hierarchical attention network for texts, given as rows of word ids.

    Recurrent layers read the words of each sentence, and attention reduces their states
    to one vector for each sentence. Other recurrent layers read these vectors, and
    attention reduces their states to one vector for the text, from which a dense layer
    computes the probabilities of two or more classes [1]_. The attention shows which
    words and sentences the network used.

    Zeros separate the sentences of a row, as in the rows of
    ``TextSequencer(sentence_splitter="rules")``. The number of zeros between two
    sentences, before and after them never changes a prediction, nor do the other rows
    of a batch. A row without zeros between its words is one sentence; a row with zeros
    only (an empty document) is valid. Ids that were not in ``fit`` are treated as 1,
    out of vocabulary.

    Parameters
    ----------
    cell : {"gru", "lstm", "simple"}, default="gru"
        The recurrent layers of both levels: a GRU [2]_ (its reset gate acts before the
        product, as in the paper), an LSTM [3]_ or a plain (Elman) RNN.
    units : int or sequence of int, default=32
        State size of the layers that read words; a sequence stacks one layer for each
        size.
    sentence_units : int or sequence of int, default=32
        State size of the layers that read sentences; a sequence stacks layers.
    bidirectional : bool, default=True
        Whether every layer also reads backwards [4]_. The states of both directions are
        concatenated.
    embedding_dim : int, default=32
        Length of the word vectors. Not used when ``embeddings`` are given.
    embeddings : {"svd", "word2vec"}, WordVectors or array-like of shape \
(n_embeddings, n_dimensions), default=None
        Initial word vectors; None draws random ones. "svd" and "word2vec" learn them
        from X before the network is trained, as :meth:`WordVectors.train` does. With
        :class:`WordVectors`, X must have their ids: use
        ``TextSequencer(vocabulary=vectors.vocabulary)``. An array has a row for each
        id.
    pretrained : str, path-like, Pipeline, FrozenEstimator or None, default=None
        The pipeline whose network to start from: the name of one that comes with skrnn
        (see :func:`skrnn.load_pretrained`), a file of :func:`skrnn.save`, or a fitted
        Pipeline; X must have the ids of ``TextSequencer(pretrained=...)`` with the same
        value. Weights are copied layer by layer, from the embedding up to the first
        layer that does not fit (other units, another cell); vectors of new words are
        drawn with the mean and the standard deviation of the others. The output layer
        fits if the number of classes is the same; it is reversed if two classes are in
        the other order. If everything but dense layers was copied, ``learning_rate`` is
        multiplied by ``sqrt(n_samples / 10,000)``, at least 0.1 and at most 1, unless
        it follows a schedule [12]_. Nothing is copied if more than 30 % of the words of
        X are not in the pretrained vocabulary (another language), or if y explains less
        than 15 % of the variance of the pretrained output (topics, say); only then is
        ``embeddings="svd"`` used. A Pipeline is shared by clones, and not saved by
        :func:`skrnn.save`.
    embeddings_trainable : bool, default=True
        Whether the word vectors are trained with the network or kept as they are.
    n_embeddings : int, default=None
        Number of word vectors; ids from this number on are out of vocabulary. None is
        the largest id in ``fit``, or in the first ``partial_fit``, plus one. For
        ``partial_fit``, set it to the number of words in the vocabulary plus two. Not
        used when ``embeddings`` are given.
    word_dropout : float in [0, 1), default=0.0
        Fraction of the words that are replaced by the id for unknown words during
        training [5]_.
    spatial_dropout : float in [0, 1), default=0.4
        Fraction of the features of the word vectors that are dropped during training,
        the same for all words of a text [6]_.
    dropout : float in [0, 1), default=0.4
        Fraction of the pooled vector, and of each hidden dense layer, that is dropped
        during training.
    recurrent_dropout : float in [0, 1), default=0.0
        Fraction of the recurrent state that is dropped at each step during training,
        the same for all steps [7]_.
    dense_units : sequence of int, default=()
        Sizes of hidden ReLU layers between the pooled vector and the output.
    optimizer : str, class or instance of keras.optimizers.Optimizer, \
default="rmsprop"
        Keras' optimizer. An instance is copied for every fit and has its own learning
        rate. ``optimizer__clipnorm=1.0`` clips the gradient of each weight [8]_.
    learning_rate : float or keras.optimizers.schedules.LearningRateSchedule, \
default=0.001
        Learning rate of the optimizer.
    weight_averaging : float in [0, 1), default=0.0
        Decay of the moving average of the weights [9]_. The averaged weights are used
        for validation after each epoch and for prediction, while training continues
        with the others. In the first steps the decay is smaller, so that the random
        initial weights soon lose their influence. 0 does not average.
    loss : str or keras.losses.Loss, default="crossentropy"
        The training loss. "crossentropy" is Keras' binary crossentropy for two classes
        and for each of several labels, and sparse categorical crossentropy for more
        classes. Other names are those of Keras,
        such as "binary_focal_crossentropy" and "categorical_focal_crossentropy"
        [11]_. ``keras.losses.BinaryCrossentropy(label_smoothing=0.1)``, or
        ``CategoricalCrossentropy`` for more than two classes, smooths the labels
        [10]_. The reduction of an instance is ignored. Subclasses of your own must
        be registered with :func:`keras.saving.register_keras_serializable` to be cloned
        and saved.
    epochs : int or "auto", default="auto"
        Number of passes over the training rows. "auto" is ``75 / n_rows ** 0.25``,
        rounded: 20 for 200 rows of X, 6 for 25,000.
    batch_size : int or "auto", default="auto"
        Number of rows in a step. "auto" is the largest power of two that is at most a
        64th of the number of rows of X, but at least 16 and at most 128.
    validation_split : float in [0, 1), default=0.0
        Fraction of the training rows, stratified by class, that is held out to compute
        ``val_loss`` and ``val_accuracy`` after each epoch. Rows with several labels are
        held out at random.
    early_stopping : bool or int, default=False
        Whether to stop when the loss or score (``scoring``) of the validation rows has
        not improved for 3 epochs (or the given number of epochs), and to restore the
        weights of the best epoch. Without ``validation_split`` and ``X_val``, a tenth
        of the rows is held out.
    scoring : str, callable or None, default="loss"
        What early stopping watches, as in
        :class:`~sklearn.ensemble.HistGradientBoostingClassifier`: "loss" is
        ``val_loss``, a scorer or the name of one is computed on the validation rows
        after each epoch, and None is the classifier's ``score``. The scores are
        recorded as ``val_score`` in ``history_``, and the best epoch is the one with
        the highest score. Sample weights and class weights do not affect them.
    class_weight : dict, list of dict, "balanced" or None, default=None
        Weights of the classes, ``{label: weight}``; "balanced" weights are inversely
        proportional to class frequencies. They are multiplied with ``sample_weight``.
        For several labels per row, pass a list with a dict ``{0: weight, 1: weight}``
        for each label, which weights the loss of that label.
    callbacks : keras.callbacks.Callback, list, dict or None, default=None
        Keras callbacks, as instances or as classes with routed parameters. Callbacks of
        scikit-learn 1.9 are set with ``set_callbacks``.
    memory : str, path-like, joblib.Memory or None, default=None
        Folder that caches the state after each epoch, as in :class:`sklearn.pipeline.\
Pipeline`. A fit with the same data, parameters and seed continues from there, whatever
        its ``epochs``, with the same bits as a fit from scratch: candidates of a grid
        that differ only in ``epochs`` share their epochs, and an interrupted fit loses
        one epoch at most. It requires an int ``random_state``, and is not used with
        ``callbacks``, ``warm_start`` or ``partial_fit``. Several processes may share
        the folder. If a file is damaged or the disk is full, a warning is issued and
        the fit continues without the cache. The folder only grows; it is safe to
        delete.
    warm_start : bool, default=False
        Whether ``fit`` continues from the weights, optimizer and history of the last
        ``fit`` for ``epochs`` more epochs instead of starting from scratch. The
        architecture and the vocabulary are those of the first fit.
    strategy : {"mirrored", "multi_worker_mirrored"}, tf.distribute.MirroredStrategy, \
tf.distribute.MultiWorkerMirroredStrategy or None, default=None
        How training is distributed. "mirrored" uses all GPUs of this process, or its
        logical CPUs if there are no GPUs. "multi_worker_mirrored" uses all processes
        that the environment variable ``TF_CONFIG`` names; each calls ``fit`` with all
        of the data. Each replica computes its part of a batch of ``batch_size`` rows,
        so that all have the weights of a fit on a single device, up to rounding. With
        dropout, which each replica samples on its own, the weights differ as with
        another seed. Prediction uses a single device. None is a single device.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, dropout, order of the rows and validation split.
        An int gives bit-identical networks on one machine. Global generators are not
        changed, except that None draws one number from NumPy's, as in scikit-learn.
    verbose : int, default=0
        0 prints nothing, 1 a progress bar for each epoch, 2 a line for each epoch.
    **routed : dict
        SciKeras' routed parameters: ``optimizer__beta_1=0.8``,
        ``callbacks__patience=2``, ``fit__shuffle=False``, ``predict__batch_size=64``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels; the numbers of the columns of an indicator matrix.
    n_features_in_ : int
        Number of columns of X in ``fit``.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if all of them are strings.
    history_ : dict of str to list of float
        ``loss`` and ``accuracy`` of each epoch; with validation rows also ``val_loss``,
        ``val_accuracy`` and, if ``scoring`` is not "loss", ``val_score``.
    model_ : keras.Model
        The Keras model. It maps int32 ids, shape (batch, time), to probabilities, shape
        (batch, 1) for two classes, else (batch, n_classes) or (batch, n_labels).
    n_parameters_ : int
        Number of trainable and non-trainable weights.
    n_embeddings_ : int
        Number of rows of the embedding: ``n_embeddings``, the largest id in ``fit``
        plus one but at least those of ``pretrained``, or the number of rows of
        ``embeddings``.
    pretrained_weights_ : list of str
        The names of the weights that were copied from ``pretrained``.

    Raises
    ------
    ValueError
        From ``fit``, if X is text or has NaN, fractions or negative numbers, if y has a
        single class or a length other than that of X, or if a parameter is out of
        range.
    TypeError
        If there is no such parameter; the message suggests the nearest name.

    See Also
    --------
    RNNSentimentClassifier : Reads a text as one sequence.
    TextSequencer : Transforms texts to rows of ids, with zeros between sentences.

    Notes
    -----
    The score of a state ``h`` is ``context · tanh(h @ kernel + bias)``, and the
    attention is the softmax of the scores. Each level has its own weights.

    The time for a batch grows with its longest sentence. Long sentences are split by
    ``TextSequencer(sentence_length=...)``.

    References
    ----------
    .. [1] Yang, Yang, Dyer, He, Smola, Hovy (2016). Hierarchical attention networks for
       document classification. NAACL.
    .. [2] Cho, van Merriënboer, Gulcehre et al. (2014). Learning phrase representations
       using RNN encoder-decoder for statistical machine translation. EMNLP.
    .. [3] Hochreiter, Schmidhuber (1997). Long short-term memory. Neural Computation.
    .. [4] Schuster, Paliwal (1997). Bidirectional recurrent neural networks. IEEE
       Transactions on Signal Processing.
    .. [5] Iyyer, Manjunatha, Boyd-Graber, Daumé (2015). Deep unordered composition
       rivals syntactic methods for text classification. ACL.
    .. [6] Tompson, Goroshin, Jain et al. (2015). Efficient object localization using
       convolutional networks. CVPR.
    .. [7] Gal, Ghahramani (2016). A theoretically grounded application of dropout in
       recurrent neural networks. NeurIPS.
    .. [8] Pascanu, Mikolov, Bengio (2013). On the difficulty of training recurrent
       neural networks. ICML.
    .. [9] Polyak, Juditsky (1992). Acceleration of stochastic approximation by
       averaging. SIAM Journal on Control and Optimization.
    .. [10] Szegedy, Vanhoucke, Ioffe et al. (2016). Rethinking the Inception
       architecture for computer vision. CVPR.
    .. [11] Lin, Goyal, Girshick, He, Dollár (2017). Focal loss for dense object
       detection. ICCV.
    .. [12] Howard, Ruder (2018). Universal language model fine-tuning for text
       classification. ACL.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skrnn import HierarchicalAttentionClassifier, TextSequencer
    >>> reviews = ["We saw it. A good film.", "A bad film. We saw it."] * 50
    >>> model = make_pipeline(
    ...     TextSequencer(sentence_splitter="rules", maxlen=10),
    ...     HierarchicalAttentionClassifier(
    ...         units=8, sentence_units=8, epochs=10, batch_size=10,
    ...         learning_rate=0.01, random_state=0,
    ...     ),
    ... ).fit(reviews, ["pos", "neg"] * 50)
    >>> model.predict(["So good. We saw it.", "So bad"])
    array(['pos', 'neg'], dtype='<U3')
    >>> rows = model[0].transform(["Good film. We saw it."])
    >>> rows
    array([[0, 0, 0, 0, 8, 3, 0, 6, 5, 4]], dtype=int32)
    >>> attention = model[1].attention_levels(rows)
    >>> attention.words.shape, attention.sentences.shape
    ((1, 10), (1, 2))
    >>> attention.sentences.sum(axis=1).round(6)
    array([1.])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseTextClassifier._parameter_constraints,
        "cell": [StrOptions(_CELLS)],
        "sentence_units": [positive_int, "array-like"],
    }
    _parameter_constraints.pop("periods")
    _parameter_constraints.pop("pooling")

    def __init__(
        self,
        *,
        cell: str = "gru",
        units: int | tuple[int, ...] = 32,
        sentence_units: int | tuple[int, ...] = 32,
        bidirectional: bool = True,
        embedding_dim: int = 32,
        embeddings: WordVectors | npt.ArrayLike | None = None,
        pretrained: str | os.PathLike[str] | Pipeline | FrozenEstimator | None = None,
        embeddings_trainable: bool = True,
        n_embeddings: int | None = None,
        word_dropout: float = 0.0,
        spatial_dropout: float = 0.4,
        dropout: float = 0.4,
        recurrent_dropout: float = 0.0,
        dense_units: tuple[int, ...] = (),
        optimizer: Any = "rmsprop",
        learning_rate: Any = 0.001,
        weight_averaging: float = 0.0,
        loss: Any = "crossentropy",
        epochs: int | str = "auto",
        batch_size: int | str = "auto",
        validation_split: float = 0.0,
        early_stopping: bool | int = False,
        scoring: str | Callable[..., float] | None = LOSS,
        class_weight: Any = None,
        callbacks: Any = None,
        memory: str | os.PathLike[str] | joblib.Memory | None = None,
        warm_start: bool = False,
        strategy: str | tf.distribute.Strategy | None = None,
        random_state: Any = None,
        verbose: int = 0,
        **routed: Any,
    ) -> None:
        self.cell = cell
        self.units = units
        self.sentence_units = sentence_units
        self.bidirectional = bidirectional
        self.embedding_dim = embedding_dim
        self.embeddings = embeddings
        self.pretrained = pretrained
        self.embeddings_trainable = embeddings_trainable
        self.n_embeddings = n_embeddings
        self.word_dropout = word_dropout
        self.spatial_dropout = spatial_dropout
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.dense_units = dense_units
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_averaging = weight_averaging
        self.loss = loss
        self.epochs = epochs
        self.batch_size = batch_size
        self.validation_split = validation_split
        self.early_stopping = early_stopping
        self.scoring = scoring
        self.class_weight = class_weight
        self.callbacks = callbacks
        self.memory = memory
        self.warm_start = warm_start
        self.strategy = strategy
        self.random_state = random_state
        self.verbose = verbose
        self.__dict__.update(routed)

    def attention_levels(self, X: Any) -> AttentionLevels:
        """Compute the attention to the words of sentences and to sentences of texts.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding and between sentences.

        Returns
        -------
        attention : AttentionLevels
            A named tuple of ``words``, shape (n_samples, n_features), ``sentences``,
            shape (n_samples, n_sentences), and ``numbers``, shape (n_samples,
            n_features): the number of each word's sentence.

        Raises
        ------
        NotFittedError
            If ``fit`` was not called.
        ValueError
            If X is text or has values that are not word ids.
        """
        check_is_fitted(self)
        ids = self._check_ids(X)
        rows = self._as_rows(ids)
        numbers = _sentence_numbers(ids != PAD)
        words = np.zeros(ids.shape)
        sentences = np.zeros((len(ids), max(int(numbers.max()) + 1, 1)))
        step = self._network.attention_step
        for chosen in batches_by_length(rows.lengths, PREDICTION_BATCH_SIZE):
            word_level, sentence_level = step(tf.convert_to_tensor(rows.take(chosen)))
            attention, lengths = (part.numpy() for part in word_level)
            words[chosen] = restore_columns(attention, lengths, ids[chosen])
            attention = sentence_level[0].numpy()
            sentences[chosen, : attention.shape[1]] = attention
        return AttentionLevels(words, sentences, numbers)

    def attention_weights(self, X: Any) -> _Floats:
        """Compute the attention to each word, times that to its sentence.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding and between sentences.

        Returns
        -------
        weights : ndarray of shape (n_samples, n_features), float64
            A weight in the column of each word. Weights sum to one over each row that
            has words and are zero on padding.

        Raises
        ------
        NotFittedError
            If ``fit`` was not called.
        ValueError
            If X is text or has values that are not word ids.
        """
        words, sentences, numbers = self.attention_levels(X)
        return words * np.take_along_axis(sentences, np.maximum(numbers, 0), axis=1)

    def _make_spec(self, n_embeddings: int, vectors: _Vectors) -> NetworkSpec:
        return NetworkSpec(
            **self._shared_spec(n_embeddings, vectors),
            pooling="attention",
            sentence_units=layer_sizes(
                "sentence_units", self.sentence_units, at_least=1
            ),
        )

    @staticmethod
    def _as_rows(ids: npt.NDArray[np.int32]) -> Rows:
        return align_sentences(ids)


def _sentence_numbers(is_word: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the number of each word's sentence; -1 where there is no word."""
    before = np.pad(is_word[:, :-1], ((0, 0), (1, 0)))
    numbers = np.cumsum(is_word & ~before, axis=1) - 1
    return np.where(is_word, numbers, -1)
