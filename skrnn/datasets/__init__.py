"""Data sets of reviews: generated, from files, and IMDb."""

from skrnn.datasets._generated import make_reviews
from skrnn.datasets._imdb import fetch_imdb
from skrnn.datasets._load import load_reviews
from skrnn.datasets._stream import ReviewStream

__all__ = ["ReviewStream", "fetch_imdb", "load_reviews", "make_reviews"]
