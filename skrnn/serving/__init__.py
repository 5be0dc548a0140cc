"""Labels and probabilities for raw strings, without TensorFlow.

Needs onnxruntime (``pip install 'skrnn[onnx]'``), NumPy and the text rules of skrnn;
neither TensorFlow, Keras nor scikit-learn is imported.
"""

from skrnn.serving.predictor import SentimentPredictor

__all__ = ["SentimentPredictor"]
