"""Look at data, fits and predictions: displays, and what they are drawn from.

Drawing needs matplotlib (``pip install 'skrnn[plot]'``), which is imported on use.
"""

from skrnn.inspection.dependency import long_term_dependency
from skrnn.inspection.dependency_display import LongTermDependencyDisplay

__all__ = ["LongTermDependencyDisplay", "long_term_dependency"]
