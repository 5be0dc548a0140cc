"""Recurrent networks for text inside scikit-learn.

Raw strings in, labels out: :class:`TextSequencer` turns reviews into padded rows of
word ids, :class:`RNNSentimentClassifier` learns from them, and both are ordinary
scikit-learn estimators. Public names are listed in ``__init__.pyi`` and loaded on first
use, so that ``import skrnn`` is quick and the text side never loads TensorFlow.
"""

import lazy_loader

__version__ = "0.2.dev0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
