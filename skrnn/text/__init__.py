"""Texts to rows of word ids, without TensorFlow.

:class:`TextSequencer` is the transformer; the other names are parts of it. They are
imported on use, since only the transformer needs scikit-learn.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
