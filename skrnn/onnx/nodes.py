"""The writer of ONNX graphs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import (
    ModelProto,
    NodeProto,
    TensorProto,
    ValueInfoProto,
    helper,
    numpy_helper,
)

__all__ = ["DOUBLE", "FLOAT", "INT64", "Graph"]

# The versions of ONNX 1.12, which older runtimes support as well.
_OPSET = 17
_IR_VERSION = 8

DOUBLE = TensorProto.DOUBLE
FLOAT = TensorProto.FLOAT
INT64 = TensorProto.INT64


class Graph:
    """A graph to which nodes are added. Its methods return names of tensors."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self._numbers: dict[tuple[int, ...] | int, str] = {}
        self._inputs: dict[str, ValueInfoProto] = {}
        self._outputs: list[ValueInfoProto] = []

    def add(
        self, operator: str, inputs: list[str], name: str = "", **attributes: Any
    ) -> str:
        """Add a node with one output and return its name."""
        name = name or f"{operator.lower()}_{len(self.nodes)}"
        node = helper.make_node(operator, inputs, [name], name=name, **attributes)
        self.nodes.append(node)
        return name

    def cast(self, tensor: str, dtype: npt.DTypeLike) -> str:
        """Return a tensor converted to a type of NumPy."""
        return self.add(
            "Cast", [tensor], to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        )

    def constant(self, value: npt.NDArray[Any] | np.generic) -> str:
        """Add a constant and return its name."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def ints(self, value: int | list[int]) -> str:
        """Return an int64 constant, a number or a list."""
        key = tuple(value) if isinstance(value, list) else value
        if key not in self._numbers:
            self._numbers[key] = self.constant(np.array(value, dtype=np.int64))
        return self._numbers[key]

    def concat(self, parts: list[str], axis: int = 0) -> str:
        """Return concatenated tensors; a single one as it is."""
        return parts[0] if len(parts) == 1 else self.add("Concat", parts, axis=axis)

    def count(self, tensor: str, axis: int) -> str:
        """Return the size of an axis, shape (1,)."""
        return self.add("Shape", [tensor], start=axis, end=axis + 1)

    def at_least_one(self, sizes: str) -> str:
        """Return sizes of at least 1, which some operators require."""
        return self.add("Max", [sizes, self.ints(1)])

    def arange(self, stop: str, step: int = 1) -> str:
        """Return the integers from 0 to ``stop``, of shape (1,), exclusive."""
        scalar = self.add("Squeeze", [stop])
        return self.add("Range", [self.ints(0), scalar, self.ints(step)])

    def input(self, name: str, dtype: int, columns: str) -> None:
        """Add an input of shape (batch, columns), unless it exists."""
        shape = ["batch", columns]
        self._inputs[name] = helper.make_tensor_value_info(name, dtype, shape)

    def output(self, name: str, dtype: int, n_columns: int) -> None:
        """Declare the node of this name an output of shape (batch, n_columns)."""
        info = helper.make_tensor_value_info(name, dtype, ["batch", n_columns])
        self._outputs.append(info)

    def model(self) -> ModelProto:
        """Return the model of all nodes."""
        graph = helper.make_graph(
            self.nodes,
            "skrnn",
            list(self._inputs.values()),
            self._outputs,
            self.constants,
        )
        return helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
            producer_name="skrnn",
        )
