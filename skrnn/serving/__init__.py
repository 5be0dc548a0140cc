"""Labels and probabilities for raw strings, without TensorFlow.

It needs NumPy and onnxruntime and imports neither TensorFlow, Keras nor scikit-learn.
The distribution skrnn-serving provides it as ``skrnn_serving``, for environments that
have none of them.
"""

from skrnn.serving.predictor import SentimentPredictor

__all__ = ["SentimentPredictor"]
