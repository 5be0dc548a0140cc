"""Reviews to learn from: generated, from a CSV file, and IMDb's."""

from skrnn.datasets._csv import load_reviews
from skrnn.datasets._generated import make_reviews
from skrnn.datasets._imdb import fetch_imdb

__all__ = ["fetch_imdb", "load_reviews", "make_reviews"]
