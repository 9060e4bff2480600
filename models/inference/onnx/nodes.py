"""Builds an ONNX graph node by node and notes which tensors it takes from a bundle's weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.transforms import Transform

Array = npt.NDArray[Any]
Shape = tuple[int, ...]

_OPSET, _IR_VERSION = 18, 8
"""Old enough for every ONNX Runtime of the last years."""


class Nodes:
    """Adds nodes to a graph and notes which tensors it takes from the weights."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        from onnx import TensorProto, helper, numpy_helper

        self._onnx, self._types, self._to_onnx = helper, TensorProto, numpy_helper.from_array
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self.expected: dict[str, Shape] = {}

    def op(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """A node; the name of its output."""
        name = output or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(self._onnx.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, value: Array) -> str:
        """The name of a constant."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(self._to_onnx(np.ascontiguousarray(value), name))
        return name

    def normalised(self, images: str, transform: Transform) -> str:
        """(N, H, W, 3) uint8 -> (N, 3, H, W) normalised."""
        mean, std = (
            np.array(v, np.float32).reshape(1, 3, 1, 1) * 255 for v in (transform.mean, transform.std)
        )
        planes = self.op("Cast", self.op("Transpose", images, perm=[0, 3, 1, 2]), to=self._types.FLOAT)
        return self.op("Div", self.op("Sub", planes, self.constant(mean)), self.constant(std))

    def convolution(
        self,
        x: str,
        conv: str,
        norm: str,
        shape: Shape,
        *,
        stride: int = 1,
        pads: Sequence[int] = (0, 0, 0, 0),
        groups: int = 1,
        epsilon: float = 1e-5,
    ) -> str:
        """A convolution with its BatchNorm folded in.

        `shape`: outputs, inputs of a group, side of the kernel. `pads`: zeros at the top, left, bottom and right.
        """
        outputs, inputs, side = shape
        weight = self._tensor(f"{conv}.weight", outputs, inputs, side, side)
        scale, shift, mean, variance = (
            self._tensor(f"{norm}.{part}", outputs)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        self._tensor(f"{norm}.num_batches_tracked")
        factor = scale / np.sqrt(variance + epsilon)
        constants = weight * factor[:, None, None, None], shift - mean * factor
        operands = (x, *map(self.constant, constants))
        return self.op("Conv", *operands, strides=[stride] * 2, pads=list(pads), group=groups)

    def biased_convolution(
        self, x: str, name: str, shape: Shape, *, dilation: int = 1, output: str | None = None
    ) -> str:
        """A convolution with a bias and no BatchNorm that keeps the maps' size; `shape` as above."""
        outputs, _, side = shape
        weight, bias = self._tensor(f"{name}.weight", *shape, side), self._tensor(f"{name}.bias", outputs)
        operands = (x, *map(self.constant, (weight, bias)))
        pads = [dilation * (side // 2)] * 4
        return self.op("Conv", *operands, output=output, pads=pads, dilations=[dilation] * 2)

    def doubled(self, x: str) -> str:
        """(N, C, H, W) -> (N, C, 2H, 2W), each value four times."""
        scales = self.constant(np.array([1, 1, 2, 2], np.float32))
        return self.op(
            "Resize",
            x,
            "",
            scales,
            mode="nearest",
            nearest_mode="floor",
            coordinate_transformation_mode="asymmetric",
        )

    def relu6(self, x: str) -> str:
        """The values within 0..6."""
        return self.op("Clip", x, *(self.constant(np.array(bound, np.float32)) for bound in (0, 6)))

    def mean(self, maps: str, output: str | None = None) -> str:
        """(N, C, H, W) -> (N, C)."""
        return self.op("ReduceMean", maps, self.constant(np.array([2, 3])), output=output, keepdims=0)

    def mean_and_spread(self, maps: str, output: str | None = None) -> str:
        """(N, C, H, W) -> (N, 2C), as `models.networks.spread` has it."""
        mean = self.op("ReduceMean", maps, self.constant(np.array([2, 3])), keepdims=1)
        off = self.op("Sub", maps, mean)
        variance = self.mean(self.op("Mul", off, off))
        spread = self.op("Sqrt", self.op("Add", variance, self.constant(np.array(1e-6, np.float32))))
        flat = self.op("Squeeze", mean, self.constant(np.array([2, 3])))
        return self.op("Concat", flat, spread, output=output, axis=1)

    def linear(self, x: str, name: str, inputs: int, outputs: int, output: str | None = None) -> str:
        """(N, inputs) -> (N, outputs)."""
        weight, bias = self._tensor(f"{name}.weight", outputs, inputs), self._tensor(f"{name}.bias", outputs)
        return self.op("Gemm", x, *map(self.constant, (weight, bias)), output=output, transB=1)

    def linear_of_each(self, x: str, name: str, inputs: int, outputs: int, joint: str = ".") -> str:
        """(N, T, inputs) -> (N, T, outputs)."""
        weight = self._tensor(f"{name}{joint}weight", outputs, inputs)
        bias = self._tensor(f"{name}{joint}bias", outputs)
        return self.op("Add", self.op("MatMul", x, self.constant(weight.T)), self.constant(bias))

    def layer_norm(self, x: str, name: str, size: int, epsilon: float) -> str:
        """The last side's values with mean 0 and spread 1, scaled and shifted."""
        parts = (self.constant(self._tensor(f"{name}.{part}", size)) for part in ("weight", "bias"))
        return self.op("LayerNormalization", x, *parts, axis=-1, epsilon=epsilon)

    def gelu(self, x: str) -> str:
        """x times the normal distribution's share below it; made of old nodes, which the libraries put together."""
        below = self.op("Erf", self.op("Div", x, self.constant(np.array(2**0.5, np.float32))))
        doubled = self.op("Mul", x, self.op("Add", below, self.constant(np.array(1, np.float32))))
        return self.op("Mul", doubled, self.constant(np.array(0.5, np.float32)))

    def _tensor(self, name: str, *shape: int) -> npt.NDArray[np.float32]:
        """A tensor of the weights; zeros where they have none of this shape, which `expected` brings to light."""
        self.expected[name] = shape
        found = self._weights.get(name)
        if found is None or found.shape != shape:
            return np.zeros(shape, np.float32)
        return found.astype(np.float32)

    def serialised(self, shapes: Sequence[tuple[int, int]]) -> bytes:
        """The model as ONNX has it on disk; `shapes` are the rows and columns that images may have."""
        given = {name: ["n", None] for name in ("logits", "features")}
        rows, columns = shapes[0] if len(shapes) == 1 else ("rows", "columns")
        return self.serialised_as({"images": ["n", rows, columns, 3]}, given)

    def serialised_as(self, taken: Mapping[str, list[Any]], given: Mapping[str, list[Any]]) -> bytes:
        """The same with other inputs and outputs, each with its sides; `images` alone are uint8."""
        types, info = self._types, self._onnx.make_tensor_value_info
        inputs = [
            info(name, types.UINT8 if name == "images" else types.FLOAT, sides)
            for name, sides in taken.items()
        ]
        outputs = [info(name, types.FLOAT, sides) for name, sides in given.items()]
        graph = self._onnx.make_graph(self._nodes, "figmill", inputs, outputs, self._constants)
        opset = self._onnx.make_opsetid("", _OPSET)
        model = self._onnx.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
        return bytes(model.SerializeToString())
