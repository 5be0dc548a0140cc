"""Recurrent layers compiled by Numba, and the TensorFlow ops around them."""
