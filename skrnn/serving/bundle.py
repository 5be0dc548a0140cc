"""An ONNX file that brings its text rules and its checksum along.

The rules are an entry of the model's metadata, so that the file is one that every tool
for ONNX reads. The checksum is a last entry of the metadata behind all else: a protocol
buffer that is appended to another one is merged with it.
"""

from __future__ import annotations

import hashlib

__all__ = ["METADATA_KEY", "seal", "unseal"]

METADATA_KEY = "skrnn"
FORMAT_VERSION = 2  # versions from 1 on are read

_SEAL_KEY = b"skrnn_sha256"
_METADATA_FIELD = b"\x72"  # field 14 of a ModelProto, which is of any length
_KEY, _VALUE = b"\x0a", b"\x12"  # fields 1 and 2 of an entry


def seal(model: bytes) -> bytes:
    """Return a serialized ONNX model with its checksum at its end."""
    return model + _entry(hashlib.sha256(model).hexdigest().encode("ascii"))


def unseal(content: bytes) -> bytes:
    """Return the content of a sealed file.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    model : bytes
        The same bytes.

    Raises
    ------
    ValueError
        If the file has no checksum or another one.
    """
    n_end = len(_entry(b"0" * 64))
    if seal(content[:-n_end])[-n_end:] != content[-n_end:]:
        raise ValueError(
            "it is damaged, or was not written by skrnn.export_onnx: its checksum is "
            "missing or wrong"
        )
    return content


def _entry(digest: bytes) -> bytes:
    entry = _field(_KEY, _SEAL_KEY) + _field(_VALUE, digest)
    return _field(_METADATA_FIELD, entry)


def _field(tag: bytes, content: bytes) -> bytes:
    return tag + bytes([len(content)]) + content  # lengths below 128 take one byte
