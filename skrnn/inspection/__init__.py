"""Inspect data, fits and predictions: displays, and explanations word by word.

Drawing needs matplotlib (extra ``plot``), which is imported on use. So
are the names in ``__init__.pyi``, since not all of them need TensorFlow.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
