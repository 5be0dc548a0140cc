"""How Numba compiles the kernels, and when it compiles them again.

This is the one place that touches Numba's private names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache

# Sums may be reordered and fused with products, but NaN must stay NaN: a training that
# diverges has to be noticed.
_ARITHMETIC = {"contract", "reassoc", "nsz", "arcp"}
_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "fastmath": _ARITHMETIC,
    "error_model": "numpy",
}


def _hash_sources() -> str:
    """Return a hash of all modules of this package."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


_SOURCES = _hash_sources()


class _PackageCache(FunctionCache):
    """A cache on disk that notices changes in any module of this package.

    Numba's own notices only those of the module in which a function is.
    """

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        return (*super()._index_key(sig, codegen), _SOURCES)


def inlined(kernel: Callable[..., Any]) -> Any:
    """Compile a part of other kernels.

    It is inlined: a part that is called may be optimized, and so rounded, differently
    where a kernel is compiled and where it is loaded from Numba's cache.
    """
    return numba.njit(forceinline=True, **_OPTIONS)(kernel)


def compiled(kernel: Callable[..., Any]) -> Any:
    """Compile a kernel on its first call, and cache it on disk if there is a folder."""
    dispatcher = numba.njit(**_OPTIONS)(kernel)
    with suppress(RuntimeError):  # no folder to cache in
        dispatcher._cache = _PackageCache(kernel)
    return dispatcher
