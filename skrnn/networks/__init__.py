"""Keras graphs: recurrent layers, mask-aware pooling, and their reuse."""
