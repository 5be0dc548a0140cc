"""Accents removed as scikit-learn removes them, without importing it."""

from __future__ import annotations

import unicodedata

__all__ = ["strip_accents_ascii", "strip_accents_unicode"]


def strip_accents_ascii(text: str) -> str:
    """Return a text without accents and without any other character beyond ASCII.

    Examples
    --------
    >>> from skrnn.text.accents import strip_accents_ascii
    >>> strip_accents_ascii("déjà ★")
    'deja '
    """
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def strip_accents_unicode(text: str) -> str:
    """Return a text without accents; other characters stay, in their simplest form.

    Examples
    --------
    >>> from skrnn.text.accents import strip_accents_unicode
    >>> strip_accents_unicode("déjà ★")
    'deja ★'
    """
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))
