"""Export of fitted pipelines to ONNX files that :mod:`skrnn.serving` reads."""
