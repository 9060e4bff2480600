"""`models.networks.places`, trunk and all, as an ONNX graph: the tests hold both to the same outputs.

images (1, H, W, 3) uint8, plain (1, 7, H/8, W/8) -> maps (1, 27, H/8, W/8); H and W multiples of 16
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.inference.onnx.nodes import Array, Nodes
from models.inference.onnx.trunks import resnet_steps
from models.networks.place_plan import COARSE, DILATIONS, FIELDS, FINE, HIDDEN, PLAIN, WIDTH
from models.transforms import Transform


def build_places(trunk: Mapping[str, Array], weights: Mapping[str, Array]) -> bytes:
    """The graph: the `trunk` of `models.inference.looks` and the trained `weights` on it."""
    nodes = Nodes({**trunk, **weights})
    return _decoder(nodes, *_trunk(nodes))


def build_trunk(trunk: Mapping[str, Array]) -> bytes:
    """The part of the graph that is not trained: images -> fine (1, 192, H/8, W/8), coarse (1, 256, H/16, W/16)."""
    nodes = Nodes(trunk)
    for maps, name in zip(_trunk(nodes), ("fine", "coarse"), strict=True):
        nodes.op("Identity", maps, output=name)
    return nodes.serialised_as(
        {"images": [1, "h", "w", 3]},
        {"fine": [1, FINE, "rows", "columns"], "coarse": [1, COARSE, "half_rows", "half_columns"]},
    )


def _trunk(nodes: Nodes) -> tuple[str, str]:
    """First and second block at stride 8, a unit of the third at stride 16."""
    images = nodes.normalised("images", Transform())
    maps = {name: found for name, found, _ in resnet_steps(nodes, images, "resnet18", (3, 0))}
    halved = nodes.op("AveragePool", maps["b1-1"], kernel_shape=[2, 2], strides=[2, 2])
    return nodes.op("Concat", halved, maps["b2-1"], axis=1), maps["b3-0"]


def _decoder(nodes: Nodes, fine: str, coarse: str) -> bytes:
    mask = nodes.op("Slice", "plain", *(nodes.constant(np.array([n])) for n in (6, 7, 1)))
    wide = nodes.doubled(nodes.biased_convolution(coarse, "coarse", (WIDTH, COARSE, 1)))
    x = nodes.op("Add", nodes.biased_convolution(fine, "fine", (WIDTH, FINE, 1)), wide)
    x = nodes.op("Add", x, nodes.biased_convolution("plain", "plain", (WIDTH, PLAIN, 3)))
    x = nodes.op("Mul", x, mask)
    for number, dilation in enumerate(DILATIONS):
        x = _block(nodes, x, mask, f"blocks.{number}.", dilation)
    seen = nodes.op("Relu", x)
    hidden = nodes.op("Relu", nodes.biased_convolution(seen, "hidden", (HIDDEN, WIDTH, 1)))
    fields = nodes.op("Sigmoid", nodes.biased_convolution(seen, "fields", (FIELDS, WIDTH, 1)))
    nodes.op("Mul", nodes.op("Concat", hidden, fields, axis=1), mask, output="maps")
    return nodes.serialised_as(
        {"images": [1, "h", "w", 3], "plain": [1, PLAIN, "rows", "columns"]},
        {"maps": [1, HIDDEN + FIELDS, "rows", "columns"]},
    )


def _block(nodes: Nodes, x: str, mask: str, name: str, dilation: int) -> str:
    square = (WIDTH, WIDTH, 1)
    rows = nodes.biased_convolution(_means(nodes, x, mask, 3), f"{name}row", square)
    columns = nodes.biased_convolution(_means(nodes, x, mask, 2), f"{name}column", square)
    y = nodes.biased_convolution(x, f"{name}wide", (WIDTH, WIDTH, 3), dilation=dilation)
    y = nodes.op("Relu", nodes.op("Add", y, nodes.op("Add", rows, columns)))
    y = nodes.op("Add", x, nodes.biased_convolution(y, f"{name}out", square))
    return nodes.op("Mul", y, mask)


def _means(nodes: Nodes, x: str, mask: str, axis: int) -> str:
    """The mean along `axis` where the figure is."""
    axes = nodes.constant(np.array([axis]))
    count = nodes.op("Max", nodes.op("ReduceSum", mask, axes), nodes.constant(np.array(1, np.float32)))
    return nodes.op("Div", nodes.op("ReduceSum", x, axes), count)
