"""The format of the metadata of an exported ONNX file: names, values and checksum.

Both the writer (:mod:`skrnn.onnx`, whose docstring describes the format) and the
readers of this package use this module.

The checksum is an entry of the metadata that follows everything else. A protocol buffer
that is appended to another is merged with it, so every ONNX tool can read the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

import numpy as np

from skrnn.text.analysis import SWITCH, TEXT_RULES, TextRule
from skrnn.text.callables import find_callable, name_callable

__all__ = [
    "ANALYZER_RULES",
    "BAG_RULES",
    "FORMAT_VERSION",
    "METADATA_KEY",
    "NETWORK",
    "OPTIONAL_RULES",
    "read_rule",
    "seal",
    "unseal",
    "write_rule",
]

METADATA_KEY = "skrnn"
FORMAT_VERSION = 2

# The rules of a TextSequencer that one value or function describes. Stop words are
# saved word by word, without negations, so that no corpus is needed.
ANALYZER_RULES = {
    name: rule
    for name, rule in TEXT_RULES.items()
    if name not in ("stop_words", "keep_negations")
}
# Rules that are absent where they are None.
OPTIONAL_RULES = (
    "preprocessor",
    "sentence_splitter",
    "sentence_length",
    "oov_rate",
    "columns",
)
# Those of a CountVectorizer.
BAG_RULES = {
    "binary": SWITCH,
    "lowercase": SWITCH,
    "ngram_range": TextRule(()),
    "token_pattern": TextRule(()),
    "analyzer": TextRule(("word", "char", "char_wb"), takes_callable=True),
    "preprocessor": TextRule((None,), takes_callable=True),
    "strip_accents": TEXT_RULES["strip_accents"],
    "tokenizer": TextRule((None,), takes_callable=True),
}
# How a file of one network combines its outputs; it does not say so.
NETWORK = {"kind": "output", "name": "probabilities", "link": "none"}

_CHECKSUM_KEY = b"skrnn_sha256"
_METADATA_FIELD = b"\x72"  # field 14 of a ModelProto, of type bytes
_KEY, _VALUE = b"\x0a", b"\x12"  # fields 1 and 2 of an entry


def write_rule(name: str, value: Any) -> Any:
    """Return the JSON of a rule: its value, or the name of a function.

    Raises
    ------
    ValueError
        If a function cannot be found by a name.
    """
    if callable(value):
        return {"function": name_callable(value, name)}
    return bool(value) if isinstance(value, np.bool_) else value


def read_rule(name: str, value: Any, rule: TextRule, trusted: Collection[str]) -> Any:
    """Return the value or the function that :func:`write_rule` wrote.

    Raises
    ------
    ValueError
        If the value is not one of the rule, or the function is not trusted.
    """
    if rule.takes_callable and isinstance(value, dict):
        return find_callable(value["function"], trusted)
    if rule.values and value not in rule.values:
        raise ValueError(f"the text rule {name}={value!r} is unknown")
    return value


def seal(model: bytes) -> bytes:
    """Return a serialized ONNX model with its checksum at its end."""
    return model + _entry(hashlib.sha256(model).hexdigest().encode("ascii"))


def unseal(content: bytes) -> bytes:
    """Return a sealed file as it is, after checking its checksum.

    Raises
    ------
    ValueError
        If the checksum is missing or wrong.
    """
    n_end = len(_entry(b"0" * 64))
    if seal(content[:-n_end])[-n_end:] != content[-n_end:]:
        raise ValueError(
            "it is damaged, or was not written by skrnn.export_onnx: its checksum is "
            "missing or wrong"
        )
    return content


def _entry(digest: bytes) -> bytes:
    entry = _field(_KEY, _CHECKSUM_KEY) + _field(_VALUE, digest)
    return _field(_METADATA_FIELD, entry)


def _field(tag: bytes, content: bytes) -> bytes:
    return tag + bytes([len(content)]) + content  # lengths below 128 take one byte
