"""Matrix products of float32 at the processor's rate, for use inside Numba kernels.

A product is cut into register tiles: a few rows by a few vectors of the result stay in
registers while a loop runs over the depth [1]_. Numba does not compile loops to that,
so the tile is emitted as LLVM vector code. Every element of the result is accumulated
in the order of the depth, with one fused multiply-add per step, so results do not
depend on how rows are grouped into tiles.

References
----------
.. [1] Goto, van de Geijn (2008). Anatomy of high-performance matrix multiplication.
   ACM Transactions on Mathematical Software.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import llvmlite.binding as llvm
import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, register_jitable

from skrnn.kernels.compiling import compiled


class Tile(NamedTuple):
    """The register tile of a processor: rows, vectors per row, lanes per vector."""

    n_rows: int
    n_vectors: int
    n_lanes: int
    fused: bool


def choose_tile() -> Tile:
    """Return the tile that fills the registers of the processor Numba compiles for."""
    features = numba.config.CPU_FEATURES
    if features is None:
        features = llvm.get_host_cpu_features().flatten()
    enabled = {name[1:] for name in features.split(",") if name.startswith("+")}
    if "avx512f" in enabled:  # 32 registers of 16 lanes
        return Tile(8, 2, 16, fused=True)
    if {"avx2", "fma"} <= enabled:  # 16 registers of 8 lanes
        return Tile(6, 2, 8, fused=True)
    if "neon" in enabled:  # 32 registers of 4 lanes
        return Tile(6, 4, 4, fused=True)
    return Tile(4, 2, 4, fused=False)


TILE = choose_tile()
N_ROWS, N_LANES = TILE.n_rows, TILE.n_lanes
_ZERO = np.float32(0.0)
_WIDTH = TILE.n_vectors * TILE.n_lanes


def _make_tile(n_rows: int, n_vectors: int) -> Any:
    """Return an intrinsic that computes a tile of a product.

    It takes a tuple of addresses and strides (of the result and its rows; of the left
    matrix, its rows and its columns; of the right matrix and its rows), the depth, and
    whether to add to what the result holds.
    """

    @intrinsic
    def tile(typing_context, places, depth, adds):  # type: ignore[no-untyped-def]
        integer = types.int64
        return types.void(types.UniTuple(integer, 7), integer, types.boolean), _generate

    def _generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        b = builder
        places, depth, adds = arguments
        out, out_stride, left, left_stride, left_step, right, right_stride = (
            b.extract_value(places, number) for number in range(7)
        )
        index, number = ir.IntType(64), ir.FloatType()
        vector = ir.VectorType(number, TILE.n_lanes)
        lane_of_scalar = ir.Constant(ir.VectorType(ir.IntType(32), TILE.n_lanes), None)
        undefined = ir.Constant(vector, ir.Undefined)
        out, left, right = (
            b.inttoptr(address, number.as_pointer()) for address in (out, left, right)
        )

        name = f"llvm.fma.v{TILE.n_lanes}f32"
        fma = b.module.globals.get(name) or ir.Function(
            b.module, ir.FunctionType(vector, [vector] * 3), name
        )

        def constant(value: int) -> Any:
            return ir.Constant(index, value)

        def vector_at(base: Any, offset: Any) -> Any:
            return b.bitcast(b.gep(base, [offset]), vector.as_pointer())

        def load(pointer: Any) -> Any:
            value = b.load(pointer)
            value.align = 4
            return value

        def multiply_add(one: Any, two: Any, total: Any) -> Any:
            if TILE.fused:
                return b.call(fma, [one, two, total])
            return b.fadd(b.fmul(one, two), total)

        cells = [
            vector_at(out, b.add(b.mul(constant(row), out_stride), constant(at)))
            for row in range(n_rows)
            for at in range(0, n_vectors * TILE.n_lanes, TILE.n_lanes)
        ]
        zeros = ir.Constant(vector, None)
        firsts = []
        with b.if_else(adds) as (then, otherwise):
            with then:
                loaded = [load(cell) for cell in cells]
                loading = b.block
            with otherwise:
                starting = b.block
        for value in loaded:
            first = b.phi(vector)
            first.add_incoming(value, loading)
            first.add_incoming(zeros, starting)
            firsts.append(first)
        rows = [
            b.gep(left, [b.mul(constant(row), left_stride)]) for row in range(n_rows)
        ]

        before = b.block
        body = b.append_basic_block("depth")
        done = b.append_basic_block("done")
        b.cbranch(b.icmp_signed(">", depth, constant(0)), body, done)
        b.position_at_end(body)
        k = b.phi(index)
        k.add_incoming(constant(0), before)
        sums = []
        for first in firsts:
            total = b.phi(vector)
            total.add_incoming(first, before)
            sums.append(total)
        right_row = b.mul(k, right_stride)
        rights = [
            load(vector_at(right, b.add(right_row, constant(at))))
            for at in range(0, n_vectors * TILE.n_lanes, TILE.n_lanes)
        ]
        left_column = b.mul(k, left_step)
        news = []
        for row in range(n_rows):
            scalar = b.load(b.gep(rows[row], [left_column]))
            spread = b.insert_element(undefined, scalar, ir.Constant(ir.IntType(32), 0))
            spread = b.shuffle_vector(spread, undefined, lane_of_scalar)
            for at, each in enumerate(rights):
                news.append(multiply_add(spread, each, sums[row * n_vectors + at]))
        following = b.add(k, constant(1))
        k.add_incoming(following, body)
        for total, new in zip(sums, news, strict=True):
            total.add_incoming(new, body)
        b.cbranch(b.icmp_signed("<", following, depth), body, done)
        b.position_at_end(done)
        finals = [b.phi(vector) for _ in cells]
        for final, first, new in zip(finals, firsts, news, strict=True):
            final.add_incoming(first, before)
            final.add_incoming(new, body)
        for final, cell in zip(finals, cells, strict=True):
            b.store(final, cell).align = 4
        return context.get_dummy_value()

    return tile


_wide, _narrow = _make_tile(TILE.n_rows, TILE.n_vectors), _make_tile(TILE.n_rows, 1)
_wide_row, _narrow_row = _make_tile(1, TILE.n_vectors), _make_tile(1, 1)


@register_jitable
def padded(size: int, unit: int) -> int:
    """Return the smallest multiple of ``unit`` that is not below ``size``."""
    return -(-size // unit) * unit


@compiled
def pack(matrix, packed):  # type: ignore[no-untyped-def]
    """Fill ``packed`` with the columns of a matrix in the order of the tiles."""
    depth, n_columns = matrix.shape
    for start in range(0, padded(n_columns, N_LANES), _WIDTH):
        width = min(_WIDTH, padded(n_columns - start, N_LANES))
        panel = packed[start * depth : (start + width) * depth]
        for k in range(depth):
            for j in range(width):
                inside = start + j < n_columns
                panel[k * width + j] = matrix[k, start + j] if inside else _ZERO


@numba.njit(nogil=True)
def _multiply(  # type: ignore[no-untyped-def]
    out, out_stride, left, left_stride, left_step, right, right_stride, shape, adds
):
    """Compute a product of matrices given by addresses and strides.

    A ``right_stride`` of 0 stands for a packed matrix.
    """
    n_rows, n_columns, depth = shape
    n_tiled = n_rows - n_rows % N_ROWS
    if n_rows - n_tiled > 2:  # a tile with rows of padding is quicker than single rows
        n_tiled += N_ROWS
    j = 0
    while j < n_columns:
        wide = n_columns - j > _WIDTH - N_LANES
        width = _WIDTH if wide else N_LANES
        stride = right_stride if right_stride else width
        columns = right + 4 * j * (1 if right_stride else depth)
        for i in range(0, n_tiled, N_ROWS):
            place, row = out + 4 * (i * out_stride + j), left + 4 * i * left_stride
            tile = (place, out_stride, row, left_stride, left_step, columns, stride)
            if wide:
                _wide(tile, depth, adds)
            else:
                _narrow(tile, depth, adds)
        for i in range(n_tiled, n_rows):
            place, row = out + 4 * (i * out_stride + j), left + 4 * i * left_stride
            tile = (place, out_stride, row, left_stride, left_step, columns, stride)
            if wide:
                _wide_row(tile, depth, adds)
            else:
                _narrow_row(tile, depth, adds)
        j += width


@numba.njit(nogil=True)
def multiply(out, left, packed, n_rows, n_columns, depth, adds):  # type: ignore[no-untyped-def]
    """Compute ``left @ matrix``, the matrix packed; add it to ``out`` if ``adds``.

    The numbers of a row are contiguous. ``out`` and ``left`` have rows up to a multiple
    of those of a tile, and ``out`` columns up to a multiple of the lanes.
    """
    _multiply(
        _address(out),
        out.strides[0] // 4,
        _address(left),
        left.strides[0] // 4,
        1,
        _address(packed),
        0,
        (n_rows, n_columns, depth),
        adds,
    )


@numba.njit(nogil=True)
def add_transposed(out, left, right, n_rows, n_columns, depth):  # type: ignore[no-untyped-def]
    """Add ``left.T @ right`` to ``out``, all of them padded as in :func:`multiply`."""
    _multiply(
        _address(out),
        out.strides[0] // 4,
        _address(left),
        1,
        left.strides[0] // 4,
        _address(right),
        right.strides[0] // 4,
        (n_rows, n_columns, depth),
        True,
    )


@numba.njit(inline="always")
def _address(array):  # type: ignore[no-untyped-def]
    return np.int64(array.ctypes.data)
