"""fit_stream: fit a pipeline to more reviews than fit in memory."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone, is_classifier
from sklearn.pipeline import Pipeline

from skrnn._messages import describe_steps
from skrnn._sklearn import active_steps
from skrnn.estimators.base import BaseTextNetwork
from skrnn.estimators.routing import training_options
from skrnn.estimators.validation import has_columns
from skrnn.text.encoding import count_columns
from skrnn.text.sequencer import TextSequencer

__all__ = ["fit_stream"]


def fit_stream(model: Pipeline, chunks: Iterable[Any], *, verbose: int = 1) -> Pipeline:
    """Fit a pipeline to reviews in chunks.

    The chunks are read once for the vocabulary, the length of the rows and the classes,
    and then once per epoch. Only one chunk is in memory at a time.

    Parameters
    ----------
    model : Pipeline
        A :class:`TextSequencer` and a network of this package, as
        :func:`make_sentiment_pipeline` returns. It is fitted from scratch, in place.
    chunks : iterable of (texts, targets)
        Iterated several times: a :class:`~skrnn.datasets.ReviewStream` or a list, not a
        generator. A chunk should have thousands of rows and all classes. Texts are an
        array or a list of str, or a DataFrame of several columns of texts.
    verbose : int, default=1
        0 is silent, 1 prints a line per chunk.

    Returns
    -------
    model : Pipeline
        The same pipeline with two new, fitted steps. The classifier's ``n_embeddings``
        is set to the size of the vocabulary, and its ``history_`` has an entry per
        chunk.

    Raises
    ------
    TypeError
        If the pipeline has other steps, or the chunks can be iterated only once.
    ValueError
        If there are no chunks, a chunk has no labels, there is a single class, or a
        text or a label is missing; before the training begins.

    See Also
    --------
    skrnn.datasets.ReviewStream : Chunks from CSV and Parquet files.
    TextSequencer.partial_fit : Fit the vocabulary to a chunk.
    RNNSentimentClassifier.partial_fit : Train on a chunk.

    Notes
    -----
    An epoch is one ``partial_fit`` per chunk: rows are shuffled within a chunk, and the
    order of the chunks is kept. ``epochs="auto"`` depends on the rows of all chunks,
    ``batch_size="auto"`` on those of each chunk. ``validation_split`` holds out a part
    of each chunk, ``early_stopping`` has no effect, and ``embeddings="svd"`` fits
    vectors to the first chunk, so that words not in it start from zero. If you
    interrupt the training, the model keeps what it has learned so far.

    Examples
    --------
    >>> from skrnn import fit_stream, make_sentiment_pipeline
    >>> from skrnn.datasets import make_reviews
    >>> chunks = [make_reviews(100, random_state=seed) for seed in range(3)]
    >>> model = make_sentiment_pipeline(maxlen=30, epochs=2, units=8, random_state=0)
    >>> fit_stream(model, chunks, verbose=0).predict(["It is not great."]).shape
    (1,)
    >>> len(model["clf"].history_["loss"])
    6
    """
    (text_step, sequencer), (network_step, classifier) = _two_steps(model)
    if iter(chunks) is chunks:
        raise TypeError(
            f"The chunks are read several times, but a {type(chunks).__name__} can be "
            "read only once. Pass a ReviewStream or a list."
        )
    progress = _Progress(verbose)
    survey = _Survey(chunks, progress)
    sequencer = _fit_to_texts(clone(sequencer), survey)
    targets = {}
    if is_classifier(classifier):
        labels = survey.labels
        if len(labels) < 2:
            raise ValueError(
                "The classifier needs reviews of at least 2 classes, got "
                f"{labels.tolist()}."
            )
        targets["classes"] = labels
    classifier = clone(classifier).set_params(
        n_embeddings=max(sequencer.vocabulary_.values()) + 1
    )
    epochs = training_options(classifier, survey.n_texts).epochs
    for epoch in range(1, epochs + 1):
        n_read = 0
        for texts, y in chunks:
            classifier.partial_fit(sequencer.transform(texts), y, **targets)
            if not n_read and epoch == 1:
                model.set_params(**{text_step: sequencer, network_step: classifier})
            n_read += len(texts)
            curves = ", ".join(
                f"{name} {values[-1]:.4f}"
                for name, values in classifier.history_.items()
                if name in ("loss", "accuracy")
            )
            progress(
                f"epoch {epoch}/{epochs}: {n_read:,} of {survey.n_texts:,} reviews, "
                f"{curves} on the last {len(texts):,}"
            )
    return model


def _two_steps(model: Any) -> list[tuple[str, Any]]:
    """Return the TextSequencer and the network of a Pipeline, with their names."""
    steps = active_steps(model)
    match [step for _, step in steps]:
        case [TextSequencer(), BaseTextNetwork()]:
            return steps
        case others:
            found = describe_steps(type(model).__name__, others)
    raise TypeError(
        "fit_stream needs a Pipeline of a TextSequencer and a classifier such as "
        f"RNNSentimentClassifier, got {found}."
    )


def _fit_to_texts(sequencer: TextSequencer, survey: _Survey) -> TextSequencer:
    """Fit the vocabulary, reading one chunk at a time."""
    chunks = iter(survey)
    first = next(chunks, ())
    if count_columns(first) is None:
        return sequencer.fit(chain(first, chain.from_iterable(chunks)))
    for texts in chain([first], chunks):
        sequencer.partial_fit(texts)
    return sequencer


class _Survey:
    """Iterates over the texts of each chunk, and collects labels and counts."""

    def __init__(self, chunks: Iterable[Any], progress: _Progress) -> None:
        self._chunks, self._progress = chunks, progress
        self.labels: npt.NDArray[Any] = np.empty(0)
        self.n_texts = 0

    def __iter__(self) -> Iterator[Any]:
        for texts, y in self._chunks:
            if y is None or len(y) != len(texts):
                raise ValueError(
                    "Each chunk must be a pair of texts and as many labels, got "
                    f"{len(texts)} texts and {'no' if y is None else len(y)} labels."
                )
            found = np.arange(np.shape(y)[1]) if has_columns(y) else np.unique(y)
            self.labels = np.union1d(self.labels, found) if self.n_texts else found
            yield texts
            self.n_texts += len(texts)
            self._progress(f"vocabulary: {self.n_texts:,} reviews")


class _Progress:
    """Prints lines with the time since it was created."""

    def __init__(self, verbose: int) -> None:
        self._verbose, self._start = verbose, time.perf_counter()

    def __call__(self, message: str) -> None:
        if self._verbose:
            seconds = time.perf_counter() - self._start
            print(f"{seconds:8.1f} s  {message}", flush=True)
