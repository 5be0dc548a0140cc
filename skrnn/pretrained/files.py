"""The pretrained pipelines that the package ships."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from skrnn._messages import did_you_mean
from skrnn.persistence.files import load

__all__ = ["NAMES", "find_pretrained", "load_pretrained"]

NAMES = ("reviews-en",)
_FOLDER = Path(__file__).parent


def load_pretrained(name: str = "reviews-en") -> Any:
    """Load a pipeline that was trained on reviews and comes with skrnn.

    It classifies texts without any training. To fine-tune it on labels of your own,
    pass its name as ``pretrained`` to :class:`~skrnn.TextSequencer` and
    :class:`~skrnn.RNNSentimentClassifier`.

    Parameters
    ----------
    name : {"reviews-en"}, default="reviews-en"
        The pipeline: ``"reviews-en"`` classifies English reviews as negative (0) or
        positive (1).

    Returns
    -------
    pipeline : sklearn.pipeline.Pipeline
        The fitted pipeline, with the steps of
        :func:`~skrnn.make_sentiment_pipeline`. Each call returns a new one.

    Raises
    ------
    FileNotFoundError
        If this installation of skrnn lacks the file.
    ValueError
        If there is no pipeline of this name.

    See Also
    --------
    load : Loads a pipeline of your own.

    Examples
    --------
    >>> import skrnn
    >>> model = skrnn.load_pretrained()
    >>> model.predict(["Not bad at all!", "It broke after a week."])
    array([1, 0])
    """
    return load(find_pretrained(name))


def find_pretrained(name: str) -> Path:
    """Return the file of a pretrained pipeline that the package ships."""
    if name not in NAMES:
        raise ValueError(
            f"There is no pretrained network {name!r}."
            + did_you_mean(str(name), NAMES, "names")
            + " Load a file of your own with skrnn.load."
        )
    path = _FOLDER / f"{name}.skrnn"
    if not path.exists():
        raise FileNotFoundError(
            f"This installation of skrnn lacks the pretrained network {name!r}: there "
            f"is no file {path}. Install a release of skrnn, which has it "
            "(pip install --force-reinstall skrnn), or pretrain a network of your own."
        )
    return path
