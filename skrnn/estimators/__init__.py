"""The classifiers: scikit-learn estimators that wrap the networks."""
