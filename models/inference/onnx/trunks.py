"""The convolutional trunks as ONNX nodes, walked as `models.networks.resnet` and `efficientnet_lite` build them."""

from __future__ import annotations

from collections.abc import Iterator

from models.inference.onnx.nodes import Nodes
from models.networks.lite_variants import (
    BN_EPSILON,
    STEM_WIDTH,
    TOP_WIDTH,
    LiteBlock,
    LiteVariant,
    same_padding,
)
from models.networks.variants import UNITS, Point, point_name

_WIDTHS = (64, 128, 256, 512)


def resnet_steps(
    nodes: Nodes, x: str, base: str, last: Point, prefix: str = ""
) -> Iterator[tuple[str, str, int]]:
    """Name, maps and channels after the stem and after each residual unit up to `last`."""
    x = nodes.convolution(x, f"{prefix}conv1", f"{prefix}bn1", (64, 3, 7), stride=2, pads=[3] * 4)
    x = nodes.op("MaxPool", nodes.op("Relu", x), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    channels = 64
    yield "stem", x, channels
    for block in range(1, last[0] + 1):
        units = last[1] + 1 if block == last[0] else UNITS[base][block - 1]
        for unit in range(units):
            stride = 2 if block > 1 and unit == 0 else 1
            name = f"{prefix}layer{block}.{unit}."
            x, channels = _residual_unit(nodes, x, name, base, (channels, _WIDTHS[block - 1]), stride)
            yield point_name((block, unit)), x, channels


def _residual_unit(
    nodes: Nodes, x: str, name: str, base: str, sizes: tuple[int, int], stride: int
) -> tuple[str, int]:
    """Two 3x3 convolutions (ResNet-18 and 34) or 1x1, 3x3 and 1x1, and a shortcut."""
    inputs, width = sizes
    if base in {"resnet18", "resnet34"}:
        outputs = width
        layers = [((width, inputs, 3), stride), ((width, width, 3), 1)]
    else:
        outputs = 4 * width
        layers = [((width, inputs, 1), 1), ((width, width, 3), stride), ((outputs, width, 1), 1)]
    y = x
    for number, (shape, step) in enumerate(layers, 1):
        pads = [shape[2] // 2] * 4
        y = nodes.convolution(y, f"{name}conv{number}", f"{name}bn{number}", shape, stride=step, pads=pads)
        if number < len(layers):
            y = nodes.op("Relu", y)
    if stride != 1 or inputs != outputs:
        short = f"{name}downsample."
        x = nodes.convolution(x, f"{short}0", f"{short}1", (outputs, inputs, 1), stride=stride)
    return nodes.op("Relu", nodes.op("Add", y, x)), outputs


def lite_maps(nodes: Nodes, x: str, variant: LiteVariant, side: int, prefix: str = "") -> Iterator[str]:
    """The maps of (N, 3, side, side) that are read, of `variant.widths` channels."""
    stem = (STEM_WIDTH, 3, 3)
    x, side = _same_convolution(nodes, x, (f"{prefix}_conv_stem", f"{prefix}_bn0"), stem, side, stride=2)
    for number, block in enumerate(variant.blocks):
        name = f"{prefix}_blocks.{number}."
        widened = _expansion(nodes, x, name, block)
        if number == variant.read_at:
            yield widened
            if not variant.top:
                return
        x, side = _narrow(nodes, (x, widened), name, block, side)
    layer, shape = (f"{prefix}_conv_head", f"{prefix}_bn1"), (TOP_WIDTH, block.outputs, 1)
    yield nodes.relu6(nodes.convolution(x, *layer, shape, epsilon=BN_EPSILON))


def _narrow(nodes: Nodes, maps: tuple[str, str], name: str, block: LiteBlock, side: int) -> tuple[str, int]:
    """Of a block's input and that widened: the block's output and its side."""
    x, widened = maps
    layer, shape = (f"{name}_depthwise_conv", f"{name}_bn1"), (block.width, 1, block.kernel)
    y, side = _same_convolution(nodes, widened, layer, shape, side, block.stride, block.width)
    shape = (block.outputs, block.width, 1)
    y = nodes.convolution(y, f"{name}_project_conv", f"{name}_bn2", shape, epsilon=BN_EPSILON)
    return (nodes.op("Add", y, x) if block.has_shortcut else y), side


def _expansion(nodes: Nodes, x: str, name: str, block: LiteBlock) -> str:
    if block.expansion == 1:
        return x
    shape = (block.width, block.inputs, 1)
    return nodes.relu6(nodes.convolution(x, f"{name}_expand_conv", f"{name}_bn0", shape, epsilon=BN_EPSILON))


def _same_convolution(
    nodes: Nodes,
    x: str,
    layer: tuple[str, str],
    shape: tuple[int, int, int],
    side: int,
    stride: int,
    groups: int = 1,
) -> tuple[str, int]:
    """A convolution with TensorFlow's padding `SAME` and ReLU6, and the side of its maps."""
    before, after = same_padding(side, shape[2], stride)
    pads = [before, before, after, after]
    y = nodes.convolution(x, *layer, shape, stride=stride, pads=pads, groups=groups, epsilon=BN_EPSILON)
    return nodes.relu6(y), -(-side // stride)
