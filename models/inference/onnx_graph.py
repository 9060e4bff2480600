"""The ResNets as ONNX graphs, made from a bundle's weights alone: torch need not be imported to classify.

    images (N, S, S, 3) uint8 -> normalised -> convolutions with their BatchNorms folded in -> features, logits

Networks are walked as `models.networks.resnet`, `spread`, `multi_exit` and `ensemble` build them, and the tests hold
both to the same outputs. Those of torchvision (AlexNet, GoogLeNet, Inception, DenseNet) have no graph here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.networks.variants import (
    ENSEMBLE_MEMBERS,
    OTHER_MODELS,
    UNITS,
    Point,
    Variant,
    parse_exits,
    parse_spread,
    parse_variant,
    point_name,
)
from models.taxonomy import groups
from models.transforms import Transform

Array = npt.NDArray[Any]
Shape = tuple[int, ...]

_WIDTHS = (64, 128, 256, 512)
_BN_EPSILON = 1e-5
_OPSET, _IR_VERSION = 18, 8
"""Old enough for every ONNX Runtime of the last years."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A network as ONNX: input `images`, outputs `logits` (N, classes) and `features` (N, embedding_size)."""

    model: bytes
    embedding_size: int
    expected: Mapping[str, Shape]
    """Every tensor that the network has; where the weights differ, `model` is not to be used."""


def has_graph(model: str) -> bool:
    """Whether `build_graph` knows the network called `model`."""
    return model not in OTHER_MODELS or model in {"resnet50:ensemble", "resnet50:svm"}


def build_graph(
    model: str, classes: Sequence[str], transform: Transform, weights: Mapping[str, Array]
) -> Graph:
    """The graph of a network of the ResNet family.

    Raises UnknownModelError for a name that no network has, ImportError where `onnx` is not installed.
    """
    walk = _Walk(weights)
    images = walk.normalised("images", transform)
    if model == "resnet50:ensemble":
        size = _ensemble(walk, images, len(classes))
    elif exits := parse_exits(model):
        size = _two_exits(walk, images, exits.base, (exits.group, exits.leaf), classes)
    else:
        spread = parse_spread(model)
        variant = spread or _whole(model)
        size = _plain(walk, images, variant, len(classes), walk.mean_and_spread if spread else walk.mean)
    return Graph(walk.serialised(transform.size), size, walk.expected)


def _whole(model: str) -> Variant:
    return Variant("resnet50", "fine_tuned", "fc") if model == "resnet50:svm" else parse_variant(model)


def _plain(walk: _Walk, images: str, variant: Variant, classes: int, pool: Any) -> int:
    """One body, its pooled features, a linear head."""
    *_, (_, maps, channels) = walk.steps(images, variant.base, _last(variant))
    features = pool(maps, "features")
    size = channels * (2 if pool == walk.mean_and_spread else 1)
    walk.linear(features, "fc", size, classes, "logits")
    return size


def _two_exits(
    walk: _Walk, images: str, base: str, exits: tuple[Point, Point], classes: Sequence[str]
) -> int:
    """log p(class) = log p(its group), from the earlier exit, + log p(class among its group's), from the deeper."""
    names, numbers = groups(classes)
    wanted = tuple(map(point_name, exits))
    read = [
        (walk.mean(maps), channels)
        for name, maps, channels in walk.steps(images, base, exits[1])
        if name in wanted
    ]
    (early, early_size), (deep, deep_size) = read
    walk.op("Concat", early, deep, output="features", axis=1)
    others = np.array(
        [[0.0 if number == group else -1e30 for number in numbers] for group in range(len(names))]
    )
    leaf = walk.linear(deep, "fc", deep_size, len(classes))
    group = walk.op("LogSoftmax", walk.linear(early, "group_fc", early_size, len(names)), axis=1)
    rows = walk.op("Unsqueeze", leaf, walk.constant(np.array([1])))
    masked = walk.op("Add", rows, walk.constant(others[None].astype(np.float32)))
    within = walk.op("ReduceLogSumExp", masked, walk.constant(np.array([2])), keepdims=0)
    gain = walk.op("Gather", walk.op("Sub", group, within), walk.constant(np.array(numbers)), axis=1)
    walk.op("Add", leaf, gain, output="logits")
    return early_size + deep_size


def _ensemble(walk: _Walk, images: str, classes: int) -> int:
    """The members' pooled features side by side, ReLU, a linear head."""
    parts, size = [], 0
    for number, name in enumerate(ENSEMBLE_MEMBERS):
        variant = parse_variant(name)
        *_, (_, maps, channels) = walk.steps(images, variant.base, _last(variant), f"members.{number}.")
        parts.append(walk.mean(maps))
        size += channels
    features = walk.op("Concat", *parts, output="features", axis=1)
    walk.linear(walk.op("Relu", features), "fc", size, classes, "logits")
    return size


