"""The classifier that reads sentences first, and then the text that they make."""

from __future__ import annotations

import os
from typing import Any, ClassVar, NamedTuple

import joblib
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from sklearn.utils.validation import check_is_fitted

from skrnn._sklearn import StrOptions
from skrnn.embeddings import WordVectors
from skrnn.estimators.base import BaseTextClassifier, layer_sizes, positive_int
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
    """Both levels of a hierarchical attention, for rows of ids.

    Parameters
    ----------
    words : ndarray of shape (n_samples, n_features), float64
        The weight of each word in its sentence, in the column of the word: they sum to
        one over each sentence and are zero on padding.
    sentences : ndarray of shape (n_samples, n_sentences), float64
        The weight of each sentence in its text, in the order of the text: they sum to
        one over each text that has words. Texts of fewer sentences have zeros after
        them; there is one column at least.
    numbers : ndarray of shape (n_samples, n_features), int64
        The column of ``sentences`` that each word belongs to; -1 on padding.
    """

    words: _Floats
    sentences: _Floats
    numbers: npt.NDArray[np.int64]


class HierarchicalAttentionClassifier(BaseTextClassifier):
    """Hierarchical attention network for texts given as rows of word ids.

    A recurrent layer reads the words of each sentence, and attention makes one vector
    of their states; another one reads these vectors, and attention makes one vector of
    the text, from which a dense head gives probabilities [1]_. Which words and which
    sentences counted can be read from the attention. Binary and multi-class.

    Zeros set sentences apart in a row, as ``TextSequencer(sentence_splitter="rules")``
    does. How many zeros there are between two sentences, before and after them, changes
    no answer, and neither does the batch that a row travels in. A row without zeros
    between its words is one sentence; a row of zeros only (an empty document) is valid.
    An id that was not seen in ``fit`` is read as 1, out of vocabulary.

    Parameters
    ----------
    cell : {"gru", "lstm", "simple"}, default="gru"
        The recurrent layers of both levels: GRU [2]_ (with the reset gate before the
        product, as in the paper), LSTM [3]_ or plain (Elman) RNN.
    units : int or sequence of int, default=32
        Size of the state that reads words; a sequence stacks one layer for each number.
    sentence_units : int or sequence of int, default=32
        Size of the state that reads sentences; a sequence stacks layers.
    bidirectional : bool, default=True
        Whether every layer also reads backwards [4]_; the states of both directions are
        joined, which doubles them.
    embedding_dim : int, default=32
        Length of the word vectors. Not used when ``embeddings`` are given.
    embeddings : {"svd", "word2vec"}, WordVectors or array-like of shape \
(n_embeddings, n_dimensions), default=None
        Word vectors to start from; random ones if None. A name learns them from the
        rows of X before the network is trained, as :meth:`WordVectors.train` does. The
        ids of X must be those of given vectors: use
        ``TextSequencer(vocabulary=vectors.vocabulary)``. A row of an array belongs to
        the id of its number.
    embeddings_trainable : bool, default=True
        Whether the word vectors are learnt (fine-tuned) or stay as they are.
    n_embeddings : int, default=None
        Number of word vectors; an id from it on is read as out of vocabulary. None is
        the largest id of ``fit``, or of the first ``partial_fit``, plus one. For
        ``partial_fit`` give what the vocabulary needs: two more than it has words. Not
        used when ``embeddings`` are given.
    word_dropout : float in [0, 1), default=0.0
        Share of the words that are read as out of vocabulary in training [5]_.
    spatial_dropout : float in [0, 1), default=0.4
        Share of the word vectors' features that is dropped from all words of a text
        in training [6]_.
    dropout : float in [0, 1), default=0.4
        Share dropped from the pooled vector, and from each hidden dense layer.
    recurrent_dropout : float in [0, 1), default=0.0
        Share of the recurrent state dropped at each step, the same for all steps of a
        batch [7]_.
    dense_units : sequence of int, default=()
        Sizes of hidden ReLU layers between the pooled vector and the output.
    optimizer : str, class or instance of keras.optimizers.Optimizer, \
default="rmsprop"
        How the weights are learnt. An instance is copied for every fit, and brings its
        own learning rate.
    learning_rate : float or keras.optimizers.schedules.LearningRateSchedule, \
default=0.001
        Step size of the optimizer.
    weight_averaging : float in [0, 1), default=0.0
        Share of the average of the weights that is kept at each step [9]_. The
        averaged weights predict, and are validated after each epoch; training goes on
        from the others. In the first steps the share is less, so that the average soon
        forgets the random weights. 0 does not average.
    clipnorm : float, default=None
        Largest norm of the gradient of each weight [8]_; None does not clip.
    label_smoothing : float in [0, 1), default=0.0
        Share of a label that is spread over all classes evenly [10]_.
    adversarial : float, default=0.0
        Length (L2 norm) of the perturbation of a text's word vectors that harms the
        loss most; the loss of the perturbed text is added [11]_. It is to be seen
        beside the length of one word vector, which is about
        ``sqrt(embedding_dim)`` for learnt ``embeddings``. 0 adds nothing; otherwise a
        step takes about twice as long.
    virtual_adversarial : float, default=0.0
        Length of the perturbation that changes the prediction most; the divergence
        from the unperturbed prediction is added [12]_. It needs no labels, so rows
        with the label -1 are taken as unlabeled, as in
        :mod:`sklearn.semi_supervised`. Rows with a label take part unless
        ``adversarial`` is set. 0 adds nothing, and -1 is a label as any other.
    epochs : int, default=5
        Passes over the training rows.
    batch_size : int, default=128
        Rows a step.
    validation_split : float in [0, 1), default=0.0
        Share of the training rows, stratified by class, on which ``val_loss`` and
        ``val_accuracy`` are measured after each epoch and which are not learnt from.
    early_stopping : bool or int, default=False
        Whether to stop when ``val_loss`` has not improved for 3 epochs (or the given
        number) and to go back to the weights of the best epoch. Without
        ``validation_split`` and ``X_val`` a tenth of the rows is held out.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, ``{label: weight}``; "balanced" weighs them inversely
        to their frequency. They multiply ``sample_weight``.
    callbacks : keras.callbacks.Callback, list, dict or None, default=None
        Keras callbacks, as instances or as classes with routed parameters. Those of
        scikit-learn 1.9 are set by ``set_callbacks``.
    memory : str, path-like, joblib.Memory or None, default=None
        A folder that keeps the state after each epoch, as :class:`sklearn.pipeline.\
Pipeline` keeps its steps. A fit on the same data with the same parameters and seed goes
        on from there, whatever its ``epochs``, and gives the same bits as one from
        scratch: candidates of a grid that differ only in ``epochs`` share their epochs,
        and a fit that was interrupted loses one epoch at most. It needs an int
        ``random_state`` to be of use, and is not used with ``callbacks``,
        ``warm_start`` or ``partial_fit``. Several processes may share the folder. A
        damaged file, a full disk and the like are named in a warning, and the fit goes
        on without. The folder grows; delete it at will.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the weights, optimizer and history of the last
        ``fit`` (``epochs`` more) instead of starting anew. The architecture and the
        vocabulary stay those of the first.
    strategy : {"mirrored", "multi_worker_mirrored"}, tf.distribute.MirroredStrategy, \
tf.distribute.MultiWorkerMirroredStrategy or None, default=None
        Who computes a step: "mirrored" all GPUs of this process (or its logical CPUs
        if there is none), "multi_worker_mirrored" all processes that the environment
        variable ``TF_CONFIG`` names, each of which calls ``fit`` with all of the data.
        Each takes its share of the rows of a batch, and all learn the same weights,
        those of one device but for rounding; ``batch_size`` is that of the whole
        batch. Dropout is drawn by each for itself, so that with it the weights are
        others, as with another seed. Prediction takes one device. None is one device.
    random_state : int, RandomState instance or None, default=None
        Source of the first weights, dropout, order of the rows and validation split.
        An int gives the same network bit for bit on one machine. Global generators
        stay as they are (but None draws one number from NumPy's, as scikit-learn does).
    verbose : int, default=0
        0 is silent, 1 shows a progress bar for each epoch, 2 one line.
    **routed : dict
        SciKeras' routed parameters: ``optimizer__beta_1=0.8``,
        ``callbacks__patience=2``, ``fit__shuffle=False``, ``predict__batch_size=64``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    n_features_in_ : int
        Columns of X in ``fit``.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if X had names that are strings.
    history_ : dict of str to list of float
        ``loss`` and ``accuracy`` of each epoch, and ``val_loss`` and ``val_accuracy``
        where rows are held out.
    model_ : keras.Model
        The Keras model: int32 ids, shape (batch, time), to probabilities, shape
        (batch, 1) for two classes, else (batch, n_classes).
    n_parameters_ : int
        Number of weights, those that are not trained included.
    n_embeddings_ : int
        Rows of the embedding: ``n_embeddings``, or the largest id of ``fit`` plus one,
        or the number of rows of ``embeddings``.

    Raises
    ------
    ValueError
        From ``fit``: if X is text, has NaN, fractions or negative numbers, if y has
        one class only or another length, or if a parameter is out of range.
    TypeError
        If a parameter is mistyped; the message names the nearest valid one.

    See Also
    --------
    RNNSentimentClassifier : Reads a text as one sequence.
    TextSequencer : Makes the rows of ids from texts, with sentences set apart.

    Notes
    -----
    The score of a state ``h`` is ``context · tanh(h @ kernel + bias)``, with weights of
    its own at each level, and attention is the softmax of the scores.

    A batch takes as long as its longest sentence wants, so a long one is costly:
    ``TextSequencer(sentence_length=...)`` breaks it.

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
    .. [11] Miyato, Dai, Goodfellow (2017). Adversarial training methods for
       semi-supervised text classification. ICLR.
    .. [12] Miyato, Maeda, Koyama, Ishii (2018). Virtual adversarial training: a
       regularization method for supervised and semi-supervised learning. TPAMI.

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

    def __init__(
        self,
        *,
        cell: str = "gru",
        units: int | tuple[int, ...] = 32,
        sentence_units: int | tuple[int, ...] = 32,
        bidirectional: bool = True,
        embedding_dim: int = 32,
        embeddings: WordVectors | npt.ArrayLike | None = None,
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
        clipnorm: float | None = None,
        label_smoothing: float = 0.0,
        adversarial: float = 0.0,
        virtual_adversarial: float = 0.0,
        epochs: int = 5,
        batch_size: int = 128,
        validation_split: float = 0.0,
        early_stopping: bool | int = False,
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
        self.clipnorm = clipnorm
        self.label_smoothing = label_smoothing
        self.adversarial = adversarial
        self.virtual_adversarial = virtual_adversarial
        self.epochs = epochs
        self.batch_size = batch_size
        self.validation_split = validation_split
        self.early_stopping = early_stopping
        self.class_weight = class_weight
        self.callbacks = callbacks
        self.memory = memory
        self.warm_start = warm_start
        self.strategy = strategy
        self.random_state = random_state
        self.verbose = verbose
        self.__dict__.update(routed)

    def attention_levels(self, X: Any) -> AttentionLevels:
        """Get the attention to the words of sentences and to the sentences of texts.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding and between sentences.

        Returns
        -------
        attention : AttentionLevels
            A named tuple of ``words``, shape (n_samples, n_features), ``sentences``,
            shape (n_samples, n_sentences), and ``numbers``, shape (n_samples,
            n_features), which tells the sentence of each word.

        Raises
        ------
        NotFittedError
            If ``fit`` was not called.
        ValueError
            If X is text or has something other than ids.
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
        """Get the attention to each word: of its sentence times that in the sentence.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Word ids, 0 for padding and between sentences.

        Returns
        -------
        weights : ndarray of shape (n_samples, n_features), float64
            A weight in the column of each word; they sum to one over each row that has
            words and are zero on padding.

        Raises
        ------
        NotFittedError
            If ``fit`` was not called.
        ValueError
            If X is text or has something other than ids.
        """
        words, sentences, numbers = self.attention_levels(X)
        return words * np.take_along_axis(sentences, np.maximum(numbers, 0), axis=1)

    def _make_spec(
        self, n_embeddings: int, n_classes: int, vectors: _Vectors
    ) -> NetworkSpec:
        return NetworkSpec(
            **self._shared_spec(n_embeddings, n_classes, vectors),
            pooling="attention",
            segment_length=None,
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
