"""Labels and probabilities for raw strings, without TensorFlow.

Needs NumPy and onnxruntime; neither TensorFlow, Keras nor scikit-learn is imported. The
distribution skrnn-serving has the same as ``skrnn_serving``, for environments that have
none of them.
"""

from skrnn.serving.predictor import SentimentPredictor

__all__ = ["SentimentPredictor"]