def _last(variant: Variant) -> Point:
    """The residual unit that a network ends with."""
    if variant.approach == "shallow" and variant.unit:
        return variant.unit
    return 4, UNITS[variant.base][3] - 1


class _Walk:
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
        """(N, S, S, 3) uint8 -> (N, 3, S, S) normalised."""
        mean, std = (
            np.array(v, np.float32).reshape(1, 3, 1, 1) * 255 for v in (transform.mean, transform.std)
        )
        planes = self.op("Cast", self.op("Transpose", images, perm=[0, 3, 1, 2]), to=self._types.FLOAT)
        return self.op("Div", self.op("Sub", planes, self.constant(mean)), self.constant(std))

    def steps(self, x: str, base: str, last: Point, prefix: str = "") -> Iterator[tuple[str, str, int]]:
        """Name, maps and channels after the stem and after each residual unit up to `last`."""
        x = self._convolution(x, f"{prefix}conv1", f"{prefix}bn1", (64, 3, 7), 2)
        x = self.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        channels = 64
        yield "stem", x, channels
        for block in range(1, last[0] + 1):
            units = last[1] + 1 if block == last[0] else UNITS[base][block - 1]
            for unit in range(units):
                stride = 2 if block > 1 and unit == 0 else 1
                name = f"{prefix}layer{block}.{unit}."
                x, channels = self._unit(x, name, base, (channels, _WIDTHS[block - 1]), stride)
                yield point_name((block, unit)), x, channels

    def _unit(self, x: str, name: str, base: str, sizes: tuple[int, int], stride: int) -> tuple[str, int]:
        """A residual unit: two 3x3 convolutions (ResNet-18 and 34) or 1x1, 3x3 and 1x1, and a shortcut."""
        inputs, width = sizes
        if base in {"resnet18", "resnet34"}:
            outputs = width
            layers = [((width, inputs, 3), stride), ((width, width, 3), 1)]
        else:
            outputs = 4 * width
            layers = [((width, inputs, 1), 1), ((width, width, 3), stride), ((outputs, width, 1), 1)]
        y = x
        for number, (shape, step) in enumerate(layers, 1):
            ends = number == len(layers)
            y = self._convolution(y, f"{name}conv{number}", f"{name}bn{number}", shape, step, not ends)
        if stride != 1 or inputs != outputs:
            short = f"{name}downsample."
            x = self._convolution(x, f"{short}0", f"{short}1", (outputs, inputs, 1), stride, False)
        return self.op("Relu", self.op("Add", y, x)), outputs

    def _convolution(
        self, x: str, conv: str, norm: str, shape: Shape, stride: int, activated: bool = True
    ) -> str:
        """A convolution (outputs, inputs, side) with its BatchNorm folded in."""
        outputs, inputs, side = shape
        weight = self._tensor(f"{conv}.weight", outputs, inputs, side, side)
        scale, shift, mean, variance = (
            self._tensor(f"{norm}.{part}", outputs)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        self._tensor(f"{norm}.num_batches_tracked")
        factor = scale / np.sqrt(variance + _BN_EPSILON)
        constants = weight * factor[:, None, None, None], shift - mean * factor
        sides = {"kernel_shape": [side] * 2, "strides": [stride] * 2, "pads": [side // 2] * 4}
        y = self.op("Conv", x, *map(self.constant, constants), output=None, **sides)
        return self.op("Relu", y) if activated else y

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

    def _tensor(self, name: str, *shape: int) -> npt.NDArray[np.float32]:
        """A tensor of the weights; zeros where they have none of this shape, which `expected` brings to light."""
        self.expected[name] = shape
        found = self._weights.get(name)
        if found is None or found.shape != shape:
            return np.zeros(shape, np.float32)
        return found.astype(np.float32)

    def serialised(self, side: int) -> bytes:
        """The model as ONNX has it on disk."""
        types, info = self._types, self._onnx.make_tensor_value_info
        taken = info("images", types.UINT8, ["n", side, side, 3])
        given = [info(name, types.FLOAT, ["n", None]) for name in ("logits", "features")]
        graph = self._onnx.make_graph(self._nodes, "figmill", [taken], given, self._constants)
        opset = self._onnx.make_opsetid("", _OPSET)
        model = self._onnx.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
        return bytes(model.SerializeToString())
