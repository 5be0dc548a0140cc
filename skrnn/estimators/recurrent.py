"""The recurrent classifier of sequences of word ids."""

from __future__ import annotations

import os
from typing import Any, ClassVar

import joblib
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from skrnn._sklearn import StrOptions
from skrnn.embeddings import WordVectors
from skrnn.estimators.base import BaseTextClassifier, positive_int
from skrnn.networks.cells import CELLS
from skrnn.networks.pooling import POOLINGS
from skrnn.networks.spec import NetworkSpec

_Vectors = npt.NDArray[np.float32] | None


class RNNSentimentClassifier(BaseTextClassifier):
    """Recurrent network for classifying texts given as rows of word ids.

    Words become vectors, recurrent layers read them in order, pooling makes one vector
    of the states, and a dense head gives probabilities. Binary and multi-class.

    Padding never changes an answer: zeros before, after or between the words, the
    other rows of a batch, and the batch size give the same probabilities. A row of
    zeros only (an empty document) is valid. An id that was not seen in ``fit`` is read
    as 1, out of vocabulary.

    Parameters
    ----------
    cell : {"simple", "lstm", "gru", "clockwork"}, default="lstm"
        The recurrent layer: plain (Elman) RNN, LSTM [1]_, GRU [2]_ (with the reset
        gate before the product, as in the paper) or clockwork RNN [14]_.
    units : int or sequence of int, default=32
        Size of the recurrent state; a sequence stacks one layer for each number.
    bidirectional : bool, default=False
        Whether every layer also reads the words backwards [3]_; the states of both
        directions are joined, which doubles them.
    pooling : {"last", "max", "mean", "mean_max", "attention"}, default="last"
        How the states become one vector: the state after the last word, the largest
        or mean value of each feature, both side by side, or a sum weighted by learnt
        attention [4]_.
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
    periods : sequence of int, default=(1, 2, 4, 8)
        For ``cell="clockwork"``: the units are split evenly into one group for each
        period, and a group with the period T moves at the words 0, T, 2T, ... of a text
        only (in the backward direction, counted from its last word). They rise, and
        ``units`` is a multiple of their number. Other cells do not use them.
    segment_length : int, default=None
        Words of the segments that the recurrent layers read instead of the whole text,
        each from a zero state [8]_; pooling looks at the states of all segments. None
        reads a text in one piece.
    word_dropout : float in [0, 1), default=0.0
        Share of the words that are read as out of vocabulary in training [9]_.
    spatial_dropout : float in [0, 1), default=0.4
        Share of the word vectors' features that is dropped from all words of a text
        in training [5]_.
    dropout : float in [0, 1), default=0.4
        Share dropped from the pooled vector, and from each hidden dense layer.
    recurrent_dropout : float in [0, 1), default=0.0
        Share of the recurrent state dropped at each step, the same for all steps of a
        batch [6]_.
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
        Share of the average of the weights that is kept at each step [10]_. The
        averaged weights predict, and are validated after each epoch; training goes on
        from the others. In the first steps the share is less, so that the average soon
        forgets the random weights. 0 does not average.
    clipnorm : float, default=None
        Largest norm of the gradient of each weight [7]_; None does not clip.
    label_smoothing : float in [0, 1), default=0.0
        Share of a label that is spread over all classes evenly [11]_.
    adversarial : float, default=0.0
        Length (L2 norm) of the perturbation of a text's word vectors that harms the
        loss most; the loss of the perturbed text is added [12]_. It is to be seen
        beside the length of one word vector, which is about
        ``sqrt(embedding_dim)`` for learnt ``embeddings``. 0 adds nothing; otherwise a
        step takes about twice as long.
    virtual_adversarial : float, default=0.0
        Length of the perturbation that changes the prediction most; the divergence
        from the unperturbed prediction is added [13]_. It needs no labels, so rows
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
    HierarchicalAttentionClassifier : Reads sentences first, then the text of them.
    TextSequencer : Makes the rows of ids from texts.
    make_sentiment_pipeline : Both in one Pipeline.

    Notes
    -----
    Batches hold rows of like length and are cut to the longest of them, which saves
    the time that padding costs.

    The virtual adversarial direction is found without power iteration: the divergence
    is, to second order, a quadratic form in the Fisher information, of which the
    gradient of the log-probability of a class drawn from the prediction is a sample.
    With two classes, where the form has rank one, that is the direction itself.

    References
    ----------
    .. [1] Hochreiter, Schmidhuber (1997). Long short-term memory. Neural Computation.
    .. [2] Cho, van Merriënboer, Gulcehre et al. (2014). Learning phrase representations
       using RNN encoder-decoder for statistical machine translation. EMNLP.
    .. [3] Schuster, Paliwal (1997). Bidirectional recurrent neural networks. IEEE
       Transactions on Signal Processing.
    .. [4] Yang, Yang, Dyer et al. (2016). Hierarchical attention networks for document
       classification. NAACL.
    .. [5] Tompson, Goroshin, Jain et al. (2015). Efficient object localization using
       convolutional networks. CVPR.
    .. [6] Gal, Ghahramani (2016). A theoretically grounded application of dropout in
       recurrent neural networks. NeurIPS.
    .. [7] Pascanu, Mikolov, Bengio (2013). On the difficulty of training recurrent
       neural networks. ICML.
    .. [8] Johnson, Zhang (2016). Supervised and semi-supervised text categorization
       using LSTM for region embeddings. ICML.
    .. [9] Iyyer, Manjunatha, Boyd-Graber, Daumé (2015). Deep unordered composition
       rivals syntactic methods for text classification. ACL.
    .. [10] Polyak, Juditsky (1992). Acceleration of stochastic approximation by
       averaging. SIAM Journal on Control and Optimization.
    .. [11] Szegedy, Vanhoucke, Ioffe et al. (2016). Rethinking the Inception
       architecture for computer vision. CVPR.
    .. [12] Miyato, Dai, Goodfellow (2017). Adversarial training methods for
       semi-supervised text classification. ICLR.
    .. [13] Miyato, Maeda, Koyama, Ishii (2018). Virtual adversarial training: a
       regularization method for supervised and semi-supervised learning. TPAMI.
    .. [14] Koutník, Greff, Gomez, Schmidhuber (2014). A clockwork RNN. ICML.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skrnn import RNNSentimentClassifier, TextSequencer
    >>> reviews = ["a good film", "a bad film", "good, so good", "bad, so bad"] * 25
    >>> labels = ["pos", "neg", "pos", "neg"] * 25
    >>> model = make_pipeline(
    ...     TextSequencer(maxlen=3),
    ...     RNNSentimentClassifier(
    ...         cell="gru", units=8, epochs=15, batch_size=10, learning_rate=0.01,
    ...         random_state=0,
    ...     ),
    ... )
    >>> model.fit(reviews, labels).predict(["such a good film", "so bad"])
    array(['pos', 'neg'], dtype='<U3')
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseTextClassifier._parameter_constraints,
        "cell": [StrOptions(set(CELLS))],
        "pooling": [StrOptions(set(POOLINGS))],
        "periods": ["array-like"],
        "segment_length": [positive_int, None],
    }

    def __init__(
        self,
        *,
        cell: str = "lstm",
        units: int | tuple[int, ...] = 32,
        bidirectional: bool = False,
        pooling: str = "last",
        embedding_dim: int = 32,
        embeddings: WordVectors | npt.ArrayLike | None = None,
        embeddings_trainable: bool = True,
        n_embeddings: int | None = None,
        periods: tuple[int, ...] = (1, 2, 4, 8),
        segment_length: int | None = None,
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
        self.bidirectional = bidirectional
        self.pooling = pooling
        self.embedding_dim = embedding_dim
        self.embeddings = embeddings
        self.embeddings_trainable = embeddings_trainable
        self.n_embeddings = n_embeddings
        self.periods = periods
        self.segment_length = segment_length
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

    def _make_spec(
        self, n_embeddings: int, n_classes: int, vectors: _Vectors
    ) -> NetworkSpec:
        periods = self.periods if CELLS[self.cell].has_periods else ()
        return NetworkSpec(
            **self._shared_spec(n_embeddings, n_classes, vectors),
            pooling=self.pooling,
            segment_length=(
                None if self.segment_length is None else int(self.segment_length)
            ),
            periods=tuple(periods),
        )
