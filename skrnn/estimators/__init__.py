"""Estimators that wrap the networks for scikit-learn."""
