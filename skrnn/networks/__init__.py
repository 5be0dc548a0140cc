"""Keras networks for rows of word ids, with compiled kernels and a pool of networks."""

import skrnn._tensorflow  # noqa: F401  before any module that imports TensorFlow
