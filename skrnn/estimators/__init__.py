"""The classifiers: scikit-learn estimators that wrap the networks."""

import skrnn.networks  # noqa: F401  checks the backend before Keras is imported
